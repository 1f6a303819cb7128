// The faults of this world, each with a switch. What is switched off here is gone from the fake, and kept by this page.
import { act, ask, by, make } from "./control.js";

let off = [];

const FIELDS = ["operation", "kind", "when", "rate", "first", "milliseconds"];
const isGiven = (name, fault) => fault[name] !== null && (name !== "milliseconds" || fault.kind === "latency");
const fieldsOf = (fault) => Object.fromEntries(FIELDS.filter((name) => isGiven(name, fault)).map((name) => [name, fault[name]]));
const describe = (fault) => [`${fault.operation}: ${fault.kind}`, fault.when, fault.rate < 1 && `rate ${fault.rate}`,
  fault.first && `first ${fault.first}`, fault.kind === "latency" && `${fault.milliseconds} ms`, `struck ${fault.applied_count}×`].filter(Boolean).join(", ");

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
  const numbers = ["first", "rate", "milliseconds"].filter((name) => form[name].value !== "" && !form[name].disabled);
  return { operation: form.operation.value, kind: form.kind.value, ...(form.when.value ? { when: form.when.value } : {}),
    ...Object.fromEntries(numbers.map((name) => [name, Number(form[name].value)])) };
};

export async function wireFaults() {
  const form = by("fault").elements;
  const fit = () => {
    const isLatency = form.kind.value === "latency";
    form.milliseconds.disabled = !isLatency;
    form.milliseconds.parentElement.hidden = !isLatency;
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
  const kinds = await ask("GET", "/fault-kinds");
  form.operation.replaceChildren(...kinds.operations.map((one) => make("option", {}, one)));
  form.operation.value = "confirm";
  form.kind.replaceChildren(...kinds.kinds.map((one) => make("option", {}, one)));
  form.kind.value = "reset";
  fit();
}
