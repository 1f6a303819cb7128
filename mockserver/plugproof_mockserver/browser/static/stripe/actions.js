// What happens beside the form: the bank's question, and the way to the page that the driver returns to.

// The 3-D Secure challenge: what the bank would ask, as buttons.
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

function problemOfReturn(url) {
  if (!isGiven(url) || URL.canParse(url)) return null;  // without a base, only a whole address can be parsed
  return { type: "invalid_request_error", code: "url_invalid", param: "return_url", message: "Not a valid URL" };
}

function leave(returnUrl, intent) {
  const url = new URL(returnUrl);
  url.searchParams.set("payment_intent", intent.id);
  url.searchParams.set("payment_intent_client_secret", intent.client_secret);
  url.searchParams.set("redirect_status", "succeeded");
  location.assign(url);
  return new Promise(() => {}); // as Stripe's: the page is gone before this settles
}
