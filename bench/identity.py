"""Send documents through `prl10n sync` and a server that returns what it is given: all must come back as they were.

    python bench/identity.py FOLDER|FILE.jsonl …

A line of a JSONL file is an object with `id` and `markdown`. Every document must come back byte for byte, with no
finding and no refused request; exit code 1 otherwise. The client is DeepL's own, the server the strict one of the
tests, on loopback.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))

from deepl_server import DeepLServer

CONFIGURATION = """
source = "en"
targets = ["fr"]

[content]
include = [{include}]
catalog = "locales/{{locale}}/{{dir}}{{stem}}{{ext}}.po"
"""


def documents(source: Path) -> Iterator[tuple[str, bytes]]:
    """(name with extension, bytes) of the documents in a folder or a JSONL file."""
    if source.is_dir():
        for path in sorted(source.rglob("*.md*")):
            yield path.relative_to(source).as_posix(), path.read_bytes()
    else:
        for line in source.read_text(encoding="utf-8").splitlines():
            item = json.loads(line)
            yield f"{item['id']}.md", item["markdown"].encode()


def main(arguments: list[str]) -> int:
    failures = 0
    for argument in arguments:
        source = Path(argument)
        with (
            tempfile.TemporaryDirectory() as folder,
            DeepLServer(translate=lambda text, _: text, limit=10**9) as server,
        ):
            root = Path(folder)
            originals = dict(documents(source))
            for name, data in originals.items():
                path = root / "content/en" / name
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(data)
            suffixes = sorted({Path(name).suffix for name in originals})
            include = ", ".join(f'"**/*{suffix}"' for suffix in suffixes)
            (root / "prl10n.toml").write_text(CONFIGURATION.format(include=include), encoding="utf-8")
            command = [sys.executable, "-m", "prl10n", "sync", "--json"]
            run = subprocess.run(command, cwd=root, env=server.environ, capture_output=True, text=True, check=False)
            result = json.loads(run.stdout) if run.stdout else {"findings": [], "error": run.stderr}
            different = [
                name
                for name, data in originals.items()
                if not (page := root / "content/fr" / name).exists() or page.read_bytes() != data
            ]
            refused = [request for request in server.requests if request.status != 200]
            sent = sum(len(request.texts) for request in server.requests)
            print(
                f"{source.name}: {len(originals)} documents, {sent} texts in {len(server.requests)} requests, "
                f"{len(different)} not identical, {len(result['findings'])} findings, {len(refused)} requests refused, "
                f"exit code {run.returncode}"
            )
            for name in different[:10]:
                print(f"  not identical: {name}")
            for finding in result["findings"][:10]:
                print(f"  {finding['path']}:{finding['line']}: {finding['message']}")
            if run.returncode:
                print(run.stderr[-2000:])
            failures += bool(different or refused or run.returncode)
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
