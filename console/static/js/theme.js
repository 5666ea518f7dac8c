// Before anything is painted: which of the two themes. "system" follows the machine, also when it changes its mind.
(() => {
  const root = document.documentElement, dark = matchMedia("(prefers-color-scheme: dark)");
  const set = () => {
    const chosen = root.dataset.theme;
    root.dataset.bsTheme = chosen === "system" ? (dark.matches ? "dark" : "light") : chosen;
  };
  set();
  dark.addEventListener("change", set);
})();
