"use strict";
document.documentElement.classList.add("scripted");
const chosen = { algebra: "", hypotheses: "", numeric: "", empirical: "" };
const cards = [...document.querySelectorAll(".card")];
const count = document.getElementById("filter-count");
function filter() {
  let shown = 0;
  for (const card of cards) {
    const fits = Object.entries(chosen).every(([name, verdict]) => !verdict || card.dataset[name] === verdict);
    card.hidden = !fits;
    shown += fits ? 1 : 0;
  }
  if (count) count.textContent = `${shown} of ${cards.length} statements shown`;
}
for (const select of document.querySelectorAll("select[data-filter]")) {
  select.addEventListener("change", () => { chosen[select.dataset.filter] = select.value; filter(); });
}
for (const button of document.querySelectorAll("button[data-fold]")) {
  button.addEventListener("click", () => {
    const open = button.dataset.fold === "open";
    for (const part of document.querySelectorAll("main details")) part.open = open;
  });
}
const theme = document.getElementById("theme");
if (theme) theme.addEventListener("click", () => {
  const root = document.documentElement;
  const dark = root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
  root.dataset.theme = dark ? "light" : "dark";
});
addEventListener("beforeprint", () => { for (const part of document.querySelectorAll("main details")) part.open = true; });
filter();
