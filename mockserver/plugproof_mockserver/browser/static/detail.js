// The session that was chosen: its life so far, and a button for everything that can happen to it.
import { act, ask, by, make, show } from "./control.js";

const WAY = ["created", "authorized", "starting", "charging", "stopping", "settling", "captured"];
const ENDS = ["no_charge", "refunded", "expired", "abandoned", "failed", "capture_failed", "requires_review", "written_off"];
// The statuses in which this page saw each session.
const seen = new Map();

export function remember(session) {
  const path = seen.get(session.token) ?? [];
  if (path.at(-1) !== session.data.status) seen.set(session.token, [...path, session.data.status]);
}

const HINT = "Choose a session in the list to see its life and what can happen to it.";

// Without a session: why there is none, and a way on.
export function drawNoDetail(why = HINT, leave = null) {
  by("detail-body").hidden = true;
  const none = by("detail-none");
  none.hidden = false;
  if (none.dataset.why === why) return;  // what has the keyboard keeps it
  none.dataset.why = why;
  none.replaceChildren(why, ...(leave ? [" ", make("button", { class: "small", type: "button", onclick: leave }, "Choose another")] : []));
}

// What the timestamps tell of the path; what the page saw by itself comes on top.
function pathOf(data) {
  const reached = ["created"];
  if (data.authorized_at) reached.push("authorized");
  if (data.charging_started_at) reached.push("starting", "charging");
  if (data.completed_at && data.charging_started_at) reached.push("settling");
  if (data.captured_at) reached.push("captured");
  return [...reached, data.status];
}

// The way to a receipt in one line, and below it the other ends; marked are the path, the present, and what may come next.
function lifecycle(now, taken, next) {
  const item = (status) => make("li", { "data-taken": taken.has(status), "data-next": next.has(status) && status !== now,
    "aria-current": status === now ? "step" : null }, status);
  return make("div", { class: "stack", role: "group", "aria-label": "Lifecycle" },
    make("ol", { class: "life way" }, ...WAY.map(item)), make("ul", { class: "life" }, ...ENDS.map(item)));
}

export function drawDetail(session) {
  const { data } = session;
  remember(session);
  by("detail-none").hidden = true;
  const body = by("detail-body");
  body.hidden = false;
  const taken = new Set([...pathOf(data), ...(seen.get(session.token) ?? [])]);
  // A moment may go on in the next line after its day.
  const parts = (text) => text.split(/(?<=^\d{4}-\d\d-\d\dT)/).flatMap((part, place) => (place ? [make("wbr"), part] : [part]));
  const fact = (name, value) => [make("dt", {}, name), make("dd", {}, ...parts(String(value)))];
  show(body,
    make("p", {}, make("code", {}, session.token), ` on ${session.scenario}, Stripe: ${session.stripe}`),
    lifecycle(data.status, taken, new Set(Object.values(session.leads_to))),
    make("div", { class: "row", role: "group", "aria-label": "What can happen", "data-key": session.token }, ...session.events.map((event) =>
      make("button", { class: "small", "data-key": event, "data-event": event, onclick: () => happen(session.token, event) }, event,
        session.leads_to[event] === data.status ? null : make("span", { class: "quiet" }, ` → ${session.leads_to[event]}`)))),
    make("dl", { class: "facts" }, ...Object.entries(data).filter(([, value]) => value === null || typeof value !== "object")
      .flatMap(([name, value]) => fact(name, value))));
}

const happen = (token, event) => act(() => ask("POST", `/sessions/${encodeURIComponent(token)}/events`, { event }));
