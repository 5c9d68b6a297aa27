// Find a feature: hides the rows of the long table that do not say what is typed. What is decided in them stays decided.

const box = document.querySelector("[data-find]");
const groups = [...document.getElementById(box.dataset.find).querySelectorAll("tbody")];

function find() {
  const words = box.value.toLowerCase().split(/\s+/).filter(Boolean);
  for (const group of groups) {
    const rows = [...group.querySelectorAll("tr:not(.grp)")];
    for (const row of rows) {
      const said = row.querySelector(".c-name").textContent.toLowerCase();
      row.hidden = !words.every((word) => said.includes(word));
    }
    group.hidden = rows.every((row) => row.hidden);
  }
}

box.addEventListener("input", find);
// It is no field of the role: neither a change of it nor Enter in it is one of the form.
box.addEventListener("change", (event) => event.stopPropagation());
box.addEventListener("keydown", (event) => { if (event.key === "Enter") event.preventDefault(); });
