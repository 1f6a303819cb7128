// A stand-in for Stripe's browser script, served by the fake. No money moves and nothing leaves this machine.
// The fake writes its own address into BASE, so that a page on any origin reaches the right world.
(() => {
  "use strict";
  const BASE = "%BASE%";
  const CARDS = JSON.parse('%CARDS%');

  const connectionError = () => ({
    type: "api_connection_error",
    message: "The connection to Stripe broke before an answer came (injected by the stand-in).",
  });
  const validationError = (code, message) => ({ type: "validation_error", code, message });

  class IntegrationError extends Error {
    constructor(message) {
      super(message);
      this.name = "IntegrationError";
    }
  }

  const need = (value, name, example) => {
    if (value === undefined || value === null || value === "") {
      throw new IntegrationError(`${name} is missing; the stand-in wants it as in ${example}`);
    }
    return value;
  };

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

  const idOf = (secret) => encodeURIComponent(String(secret).split("_secret_")[0]);

  // Elements: a form of plain inputs in a shadow root, so that no style of the page changes it.

  const STYLE = `
    :host { display: block; font: 16px/1.4 system-ui, sans-serif; color: #1a1f36; }
    form, .box { display: grid; gap: 10px; padding: 14px; border: 1px solid #c1c9d2; border-radius: 8px; background: #fff; }
    label { display: grid; gap: 4px; font-size: 14px; }
    input, select, button { font: inherit; padding: 9px 10px; border: 1px solid #8792a2; border-radius: 6px; background: #fff; color: inherit; min-width: 0; }
    button { background: #4b45c6; color: #fff; border-color: #4b45c6; cursor: pointer; }
    button.quiet { background: #fff; color: #1a1f36; border-color: #8792a2; }
    :focus-visible { outline: 3px solid #7a73ff; outline-offset: 1px; }
    .row { display: grid; grid-template-columns: 1fr 1fr; gap: 10px; }
    .note { font-size: 13px; color: #4f566b; margin: 0; }
    dialog { border: 1px solid #8792a2; border-radius: 10px; padding: 18px; max-width: 26rem; color: #1a1f36; background: #fff; font: 16px/1.4 system-ui, sans-serif; }
    dialog p { margin: 0 0 14px; }
    dialog div { display: grid; gap: 10px; }`;

  const sheet = new CSSStyleSheet();
  sheet.replaceSync(STYLE);

  const make = (tag, attributes = {}, ...children) => {
    const node = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
    node.append(...children);
    return node;
  };

  const shadowOf = (host) => {
    const shadow = host.shadowRoot ?? host.attachShadow({ mode: "open" });
    shadow.adoptedStyleSheets = [sheet];
    return shadow;
  };

  class Element_ {
    constructor(type) {
      this.type = type;
      this.handlers = {};
      this.node = null;
    }

    on(event, handler) {
      (this.handlers[event] ??= []).push(handler);
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
      this.handlers[event] = (this.handlers[event] ?? []).filter((one) => handler && one !== handler);
      return this;
    }

    emit(event, detail = {}) {
      for (const handler of [...(this.handlers[event] ?? [])]) handler({ elementType: this.type, ...detail });
    }

    mount(target) {
      const host = typeof target === "string" ? document.querySelector(target) : target;
      if (!host) throw new IntegrationError(`the page has no element ${target} to mount on`);
      this.node = host.appendChild(make("div", { "data-plugproof-stripe": this.type }));
      this.draw(shadowOf(this.node));
      queueMicrotask(() => this.emit("ready", this.readyDetail()));
    }

    readyDetail() {
      return {};
    }

    unmount() {
      this.node?.remove();
      this.node = null;
    }

    destroy() {
      this.unmount();
      this.handlers = {};
    }

    update() {}
    focus() {
      this.node?.shadowRoot.querySelector("input, button")?.focus();
    }
    blur() {
      this.node?.shadowRoot.activeElement?.blur();
    }
    clear() {
      this.node?.shadowRoot.querySelectorAll("input").forEach((input) => (input.value = ""));
    }
    collapse() {
      return this;
    }
  }

  class PaymentElement extends Element_ {
    draw(shadow) {
      const field = (name, text, attributes) =>
        make("label", {}, text, make("input", { name, autocomplete: "off", ...attributes }));
      const cards = make("select", { name: "outcome", "aria-label": "Test card" });
      cards.append(make("option", { value: "" }, "Choose a test card, or type a number"));
      for (const card of CARDS) cards.append(make("option", { value: card.number }, `${card.number} — ${card.summary}`));
      const form = make(
        "form",
        { "aria-label": "Card (stand-in, no money moves)" },
        make("p", { class: "note" }, "Stand-in for Stripe: no money moves."),
        make("label", {}, "Test card", cards),
        field("number", "Card number", { inputmode: "numeric", placeholder: "4242 4242 4242 4242" }),
        make("div", { class: "row" },
          field("expiry", "Expiry", { placeholder: "12 / 34" }),
          field("cvc", "CVC", { inputmode: "numeric", placeholder: "123" })),
      );
      cards.addEventListener("change", () => {
        const [number, expiry, cvc] = form.querySelectorAll("input");
        [number.value, expiry.value, cvc.value] = cards.value ? [cards.value, "12 / 34", "123"] : ["", "", ""];
        this.changed();
      });
      form.addEventListener("input", () => this.changed());
      form.addEventListener("submit", (event) => event.preventDefault());
      shadow.replaceChildren(form);
    }

    values() {
      const inputs = this.node?.shadowRoot.querySelectorAll("input") ?? [];
      return Object.fromEntries([...inputs].map((input) => [input.name, input.value.trim()]));
    }

    changed() {
      this.emit("change", { complete: !this.problem(), empty: !this.values().number, value: { type: "card" } });
    }

    problem() {
      const { number = "", expiry = "", cvc = "" } = this.values();
      if (number.replace(/\D/g, "").length < 12) return validationError("incomplete_number", "Your card number is incomplete.");
      if (expiry.replace(/\D/g, "").length < 3) return validationError("incomplete_expiry", "Your card’s expiration date is incomplete.");
      if (cvc.replace(/\D/g, "").length < 3) return validationError("incomplete_cvc", "Your card’s security code is incomplete.");
      return null;
    }

    card() {
      return this.values().number.replace(/\D/g, "");
    }
  }

  class ExpressCheckoutElement extends Element_ {
    draw(shadow) {
      const button = make("button", { type: "button" }, "Pay with the stand-in's wallet");
      button.addEventListener("click", () => {
        const confirm = () => this.emit("confirm", { expressPaymentType: "link", paymentFailed: () => {} });
        if (!this.handlers.click?.length) confirm();
        else this.emit("click", { expressPaymentType: "link", resolve: confirm, reject: () => this.emit("cancel") });
      });
      shadow.replaceChildren(make("div", { class: "box" }, button));
    }

    readyDetail() {
      return { availablePaymentMethods: { link: true } };
    }

    problem() {
      return null;
    }

    card() {
      return "4242424242424242";
    }
  }

  const KINDS = { payment: PaymentElement, expressCheckout: ExpressCheckoutElement, card: PaymentElement };

  class Elements {
    constructor(options) {
      this.clientSecret = options.clientSecret;
      this.made = {};
    }

    create(type) {
      const Kind = KINDS[type];
      if (!Kind) {
        throw new IntegrationError(`the stand-in has no element "${type}"; it has ${Object.keys(KINDS).join(", ")}`);
      }
      if (this.made[type]) throw new IntegrationError(`an element "${type}" was already created; use getElement`);
      return (this.made[type] = new Kind(type));
    }

    getElement(type) {
      return this.made[type] ?? null;
    }

    update(options = {}) {
      this.clientSecret = options.clientSecret ?? this.clientSecret;
    }

    async fetchUpdates() {
      return {};
    }

    async submit() {
      const error = this.element()?.problem();
      return error ? { error } : {};
    }

    // The one with a card in it, if there is one; else the wallet.
    element() {
      const { payment, card, expressCheckout } = this.made;
      const form = [payment, card].find((one) => one?.node);
      return form && (!expressCheckout?.node || !form.problem()) ? form : (expressCheckout ?? form);
    }
  }

  // The 3-D Secure challenge: what the bank would ask, as two buttons.

  function challenge() {
    return new Promise((resolve) => {
      const host = document.body.appendChild(make("div", { "data-plugproof-stripe": "challenge" }));
      const button = (text, outcome, kind) => {
        const one = make("button", { type: "button", "data-outcome": outcome, class: kind }, text);
        one.addEventListener("click", () => dialog.close(outcome));
        return one;
      };
      const dialog = make(
        "dialog",
        { "aria-label": "3-D Secure" },
        make("p", {}, "Your bank asks you to approve this payment (3-D Secure, stand-in)."),
        make("div", {}, button("Approve", "pass", ""), button("Refuse", "fail", "quiet"), button("Close", "abandon", "quiet")),
      );
      dialog.addEventListener("close", () => {
        host.remove();
        resolve(["pass", "fail"].includes(dialog.returnValue) ? dialog.returnValue : "abandon");
      });
      shadowOf(host).append(dialog);
      dialog.showModal();
    });
  }

  function leave(returnUrl, intent) {
    const url = new URL(returnUrl, location.href);
    url.searchParams.set("payment_intent", intent.id);
    url.searchParams.set("payment_intent_client_secret", intent.client_secret);
    url.searchParams.set("redirect_status", "succeeded");
    location.assign(url);
    return new Promise(() => {}); // as Stripe's: the page is gone before this settles
  }

  class StripeStandIn {
    constructor(key, options) {
      this._key = key;
      this._account = options.stripeAccount ?? null;
    }

    elements(options = {}) {
      return new Elements(options);
    }

    async confirmPayment({ elements, clientSecret, confirmParams = {}, redirect = "always" } = {}) {
      const secret = need(clientSecret ?? elements?.clientSecret, "clientSecret", "elements({clientSecret})");
      if (redirect === "always") need(confirmParams.return_url, "confirmParams.return_url", '{return_url: "https://…"}');
      const element = elements?.element();
      const error = element?.problem();
      if (error) return { error };
      const card = element?.card() ?? "4242424242424242";
      return this._finish(secret, card, await this._confirm(secret, card), confirmParams.return_url, redirect);
    }

    async confirmCardPayment(clientSecret, data = {}) {
      const element = data.payment_method?.card;
      const error = element instanceof Element_ ? element.problem() : null;
      if (error) return { error };
      const card = element instanceof Element_ ? element.card() : "4242424242424242";
      return this._finish(clientSecret, card, await this._confirm(clientSecret, card), null, "if_required");
    }

    async handleNextAction({ clientSecret } = {}) {
      const found = await this.retrievePaymentIntent(clientSecret);
      return found.error ? found : this._finish(clientSecret, "", found.paymentIntent, null, "if_required");
    }

    async retrievePaymentIntent(clientSecret) {
      const secret = need(clientSecret, "clientSecret", 'retrievePaymentIntent("pi_…_secret_…")');
      const found = await call("GET", `${idOf(secret)}?client_secret=${encodeURIComponent(secret)}`);
      return found.error ? { error: found.error } : { paymentIntent: found };
    }

    registerAppInfo() {}

    _confirm(secret, card) {
      const fields = { client_secret: secret, card, key: this._key, account: this._account };
      return call("POST", `${idOf(secret)}/confirm`, fields);
    }

    async _finish(secret, card, answer, returnUrl, redirect) {
      if (answer.error) return { error: answer.error };
      if (answer.status === "requires_action") {
        const outcome = await challenge();
        const next = await call("POST", `${idOf(secret)}/challenge`, { client_secret: secret, card, outcome });
        return this._finish(secret, card, next, returnUrl, redirect);
      }
      return redirect === "always" && returnUrl ? leave(returnUrl, answer) : { paymentIntent: answer };
    }
  }

  const known = new Set(["then", "toJSON", "constructor"]);
  function Stripe(key, options = {}) {
    need(key, "the publishable key", 'Stripe("pk_test_…", {stripeAccount: "acct_…"})');
    return new Proxy(new StripeStandIn(key, options), {
      get(target, name) {
        if (name in target || typeof name === "symbol" || known.has(name)) return target[name];
        throw new IntegrationError(`the stand-in for Stripe has no "${name}"; it has elements, confirmPayment, ` +
          "confirmCardPayment, handleNextAction and retrievePaymentIntent");
      },
    });
  }
  Stripe.version = "plugproof";
  window.Stripe = Stripe;
})();
