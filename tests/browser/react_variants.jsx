// Other ways in which a team's React page may pay; the address names one of them, and the payment.
import { CardElement, Elements, ExpressCheckoutElement, PaymentElement, useElements, useStripe } from "@stripe/react-stripe-js";
import { loadStripe } from "@stripe/stripe-js/pure";
import { StrictMode, useState } from "react";
import { createRoot } from "react-dom/client";

const { way, secret, key, account } = Object.fromEntries(new URLSearchParams(location.search));
const redirect = "if_required";

function Wallet() {
  const [stripe, elements, [answer, setAnswer]] = [useStripe(), useElements(), useState(null)];
  const confirm = async () => setAnswer(await stripe.confirmPayment({ elements, redirect }));
  return <><ExpressCheckoutElement onConfirm={confirm} /><Answer {...answer} /></>;
}

function Card() {
  const [stripe, elements, [answer, setAnswer]] = [useStripe(), useElements(), useState(null)];
  const pay = async () => setAnswer(
    await stripe.confirmCardPayment(secret, { payment_method: { card: elements.getElement(CardElement) } }));
  return <><CardElement /><button onClick={pay}>Pay</button><Answer {...answer} /></>;
}

// With an amount first, and the secret only when the driver has pressed the button.
function Deferred() {
  const [stripe, elements, [answer, setAnswer]] = [useStripe(), useElements(), useState(null)];
  async function pay() {
    const submitted = await elements.submit();
    if (submitted.error) return setAnswer(submitted);
    setAnswer(await stripe.confirmPayment({ elements, clientSecret: secret, redirect }));
  }
  return <><PaymentElement onChange={({ complete }) => { document.title = String(complete); }} />
    <button onClick={pay} disabled={!stripe}>Pay</button><Answer {...answer} /></>;
}

const Answer = ({ error, paymentIntent }) => <p role="status">{error?.message ?? paymentIntent?.status}</p>;

const WAYS = { wallet: Wallet, card: Card, deferred: Deferred };
const OPTIONS = { wallet: { clientSecret: secret }, card: {}, deferred: { mode: "payment", amount: 5000, currency: "eur" } };
const Way = WAYS[way];

createRoot(document.body.appendChild(document.createElement("main"))).render(
  <StrictMode>
    <Elements stripe={loadStripe(key, { stripeAccount: account })} options={OPTIONS[way]}><Way /></Elements>
  </StrictMode>,
);
