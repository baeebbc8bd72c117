// A field for a text whose markup is chips: they move, they go to a tray, they never break.
//
// The text is a list of items: a UTF-16 unit of the words, or a chip. Every edit is made to that list, and the elements
// follow it; only an input method writes into the elements first, and then the list is read from them.

import { el, term } from "./base.js";

const SPACES = { "\u00a0": "nbsp", "\u202f": "nnbsp" };
const OURS = "text/x-prl10n";
const graphemes = new Intl.Segmenter(undefined, { granularity: "grapheme" });
const words = new Intl.Segmenter(undefined, { granularity: "word" });

const isChip = (item) => typeof item !== "string";
const name = (chip) => `${chip.t} ${chip.n} ${chip.n ? "" : chip.raw}`;

/** Parts with the alternative text of a picture as words between two chips, so that it can be written. */
function split(parts) {
  return parts.flatMap((part) => {
    const found = part.t === "empty" && part.label === "image" ? /^(!\[)([^[\]\\]*)(\].*)$/s.exec(part.raw) : null;
    return found ? [{ ...part, t: "open", raw: found[1] }, { ...part, t: "text", raw: found[2] }, { ...part, t: "close", raw: found[3] }] : [part];
  });
}

/** Parts of a text (the contract's C) → items. */
export const items = (parts) => split(parts).flatMap((part) => (part.t === "text" ? part.raw.split("") : [part]));

/** Items → the text of the catalog. */
export const written = (list) => list.map((item) => (isChip(item) ? item.raw : item)).join("");

/** Whether every pair is whole, and none crosses another. */
export function sound(list) {
  const open = [];
  for (const item of list) {
    if (!isChip(item) || item.t === "empty") continue;
    if (item.t === "open") open.push(item.n);
    else if (open.pop() !== item.n) return false;
  }
  return !open.length;
}

/** The list without the halves of pairs whose other half is gone. */
function whole(list) {
  const has = (kind, n) => list.some((item) => isChip(item) && item.t === kind && item.n === n);
  return list.filter((item) => !isChip(item) || item.t === "empty" || has(item.t === "open" ? "close" : "open", item.n));
}

/** What was copied from a field; null where it is something else, whoever wrote it. */
function copied(text) {
  try {
    const list = JSON.parse(text);
    return list.every((item) => (typeof item === "string" ? item.length === 1 && !/[\r\n]/.test(item) : typeof item.t === "string")) ? list : null;
  } catch { return null; }
}

/** Which labels need a number, because several tags have them. */
export function labels(parts) {
  const count = {};
  for (const part of parts) if (part.t === "open" || part.t === "empty") count[part.label] = (count[part.label] ?? 0) + 1;
  return (chip) => (count[chip.label] > 1 ? `${term("chip", chip.label)} ${chip.n}` : term("chip", chip.label));
}

export function chipElement(chip, label) {
  return el(`span.chip.${chip.t}`, { contenteditable: "false", title: chip.raw, draggable: "true" }, label(chip));
}

/** Words with their no-break spaces in elements, so that they can be seen. */
export function visible(text) {
  return text.split(/([\u00a0\u202f])/).filter(Boolean).map((part) => (SPACES[part] ? el(`span.sp.${SPACES[part]}`, {}, part) : part));
}

export class Field {
  /** `host` is the element to write in; `source` the parts of the source; `changed` is told of every edit. */
  constructor(host, source, changed) {
    this.host = host;
    this.source = split(source);
    this.changed = changed;
    this.label = labels(this.source);
    this.items = [];
    this.chips = new WeakMap();
    this.past = [];
    this.future = [];
    this.caret = [0, 0];
    for (const [event, run] of Object.entries({
      beforeinput: this.onBefore, input: this.onInput, compositionend: this.read, keydown: this.onKey, copy: this.onCopy, cut: this.onCut,
      paste: this.onPaste, dragstart: this.onDragStart, drop: this.onDrop, blur: this.note, pointerover: this.onOver, pointerout: this.onOver,
    })) host.addEventListener(event, run.bind(this));
    host.addEventListener("dragover", (event) => event.preventDefault());
  }

  get text() { return written(this.items); }

  /** The chips of the source that the text has not, each pair once. */
  get missing() {
    const here = new Set(this.items.filter(isChip).map(name));
    return this.source.filter((part) => part.t !== "text" && part.t !== "close" && !here.has(name(part)));
  }

  /** Another text, without a past. */
  load(parts) {
    this.items = items(parts);
    this.past = [];
    this.future = [];
    this.last = "";
    this.render();
    this.caret = [this.items.length, this.items.length];
  }

  /** Another text, as one step that can be undone. */
  replace(parts) {
    this.edit(items(parts), parts.length ? items(parts).length : 0);
  }

  focus() {
    this.host.focus({ preventScroll: true });
    this.select(...this.caret);
  }

  // ── edits ──

  /** The list as it shall be, with the caret at a place. A crossing is refused. Edits of one `kind` in a row are one step. */
  edit(list, place, kind = "") {
    if (!sound(list)) { this.changed("crossing"); return false; }
    const moment = Date.now();
    if (!(kind && kind === this.last && moment - this.moment < 1500)) this.past.push([this.items, this.caret]);
    [this.last, this.moment] = [kind, moment];
    this.future = [];
    this.items = list;
    this.show(place);
    return true;
  }

  show(place) {
    this.caret = [place, place];
    this.render();
    if (document.activeElement === this.host) this.select(place, place);
    this.changed("");
  }

  undo() { return this.step(this.past, this.future); }
  redo() { return this.step(this.future, this.past); }

  step(from, to) {
    const before = from.pop();
    if (!before) return false;
    to.push([this.items, this.caret]);
    [this.items] = before;
    this.last = "";
    this.show(Math.min(before[1][1], this.items.length));
    return true;
  }

  /** Words in the place of what is selected. What chips were selected go to the tray. */
  insert(text, kind = "") {
    this.splice(...this.selection(), text.split(""), kind);
  }

  splice(start, end, list, kind = "") {
    const all = [...this.items.slice(0, start), ...list, ...this.items.slice(end)];
    const kept = whole(all);
    const caret = start + list.length;
    const lost = all.slice(0, caret).filter((item) => isChip(item) && !kept.includes(item)).length;
    this.edit(kept, caret - lost, kind);
  }

  /** Words of both sides around what is selected; the caret stays inside. */
  surround(left, right) {
    const [start, end] = this.selection();
    const inside = this.items.slice(start, end);
    if (this.edit([...this.items.slice(0, start), ...left.split(""), ...inside, ...right.split(""), ...this.items.slice(end)], start + left.length + inside.length))
      this.focus();
  }

  /** A chip of the tray, with its other half: around what is selected, or at the caret. */
  bring(chip) {
    const [start, end] = this.selection();
    const inside = this.items.slice(start, end);
    const close = this.source.find((part) => part.t === "close" && part.n === chip.n);
    const list = chip.t === "empty" || !close
      ? [...this.items.slice(0, end), chip, ...this.items.slice(end)]
      : [...this.items.slice(0, start), chip, ...inside, close, ...this.items.slice(end)];
    this.edit(list, end + 1);
    this.focus();
  }

  /** The chip beside the caret one place on: over a letter of the words, never over another chip. */
  move(step) {
    const [place] = this.selection();
    const at = isChip(this.items[place - 1] ?? "") ? place - 1 : isChip(this.items[place] ?? "") ? place : -1;
    if (at < 0) return false;
    const to = at + step;
    if (to < 0 || to >= this.items.length) return true;
    const list = [...this.items];
    const [chip] = list.splice(at, 1);
    list.splice(to, 0, chip);
    this.edit(list, to + 1, "moving");
    return true;
  }

  remove(start, end, kind = "") {
    if (start === end) return;
    this.splice(start, end, [], kind);
  }

  /** Where a deletion from a place ends: a chip, a letter as people see it, or a word. */
  reach(place, forward, byWord) {
    const next = this.items[forward ? place : place - 1];
    if (next === undefined) return place;
    if (isChip(next)) return place + (forward ? 1 : -1);
    let run = "";
    for (let at = forward ? place : place - 1; this.items[at] !== undefined && !isChip(this.items[at]); at += forward ? 1 : -1)
      run = forward ? run + this.items[at] : this.items[at] + run;
    const parts = [...(byWord ? words : graphemes).segment(run)].map((each) => each.segment);
    if (!forward) parts.reverse();
    let length = parts[0].length;
    if (byWord && !parts[0].trim() && parts[1]) length += parts[1].length;
    return place + (forward ? length : -length);
  }

  onBefore(event) {
    if (event.isComposing || event.inputType === "insertCompositionText") return;
    event.preventDefault();
    const [start, end] = this.selection();
    const type = event.inputType;
    if (type === "historyUndo" || type === "historyRedo") return;
    if (type === "insertText") this.insert(event.data ?? "", event.data?.trim() && start === end ? "typing" : "");
    else if (type === "insertReplacementText") {
      const [range] = event.getTargetRanges();
      const text = event.data ?? event.dataTransfer?.getData("text/plain") ?? "";
      this.splice(this.offset(range.startContainer, range.startOffset), this.offset(range.endContainer, range.endOffset), text.split(""));
    } else if (type.startsWith("delete") && type !== "deleteByDrag" && type !== "deleteByCut") {
      const forward = type.endsWith("Forward");
      const far = type.includes("Line");
      if (start !== end) this.remove(start, end);
      else if (far) this.remove(forward ? start : 0, forward ? this.items.length : start);
      else {
        const to = this.reach(start, forward, type.includes("Word"));
        const [from, till] = [Math.min(start, to), Math.max(start, to)];
        this.remove(from, till, this.items.slice(from, till).some(isChip) ? "" : "deleting");
      }
    }
  }

  /** What came into the elements by another way than ours. */
  onInput(event) {
    if (!event.isComposing) this.read();
  }

  read() {
    const found = [];
    const walk = (node) => {
      const chip = this.chips.get(node);
      if (chip) found.push(chip);
      else if (node.nodeType === Node.TEXT_NODE) found.push(...node.data.replace(/[\n\r]+/g, " ").split(""));
      else node.childNodes.forEach(walk);
    };
    this.host.childNodes.forEach(walk);
    const [, place] = this.selection();
    const list = whole(found);
    if (sound(list) && written(list) !== this.text) this.edit(list, Math.min(place, list.length));
    else this.render();
  }

  onKey(event) {
    if (event.isComposing) return;
    const forward = event.key === (getComputedStyle(this.host).direction === "rtl" ? "ArrowLeft" : "ArrowRight");
    if (event.key === "Enter" && !event.ctrlKey && !event.altKey && !event.metaKey) event.preventDefault(); // a unit is one line of the catalog
    else if (!["ArrowLeft", "ArrowRight"].includes(event.key) || event.ctrlKey || event.metaKey) return;
    else if (event.altKey && event.shiftKey) { if (this.move(forward ? 1 : -1)) event.preventDefault(); }
    else if (!event.altKey && !event.shiftKey) {
      const [start, end] = this.selection();
      if (start === end && isChip(this.items[forward ? start : start - 1] ?? "")) {
        event.preventDefault();
        this.select(start + (forward ? 1 : -1));
      }
    }
  }

  // ── clipboard and mouse ──

  onCopy(event) {
    const [start, end] = this.selection();
    if (start === end) return;
    const list = this.items.slice(start, end);
    event.clipboardData.setData("text/plain", written(list));
    event.clipboardData.setData(OURS, JSON.stringify(list));
    event.preventDefault();
  }

  onCut(event) {
    this.onCopy(event);
    this.remove(...this.selection());
  }

  onPaste(event) {
    event.preventDefault();
    this.paste(event.clipboardData, ...this.selection());
  }

  /** What is pasted is words; chips only where they are in the tray, and whole. */
  paste(data, start, end) {
    let list = data.getData("text/plain").replace(/\s*[\r\n]+\s*/g, " ").split("");
    const ours = copied(data.getData(OURS));
    if (ours) {
      const rest = new Set([...this.items.slice(0, start), ...this.items.slice(end)].filter(isChip).map(name));
      const known = new Map(this.source.filter(isChip).map((part) => [name(part), part]));
      list = whole(ours.map((item) => (isChip(item) ? (rest.has(name(item)) ? null : known.get(name(item))) : item)).filter((item) => item));
    }
    this.splice(start, end, list);
  }

  onDragStart(event) {
    const chip = event.target.closest?.(".chip");
    this.dragged = chip ? [this.offset(chip, 0), this.offset(chip, 0) + 1] : this.selection();
    event.dataTransfer.setData("text/plain", written(this.items.slice(...this.dragged)));
    event.dataTransfer.effectAllowed = "move";
  }

  onDrop(event) {
    event.preventDefault();
    const range = document.caretRangeFromPoint?.(event.clientX, event.clientY) ?? document.caretPositionFromPoint?.(event.clientX, event.clientY);
    if (!range) return;
    const place = this.offset(range.startContainer ?? range.offsetNode, range.startOffset ?? range.offset);
    if (!this.dragged) { this.paste(event.dataTransfer, place, place); return; }
    const [start, end] = this.dragged;
    this.dragged = null;
    if (place > start && place < end) return;
    const moved = this.items.slice(start, end);
    const list = [...this.items.slice(0, start), ...this.items.slice(end)];
    const to = place >= end ? place - moved.length : place;
    list.splice(to, 0, ...moved);
    this.edit(list, to + moved.length);
  }

  onOver(event) {
    const chip = this.chips.get(event.target);
    for (const node of this.host.querySelectorAll(".chip")) node.classList.toggle("pair", event.type === "pointerover" && chip?.n > 0 && this.chips.get(node)?.n === chip.n);
  }

  // ── elements ⇄ list ──

  render() {
    const nodes = [];
    let run = "";
    const flush = () => { if (run) nodes.push(...visible(run)); run = ""; };
    for (const item of this.items) {
      if (!isChip(item)) { run += item; continue; }
      flush();
      const node = chipElement(item, this.label);
      this.chips.set(node, item);
      nodes.push(node);
    }
    flush();
    const old = [...this.host.childNodes];
    nodes.forEach((node, place) => { // what stays as it is stays in the page: the spelling marks, the caret
      const was = old[place];
      if (typeof node === "string") {
        if (was?.nodeType === Node.TEXT_NODE) { if (was.data !== node) was.data = node; }
        else if (was) was.replaceWith(node);
        else this.host.append(node);
      } else if (!was) this.host.append(node);
      else if (!(was.nodeType === Node.ELEMENT_NODE && was.className === node.className && this.chips.get(was) === this.chips.get(node) && was.textContent === node.textContent)) was.replaceWith(node);
    });
    while (this.host.childNodes.length > nodes.length) this.host.lastChild.remove();
    if (isChip(this.items.at(-1) ?? "")) this.host.append(el("br")); // a place for the caret behind the last chip
    this.host.classList.toggle("empty", !this.items.length);
  }

  size(node) {
    if (this.chips.has(node)) return 1;
    return node.nodeType === Node.TEXT_NODE ? node.data.length : node.textContent.length;
  }

  /** A place in the elements → a place in the list. */
  offset(node, at) {
    if (!this.host.contains(node)) return this.items.length;
    if (node === this.host) return [...node.childNodes].slice(0, at).reduce((sum, child) => sum + this.size(child), 0);
    let child = node;
    while (child.parentNode !== this.host) child = child.parentNode;
    const before = [...this.host.childNodes].slice(0, [...this.host.childNodes].indexOf(child)).reduce((sum, each) => sum + this.size(each), 0);
    return before + (this.chips.has(child) ? 0 : Math.min(at, this.size(child)));
  }

  /** A place in the list → a place in the elements. */
  point(place) {
    const children = [...this.host.childNodes];
    let left = place;
    for (const [at, child] of children.entries()) {
      const size = this.size(child);
      if (child.nodeType === Node.TEXT_NODE && left <= size) return [child, left];
      if (left < size || (left === 0 && child.nodeName === "BR")) return [this.host, at];
      left -= size;
      if (left === 0 && children[at + 1]?.nodeType !== Node.TEXT_NODE) return [this.host, at + 1];
    }
    return [this.host, children.length];
  }

  /** [start, end] of what is selected in the list; where the focus is elsewhere, what was. */
  selection() {
    const selection = document.getSelection();
    if (document.activeElement !== this.host || !selection.rangeCount || !this.host.contains(selection.anchorNode)) return this.caret;
    const range = selection.getRangeAt(0);
    this.caret = [this.offset(range.startContainer, range.startOffset), this.offset(range.endContainer, range.endOffset)];
    return this.caret;
  }

  select(start, end = start) {
    this.caret = [start, end];
    document.getSelection().setBaseAndExtent(...this.point(start), ...this.point(end));
  }

  note() {
    const selection = document.getSelection();
    if (!selection.rangeCount || !this.host.contains(selection.anchorNode)) return;
    const range = selection.getRangeAt(0);
    this.caret = [this.offset(range.startContainer, range.startOffset), this.offset(range.endContainer, range.endOffset)];
  }
}
