// Messages and cards, as elements.

import { avatar, h, when, word } from "./dom.js";

/** Spans as nodes. */
export function text(spans) {
  return spans.map((span) => {
    const [kind, value] = Object.entries(span)[0];
    switch (kind) {
      case "Strong":
        return h("strong", {}, value);
      case "Link":
        return link(value);
      case "Mention":
        return h("span", { class: "mention" }, `@${value.name}`);
      case "When":
        return h("time", { datetime: value.at, title: value.fallback }, when(value.at, value.style) ?? value.fallback);
      default:
        return String(value);
    }
  });
}

function link({ label, url }) {
  let target = null;
  try {
    target = new URL(url);
  } catch {
    // Shown as its label alone.
  }
  if (target?.protocol !== "https:") return label;
  return h("a", { href: target.href, target: "_blank", rel: "noopener noreferrer" }, label);
}

const plain = (spans) => text(spans).map((node) => node.textContent ?? node).join("");

/** A card. `does(what, element)` is called with an act when something in it is used. */
function card(message, does) {
  const { title, tone, blocks } = message.card;
  const id = `title-${message.n}`;
  return h(
    "div",
    { class: `card ${tone.toLowerCase()}`, role: "group", "aria-labelledby": id },
    h("p", { class: "title", id, dir: "auto" }, text(title)),
    blocks.map((block) => part(block, message, does)),
  );
}

function part(block, message, does) {
  const [kind, value] = typeof block === "string" ? [block] : Object.entries(block)[0];
  switch (kind) {
    case "Text":
      return h("p", { class: "text", dir: "auto" }, text(value));
    case "Facts":
      return h("dl", {}, value.map(([label, is]) => h("div", {}, h("dt", {}, label), h("dd", { dir: "auto" }, text(is)))));
    case "Quote":
      return h("blockquote", { dir: "auto" }, value);
    case "Table":
      return table(value);
    case "Note":
      return h("p", { class: "note", dir: "auto" }, text(value));
    case "Buttons":
      return h("div", { class: "buttons" }, value.map((button) => press(button, message, does)));
    case "Pick":
      return pick(value, message, does);
    case "Picture":
      return picture(value);
    case "File":
      return h("p", {}, h("a", { class: "file", href: value.href, download: value.name }, value.name));
    case "Divider":
      return h("hr");
    default:
      return h("p", { class: "note" }, word("not_understood"));
  }
}

/** A picture; it opens large in a tab of its own. */
function picture({ src, alt, width, height }) {
  return h(
    "a",
    { class: "picture", href: src, target: "_blank", rel: "noopener noreferrer" },
    h("img", { src, alt, width: width && Math.round(width), height: height && Math.round(height), loading: "lazy" }),
  );
}

function table({ head, rows }) {
  // A column of figures stands to the right, with its title.
  const figures = head.map((_, i) => {
    const cells = rows.map((row) => plain(row[i]));
    return cells.some((cell) => /\d/.test(cell)) && cells.every((cell) => /^[-+−–—\d\s.,%€$£()]*$/.test(cell));
  });
  const side = (i) => (figures[i] ? "number" : null);
  return h(
    "div",
    { class: "table", tabindex: "0", role: "region", "aria-label": head.join(", ") },
    h(
      "table",
      {},
      h("thead", {}, h("tr", {}, head.map((title, i) => h("th", { scope: "col", class: side(i) }, title)))),
      h("tbody", {}, rows.map((row) => h("tr", {}, row.map((cell, i) => h("td", { class: side(i), dir: figures[i] ? null : "auto" }, text(cell)))))),
    ),
  );
}

function press({ action, label, look }, message, does) {
  return h(
    "button",
    { type: "button", class: `button ${look.toLowerCase()}`, onclick: (e) => does({ kind: "press", message: message.n, action }, e.currentTarget) },
    label,
  );
}

function pick({ action, label, choices }, message, does) {
  const chosen = (event) => {
    const value = event.currentTarget.value;
    if (value) does({ kind: "choose", message: message.n, action, value }, event.currentTarget);
  };
  return h(
    "select",
    { class: "pick", "aria-label": label, onchange: chosen },
    h("option", { value: "" }, label),
    choices.map((choice) => h("option", { value: choice.value }, choice.label)),
  );
}

/** A message: who, when, what, and the shortcuts that may be used on it. */
export function bubble(message, shortcuts, does) {
  const by = message.by;
  const name = by ? by.name : "Panout";
  const mark = by
    ? avatar(by.id, by.name)
    : h("img", { class: "avatar bot", src: "/icon.svg", alt: "", width: "34", height: "34" });
  return h(
    "article",
    { class: `message${message.only_you ? " whisper" : ""}`, tabindex: "-1", "aria-label": word("message_by", { name }) },
    mark,
    h(
      "div",
      { class: "body" },
      h(
        "p",
        { class: "by" },
        h("b", { dir: "auto" }, name),
        h("time", { datetime: message.time, title: when(message.time, "DateTime") }, when(message.time, "Time")),
        message.only_you && h("span", { class: "only" }, word("only_you")),
      ),
      message.card ? card(message, does) : h("p", { class: "words", dir: "auto" }, message.words),
      h(
        "p",
        { class: "shortcuts" },
        shortcuts.map(({ name, label }) =>
          h("button", { type: "button", class: "quiet", onclick: (e) => does({ kind: "shortcut", message: message.n, name }, e.currentTarget) }, label),
        ),
      ),
    ),
  );
}
