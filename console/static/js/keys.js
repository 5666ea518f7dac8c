// The console by keyboard. Single letters never count inside a field, with a modifier, or for whoever switched them off (WCAG 2.1.4).
const on = document.body.dataset.keys === "on";
const sheet = document.getElementById("keys");
let goes = false;

const typing = (target) => target.closest("input, select, textarea, [contenteditable]") !== null;
const rows = () => [...document.querySelectorAll("[data-row]")];
const link = (row) => row?.querySelector("[data-open], th a, td a");

function step(by) {
  const all = rows(), at = all.findIndex((row) => row.contains(document.activeElement));
  const next = all[at < 0 ? (by > 0 ? 0 : all.length - 1) : Math.min(Math.max(at + by, 0), all.length - 1)];
  link(next)?.focus();
}

const single = {
  "?": () => sheet?.showModal(),
  "/": () => document.getElementById("find")?.focus(),
  j: () => step(1),
  k: () => step(-1),
  a: () => (document.activeElement?.closest("[data-row]") ?? document).querySelector("[data-act]")?.focus(),
  x: () => document.activeElement?.closest("[data-row]")?.querySelector("input[type=checkbox]")?.click(),
  e: () => document.querySelector("[data-export]")?.focus(),
  g: () => { goes = true; setTimeout(() => { goes = false; }, 1500); },
};

document.addEventListener("keydown", (event) => {
  if (!on || event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
  const key = CSS.escape(event.key);
  const place = document.querySelector(goes ? `[data-go="${key}"]` : `[data-press="${key}"]`);
  goes = false;
  if (place) {
    event.preventDefault();
    place.click();
  } else if (single[event.key]) {
    event.preventDefault();
    single[event.key]();
  }
});

// On a narrow screen the places stand in one line that scrolls: where one is, is in view.
const here = document.querySelector(".rail [aria-current]"), line = here?.closest("ul");
if (line && line.scrollWidth > line.clientWidth) line.scrollLeft = here.offsetLeft - (line.clientWidth - here.offsetWidth) / 2;

// Choosing rows: one box for all of them that are shown. Without a script each is ticked by itself.
document.addEventListener("change", (event) => {
  if (event.target.matches("[data-all]")) for (const box of document.querySelectorAll('input[type="checkbox"][form="bulk"]')) box.checked = event.target.checked;
});
