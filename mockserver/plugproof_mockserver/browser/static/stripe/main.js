// The object that `Stripe()` returns, and what Stripe's own has and this one does not.

const ABSENT = [
  "collectBankAccountForPayment", "collectBankAccountForSetup", "collectBankAccountToken", "collectFinancialConnectionsAccounts",
  "confirmBancontactPayment", "confirmCardSetup", "confirmEpsPayment", "confirmGiropayPayment", "confirmIdealPayment",
  "confirmKlarnaPayment", "confirmP24Payment", "confirmPayPalPayment", "confirmSepaDebitPayment", "confirmSetup",
  "confirmSofortPayment", "confirmTwintPayment", "createConfirmationToken", "createEmbeddedCheckoutPage", "createPaymentMethod",
  "createRadarSession", "createSource", "createToken", "initCheckout", "initCheckoutElementsSdk", "initCheckoutFormSdk",
  "initEmbeddedCheckout", "redirectToCheckout", "retrieveSetupIntent", "retrieveSource", "verifyIdentity",
];

// The older way to a wallet: pages ask whether there is one, and show no button where there is none.
class PaymentRequest extends Emitter {
  async canMakePayment() {
    return null;
  }

  update() {}
  abort() {}
  isShowing() {
    return false;
  }

  show() {
    throw new IntegrationError("paymentRequest.show(): the stand-in has no wallet for it; use the Express Checkout Element.");
  }
}

const isElement = (value) => value instanceof StripeElement;

// The way to pay that `confirmCardPayment` is given: an element, the id of a method, or none.
function collectCard({ payment_method: method } = {}) {
  const card = method?.card;
  if (!isElement(card)) return { method: typeof method === "string" ? { payment_method: method } : {} };
  if (!card.isMounted) {
    throw new IntegrationError("We could not retrieve data from the specified Element. Please make sure the Element you are " +
      "attempting to use is still mounted.");
  }
  const error = card.problem();
  return error ? { error } : { method: card.method() };
}

class StripeStandIn {
  #fields;

  constructor(key, { stripeAccount = null } = {}) {
    this.#fields = { key, account: stripeAccount };
  }

  elements(options = {}) {
    return new Elements(options, (secret) => this.retrievePaymentIntent(secret));
  }

  async confirmPayment({ elements, clientSecret, confirmParams = {}, redirect = "always" } = {}) {
    if (!elements && !clientSecret) {
      throw new IntegrationError("stripe.confirmPayment(): expected either `elements` or `clientSecret`, but got neither.");
    }
    if (elements && !(elements instanceof Elements)) {
      throw new IntegrationError("Invalid value for stripe.confirmPayment(): elements should be what stripe.elements() returned.");
    }
    if (!["always", "if_required"].includes(redirect)) {
      throw new IntegrationError("Invalid value for stripe.confirmPayment(): redirect must be `always` or `if_required`.");
    }
    if (redirect === "always" && !confirmParams.return_url) {
      throw new IntegrationError("Missing value for stripe.confirmPayment(): confirmParams.return_url is required unless you pass `redirect: 'if_required'`.");
    }
    const secret = checkSecret(elements ? elements.secretFor(clientSecret) : clientSecret, "stripe.confirmPayment(): clientSecret");
    const { error, method } = elements ? elements.collect() : { method: { payment_method: confirmParams.payment_method ?? null } };
    const problem = error ?? problemOfReturn(confirmParams.return_url);
    if (problem) return { error: problem };
    const result = await this.#handle(secret, await this.#confirm(secret, method));
    return redirect === "always" && result.paymentIntent ? leave(confirmParams.return_url, result.paymentIntent) : result;
  }

  async confirmCardPayment(clientSecret, data = {}, { handleActions = true } = {}) {
    const secret = checkSecret(clientSecret, "stripe.confirmCardPayment(): the first argument");
    if (isElement(data)) throw new IntegrationError("Do not pass an Element to stripe.confirmCardPayment() directly.");
    const { error, method } = collectCard(data);
    if (error) return { error };
    const answer = await this.#confirm(secret, method);
    return handleActions || answer.error ? this.#handle(secret, answer) : { paymentIntent: answer };
  }

  async handleNextAction({ clientSecret } = {}) {
    const found = await this.retrievePaymentIntent(clientSecret);
    if (found.error) return found;
    if (found.paymentIntent.status !== "requires_action") {
      throw new IntegrationError("handleNextAction: The PaymentIntent supplied is not in the requires_action state.");
    }
    return this.#handle(clientSecret, found.paymentIntent);
  }

  handleCardAction(clientSecret) {
    return this.handleNextAction({ clientSecret });
  }

  async retrievePaymentIntent(clientSecret) {
    const secret = checkSecret(clientSecret, "stripe.retrievePaymentIntent(): the first argument");
    const query = new URLSearchParams({ client_secret: secret, account: this.#fields.account ?? "" });
    const found = await call("GET", `${idOf(secret)}?${query}`);
    return found.error ? { error: found.error } : { paymentIntent: found };
  }

  paymentRequest() {
    return new PaymentRequest();
  }

  registerAppInfo() {}

  // What @stripe/stripe-js and @stripe/react-stripe-js say of themselves.
  _registerWrapper() {}

  #confirm(secret, method) {
    return call("POST", `${idOf(secret)}/confirm`, { client_secret: secret, ...method, ...this.#fields });
  }

  async #handle(secret, answer) {
    if (answer.error) return { error: answer.error };
    if (answer.status !== "requires_action") return { paymentIntent: answer };
    const fields = { client_secret: secret, outcome: await challenge(), ...this.#fields };
    return this.#handle(secret, await call("POST", `${idOf(secret)}/challenge`, fields));
  }
}

// A page may ask whether there is such a function, as React's package does; only a call is an error.
for (const name of ABSENT) {
  StripeStandIn.prototype[name] = function absent() {
    throw new IntegrationError(`the stand-in for Stripe has no "${name}"; it has elements, confirmPayment, ` +
      "confirmCardPayment, handleNextAction and retrievePaymentIntent");
  };
}

function Stripe(key, options) {
  if (typeof key !== "string" || !key) {
    throw new IntegrationError("Missing value for Stripe(): apiKey should be a string, such as `payment.publishable_key` of start or get.");
  }
  if (/^(sk|rk)_/.test(key)) {
    throw new IntegrationError("You should not use your secret key with Stripe.js. Please pass a publishable key instead.");
  }
  return new StripeStandIn(key, options ?? {});
}

// Stripe's loader compares this with the train of releases in the address, as in /clover/stripe.js, and warns.
Stripe.version = /\/([a-z]+)\/stripe\.js/.exec(document.currentScript?.src ?? "")?.[1] ?? 3;
window.Stripe = Stripe;
