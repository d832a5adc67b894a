// Forms, in a dialog. What is typed is kept in the browser until the form is sent or closed.

import { $, h, listbox, memory, tongue, word } from "./dom.js";
import { text } from "./cards.js";

let open = null;
// How often a form was sent: an answer to an earlier sending says nothing about a later one.
let sent = 0;

/** Takes the form off the page, as it stands: it comes back with showForm. */
export function hideForm() {
  open = null;
  if ($("form").open) $("form").close();
}

/** Shows the person's form, or none. `room` has people, suggest(source, typed), submit(form, values), close(form). */
export function showForm(view, room) {
  const dialog = $("form");
  if (open && open.id !== view?.id) memory.set(`form:${open.id}`, null);
  if (!view) return hideForm();
  if (open?.id !== view.id) build(dialog, view, room);
  fault(view.faults);
  // What came of a sending may arrive before its own answer does, and Enter does nothing while the button is off.
  $("form-submit").disabled = false;
  if (!dialog.open) dialog.showModal();
}

function build(dialog, view, room) {
  const { form } = view;
  const kept = memory.get(`form:${view.id}`) ?? {};
  const fields = form.fields.map((field) => {
    const answer = kept[field.name] ?? { value: view.values[field.name] ?? field.value ?? "" };
    return build_field(field, answer, room);
  });
  const leave = () => {
    memory.set(`form:${view.id}`, null);
    hideForm();
    room.close(view.id);
  };
  open = { id: view.id, fields, room };
  fields[0]?.input.setAttribute("autofocus", "");
  dialog.replaceChildren(
    h(
      "form",
      { novalidate: true, autocomplete: "off", lang: form.language, oninput: keep, onsubmit: (e) => submit(e) },
      h("h2", { id: "form-title", dir: "auto" }, form.title),
      form.intro && h("p", { class: "intro", dir: "auto" }, text(form.intro)),
      h("p", { class: "faults", id: "form-faults", role: "alert", tabindex: "-1" }),
      fields.map((field) => field.element),
      h(
        "div",
        { class: "end" },
        h("button", { type: "button", class: "button", onclick: leave }, word("cancel")),
        h("button", { type: "submit", class: "button primary", id: "form-submit" }, form.submit),
      ),
    ),
  );
  dialog.oncancel = (event) => {
    event.preventDefault();
    leave();
  };
}

function keep() {
  const answers = Object.fromEntries(open.fields.map((field) => [field.name, field.answer()]));
  memory.set(`form:${open.id}`, answers);
}

async function submit(event) {
  event.preventDefault();
  const stray = open.fields.filter((field) => field.stray?.());
  if (stray.length) {
    return fault(stray.map((field) => ({ field: field.name, says: word("fault_choice") })));
  }
  const values = {};
  for (const field of open.fields) {
    const { value } = field.answer();
    if (value.trim()) values[field.name] = value;
  }
  const button = $("form-submit");
  const mine = ++sent;
  button.disabled = true;
  const problem = await open.room.submit(open.id, values);
  if (mine !== sent || !button.isConnected) return;
  button.disabled = false;
  if (problem) say_above(problem);
}

function say_above(sentence) {
  const above = $("form-faults");
  above.textContent = sentence;
  above.focus();
}

function fault(faults) {
  let first = null;
  for (const field of open.fields) {
    const says = faults.filter((f) => f.field === field.name).map((f) => f.says).join(" ");
    field.fault.textContent = says;
    field.input.setAttribute("aria-invalid", String(Boolean(says)));
    if (says && !first) first = field.input;
  }
  const elsewhere = faults.filter((f) => !open.fields.some((field) => field.name === f.field)).map((f) => f.says);
  $("form-faults").textContent = elsewhere.length ? elsewhere.join(" ") : faults.length > 1 ? word("please_fix") : "";
  first?.focus();
}

function build_field(field, answer, room) {
  const id = `field-${field.name}`;
  const [kind, detail] = typeof field.kind === "string" ? [field.kind] : Object.entries(field.kind)[0];
  const hint = field.hint && h("p", { class: "small", id: `${id}-hint`, dir: "auto" }, field.hint);
  const problem = h("p", { class: "fault", id: `${id}-fault`, role: "alert" });
  const attributes = {
    id,
    name: field.name,
    "aria-describedby": `${id}-hint ${id}-fault`,
    "aria-required": String(field.required),
  };
  const made = makers[kind](attributes, detail, answer, room);
  const element = h(
    "div",
    { class: "field" },
    h(
      "label",
      { for: id, dir: "auto" },
      field.label,
      field.required
        ? h("span", { class: "required" }, h("span", { "aria-hidden": "true" }, " *"), h("span", { class: "sr" }, word("required")))
        : h("span", { class: "small" }, ` ${tongue.phrases.optional}`),
    ),
    made.around ?? made.input,
    hint,
    problem,
  );
  return { name: field.name, element, fault: problem, ...made };
}

function typed(input) {
  return { input, answer: () => ({ value: input.value }) };
}

function chosen(attributes, choices, { value }) {
  const strange = value && !choices.some((choice) => choice.value === value);
  const all = [{ value: "", label: tongue.phrases.no_choice }, ...(strange ? [{ value, label: value }] : []), ...choices];
  return typed(h("select", attributes, all.map((c) => h("option", { value: c.value, selected: c.value === value }, c.label))));
}

const makers = {
  Line: (a, _, { value }) => typed(h("input", { ...a, type: "text", dir: "auto", value })),
  Amount: (a, _, { value }) => typed(h("input", { ...a, type: "text", value })),
  Date: (a, _, { value }) => typed(h("input", { ...a, type: "date", value })),
  Paragraph(a, _, { value }) {
    const input = h("textarea", { ...a, rows: "4", dir: "auto" });
    input.value = value;
    return typed(input);
  },
  Choice: (a, choices, answer) => chosen(a, choices, answer),
  Person: (a, _, answer, room) => chosen(a, room.people().map((p) => ({ value: `local:${p.id}`, label: p.name })), answer),
  Search: search,
};

/** A text box whose value is one of the choices suggested for what is typed. */
function search(attributes, { source, shown }, answer, room) {
  const label = answer.label ?? (answer.value && shown) ?? answer.value;
  let value = answer.value;
  let known = [];
  let asked = 0;
  const list = h("ul", { class: "list", role: "listbox", id: `${attributes.id}-list`, hidden: true, "aria-label": word("suggestions") });
  const input = h("input", {
    ...attributes, type: "text", dir: "auto", role: "combobox", value: label,
    "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": list.id,
  });
  const choices = listbox(input, list);
  const take = (choice) => {
    value = choice.value;
    input.value = choice.label;
    input.dispatchEvent(new Event("input", { bubbles: true }));
  };
  const look = async () => {
    const mine = ++asked;
    const found = await room.suggest(source, input.value).catch(() => []);
    if (mine !== asked || document.activeElement !== input) return;
    known = found;
    choices.show(found.map((choice) => ({ label: choice.label, take: () => take(choice) })));
  };
  input.addEventListener("input", (event) => {
    if (!event.isTrusted) return;
    value = "";
    look();
  });
  input.addEventListener("click", look);
  input.addEventListener("keydown", (event) => {
    if (choices.key(event, ["Enter"])) return;
    if (event.key === "ArrowDown") look();
  });
  input.addEventListener("blur", () => {
    asked++;
    choices.hide();
    const same = known.find((choice) => choice.label.toLowerCase() === input.value.trim().toLowerCase());
    if (!value && same) take(same);
  });
  return {
    input,
    around: h("div", { class: "search" }, input, list),
    answer: () => ({ value, label: input.value }),
    stray: () => input.value.trim() !== "" && !value,
  };
}
