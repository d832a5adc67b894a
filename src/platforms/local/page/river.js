// The conversation: messages on one line down the page, answers under the first of their thread, days between.

import { $, h, when, word } from "./dom.js";
import { bubble } from "./cards.js";
import { nowMs } from "./clock.js";

const rows = new Map(); // the list items shown, by number
const times = new Map(); // when each message was said, by number

export function clear() {
  rows.clear();
  times.clear();
  $("river").replaceChildren();
}

/** Shows a message where it belongs: by number, or under the first of its thread. */
export function put(message, shortcuts, use) {
  const shown = bubble(message, shortcuts, use);
  times.set(message.n, message.time);
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

/** A line before the first message of each day; where there is none, the sentence for that. */
export function days(empty) {
  for (const old of document.querySelectorAll(".day")) old.remove();
  let last = null;
  for (const row of [...$("river").children]) {
    const time = times.get(Number(row.dataset.n));
    const day = when(time, "key");
    if (day !== last) row.before(h("li", { class: "day" }, h("span", {}, dayName(time))));
    last = day;
  }
  $("empty").hidden = rows.size > 0;
  $("empty").textContent = empty;
}

function dayName(time) {
  const now = new Date(nowMs());
  const day = when(time, "key");
  if (day === when(now, "key")) return word("today");
  if (day === when(now - 86_400_000, "key")) return word("yesterday");
  return when(time, new Date(time).getUTCFullYear() === now.getUTCFullYear() ? "day" : "dayYear");
}
