// The editor: the unit at hand, what is done with it, and what others do meanwhile.

import { address, bar, boot, counted, dialogue, el, get, locale, post, Refused, say, t, units } from "./base.js";
import { commit, home, neighbour, waiting } from "./common.js";
import { compare } from "./conflict.js";
import { drop, facts, forget, keep, kept, orphans, same, saves } from "./drafts.js";
import { button, help, keys } from "./keys.js";
import * as page from "./page.js";
import { Panel, terms } from "./panel.js";
import { quotes } from "./quotes.js";

const byKey = new Map(units.map((unit) => [unit.key, unit]));
const byPlace = new Map(units.flatMap((unit) => unit.places.map((place) => [place, unit])));
const walk = document.getElementById("walk");
const notices = document.getElementById("notices");

let unit = null; // the one at hand
let panel = null;
let writing = true; // whether the focus goes to the field of the next one; with letters, and after Esc, it stays outside
let checking = 0; // the number of the last check: late answers to earlier ones of a unit are left out
let delay = null; // what waits until a person stops writing for a moment
let busy = Promise.resolve(); // saves are made one after the other
let turn = Promise.resolve(); // and so are steps back and forth over them

const named = (each) => ({ locale: boot.locale, document: boot.document, context: each.context, msgid: each.msgid });

// ── which unit ──

const WALKS = {
  open: (each) => each.state !== "approved",
  findings: (each) => each.findings.some((finding) => !["missing", "stale", "unreviewed"].includes(finding.rule)),
  all: () => true,
};

const wanted = (each) => (WALKS[walk.value] ?? ((one) => one.state === walk.value))(each);

/** Where a unit stands on the page: a source that is written twice is one unit. */
function choose(next, focus = true) {
  if (!next) return;
  if (delay) check(); // the page shows what was written last
  if (panel) panel.node.remove();
  unit = next;
  panel = new Panel(unit, {
    place: [units.indexOf(unit) + 1, units.length],
    changed, use: put,
    comment: (text) => { edited({ comment: text }); },
  });
  panel.node.addEventListener("focusin", ({ target }) => {
    if (target === panel.node) writing = false;
    else if (target.matches(".write")) writing = true;
  });
  page.place(unit, panel.node);
  history.replaceState(history.state, "", `#u${unit.key}`);
  panel.remember();
  if (unit.theirs) announceTheirs(unit);
  if (unit.mine) check();
  if (focus && writing) panel.focus();
  else if (focus) panel.node.focus({ preventScroll: true });
}

function step(by, fits = wanted, from = units.indexOf(unit)) {
  for (let at = from + by; at >= 0 && at < units.length; at += by) if (fits(units[at])) { choose(units[at]); return true; }
  return false;
}

/** The next one to look at; behind the last one the first; where all is done, the next document is offered. */
function next() {
  if (step(1) || step(1, (each) => wanted(each) && each !== unit, -1)) return;
  const following = neighbour(boot.locale, boot.document, 1);
  const left = units.filter(WALKS.open).length;
  const words = left ? counted("walk-done", left) : t("page-done");
  say(words);
  notice("done", words, following ? el("a.button", { href: address(...following) }, t("next-document"), el("kbd", { "aria-hidden": "true" }, "O")) : el("a.button", { href: home() }, t("all-documents")));
}

function previous() {
  if (!step(-1)) say(t("first"));
}

// ── writing ──

function changed(why) {
  if (why === "crossing") { say(t("crossing"), "error"); return; }
  edited({ text: panel.text, parts: panel.parts });
  clearTimeout(delay);
  delay = setTimeout(check, 250);
}

/** Note what a person wrote, in the browser's storage too, before anything else happens. */
function edited(words) {
  const before = unit.mine ?? { text: unit.msgstr, parts: unit.chips.target, seen: unit.version };
  unit.mine = { ...before, ...words };
  if (same(unit.mine, unit)) {
    unit.mine = null;
    forget(unit);
  } else if (!keep(unit)) say(t("no-storage"), "error");
  page.mark(unit);
  if (unit.mine) dismiss("done");
}

/** What the checks find in a unit's words as they are by now, and how they look on the page. */
async function check(own = unit) {
  const [text, number] = [own.mine?.text ?? own.msgstr, (checking += 1)];
  if (own === unit) { clearTimeout(delay); delay = null; }
  own.checking = number;
  try {
    const { findings, html, breaks } = await post("/api/check", { ...named(own), text });
    if (own.checking !== number) return;
    if (own === unit) panel.found(findings, breaks);
    page.preview(own, html, text);
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    if (error.status && own === unit) say(error.message, "error");
  }
}

/** A whole text in the field, as one step. */
async function put(text) {
  const own = unit;
  if (text === unit.msgid && !panel.raw) { panel.field.replace(unit.chips.source); panel.focus(); return; }
  if (panel.raw) { panel.area.value = text; changed(""); panel.focus(); return; }
  try {
    const { chips } = await post("/api/check", { ...named(own), text });
    if (own !== unit) return;
    panel.field.replace(chips);
    panel.focus();
  } catch (error) { failed(error); }
}

async function toggleRaw() {
  const [text, own] = [panel.text, unit];
  if (!panel.raw) {
    panel.show(null, text);
    panel.focus();
    say(t("raw-on"));
    return;
  }
  try {
    const { chips, breaks } = await post("/api/check", { ...named(own), text });
    if (own !== unit) return;
    if (breaks) { panel.found([], breaks); say(t("raw-broken"), "error"); return; }
    panel.show(chips, text);
    if (unit.mine) edited({ text, parts: chips });
    panel.focus();
    say(t("raw-off"));
  } catch (error) { failed(error); }
}

async function insertTerm() {
  const list = terms(unit);
  if (!list.length) { say(t("no-terms")); return; }
  let chosen = "0";
  if (list.length > 1)
    chosen = await dialogue(t("terms"), t("terms-choose"), [...list.slice(0, 9).map((term, place) => [String(place), `${term.source} → ${term.target || term.source}`, String(place + 1)]), ["", t("cancel")]], "choice");
  if (chosen !== "") panel.insert(list[Number(chosen)].target || list[Number(chosen)].source);
}

/** A no-break space; behind one that was just written, the narrow one in its place. */
function space() {
  if (panel.raw) { panel.insert("\u00a0"); return; }
  const [start, end] = panel.field.selection();
  if (start === end && panel.field.items[start - 1] === "\u00a0") panel.field.splice(start - 1, start, ["\u202f"]);
  else panel.insert("\u00a0");
}

function machine() {
  const text = unit.machine || panel.matches?.[0]?.target;
  if (text) put(text);
  else say(t("no-machine"));
}

function comment() {
  panel.comments.open = true;
  panel.comment.focus();
}

// ── saving ──

/** An error that is an answer, said; others are ours. */
function failed(error) {
  if (!(error instanceof Refused)) throw error;
  say(error.message, "error");
}

/** New facts about a unit, on the page too. */
function take(own, news, html = {}) {
  const mine = own.mine;
  Object.assign(own, news);
  own.theirs = null;
  own.mine = mine ?? null;
  own.checking = 0; // what is being checked was written before
  page.mark(own, html);
  if (own.mine) check(own);
  figures();
}

/** Save words in a state. True: it is on disk. Where it is not, the words stay here. */
function save(own, words) {
  busy = busy.catch(() => false).then(() => write(own, words));
  return busy;
}

async function write(own, words) {
  const before = facts(own);
  const seen = own.mine?.seen ?? own.version;
  const state = words.state === "approved" ? "approved" : "draft";
  const body = { ...named(own), seen, text: words.text, state };
  const remarks = words.comment ?? own.mine?.comment;
  if (remarks !== undefined) body.comment = remarks;
  if (words.state === "stale" && words.previous !== null) body.previous = words.previous;
  if (words.again) body.restore = words.version;
  own.saving = true;
  try {
    const answer = await post("/api/save", body);
    // what was written since the save began is not in it; undo leaves what nobody has saved
    const later = own === unit && panel.text !== words.text ? { text: panel.text, parts: panel.parts } : null;
    const left = words.again ? own.mine : later;
    own.mine = left && !same(left, answer.unit) ? { ...left, seen: answer.unit.version } : null;
    if (own.mine) keep(own);
    else forget(own);
    dismiss("retry");
    take(own, answer.unit, answer.html);
    if (!words.again && answer.unit.version !== seen) saves.note(own, before);
    waiting();
    return true;
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    if (error.status === 409) { own.saving = false; return settle(own, error.body, words); }
    if (error.status === 422 && own === unit) check(); // the panel says what is wrong, too
    say(error.message, "error");
    if (!error.status) retry(own, words);
    return false;
  } finally {
    own.saving = false;
  }
}

/** The server does not answer: the words stay in the field and in the browser, and it is tried again. */
function retry(own, words) {
  const again = async () => { if (await save(own, words)) { say(t("saved-at-last")); if (own === unit) choose(unit, false); } };
  notice("retry", t("offline-kept"), el("button", { type: "button", onclick: again }, t("try-again")));
  setTimeout(() => { if (notices.querySelector("[data-name=retry]")) again(); }, 3000);
}

/** Someone else wrote it meanwhile: both are shown, a person decides. */
async function settle(own, { conflict, error }, words) {
  if (!conflict) { say(error, "error"); notice("gone", t("source-changed"), reload()); return false; }
  const chosen = await compare(own, conflict, words.text);
  if (chosen === "mine") {
    own.mine = { ...(own.mine ?? { text: words.text, parts: null }), seen: conflict.version };
    take(own, conflict); // which is what undo brings back
    return write(own, words);
  }
  if (chosen === "theirs") {
    own.mine = null;
    forget(own);
    own.theirs = null;
    own.saving = false;
    await refresh(own);
    if (own === unit) choose(own);
    say(t("took-theirs"));
    return false;
  }
  if (chosen === "edit") {
    own.mine = { ...(own.mine ?? { text: words.text, parts: null }), seen: conflict.version };
    take(own, conflict);
    keep(own);
    choose(own);
  }
  return false;
}

async function approve() {
  const [own, text] = [unit, panel.text];
  if (!text.trim()) { say(t("empty"), "error"); panel.focus(); return; }
  if (!(await save(own, { text, state: "approved" }))) return;
  const left = units.filter(WALKS.open).length;
  say(left ? counted("approved", left) : t("approved-all"));
  if (own === unit && !own.mine) { choose(unit, false); next(); }
}

async function draft() {
  const own = unit;
  if (!(await save(own, { text: panel.text, state: "draft" }))) return;
  say(t("saved-draft"));
  if (own === unit && !own.mine) choose(unit);
}

/** The comment alone: words and state stay those of the catalog. */
async function saveComment() {
  const own = unit;
  if (!(await save(own, { ...facts(own), comment: panel.comment.value }))) return;
  say(t("saved-comment"));
  if (own === unit && !own.mine) choose(unit, false);
}

/** Undo and redo: first what was written in the field, then saves, the last one first. */
function back(undo) {
  if (!panel.raw && (undo ? panel.field.undo() : panel.field.redo())) { if (writing) panel.focus(); return; }
  turn = turn.catch(() => null).then(() => again(undo));
}

/** The last save undone, or the next one done again, once the saves that are under way are made. */
async function again(undo) {
  await busy.catch(() => false);
  const save_ = saves.peek(undo);
  const own = save_ && byKey.get(save_[0]);
  if (!own) { say(t(undo ? "nothing-undo" : "nothing-redo")); return; }
  if (!(await save(own, { ...save_[1], again: true }))) return;
  saves.moved(undo);
  choose(own);
  say(t(undo ? "undone" : "redone"));
}

async function repeats() {
  const own = unit;
  if (own.state !== "approved" || own.mine) { say(t("repeats-approve-first")); return; }
  try {
    const request = { ...named(own), seen: own.version };
    const found = await post("/api/repeats", { ...request, dry: true });
    if (!found.count) { say(t("repeats-none")); return; }
    const chosen = await dialogue(t("repeats"), [
      el("p", {}, counted("repeats-where", found.count)),
      el("ul.files", {}, found.documents.slice(0, 100).map((name) => el("li", {}, name)), found.documents.length > 100 ? el("li", {}, "…") : ""),
    ], [["all", t("repeats-all")], ["", t("cancel")]]);
    if (chosen !== "all") return;
    const done = await post("/api/repeats", { ...request, dry: false });
    say(counted("repeats-done", done.count));
    waiting();
  } catch (error) { failed(error); }
}

// ── notices and figures ──

const reload = () => el("button", { type: "button", onclick: () => location.reload() }, t("reload"));
const dismiss = (name) => notices.querySelector(`[data-name="${CSS.escape(name)}"]`)?.remove();

function notice(name, words, ...rest) {
  dismiss(name);
  notices.append(el("div.notice", { "data-name": name, role: "status" }, el("p", {}, words), rest, el("button.small", { type: "button", onclick: () => dismiss(name) }, t("close"))));
}

function figures() {
  const states = {};
  for (const each of units) states[each.state] = (states[each.state] ?? 0) + 1;
  document.getElementById("progress").replaceChildren(bar(states));
  const left = units.filter(WALKS.open).length;
  document.getElementById("left").textContent = left ? counted("units-left", left) : t("done");
}

// ── what changes on disk ──

function announceTheirs(own) {
  notice("theirs", t("changed-on-disk"), el("button", { type: "button", onclick: async () => {
    dismiss("theirs");
    await settle(own, { conflict: own.theirs }, { text: own.mine?.text ?? own.msgstr, state: "draft" });
  } }, t("compare")));
}

/** What is on disk, of all units that nobody is writing; of `always` in any case. */
async function refresh(always = null) {
  const { units: list, html } = await get(`/api/units${address(boot.locale, boot.document).slice(2)}`);
  if (list.length !== units.length || list.some((news) => !byKey.has(news.key))) { notice("gone", t("source-changed"), reload()); return; }
  for (const news of list) {
    const own = byKey.get(news.key);
    if (own.saving || (news.version === own.version && own !== always)) continue;
    if (own.mine && own.mine.seen !== news.version) {
      own.theirs = news;
      if (own === unit) announceTheirs(own);
    } else if (!own.mine) {
      take(own, news, html);
      if (own === unit) { choose(unit, panel.node.contains(document.activeElement)); say(t("refreshed")); }
    }
  }
}

async function listen() {
  let since = boot.n;
  for (;;) {
    try {
      const { n, changed: where } = await get("/events", { since });
      since = n;
      if (where?.some((each) => each.locale === boot.locale && each.document === boot.document)) { await busy; await refresh(); waiting(); }
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      await new Promise((resolve) => { setTimeout(resolve, 3000); });
    }
  }
}

// ── keys ──

const withUnit = (run) => (event) => {
  writing = !event || event.ctrlKey || event.altKey || event.metaKey;
  if (unit) return run(event);
  return step(1, () => true, -1);
};
/** Undo or redo; of a plain field the browser's own. */
const stepping = (undo) => (event) => (event?.target.matches?.("textarea, input") ? false : withUnit(() => back(undo))(event));
const away = (event) => {
  if (!panel?.node.contains(event.target) || event.target === panel.node) return false;
  panel.node.focus({ preventScroll: true });
  return true;
};

keys([
  { id: "approve", text: "approve", chords: ["Ctrl+Enter"], letter: "a", group: "keys-unit", run: withUnit(() => { approve(); }) },
  { id: "draft", text: "draft", letter: "d", group: "keys-unit", run: withUnit(() => { draft(); }) },
  { id: "next", text: "next", chords: ["Alt+ArrowDown"], letter: "n", group: "keys-unit", run: withUnit(() => next()) },
  { id: "previous", text: "previous", chords: ["Alt+ArrowUp"], letter: "p", group: "keys-unit", run: withUnit(() => previous()) },
  { id: "forward", text: "key-forward", letter: "j", group: "keys-unit", run: withUnit(() => { step(1, () => true); }) },
  { id: "backward", text: "key-backward", letter: "k", group: "keys-unit", run: withUnit(() => { step(-1, () => true); }) },
  { id: "undo", text: "undo", chords: ["Ctrl+Z"], letter: "u", group: "keys-unit", run: stepping(true) },
  { id: "redo", text: "redo", chords: ["Ctrl+Shift+Z", "Ctrl+Y"], letter: "y", group: "keys-unit", run: stepping(false) },
  { id: "repeats", text: "repeats", letter: "r", group: "keys-unit", run: withUnit(() => { repeats(); }) },
  { id: "edit", text: "key-edit", letter: "e", group: "keys-field", run: withUnit(() => panel.focus()) },
  { id: "leave", text: "key-leave", chords: ["Escape"], group: "keys-field", run: away },
  { id: "fix", text: "fix-first", chords: ["Alt+Enter"], letter: "f", group: "keys-field", run: withUnit(() => { if (panel.fix) put(panel.fix); else say(t("no-fix")); }) },
  { id: "source", text: "copy-source", letter: "s", group: "keys-field", run: withUnit(() => { put(unit.msgid); }) },
  { id: "machine", text: "copy-machine", letter: "m", group: "keys-field", run: withUnit(() => machine()) },
  { id: "term", text: "insert-term", letter: "t", group: "keys-field", run: withUnit(() => { insertTerm(); }) },
  { id: "match", text: "use-match", shown: "1 … 9", group: "keys-field", run: () => false },
  ...[1, 2, 3, 4, 5, 6, 7, 8, 9].map((number) => ({ id: `match-${number}`, letter: String(number), run: withUnit(() => { const match = panel.matches?.[number - 1]; if (match) put(match.target); }) })),
  { id: "quotes", text: "insert-quotes", letter: "q", group: "keys-field", run: withUnit(() => panel.surround(...quotes(boot.locale))) },
  { id: "nbsp", text: "insert-nbsp", chords: ["Ctrl+Shift+Space"], letter: "b", group: "keys-field", run: withUnit(() => space()) },
  { id: "nnbsp", text: "insert-nnbsp", letter: "v", group: "keys-field", run: withUnit(() => panel.insert("\u202f")) },
  { id: "raw", text: "raw", letter: "x", group: "keys-field", run: withUnit(() => { toggleRaw(); }) },
  { id: "chip", text: "key-chip", shown: "Alt+Shift+ArrowLeft", group: "keys-field", run: () => false },
  { id: "saved", text: "as-saved", letter: "z", group: "keys-field", run: withUnit(() => { put(unit.msgstr); }) },
  { id: "comment", text: "comment", letter: "c", group: "keys-field", run: withUnit(() => comment()) },
  { id: "comment-save", text: "comment-save", group: "", run: () => { saveComment(); } },
  { id: "search", text: "key-search", letter: "/", group: "keys-page", run: () => { location.href = `/?${new URLSearchParams({ locale: boot.locale })}#q`; } },
  { id: "pages", text: "source-page", letter: "w", group: "keys-page", run: () => { document.body.classList.toggle("both"); } },
  { id: "locale", text: "key-locale", letter: "l", group: "keys-page", run: () => document.getElementById("locale").focus() },
  { id: "next-document", text: "next-document", letter: "o", group: "keys-page", run: () => { const to = neighbour(boot.locale, boot.document, 1); location.href = to ? address(...to) : home(); } },
  { id: "overview", text: "all-documents", letter: "h", group: "keys-page", run: () => { location.href = home(); } },
  ...(boot.commit ? [{ id: "commit", text: "commit", letter: "g", group: "keys-page", run: () => { commit(); } }] : []),
  { id: "help", text: "help", letter: "?", group: "keys-page", run: () => { help(); } },
]);

// ── start ──

for (const each of units) {
  each.machine = each.state === "draft" || (each.state === "stale" && each.provenance) ? each.msgstr : "";
  each.mine = kept(each);
  if (each.mine && each.mine.seen !== each.version) each.theirs = { ...each };
}
const asked = new URLSearchParams(location.search);
walk.value = [...walk.options].some((option) => option.value === asked.get("state")) ? asked.get("state") : asked.get("rule") ? "findings" : "open";
document.getElementById("back").href = home();
document.getElementById("tools").append(...["undo", "redo", "search", "pages", ...(boot.commit ? ["commit"] : []), "help"].map((id) => button(id, "button.small")));
document.getElementById("locale").addEventListener("change", (event) => { location.href = address(event.target.value, boot.document) + location.search; });
walk.addEventListener("change", () => { if (unit && !wanted(unit)) next(); });
page.start((place) => { writing = true; const chosen = byPlace.get(place); if (chosen === unit) panel.focus(); else choose(chosen); });
figures();
const restored = units.filter((each) => each.mine);
if (restored.length) notice("restored", counted("restored", restored.length));
for (const [place, draft] of orphans(byKey)) notice(place, t("orphan"), el("q", { lang: boot.locale, dir: locale?.dir }, draft.text), el("button", { type: "button", onclick: () => { drop(place); dismiss(place); } }, t("discard")));
const start = location.hash.replace(/^#u?/, "");
choose(byKey.get(start) ?? byPlace.get(start) ?? restored[0] ?? units.find(wanted) ?? units.find(WALKS.open) ?? units[0], true);
waiting();
listen();
