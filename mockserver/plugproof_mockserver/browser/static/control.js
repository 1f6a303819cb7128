// What every part of the console needs: elements, and the control plane of this page's world.
export const base = document.body.dataset.base;
export const control = `${base}/_plugproof`;
document.getElementById("late").remove();  // what stands there when no script comes
export const by = (id) => document.getElementById(id);

export const make = (tag, attributes = {}, ...children) => {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (value !== false && value !== null && value !== undefined) node.setAttribute(name, value === true ? "" : value);
  }
  node.append(...children.filter((child) => child !== null && child !== undefined));
  return node;
};

// Make the children of an element these. One that is the same stays, so that the mouse and the keyboard keep what they
// hold while all is drawn anew; of one with the same key the parts are compared in their turn.
export function show(parent, ...nodes) {
  const old = [...parent.children];
  const wanted = nodes.map((node, place) => {
    const { key } = node.dataset;
    return settle(key === undefined ? old[place] : old.find((one) => one.dataset.key === key), node);
  });
  for (const one of old) if (!wanted.includes(one)) one.remove();
  wanted.forEach((one, place) => { if (parent.children[place] !== one) parent.insertBefore(one, parent.children[place] ?? null); });
}

function settle(old, node) {
  if (!old || old.dataset.key !== node.dataset.key) return node;
  if (old.isEqualNode(node)) return old;
  if (node.dataset.key === undefined) return node;
  for (const { name } of [...old.attributes]) if (!node.hasAttribute(name)) old.removeAttribute(name);
  for (const { name, value } of node.attributes) old.setAttribute(name, value);
  show(old, ...node.children);
  return old;
}

let passes = false;

// What a button led to is told until the next one; that the fake does not answer, until it does.
export function tell(text, isPassing = false) {
  passes = isPassing;
  by("message").textContent = text;
  by("message").hidden = !text;
}

// Do what no button asked for: it leaves alone what a button led to.
export const look = (work) => work().then(() => { if (passes) tell(""); }, (error) => tell(error.message, true));

export async function ask(method, path, fields) {
  const headers = { "x-plugproof": "console" };
  const secret = sessionStorage.getItem("plugproof:secret");
  if (secret) headers["x-plugproof-secret"] = secret;
  const options = { method, headers, cache: "no-store" };
  if (fields) Object.assign(headers, { "content-type": "application/json" }) && (options.body = JSON.stringify(fields));
  let response;
  try {
    response = await fetch(control + path, options);
  } catch {
    throw Object.assign(new Error("The fake does not answer. If it was restarted, this page goes on by itself."), { isPassing: true });
  }
  const text = await response.text();
  const content = text && response.headers.get("content-type")?.startsWith("application/json") ? JSON.parse(text) : null;
  if (response.status === 401) return unlock(content.message, () => ask(method, path, fields));
  if (!response.ok) throw Object.assign(new Error(content?.message ?? `The control plane answered ${response.status}.`), { status: response.status });
  return content;
}

async function unlock(why, again) {
  const secret = window.prompt(why);
  if (!secret) throw new Error(why);
  sessionStorage.setItem("plugproof:secret", secret);
  return again();
}

let refresh = async () => {};
export const onChange = (work) => { refresh = work; };

// Do what a button says, then show what became of it, or why it did not.
export async function act(work) {
  try {
    await work();
    tell("");
    await refresh();
  } catch (error) {
    tell(error.message, error.isPassing);
  }
}
