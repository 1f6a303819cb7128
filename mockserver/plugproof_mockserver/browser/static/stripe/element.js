// What every element is: something that is mounted in the page, in an open shadow root so that no style changes it.

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

const shadowOf = (host) => {
  const shadow = host.shadowRoot ?? host.attachShadow({ mode: "open" });
  shadow.adoptedStyleSheets = [sheet];
  return shadow;
};

function hostOf(target) {
  if (!target) throw new IntegrationError("Missing argument. Make sure to call mount() with a valid DOM element or selector.");
  const host = typeof target === "string" ? document.querySelector(target) : target;
  if (!host) {
    throw new IntegrationError(`The selector you specified (${target}) applies to no DOM elements that are currently on ` +
      "the page. Make sure the element exists on the page before calling mount().");
  }
  if (!(host instanceof Element)) {
    throw new IntegrationError("Invalid DOM element. Make sure to call mount() with a valid DOM element or selector.");
  }
  return host;
}

class StripeElement extends Emitter {
  #forget;
  #isDestroyed = false;

  constructor(type, options, forget) {
    super();
    this.type = type;
    this.options = { ...options };
    this.node = null;
    this.#forget = forget;
  }

  get isMounted() {
    return Boolean(this.node?.isConnected);
  }

  emit(event, detail = {}) {
    super.emit(event, { elementType: this.type, ...detail });
  }

  mount(target) {
    if (this.#isDestroyed) throw new IntegrationError("This Element has already been destroyed. Please create a new one.");
    const host = hostOf(target);
    if (this.isMounted && this.node.parentNode === host) return;
    if (this.isMounted) {
      throw new IntegrationError("This Element is already mounted. Use `unmount()` to unmount the Element before re-mounting.");
    }
    this.node = make("div", { "data-plugproof-stripe": this.type });
    const shadow = shadowOf(this.node);
    shadow.addEventListener("focusin", () => this.emit("focus"));
    shadow.addEventListener("focusout", () => this.emit("blur"));
    shadow.addEventListener("keydown", (event) => event.key === "Escape" && this.emit("escape"));
    this.draw(shadow);
    host.replaceChildren(this.node);
    host.classList.add("StripeElement");
    const node = this.node;
    queueMicrotask(() => this.node === node && this.emit("ready", this.readyDetail()));
  }

  unmount() {
    this.node?.parentNode?.classList.remove("StripeElement");
    this.node?.remove();
    this.node = null;
  }

  // Another element of its type may be created then, as React does when it mounts a component twice.
  destroy() {
    this.unmount();
    this.silence();
    this.#isDestroyed = true;
    this.#forget();
  }

  update(options = {}) {
    Object.assign(this.options, options);
  }

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

  readyDetail() {
    return {};
  }
}
