// The same with Cypress: the script comes from the fake, and the card form is in an open shadow root.
const FAKE = Cypress.env("PLUGPROOF_URL") ?? "http://127.0.0.1:8000";

it("pays and charges", () => {
  cy.intercept("https://js.stripe.com/**", (request) => request.redirect(`${FAKE}/stripe/v3.js`));
  cy.visit("/charge/HAPPY");
  cy.contains("button", "Pay").click();
  cy.get("[data-plugproof-stripe=payment]").shadow().find("select[name=outcome]").select("4242424242424242");
  cy.contains("button", "Confirm").click();
  cy.contains("Charging");
});
