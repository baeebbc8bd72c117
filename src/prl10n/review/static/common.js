// What the overview and the editor share: the header's commit and help, and where the next document is.

import { boot, counted, dialogue, el, get, post, Refused, say, stored, t } from "./base.js";

const LIST = `prl10n:${boot.id}:list`;

/** The documents of the list that a person walks through: [[locale, document], …]. */
export function remember(list, query) {
  stored.set(LIST, { list, query }, sessionStorage);
}

export function neighbour(locale, document_, step) {
  const { list = [] } = stored.get(LIST, sessionStorage) ?? {};
  const place = list.findIndex(([tag, name]) => tag === locale && name === document_);
  return place < 0 ? null : (list[place + step] ?? null);
}

/** The address of the overview as it was left. */
export function home() {
  const { query = "" } = stored.get(LIST, sessionStorage) ?? {};
  return `/${query}`;
}

/** How many catalogs wait for a commit, on the button for it. */
export async function waiting() {
  const button = document.querySelector("[data-action=commit]");
  if (!button) return;
  try {
    const { files } = await get("/api/changes");
    button.querySelector("span").textContent = files.length ? counted("commit-n", files.length) : t("commit");
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
  }
}

/** One commit of all catalogs that changed, with a message that can be changed. */
export async function commit() {
  try {
    const { files } = await get("/api/changes");
    if (!files.length) { say(t("commit-nothing")); return; }
    const area = el("textarea", { id: "commit-message", rows: "4", placeholder: t("commit-placeholder") });
    const chosen = await dialogue(t("commit-title"), [
      el("p", {}, counted("commit-files", files.length)),
      el("ul.files", {}, files.slice(0, 100).map((file) => el("li", {}, file)), files.length > 100 ? el("li", {}, "…") : ""),
      el("label", { for: "commit-message" }, t("commit-message")), area,
    ], [["commit", t("commit")], ["", t("cancel")]]);
    if (chosen !== "commit") return;
    const message = area.value.trim();
    const done = await post("/api/commit", message ? { message } : {});
    say(t("commit-done", { hash: done.commit.slice(0, 9), n: done.files }));
    await waiting();
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    say(error.message, "error");
  }
}
