"""The review at the size of a large site: 5,000 documents in 8 locales, 400,000 entries.

    python bench/review.py [DOCUMENTS] [LOCALES]

Makes such a project in a temporary folder, serves it as `prl10n review --no-open` does, and prints how long a page
waits: the first one while nothing is known yet, then pages, filters, saves and searches; and the memory that it takes.
"""

from __future__ import annotations

import json
import random
import re
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import httpx2

UNITS = 10  # of a document
LOCALES = ("fr", "de", "es", "it", "pt", "nl", "ja", "pl")
WORDS = "cloud edge device robot market release data node cluster app partner team open source secure deploy".split()
ROUNDS = 20


def sentence(at: random.Random) -> str:
    return " ".join(at.choices(WORDS, k=14)).capitalize() + "."


def make(root: Path, documents: int, locales: tuple[str, ...]) -> None:
    """Sources, and catalogs of which a third is approved, a third drafts, a third has no translation."""
    at = random.Random(1)
    (root / "prl10n.toml").write_text(f"targets = {json.dumps(locales)}\n", encoding="utf-8")
    header = 'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=UTF-8\\n"\n\n'
    for number in range(documents):
        name = f"{number % 50:02}/release-{number}"
        texts = [f"{sentence(at)} Number {number}." for _ in range(UNITS)]
        source = root / f"content/en/{name}.md"
        source.parent.mkdir(parents=True, exist_ok=True)
        source.write_text("\n\n".join(texts) + "\n", encoding="utf-8")
        for locale in locales:
            blocks = []
            for place, text in enumerate(texts):
                fuzzy = "#, fuzzy\n" if place % 3 == 1 else ""
                said = "" if place % 3 == 2 else f"{locale} {text[::-1]}"
                comment = "# prl10n: deepl 2026-11-24\n" if fuzzy else ""
                where = f"#. paragraph\n#: content/en/{name}.md\n"
                blocks.append(f'{comment}{where}{fuzzy}msgid "{text}"\nmsgstr "{said}"\n')
            path = root / f"locales/{locale}/LC_MESSAGES/{name}.po"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(header + "\n".join(blocks), encoding="utf-8")


def timed(what: str, action: Callable[[int], object], rounds: int = ROUNDS) -> None:
    """Print the median and the worst of some rounds, in milliseconds."""
    times = []
    for number in range(rounds):
        start = time.perf_counter()
        action(number)
        times.append((time.perf_counter() - start) * 1000)
    print(f"{what:<44} {statistics.median(times):7.0f} ms   at worst {max(times):7.0f} ms", flush=True)


def memory(process: int) -> int:
    """The megabytes that a process holds, and the most that it held."""
    said = Path(f"/proc/{process}/status").read_text(encoding="utf-8")
    found = re.search(r"VmRSS:\s+(\d+)", said)
    return int(found[1]) // 1024 if found else 0


def main(documents: int, locales: tuple[str, ...]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        make(root, documents, locales)
        print(f"{documents:,} documents × {len(locales)} locales, {documents * len(locales) * UNITS:,} entries")
        measure(root, documents, locales, "an empty index")
        measure(root, documents, locales, "an index that is there")


def measure(root: Path, documents: int, locales: tuple[str, ...], how: str) -> None:
    print(f"\nwith {how}:")
    began = time.perf_counter()
    command = [sys.executable, "-m", "prl10n", "review", "--no-open"]
    with subprocess.Popen(command, cwd=root, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
        assert process.stdout is not None
        url = process.stdout.readline().strip()
        origin = url.partition("/?")[0]
        try:
            with httpx2.Client(
                base_url=origin, headers={"origin": origin, "x-prl10n": "1"}, trust_env=False, timeout=60
            ) as client:
                client.get(url)
                print(f"{'from the command to the first answer':<44} {(time.perf_counter() - began) * 1000:7.0f} ms")
                ask(client, documents, locales, began)
                print(f"{'memory':<44} {memory(process.pid):7.0f} MB")
        finally:
            process.send_signal(2)
            process.wait()


def ask(client: httpx2.Client, documents: int, locales: tuple[str, ...], began: float) -> None:
    at = random.Random(2)

    def document() -> str:
        number = at.randrange(documents)
        return f"{number % 50:02}/release-{number}.md"

    def overview(**query: str) -> Callable[[int], object]:
        return lambda _: client.get("/api/overview", params=query).raise_for_status()

    def search(*words: str) -> Callable[[int], object]:
        return lambda number: client.get("/api/search", params={"q": words[number % len(words)]}).raise_for_status()

    def save(number: int) -> None:
        name, locale = names[number]
        unit = units[number]
        body = {key: unit[key] for key in ("context", "msgid")}
        body |= {"locale": locale, "document": name, "seen": unit["version"], "text": "Des mots.", "state": "approved"}
        client.post("/api/save", json=body).raise_for_status()

    timed("the overview's page", lambda _: client.get("/").raise_for_status())
    timed("its rows", overview())
    timed("a document that nobody has opened", lambda _: client.get(f"/d/fr/{document()}").raise_for_status())
    names = [(document(), at.choice(locales)) for _ in range(ROUNDS)]
    units = [client.get(f"/api/units/{locale}/{name}").json()["units"][at.randrange(UNITS)] for name, locale in names]
    timed("a save", save)
    while not client.get("/api/overview", params={"limit": "1"}).json()["ready"]:
        time.sleep(0.5)
    print(f"{'until the index knows all':<44} {time.perf_counter() - began:7.1f} s", flush=True)
    timed("rows of a locale", overview(locale="fr"))
    timed("rows with stale texts, sorted", overview(state="stale", sort="left"))
    timed("rows of a backend", overview(backend="deepl", sort="errors"))
    timed("a search for a common word", search("cloud", "robot"))
    timed("a search for a rare text", search("number 4711", "7114 reb", "Number 12."))
    timed("a search for what is nowhere", search("zebra", "quagga crossing"))
    timed("a search for two letters", search("zz", "qq"), 4)
    names = [(document(), at.choice(locales)) for _ in range(ROUNDS)]
    units = [client.get(f"/api/units/{locale}/{name}").json()["units"][at.randrange(UNITS)] for name, locale in names]
    timed("a save", save)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 5000, LOCALES[: int(sys.argv[2]) if len(sys.argv) > 2 else 8])
