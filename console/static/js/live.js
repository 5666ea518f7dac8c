// A live page: it hears which cases changed, asks for itself again, and takes the difference over in place. Rows keep their order under
// the pointer; what a new order would change waits for a press of the button. Focus, open parts and half-typed fields stay as they are.
const chip = document.getElementById("live");
const order = document.getElementById("live-order");
const said = document.getElementById("said");
const about = chip?.dataset.live;
// A sign of life comes every ten seconds.
const LATE_MS = 3000, SILENT_MS = 25000, TOGETHER_MS = 100, APART_MS = 600, SAYS_MS = 5000;
let source, position = chip?.dataset.from ?? "", paused = false, broken = false, cut, waiting, stale = false, saidAt = 0, freshAt = 0, asking = false;

const keyed = (root) => [...root.querySelectorAll("[data-keyed]")];
const keys = (list) => [...list.children].map((row) => row.dataset.key);

function show(state) {
  chip.dataset.state = state;
  chip.title = new Date().toLocaleTimeString(document.documentElement.lang);
}

function tell(text) {
  if (Date.now() - saidAt < SAYS_MS) return;
  saidAt = Date.now();
  said.textContent = text;
}

// How many rows are new, gone, or in another order among those that stay; and, unless a new order is wanted, the new rows in the order
// that is shown.
function held(page) {
  let moved = 0;
  for (const list of keyed(page)) {
    const shown = document.getElementById(list.id);
    if (!shown || shown.children.length === 0) continue;
    const before = keys(shown), after = keys(list);
    const stay = before.filter((key) => after.includes(key)), now = after.filter((key) => before.includes(key));
    const differ = before.length + after.length - 2 * stay.length + stay.filter((key, at) => now[at] !== key).length;
    if (differ === 0) continue;
    moved += differ;
    const rows = new Map([...list.children].map((row) => [row.dataset.key, row]));
    list.replaceChildren(...[...shown.children].map((row) => rows.get(row.dataset.key) ?? gone(row)));
  }
  return moved;
}

function gone(row) {
  const copy = row.cloneNode(true);
  copy.dataset.gone = "";
  return copy;
}

const untouched = {
  // What somebody opened, ticked or typed is theirs, not the server's.
  beforeAttributeUpdated: (name, node) => !(name === "open" || ((name === "checked" || name === "value") && node.matches?.("input, select, textarea"))),
  beforeNodeMorphed: (old) => !(old.nodeType === 1 && old.matches("form[data-typed], dialog[open]")),
};

// One at a time, and never closer together than a moment: where much is written, the page follows in steps.
async function refresh(reorder = false) {
  clearTimeout(waiting);
  waiting = undefined;
  if (asking) return later();
  asking = true;
  stale = false;
  try {
    await take(reorder);
  } finally {
    asking = false;
    freshAt = Date.now();
  }
}

function later() {
  waiting ??= setTimeout(refresh, Math.max(TOGETHER_MS, freshAt + APART_MS - Date.now()));
}

async function take(reorder) {
  const answer = await fetch(location.href, { headers: { "muster-watching": "1" }, redirect: "manual" });
  if (answer.type === "opaqueredirect" || answer.status === 401) return over();
  if (!answer.ok) return;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const moved = reorder ? 0 : held(page);
  const main = document.getElementById("main");
  Idiomorph.morph(main, page.getElementById("main"), { ignoreActiveValue: true, callbacks: untouched });
  order.hidden = moved === 0;
  order.querySelector("span").textContent = moved;
  document.dispatchEvent(new CustomEvent("muster:fresh"));
  tell(chip.dataset.said);
}

function changed(cases) {
  if (about !== "all" && !cases.includes(about)) return;
  stale = true;
  if (paused || document.hidden) return;
  later();
}

function heard(event) {
  position = event.lastEventId || position;
  clearTimeout(cut);
  cut = setTimeout(cutOff, SILENT_MS);
  broken = false;
  show(paused ? "paused" : "live");
}

function cutOff() {
  show("stale");
  chip.querySelector("time").textContent = new Date().toLocaleTimeString(document.documentElement.lang, { hour: "2-digit", minute: "2-digit" });
}

function lost() {
  // A stream ends now and then on purpose, and comes back within a second: only a longer silence is told.
  if (!broken) {
    broken = true;
    clearTimeout(cut);
    cut = setTimeout(cutOff, LATE_MS);
  }
  if (source.readyState === EventSource.CLOSED) setTimeout(listen, LATE_MS);
}

function over() {
  source.close();
  location.reload();
}

function listen() {
  source?.close();
  source = new EventSource(`/live${position ? `?after=${position}` : ""}`);
  source.addEventListener("changed", (event) => { heard(event); changed(JSON.parse(event.data)); });
  source.addEventListener("still", heard);
  source.addEventListener("over", over);
  source.onerror = lost;
}

if (chip) {
  chip.hidden = false;
  chip.addEventListener("click", () => {
    paused = !paused;
    chip.setAttribute("aria-pressed", paused);
    show(paused ? "paused" : "live");
    if (!paused && stale) refresh();
  });
  order.addEventListener("click", () => refresh(true));
  document.addEventListener("input", (event) => { const form = event.target.closest("main form"); if (form) form.dataset.typed = ""; });
  document.addEventListener("visibilitychange", () => { if (!document.hidden && stale && !paused) refresh(); });
  addEventListener("pagehide", () => source?.close());
  listen();
}
