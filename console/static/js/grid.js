// A calendar grid by arrow keys: days sideways, weeks up and down; Enter goes to what is due that day. Tab leaves the grid.
const cells = (grid) => [...grid.querySelectorAll("[role=gridcell]")];
const by = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -7, ArrowDown: 7 };

document.addEventListener("keydown", (event) => {
  const cell = event.target.closest("[role=gridcell]");
  if (!cell || event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return;
  const all = cells(cell.closest("[data-grid]")), at = all.indexOf(cell);
  if (event.key === "Enter" && event.target === cell) return cell.querySelector("a.all, a")?.click();
  const to = event.key === "Home" ? at - (at % 7) : event.key === "End" ? at - (at % 7) + 6 : at + (by[event.key] ?? NaN);
  if (!all[to]) return;
  event.preventDefault();
  cell.tabIndex = -1;
  all[to].tabIndex = 0;
  all[to].focus();
});
