// The board by arrow keys, and a card's acts without leaving the page. Without this script the links lead to the same.
const columns = () => [...document.querySelectorAll("[data-column]")].map((column) => [...column.querySelectorAll("[data-card]")]).filter((cards) => cards.length);
const enter = (card) => card?.querySelector("[data-open]")?.focus();

function move(card, across, down) {
  const all = columns(), x = all.findIndex((cards) => cards.includes(card)), y = all[x].indexOf(card);
  const column = all[Math.min(Math.max(x + across, 0), all.length - 1)];
  enter(column[Math.min(Math.max(y + down, 0), column.length - 1)]);
}

const ways = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

document.addEventListener("keydown", (event) => {
  const card = event.target.closest("[data-card]"), menu = event.target.closest(".menu");
  if (event.key === "Escape" && card) close(card);
  if (!card || menu || !ways[event.key] || event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return;
  event.preventDefault();
  move(card, ...ways[event.key]);
});

// Which card is open is in the address, so that a page that brings itself up to date keeps it open.
function remember(hire) {
  const here = new URL(location.href);
  hire ? here.searchParams.set("menu", hire) : here.searchParams.delete("menu");
  history.replaceState(null, "", here);
}

function close(card) {
  const opener = card.querySelector("[data-menu]");
  if (!card.querySelector(".menu")) return;
  card.querySelector(".menu").remove();
  remember("");
  opener.setAttribute("aria-expanded", "false");
  opener.focus();
}

document.addEventListener("click", async (event) => {
  const opener = event.target.closest("[data-menu]");
  if (!opener || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  const card = opener.closest("[data-card]");
  if (card.querySelector(".menu")) return close(card);
  const answer = await fetch(opener.dataset.menu);
  if (!answer.ok || answer.redirected) return location.assign(opener.href);
  card.append(...new DOMParser().parseFromString(await answer.text(), "text/html").body.children);
  opener.setAttribute("aria-expanded", "true");
  remember(card.dataset.key.split("/")[1]);
  card.querySelector(".menu a[href]")?.focus();
});
