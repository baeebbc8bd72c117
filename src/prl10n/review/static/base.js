// What every page needs: its data, its words, elements, messages, and the way to the server.

const json = (id) => JSON.parse(document.getElementById(id)?.textContent || "null");

export const boot = json("boot") ?? {};
export const units = json("units") ?? [];
const texts = json("texts") ?? {};
const language = document.documentElement.lang;
const numbers = new Intl.NumberFormat(language);
const plurals = new Intl.PluralRules(language);

/** The words of a key; `{name}` stands for a value, numbers as the language writes them. */
export function t(key, values = {}) {
  return (texts[key] ?? key).replace(/\{(\w+)\}/g, (_, name) => {
    const value = values[name];
    return typeof value === "number" ? numbers.format(value) : String(value ?? "");
  });
}

/** The words of a key for a number of things: of `key-one` or `key-other`. */
export function counted(key, count, values = {}) {
  return t(`${key}-${plurals.select(count) === "one" ? "one" : "other"}`, { count, ...values });
}

/** What the interface calls a thing that the server names in English: `term("chip", "line break")`. */
export const term = (group, name) => texts[`${group}-${name.replaceAll(" ", "-")}`] ?? name;

/** The kind of a unit: `heading 2`, `front matter: title`, `table cell`, … */
export function kindName(kind) {
  const [, name, rest] = /^(heading|front matter)\b(?:, markdown)?:? ?(.*)$/.exec(kind) ?? [null, kind, ""];
  if (name === "heading") return `${term("kind", name)} ${rest}`;
  return rest ? t("kind-of", { kind: term("kind", name), name: rest }) : term("kind", name);
}

/** An element: `el("a.row", {href}, child, …)`. Attributes that are null or false are left out; texts are never markup. */
export function el(name, attributes = {}, ...children) {
  const [tag, ...classes] = name.split(".");
  const node = document.createElement(tag);
  if (classes.length) node.className = classes.join(" ");
  for (const [key, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (key.startsWith("on")) node.addEventListener(key.slice(2), value);
    else if (value === true) node.setAttribute(key, "");
    else node.setAttribute(key, value);
  }
  node.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== ""));
  return node;
}

/** A message for everybody: seen for a while, and read out. `kind`: "" or "error". */
export function say(message, kind = "") {
  const status = document.getElementById("status");
  clearTimeout(say.timer);
  status.textContent = message;
  status.dataset.kind = kind;
  status.classList.toggle("shown", Boolean(message));
  if (message) say.timer = setTimeout(() => status.classList.remove("shown"), kind ? 12000 : 5000);
}

/** What is wrong and what to do, as sentences; a path at the beginning stays as it is. */
const sentences = ({ error, remedy }) =>
  [error.replace(/^\p{Ll}(?=\p{L}* )/u, (letter) => letter.toUpperCase()), remedy].filter(Boolean).join(/[.!?…]$/.test(error) ? " " : ". ");

/** An answer that is a refusal: what is wrong, and what to do. `status` 0: there was no answer. `body` is its JSON. */
export class Refused extends Error {
  constructor(status, body) {
    super(sentences(body));
    this.status = status;
    this.body = body;
  }
}

async function ask(path, options) {
  let response;
  try {
    response = await fetch(path, { credentials: "same-origin", ...options });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Refused(0, { error: t("offline") });
  }
  const body = await response.json().catch(() => ({ error: `${response.status} ${response.statusText}` }));
  if (!response.ok) throw new Refused(response.status, body);
  return body;
}

export function get(path, parameters = {}, options = {}) {
  const query = new URLSearchParams();
  for (const [key, value] of Object.entries(parameters)) if (value !== "" && value !== null && value !== undefined) query.append(key, value);
  return ask(query.size ? `${path}?${query}` : path, options);
}

export function post(path, body) {
  return ask(path, {
    method: "POST",
    headers: { "Content-Type": "application/json", "X-Prl10n": "1" },
    body: JSON.stringify(body),
  });
}

/** The address of a document's page. */
export function address(locale, document_) {
  return `/d/${encodeURIComponent(locale)}/${document_.split("/").map(encodeURIComponent).join("/")}`;
}

/** What the browser keeps for us: `null` where it keeps nothing. */
export const stored = {
  get(key, where = localStorage) {
    try { return JSON.parse(where.getItem(key)); } catch { return null; }
  },
  set(key, value, where = localStorage) {
    try { where.setItem(key, JSON.stringify(value)); return true; } catch { return false; }
  },
};

export const locale = boot.locales?.find((each) => each.tag === boot.locale) ?? null;
export const STATES = ["approved", "stale", "draft", "missing"];

const SVG = "http://www.w3.org/2000/svg";

/** A bar of the states, with its figures in words. */
export function bar(states) {
  const all = STATES.reduce((sum, state) => sum + (states[state] ?? 0), 0);
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("class", "bar");
  svg.setAttribute("viewBox", "0 0 100 4");
  svg.setAttribute("preserveAspectRatio", "none");
  svg.setAttribute("role", "img");
  svg.setAttribute("aria-label", STATES.filter((state) => states[state]).map((state) => counted(`units-${state}`, states[state])).join(", ") || t("nothing"));
  let x = 0;
  for (const state of STATES) {
    const width = all ? (100 * (states[state] ?? 0)) / all : 0;
    if (!width) continue;
    const rect = document.createElementNS(SVG, "rect");
    for (const [key, value] of Object.entries({ class: state, x, width, height: 4 })) rect.setAttribute(key, value);
    svg.append(rect);
    x += width;
  }
  return svg;
}

/** A modal dialogue: closed by Esc or a button; where the focus was, it returns. Resolves with the button's value. */
export function dialogue(title, content, buttons, name = "") {
  const id = `dialogue-${Math.random().toString(36).slice(2)}`;
  const node = el(`dialog${name ? `.${name}` : ""}`, { "aria-labelledby": id },
    el("form", { method: "dialog" },
      el("h2", { id }, title),
      el("div.content", { tabindex: "0", role: "group", "aria-labelledby": id }, content),
      el("div.buttons", {}, buttons.map(([value, label, key], place) =>
        el(`button${place ? "" : ".primary"}`, { value, "aria-keyshortcuts": key ?? null }, label, key ? el("kbd", {}, key.toUpperCase()) : "")))));
  const before = document.activeElement;
  node.addEventListener("keydown", (event) => {
    event.stopPropagation();
    if (event.target.matches("textarea, input[type=text]") || event.ctrlKey || event.altKey || event.metaKey) return;
    const chosen = buttons.find(([, , key]) => key && key === event.key.toLowerCase());
    if (chosen) { event.preventDefault(); node.close(chosen[0]); }
  });
  document.body.append(node);
  node.showModal();
  node.querySelector("[autofocus], button.primary")?.focus();
  return new Promise((resolve) => node.addEventListener("close", () => {
    node.remove();
    if (before?.isConnected) before.focus();
    resolve(node.returnValue);
  }));
}
