// How plugproof presses the buttons of our client; the name of a careless one may be given.
import { RefusedError, ScanToPay, UnsureError } from "./careful.ts";
import * as careless from "./careless.ts";
import { sleep, speak } from "./glue.ts";

const clients: Record<string, typeof ScanToPay> = { ScanToPay, ...careless };
const Client = clients[process.argv[2] ?? "ScanToPay"];

speak(
  (url) => {
    const shop = new Client(url, sleep);
    return {
      start: ({ code, connector_id, email }) => shop.start(code, connector_id, email),
      poll: ({ session }) => shop.session(session),
      confirm: ({ session }) => shop.confirm(session),
      stop: ({ session }) => shop.stop(session),
      cancel: ({ session }) => shop.cancel(session),
      email: ({ session, email }) => shop.setEmail(session, email ?? ""),
    };
  },
  (error) => (error instanceof RefusedError ? "refused" : error instanceof UnsureError ? "unsure" : "crash"),
);
