// The two rendered pages: which element is which unit, their marks, and scrolling them together.

import { boot, el, kindName, t, units } from "./base.js";

const sides = Object.fromEntries(["source", "target"].map((side) => [side, {
  article: document.getElementById(side),
  front: document.getElementById(`${side}-front`),
  scroll: document.getElementById(side).closest(".scroll"),
}]));
export const wide = matchMedia("(min-width: 52rem)");

let index = null; // side → place → elements

function indexed() {
  const found = {};
  for (const [side, { scroll }] of Object.entries(sides)) {
    found[side] = new Map();
    for (const node of scroll.querySelectorAll("[data-unit]")) found[side].set(node.dataset.unit, [...(found[side].get(node.dataset.unit) ?? []), node]);
  }
  return found;
}

/** The elements of a unit on a side, in the order of the page. */
export function elements(unit, side) {
  index ??= indexed();
  return unit.places.flatMap((place) => index[side].get(place) ?? []);
}

/** Other words in an element; they may hold the element of another unit. */
function fill(node, html) {
  if (node.querySelector("[data-unit]")) index = null;
  node.innerHTML = html;
  if (node.querySelector("[data-unit]")) index = null;
  quiet(node);
}

function quiet(node) { // a click takes the unit, it does not leave the page
  for (const link of node.querySelectorAll("a[href]")) {
    link.title = link.getAttribute("href");
    link.removeAttribute("href");
  }
  for (const box of node.querySelectorAll("input, button, audio, video, iframe, details:not([open])")) {
    if (box.localName === "details") box.open = true;
    else box.setAttribute("inert", "");
  }
}

/** Texts that the page does not show: the front matter above it, others below it. */
function cards() {
  for (const [side, { article, front }] of Object.entries(sides)) {
    const lost = units.filter((unit) => !elements(unit, side).length);
    const heads = lost.filter((unit) => unit.front);
    const others = lost.filter((unit) => !unit.front);
    const language = { lang: article.lang, dir: article.dir };
    const list = (each) => el("dl", {}, each.map((unit) => el("div", {},
      el("dt", {}, unit.front_key || kindName(unit.kind)), el("dd", { "data-unit": unit.id, ...language }, side === "source" ? unit.msgid : unit.msgstr || unit.msgid))));
    if (heads.length) front.append(list(heads));
    front.hidden = !heads.length;
    if (others.length) sides[side].scroll.append(el("div.card", {}, el("p.label", {}, t("other-texts")), list(others)));
  }
  index = null;
}

/** The marks of a unit's state, and other words where there are some: {place: html}. */
export function mark(unit, html = {}) {
  for (const node of elements(unit, "target")) {
    const words = html[node.dataset.unit];
    if (typeof words === "string" && words) {
      fill(node, words);
    } else if (node.closest(".card") && node.localName === "dd" && !unit.mine) node.textContent = unit.msgstr || unit.msgid;
    node.dataset.state = unit.state;
    node.classList.toggle("unsaved", Boolean(unit.mine));
    node.classList.toggle("wrong", unit.findings.some((finding) => finding.severity === "error" && unit.state !== "missing"));
    if (unit.state === "missing" && !unit.mine) { node.lang = boot.source.tag; node.dir = boot.source.dir; }
    else { node.removeAttribute("lang"); node.removeAttribute("dir"); }
  }
}

/** Words while they are being written. */
export function preview(unit, html, text) {
  for (const node of elements(unit, "target")) {
    if (html || !node.closest(".card")) fill(node, html);
    else node.textContent = text || unit.msgid;
  }
}

/** Put the panel under a unit's words, where they are; highlight both; bring them to one height. */
export function place(unit, panel) {
  for (const node of document.querySelectorAll(".at-hand")) node.classList.remove("at-hand");
  for (const side of Object.keys(sides)) for (const node of elements(unit, side)) node.classList.add("at-hand");
  const [node] = elements(unit, "target");
  const block = node?.closest("table, .card dl") ?? node?.closest("p, h1, h2, h3, h4, h5, h6, dt, dd, figcaption, li, pre, summary") ?? node;
  if (!block) { sides.target.article.prepend(panel); return; }
  if (block.localName === "li" || block.localName === "dd" || block.localName === "dt") {
    const nested = block.querySelector(":scope > ul, :scope > ol, :scope > dl");
    if (nested) nested.before(panel);
    else if (block.localName === "dt") block.closest("dl").after(panel);
    else block.append(panel);
  } else if (block.closest("a, summary, button")) block.closest("a, summary, button").after(panel);
  else block.after(panel);
  bring(node, elements(unit, "source")[0], panel);
}

function bring(node, other, panel) {
  const { scroll } = sides.target;
  const place_ = node.getBoundingClientRect().top;
  const field = panel.querySelector(".write:not([hidden])").getBoundingClientRect();
  const visible = (height) => Math.min(height * 0.3, height - (field.bottom - place_) - 70); // the field is to be seen in any case
  if (!wide.matches) {
    if (place_ < 0 || field.bottom > innerHeight - 70) scrollBy({ top: place_ - visible(innerHeight) });
    return;
  }
  const top = (each, within) => each.getBoundingClientRect().top - within.getBoundingClientRect().top;
  const height = visible(scroll.clientHeight);
  led = null;
  scroll.scrollTop += top(node, scroll) - height;
  if (other) {
    const left = sides.source.scroll;
    left.scrollTop += top(other, left) - top(node, scroll);
  }
}

// ── scrolled together: the unit that stands at a third of the height is the same on both sides ──

let led = null; // the side that is being scrolled; the other one follows
let anchors = null;

function measure() {
  const at = {};
  for (const [side, { scroll }] of Object.entries(sides)) {
    const base = scroll.getBoundingClientRect().top - scroll.scrollTop;
    at[side] = new Map([...scroll.querySelectorAll("[data-unit]")].map((node) => [node.dataset.unit, node.getBoundingClientRect().top - base]));
  }
  const pairs = [...at.source].filter(([id]) => at.target.has(id)).map(([id, top]) => [top, at.target.get(id)]).sort((a, b) => a[0] - b[0]);
  const rising = [[0, 0]];
  for (const pair of pairs) if (pair[0] > rising.at(-1)[0] && pair[1] > rising.at(-1)[1]) rising.push(pair);
  rising.push([Math.max(sides.source.scroll.scrollHeight, rising.at(-1)[0] + 1), Math.max(sides.target.scroll.scrollHeight, rising.at(-1)[1] + 1)]);
  return rising;
}

function follow(from, to, side) {
  anchors ??= measure();
  const line = from.scrollTop + from.clientHeight / 3;
  const [own, its] = side === "source" ? [0, 1] : [1, 0];
  let next = anchors.findIndex((pair) => pair[own] > line);
  if (next < 1) next = next < 0 ? anchors.length - 1 : 1;
  const [a, b] = [anchors[next - 1], anchors[next]];
  const share = (line - a[own]) / (b[own] - a[own]);
  to.scrollTop = a[its] + share * (b[its] - a[its]) - to.clientHeight / 3;
}

export function start(chosen) {
  for (const { article } of Object.values(sides)) quiet(article);
  cards();
  for (const unit of units) mark(unit);
  const changed = new ResizeObserver(() => { anchors = null; });
  for (const [side, { article, scroll }] of Object.entries(sides)) {
    const other = sides[side === "source" ? "target" : "source"].scroll;
    changed.observe(article);
    for (const event of ["wheel", "pointerdown", "touchstart", "keydown"])
      scroll.addEventListener(event, () => { if (event !== "keydown" || document.activeElement === scroll) led = scroll; }, { passive: true });
    scroll.addEventListener("scroll", () => { if (led === scroll && wide.matches) follow(scroll, other, side); }, { passive: true });
    scroll.addEventListener("click", (event) => {
      const node = event.target.closest("[data-unit]");
      if (node && !event.target.closest(".panel") && getSelection().isCollapsed) chosen(node.dataset.unit);
    });
  }
}
