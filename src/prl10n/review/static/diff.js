// What became of a text, word by word.

import { el } from "./base.js";

const WORD = /[\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]|[^\W_]+|[\p{L}\p{M}\p{N}]+|\s+|./gsu;
const LIMIT = 4e6; // cells of the table: texts of about 2,000 words

/** [["same" | "removed" | "added", text], …]: all but the added, joined, is `before`; all but the removed is `after`. */
export function difference(before, after) {
  const a = before.match(WORD) ?? [];
  const b = after.match(WORD) ?? [];
  const found = [];
  const note = (edit, text) => {
    if (!text) return;
    const last = found.at(-1);
    if (last?.[0] === edit) last[1] += text;
    else found.push([edit, text]);
  };
  let start = 0;
  while (start < a.length && start < b.length && a[start] === b[start]) start += 1;
  let left = a.length;
  let right = b.length;
  while (left > start && right > start && a[left - 1] === b[right - 1]) { left -= 1; right -= 1; }
  note("same", a.slice(0, start).join(""));
  const rows = left - start;
  const columns = right - start;
  if (rows * columns > LIMIT) {
    note("removed", a.slice(start, left).join(""));
    note("added", b.slice(start, right).join(""));
  } else {
    const width = columns + 1;
    const lengths = new Uint32Array((rows + 1) * width); // of the longest common run of words behind (i, j)
    for (let i = rows - 1; i >= 0; i -= 1)
      for (let j = columns - 1; j >= 0; j -= 1)
        lengths[i * width + j] = a[start + i] === b[start + j]
          ? lengths[(i + 1) * width + j + 1] + 1
          : Math.max(lengths[(i + 1) * width + j], lengths[i * width + j + 1]);
    let i = 0;
    let j = 0;
    let removed = "";
    let added = "";
    const flush = () => { note("removed", removed); note("added", added); removed = added = ""; };
    while (i < rows || j < columns) {
      const same = i < rows && j < columns && a[start + i] === b[start + j];
      if (same && /^\s+$/.test(a[start + i]) && removed && added && i + 1 < rows && j + 1 < columns && a[start + i + 1] !== b[start + j + 1]) {
        removed += a[start + i]; // white space between two changes is a part of both
        added += a[start + i];
        i += 1; j += 1;
      } else if (same) { flush(); note("same", a[start + i]); i += 1; j += 1; }
      else if (j >= columns || (i < rows && lengths[(i + 1) * width + j] >= lengths[i * width + j + 1])) { removed += a[start + i]; i += 1; }
      else { added += b[start + j]; j += 1; }
    }
    flush();
  }
  note("same", a.slice(left).join(""));
  return found;
}

const LEADS = /\]\([^)\s]{8,}\)/g; // where a link leads: of interest where it changed

/** A difference as elements: `del`, `ins` and text. */
export function marked(before, after) {
  return difference(before, after).map(([edit, text]) =>
    edit === "same" ? text.replace(LEADS, "](…)") : el(edit === "added" ? "ins" : "del", {}, text));
}
