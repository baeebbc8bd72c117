"""A small site with its catalogs as translators find them, for tests of `prl10n review` and for screenshots of it."""

from __future__ import annotations

import subprocess
from contextlib import chdir
from pathlib import Path

import polib

from project import Project

CONFIGURATION = """
source = "en"
targets = ["fr", "ar"]

[backend]
name = "memory"
"""

GLOSSARY = """source,locale,target,note
sovereign cloud,fr,nuage souverain,
public service,fr,service public,never “administration”
Nuvla,,,
"""

LAUNCH = """---
title: Nuvla opens its sovereign cloud
description: A cloud that public services can explain.
---

Paris, 24 November 2026. Nuvla opens [its platform](https://nuvla.example/platform) to every public service in Europe.

## What the sovereign cloud does

{opening}

- It keeps **all data** in Europe, and [says where](https://nuvla.example/where).
- It speaks `S3` and Kubernetes.
- It costs 40% less than what it replaces.

| Plan | For whom |
| ---- | -------- |
| Small | A town hall |
| Large | A region |

> “We wanted a cloud that we could explain,” says Ana Lopes.

![The data centre in Geneva](/img/geneva.png)

<!-- prl10n: note="The words of a button: keep them short." max-length=24 -->

Ask for a trial

Questions are welcome at [our desk](https://nuvla.example/desk).

The desk ![A lamp](/img/lamp.png) is lit all night.
"""

OLD = "It is run by people in Geneva, and its source is open."
NEW = "It is run by people in Geneva and Lisbon, and all of its source is open."

DESK = """---
title: A desk for questions
---

Questions are welcome at [our desk](https://nuvla.example/desk).

The desk is open from nine to five.
"""

NBSP = "\u00a0"
NNBSP = "\u202f"

APPROVED = {
    "Nuvla opens its sovereign cloud": "Nuvla ouvre son nuage souverain",
    "What the sovereign cloud does": "Ce que fait le nuage souverain",
    OLD: "Il est exploité à Genève, et son code source est ouvert.",
    "It speaks `S3` and Kubernetes.": "Il parle `S3` et Kubernetes.",
    "Plan": "Offre",
    "For whom": "Pour qui",
    "Small": "Petite",
    "Large": "Grande",
    "A town hall": "Une mairie",
}
DRAFTS = {
    "A cloud that public services can explain.": "Un nuage que les services publics peuvent expliquer.",
    "Paris, 24 November 2026. Nuvla opens [its platform](https://nuvla.example/platform) to every public service in "
    "Europe.": "Paris, le 24 novembre 2026. Nuvla ouvre [sa plateforme](https://nuvla.example/platform) à tous les "
    "services publics d’Europe.",
    "It costs 40% less than what it replaces.": f"Il coûte 40{NBSP}%  de moins que ce qu’il remplace.",
    "“We wanted a cloud that we could explain,” says Ana Lopes.": f"«{NBSP}Nous voulions un nuage que nous puissions "
    f"expliquer{NBSP}», dit Ana Lopes.",
    "Questions are welcome at [our desk](https://nuvla.example/desk).": "Les questions sont bienvenues à [notre "
    "guichet](https://nuvla.example/desk).",
    "The desk is open from nine to five.": "Le guichet est ouvert de neuf à cinq heures.",
}
ARABIC = {
    "It keeps **all data** in Europe, and [says where](https://nuvla.example/where).": "تبقى **كل البيانات** في "
    "أوروبا، و[تقول أين](https://nuvla.example/where).",
    "Ask for a trial": "اطلب تجربة",
}


def build(root: Path) -> Project:
    """The site in a git repository: of the French catalogs some units are approved, drafted, stale, missing."""
    project = Project(root)
    project.write("prl10n.toml", CONFIGURATION)
    project.write("locales/glossary.csv", GLOSSARY)
    project.source(LAUNCH.format(opening=OLD), "news/launch.md")
    project.source(DESK, "news/desk.md")
    with chdir(root):
        assert project.run("extract").exit_code == 0
    for name in ("launch", "desk"):
        fill(project.path(f"news/{name}"), APPROVED, DRAFTS)
        fill(project.path(f"news/{name}", "ar"), {}, ARABIC)
    project.source(LAUNCH.format(opening=NEW), "news/launch.md")
    with chdir(root):
        assert project.run("extract").exit_code == 0
    project.write(".gitignore", ".prl10n/\n")
    for arguments in (
        ["init", "--quiet", "--initial-branch=main"],
        ["config", "user.name", "Camille Roy"],
        ["config", "user.email", "camille@nuvla.example"],
        ["add", "."],
        ["commit", "--quiet", "--message=The site"],
    ):
        subprocess.run(["git", *arguments], cwd=root, check=True, capture_output=True)
    return project


def fill(path: Path, approved: dict[str, str], drafts: dict[str, str]) -> None:
    """Translations as a person and as a machine leave them in a catalog."""
    catalog = polib.pofile(str(path), wrapwidth=79)
    for entry in catalog:
        if entry.msgid in approved:
            entry.msgstr = approved[entry.msgid]
        elif entry.msgid in drafts:
            entry.msgstr = drafts[entry.msgid]
            entry.flags.append("fuzzy")
            entry.tcomment = "prl10n: deepl 2026-11-24"
    catalog.save(str(path))
