// The line people write on: messages, and commands with their arguments.

import { $, h, listbox, word } from "./dom.js";

/** `room` has commands(), suggest(source, typed), and send(line), which answers whether the line was taken. */
export function composer(room) {
  const line = $("line");
  const list = listbox(line, $("commands"));
  let asked = 0;

  const grow = () => {
    line.style.height = "auto";
    line.style.height = `${Math.min(line.scrollHeight + 2, 180)}px`;
  };
  const write = (text) => {
    line.value = text;
    line.setSelectionRange(text.length, text.length);
    line.focus();
    changed();
  };
  const changed = () => {
    grow();
    asked++;
    const typed = line.value.match(/^\s*\/(\S*)(\s[\s\S]*)?$/);
    if (!typed) return quiet();
    const [, name, rest] = typed;
    if (rest === undefined) return complete(name);
    const command = room.commands().find((c) => c.name === name.toLowerCase());
    if (!command) return quiet();
    guide(command, name, rest);
  };
  const quiet = () => {
    list.hide();
    $("hint").hidden = true;
  };

  const complete = (name) => {
    $("hint").hidden = true;
    const fits = room.commands().filter((c) => c.name.startsWith(name.toLowerCase()));
    const items = fits.map((c) => ({ label: `/${c.name}`, usage: takes(c), note: c.description, take: () => write(`/${c.name} `) }));
    list.show(items, name && items.length ? 0 : -1);
  };

  /** What may follow a command. */
  const takes = (command) => command.usage || command.subcommands.map((s) => s.name).join(" | ");

  const guide = (command, name, rest) => {
    const words = rest.trimStart().split(/\s+/);
    const sub = words.length > 1 ? command.subcommands.find((s) => s.name === words[0].toLowerCase()) : null;
    hint(command, sub);
    if (command.subcommands.length && words.length <= 1) {
      const fits = command.subcommands.filter((s) => s.name.startsWith(words[0].toLowerCase()));
      return list.show(fits.map((s) => ({ label: s.name, note: s.description, take: () => write(`/${name} ${s.name} `) })));
    }
    values((sub ?? command).options);
  };

  const hint = (command, sub) => {
    const options = (sub ?? command).options.filter((option) => !option.rest);
    $("hint").replaceChildren(
      h("p", {}, h("b", {}, `/${command.name}${sub ? ` ${sub.name}` : ""}`), " ", h("span", { class: "usage" }, sub ? "" : takes(command))),
      h("p", { class: "small" }, sub ? sub.description : command.description),
      h("dl", {}, options.map((o) => h("div", {}, h("dt", {}, o.name), h("dd", {}, o.description)))),
    );
    $("hint").hidden = false;
  };

  // Values for the word being written: of every option that knows any, each marked with its option.
  const values = async (options) => {
    const mine = asked;
    const [, , part] = line.value.match(/(?:^|\s)(#?)(\S*)$/) ?? [];
    const sources = options.filter((option) => option.source || option.choices.length);
    if (!part || part.length < 2 || !sources.length || line.selectionEnd !== line.value.length) return list.hide();
    const found = await Promise.all(
      sources.map(async (option) => {
        const fits = (c) => c.label.toLowerCase().startsWith(part.toLowerCase()) || c.value.startsWith(part.toLowerCase());
        const choices = option.source ? await room.suggest(option.source, part).catch(() => []) : option.choices.filter(fits);
        return choices.slice(0, 4).map((c) => ({ label: c.label, note: option.name, take: () => write(`${line.value.slice(0, -part.length)}${c.value} `) }));
      }),
    );
    if (mine !== asked) return;
    const items = found.flat().slice(0, 8);
    list.show(items);
  };

  const send = async () => {
    const text = line.value;
    if (!text.trim()) return;
    // Suggestions still on their way are for what is gone.
    asked++;
    list.hide();
    $("hint").hidden = true;
    line.value = "";
    grow();
    // What could not be sent comes back, unless something else was begun.
    if (!(await room.send(text)) && !line.value) write(text);
  };

  line.addEventListener("input", changed);
  line.addEventListener("blur", () => list.hide());
  line.addEventListener("keydown", (event) => {
    const exact = room.commands().some((c) => line.value.trim() === `/${c.name}`);
    if (!(exact && event.key === "Enter") && list.key(event, ["Enter", "Tab"])) return;
    if (event.key === "Escape") quiet();
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
      event.preventDefault();
      send();
    }
  });
  $("composer").addEventListener("submit", (event) => {
    event.preventDefault();
    send();
  });

  return {
    /** Names the box for where the line goes. */
    at(place) {
      line.placeholder = word("write_to", { place });
      $("line-label").textContent = word("write_to", { place });
      $("commands").setAttribute("aria-label", word("commands"));
    },
    focus: () => line.focus(),
  };
}
