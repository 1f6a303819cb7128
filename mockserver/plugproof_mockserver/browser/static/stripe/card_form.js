// The card form, which is the elements `payment` and `card`.

const digitsOf = (text) => text.replace(/\D/g, "");

// The check digit of a card's number (Luhn); the stand-in's own numbers have none.
function isNumber(digits) {
  const total = [...digits].reverse().reduce((sum, digit, place) => {
    const value = Number(digit) * (place % 2 ? 2 : 1);
    return sum + (value > 9 ? value - 9 : value);
  }, 0);
  return total % 10 === 0 || CARDS.some((card) => card.number === digits);
}

function problemOfExpiry(text) {
  const digits = digitsOf(text);
  const [month, year] = [Number(digits.slice(0, 2)), digits.slice(2)];
  if (month < 1 || month > 12 || ![2, 4].includes(year.length)) {
    return validationError("incomplete_expiry", "Your card’s expiration date is incomplete.");
  }
  const now = new Date();
  const full = year.length === 2 ? 2000 + Number(year) : Number(year);
  if (full < now.getFullYear()) {
    return validationError("invalid_expiry_year_past", "Your card’s expiration year is in the past.");
  }
  if (full === now.getFullYear() && month < now.getMonth() + 1) {
    return validationError("invalid_expiry_month_past", "Your card’s expiration date is in the past.");
  }
  return null;
}

function problemOfCard({ number = "", expiry = "", cvc = "" }) {
  const digits = digitsOf(number);
  if (digits.length < (digits.startsWith("3") ? 14 : 16)) return validationError("incomplete_number", "Your card number is incomplete.");
  if (!isNumber(digits)) return validationError("invalid_number", "Your card number is invalid.");
  const problem = problemOfExpiry(expiry);
  if (problem) return problem;
  return digitsOf(cvc).length < 3 ? validationError("incomplete_cvc", "Your card’s security code is incomplete.") : null;
}

class CardForm extends StripeElement {
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
      this.#changed();
    });
    form.addEventListener("input", (event) => event.target !== cards && this.#changed());
    form.addEventListener("submit", (event) => event.preventDefault());
    shadow.replaceChildren(form);
  }

  #values() {
    const inputs = this.node?.shadowRoot.querySelectorAll("input") ?? [];
    return Object.fromEntries([...inputs].map((input) => [input.name, input.value.trim()]));
  }

  #changed() {
    const common = { complete: !this.problem(), empty: !Object.values(this.#values()).some(Boolean) };
    this.emit("change", { ...common, ...this.changeDetail() });
  }

  changeDetail() {
    return { collapsed: false, value: { type: "card" } };
  }

  problem() {
    return problemOfCard(this.#values());
  }

  method() {
    return { card: digitsOf(this.#values().number) };
  }
}

class CardElement extends CardForm {
  changeDetail() {
    return { brand: "unknown", error: undefined, value: { postalCode: "" } };
  }
}
