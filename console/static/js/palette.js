// Ctrl+K: places, what can be done on this page, and hires, in one list. It only follows links that are there already, and the search form.
const box = document.getElementById("palette");
const words = document.getElementById("palette-words");
const list = document.getElementById("palette-list");
const none = document.getElementById("palette-none");
const PAUSE_MS = 200;
let waiting, asked = 0, found = [], chosen = 0;

const text = (node) => node.textContent.replace(/\s+/g, " ").trim();
const fits = (entry) => text(entry.node).toLocaleLowerCase().includes(words.value.trim().toLocaleLowerCase());

function known() {
  const places = [...document.querySelectorAll(".rail a")].map((node) => ({ node, kind: list.dataset.places }));
  const acts = [...document.querySelectorAll("main a[data-act]")].map((node) => ({ node, kind: list.dataset.here }));
  return [...acts, ...places].filter(fits);
}

function shown() {
  const entries = [...known(), ...found];
  chosen = Math.min(chosen, Math.max(entries.length - 1, 0));
  list.replaceChildren(...entries.map((entry, at) => {
    const row = document.createElement("li"), kind = document.createElement("small");
    row.id = `palette-${at}`;
    row.role = "option";
    row.ariaSelected = String(at === chosen);
    row.textContent = text(entry.node);
    kind.textContent = entry.kind;
    row.append(kind);
    row.addEventListener("click", () => go(entry));
    return row;
  }));
  none.hidden = entries.length > 0;
  if (entries.length) words.setAttribute("aria-activedescendant", `palette-${chosen}`);
  else words.removeAttribute("aria-activedescendant");
  list.children[chosen]?.scrollIntoView({ block: "nearest" });
  return entries;
}

function go(entry) {
  box.close();
  location.assign(entry.node.href);
}

async function search() {
  const turn = ++asked, form = words.form;
  found = [];
  if (words.value.trim().length >= 2) {
    const answer = await fetch(form.action, { method: "POST", body: new URLSearchParams(new FormData(form)) });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    if (turn !== asked) return;
    const only = new URL(answer.url).pathname !== new URL(form.action).pathname;
    const links = only ? [] : [...page.querySelectorAll("[data-row] th a")];
    found = links.map((node) => ({ node, kind: list.dataset.found }));
    if (only && answer.ok) {
      const node = Object.assign(document.createElement("a"), { href: answer.url, textContent: text(page.querySelector("h1") ?? words) });
      found = [{ node, kind: list.dataset.found }];
    }
  }
  shown();
}

function open() {
  words.value = "";
  found = [];
  chosen = 0;
  shown();
  box.showModal();
}

document.addEventListener("keydown", (event) => {
  if ((event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey && event.key.toLowerCase() === "k") {
    event.preventDefault();
    if (!box.open) open();
  }
});
words.addEventListener("input", () => {
  chosen = 0;
  shown();
  clearTimeout(waiting);
  waiting = setTimeout(search, PAUSE_MS);
});
words.addEventListener("keydown", (event) => {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (step) {
    event.preventDefault();
    chosen = Math.max(0, chosen + step);
    shown();
  } else if (event.key === "Enter") {
    event.preventDefault();
    const entries = shown();
    if (entries[chosen]) go(entries[chosen]);
    else if (words.value.trim().length >= 2) words.form.submit();
  }
});
