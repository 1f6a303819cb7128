// The chargers of this world: what each code does, and a form that sets one up or changes it.
import { readConnectors, showConnectors, wireConnectors } from "./connectors.js";
import { act, ask, base, by, make } from "./control.js";

const form = by("charger").elements;
const NUMBERS = ["price_per_kwh", "start_fee"];
let summaries = new Map();

function row(charger) {
  const { public_code: code, scenario } = charger;
  const words = summaries.get(code) ?? `as ${scenario}`;
  return [make("dt", {}, make("a", { href: `${base}/pay/${encodeURIComponent(code)}` }, code)),
    make("dd", {}, make("span", {}, charger.name), ` · ${words}${charger.online ? "" : " · offline"} `,
      make("button", { class: "small", type: "button", "aria-label": `Edit ${code}`, onclick: () => edit(charger) }, "Edit"))];
}

function edit(charger) {
  form.code.value = charger.public_code;
  for (const name of ["name", "scenario", "preauth_amount"]) form[name].value = charger[name];
  for (const name of [...NUMBERS, "currency"]) form[name].value = charger.pricing[name];
  for (const name of ["online", "public_charging"]) form[name].checked = charger[name];
  showConnectors(charger.connectors);
  by("charger").hidden = false;
  form.name.focus();
}

function wanted() {
  const pricing = Object.fromEntries(NUMBERS.map((name) => [name, form[name].valueAsNumber]));
  return { name: form.name.value, scenario: form.scenario.value, online: form.online.checked,
    public_charging: form.public_charging.checked, preauth_amount: form.preauth_amount.valueAsNumber,
    pricing: { ...pricing, currency: form.currency.value }, connectors: readConnectors() };
}

async function list() {
  const { chargers } = await ask("GET", "/chargers");
  by("codes").replaceChildren(...chargers.flatMap(row));
  const chosen = by("code").value;
  by("code").replaceChildren(...chargers.map((one) => make("option", {}, one.public_code)));
  if (chargers.some((one) => one.public_code === chosen)) by("code").value = chosen;
  return chargers;
}

// Do something to the charger of the form, and show the chargers as they are then.
const change = (work) => act(async () => {
  await work(encodeURIComponent(form.code.value.trim()));
  await list();
  by("charger").hidden = true;
});

export async function wireChargers() {
  wireConnectors();
  by("charger").addEventListener("submit", (event) => {
    event.preventDefault();
    change((code) => ask("PUT", `/chargers/${code}`, wanted()));
  });
  by("remove-charger").addEventListener("click", () => change((code) => ask("DELETE", `/chargers/${code}`)));
  by("leave-charger").addEventListener("click", () => { by("charger").hidden = true; });
  const { scenarios } = await ask("GET", "/scenarios");
  summaries = new Map(scenarios.map((one) => [one.code, one.summary]));
  form.scenario.replaceChildren(...scenarios.map((one) => make("option", {}, one.code)));
  const chargers = await list();
  if (chargers.some((one) => one.public_code === "HAPPY")) by("code").value = "HAPPY";
  by("new-charger").addEventListener("click", () => {
    edit({ ...chargers[0], public_code: "", name: "", scenario: "HAPPY", online: true, public_charging: true });
    form.code.focus();
  });
}
