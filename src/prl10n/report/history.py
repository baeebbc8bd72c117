"""What is new since a revision of git: the sources and catalogs as they were, read out of the repository.

Only git's plumbing is asked, which runs no filter and no hook, and touches neither the index nor a file.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath

from prl10n import catalog, content, document
from prl10n.catalog import Catalog, Key
from prl10n.changes import Changes
from prl10n.config import Config
from prl10n.document import Document, Rules
from prl10n.errors import LIBRARY_FAILURES, ConfigError, Prl10nError
from prl10n.inputs import MOVED
from prl10n.model import State, Unit
from prl10n.outcome import Selection, select
from prl10n.report.figures import Count
from prl10n.surveying import Standing
from prl10n.translation import words


@dataclass(frozen=True, slots=True)
class News:
    """Of a locale: units whose text no page had then; those that are stale, and approved, and were not then."""

    locale: str
    new: Count
    stale: Count
    approved: Count


@dataclass(frozen=True, slots=True)
class Since:
    """What became of the documents since `commit`, the full name of the revision that was `asked` for.

    Documents are paths in the project. One is `changed` where a text of it differs, and `renamed` (old, new) where
    most of its texts stand in a file of another name. `unread` could not be read as they were then.
    """

    asked: str
    commit: str
    added: tuple[str, ...]
    changed: tuple[str, ...]
    removed: tuple[str, ...]
    renamed: tuple[tuple[str, str], ...]
    news: tuple[News, ...]
    unread: tuple[str, ...]


# --- git --------------------------------------------------------------------------------------------------------------


def _git(root: Path, *arguments: str, given: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    """Run git in a folder, without a shell."""
    command = ["git", "--no-optional-locks", "-C", str(root), *arguments]
    try:
        return subprocess.run(command, input=given, capture_output=True, check=False, env={**os.environ, "LC_ALL": "C"})
    except FileNotFoundError:
        raise ConfigError("git is not installed", remedy="Install git, or leave out --since.") from None


def _reason(done: subprocess.CompletedProcess[bytes]) -> str:
    lines = done.stderr.decode("utf-8", "replace").strip().split("\n")
    return lines[0].removeprefix("fatal: ").rstrip(".")


def commit(root: Path, revision: str) -> str:
    """The full name of the commit that a revision is. ConfigError where there is no repository, or no such commit."""
    inside = _git(root, "rev-parse", "--git-dir")
    if inside.returncode:
        raise ConfigError(
            f"git has no history here: {_reason(inside)}",
            where=str(root),
            remedy="--since compares with a revision of git: use it in a clone of the repository, or leave it out.",
        )
    found = _git(root, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}")
    if found.returncode:
        raise ConfigError(
            f"git knows no commit {revision!r}",
            where=str(root),
            remedy="Name a commit, a branch or a tag (`git log --oneline` lists some). A shallow clone lacks old ones: "
            "`git fetch --unshallow` brings them, or `fetch-depth: 0` in CI.",
        )
    return found.stdout.decode().strip()


def head(root: Path) -> str:
    """The commit that is checked out, or empty where there is none."""
    try:
        return commit(root, "HEAD")
    except ConfigError:
        return ""


def blobs(root: Path, revision: str) -> dict[str, str]:
    """The files below a folder at a commit: paths relative to the folder → object names. Links are no files."""
    listed = _git(root, "ls-tree", "-r", "-z", revision)
    if listed.returncode:
        raise ConfigError(f"git cannot list {revision}: {_reason(listed)}", where=str(root))
    found = {}
    for line in listed.stdout.split(b"\0"):
        about, _, path = line.partition(b"\t")
        if about.startswith(b"100"):
            found[os.fsdecode(path)] = about.split()[2].decode()
    return found


def contents(root: Path, names: Iterable[str]) -> dict[str, bytes]:
    """The bytes of objects by their names, in one call; those that the repository lacks are left out."""
    wanted = list(dict.fromkeys(names))
    if not wanted:
        return {}
    output = _git(root, "cat-file", "--batch", given="".join(f"{name}\n" for name in wanted).encode()).stdout
    found, place = {}, 0
    for name in wanted:
        end = output.find(b"\n", place)
        fields = output[place:end].split()
        place = end + 1
        if len(fields) == 3:
            size = int(fields[2])
            found[name] = output[place : place + size]
            place += size + 1
    return found


# --- then and now -----------------------------------------------------------------------------------------------------


def since(config: Config, standings: Sequence[Standing], selection: Selection, revision: str) -> Since:
    """Compare what a survey found with the same project at a revision, by the configuration of today."""
    root, name = config.root, commit(config.root, revision)
    tree = blobs(root, name)
    locales, chosen = select(config, selection, content.find_documents(config))
    old = _selected(config, selection, _documents(config, tree))
    folder = PurePosixPath(config.content.source)
    catalogs = {
        (document, locale): config.catalog_path(locale, document).relative_to(root).as_posix()
        for document in old
        for locale in locales
    }
    paths = {*(str(folder / document) for document in old), *catalogs.values()} & tree.keys()
    found = contents(root, (tree[path] for path in sorted(paths)))
    past = _Past(config, {path: found[tree[path]] for path in paths if tree[path] in found}, catalogs)
    gone, fresh = [each for each in old if each not in chosen], [each for each in chosen if each not in old]
    names = past.renamed(gone, fresh, standings)
    changed: dict[str, None] = {}
    news = {locale: News(locale, Count(), Count(), Count()) for locale in locales}
    for standing in standings:
        then = past.states(names.get(standing.source.name, standing.source.name), standing)
        if then is None:
            continue
        now = _states(standing.source.document, standing.merged)
        if standing.source.name in old and now.keys() != then.keys():
            changed[standing.source.file] = None
        news[standing.locale] = _news(news[standing.locale], standing.source.document.units, then, now)
    return Since(
        asked=revision,
        commit=name,
        added=tuple(str(folder / each) for each in fresh if each not in names),
        changed=tuple(changed),
        removed=tuple(str(folder / each) for each in gone if each not in names.values()),
        renamed=tuple((str(folder / before), str(folder / after)) for after, before in names.items()),
        news=tuple(news.values()),
        unread=tuple(past.unread),
    )


def _documents(config: Config, tree: Iterable[str]) -> list[str]:
    """The documents among the files of a commit, by today's rules; as `content.find_documents` has them."""
    folder = PurePosixPath(config.content.source)
    inside = (path.relative_to(folder) for path in sorted(map(PurePosixPath, tree)) if path.is_relative_to(folder))
    seen = (path.as_posix() for path in inside if not any(part.startswith(".") for part in path.parts))
    return list(content.chosen(config, seen))


def _selected(config: Config, selection: Selection, names: Sequence[str]) -> list[str]:
    """Those that the paths of the command line name, which may be gone from the disk."""
    folder = (config.root / config.content.source).resolve()
    places = {path.resolve() for path in selection.paths}
    return [name for name in names if not places or not places.isdisjoint({folder / name, *(folder / name).parents})]


def _states(source: Document, merged: Catalog) -> dict[Key, State]:
    live = merged.live()
    return {(unit.context, unit.text): live[unit.context, unit.text].state for unit in source.units}


def _news(news: News, units: Iterable[Unit], then: Mapping[Key, State], now: Mapping[Key, State]) -> News:
    new, became = Count(), {State.STALE: news.stale, State.APPROVED: news.approved}
    for unit in units:
        key, count = (unit.context, unit.text), Count(1, words(unit))
        if key not in then:
            new += count
        if now[key] in became and then.get(key) is not now[key]:
            became[now[key]] += count
    return replace(news, new=news.new + new, stale=became[State.STALE], approved=became[State.APPROVED])


class _Past:
    """The documents and catalogs of a commit. `files` are those that it has; `catalogs` their paths by name and
    locale.
    """

    def __init__(self, config: Config, files: Mapping[str, bytes], catalogs: Mapping[tuple[str, str], str]) -> None:
        self.config = config
        self.files = files
        self.catalogs = catalogs
        self.split: dict[tuple[str, Rules], Document | None] = {}
        self.unread: dict[str, None] = {}

    def document(self, name: str, locale: str) -> Document | None:
        """A document as it was, read by the rules of a locale; None where it was not, or cannot be read."""
        path = str(PurePosixPath(self.config.content.source) / name)
        settings = self.config.settings(locale)
        dialect = document.recognise(name, settings.content.dialect)
        rules = Rules(settings.front_matter.translate, dialect, settings.front_matter.markdown)
        if path not in self.files:
            return None
        if (name, rules) not in self.split:
            try:
                self.split[name, rules] = document.split(self.files[path], rules)
            except (Prl10nError, *LIBRARY_FAILURES):
                self.split[name, rules] = None
                self.unread[path] = None
        return self.split[name, rules]

    def states(self, name: str, standing: Standing) -> Mapping[Key, State] | None:
        """The states of a document then, none where there was none; None: as they are now, or nobody can tell."""
        locale = standing.locale
        source = str(PurePosixPath(self.config.content.source) / name)
        path = self.catalogs.get((name, locale), "")
        if self.files.get(source) == standing.source.document.source and self.files.get(path) == standing.seen.data:
            return None
        was = self.document(name, locale)
        if was is None:
            return None if source in self.unread else {}
        try:
            kept = catalog.parse(self.files[path], path) if path in self.files else Catalog((), "")
            changes = Changes(was.references, (self.config.source, locale))
            return _states(was, catalog.merge(kept, was.units, source, changes))
        except Prl10nError:
            self.unread[path] = None
            return None

    def renamed(self, gone: Iterable[str], fresh: Iterable[str], standings: Sequence[Standing]) -> dict[str, str]:
        """New name → old name of documents that have most of their texts in common, as catalogs move along."""
        now = {standing.source.name: standing for standing in standings}
        texts = {
            name: {unit.text for unit in was.units}
            for name in gone
            for locale in self.config.targets[:1]
            if (was := self.document(name, locale)) is not None
        }
        found: dict[str, str] = {}
        for name in fresh:
            own = {unit.text for unit in now[name].source.document.units} if name in now else set()
            shares = {
                before: 2 * len(own & theirs) / (len(own) + len(theirs))
                for before, theirs in texts.items()
                if own and theirs
            }
            best = max(shares, key=lambda before: shares[before], default="")
            if best and shares[best] > MOVED:
                found[name] = best
                del texts[best]
        return found
