// The connectors of the charger in the form: a row for each, from the page's template.
import { by } from "./control.js";

const rows = () => [...by("connectors").querySelectorAll("[role=group]")];
const fields = (row) => Object.fromEntries([...row.querySelectorAll("[data-field]")].map((one) => [one.dataset.field, one]));

// What can't be left out is not offered: a charger without a connector is refused.
function fit() {
  for (const row of rows()) {
    row.setAttribute("aria-label", `Connector ${fields(row).connector_id.value}`);
    row.querySelector("[data-remove]").disabled = rows().length === 1;
  }
}

function add(connector) {
  const row = by("connector").content.firstElementChild.cloneNode(true);
  for (const [name, field] of Object.entries(fields(row))) field.value = connector[name];
  row.querySelector("[data-remove]").addEventListener("click", () => {
    row.remove();
    fit();
  });
  by("connectors").append(row);
  fit();
  return row;
}

export function showConnectors(connectors) {
  rows().forEach((row) => row.remove());
  connectors.forEach(add);
}

export const readConnectors = () => rows().map((row) => Object.fromEntries(Object.entries(fields(row)).map(([name, field]) =>
  [name, name === "connector_id" ? field.valueAsNumber : field.value])));

// The next one is like the last one, with the next free number.
export function wireConnectors() {
  by("connectors").addEventListener("input", fit);
  by("add-connector").addEventListener("click", () => {
    const taken = readConnectors();
    const number = Math.min(100, Math.max(...taken.map((one) => one.connector_id || 0)) + 1);
    fields(add({ ...taken.at(-1), connector_id: number })).connector_id.focus();
  });
}
