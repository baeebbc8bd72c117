// The panel of the unit at hand: its source, the field, what is wrong, and all that helps to decide.

import { boot, el, get, kindName, locale, Refused, t } from "./base.js";
import { marked } from "./diff.js";
import { chipElement, Field, labels, visible } from "./field.js";
import { button } from "./keys.js";

const language = document.documentElement.lang;
const source = { lang: boot.source.tag, dir: boot.source.dir };
const target = { lang: locale?.tag, dir: locale?.dir };

/** Parts with their chips, and the terms of the glossary marked: positions count characters of the words. */
function shownSource(unit) {
  const label = labels(unit.chips.source);
  let at = 0;
  return unit.chips.source.flatMap((part) => {
    if (part.t !== "text") return [chipElement(part, label)];
    const characters = Array.from(part.raw);
    const [from, to] = [at, at + characters.length];
    at = to;
    const found = [];
    let done = 0;
    for (const term of unit.terms) {
      if (term.start < from || term.end > to || term.start - from < done) continue;
      found.push(...visible(characters.slice(done, term.start - from).join("")),
        el("mark.term", { title: [term.target || t("term-kept"), term.note].filter(Boolean).join(" – ") }, characters.slice(term.start - from, term.end - from).join("")));
      done = term.end - from;
    }
    return [...found, ...visible(characters.slice(done).join(""))];
  });
}

/** The terms of a unit, each once. */
export function terms(unit) {
  const seen = new Map(unit.terms.map((term) => [`${term.source}\0${term.target}`, term]));
  return [...seen.values()];
}

export class Panel {
  /** `unit` with `mine` where it has unsaved words; `actions`: {changed(text, parts), comment(text), use(text), place: [n, of]}. */
  constructor(unit, actions) {
    this.unit = unit;
    this.actions = actions;
    this.raw = false;
    const id = unit.key;
    this.write = el("div.write", { id: `write-${id}`, contenteditable: "true", role: "textbox", "aria-multiline": "true", "aria-labelledby": `label-${id}`, "aria-describedby": `source-${id} findings-${id}`, spellcheck: "true", ...target });
    this.area = el("textarea.write", { "aria-labelledby": `label-${id}`, "aria-describedby": `source-${id} findings-${id}`, spellcheck: "false", rows: "4", hidden: true, ...target, oninput: () => this.changed("") });
    this.tray = el("div.tray", { hidden: true });
    this.findings = el("ul.findings", { id: `findings-${id}`, "aria-live": "polite" });
    this.length = el("span.length");
    this.comment = el("textarea", { id: `comment-${id}`, rows: "2", lang: language, oninput: () => actions.comment(this.comment.value) });
    this.comment.value = unit.mine?.comment ?? unit.comment;
    this.comments = el("details.more", {}, el("summary", {}, t("comment"), el("kbd", { "aria-hidden": "true" }, "C")),
      el("label.hidden", { for: `comment-${id}` }, t("comment")), this.comment, button("comment-save", "button.small"));
    this.comments.open = Boolean(this.comment.value);
    this.memory = el("div.more", { hidden: true });
    this.field = new Field(this.write, unit.chips.source, (why) => this.changed(why));
    this.node = el("section.panel", { tabindex: "-1", lang: language, dir: "ltr", "aria-label": t("unit-label", { kind: kindName(unit.kind) }) },
      el("div.head", {},
        el("span.state", { "data-state": unit.state }, t(`state-${unit.state}`)),
        el("span.kind", {}, kindName(unit.kind) + (unit.context ? ` · ${unit.context}` : "")),
        unit.provenance && unit.state !== "approved" ? el("span.provenance", {}, unit.provenance) : "",
        unit.places.length > 1 ? el("span", {}, t("places", { count: unit.places.length })) : "",
        el("span.place", {}, button("previous", "button.small.quiet"), t("place", { n: actions.place[0], of: actions.place[1] }), button("next", "button.small.quiet"))),
      unit.note ? el("p.note", {}, el("b.label", {}, t("note")), el("span", { lang: boot.source.tag }, unit.note)) : "",
      this.stale(),
      this.source(),
      this.glossary(),
      el("div.text", {}, el("div.line", {}, el("b.label", { id: `label-${id}` }, t("translation", { language: locale?.name })), this.length), this.write, this.area, this.tray),
      this.findings,
      el("div.buttons", {}, button("approve", "button.primary"), button("draft", "button", unit.state === "approved" ? t("back-to-draft") : null)),
      el("div.buttons.minor", { role: "group", "aria-label": t("insert") },
        ...["source", "machine", "quotes", "nbsp", "nnbsp", "raw", "saved", "repeats"].map((each) => button(each, "button.small"))),
      this.memory,
      this.comments);
    this.show(unit.mine?.parts ?? (unit.mine ? null : unit.chips.target), unit.mine?.text ?? unit.msgstr);
    this.found(unit.findings, "");
  }

  /** The source; of a stale unit the difference shows it already. */
  source() {
    const words = el("div.words", { id: `source-${this.unit.key}`, ...source }, shownSource(this.unit));
    return this.changes ? el("details.more", {}, el("summary", {}, t("source")), words) : el("div.text", {}, el("b.label", {}, t("source")), words);
  }

  stale() {
    const { unit } = this;
    this.changes = unit.state === "stale" && unit.previous !== null;
    if (!this.changes) return "";
    const before = unit.approved_before;
    return el("div.changed", {},
      el("b.label", {}, t("changed")), el("div.words.diff", source, marked(unit.previous, unit.msgid)),
      before === unit.msgstr ? el("p.small", {}, t("approved-as-it-is"))
        : before ? [el("div.line", {}, el("b.label", {}, t("approved-proposal")), el("button.small", { type: "button", onclick: () => this.actions.use(before) }, t("use"))), el("div.words", target, marked(before, unit.msgstr))] : "");
  }

  glossary() {
    const list = terms(this.unit);
    if (!list.length) return "";
    return el("div.terms", {}, el("b.label", {}, t("terms")), el("ul", {}, list.map((term, place) => el("li", {},
      el("button.term", { type: "button", title: term.note || null, onclick: () => this.insert(term.target || term.source) },
        el("span", source, term.source), " → ", el("b", target, term.target || t("term-kept")), place ? "" : el("kbd", { "aria-hidden": "true" }, "T"))))));
  }

  /** A text in the field; `parts` null: it is written with its marks. */
  show(parts, text) {
    this.setRaw(!parts);
    if (parts) this.field.load(parts);
    else this.area.value = text;
    this.missing();
    this.count();
  }

  get text() { return this.raw ? this.area.value.replace(/\s*[\r\n]+\s*/g, " ") : this.field.text; }

  get parts() {
    if (this.raw) return null;
    const parts = [];
    for (const item of this.field.items) {
      if (typeof item !== "string") parts.push(item);
      else if (parts.at(-1)?.t === "text") parts.at(-1).raw += item;
      else parts.push({ t: "text", raw: item, n: 0, label: "" });
    }
    return parts;
  }

  setRaw(raw) {
    this.raw = raw;
    this.write.hidden = raw;
    this.area.hidden = !raw;
    const toggle = this.node?.querySelector("[data-action=raw]");
    toggle?.setAttribute("aria-pressed", String(raw));
  }

  changed(why) {
    this.missing();
    this.count();
    this.actions.changed(why);
  }

  /** The chips that the text lacks, to be brought back by a click. */
  missing() {
    const list = this.raw ? [] : this.field.missing;
    this.tray.hidden = !list.length;
    if (list.length) this.tray.replaceChildren(el("span.label", {}, t("tray")), ...list.map((chip) =>
      el("button.chip", { type: "button", title: chip.raw, onclick: () => this.field.bring(chip) }, this.field.label(chip))));
  }

  count() {
    const max = this.unit.max_length;
    if (max === null) return;
    const length = Array.from(this.text).length; // markup included, as the check counts
    this.length.textContent = t("length", { n: length, max });
    this.length.classList.toggle("over", length > max);
  }

  /** What is wrong; the first one that can be put right has the key. */
  found(findings, breaks) {
    let first = true;
    this.fix = findings.find((finding) => finding.fix)?.fix ?? null;
    this.findings.replaceChildren(
      ...(breaks ? [el("li.error", {}, el("b", {}, t("breaks")), " ", el("span", { lang: "en" }, breaks))] : []),
      ...findings.filter((finding) => !["missing", "stale", "unreviewed"].includes(finding.rule)).map((finding) => el(`li.${finding.severity}`, {}, el("b", {}, t(finding.severity)), " ", el("span", { lang: "en" }, finding.message), " ", el("small", {}, finding.rule), finding.fix ? this.fixButton(finding, first && !(first = false)) : "")));
  }

  fixButton(finding, first) {
    return el("button.small", { type: "button", onclick: () => this.actions.use(finding.fix), "aria-keyshortcuts": first ? "Alt+Enter F" : null }, t("fix"), first ? el("kbd", { "aria-hidden": "true" }, "Alt+↵") : "");
  }

  insert(text) {
    if (this.raw) {
      this.area.setRangeText(text, this.area.selectionStart, this.area.selectionEnd, "end");
      this.area.focus();
      this.changed("");
      return;
    }
    this.field.insert(text);
    this.field.focus();
  }

  surround(left, right) {
    if (!this.raw) { this.field.surround(left, right); return; }
    const { selectionStart: start, selectionEnd: end, value } = this.area;
    this.area.setRangeText(left + value.slice(start, end) + right, start, end, "end");
    this.area.setSelectionRange(end + left.length, end + left.length);
    this.area.focus();
    this.changed("");
  }

  focus() {
    if (this.raw) this.area.focus();
    else this.field.focus();
  }

  /** The texts that the memory knows for it; [] where it has none. */
  async remember() {
    this.matches = [];
    try {
      const { matches } = await get("/api/memory", { locale: boot.locale, document: boot.document, id: this.unit.id });
      this.matches = matches.filter((match) => match.target !== this.unit.msgstr).slice(0, 9);
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
    }
    const words = this.unit.chips.source.filter((part) => part.t === "text").map((part) => part.raw).join(""); // the memory has no markup in its sources
    this.memory.hidden = !this.matches.length;
    if (this.matches.length) this.memory.replaceChildren(el("b.label", {}, t("memory")), el("ol.matches", {}, this.matches.map((match, place) => el("li", {},
      el("button.match", { type: "button", onclick: () => this.actions.use(match.target) },
        el("span.score", {}, `${Math.round(match.score)} %`),
        el("span.pair", {}, match.source === words || match.source === this.unit.msgid ? "" : el("span.diff", source, marked(match.source, words)), el("span.said", target, match.target)),
        el("small", {}, [match.origin, match.approved ? t("state-approved") : ""].filter(Boolean).join(" · ")),
        el("kbd", { "aria-hidden": "true" }, String(place + 1)))))));
  }
}
