// Elements, words and dates. Everything shown is made here with textContent: data never becomes markup.

/** The words of the page in the chosen language, the adapter's phrases, and how dates are written. */
export const tongue = { words: {}, phrases: {}, language: "en", timeZone: "UTC" };

/** A word of the page, with its {arguments} put in. */
export function word(key, args = {}) {
  const text = tongue.words[key] ?? tongue.phrases[key] ?? key;
  return text.replace(/\{(\w+)\}/g, (whole, name) => (name in args ? String(args[name]) : whole));
}

/** An element: attributes (`on...` are listeners; null, undefined and false are left out), then children. */
export function h(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, value === true ? "" : String(value));
  }
  element.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

export const $ = (id) => document.getElementById(id);

/** Writes the words into everything marked data-word. */
export function speak() {
  document.documentElement.lang = tongue.language;
  for (const element of document.querySelectorAll("[data-word]")) element.textContent = word(element.dataset.word);
}

const formats = {
  Date: { dateStyle: "long" },
  Time: { timeStyle: "short" },
  DateTime: { dateStyle: "long", timeStyle: "short" },
  day: { weekday: "long", day: "numeric", month: "long" },
  dayYear: { weekday: "long", day: "numeric", month: "long", year: "numeric" },
  clock: { weekday: "short", day: "numeric", month: "short", hour: "numeric", minute: "2-digit" },
  key: { year: "numeric", month: "2-digit", day: "2-digit" },
};
const made = new Map();

/** An instant in the page's language and zone; null if it cannot be written. */
export function when(at, format) {
  const key = `${tongue.language}|${tongue.timeZone}|${format}`;
  try {
    if (!made.has(key)) {
      made.set(key, new Intl.DateTimeFormat(tongue.language, { ...formats[format], timeZone: tongue.timeZone }));
    }
    return made.get(key).format(new Date(at));
  } catch {
    return null;
  }
}

/** One or two letters that stand for a name. */
export function initials(name) {
  const parts = name.trim().split(/[\s-]+/).filter(Boolean);
  const letter = (part) => [...part][0].toLocaleUpperCase(tongue.language);
  return parts.length > 1 ? letter(parts[0]) + letter(parts.at(-1)) : letter(parts[0] ?? "?");
}

/** A round mark with the initials, in one of eight colours that follow from the id. */
export function avatar(id, name) {
  let hue = 0;
  for (const char of id) hue = (hue * 31 + char.codePointAt(0)) % 8;
  return h("span", { class: `avatar hue${hue}`, "aria-hidden": "true" }, initials(name));
}

/** What the browser remembers; a browser that refuses remembers nothing, and all still works. */
export const memory = {
  get(key, store = localStorage) {
    try {
      return JSON.parse(store.getItem(`panout:${key}`));
    } catch {
      return null;
    }
  },
  set(key, value, store = localStorage) {
    try {
      if (value === null) store.removeItem(`panout:${key}`);
      else store.setItem(`panout:${key}`, JSON.stringify(value));
    } catch {
      // Nothing to do: it is only a convenience.
    }
  },
};

/**
 * A list of choices under (or over) a text box, moved through with the arrows while the box keeps the focus.
 * `choices` are {label, usage, note, take}; `take` is called with what was chosen.
 */
export function listbox(box, list) {
  let choices = [];
  let at = -1;
  const show = (items, first = -1) => {
    choices = items;
    list.replaceChildren(
      ...items.map((item, i) =>
        h(
          "li",
          { role: "option", id: `${list.id}-${i}`, "aria-selected": "false", onmousedown: (e) => e.preventDefault(), onclick: () => take(i) },
          h("span", { class: "option", dir: "auto" }, item.label),
          item.usage && h("span", { class: "usage", dir: "auto" }, item.usage),
          item.note && h("span", { class: "option-note", dir: "auto" }, item.note),
        ),
      ),
    );
    list.hidden = items.length === 0;
    box.setAttribute("aria-expanded", String(items.length > 0));
    move(items.length ? first : -1);
  };
  const move = (to) => {
    at = to;
    [...list.children].forEach((item, i) => item.setAttribute("aria-selected", String(i === at)));
    if (at < 0) return box.removeAttribute("aria-activedescendant");
    box.setAttribute("aria-activedescendant", `${list.id}-${at}`);
    list.children[at].scrollIntoView({ block: "nearest" });
  };
  const take = (i) => {
    const chosen = choices[i];
    show([]);
    chosen.take();
  };
  /** Whether the key was the list's. `accepts` are the keys that take the marked choice. */
  const key = (event, accepts) => {
    if (!choices.length || event.isComposing || event.shiftKey || event.ctrlKey || event.metaKey || event.altKey) return false;
    if (event.key === "ArrowDown") move((at + 1) % choices.length);
    else if (event.key === "ArrowUp") move((at + choices.length * 2 - (at < 0 ? 0 : 1)) % choices.length);
    else if (event.key === "Escape") show([]);
    else if (accepts.includes(event.key) && at >= 0) take(at);
    else if (accepts.includes(event.key) && event.key === "Tab") take(0);
    else return false;
    event.preventDefault();
    event.stopPropagation();
    return true;
  };
  return { show, hide: () => show([]), key, open: () => choices.length > 0 };
}
