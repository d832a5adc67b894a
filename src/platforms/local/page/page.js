// The page: who you are, where you look, and what is there.

import { $, avatar, h, memory, speak, tongue, word } from "./dom.js";
import { Live, Refused, read, send } from "./wire.js";
import { setClock } from "./clock.js";
import { clear, days, put } from "./river.js";
import { hideForm, showForm } from "./forms.js";
import { composer } from "./composer.js";

let room = null; // what the server told, and keeps telling
let who = memory.get("who", sessionStorage) ?? memory.get("who"); // a tab may be somebody else than the next tab
let place = null;
let messages = new Map(); // by number

const live = new Live({
  message: (message) => receive(message),
  form: (form) => showForm(form, forms),
  around: (around) => {
    room.around = around;
    setClock(around.now);
    showPlaces();
    showStatus();
  },
  restart: () => enter(),
  state: (connected) => banner(connected ? "" : word("reconnecting")),
});

const forms = {
  people: () => room.around.people,
  suggest,
  submit: (form, values) => act({ kind: "submit", form, values }),
  close: (form) => act({ kind: "close", form }),
};

const line = composer({
  commands: () => room?.menu.commands ?? [],
  suggest,
  send: async (text) => !(await act(text.trimStart().startsWith("/") ? { kind: "command", line: text } : { kind: "say", words: text }, { tell: true })),
});

const nothing = () => word(place === direct() ? "empty_direct" : "empty_channel");
const direct = () => `dm:${who}`;
const person = () => room.around.people.find((p) => p.id === who);

function suggest(source, typed) {
  return read("/api/suggest", { as: who, language: tongue.language, source, typed });
}

/** Does something as the chosen person. Answers with the sentence that says what went wrong, if something did. */
async function act(what, { tell = false } = {}) {
  const me = who;
  banner("");
  try {
    const body = { id: crypto.randomUUID(), as: me, language: tongue.language, at: place, ...what };
    const answer = await send("/api/act", body);
    if (me === who) showForm(answer.form, forms);
    return "";
  } catch (error) {
    const sentence = word(error instanceof Refused ? error.key : "error_refused");
    if (tell) banner(sentence);
    return sentence;
  }
}

/** Something on a message was used: it cannot be used twice at once. */
async function use(what, element) {
  if (element.getAttribute("aria-disabled") === "true") return;
  element.setAttribute("aria-disabled", "true");
  await act(what, { tell: true });
  element.removeAttribute("aria-disabled");
  if (element.tagName === "SELECT" && element.isConnected) element.value = "";
}

// ---- entering: as somebody, in a language

async function enter(next = who) {
  const language = memory.get("language") ?? navigator.language.split("-")[0];
  try {
    room = await read("/api/room", { as: next, language });
  } catch (error) {
    if (error.key === "error_nobody" && next) return enter(null);
    if (room) banner(word(error instanceof Refused ? error.key : "reconnecting"));
    return setTimeout(() => enter(next), 2000);
  }
  banner("");
  const changed = who !== next;
  who = next;
  memory.set("who", who, sessionStorage);
  memory.set("who", who);
  Object.assign(tongue, { words: room.words, phrases: room.phrases, language: room.language, timeZone: room.time_zone });
  speak();
  if (changed || !room.form) hideForm();
  setClock(room.now);
  messages = new Map(room.messages.map((message) => [message.n, message]));
  choices();
  $("me").hidden = !who;
  if (!who) {
    live.stop();
    return choosePerson();
  }
  $("people").close();
  if (changed || !place || place.startsWith("dm:")) place = null;
  go(place ?? memory.get(`place:${who}`) ?? room.around.channels[0]?.id ?? direct());
  showStatus();
  if (room.form) showForm(room.form, forms);
  live.follow(who, room.cursor);
}

function choosePerson() {
  const news = newsOf();
  $("people-list").replaceChildren(
    ...room.around.people.map((p) =>
      h(
        "li",
        {},
        h(
          "button",
          { type: "button", "aria-current": p.id === who ? "true" : null, onclick: () => become(p.id) },
          avatar(p.id, p.name),
          h("span", { class: "whom" }, h("b", { dir: "auto" }, p.name), h("span", { class: "small", dir: "auto" }, word(p.note))),
          news.has(p.id) && h("span", { class: "new" }, word("new")),
        ),
      ),
    ),
  );
  if (!$("people").open) $("people").showModal();
}

async function become(id) {
  drawer(false);
  await enter(id);
  line.focus();
}

// ---- places

function go(to) {
  const there = to === direct() || room.around.channels.some((c) => c.id === to);
  place = there ? to : direct();
  memory.set(`place:${who}`, place);
  $("river").setAttribute("aria-live", "off");
  clear();
  $("older").hidden = !room.older;
  for (const message of [...messages.values()].sort((a, b) => a.n - b.n)) if (message.at === place) put(message, room.menu.shortcuts, use);
  const title = place === direct() ? "Panout" : `#${room.around.channels.find((c) => c.id === place).name}`;
  $("place").textContent = title;
  document.title = `${title} · Panout`;
  line.at(title);
  days(nothing());
  seen();
  bottom();
  // Only what comes from now on is read aloud.
  requestAnimationFrame(() => $("river").setAttribute("aria-live", "polite"));
}

let drawnPlaces = "";

/** Where one can go, and who one is. Drawn anew only when that changes: a click or a focus must not lose its button. */
function showPlaces() {
  const me = person();
  const shape = JSON.stringify([me, room.around.channels, tongue.language]);
  if (shape !== drawnPlaces) drawPlaces(me);
  drawnPlaces = shape;
  let elsewhere = false;
  for (const button of document.querySelectorAll("#places button")) {
    const { to } = button.dataset;
    const unread = count(to);
    if (to === place) button.setAttribute("aria-current", "page");
    else button.removeAttribute("aria-current");
    button.classList.toggle("has-new", unread > 0);
    button.querySelector(".count").hidden = unread === 0;
    button.querySelector(".count-number").textContent = String(unread);
    elsewhere ||= unread > 0 && to !== place;
  }
  const others = newsOf().size > 0;
  $("me").querySelector(".new").hidden = !others;
  $("menu-dot").hidden = !others && !elsewhere;
}

function drawPlaces(me) {
  const item = (to, label, icon) =>
    h(
      "li",
      {},
      h(
        "button",
        { type: "button", "data-to": to, onclick: () => (drawer(false), go(to), line.focus()) },
        icon,
        h("span", { class: "name", dir: "auto" }, label),
        h("span", { class: "count", hidden: true }, h("span", { class: "sr" }, word("unread")), h("span", { class: "count-number" })),
      ),
    );
  const mark = h("img", { src: "/icon.svg", alt: "", width: "18", height: "18" });
  const hash = () => h("span", { class: "hash", "aria-hidden": "true" }, "#");
  $("places").setAttribute("aria-label", word("places"));
  $("places").replaceChildren(
    h("h2", {}, word("channels")),
    h("ul", {}, room.around.channels.map((c) => item(c.id, c.name, hash()))),
    h("h2", {}, word("direct")),
    h("ul", {}, item(direct(), "Panout", mark)),
  );
  $("me").replaceChildren(
    avatar(me.id, me.name),
    h("span", { class: "whom" }, h("b", { dir: "auto" }, me.name), h("span", { class: "small", dir: "auto" }, word(me.note))),
    h("span", { class: "new", hidden: true }, word("new_elsewhere")),
    h("span", { class: "sr" }, word("change_person")),
  );
}

const lastRead = (to) => memory.get(`read:${who}:${to}`) ?? 0;

/** How many of others' messages there are to read. */
function count(to) {
  const last = lastRead(to);
  return [...messages.values()].filter((m) => m.at === to && m.n > last && m.by?.id !== who).length;
}

function seen() {
  const last = [...messages.values()].filter((m) => m.at === place).reduce((n, m) => Math.max(n, m.n), 0);
  memory.set(`read:${who}:${place}`, last);
  const mine = room.around.latest[who] ?? 0;
  memory.set(`met:${who}`, Math.max(mine, last));
  showPlaces();
}

/** The other people for whom something new is there. */
function newsOf() {
  const latest = Object.entries(room.around.latest);
  return new Set(latest.filter(([id, n]) => id !== who && n > (memory.get(`met:${id}`) ?? 0)).map(([id]) => id));
}

// ---- messages

function receive(message) {
  const known = messages.has(message.n);
  messages.set(message.n, message);
  if (message.at !== place) return showPlaces();
  const atEnd = near();
  const mine = message.by?.id === who || message.only_you;
  put(message, room.menu.shortcuts, use);
  days(nothing());
  seen();
  if (known) return;
  if (atEnd || mine) bottom();
  else $("newer").hidden = false;
}

function near() {
  const { scrollHeight, scrollTop, clientHeight } = $("scroll");
  return scrollHeight - scrollTop - clientHeight < 120;
}

function bottom() {
  $("scroll").scrollTop = $("scroll").scrollHeight;
  $("newer").hidden = true;
}

function showStatus() {
  $("status").textContent = room.around.waiting ? tongue.phrases.one_moment : "";
}

function banner(sentence) {
  $("banner").textContent = sentence;
  $("banner").hidden = !sentence;
}

// ---- language, look, clock, drawer

async function jump(to) {
  try {
    await send("/api/clock", { jump: to });
  } catch (error) {
    banner(word(error.key ?? "error_refused"));
  }
}

function choices() {
  $("language").replaceChildren(
    ...room.languages.map(([tag, name]) => h("option", { value: tag, lang: tag, selected: tag === room.language }, name)),
  );
  const look = memory.get("look") ?? "auto";
  $("look").replaceChildren(
    ...["auto", "light", "dark"].map((value) => h("option", { value, selected: value === look }, word(`look_${value}`))),
  );
  $("clock").hidden = !room.jumps;
  $("jumps").replaceChildren(
    ...["hour", "morning", "monday"].map((to) => h("button", { type: "button", class: "button", onclick: () => jump(to) }, word(`jump_${to}`))),
  );
  $("scroll").setAttribute("aria-describedby", "older");
}

function wear(look) {
  if (look === "auto") delete document.documentElement.dataset.look;
  else document.documentElement.dataset.look = look;
}

function drawer(open) {
  const was = document.body.classList.contains("drawn");
  document.body.classList.toggle("drawn", open);
  $("menu").setAttribute("aria-expanded", String(open));
  if (open && !was) $("me").focus();
  if (!open && was) $("menu").focus();
}

$("language").addEventListener("change", (event) => {
  memory.set("language", event.target.value);
  enter();
});
$("look").addEventListener("change", (event) => {
  memory.set("look", event.target.value);
  wear(event.target.value);
});
$("menu").addEventListener("click", () => drawer(!document.body.classList.contains("drawn")));
$("veil").addEventListener("click", () => drawer(false));
$("rail").addEventListener("keydown", (event) => event.key === "Escape" && drawer(false));
$("me").addEventListener("click", choosePerson);
$("newer").addEventListener("click", bottom);
$("scroll").addEventListener("scroll", () => near() && ($("newer").hidden = true));
$("people").addEventListener("cancel", (event) => who || event.preventDefault());
$("add").addEventListener("submit", async (event) => {
  event.preventDefault();
  $("add-fault").textContent = "";
  try {
    const { id } = await send("/api/people", { name: $("add-name").value });
    $("add-name").value = "";
    await become(id);
  } catch (error) {
    $("add-fault").textContent = word(error.key ?? "error_refused");
  }
});
wear(memory.get("look") ?? "auto");
enter();
