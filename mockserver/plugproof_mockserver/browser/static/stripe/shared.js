// The stand-in for Stripe's browser script, served by the fake. No money moves and nothing leaves this machine.
// The fake joins the files of this folder into one script, in a scope of their own, and writes its own address into
// BASE, so that a page on any origin reaches the right world. Errors say in Stripe's words what Stripe's script says.
const BASE = "%BASE%";
const CARDS = JSON.parse('%CARDS%');

// What the page did wrong: thrown, as by Stripe's script, and never in an answer's `error`.
class IntegrationError extends Error {
  constructor(message) {
    super(message);
    this.name = "IntegrationError";
  }
}

const connectionError = () => ({
  type: "api_connection_error",
  message: "The connection to Stripe broke before an answer came (injected by the stand-in).",
});
const validationError = (code, message) => ({ type: "validation_error", code, message });
const isGiven = (value) => value !== undefined && value !== null;

function checkSecret(secret, where) {
  if (typeof secret !== "string" || !/^[^_]+_.+_secret_.+$/.test(secret)) {
    throw new IntegrationError(
      `Invalid value for ${where}: it should be a client secret of the form \${id}_secret_\${secret}, such as ` +
        "`payment.client_secret` of start or get.");
  }
  return secret;
}

const idOf = (secret) => encodeURIComponent(secret.split("_secret_")[0]);

// Ask the fake about a payment intent; a connection that breaks is an error like any other.
async function call(method, path, fields) {
  const options = { method, mode: "cors", credentials: "omit" };
  if (fields) {
    options.headers = { "content-type": "application/json" };
    options.body = JSON.stringify(fields);
  }
  try {
    const response = await fetch(`${BASE}/stripe/v1/payment_intents/${path}`, options);
    return await response.json();
  } catch {
    return { error: connectionError() };
  }
}

const make = (tag, attributes = {}, ...children) => {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  node.append(...children);
  return node;
};

// Handlers by event, for elements and for groups of them.
class Emitter {
  #handlers = {};

  on(event, handler) {
    (this.#handlers[event] ??= []).push(handler);
    return this;
  }

  once(event, handler) {
    const first = (detail) => {
      this.off(event, first);
      handler(detail);
    };
    return this.on(event, first);
  }

  off(event, handler) {
    this.#handlers[event] = (this.#handlers[event] ?? []).filter((one) => handler && one !== handler);
    return this;
  }

  listens(event) {
    return Boolean(this.#handlers[event]?.length);
  }

  emit(event, detail) {
    for (const handler of [...(this.#handlers[event] ?? [])]) handler(detail);
  }

  silence() {
    this.#handlers = {};
  }
}
