// Create New Clients: more people and fewer without a round trip. Without this file the same buttons submit the form
// and the server adds or removes the people, with everything typed kept.

const form = document.getElementById("people");
const rows = document.getElementById("rows");
const most = Number(form.dataset.most);
const people = () => [...rows.querySelectorAll("[data-person]")];
const NUMBERED = ["id", "for", "aria-labelledby", "aria-describedby"];

function number(person, n) {
  for (const element of [person, ...person.querySelectorAll("*")]) {
    for (const name of NUMBERED) {
      const value = element.getAttribute(name);
      if (value) element.setAttribute(name, value.replace(/\bp\d+(?=-|$)/g, `p${n}`));
    }
  }
  const [first, last] = ["first_name", "last_name"].map((name) => person.querySelector(`[name=${name}]`).value.trim());
  const name = `${first} ${last}`.trim();
  person.querySelector("h2").textContent = `${n}. ${name || "New client"}`;
  const remove = person.querySelector("[name=remove]");
  remove.value = n;
  remove.setAttribute("aria-label", `Remove ${name || `person ${n}`}`);
}

function update() {
  const all = people();
  all.forEach((person, index) => number(person, index + 1));
  for (const person of all) person.querySelector("[name=remove]").disabled = all.length === 1;
  for (const button of form.querySelectorAll("[name=more], [popovertarget=add-more]")) button.disabled = all.length >= most;
  document.getElementById("how-many").textContent = `${all.length} ${all.length === 1 ? "person" : "people"}`;
  document.getElementById("create").textContent = all.length === 1 ? "Create Account" : "Create Accounts";
}

function blank() {
  const person = people()[0].cloneNode(true);
  for (const error of person.querySelectorAll(".err")) error.remove();
  for (const control of person.querySelectorAll("input, select")) {
    control.value = "";
    control.removeAttribute("aria-invalid");
    control.removeAttribute("aria-describedby");
  }
  return person;
}

form.addEventListener("click", (event) => {
  const button = event.target.closest("button[name=more], button[name=remove]");
  if (!button) return;
  event.preventDefault();
  if (button.name === "more") {
    const place = people().length;
    const wanted = Math.min(Number(button.value), most - place);
    for (let i = 0; i < wanted; i += 1) rows.append(blank());
    update();
    document.getElementById("add-more").hidePopover?.();
    people()[place]?.querySelector("input").focus();
  } else {
    const person = button.closest("[data-person]");
    const beside = person.nextElementSibling ?? person.previousElementSibling;
    person.remove();
    update();
    beside.querySelector("input").focus();
  }
});

form.addEventListener("input", (event) => {
  const person = event.target.closest("[data-person]");
  if (person) number(person, people().indexOf(person) + 1);
});
