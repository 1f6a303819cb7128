// The driver's page: choose a connector, pay, watch, stop, get the receipt.
import { ApiError, POLL_MS, ScanToPay, UnansweredError, isOver } from "./client.js";
import { money } from "./money.js";

const base = document.body.dataset.base;
const code = decodeURIComponent(location.pathname.split("/pay/")[1] ?? "").toUpperCase();
const client = new ScanToPay(`${base}/api`);
const [title, place, message, view] = ["title", "place", "message", "view"].map((id) => document.getElementById(id));
const kept = `plugproof:${base}:${code}`;

const make = (tag, attributes = {}, ...children) => {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (value !== false && value !== null) node.setAttribute(name, value === true ? "" : value);
  }
  node.append(...children.filter((child) => child !== null));
  return node;
};
const show = (...nodes) => view.replaceChildren(...nodes);
function tell(text, way = null) {
  message.replaceChildren(make("p", {}, text), ...(way ? [way] : []));
  message.hidden = !text;
}

// A sentence for everything that can go wrong, and a way on.
function explain(error, again) {
  const retry = make("button", { type: "button", onclick: again }, "Try again");
  if (error instanceof UnansweredError) return tell(`${error.message}`, retry);
  if (!(error instanceof ApiError)) return tell(`Something went wrong on this page: ${error.message}`, retry);
  if (error.status === 429) return tell("Too many requests from this address. Wait a minute, then try again.", retry);
  return tell(error.message || `The API answered ${error.status}.`, retry);
}

async function busy(button, work) {
  button.disabled = true;
  tell("");
  try {
    await work();
  } catch (error) {
    explain(error, () => busy(button, work));
  } finally {
    button.disabled = false;
  }
}

// The charger.

async function begin() {
  tell("");
  if (!code) return chooseCode();
  const token = sessionStorage.getItem(kept);
  if (token) return watch(token);
  try {
    offer((await client.charger(code)).data);
  } catch (error) {
    if (!(error instanceof ApiError) || error.status !== 404) return explain(error, begin);
    title.textContent = "Unknown charger";
    chooseCode(`There is no charger with the code “${code}” here, or it takes no public charging.`);
  }
}

function chooseCode(why = "") {
  tell(why);
  const input = make("input", { name: "code", maxlength: 10, autocomplete: "off", required: true, value: "HAPPY" });
  const form = make("form", { class: "card stack" }, make("label", {}, "Code on the charger", input),
    make("button", { class: "primary" }, "Go on"));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    location.assign(`${base}/pay/${encodeURIComponent(input.value.trim())}`);
  });
  show(form);
}

function offer(charger) {
  title.textContent = charger.name;
  place.textContent = `Code ${charger.public_code} · ${charger.online ? "online" : "offline"}`;
  const { pricing } = charger;
  const connectors = make("select", { name: "connector" }, ...charger.connectors.map((one) =>
    make("option", { value: one.connector_id }, `${one.connector_id} · ${one.standard} · ${one.status}`)));
  const email = make("input", { name: "email", type: "email", maxlength: 255, autocomplete: "email", placeholder: "you@example.com" });
  const go = make("button", { class: "primary" }, `Go on to pay (${money(charger.preauth_amount, pricing)} is held)`);
  const form = make("form", { class: "card stack" },
    make("dl", { class: "facts" },
      make("dt", {}, "Price per kWh"), make("dd", {}, money(pricing.price_per_kwh, pricing)),
      make("dt", {}, "Start fee"), make("dd", {}, money(pricing.start_fee, pricing))),
    make("label", {}, "Connector", connectors),
    make("label", {}, "Receipt to (optional)", email), go);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    busy(go, async () => {
      const started = await client.start(code, Number(connectors.value), email.value.trim());
      sessionStorage.setItem(kept, started.session_token);
      pay(started.session_token, started.data, started.payment);
    });
  });
  show(form);
}

// The payment.

function pay(token, session, payment) {
  if (typeof window.Stripe !== "function") {
    return tell("The payment script did not load, so paying is not possible. Allow it, then load the page again.",
      make("button", { type: "button", onclick: () => location.reload() }, "Load again"));
  }
  head(session);
  const stripe = window.Stripe(payment.publishable_key, { stripeAccount: payment.stripe_account_id });
  const elements = stripe.elements({ clientSecret: payment.client_secret });
  const field = make("div");
  const go = make("button", { type: "button", class: "primary", onclick: () => busy(go, settle) }, "Pay and charge");
  const leave = make("button", { type: "button", onclick: () => busy(leave, () => end(client.cancel(token))) }, "Cancel");
  async function settle() {
    const { error } = await stripe.confirmPayment({ elements, redirect: "if_required", confirmParams: { return_url: location.href } });
    // Whatever the script says, only the API knows: such an error may hide a payment that was made.
    if (error && !["api_connection_error", "api_error"].includes(error.type)) {
      if (error.type === "validation_error") return tell(error.message);
      return tell(error.message, make("p", { class: "quiet" }, "Nothing was taken. Use another card."));
    }
    const { data } = await client.confirm(token);
    if (data.status === "created") return tell("The payment did not go through. Try again.");
    watch(token, data);
  }
  const end = async (answer) => { await answer; watch(token); };
  show(make("div", { class: "card stack" }, field, go, leave));
  elements.create("payment").mount(field);
}

// The session.

const STEPS = ["created", "authorized", "starting", "charging", "stopping", "settling"];
const WORDS = {
  created: "Waiting for the payment", authorized: "Paid: waking the charger", starting: "Plug in the car", charging: "Charging",
  stopping: "Stopping", settling: "Working out the bill", captured: "Done: here is your receipt", no_charge: "Done: nothing to pay",
  expired: "The payment window is over", failed: "This did not work", abandoned: "Cancelled", capture_failed: "The bill is still open",
  requires_review: "The operator is looking at this", refunded: "Refunded", written_off: "Closed by the operator",
};

function head(session) {
  title.textContent = session.charger.name;
  place.textContent = `Code ${session.charger.public_code} · connector ${session.connector_id}`;
}

let timer = 0;
let turn = 0;

// A poll that is still on its way when something later is known, or a field is in use, shows nothing.
function leaveOff() {
  clearTimeout(timer);
  return ++turn;
}

async function watch(token, session = null) {
  const mine = leaveOff();
  try {
    const payment = session ? null : await client.get(token);
    if (mine !== turn) return;
    const data = session ?? payment.data;
    if (data.status === "created" && payment?.payment) return pay(token, data, payment.payment);
    tell("");
    draw(token, data);
    if (!isOver(data)) timer = setTimeout(() => watch(token), POLL_MS);
  } catch (error) {
    if (mine !== turn) return;
    if (error instanceof ApiError && error.status === 404) return gone();
    explain(error, () => watch(token));
    timer = setTimeout(() => watch(token), POLL_MS * 3);
  }
}

function gone() {
  sessionStorage.removeItem(kept);
  tell("This session is no longer known: it has expired, or the fake was started anew.");
  show(make("button", { class: "primary", type: "button", onclick: begin }, "Start a new session"));
}

function draw(token, session) {
  head(session);
  const { pricing } = session;
  const at = STEPS.indexOf(session.status);
  const captured = session.amount_captured ?? null;
  const facts = [
    [captured === null ? "Cost so far" : "Paid", money(captured ?? session.cost_amount, pricing)],
    ...(session.tax_amount === null ? [] : [["VAT in it", money(session.tax_amount, pricing)]]),
    ["Held", money(session.amount_authorized, pricing)],
    ...(session.driver_email ? [["Receipt to", session.driver_email]] : []),
  ];
  const act = (text, kind, work) => {
    const button = make("button", { type: "button", class: kind, onclick: () => busy(button, async () => watch(token, (await work()).data)) }, text);
    return button;
  };
  show(
    make("ol", { class: "steps", "aria-hidden": "true" }, ...STEPS.map((_, index) => make("li", { "data-done": at < 0 || index <= at }))),
    make("div", { class: "card stack" },
      make("h2", { id: "status", "data-status": session.status }, WORDS[session.status] ?? session.status),
      session.failure_reason ? make("p", { class: "bad" }, session.failure_reason) : null,
      session.energy_kwh !== null ? make("div", { class: "meter" }, `${session.energy_kwh} kWh`) : null,
      make("dl", { class: "facts" }, ...facts.flatMap(([name, value]) => [make("dt", {}, name), make("dd", {}, value)]))),
    ...(["authorized", "starting"].includes(session.status) ? [act("Cancel", "danger", () => client.cancel(token))] : []),
    ...(session.status === "charging" ? [act("Stop charging", "danger", () => client.stop(token))] : []),
    ...(isOver(session) ? [make("button", { class: "primary", type: "button", onclick: () => { sessionStorage.removeItem(kept); begin(); } }, "Charge again")] : [receipt(token, session)]),
  );
}

function receipt(token, session) {
  const input = make("input", { type: "email", name: "receipt", maxlength: 255, value: session.driver_email ?? "", required: true, placeholder: "you@example.com" });
  const go = make("button", {}, "Send the receipt there");
  const form = make("form", { class: "card stack" }, make("label", {}, "Receipt to", input), go);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    busy(go, async () => watch(token, (await client.setEmail(token, input.value.trim())).data));
  });
  // Polling draws anew; a field in use stays.
  form.addEventListener("focusin", leaveOff);
  form.addEventListener("focusout", () => { timer = setTimeout(() => watch(token), POLL_MS); });
  return form;
}

document.getElementById("late").remove();  // what stands there when no script comes
begin();
