// The page: who you are, where you look, and what is there.

import { $, avatar, h, memory, speak, tongue, when, word } from "./dom.js";
import { Live, Refused, read, send } from "./wire.js";
import { bubble } from "./cards.js";
import { hideForm, showForm } from "./forms.js";
import { composer } from "./composer.js";

let room = null; // what the server told, and keeps telling
let who = memory.get("who", sessionStorage) ?? memory.get("who"); // a tab may be somebody else than the next tab
let place = null;
let messages = new Map(); // by number
const rows = new Map(); // the list items shown, by number
let clock = { at: 0, since: 0 };

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
          h("span", { class: "whom" }, h("b", { dir: "auto" }, p.name), h("span", { class: "small", dir: "auto" }, p.note)),
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
  rows.clear();
  $("river").setAttribute("aria-live", "off");
  $("river").replaceChildren();
  $("older").hidden = !room.older;
  for (const message of [...messages.values()].sort((a, b) => a.n - b.n)) if (message.at === place) put(message);
  const title = place === direct() ? "Panout" : `#${room.around.channels.find((c) => c.id === place).name}`;
  $("place").textContent = title;
  document.title = `${title} · Panout`;
  line.at(title);
  days();
  seen();
  bottom();
  // Only what comes from now on is read aloud.
  requestAnimationFrame(() => $("river").setAttribute("aria-live", "polite"));
}

function showPlaces() {
  const item = (to, label, icon) => {
    const unread = count(to);
    return h(
      "li",
      {},
      h(
        "button",
        { type: "button", "aria-current": to === place ? "page" : null, class: unread ? "has-new" : null, onclick: () => (drawer(false), go(to), line.focus()) },
        icon,
        h("span", { class: "name", dir: "auto" }, label),
        unread > 0 && h("span", { class: "count" }, h("span", { class: "sr" }, word("unread")), String(unread)),
      ),
    );
  };
  const mark = h("img", { src: "/icon.svg", alt: "", width: "18", height: "18" });
  $("places").setAttribute("aria-label", word("places"));
  $("places").replaceChildren(
    h("h2", {}, word("channels")),
    h("ul", {}, room.around.channels.map((c) => item(c.id, c.name, h("span", { class: "hash", "aria-hidden": "true" }, "#")))),
    h("h2", {}, word("direct")),
    h("ul", {}, item(direct(), "Panout", mark)),
  );
  const me = person();
  const others = newsOf().size > 0;
  $("me").replaceChildren(
    avatar(me.id, me.name),
    h("span", { class: "whom" }, h("b", { dir: "auto" }, me.name), h("span", { class: "small", dir: "auto" }, me.note)),
    ...(others ? [h("span", { class: "new" }, word("new_elsewhere"))] : []),
    h("span", { class: "sr" }, word("change_person")),
  );
  const elsewhere = [direct(), ...room.around.channels.map((c) => c.id)].some((to) => to !== place && count(to));
  $("menu-dot").hidden = !others && !elsewhere;
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
  put(message);
  days();
  seen();
  if (known) return;
  if (atEnd || mine) bottom();
  else $("newer").hidden = false;
}

/** Shows a message where it belongs: by number, or under the first of its thread. */
function put(message) {
  const shown = bubble(message, room.menu.shortcuts, use);
  const there = rows.get(message.n);
  if (there) {
    const held = there.firstChild.contains(document.activeElement);
    there.firstChild.replaceWith(shown);
    if (held) shown.focus({ preventScroll: true });
    return;
  }
  const row = h("li", { "data-n": message.n }, shown);
  rows.set(message.n, row);
  const root = message.under && rows.get(message.under);
  if (!root) return $("river").append(row);
  let thread = root.querySelector(":scope > ol");
  if (!thread) root.append((thread = h("ol", { class: "thread", "aria-label": word("thread") })));
  thread.append(row);
}

/** A line before the first message of each day. */
function days() {
  for (const old of document.querySelectorAll(".day")) old.remove();
  let last = null;
  for (const row of [...$("river").children]) {
    const { time } = messages.get(Number(row.dataset.n));
    const day = when(time, "key");
    if (day !== last) row.before(h("li", { class: "day" }, h("span", {}, dayName(time))));
    last = day;
  }
  const empty = $("river").childElementCount === 0;
  $("empty").hidden = !empty;
  $("empty").textContent = place === direct() ? word("empty_direct") : word("empty_channel");
}

function dayName(time) {
  const now = new Date(nowMs());
  const day = when(time, "key");
  if (day === when(now, "key")) return word("today");
  if (day === when(now - 86_400_000, "key")) return word("yesterday");
  return when(time, new Date(time).getUTCFullYear() === now.getUTCFullYear() ? "day" : "dayYear");
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

// ---- the clock

const nowMs = () => clock.at + (performance.now() - clock.since);

function setClock(now) {
  clock = { at: Date.parse(now), since: performance.now() };
  tick();
}

function tick() {
  if (!room) return;
  const now = new Date(nowMs());
  for (const element of [$("clock-now"), $("top-clock")]) {
    element.textContent = when(now, "clock");
    element.dateTime = now.toISOString();
    element.title = when(now, "DateTime");
  }
}

async function jump(to) {
  try {
    await send("/api/clock", { jump: to });
  } catch (error) {
    banner(word(error.key ?? "error_refused"));
  }
}

// ---- language, look, drawer

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
setInterval(tick, 5000);
wear(memory.get("look") ?? "auto");
enter();
