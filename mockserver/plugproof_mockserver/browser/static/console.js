// The console: what lives in one world, and every button that a test has. All text from outside goes into text nodes.
import { wireChargers } from "./chargers.js";
import { act, ask, base, by, control, look, make, onChange, show } from "./control.js";
import { drawDetail, drawNoDetail, remember } from "./detail.js";
import { drawFaults, wireFaults } from "./faults.js";
import { money } from "./money.js";
import { wireWorlds } from "./worlds.js";

const PAGE = 50;
const state = { selected: location.hash.slice(1) || null, offset: 0, search: "", speed: 1 };

// The clock.

const shownMoment = (iso) => iso.replace("T", " ").replace(/\.\d+Z$/, " UTC");
const scrubbed = () => new Date(state.now + Number(by("scrub").value) * 60_000).toISOString();

// Ahead, everything that is due on the way happens; back, only the clock moves.
async function scrub() {
  const minutes = Number(by("scrub").value);
  const now = scrubbed();
  by("scrub").value = 0;
  await (minutes > 0 ? ask("POST", "/clock/advance", { seconds: minutes * 60 }) : ask("PATCH", "/clock", { now }));
}

function drawClock(clock) {
  state.speed = clock.speed;
  if (by("scrub").value === "0") by("now").textContent = shownMoment(clock.now);
  by("freeze").textContent = clock.speed ? "Freeze" : "Run";
  by("freeze").setAttribute("aria-pressed", String(!clock.speed));
  if (document.activeElement !== by("speed")) by("speed").value = clock.speed;
  state.now = Date.parse(clock.now);
}

// Sessions.

const span = (ms) => {
  const seconds = Math.max(0, Math.round(ms / 1000));
  const [h, m, s] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  return h ? `${h} h ${m} min` : m ? `${m} min ${s} s` : `${s} s`;
};
function drawSessions({ sessions, total }) {
  if (state.offset > 0 && state.offset >= total) {  // what was on this page has gone
    state.offset = Math.max(0, Math.ceil(total / PAGE) - 1) * PAGE;
    later();
  }
  sessions.forEach(remember);
  by("count").textContent = total ? `· ${total}` : "";
  by("empty").hidden = total > 0 || Boolean(state.search);
  by("pages").hidden = total <= PAGE;
  by("page").textContent = `${state.offset + 1} to ${Math.min(total, state.offset + PAGE)} of ${total}`;
  by("newer").disabled = state.offset === 0;
  by("older").disabled = state.offset + PAGE >= total;
  show(by("sessions"), ...sessions.map(row));
}

function row(session) {
  const { data } = session;
  return make("tr", { "data-key": session.token, "aria-current": session.token === state.selected ? "true" : null },
    make("td", {}, make("button", { class: "code", onclick: () => select(session.token) }, session.token)),
    make("td", {}, make("span", { class: `badge ${tone(data.status)}` }, String(data.status))),
    make("td", {}, session.scenario),
    make("td", { class: "num" }, span(state.now - Date.parse(data.created_at))),
    make("td", { class: "num" }, data.energy_kwh === null ? "–" : `${data.energy_kwh} kWh`),
    make("td", { class: "num" }, money(data.amount_captured ?? data.cost_amount, data.pricing ?? {})),
    make("td", { class: "quiet" }, session.next ? `${session.next.event} in ${span(Date.parse(session.next.at) - state.now)}` : "–"));
}

const tone = (status) =>
  ["captured", "charging"].includes(status) ? "good" : ["failed", "capture_failed", "written_off"].includes(status) ? "bad"
    : ["requires_review", "expired", "abandoned"].includes(status) ? "warn" : "";

// The chosen one may be on another page of the list, or gone, with the fake that knew it or by itself.
async function findChosen(token) {
  try {
    return token && await ask("GET", `/sessions/${encodeURIComponent(token)}`);
  } catch (error) {
    if (error.status !== 404) throw error;
    return null;
  }
}

function drawChosen(token, found) {
  if (found) drawDetail(found);
  else if (!token) drawNoDetail();
  else drawNoDetail("This session is gone: it has expired, or the fake was started anew or reset.", () => select(null));
}

function select(token) {
  state.selected = token;
  act(async () => {});
}

// Requests.

// Without the clipboard, which a page has on this machine or under https only, the command is selected.
async function copy(button, pre) {
  try {
    await navigator.clipboard.writeText(pre.textContent);
    button.textContent = "Copied";
  } catch {
    getSelection().selectAllChildren(pre);
    button.textContent = "Selected: copy it with the keyboard";
  }
}

function journalRow(entry) {
  const curl = make("pre", { class: "code" }, curlOf(entry));
  const button = make("button", { class: "small", type: "button", onclick: () => copy(button, curl) }, "Copy as curl");
  const rest = [...(entry.body ? [entry.body] : []), ...(entry.findings ?? [])].map(String);
  const kind = entry.status >= 500 ? "bad" : entry.status >= 400 ? "warn" : "good";
  return make("li", {}, make("details", {},
    make("summary", {}, make("span", { class: "quiet" }, String(entry.at).slice(11, 19)), make("span", {}, entry.method),
      make("span", { class: kind }, String(entry.status)),
      make("span", { class: "code path", title: entry.path }, String(entry.path).replace("/v3/public-charging/", "") + (entry.faults?.length ? ` · ${entry.faults.join(", ")}` : ""))),
    curl, button, rest.length ? make("pre", { class: "code" }, rest.join("\n")) : null));
}

const quote = (text) => `'${String(text).replaceAll("'", "'\\''")}'`;
function curlOf(entry) {
  const path = entry.token ? String(entry.path).replace(entry.token, '\'"$TOKEN"\'') : entry.path;
  return `curl -X ${entry.method} ${quote(`${location.origin}${base}/api`).slice(0, -1)}${path}'${entry.body ? ` -d ${quote(entry.body)}` : ""}`;
}

// Server-sent events, read with fetch, since EventSource can't send the secret of a control plane that has one.
async function listen() {
  for (;;) {
    try {
      const secret = sessionStorage.getItem("plugproof:secret");
      const response = await fetch(`${control}/stream`, { headers: secret ? { "x-plugproof-secret": secret } : {} });
      if (!response.ok) throw new Error(String(response.status));
      await fillJournal();
      by("live").textContent = "live";
      later();
      await readEvents(response.body.pipeThrough(new TextDecoderStream()).getReader());
    } catch { /* told below */ }
    by("live").textContent = "not connected; trying again";
    await new Promise((done) => setTimeout(done, 1500));
  }
}

async function readEvents(reader) {
  for (let rest = ""; ; ) {
    const { value, done } = await reader.read();
    if (done) return;
    const events = (rest + value.replaceAll("\r\n", "\n")).split("\n\n");
    rest = events.pop();
    for (const event of events) {
      const data = event.split("\n").filter((line) => line.startsWith("data:")).map((line) => line.slice(5).trimStart());
      if (data.length) heard(JSON.parse(data.join("\n")));
    }
  }
}

function heard(entry) {
  by("journal").prepend(journalRow(entry));
  while (by("journal").children.length > 200) by("journal").lastChild.remove();
  later();
}

let pending = 0;
function later() {
  clearTimeout(pending);
  pending = setTimeout(poll, 120);
}

// Limits, faults, codes.

function drawLimits({ windows }) {
  by("limits-none").hidden = windows.length > 0;
  by("limits").replaceChildren(...windows.slice(0, 30).map((one) => {
    const text = `${one.key}: ${one.remaining} of ${one.limit} left, ${one.resets_in} s`;
    return make("li", {}, make("label", {}, text, make("meter", { min: 0, max: one.limit, value: one.remaining, low: one.limit / 3 })));
  }));
}

const listed = () => `/sessions?order=newest&limit=${PAGE}&offset=${state.offset}${state.search ? `&search=${encodeURIComponent(state.search)}` : ""}`;
let asked = 0;
let drawn = 0;

// Several may be on their way: none is drawn after a later one, nor a list or a session that is no longer wanted.
async function refresh() {
  const mine = ++asked;
  const [list, token] = [listed(), state.selected];
  const [clock, sessions, chosen, limits, faults, maintenance] = await Promise.all([
    ask("GET", "/clock"), ask("GET", list), findChosen(token), ask("GET", "/limits"), ask("GET", "/faults"),
    ask("GET", "/maintenance"),
  ]);
  if (mine < drawn) return;
  drawn = mine;
  drawClock(clock);
  if (list === listed()) drawSessions(sessions);
  if (token === state.selected) drawChosen(token, chosen);
  drawLimits(limits);
  drawFaults(faults);
  state.maintenance = maintenance.seconds;
  by("maintenance").setAttribute("aria-pressed", String(maintenance.seconds > 0));
}

const poll = () => look(refresh);

async function fillJournal() {
  const { journal } = await ask("GET", "/journal");
  by("journal").replaceChildren(...journal.slice(-200).reverse().map(journalRow));
}

function wire() {
  onChange(refresh);
  wireWorlds(() => state.selected);
  by("pay-link").href = `${base}/pay/HAPPY`;
  by("curl").textContent = `curl ${location.origin}${base}/api/v3/public-charging/sessions -d code=HAPPY -d connector_id=1`;
  by("freeze").addEventListener("click", () => act(() => ask("PATCH", "/clock", { mode: state.speed ? "frozen" : "real" })));
  by("speed").addEventListener("change", () => act(() => ask("PATCH", "/clock", { speed: Number(by("speed").value) })));
  for (const button of document.querySelectorAll("[data-advance]")) {
    button.addEventListener("click", () => act(() => ask("POST", "/clock/advance", { seconds: Number(button.dataset.advance) })));
  }
  by("next").addEventListener("click", () => act(() => ask("POST", "/clock/advance", { to: "next" })));
  by("rewind").addEventListener("click", () => act(() => ask("PATCH", "/clock", { now: new Date(state.now - 600_000).toISOString() })));
  by("maintenance").addEventListener("click", () => act(() => ask("PUT", "/maintenance", { seconds: state.maintenance ? 0 : 60 })));
  by("reset").addEventListener("click", () => act(async () => {
    if (!window.confirm("Forget every session, request and fault of this world?")) return;
    await ask("POST", "/reset");
    state.selected = null;
    by("journal").replaceChildren();
  }));
  by("start").addEventListener("click", () => act(async () => {
    const code = by("code").value;  // none while the chargers are on their way
    const made = await ask("POST", "/sessions", { status: "created", ...(code ? { code } : {}) });
    state.offset = 0;
    // The answer has the real token; the page knows a session by the fingerprint of its token.
    state.selected = (await ask("GET", `/sessions/${encodeURIComponent(made.token)}`)).token;
  }));
  by("find").addEventListener("input", () => { state.search = by("find").value.trim(); state.offset = 0; later(); });
  by("newer").addEventListener("click", () => { state.offset = Math.max(0, state.offset - PAGE); later(); });
  by("older").addEventListener("click", () => { state.offset += PAGE; later(); });
  by("clear-journal").addEventListener("click", () => act(async () => { await ask("DELETE", "/journal"); by("journal").replaceChildren(); }));
  by("scrub").addEventListener("input", () => { by("now").textContent = `to ${shownMoment(scrubbed())}`; });
  by("scrub").addEventListener("change", () => act(scrub));
}

wire();
act(() => Promise.all([wireFaults(), wireChargers()]));
listen();
// Time goes on without requests: what a running clock does shows, too.
setInterval(() => { if (!document.hidden) poll(); }, 2000);
