"""What `prl10n sync --json` says, for prl10n-update.sh.

summary.py files SYNC.JSON              the catalogs and pages of all documents, one a line
summary.py title SYNC.JSON CHANGED      the subject of a commit; CHANGED lists the files that differ from the base
summary.py markdown SYNC.JSON CHANGED   what changed, what it cost, and what needs a look
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

MOST = 50  # lines of a list; a pull request takes 65,536 characters


def main(what: str, said: str, changed: str | None = None) -> None:
    data: dict[str, Any] = json.loads(Path(said).read_bytes())
    paths = set(Path(changed).read_text(encoding="utf-8").splitlines()) if changed else set()
    rows = [row for row in data["documents"] if {row["catalog"], row["page"]} & paths]
    lines = {
        "files": (row[kind] for row in data["documents"] for kind in ("catalog", "page")),
        "title": [_title(rows)],
        "markdown": _markdown(data, rows),
    }[what]
    sys.stdout.reconfigure(encoding="utf-8", newline="\n")  # type: ignore[union-attr]
    for line in lines:
        print(line)


def _title(rows: list[dict[str, Any]]) -> str:
    locales = ", ".join(dict.fromkeys(row["locale"] for row in rows))
    return f"Update translations ({locales})" if locales else "Update translations"


def _markdown(data: dict[str, Any], rows: list[dict[str, Any]]) -> Iterator[str]:
    yield "## Translations"
    yield ""
    if not rows:
        yield "Nothing differs from what is published."
    else:
        yield "| document | locale | units | to review | untranslated |"
        yield "|---|---|--:|--:|--:|"
        yield from _most(_row(row) for row in rows)
        yield ""
        yield "To review: drafts, and proposals where the source of an approved text has changed. Clear the fuzzy flag"
        yield "of an entry to approve it."
    yield ""
    yield _cost(data)
    findings = data["findings"]
    if data["error"]:
        yield ""
        yield f"**The backend failed**: {_code(data['error'])} What it answered is here; the next run resumes."
    if findings:
        yield ""
        yield "### Needs a look"
        yield ""
        yield from _most(f"- {_code(_place(finding))} {_code(finding['message'])}" for finding in findings)


def _row(row: dict[str, Any]) -> str:
    cells = [_code(row["document"]), row["locale"], row["units"], row["draft"] + row["stale"], row["missing"]]
    return f"| {' | '.join(map(str, cells))} |"


def _cost(data: dict[str, Any]) -> str:
    documents, totals = data["documents"], data["totals"]
    sums = {key: sum(row[key] for row in documents) for key in ("from_memory", "from_journal", "sent")}
    parts = [
        f"{sums['from_memory'] + sums['from_journal']:,} texts reused",
        f"{sums['sent']:,} texts sent",
        f"{totals['billed']:,} characters billed",
    ]
    if totals["untranslated"]:
        parts.append(f"{totals['untranslated']:,} units without a text")
    if totals["over_budget"]:
        parts.append(f"{totals['over_budget']:,} characters over the budget, not sent")
    return f"This run: {', '.join(parts)}."


def _place(finding: dict[str, Any]) -> str:
    return f"{finding['path']}:{finding['line']}" if finding["line"] else str(finding["path"])


def _code(text: str) -> str:
    """A text of the project as code: it mentions nobody, and is no markup."""
    return f"`{' '.join(text.split()).replace('`', chr(39)).replace('|', '¦')}`"


def _most(lines: Iterable[str]) -> Iterator[str]:
    every = list(lines)
    yield from every[:MOST]
    if len(every) > MOST:
        yield ""
        yield f"… and {len(every) - MOST:,} more."


if __name__ == "__main__":
    main(*sys.argv[1:])
