// The client module of the driver's page, client.js, as an adapter of the client protocol: `node drivers_client.mjs PATH`.
import { readFile } from "node:fs/promises";
import { createInterface } from "node:readline";

// As a data URL it is a module whatever stands around the file.
const source = await readFile(process.argv[2], "utf-8");
const { ApiError, ScanToPay, UnansweredError } = await import(`data:text/javascript,${encodeURIComponent(source)}`);

const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]();
const read = async () => {
  const { value, done } = await lines.next();
  return done ? undefined : JSON.parse(value);
};
const write = (message) => process.stdout.write(JSON.stringify(message) + "\n");
const sleep = async (ms) => {
  write({ sleep: ms / 1000 });
  await read();
};

const open = (url) => {
  const client = new ScanToPay(url, { sleep });
  const view = async (answer) => ({ view: (await answer).data });
  return {
    start: async ({ code, connector_id, email }) => ({ session: (await client.start(code, connector_id, email)).session_token }),
    poll: ({ session }) => view(client.get(session)),
    confirm: ({ session }) => view(client.confirm(session)),
    stop: ({ session }) => view(client.stop(session)),
    cancel: ({ session }) => view(client.cancel(session)),
    email: ({ session, email }) => view(client.setEmail(session, email)),
  };
};
const kind = (error) =>
  error instanceof UnansweredError || (error instanceof ApiError && error.status >= 500) ? "unsure"
    : error instanceof ApiError ? "refused" : "crash";

let buttons = open("");
for (let ask = await read(); ask; ask = await read()) {
  if (ask.do === "hello") write({ protocol: 1, buttons: Object.keys(buttons), email_at_start: true });
  else if (!(ask.do in buttons)) {
    if (ask.do === "open") buttons = open(ask.url);
    write({ done: true });
  } else {
    write(await buttons[ask.do](ask).catch((error) => ({ error: kind(error), type: error.name, message: error.message })));
  }
}
