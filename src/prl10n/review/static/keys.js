// Keys: one table for what they do, what the buttons show, and the help.

import { boot, dialogue, el, stored, t } from "./base.js";

const mac = navigator.platform.startsWith("Mac");
const LETTERS = "prl10n:letters";

/** Whether single letters act (outside of fields); they can be turned off, as WCAG 2.1.4 asks. */
export const letters = () => stored.get(LETTERS) ?? true;

const inField = (target) =>
  target.isContentEditable || target.matches("textarea, select, input:not([type=checkbox], [type=radio], [type=button])");

/** The key that was meant: on a keyboard of other letters, the one in the place of the Latin letter. */
const meant = (event) => (/^[ -~]$|^.{2,}$/.test(event.key) ? event.key : event.code.replace(/^(Key|Digit)/, "")).toLowerCase();

function matches(event, chord) {
  const parts = chord.split("+");
  const key = parts.pop();
  return (
    (event.ctrlKey || event.metaKey) === parts.includes("Ctrl") &&
    event.altKey === parts.includes("Alt") &&
    event.shiftKey === parts.includes("Shift") &&
    (meant(event) === key.toLowerCase() || event.code === key)
  );
}

const NAMES = { ArrowDown: "↓", ArrowUp: "↑", ArrowLeft: "←", ArrowRight: "→" };

export function shown(chord) {
  return chord.split("+").map((part) => (mac && part === "Ctrl" ? "⌘" : part === "Ctrl" ? t("key-ctrl") : part === "Shift" ? t("key-shift")
    : part === "Enter" ? t("key-enter") : part === "Space" ? t("key-space") : part === "Escape" ? t("key-escape")
    : NAMES[part] ?? (part.length === 1 ? part.toUpperCase() : part))).join(mac ? "" : "+");
}

const spoken = (chord) => chord.replace("Ctrl", "Control");

let actions = [];

/**
 * The keys of a page: [{id, text, letter, chords, run, group}]. A letter acts outside of fields, a chord everywhere;
 * `shown` is a key that something else looks after, for the help, which leaves out what has no group.
 * `run` may return false: the key was not for it, and keeps its own meaning.
 */
export function keys(table) {
  actions = table;
  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.isComposing || document.querySelector("dialog[open]")) return;
    const action = actions.find((each) => (each.chords ?? []).some((chord) => matches(event, chord)) ||
      (each.letter && letters() && !inField(event.target) && !event.ctrlKey && !event.altKey && !event.metaKey && meant(event) === each.letter));
    if (action && action.run(event) !== false) event.preventDefault();
  });
}

/** A button for an action of the table, with its key on it. */
export function button(id, name = "button", label = null) {
  const action = actions.find((each) => each.id === id);
  const key = name.includes(".small") ? (action.letter ?? action.chords?.[0]) : (action.chords?.[0] ?? action.letter);
  return el(name, {
    type: "button",
    "data-action": id,
    "aria-keyshortcuts": [...(action.chords ?? []).map(spoken), action.letter].filter(Boolean).join(" ") || null,
    onclick: () => action.run(null),
  }, el("span", {}, label ?? t(action.text)), key ? el("kbd", { "aria-hidden": "true" }, shown(key)) : "");
}

/** Every key, and the switch for letters. */
export function help() {
  const groups = [...new Set(actions.map((action) => action.group).filter(Boolean))];
  const box = el("input", { type: "checkbox", id: "letters" });
  box.checked = letters();
  box.addEventListener("change", () => stored.set(LETTERS, box.checked));
  return dialogue(t("help-title"), [
    el("p", {}, t(boot.document ? "help-editor" : "help-overview")),
    el("p", {}, el("label.check", { for: "letters" }, box, t("help-letters"))),
    el("div.keys", {}, groups.map((group) => el("section", {}, el("h3", {}, t(group)), el("dl", {}, actions.filter((action) => action.group === group).map((action) => el("div", {},
      el("dt", {}, [...(action.chords ?? []), action.letter, action.shown].filter(Boolean).map((key, place) => [place ? ` ${t("or")} ` : "", el("kbd", {}, shown(key))]).flat()),
      el("dd", {}, t(action.text)))))))),
  ], [["close", t("close")]], "help");
}
