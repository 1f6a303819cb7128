// The wallet's button. It pays with a card that is accepted, once the page confirms the payment in the event `confirm`.

class ExpressCheckoutElement extends StripeElement {
  isConfirming = false;

  draw(shadow) {
    const button = make("button", { type: "button" }, "Pay with the stand-in's wallet");
    button.addEventListener("click", () => this.#click());
    shadow.replaceChildren(make("div", { class: "box" }, button));
  }

  #click() {
    const resolve = () => this.#confirm();
    if (!this.listens("click")) resolve();
    else this.emit("click", { expressPaymentType: "link", resolve, reject: () => this.emit("cancel") });
  }

  #confirm() {
    this.isConfirming = true;
    this.emit("confirm", { expressPaymentType: "link", paymentFailed: () => { this.isConfirming = false; } });
  }

  readyDetail() {
    return { availablePaymentMethods: { amazonPay: false, applePay: false, googlePay: false, klarna: false, link: true, paypal: false } };
  }

  problem() {
    return null;
  }

  method() {
    return { card: "4242424242424242" };
  }
}
