// The group that `stripe.elements()` makes: one element of each type, and what they pay.

const KINDS = { payment: CardForm, expressCheckout: ExpressCheckoutElement, card: CardElement };
const MODES = ["payment", "setup", "subscription"];

function checkMode({ mode, amount, currency, clientSecret }) {
  if (!MODES.includes(mode)) {
    throw new IntegrationError(`Invalid value for elements(): mode must be one of the following strings: ${MODES.join(", ")}. You specified: ${mode}.`);
  }
  if (clientSecret) throw new IntegrationError("Invalid value for elements(): give either `clientSecret` or `mode`, not both.");
  if (!currency) throw new IntegrationError("Missing value for elements(): with `mode`, `currency` should be a three-letter string.");
  if (mode !== "setup" && !Number.isInteger(amount)) {
    throw new IntegrationError("Missing value for elements(): with `mode`, `amount` should be an integer in the smallest unit of the currency.");
  }
}

class Elements extends Emitter {
  #options;
  #retrieve;
  #made = {};
  #isSubmitted = false;

  constructor(options, retrieve) {
    super();
    if (isGiven(options.clientSecret)) checkSecret(options.clientSecret, "elements(): clientSecret");
    if (isGiven(options.mode)) checkMode(options);
    this.#options = options;
    this.#retrieve = retrieve;
  }

  create(type, options = {}) {
    const Kind = Object.hasOwn(KINDS, type) ? KINDS[type] : null;
    if (!Kind) {
      throw new IntegrationError("A valid Element name must be provided. The elements of the stand-in are: " +
        `${Object.keys(KINDS).join(", ")}; you passed: ${type}.`);
    }
    if (type !== "card" && !this.#options.clientSecret && !this.#options.mode) {
      throw new IntegrationError(`In order to create a ${type} element, you must pass a clientSecret or mode when creating the Elements group.`);
    }
    if (this.#made[type]) throw new IntegrationError(`Can only create one Element of type ${type} through an Elements instance; use getElement.`);
    return (this.#made[type] = new Kind(type, options, () => delete this.#made[type]));
  }

  // React's package lets a page name the component in place of the type.
  getElement(type) {
    return this.#made[type?.__elementType ?? type] ?? null;
  }

  // The secret can't be changed, as with Stripe: another payment needs another group.
  async update(options = {}) {
    const { clientSecret, ...rest } = options;
    this.#options = { ...this.#options, ...rest };
    this.emit("update-end");
  }

  async fetchUpdates() {
    const { error } = this.#options.clientSecret ? await this.#retrieve(this.#options.clientSecret) : {};
    return error ? { error: { message: error.message, status: error.code } } : {};
  }

  async submit() {
    const element = this.#paying("elements.submit()");
    const error = element.problem();
    if (error) return { error };
    this.#isSubmitted = true;
    return { selectedPaymentMethod: element.type === "expressCheckout" ? "link" : "card" };
  }

  // The secret of the payment: the group's own, or with `mode` the one that the page gives once it has submitted.
  secretFor(given) {
    if (!this.#options.mode) return this.#options.clientSecret ?? given;
    if (!given) throw new IntegrationError("You must pass in a clientSecret when calling stripe.confirmPayment().");
    if (!this.#isSubmitted) {
      throw new IntegrationError("elements.submit() must be called before stripe.confirmPayment(). Call elements.submit() " +
        "as soon as your customer presses pay, prior to any asynchronous work.");
    }
    return given;
  }

  // What the driver pays with, as `{method}`, or what is wrong with it, as `{error}`.
  collect() {
    const element = this.#paying("stripe.confirmPayment()");
    if (element instanceof ExpressCheckoutElement && !element.isConfirming) {
      throw new IntegrationError('Element confirming payment is "expressCheckout", but stripe.confirmPayment() was not ' +
        'called within the "confirm" event. Please call stripe.confirmPayment() in the "confirm" event.');
    }
    element.isConfirming = false;
    const error = element.problem();
    return error ? { error } : { method: element.method() };
  }

  // The wallet while it confirms; else the form, if there is one.
  #paying(where) {
    const mounted = ["payment", "card", "expressCheckout"].map((type) => this.#made[type]).filter((one) => one?.isMounted);
    const element = mounted.find((one) => one.isConfirming) ?? mounted[0];
    if (!element) {
      throw new IntegrationError(`Invalid value for ${where}: elements should have a mounted Payment Element or Express Checkout Element.`);
    }
    return element;
  }
}
