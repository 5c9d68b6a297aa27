// Lists: ticking rows, and leaving an inline edit with Esc. Lists are swapped as one types, so nothing holds on to them.

const boxes = (list) => [...list.querySelectorAll("tbody .ck .check:enabled")];

function update(list) {
  const all = list.querySelector("[data-all]");
  const count = list.querySelector("[data-count]");
  if (!count) return; // all of them are chosen, also those on other pages
  const ticked = boxes(list).filter((box) => box.checked).length;
  count.textContent = ticked;
  all.checked = ticked > 0 && ticked === boxes(list).length;
  all.indeterminate = ticked > 0 && !all.checked;
  for (const act of list.querySelectorAll("[data-two]")) act.disabled = ticked !== 2;
}

function tick(list, checked) {
  for (const box of boxes(list)) box.checked = checked;
  update(list);
}

document.addEventListener("change", (event) => {
  const list = event.target.closest("[data-bulk]");
  if (!list || !event.target.matches(".ck .check")) return;
  if (event.target.matches("[data-all]")) tick(list, event.target.checked);
  else update(list);
});

document.addEventListener("click", (event) => {
  const list = event.target.closest("[data-clear]")?.closest("[data-bulk]");
  if (!list) return;
  tick(list, false);
  list.querySelector("[data-all]").focus();
});

// The browser may have kept ticks over a reload, and a list that was swapped in has none.
const updateAll = () => document.querySelectorAll("[data-bulk]").forEach(update);
updateAll();
document.addEventListener("htmx:afterSettle", updateAll);

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || event.defaultPrevented) return;
  event.target.closest?.("[data-editing]")?.querySelector("[data-cancel]")?.click();
});
