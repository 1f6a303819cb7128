// A team's own page with Stripe's React package, as it runs in production: nothing in it knows of the fake.
// Let the browser get Stripe's script from the fake, as playwright.spec.ts and cypress.cy.js do.
import { Elements, PaymentElement, useElements, useStripe } from "@stripe/react-stripe-js";
import { loadStripe } from "@stripe/stripe-js";
import { StrictMode, useMemo, useState } from "react";
import { createRoot } from "react-dom/client";

const API = new URLSearchParams(location.search).get("api") ?? "http://127.0.0.1:8000/api";
const SESSIONS = `${API}/v3/public-charging/sessions`;

async function post(url, fields = {}) {
  const headers = { accept: "application/json", "content-type": "application/json" };
  const response = await fetch(url, { method: "POST", headers, body: JSON.stringify(fields) });
  const content = await response.json();
  if (!response.ok) throw new Error(content.message);
  return content;
}

function PayForm({ token, onSession }) {
  const [stripe, elements] = [useStripe(), useElements()];
  const [problem, setProblem] = useState("");

  async function pay(event) {
    event.preventDefault();
    const { error } = await stripe.confirmPayment({
      elements, redirect: "if_required", confirmParams: { return_url: location.href },
    });
    // Whatever the script says, only the API knows: an answer that was lost may hide a payment that was made.
    if (error && error.type !== "api_connection_error") return setProblem(error.message);
    onSession((await post(`${SESSIONS}/${token}/confirm`)).data);
  }

  return (
    <form onSubmit={pay}>
      <PaymentElement />
      <p role="alert">{problem}</p>
      <button disabled={!stripe}>Pay and charge</button>
    </form>
  );
}

function Payment({ token, payment, onSession }) {
  const stripe = useMemo(
    () => loadStripe(payment.publishable_key, { stripeAccount: payment.stripe_account_id }),
    [payment],
  );
  return (
    <Elements stripe={stripe} options={{ clientSecret: payment.client_secret }}>
      <PayForm token={token} onSession={onSession} />
    </Elements>
  );
}

function Charge({ code }) {
  const [started, setStarted] = useState(null);
  const [session, setSession] = useState(null);
  if (session) return <p role="status">{session.status}</p>;
  if (!started) {
    return <button onClick={async () => setStarted(await post(SESSIONS, { code, connector_id: 1 }))}>Start</button>;
  }
  return <Payment token={started.session_token} payment={started.payment} onSession={setSession} />;
}

createRoot(document.body.appendChild(document.createElement("main"))).render(
  <StrictMode><Charge code="HAPPY" /></StrictMode>,
);
