"""Installing a model from an index of packages: choosing one, downloading it, going on where a download broke."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from prl10n import files
from prl10n.errors import BackendUnavailable, ConfigError, Prl10nError
from prl10n.models import PIVOT, Model, disk, tags
from prl10n.models.packages import MOST_BYTES, Argos, digest, install_file, language

if TYPE_CHECKING:
    from http.client import HTTPResponse
    from urllib.request import OpenerDirector

INDEX = "https://raw.githubusercontent.com/argosopentech/argospm-index/main/index.json"

Progress = Callable[[int, int | None], None]  # bytes so far, and in all where that is known

_MOST_INDEX = 16 << 20
_CHUNK = 1 << 20
_TIMEOUT = 60  # seconds without a byte
_ATTEMPTS = 5  # that bring nothing new, before a download is given up


def install(
    root: Path, source: str, target: str, index: str = INDEX, progress: Progress = lambda done, total: None
) -> Model:
    """Download the newest package of a pair that an index has, and install it.

    An index is Argos's: a JSON list of packages with `from_code`, `to_code`, `package_version`, `links` and, where it
    has one, `sha256` or `checksum`. A download that breaks is resumed, by the same command at the latest. Raises
    BackendUnavailable where the index or the package cannot be had, and ConfigError where there is no package.
    """
    entry = _newest(_read_index(index), source, target, index)
    links = [link for link in entry.links if link.lower().startswith(("https://", "http://"))]
    if not links:
        raise ConfigError(f"the package {entry.code or source + '_' + target} has no web address", where=index)
    failure: Prl10nError | None = None
    for link in links:
        try:
            path = _download(root / ".downloads", link, progress)
        except BackendUnavailable as error:
            failure = failure or error
            continue
        wanted = (entry.sha256 or entry.checksum).lower().removeprefix("sha256:")
        if wanted and digest(path) != wanted:
            path.unlink()
            raise Prl10nError(
                "the download is not what the index announces: its SHA-256 differs. Nothing was installed",
                where=link,
                remedy="Try again; if it happens again, do not trust this source.",
            )
        try:
            return install_file(root, path, origin=link)
        finally:
            path.unlink(missing_ok=True)
    assert failure is not None
    raise failure


def _read_index(index: str) -> list[Argos]:
    if not index.lower().startswith(("https://", "http://")):
        raise ConfigError(f"{index!r} is no address of an index", remedy="Give an https:// address.")
    with _network(index), _opener().open(index, timeout=_TIMEOUT) as response:
        data = response.read(_MOST_INDEX + 1)
    try:
        if len(data) > _MOST_INDEX:
            raise ValueError("it is too large")
        entries = json.loads(data)
        packages = [msgspec.convert(entry, Argos) for entry in entries if isinstance(entry, dict)]
    except (ValueError, TypeError) as error:
        raise ConfigError(f"this is no index of models: {error}", where=index) from error
    return [package for package in packages if package.type == "translate" and package.from_code]


def _newest(packages: list[Argos], source: str, target: str, index: str) -> Argos:
    by_pair: dict[tuple[str, str], Argos] = {}
    for package in sorted(packages, key=lambda each: _version(each.package_version)):
        by_pair[language(package.from_code).lower(), language(package.to_code).lower()] = package
    for first in tags(source):
        for last in tags(target):
            if (first, last) in by_pair:
                return by_pair[first, last]
    first, last = tags(source)[-1], tags(target)[-1]
    if (first, PIVOT) in by_pair and (PIVOT, last) in by_pair:
        way = f"Through English: prl10n model install {first} {PIVOT}; prl10n model install {PIVOT} {last}"
    else:
        way = f"From {first} it has: {', '.join(sorted(to for own, to in by_pair if own == first)) or 'nothing'}."
    raise ConfigError(f"the index has no model from {source} to {target}", where=index, remedy=way)


def _version(text: str) -> tuple[int, ...]:
    return tuple(int(number) for number in re.findall(r"[0-9]+", text))


def _download(cache: Path, link: str, progress: Progress) -> Path:
    """Fetch a file, going on where an earlier attempt stopped if the server still has the same one."""
    name = hashlib.sha256(link.encode()).hexdigest()[:16]
    part, note, whole = (cache / f"{name}{suffix}" for suffix in (".part", ".etag", ".zip"))
    with disk(cache):
        cache.mkdir(parents=True, exist_ok=True)
    idle = 0
    while True:
        had = part.stat().st_size if part.exists() else 0
        with _network(link, quiet=idle + 1 < _ATTEMPTS):
            if _fetch(link, part, note, progress):
                break
        idle = 0 if part.exists() and part.stat().st_size > had else idle + 1
        if idle >= _ATTEMPTS:
            raise _unreachable(link, "the connection breaks")
    part.replace(whole)
    note.unlink(missing_ok=True)
    return whole


def _fetch(link: str, part: Path, note: Path, progress: Progress) -> bool:
    """One request. Whether the file is whole now."""
    from urllib.error import HTTPError
    from urllib.request import Request

    request = Request(link, headers={"User-Agent": "prl10n", "Accept-Encoding": "identity"})
    mark = files.read(note)
    have = part.stat().st_size if mark and part.exists() else 0
    if mark and have:
        request.add_header("Range", f"bytes={have}-")
        request.add_header("If-Range", mark.decode("latin-1"))
    try:
        response: HTTPResponse = _opener().open(request, timeout=_TIMEOUT)
    except HTTPError as error:
        if error.code != 416:
            raise
        error.close()
        note.unlink(missing_ok=True)
        return False
    with response:
        resumed = response.status == 206 and response.headers.get("Content-Range", "").startswith(f"bytes {have}-")
        have = have if resumed else 0
        length = response.headers.get("Content-Length")
        total = have + int(length) if length and length.isdigit() else None
        if (total or 0) > MOST_BYTES:
            raise ConfigError(f"the package is larger than {MOST_BYTES >> 30} GiB", where=link)
        tag = response.headers.get("ETag") or response.headers.get("Last-Modified") or ""
        # Only a strong mark tells that the rest belongs to the same bytes.
        files.write(note, b"" if tag.startswith("W/") else tag.encode("latin-1", "ignore"))
        with part.open("ab" if resumed else "wb") as file:
            while chunk := response.read(_CHUNK):
                have += len(chunk)
                if have > MOST_BYTES:
                    raise ConfigError(f"the package is larger than {MOST_BYTES >> 30} GiB", where=link)
                with disk(part):
                    file.write(chunk)
                progress(have, total)
    return total is None or have == total


def _opener() -> OpenerDirector:
    """Requests over http and https, wherever they are redirected; no file:, no ftp:."""
    from urllib import request

    opener = request.OpenerDirector()
    for handler in (
        request.ProxyHandler(),
        request.HTTPHandler(),
        request.HTTPSHandler(),
        request.HTTPRedirectHandler(),
        request.HTTPDefaultErrorHandler(),
        request.HTTPErrorProcessor(),
    ):
        opener.add_handler(handler)
    return opener


@contextmanager
def _network(link: str, *, quiet: bool = False) -> Iterator[None]:
    """Errors of the network as ours; where `quiet`, those that another attempt may not meet are no errors."""
    from http.client import HTTPException
    from urllib.error import HTTPError

    try:
        yield
    except HTTPError as error:
        error.close()
        if error.code < 500 or not quiet:
            raise _unreachable(link, f"the server answers {error.code} {error.reason}") from error
    except (OSError, HTTPException, ValueError) as error:
        if not quiet:
            raise _unreachable(link, f"it cannot be reached: {getattr(error, 'reason', error)}") from error


def _unreachable(link: str, why: str) -> BackendUnavailable:
    return BackendUnavailable(
        why,
        where=link,
        remedy="The same command resumes. Without a network, install a file: prl10n model install FILE",
    )
