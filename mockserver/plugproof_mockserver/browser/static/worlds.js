// The worlds of the fake: open another, or fork this one. A name that no world has is made by opening it.
import { act, ask, by, look, make } from "./control.js";

const SUGGESTED = 100;
const here = document.body.dataset.world;
const NAME = /^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$/;

const page = (query) => ask("GET", `/worlds?${new URLSearchParams(query)}`);

let asked = 0;

// As many as a list of suggestions is of use; what is typed brings the others. Only the last question's answer counts.
async function suggest() {
  const mine = ++asked;
  const typed = by("world").value.trim();
  const { worlds } = await page({ limit: SUGGESTED, search: typed === here ? "" : typed });
  if (mine !== asked) return;
  by("worlds").replaceChildren(...worlds.map((one) => make("option", { value: one.name }, `${one.sessions} sessions`)));
}

function open(name, token = "") {
  if (!NAME.test(name)) throw new Error(`A world can't be named ${name}; use 1 to 64 letters, digits, "_", "." and "-", beginning with a letter or digit.`);
  location.assign(`${name === "default" ? "" : `/worlds/${name}`}/_plugproof/${token ? `#${token}` : ""}`);
}

// A fork is named after the world it comes from, so that a secret for a prefix of names opens it, too.
async function freeName() {
  const stem = `${here.slice(0, 52)}-fork-`;
  const taken = new Set();
  for (let after = ""; after !== null;) {
    const { worlds, next } = await page({ search: stem, after });
    worlds.forEach((one) => taken.add(one.name));
    after = next;
  }
  for (let number = 1; ; number++) if (!taken.has(stem + number)) return stem + number;
}

async function fork(token) {
  const made = await ask("POST", `/worlds/${here}/fork`, { name: await freeName() });
  open(made.name, token);
}

export function wireWorlds(selected) {
  by("world").value = here;
  document.title = `plugproof console · ${here}`;
  let timer = 0;
  by("world").addEventListener("focus", () => look(suggest));
  by("world").addEventListener("input", () => { clearTimeout(timer); timer = setTimeout(() => look(suggest), 200); });
  by("switch").addEventListener("submit", (event) => {
    event.preventDefault();
    act(async () => open(by("world").value.trim()));
  });
  by("fork").addEventListener("click", () => act(() => fork(selected() ?? "")));
}
