// Selection in lists: select all rows of a page, and say how many are selected. Forms work without it.
const boxes = (list) => [...list.querySelectorAll("tbody .select input")];

const show = (list) => {
  const all = boxes(list);
  const chosen = all.filter((box) => box.checked).length;
  const head = list.querySelector("[data-selects-all]");
  head.checked = chosen > 0 && chosen === all.length;
  head.indeterminate = chosen > 0 && chosen < all.length;
  const count = list.querySelector("[data-selected-count]");
  count.textContent = chosen ? count.dataset.some.replace("{count}", chosen) : count.dataset.none;
  for (const button of count.parentElement.querySelectorAll("button")) button.disabled = chosen === 0;
};

const showAll = () => {
  for (const head of document.querySelectorAll("[data-selects-all]")) show(head.closest("[data-list]"));
};

document.addEventListener("change", (event) => {
  const list = event.target.closest("[data-list]");
  if (!list || !event.target.matches("[data-selects-all], .select input")) return;
  if (event.target.matches("[data-selects-all]")) {
    for (const box of boxes(list)) box.checked = event.target.checked;
  }
  show(list);
});
document.addEventListener("htmx:after:swap", showAll);
// Also after the browser restores checked boxes for its back button.
addEventListener("pageshow", showAll);
showAll();
