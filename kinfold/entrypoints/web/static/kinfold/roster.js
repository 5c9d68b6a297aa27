// Lists: ticking rows, and leaving an inline edit with Esc.

for (const form of document.querySelectorAll("[data-bulk]")) {
  const all = form.querySelector("[data-all]");
  const boxes = () => [...form.querySelectorAll("tbody .ck .check")];
  const update = () => {
    const ticked = boxes().filter((box) => box.checked).length;
    form.querySelector("[data-count]").textContent = ticked;
    all.checked = ticked > 0 && ticked === boxes().length;
    all.indeterminate = ticked > 0 && !all.checked;
  };
  const set = (checked) => {
    for (const box of boxes()) box.checked = checked;
    update();
  };
  form.addEventListener("change", (event) => {
    if (event.target === all) set(all.checked);
    else update();
  });
  form.querySelector("[data-clear]")?.addEventListener("click", () => {
    set(false);
    all.focus();
  });
  update(); // the browser may have kept ticks over a reload
}

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || event.defaultPrevented) return;
  event.target.closest?.("[data-editing]")?.querySelector("[data-cancel]")?.click();
});
