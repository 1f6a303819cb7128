// The faults of this world, each with a switch. What is switched off here is gone from the fake, and kept by this page.
import { act, ask, by, make } from "./control.js";

let off = [];

const FIELDS = ["operation", "kind", "when", "rate", "first", "milliseconds", "field", "rule", "token", "code", "since", "until"];
const isGiven = (name, fault) => fault[name] !== null && (name !== "milliseconds" || fault.milliseconds > 0);
const windowOf = ({ since, until }) => [since !== null && `from ${since}`, until !== null && `until ${until}`].filter(Boolean)
  .map((one) => /\d$/.test(one) ? `${one} s` : one).join(" ");
const fieldsOf = (fault) => Object.fromEntries(FIELDS.filter((name) => isGiven(name, fault)).map((name) => [name, fault[name]]));
const describe = (fault) => [`${fault.operation}: ${fault.kind}`, fault.rule ?? fault.field, fault.when, fault.rate < 1 && `rate ${fault.rate}`,
  fault.first && `first ${fault.first}`, fault.milliseconds > 0 && `${fault.milliseconds} ms`, fault.code && `charger ${fault.code}`,
  fault.token && "one session", windowOf(fault), `struck ${fault.applied_count}×`].filter(Boolean).join(", ");

const row = (fault, isOn, flip) => make("li", {}, make("label", { class: "inline" },
  make("input", { type: "checkbox", role: "switch", checked: isOn, onchange: () => act(flip) }), describe(fault)));

const switchOff = (fault, place) => async () => {
  await ask("DELETE", `/faults/${place}`);
  off.push(fault);
};
const switchOn = (fault) => async () => {
  await ask("POST", "/faults", fieldsOf(fault));
  off = off.filter((one) => one !== fault);
};

let shown = "";
export function drawFaults({ faults }) {
  const now = JSON.stringify([faults, off]);
  if (now === shown) return;  // what has the keyboard keeps it
  shown = now;
  by("faults").replaceChildren(...faults.map((one, place) => row(one, true, switchOff(one, place))),
    ...off.map((one) => row(one, false, switchOn(one))));
}

const wanted = (form) => {
  const isSet = (name) => form[name].value !== "" && !form[name].disabled;
  const numbers = ["first", "rate", "milliseconds", "until"].filter(isSet);
  const texts = ["operation", "kind", "when", "field", "rule", "code"].filter(isSet);
  return { ...Object.fromEntries(texts.map((name) => [name, form[name].value])),
    ...Object.fromEntries(numbers.map((name) => [name, Number(form[name].value)])) };
};

export async function wireFaults() {
  const form = by("fault").elements;
  const kinds = await ask("GET", "/fault-kinds");
  const show = (name, isShown) => {
    form[name].disabled = !isShown;
    form[name].parentElement.hidden = !isShown;
  };
  const fit = () => {
    const takes = kinds.parameters[form.kind.value];
    show("milliseconds", "milliseconds" in takes);
    show("field", "field" in takes);
    show("rule", "rule" in takes);
    form.rule.replaceChildren(...(takes.rule ?? []).map((one) => make("option", {}, one)));
    form.field.replaceChildren(make("option", { value: "" }, "as usual"), ...(takes.field ?? []).map((one) => make("option", {}, one)));
  };
  form.kind.addEventListener("change", fit);
  by("fault").addEventListener("submit", (event) => {
    event.preventDefault();
    act(() => ask("POST", "/faults", wanted(form)));
  });
  by("clear-faults").addEventListener("click", () => act(async () => {
    await ask("DELETE", "/faults");
    off = [];
  }));
  form.operation.replaceChildren(...kinds.operations.map((one) => make("option", {}, one)));
  form.operation.value = "confirm";
  form.kind.replaceChildren(...kinds.kinds.map((one) => make("option", {}, one)));
  form.kind.value = "reset";
  fit();
}
