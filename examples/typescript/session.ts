import { parseSession, checkAnswer, statuses, canMove } from "@plugproof/contract";

const url = process.argv[2] ?? "";
const response = await fetch(url);
const body = (await response.json()) as { data: unknown };

const session = parseSession(body.data); // typed; throws with every documented fact that is broken
for (const found of checkAnswer({ method: "GET", url, response, body })) console.warn(found.message);
console.log(session.status, "->", statuses.filter((next) => canMove(session.status, next)).join(" | "));
