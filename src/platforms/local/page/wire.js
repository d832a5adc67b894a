// The talk with the page's server: requests that may be repeated without harm, and what arrives live.

/** What the server refused, by the key of its sentence. */
export class Refused extends Error {
  constructor(key) {
    super(key);
    this.key = key;
  }
}

const pause = (ms) => new Promise((done) => setTimeout(done, ms));

async function call(path, init) {
  const answer = await fetch(path, init);
  if (answer.ok) return answer.json();
  const body = await answer.json().catch(() => ({}));
  throw new Refused(body.error ?? (answer.status === 413 ? "error_too_long" : "error_refused"));
}

export function read(path, query) {
  const given = Object.entries(query).filter(([, value]) => value !== null && value !== undefined);
  return call(`${path}?${new URLSearchParams(given)}`);
}

/** Sends; tries again while the server cannot be reached. What is sent carries its own id, so it is done once. */
export async function send(path, body) {
  for (const wait of [300, 1000, 3000, null]) {
    try {
      const init = { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) };
      return await call(path, init);
    } catch (error) {
      if (error instanceof Refused) throw error;
      if (wait === null) throw new Refused("error_unreachable");
      await pause(wait);
    }
  }
}

/**
 * What happens, live. Closed while nobody looks at the tab (a browser allows few connections to one server), and
 * opened again from where it was.
 */
export class Live {
  /** `on` has message, form, around, restart, and state(connected). */
  constructor(on) {
    this.on = on;
    document.addEventListener("visibilitychange", () => (document.hidden ? this.stop() : this.start()));
    addEventListener("online", () => this.start());
  }

  follow(who, cursor) {
    this.stop();
    this.who = who;
    this.cursor = cursor;
    if (!document.hidden) this.start();
  }

  stop() {
    this.source?.close();
    this.source = null;
    clearTimeout(this.again);
  }

  start() {
    if (!this.who) return;
    this.stop();
    const source = new EventSource(`/api/live?${new URLSearchParams({ as: this.who, since: this.cursor })}`);
    this.source = source;
    const hear = (name, then) =>
      source.addEventListener(name, (event) => {
        if (this.source !== source) return;
        if (event.lastEventId) this.cursor = event.lastEventId;
        then(event.data ? JSON.parse(event.data) : null);
      });
    hear("message", this.on.message);
    hear("form", this.on.form);
    hear("around", this.on.around);
    hear("restart", this.on.restart);
    source.onopen = () => this.on.state(true);
    source.onerror = () => {
      if (this.source !== source) return;
      this.on.state(false);
      // A browser gives up after an answer that is not a stream; we do not.
      if (source.readyState === EventSource.CLOSED) this.again = setTimeout(() => this.start(), 1500);
    };
  }
}
