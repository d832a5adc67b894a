// The time of the demonstration, which goes on between what the server tells.

import { $, when } from "./dom.js";

let clock = { at: 0, since: 0 };

export const nowMs = () => clock.at + (performance.now() - clock.since);

export function setClock(now) {
  clock = { at: Date.parse(now), since: performance.now() };
  tick();
}

function tick() {
  if (!clock.at) return;
  const now = new Date(nowMs());
  for (const element of [$("clock-now"), $("top-clock")]) {
    element.textContent = when(now, "clock");
    element.dateTime = now.toISOString();
    element.title = when(now, "DateTime");
  }
}

setInterval(tick, 5000);
