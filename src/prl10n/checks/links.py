"""Links of a localized page that lead nowhere within the site. Addresses of other sites are not asked: no network."""

from __future__ import annotations

from collections.abc import Iterator

from prl10n.checks.model import Files, Problem


def broken(files: Files) -> Iterator[Problem]:
    """Links to markdown files that are not there, references to no document, and fragments that no heading has."""
    for link in files.broken:
        yield Problem(
            f"line {link.line}: the link {link.destination!r} leads nowhere: {link.reason}. Correct it in the source, "
            "or in [links] what says where pages are"
        )
