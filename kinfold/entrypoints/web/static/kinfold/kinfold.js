// What every page does beyond HTML. Nothing here is needed to get work done; it saves reloads and key presses.

document.documentElement.classList.add("js");
const live = document.getElementById("live");

/** Say something to those who hear the page. */
function announce(text) {
  if (live) live.textContent = text;
}

// Toasts leave after 8 seconds, unless someone is reading or reaching for them.
for (const toast of document.querySelectorAll("[data-toast]")) {
  let timer;
  const start = () => { timer = setTimeout(() => toast.remove(), 8000); };
  const stop = () => clearTimeout(timer);
  toast.addEventListener("pointerenter", stop);
  toast.addEventListener("pointerleave", start);
  toast.addEventListener("focusin", stop);
  toast.addEventListener("focusout", start);
  toast.querySelector("[data-dismiss]").addEventListener("click", () => toast.remove());
  start();
}

// After a failed save the summary of what is wrong takes the focus.
document.querySelector("[data-errors]")?.focus();

// A dialog that came open from the server (its form had errors, or htmx fetched it) becomes modal.
function makeModal(where) {
  for (const dialog of where.querySelectorAll("dialog[open]")) {
    dialog.close();
    dialog.showModal();
  }
}
makeModal(document);
document.addEventListener("htmx:afterSwap", (event) => makeModal(event.target));

// Browsers without the command attribute.
if (!("commandForElement" in HTMLButtonElement.prototype)) {
  document.addEventListener("click", (event) => {
    const button = event.target.closest("button[commandfor]");
    const dialog = button && document.getElementById(button.getAttribute("commandfor"));
    if (!dialog) return;
    if (button.getAttribute("command") === "show-modal") dialog.showModal();
    else dialog.close();
  });
}

// The theme changes at once, and the server remembers it for the next page.
document.querySelector("[data-theme-form]")?.addEventListener("submit", (event) => {
  event.preventDefault();
  const { currentTarget: form, submitter } = event;
  if (submitter.value) document.documentElement.dataset.theme = submitter.value;
  else delete document.documentElement.dataset.theme;
  for (const button of form.querySelectorAll("button")) {
    button.setAttribute("aria-pressed", String(button === submitter));
  }
  fetch(form.action, { method: "POST", body: new FormData(form, submitter), redirect: "manual" });
});

// "/" goes to Find a person, unless someone is writing.
document.addEventListener("keydown", (event) => {
  if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.target.closest("input, textarea, select, dialog")) return;
  const box = document.getElementById("jump");
  if (!box || box.offsetParent === null) return;
  event.preventDefault();
  box.focus();
});

// "?" opens help, unless someone is writing.
document.addEventListener("keydown", (event) => {
  if (event.key !== "?" || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.target.closest("input, textarea, select, dialog")) return;
  event.preventDefault();
  document.querySelector(".help")?.click();
});

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-copy]");
  if (!button) return;
  const text = document.querySelector(button.dataset.copy).textContent;
  navigator.clipboard?.writeText(text).then(() => announce("Copied"));
});

document.addEventListener("click", (event) => {
  if (event.target.closest("[data-print]")) window.print();
});

// A field with a button of its own: Enter presses that one, and not the one of the whole form.
document.addEventListener("keydown", (event) => {
  const own = event.key === "Enter" && !event.isComposing && event.target.dataset?.enter;
  if (!own) return;
  event.preventDefault();
  document.querySelector(own).click();
});

// Fields with several names and commas between them: each suggestion goes on from what is typed already.
function suggest(event) {
  const { value, list, dataset } = event.target;
  if (!list || dataset.many === undefined) return;
  const before = value.slice(0, value.lastIndexOf(",") + 1);
  for (const option of list.options) {
    option.dataset.name ??= option.value;
    option.value = before ? `${before} ${option.dataset.name}` : option.dataset.name;
  }
}
document.addEventListener("focusin", suggest);
document.addEventListener("input", suggest);

// A list of tags may be too long to come with the page: those that begin as one types are fetched.
let finding;
document.addEventListener("input", (event) => {
  const { value, list, form, dataset } = event.target;
  if (!list?.dataset.find || dataset.many === undefined) return;
  clearTimeout(finding);
  finding = setTimeout(async () => {
    const body = new FormData();
    body.set("q", value.slice(value.lastIndexOf(",") + 1));
    body.set("csrfmiddlewaretoken", form.elements.csrfmiddlewaretoken.value);
    const answer = await fetch(list.dataset.find, { method: "POST", body, headers: { "HX-Request": "true" } });
    if (!answer.ok) return;
    list.innerHTML = await answer.text();
    suggest(event);
  }, 150);
});

// On the set-up page the time zone begins as this browser's.
const zone = document.querySelector("select[data-zone]");
if (zone?.value === "UTC") {
  const here = Intl.DateTimeFormat().resolvedOptions().timeZone;
  if ([...zone.options].some((option) => option.value === here)) zone.value = here;
}


// Passkeys: allauth's script reports what went wrong here.
document.addEventListener("allauth.error", (event) => {
  event.preventDefault();
  const box = document.querySelector("[data-passkey-error]");
  if (box) box.hidden = false;
});

// Fragments: say how many rows there are now, and do not fail in silence.
document.addEventListener("htmx:afterSettle", (event) => {
  const count = event.target.querySelector?.("[data-announce]");
  if (count) announce(count.textContent.trim());
});
function fault() {
  const template = document.getElementById("fault");
  const place = document.querySelector(".pbody");
  if (!template || !place || place.querySelector("[data-fault]")) return;
  place.prepend(template.content.cloneNode(true));
}
document.addEventListener("htmx:responseError", fault);
document.addEventListener("htmx:sendError", fault);
