"""`prl10n.toml`, or `[tool.prl10n]` in `pyproject.toml`, read into frozen values.

schema    the tables and their keys
reading   load, find: the file → Config; all that a path or a locale can do wrong is refused there, with its line, so
          that the other modules trust what they get
lines     where a key stands
paths     patterns → paths

Importing this package does not import Babel; loading a configuration does.
"""

from __future__ import annotations

from prl10n.config.lines import Origin
from prl10n.config.paths import FIELD, expand, expander, shown
from prl10n.config.reading import SET_FIELDS, find, is_configuration, load, toml
from prl10n.config.schema import (
    BUILT_IN_BACKENDS,
    EXECUTOR,
    EXECUTORS,
    FILE_NAME,
    Backend,
    Budget,
    Config,
    Content,
    FrontMatter,
    Glossary,
    Links,
    Localize,
    Memory,
    Publish,
    Review,
    Run,
    Settings,
    Site,
)

__all__ = [
    "BUILT_IN_BACKENDS",
    "EXECUTOR",
    "EXECUTORS",
    "FIELD",
    "FILE_NAME",
    "SET_FIELDS",
    "Backend",
    "Budget",
    "Config",
    "Content",
    "FrontMatter",
    "Glossary",
    "Links",
    "Localize",
    "Memory",
    "Origin",
    "Publish",
    "Review",
    "Run",
    "Settings",
    "Site",
    "expand",
    "expander",
    "find",
    "is_configuration",
    "load",
    "shown",
    "toml",
]
