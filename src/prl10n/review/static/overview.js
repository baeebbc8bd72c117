// The overview: documents by locale, filters, and a search across everything.

import { address, bar, boot, counted, el, get, Refused, say, stored, t } from "./base.js";
import { commit, remember, waiting } from "./common.js";
import { button, help, keys } from "./keys.js";

const PAGE = 200;
const form = document.getElementById("filters");
const list = document.getElementById("list");
const totals = document.getElementById("totals");
const more = document.getElementById("more");
let asked = 0; // the number of the last question: late answers to earlier ones are left out
let rows = [];

const settings = () => Object.fromEntries([...new FormData(form)].filter(([, value]) => value));
const nameOf = (tag) => boot.locales.find((each) => each.tag === tag)?.name ?? tag;
const direction = (tag) => boot.locales.find((each) => each.tag === tag)?.dir ?? "ltr";

function link(row, values) {
  const query = values.state || values.rule ? `?${new URLSearchParams(Object.entries({ state: values.state, rule: values.rule }).filter(([, value]) => value))}` : "";
  return address(row.locale, row.document) + query;
}

function line(row, values) {
  const facts = [
    row.errors ? el("span.badge.error", {}, counted("errors", row.errors)) : "",
    row.stale ? el("span.badge.stale", {}, counted("units-stale", row.stale)) : "",
    row.warnings ? el("span.badge", {}, counted("warnings", row.warnings)) : "",
  ];
  return el("li.row", {},
    el("div.what", {},
      el("a", { href: link(row, values), lang: boot.source.tag, dir: boot.source.dir }, row.title || row.document),
      el("small", {}, el("bdi", {}, row.document), row.backends.length ? ` · ${row.backends.join(", ")}` : "")),
    el("div.where", {}, values.locale ? "" : nameOf(row.locale)),
    el("div.how", {}, bar(row.states), el("small", {}, row.words_left ? counted("words-left", row.words_left) : t("done"))),
    el("div.facts", {}, facts));
}

function hit(each, words) {
  const mark = (text) => {
    const at = text.toLowerCase().indexOf(words.toLowerCase());
    if (at < 0) return text.length > 300 ? `${text.slice(0, 300)}…` : text;
    const from = Math.max(0, at - 120);
    return [from ? "…" : "", text.slice(from, at), el("mark", {}, text.slice(at, at + words.length)), text.slice(at + words.length, at + words.length + 200)];
  };
  return el("li.hit", {},
    el("a", { href: `${address(each.locale, each.document)}#u${each.id}` },
      el("span.pair", {},
        el("span", { lang: boot.source.tag, dir: boot.source.dir }, mark(each.source)),
        el("span.said", { lang: each.locale, dir: direction(each.locale) }, each.target ? mark(each.target) : ""))),
    el("small", {}, el("span.state", { "data-state": each.state }, t(`state-${each.state}`)), ` · ${nameOf(each.locale)} · `, el("bdi", {}, each.document)));
}

async function search(values, question) {
  const { hits, more: rest } = await get("/api/search", { q: values.q, locale: values.locale, state: values.state, rule: values.rule, backend: values.backend, limit: PAGE });
  if (question !== asked) return;
  list.replaceChildren(...hits.map((each) => hit(each, values.q)));
  totals.textContent = rest ? t("found-many", { count: hits.length }) : counted("found", hits.length);
  more.hidden = true;
}

async function documents(values, question, offset) {
  const answer = await get("/api/overview", { ...values, offset, limit: PAGE });
  if (question !== asked) return;
  rows = offset ? [...rows, ...answer.rows] : answer.rows;
  list.replaceChildren(...rows.map((row) => line(row, values)));
  const backends = form.elements.backend;
  const chosen = backends.value;
  backends.replaceChildren(backends.options[0], ...[...new Set([...answer.backends, chosen].filter(Boolean))].map((name) => el("option", { value: name }, name)));
  backends.value = chosen;
  const whole = answer.totals;
  totals.replaceChildren(...[
    el("b", {}, whole.words_left ? counted("words-left", whole.words_left) : t("done")), ` · ${counted(values.locale ? "documents" : "pages", answer.total)}`,
    whole.states.stale ? ` · ${counted("units-stale", whole.states.stale)}` : "", whole.errors ? ` · ${counted("errors", whole.errors)}` : "",
    answer.ready ? "" : ` · ${t("counting")}`]);
  document.getElementById("whole").replaceChildren(bar(whole.states));
  more.hidden = rows.length >= answer.total;
  more.querySelector("span").textContent = counted("more", answer.total - rows.length);
  if (!rows.length) list.replaceChildren(el("li.none", {}, answer.ready ? t("none") : t("counting")));
  remember(rows.map((row) => [row.locale, row.document]), location.search);
  if (!answer.ready) setTimeout(() => { if (question === asked) show(false); }, 700);
}

async function show(note = true, offset = 0) {
  const values = settings();
  asked += 1;
  if (note) history.replaceState(null, "", Object.keys(values).length ? `?${new URLSearchParams(values)}` : "/");
  for (const tab of document.querySelectorAll("#locales a")) {
    if (tab.dataset.locale === (values.locale ?? "")) tab.setAttribute("aria-current", "true");
    else tab.removeAttribute("aria-current");
  }
  document.body.classList.toggle("searching", Boolean(values.q));
  try {
    await (values.q ? search(values, asked) : documents(values, asked, offset));
    list.setAttribute("aria-busy", "false");
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    say(error.message, "error");
  }
}

/** The next or previous row, from where the focus is. */
function step(by) {
  const links = [...list.querySelectorAll("a")];
  const at = links.indexOf(document.activeElement);
  links[at < 0 ? (by > 0 ? 0 : links.length - 1) : Math.min(Math.max(at + by, 0), links.length - 1)]?.focus();
}

keys([
  { id: "next", text: "key-next-row", letter: "j", group: "keys-list", run: () => step(1) },
  { id: "previous", text: "key-previous-row", letter: "k", group: "keys-list", run: () => step(-1) },
  { id: "down", text: "key-next-row", chords: ["ArrowDown"], group: "keys-list", run: (event) => (list.contains(event.target) ? step(1) : false) },
  { id: "up", text: "key-previous-row", chords: ["ArrowUp"], group: "keys-list", run: (event) => (list.contains(event.target) ? step(-1) : false) },
  { id: "search", text: "key-search", letter: "/", group: "keys-list", run: () => form.elements.q.focus() },
  { id: "filter", text: "key-filter", letter: "f", group: "keys-list", run: () => form.elements.state.focus() },
  { id: "clear", text: "key-clear", letter: "x", group: "keys-list", run: () => { for (const field of ["q", "document", "state", "rule", "backend"]) form.elements[field].value = ""; show(); } },
  ...(boot.commit ? [{ id: "commit", text: "commit", letter: "g", group: "keys-page", run: () => commit() }] : []),
  { id: "help", text: "help", letter: "?", group: "keys-page", run: () => help() },
]);
document.getElementById("tools").append(...(boot.commit ? [button("commit")] : []), button("help"));

let delay;
form.addEventListener("input", (event) => {
  clearTimeout(delay);
  delay = setTimeout(show, event.target.matches("input[type=search]") ? 200 : 0);
});
form.addEventListener("submit", (event) => { event.preventDefault(); show(); });
document.getElementById("locales").addEventListener("click", (event) => {
  const tab = event.target.closest("a");
  if (!tab || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  form.elements.locale.value = tab.dataset.locale;
  stored.set(`prl10n:${boot.id}:locale`, tab.dataset.locale);
  show();
});
more.addEventListener("click", () => show(false, rows.length));

show(false);
waiting();
