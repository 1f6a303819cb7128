// A team's page on the fake, unchanged: Stripe's script is answered by the stand-in.
import { expect, test } from "@playwright/test";

const FAKE = process.env.PLUGPROOF_URL ?? "http://127.0.0.1:8000";

test("a driver pays and charges", async ({ page, request }) => {
  await page.route("https://js.stripe.com/**", async (route) =>
    route.fulfill({ response: await request.get(`${FAKE}/stripe/v3.js`) }),
  );
  await page.goto("/charge/HAPPY");
  await page.getByRole("button", { name: "Pay" }).click();
  await page.locator("select[name=outcome]").selectOption("4242424242424242");
  await page.getByRole("button", { name: "Confirm" }).click();
  await expect(page.getByText("Charging")).toBeVisible();
});
