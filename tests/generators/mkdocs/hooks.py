"""What the theme asks of the list of versions: MkDocs itself reads no data files."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any


def on_page_context(context: dict[str, Any], page: Any, config: Any, nav: Any) -> dict[str, Any]:
    data = json.loads((Path(config.config_file_path).parent / "hreflang.json").read_text(encoding="utf-8"))
    document = data["pages"].get(f"/{page.url.lstrip('./')}")
    return {**context, "versions": data["documents"].get(document, {})}
