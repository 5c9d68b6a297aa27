// Forms with several people: more of them and fewer without a round trip. Without this file the same buttons submit the form
// and the server adds or removes the people, with everything typed kept.

const form = document.getElementById("people");
const rows = document.getElementById("rows");
const most = Number(form.dataset.most);
const people = () => [...rows.querySelectorAll("[data-person]")];
const NUMBERED = ["id", "for", "name", "popovertarget", "aria-labelledby", "aria-describedby"];
const NAMES = ["full_name", "first_name", "last_name"];

function number(person, n) {
  for (const element of [person, ...person.querySelectorAll("*")]) {
    for (const name of NUMBERED) {
      const value = element.getAttribute(name);
      const wanted = value?.replace(/\bp\d+(?=-|$)/g, `p${n}`);
      if (wanted !== value && value !== null) element.setAttribute(name, wanted);
    }
  }
  const name = NAMES.map((name) => person.querySelector(`[name=${name}]`)?.value.trim()).filter(Boolean).join(" ");
  person.querySelector("h2").textContent = `${n}. ${name || person.dataset.nameless}`;
  const remove = person.querySelector("[name=remove]");
  remove.value = n;
  remove.setAttribute("aria-label", `Remove ${name || `person ${n}`}`);
}

// A dropdown of boxes shows what is ticked in it.
function say(choices) {
  const ticked = [...choices.querySelectorAll(".item:has(:checked) [data-label]")].map((label) => label.textContent);
  const shown = choices.querySelector("[data-chosen]");
  shown.textContent = ticked.join(", ") || shown.dataset.none;
}

function update() {
  const all = people();
  all.forEach((person, index) => number(person, index + 1));
  for (const person of all) person.querySelector("[name=remove]").disabled = all.length === 1;
  for (const button of form.querySelectorAll("[name=more], [popovertarget=add-more]")) button.disabled = all.length >= most;
  document.getElementById("how-many").textContent = `${all.length} ${all.length === 1 ? "person" : "people"}`;
  const create = document.getElementById("create");
  create.textContent = all.length === 1 ? create.dataset.one : create.dataset.several;
}

function blank() {
  const person = people()[0].cloneNode(true);
  for (const error of person.querySelectorAll(".err, [data-alike]")) error.remove();
  for (const control of person.querySelectorAll("input, select, .choices")) {
    if (control.type === "checkbox") control.checked = false;
    else if (control.type !== "button") control.value = "";
    control.removeAttribute("aria-invalid");
    control.removeAttribute("aria-describedby");
  }
  for (const choices of person.querySelectorAll("[data-choices]")) say(choices);
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

form.addEventListener("change", (event) => {
  const choices = event.target.closest("[data-choices]");
  if (choices) say(choices);
});

form.addEventListener("input", (event) => {
  const person = event.target.closest("[data-person]");
  if (person) number(person, people().indexOf(person) + 1);
});
