"""Pictures of `prl10n review` for the README, of the project's own releases: `python scripts/screenshots.py`.

They are taken of a copy of the content, in which the source of one text changes, as it does in life.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
import threading
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from prl10n import config, pipeline
from prl10n.review import server

ROOT = Path(__file__).parent.parent
PICTURES = ROOT / "docs/pictures"
RELEASE = "news/2026-11-24-prl10n-first-release.md"
CHANGE = ("a figure is corrected, a link moves", "a figure is corrected, a date moves")


def copy(root: Path) -> None:
    for name in ("prl10n.toml", "content", "locales"):
        source = ROOT / name
        (shutil.copytree if source.is_dir() else shutil.copyfile)(source, root / name)
    release = root / "content/en" / RELEASE
    text = release.read_text(encoding="utf-8")
    if CHANGE[0] in text:
        release.write_text(text.replace(*CHANGE, 1), encoding="utf-8")
    subprocess.run([sys.executable, "-m", "prl10n", "extract"], cwd=root, check=True, capture_output=True)


def take(page: Page, url: str) -> None:
    page.goto(url)
    page.locator("#list[aria-busy=false] .row").first.wait_for()
    page.screenshot(path=PICTURES / "review-overview.png")
    page.goto(url.partition("?")[0] + f"d/fr/{RELEASE}")
    page.locator(".panel").wait_for()
    page.wait_for_load_state("load")
    page.screenshot(path=PICTURES / "review-editor.png")


def main() -> None:
    PICTURES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        root = Path(folder) / "prl10n"
        root.mkdir()
        copy(root)
        served = server.prepare(config.load(root), pipeline.Selection((), ()))
        thread = threading.Thread(target=served.run)
        thread.start()
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        try:
            take(browser.new_page(viewport={"width": 1280, "height": 800}, locale="en"), served.url)
        finally:
            browser.close()
            served.stop()
            thread.join()


if __name__ == "__main__":
    main()
