// What is not saved yet, in the browser's own storage: it outlives the tab, the server and the machine.

import { boot, stored } from "./base.js";

const START = `prl10n:${boot.id}:draft:${boot.locale}:${boot.document}:`;

const place = (unit) => START + unit.key;

/** Whether what a person has written is what the catalog says. */
export const same = (mine, unit) => mine.text === unit.msgstr && (mine.comment ?? unit.comment) === unit.comment;

/** Keep what a person has written in a unit: {text, parts, comment, seen, at}. False: the browser keeps nothing. */
export function keep(unit) {
  return stored.set(place(unit), { ...unit.mine, at: Date.now() });
}

export function drop(place_) {
  try { localStorage.removeItem(place_); } catch { /* it keeps nothing */ }
}

export const forget = (unit) => drop(place(unit));

/** What was kept of sources that are gone from the document: [[place, draft], …]. */
export function orphans(byKey) {
  let places = [];
  try { places = Object.keys(localStorage); } catch { /* it keeps nothing */ }
  return places
    .filter((each) => each.startsWith(START) && !byKey.has(each.slice(START.length)))
    .map((each) => [each, stored.get(each)])
    .filter(([, draft]) => draft?.text);
}

/** What was kept of a unit and says something else than the catalog, or null. */
export function kept(unit) {
  const draft = stored.get(place(unit));
  if (!draft || typeof draft.text !== "string") return null;
  if (same(draft, unit)) { forget(unit); return null; }
  return draft;
}

// ── saves that can be undone: those of this tab, in this document ──

const SAVES = `prl10n:${boot.id}:saves:${boot.locale}:${boot.document}`;
let { list = [], at = 0 } = stored.get(SAVES, sessionStorage) ?? {};

const write = () => stored.set(SAVES, { list, at }, sessionStorage);

/** What a save can be told to bring back: the server knows all that a version had, another server only the rest of it. */
export const facts = (unit) => ({ text: unit.msgstr, state: unit.state, comment: unit.comment, previous: unit.previous, version: unit.version });

export const saves = {
  note(unit, before) {
    list = [...list.slice(0, at), { key: unit.key, before, after: facts(unit) }].slice(-200);
    at = list.length;
    write();
  },
  /** The save to undo or redo: [unit's key, what it was or became], or null. */
  peek(back) {
    const save = list[back ? at - 1 : at];
    return save ? [save.key, back ? save.before : save.after] : null;
  },
  moved(back) {
    at += back ? -1 : 1;
    write();
  },
};
