// A unit that was changed on disk while it was edited here: both texts side by side.

import { boot, dialogue, el, locale, t } from "./base.js";
import { marked } from "./diff.js";
import { visible } from "./field.js";

/** What a person decides: "mine", "theirs", "edit", or "" for later. */
export function compare(unit, theirs, mine) {
  const language = { lang: boot.locale, dir: locale?.dir };
  const side = (title, state, words) => el("section", {}, el("h3", {}, title, state ? el("span.state", { "data-state": state }, t(`state-${state}`)) : ""), el("div.words.diff", language, words));
  return dialogue(t("conflict-title"), [
    el("p", {}, t("conflict-text")),
    el("div.words.of", { lang: boot.source.tag, dir: boot.source.dir }, unit.msgid),
    el("div.sides", {},
      side(t("conflict-mine"), "", mine ? marked(theirs.msgstr, mine).filter((part) => part.localName !== "del") : t("nothing")),
      side(t("conflict-theirs"), theirs.state, theirs.msgstr ? visible(theirs.msgstr) : t("nothing"))),
    theirs.comment && theirs.comment !== unit.comment ? el("p.note", {}, el("b.label", {}, t("comment")), theirs.comment) : "",
  ], [["mine", t("keep-mine"), "m"], ["theirs", t("take-theirs"), "t"], ["edit", t("edit-on"), "e"]], "conflict");
}
