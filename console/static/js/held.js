// What can still be taken back counts down, answers to Ctrl+Z, and says by itself what became of it. Without script the same stands on
// every page that is opened.
const AGAIN_MS = 2000;
const ends = new Map();
let asking = false;

const open = () => [...document.querySelectorAll("[data-held]")];
// From how long it still was when the page was made: the two clocks need not agree.
const left = (note) => {
  const id = note.dataset.held;
  if (!ends.has(id)) ends.set(id, performance.now() + Number(note.dataset.left) * 1000);
  return Math.ceil((ends.get(id) - performance.now()) / 1000);
};

async function fresh() {
  if (asking) return;
  asking = true;
  const answer = await fetch(location.href, { headers: { "muster-watching": "1" }, redirect: "manual" }).catch(() => undefined);
  // The page itself may be theirs no more once the act took effect: what stands on every page stands on that answer too.
  const now = answer && new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("held");
  if (now) {
    const focused = document.activeElement?.closest("#held");
    document.getElementById("held")?.replaceWith(now);
    if (focused) document.querySelector("#held a, #held button")?.focus();
  }
  setTimeout(() => { asking = false; }, AGAIN_MS);
}

function count() {
  for (const note of open()) {
    const seconds = left(note), shown = note.querySelector("[data-count]");
    if (shown) shown.textContent = seconds > 0 ? `(${seconds} s)` : "";
    if (seconds < 0) fresh();
  }
}

document.addEventListener("keydown", (event) => {
  const undo = document.querySelector("[data-undo]");
  if (!undo || event.key !== "z" || !(event.ctrlKey || event.metaKey) || event.shiftKey || event.altKey) return;
  if (event.target.closest("input:not([type=checkbox], [type=radio]), textarea, [contenteditable]")) return;
  event.preventDefault();
  undo.click();
});

count();
setInterval(count, 250);
