// Speaks the client protocol of plugproof: one JSON object a line, on standard input and output.
import { createInterface } from "node:readline";

type Ask = { do: string; url: string; session: string; code: string; connector_id: number; email: string | null };
export type Adapter = Record<string, (ask: Ask) => Promise<unknown>>;

const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]();
console.log = console.error; // standard output is for the protocol

async function read(): Promise<Ask | undefined> {
  const { value, done } = await lines.next();
  return done ? undefined : JSON.parse(value);
}

function write(message: object): void {
  process.stdout.write(JSON.stringify(message) + "\n");
}

/** Wait: give this to the client in place of a timer, and time passes on the fake only. */
export async function sleep(seconds: number): Promise<void> {
  write({ sleep: seconds });
  await read();
}

/** Answer until the input ends. `open` makes the buttons of a new client, `kind` tells its errors apart. */
export async function speak(open: (url: string) => Adapter, kind: (error: unknown) => "refused" | "unsure" | "crash") {
  let adapter = open("");
  for (let ask = await read(); ask; ask = await read()) {
    if (ask.do === "open") adapter = open(ask.url);
    if (ask.do === "hello") write({ protocol: 1, buttons: Object.keys(adapter), email_at_start: true });
    else if (!(ask.do in adapter)) write({ done: true });
    else write(await adapter[ask.do](ask).then((found) => ({ [ask.do === "start" ? "session" : "view"]: found }), failed));
  }
  function failed(error: any) {
    const at = /[^/\\ (]+:\d+(?=:\d+\)?\n)/.exec(`${error.stack}\n`)?.[0] ?? "";
    return { error: kind(error), type: error.name, message: String(error.message), at };
  }
}
