// Columns: dragging the lines of the menu, or the heads of the list. The menu's Move up and Move down do the same.

const form = () => document.getElementById("columns-form");
const line = (name) => form().querySelector(`[data-place="${name}"]`);
let dragged = null;

/** Which column lies under the pointer, and whether the dragged one goes before it. */
function target(event) {
  const over = event.target.closest?.("[data-place][draggable], th[data-column]");
  if (!dragged || !over) return null;
  const name = over.dataset.place ?? over.dataset.column;
  if (name === dragged || name === "name") return null;
  const box = over.getBoundingClientRect();
  const before = over.dataset.place
    ? event.clientY < box.top + box.height / 2
    : event.clientX < box.left + box.width / 2;
  return { over, name, before };
}

function clear() {
  for (const marked of document.querySelectorAll(".drop-before, .drop-after")) {
    marked.classList.remove("drop-before", "drop-after");
  }
}

/** Heads can be dragged, and the links in them cannot: those would be dragged instead. */
function prepare() {
  for (const head of document.querySelectorAll("th[data-column]")) {
    head.draggable = head.dataset.column !== "name";
    for (const link of head.querySelectorAll("a")) link.draggable = false;
  }
}

document.addEventListener("dragstart", (event) => {
  const moved = event.target.closest?.("[data-place][draggable], th[data-column]");
  dragged = moved ? (moved.dataset.place ?? moved.dataset.column) : null;
  if (dragged) event.dataTransfer.effectAllowed = "move";
});

document.addEventListener("dragover", (event) => {
  const place = target(event);
  clear();
  if (!place) return;
  event.preventDefault();
  place.over.classList.add(place.before ? "drop-before" : "drop-after");
});

document.addEventListener("drop", (event) => {
  const place = target(event);
  if (!place) return;
  event.preventDefault();
  line(place.name)[place.before ? "before" : "after"](line(dragged));
  form().requestSubmit();
});

document.addEventListener("dragend", () => {
  clear();
  dragged = null;
});

/** Where a column stands now: "Tags: 3 of 15". */
function standing(name) {
  const lines = [...form().querySelectorAll("[data-place]")];
  const words = line(name).querySelector("label").textContent.trim();
  return `${words}: ${lines.indexOf(line(name)) + 1} of ${lines.length}`;
}

// A column that came to the end of its way has no button any more that could keep the focus. Where it is now is heard
// once more after the list has followed, which says by itself how many clients it holds.
let said = "";
document.addEventListener("htmx:afterSettle", (event) => {
  prepare();
  const moved = event.detail.requestConfig?.parameters?.move?.split(":")[0];
  if (moved) said = standing(moved);
  if (said) document.getElementById("live").textContent = said;
  if (!moved) said = "";
  if (moved && document.activeElement === document.body) line(moved)?.querySelector("button:enabled")?.focus();
});
prepare();
