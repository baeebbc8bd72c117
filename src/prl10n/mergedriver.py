"""Two branches' versions of a catalog → one, entry by entry, human work first: git's merge driver for `.po` files.

merge(base, ours, theirs) → Merge(data, conflicts)      pure
merge_files(base, ours, theirs) → conflicts             the files that git hands to a driver (%O, %A, %B)
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeVar

from prl10n import catalog, files
from prl10n.catalog import Catalog, Entry, Key
from prl10n.errors import CatalogError, Prl10nError
from prl10n.model import State

_HEADER_FIELD = re.compile(r'"([\w-]+): (.*?)(?:\\n)?"')
_REVISION = ("PO-Revision-Date", "Last-Translator")

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Merge:
    """A merged catalog, and the msgids of the entries in which two people wrote two texts: both stand there, between
    conflict markers.
    """

    data: bytes
    conflicts: tuple[str, ...]


def merge(base: Catalog, ours: Catalog, theirs: Catalog) -> Merge:
    """The catalog that holds what both sides did to `base`.

    What one side alone changed is as that side has it, but that a machine's draft never takes the place of approved
    words. Where both changed the words of an entry, approved ones go before all others, a person's draft before a
    machine's, and ours before theirs. Translators' comments of both stay. What one side removed while a person changed
    it on the other stays as an obsolete entry.

    Law 4: every text that a side approved since `base` is in the result: live, obsolete or in a conflict. So is every
    other approved text, unless a person on one side changed or removed it and the other side had left it alone.
    """
    sides = [{entry.key: entry for entry in side.entries} for side in (base, ours, theirs)]
    before, mine, yours = sides
    found: dict[Key, Entry] = {}
    conflicts: dict[Key, Entry] = {}
    for key in [*mine, *(key for key in yours if key not in mine)]:
        entry = _entry(before.get(key), mine.get(key), yours.get(key))
        if isinstance(entry, Entry):
            found[key] = entry
        elif entry is not None:
            found[key] = entry[0]
            conflicts[key] = entry[0]._replace(lines=_marked(*entry, width=ours.width))
    live, obsolete = _ordered(found, ours.entries, theirs.entries)
    entries = tuple(conflicts.get(key) or found[key] for key in (*live, *obsolete))
    merged = replace(
        ours,
        entries=entries,
        header=_header(base.header, ours.header, theirs.header),
        tail=_three(base.tail, ours.tail, theirs.tail),
    )
    return Merge(catalog.render(merged), tuple(msgid for _, msgid in conflicts))


def merge_files(base: Path, ours: Path, theirs: Path, name: str = "") -> tuple[str, ...]:
    """Merge into the file `ours`; the msgids of the conflicts that are left in it.

    Raises CatalogError for a version that cannot be read; no file has changed then. `name` is what messages call it.
    """
    versions = []
    for path, side in ((base, "the common ancestor"), (ours, "our version"), (theirs, "their version")):
        data = files.read(path) or b""
        try:
            versions.append(catalog.parse(data) if data.strip() else Catalog((), ""))
        except Prl10nError as error:
            line = error.where.rpartition(":")[2]
            where = f"{name or ours}, {side}{f', line {line}' if line else ''}"
            raise CatalogError(
                error.what, where=where, remedy="Mend it, then merge again; our version stands."
            ) from error
    if not versions[1].header:
        versions[1] = replace(versions[1], newline=versions[2].newline, width=versions[2].width)
    result = merge(*versions)
    files.write(ours, result.data)
    return result.conflicts


# --- entries ----------------------------------------------------------------------------------------------------------


def _three(base: _T, ours: _T, theirs: _T) -> _T:
    """What one side alone changed is as that side has it; ours where both did."""
    return theirs if ours == base else ours


def _bare(entry: Entry | None) -> Entry | None:
    """An entry without its lines, for comparing. Those of plural entries hold words that its fields do not."""
    return entry if entry is None or entry.plural else entry._replace(lines="")


def _entry(base: Entry | None, ours: Entry | None, theirs: Entry | None) -> Entry | tuple[Entry, Entry] | None:
    """The merged entry; None: there is none any more; two: a conflict."""
    before, left, right = _bare(base), _bare(ours), _bare(theirs)
    if ours is not None and theirs is not None and not ours.plural and not theirs.plural:
        return ours if left == right else _both(base, ours, theirs)
    if left == right or right == before:
        return ours
    if left == before:
        return theirs
    if ours is not None and theirs is not None:
        return ours, theirs
    return _left_over(base, ours or theirs)


def _left_over(base: Entry | None, changed: Entry | None) -> Entry | None:
    """An entry that one side removed and the other changed: it stays, obsolete, if a person changed it."""
    if changed is None or changed.plural:
        return changed
    by_a_person = changed.state is State.APPROVED or changed.remarks or (changed.msgstr and not changed.provenance)
    if not by_a_person or (base is not None and _said(base) == _said(changed) and base.remarks == changed.remarks):
        return None
    return catalog.changed(changed, changed._replace(obsolete=True, extracted="", files=()))


def _both(base: Entry | None, ours: Entry, theirs: Entry) -> Entry | tuple[Entry, Entry]:
    """An entry that both sides have, field by field."""
    words = _words(base, ours, theirs)
    if words is None:
        return ours, theirs
    first = base or Entry("", obsolete=True)
    obsolete = _three(first.obsolete, ours.obsolete, theirs.obsolete)
    merged = ours._replace(
        msgstr=words.msgstr,
        fuzzy=words.fuzzy,
        previous=words.previous,
        comment=_comment(_remarks(first.remarks, ours.remarks, theirs.remarks), words, (words, ours, theirs)),
        extracted="" if obsolete else _three(first.extracted, ours.extracted, theirs.extracted),
        files=() if obsolete else _three(first.files, ours.files, theirs.files),
        flags=_three(first.flags, ours.flags, theirs.flags),
        obsolete=obsolete,
        lines="",
    )
    return next((side for side in (ours, theirs) if _bare(side) == merged), merged)


def _words(base: Entry | None, ours: Entry, theirs: Entry) -> Entry | None:
    """The side whose words stand; None: two people wrote two texts."""
    if _said(theirs) == _said(base):
        return theirs if _is_step_back(theirs, ours) else ours
    if _said(ours) == _said(base):
        return ours if _is_step_back(ours, theirs) else theirs
    if ours.state is theirs.state is State.APPROVED and ours.msgstr != theirs.msgstr:
        return None
    return max((ours, theirs), key=_rank)


def _said(entry: Entry | None) -> tuple[str, bool, str | None] | None:
    return None if entry is None else (entry.msgstr, entry.fuzzy, entry.previous)


def _is_step_back(before: Entry, after: Entry) -> bool:
    """Whether approved words gave way to a machine's, or to none: no person means that."""
    if before.state is not State.APPROVED or after.state is State.APPROVED or before.msgstr == after.msgstr:
        return False
    return bool(after.provenance) or not after.msgstr


def _rank(entry: Entry) -> tuple[bool, bool, bool]:
    """What goes before what; `max` takes the first of equals, which is ours."""
    return (entry.state is State.APPROVED, bool(entry.msgstr), not entry.provenance)


def _remarks(base: str, ours: str, theirs: str) -> str:
    """Both sides' comments; a line that a side removed is gone."""
    before, left, right = (side.split("\n") if side else [] for side in (base, ours, theirs))
    kept = [line for line in left if line in right or line not in before]
    return "\n".join([*kept, *(line for line in right if line not in left and line not in before)])


def _comment(remarks: str, words: Entry, sides: Iterable[Entry]) -> str:
    """Remarks, and where the words come from; in the order that a side has, if it says the same."""
    for side in sides:
        if (side.remarks, side.provenance) == (remarks, words.provenance):
            return side.comment
    origin = f"prl10n: {words.provenance}" if words.provenance else ""
    return "\n".join(line for line in (remarks, origin) if line)


def _marked(ours: Entry, theirs: Entry, width: int) -> str:
    """Both versions of an entry, as git marks a conflict."""
    return "\n".join(["<<<<<<< ours", _text(ours, width), "=======", _text(theirs, width), ">>>>>>> theirs"])


def _text(entry: Entry, width: int) -> str:
    return catalog.render(Catalog((entry,), "", width=width)).decode().rstrip("\n")


# --- the file ---------------------------------------------------------------------------------------------------------


def _ordered(found: Mapping[Key, Entry], ours: Sequence[Entry], theirs: Sequence[Entry]) -> tuple[list[Key], list[Key]]:
    """(live, obsolete) keys: our order, and what only they have behind the entry that it follows with them."""
    own, new = ([entry.key for entry in side if _stays_live(entry, found)] for side in (ours, theirs))
    known = set(own)
    behind: dict[Key | None, list[Key]] = {}
    anchor: Key | None = None
    for key in new:
        if key in known:
            anchor = key
        else:
            behind.setdefault(anchor, []).append(key)
    live = [*behind.get(None, ()), *(each for key in own for each in (key, *behind.get(key, ())))]
    taken = set(live)
    rest = [entry.key for side in (ours, theirs) for entry in side if entry.key in found and entry.key not in taken]
    return live, list(dict.fromkeys(rest))


def _stays_live(entry: Entry, found: Mapping[Key, Entry]) -> bool:
    return not entry.obsolete and entry.key in found and not found[entry.key].obsolete


def _header(base: str, ours: str, theirs: str) -> str:
    """Our header with the fields that only they changed. Whoever saved last is the last translator."""
    if ours == base or not ours or not theirs:
        return theirs or ours
    before, left, right = (
        {found[1]: found[0] for found in _HEADER_FIELD.finditer(side)} for side in (base, ours, theirs)
    )
    chosen = {name: _three(before.get(name), line, right.get(name)) for name, line in left.items()}
    if _revised(right) > _revised(left):
        chosen |= {name: right[name] for name in _REVISION if name in right}
    elif _revised(left) > _revised(right):
        chosen |= {name: left[name] for name in _REVISION if name in left}
    merged = _HEADER_FIELD.sub(lambda found: chosen.get(found[1]) or "", ours)
    added = [line for name, line in right.items() if name not in left and name not in before]
    return "\n".join([line for line in merged.split("\n") if line] + added)


def _revised(fields: Mapping[str, str]) -> datetime.datetime:
    """When a version was saved; the beginning of time where it does not say so."""
    found = _HEADER_FIELD.fullmatch(fields.get(_REVISION[0], ""))
    try:
        return datetime.datetime.strptime(found[2] if found else "", "%Y-%m-%d %H:%M%z")
    except ValueError:
        return datetime.datetime.min.replace(tzinfo=datetime.UTC)
