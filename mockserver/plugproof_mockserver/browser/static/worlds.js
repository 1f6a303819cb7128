// The worlds of the fake: open another, or fork this one. A name that no world has is made by opening it.
import { act, ask, by, make } from "./control.js";

const here = document.body.dataset.world;
const NAME = /^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$/;

async function listWorlds() {
  const { worlds } = await ask("GET", "/worlds");
  by("worlds").replaceChildren(...worlds.slice(0, 200).map((one) =>
    make("option", { value: one.name }, `${one.sessions} sessions`)));
  return worlds;
}

function open(name, token = "") {
  if (!NAME.test(name)) throw new Error(`A world can't be named ${name}; use 1 to 64 letters, digits, "_", "." and "-", beginning with a letter or digit.`);
  location.assign(`${name === "default" ? "" : `/worlds/${name}`}/_plugproof/${token ? `#${token}` : ""}`);
}

// A fork is named after the world it comes from, so that a secret for a prefix of names opens it, too.
function freeName(worlds) {
  const taken = new Set(worlds.map((one) => one.name));
  for (let number = 1; ; number++) {
    const ending = `-fork-${number}`;
    const name = here.slice(0, 64 - ending.length) + ending;
    if (!taken.has(name)) return name;
  }
}

async function fork(token) {
  const made = await ask("POST", `/worlds/${here}/fork`, { name: freeName(await listWorlds()) });
  open(made.name, token);
}

export function wireWorlds(selected) {
  by("world").value = here;
  document.title = `plugproof console · ${here}`;
  by("world").addEventListener("focus", () => act(listWorlds));
  by("switch").addEventListener("submit", (event) => {
    event.preventDefault();
    act(async () => open(by("world").value.trim()));
  });
  by("fork").addEventListener("click", () => act(() => fork(selected() ?? "")));
}
