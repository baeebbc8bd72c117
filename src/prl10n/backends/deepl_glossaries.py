"""The terms of a project as a multilingual glossary of the account.

Source: https://developers.deepl.com/docs/customize/managing-glossaries and the client.

A project has one glossary, called `prl10n PROJECT: en-fr 1a2b3c4d, en-de 5e6f7a8b`. Each label names a source and a
target, and what the dictionary held when it was written, so that the list of glossaries tells all there is to know.

Dictionaries are for languages, not for variants: `en-fr` and `en-fr-ca` share one while their terms are the same; where
they differ, the second gets a glossary of its own. A free account has room for one glossary.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from threading import Lock
from typing import TYPE_CHECKING, TypeVar
from weakref import WeakSet

from prl10n.backends.deepl_http import Line, TooLarge
from prl10n.backends.deepl_languages import base_code, source_code, target_code
from prl10n.errors import ConfigError, QuotaExceeded, RequestRefused
from prl10n.model import Term

if TYPE_CHECKING:
    import deepl

MOST_BYTES = 10 * 1024 * 1024  # of a glossary
MOST_TERM = 1024  # UTF-8 bytes of a source or a target
MOST_PROJECT = 100  # characters: a name has 1024 bytes, and the labels of all targets need most of them

_LABELS = re.compile(r"[a-z]+-[a-z0-9-]+ [0-9a-f]{8}(?:, [a-z]+-[a-z0-9-]+ [0-9a-f]{8})*")
_REFUSED = re.compile("[\x00-\x1f\x80-\x9f\u2028\u2029\ud800-\udfff]")  # as the client's validate_glossary_term

_OFF = "Or set glossary = false in [backend.deepl]: prl10n then writes the terms itself."
_REMEDIES = {
    400: f"DeepL may have no glossaries for this language, or the terms break a rule that it names. {_OFF}",
    403: f"The key may not manage glossaries: https://www.deepl.com/your-account/keys shows it. {_OFF}",
    404: f"The server knows no multilingual glossaries, or one was deleted just now: run the command again. {_OFF}",
    456: (
        "The account has no room for another glossary: delete one at https://www.deepl.com/glossary (a free account "
        f"has room for one), or give projects with the same terms the same glossary_name. {_OFF}"
    ),
}

_Pair = tuple[str, str]

T = TypeVar("T")


@dataclass(frozen=True, slots=True, eq=False, weakref_slot=True)
class Hold:
    """A dictionary that a backend translates with: while the backend keeps this, the dictionary does not change."""

    id: str
    pair: _Pair
    digest: str


_holds: WeakSet[Hold] = WeakSet()
_lock = Lock()


@dataclass(frozen=True, slots=True)
class Kept:
    """A glossary of the project that the account has. `labels`: label → hash; `counts`: pair → number of entries."""

    id: str
    labels: Mapping[str, str]
    counts: Mapping[_Pair, int]

    def rivals(self, label: str, digest: str) -> list[str]:
        """The labels whose dictionary is that of `label`, and differs."""
        return [other for other, held in self.labels.items() if _same(other, label) and held != digest]


def entries(terms: Sequence[Term]) -> dict[str, str]:
    """Source → target. A term without a target stays as it is; of equal sources, the first counts.

    Raises ConfigError that names the terms which DeepL would refuse.
    """
    found: dict[str, str] = {}
    refused: list[str] = []
    for term in terms:
        source = term.source.strip()
        target = term.target.strip() or source
        if all(word and not _REFUSED.search(word) and len(word.encode()) <= MOST_TERM for word in (source, target)):
            found.setdefault(source, target)
        else:
            refused.append(repr(term.source if len(term.source) <= 40 else f"{term.source[:40]}…"))
    if refused:
        more = f" and {len(refused) - 5} more" if len(refused) > 5 else ""
        raise ConfigError(
            f"DeepL cannot take these terms of the glossary: {', '.join(refused[:5])}{more}",
            remedy=f"A term is one line of at most {MOST_TERM} bytes without tabs and control characters. {_OFF}",
        )
    if sum(len(f"{source}\t{target}\n".encode()) for source, target in found.items()) > MOST_BYTES:
        raise ConfigError(f"the glossary is too large for DeepL, which takes {MOST_BYTES} bytes", remedy=_OFF)
    return found


def match(line: Line, project: str, source: str, target: str, terms: Sequence[Term]) -> Hold:
    """Make a glossary of the account hold the terms.

    If it holds them already, this costs one GET. Glossaries of the project that nothing refers to are deleted, others
    than the project's are never touched. Raises BackendError, and ConfigError for terms that DeepL would refuse.
    """
    wanted = entries(terms)
    digest = hashlib.sha256("\n".join(f"{s}\t{t}" for s, t in sorted(wanted.items())).encode()).hexdigest()[:8]
    pair = (source_code(source), base_code(target_code(target)))
    label = f"{pair[0]}-{target_code(target)}".lower()
    prefix = f"prl10n {' '.join(project.split())[:MOST_PROJECT]}: "
    with _lock:
        kept = _listed(line, prefix)
        home = _home(kept, label, pair, digest)
        if home is None:
            home = _made(line, prefix, label, pair, wanted, digest, kept)
        labels = _written(line, prefix, home, label, pair, wanted, digest)
        hold = Hold(home.id, pair, digest)
        _holds.add(hold)
        for other in kept:
            if other.id != home.id:
                # The label itself is at home now, whatever the other glossary has under it.
                _stripped(line, prefix, other, {**labels, label: other.labels.get(label, "")})
    return hold


def _home(kept: Sequence[Kept], label: str, pair: _Pair, digest: str) -> Kept | None:
    """The glossary for the dictionary: where it is, else where its equal is, else where it was, else one with room."""
    fit = [one for one in kept if not one.rivals(label, digest) or one.rivals(label, digest) == [label]]
    fit = [one for one in fit if _held(one, pair) <= {digest}]
    ranks = (
        lambda one: one.labels.get(label) == digest,
        lambda one: any(_same(other, label) for other in one.labels) and not one.rivals(label, digest),
        lambda one: label in one.labels,
        lambda one: True,
    )
    return next((one for rank in ranks for one in fit if rank(one)), None)


def _made(
    line: Line, prefix: str, label: str, pair: _Pair, wanted: Mapping[str, str], digest: str, kept: Sequence[Kept]
) -> Kept:
    """A new glossary. Where the account has no room for it, one whose dictionary of the pair nobody is using here."""
    import deepl

    name = f"{prefix}{label} {digest}"
    dictionary = deepl.api_data.MultilingualGlossaryDictionaryEntries(*pair, dict(wanted))
    try:
        made = _ask(line, lambda client: client.create_multilingual_glossary(name, [dictionary]))
    except QuotaExceeded:
        free = [one for one in kept if not _held(one, pair)]
        if not free:
            raise
        return free[0]
    return Kept(made.glossary_id, {label: digest}, {pair: len(wanted)})


def _written(
    line: Line, prefix: str, home: Kept, label: str, pair: _Pair, wanted: Mapping[str, str], digest: str
) -> Mapping[str, str]:
    """Replace the dictionary and the name where they are not what they should be; the labels of the name."""
    import deepl

    equal = any(_same(other, label) and held == digest for other, held in home.labels.items())
    if not equal or home.counts.get(pair) != len(wanted):
        dictionary = deepl.api_data.MultilingualGlossaryDictionaryEntries(*pair, dict(wanted))
        _ask(line, lambda client: client.replace_multilingual_glossary_dictionary(home.id, dictionary))
    dropped = home.rivals(label, digest)
    labels = {**{other: held for other, held in home.labels.items() if other not in dropped}, label: digest}
    _rename(line, prefix, home, labels)
    return labels


def _stripped(line: Line, prefix: str, other: Kept, elsewhere: Mapping[str, str]) -> None:
    """Take the labels that are elsewhere off a glossary; with the last one, it goes."""
    labels = {label: held for label, held in other.labels.items() if elsewhere.get(label) != held}
    if labels:
        _rename(line, prefix, other, labels)
    elif all(hold.id != other.id for hold in _holds):
        _ask(line, lambda client: client.delete_multilingual_glossary(other.id))


def _rename(line: Line, prefix: str, one: Kept, labels: Mapping[str, str]) -> None:
    if dict(one.labels) != dict(labels):
        name = prefix + ", ".join(f"{label} {digest}" for label, digest in sorted(labels.items()))
        _ask(line, lambda client: client.update_multilingual_glossary_name(one.id, name))


def _listed(line: Line, prefix: str) -> list[Kept]:
    """The project's glossaries, the oldest first."""
    every = _ask(line, lambda client: client.list_multilingual_glossaries())
    mine = [one for one in every if one.name.startswith(prefix) and _LABELS.fullmatch(one.name, len(prefix))]
    return [_kept(one, prefix) for one in sorted(mine, key=lambda one: (one.creation_time, one.glossary_id))]


def _kept(one: deepl.api_data.MultilingualGlossaryInfo, prefix: str) -> Kept:
    labels = dict(label.split(" ") for label in one.name.removeprefix(prefix).split(", "))
    counts = {(part.source_lang, part.target_lang): part.entry_count for part in one.dictionaries}
    return Kept(one.glossary_id, labels, counts)


def _same(label: str, other: str) -> bool:
    """Whether two labels are of one pair: `en-pt-br` and `en-pt-pt` are."""
    return label.split("-")[:2] == other.split("-")[:2]


def _held(one: Kept, pair: _Pair) -> set[str]:
    """The hashes of the glossary's dictionary that backends translate with: one, or none."""
    return {hold.digest for hold in _holds if (hold.id, hold.pair) == (one.id, pair)}


def _ask(line: Line, send: Callable[[deepl.DeepLClient], T]) -> T:
    try:
        return line.ask(send, _REMEDIES)
    except TooLarge:
        raise RequestRefused("DeepL finds the glossary too large", remedy=_OFF) from None
