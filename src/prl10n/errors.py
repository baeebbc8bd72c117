"""Every error that prl10n raises on purpose, and the exit code each one leads to.

    Prl10nError                 exit 2
    ├── ConfigError             the configuration or the command line is wrong
    ├── DocumentError           a source document cannot be read
    ├── CatalogError            a catalog cannot be read, or must not be written
    ├── MarkupError             a text does not carry the tags that it was given
    ├── Damaged                 the memory was damaged and is made anew: the command can run again
    └── BackendError            exit 3: a backend failed; what it answered is saved
        ├── AuthorizationFailed the key is missing, wrong or blocked
        ├── QuotaExceeded       the account has no characters left
        ├── RequestRefused      the backend will never take this request
        ├── BackendUnavailable  the backend is down, slow or busy; trying again later helps
        └── Interrupted         exit 130: Ctrl-C, or 143: SIGTERM; what was answered is saved

    Terminated                  a KeyboardInterrupt: SIGTERM

An error says what happened, where, and what to do about it. Errors of other libraries never escape the
module that uses the library: they are turned into one of these.
"""

from __future__ import annotations

import signal

# What a library may raise when an input breaks it: that document is named, and the rest goes on.
LIBRARY_FAILURES = (
    ArithmeticError,
    AssertionError,
    AttributeError,
    LookupError,
    MemoryError,
    RecursionError,
    RuntimeError,
    TypeError,
    ValueError,
)


class Prl10nError(Exception):
    """The root of the tree. `where` is a path, with `:LINE` where a line is known; `remedy` a full sentence."""

    exit_code = 2

    def __init__(self, what: str, *, where: str = "", remedy: str = "") -> None:
        super().__init__(what)
        self.what = what
        self.where = where
        self.remedy = remedy

    def __str__(self) -> str:
        place = f"{self.where}: " if self.where else ""
        remedy = f"\n  {self.remedy}" if self.remedy else ""
        return f"{place}{self.what}{remedy}"


class ConfigError(Prl10nError):
    """The configuration or the command line is wrong. `key`: the option of a backend that is, where one is."""

    def __init__(self, what: str, *, where: str = "", remedy: str = "", key: str = "") -> None:
        super().__init__(what, where=where, remedy=remedy)
        self.key = key


class DocumentError(Prl10nError):
    """A source document cannot be read; the others are still processed."""


class CatalogError(Prl10nError):
    """A catalog cannot be read, or changed too often while it was being written; it stays as it is."""


class MarkupError(Prl10nError):
    """A translation does not carry the tags of its source, each once and nested as they were."""


class Damaged(Prl10nError):
    """The memory's database was damaged. It was set aside, and there is a new one."""


class BackendError(Prl10nError):
    """A backend failed. All that it had answered is saved; the same command resumes."""

    exit_code = 3


class AuthorizationFailed(BackendError):
    """The key is missing, wrong or blocked: no request will succeed until someone changes it."""


class QuotaExceeded(BackendError):
    """The account has no characters left in this period."""


class RequestRefused(BackendError):
    """The backend says that this request is wrong: sending it again would fail again."""


class BackendUnavailable(BackendError):
    """The backend is down, busy or out of reach: the same command may succeed later."""


class Interrupted(BackendError):
    """Ctrl-C or SIGTERM while a backend was at work. What it had answered, and what was under way, is saved."""

    exit_code = 130

    def __init__(self, number: int = signal.SIGINT) -> None:
        super().__init__("interrupted", remedy="All that was answered is saved; the same command resumes.")
        self.exit_code = 128 + number  # as a shell has it


class Terminated(KeyboardInterrupt):
    """SIGTERM, which ends a command as Ctrl-C does."""
