"""The address that a site generator gives to a page, and the slug that it makes of a title.

A generator is one line of `GENERATORS`: how it makes an address of a file's path and front matter, in which front
matter key a page states another one, and in which key the addresses that it had before. Pure functions of texts.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from datetime import date
from pathlib import PurePosixPath
from typing import NamedTuple
from urllib.parse import quote, unquote

from prl10n.model import Fields
from prl10n.patterns import late


class Place(NamedTuple):
    """Where a page comes from, and where its language begins.

    `path` is the file's, relative to the folder of its language (Jekyll: to the root of the site); `prefix` is what
    stands before the address of every page in that language (`/fr`); `setting` is the generator's own setting of
    addresses: Jekyll's `permalink`, a template of Hugo's `[permalinks]`, the `routeBasePath` of Docusaurus, `none` for
    MkDocs without `use_directory_urls`.
    """

    path: str
    fields: Fields
    prefix: str = ""
    setting: str = ""


class Generator(NamedTuple):
    """`address` gives a page's address below the host, percent-encoded. `slug` gives the front matter that moves a page
    to a slug, none where the generator has no way; `redirects` is the key of a page's former addresses.
    """

    address: Callable[[Place], str]
    slug: Callable[[Place, str], dict[str, str]] | None = None
    redirects: str = ""
    relative: bool = False  # whether an address in front matter without a slash at its beginning is relative


# --- slugs ------------------------------------------------------------------------------------------------------------

SLUG_LENGTH = 80  # characters; file systems take 255 bytes, and search results show about as many as this
_PLAIN = str.maketrans(
    {"œ": "oe", "æ": "ae", "ß": "ss", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ı": "i", "ħ": "h", "ŋ": "n"}
)


def slug(title: str) -> str:
    """A title as the last part of an address: `L’été à Lyon, 2ᵉ édition` → `l-ete-a-lyon-2e-edition`.

    Latin letters lose their accents; those of other scripts stay, as every generator here leaves them. Cut between
    words, at `SLUG_LENGTH`. Empty where the title has neither letter nor figure.
    """
    letters = "".join(map(_unaccented, unicodedata.normalize("NFC", title))).lower().translate(_PLAIN)
    words = re.findall(r"[^\W_]+(?:[\u0300-\u036f\u064b-\u0652\u0900-\u0dff]+[^\W_]*)*", letters)
    kept = ""
    for word in words:
        longer = f"{kept}-{word}" if kept else word
        if kept and len(longer) > SLUG_LENGTH:
            break
        kept = longer
    return kept[:SLUG_LENGTH]


def _unaccented(char: str) -> str:
    """A Latin letter without its accents, a compatible form as its plain letters (`ᵉ`); another character as it is."""
    plain = unicodedata.normalize("NFKD", char)
    return plain.encode("ascii", "ignore").decode() if plain[0].isascii() else char


# --- addresses --------------------------------------------------------------------------------------------------------


def _text(fields: Fields, key: str) -> str:
    value = fields.get(key, "")
    return value.strip() if isinstance(value, str) else ""


def _joined(*parts: str) -> str:
    """An address of its parts, without doubled slashes, percent-encoded."""
    return quote(re.sub(r"//+", "/", "/".join(("", *parts))), safe="/~@!$&'()*+,;=:%")


def _split(path: str) -> tuple[str, str]:
    """(folder, name without its extension); the folder is empty or ends in a slash."""
    pure = PurePosixPath(path)
    folder = pure.parent.as_posix()
    return ("" if folder == "." else f"{folder}/"), pure.stem


def _moved(address: str, name: str) -> str:
    """An address with another last part, for front matter: `/fr/a/b/` → `/fr/a/name/`, `/b.html` → `/name.html`."""
    return re.sub(r"[^/]*?(\.html)?(/?)$", lambda found: f"{name}{found[1] or ''}{found[2]}", unquote(address), count=1)


def _folders(place: Place) -> str:
    """Each page a folder, as MkDocs has it: https://www.mkdocs.org/user-guide/configuration/#use_directory_urls."""
    folder, stem = _split(place.path)
    if stem in ("index", "README"):
        return _joined(place.prefix, folder, "/")
    return _joined(place.prefix, folder, f"{stem}.html" if place.setting == "none" else f"{stem}/")


# Hugo: https://gohugo.io/content-management/urls/


def _hugo(place: Place) -> str:
    prefix = place.prefix.lower()
    url = _text(place.fields, "url")
    if url:
        return _joined(url) if url.startswith("/") else _joined(prefix, url)
    folder, stem = _split(place.path)
    if stem == "_index":
        return _joined(prefix, _hugo_path(folder), "/")
    if stem == "index":
        parent = _split(folder)[0] if folder else ""
        name = _text(place.fields, "slug") or PurePosixPath(folder).name
        return _joined(prefix, _hugo_path(parent), _hugo_path(name), "/") if folder else _joined(prefix, "/")
    name = _text(place.fields, "slug") or stem
    if place.setting and folder:
        return _joined(prefix, _hugo_path(_filled(place.setting, _hugo_tokens(place, folder, stem, name))), "/")
    return _joined(prefix, _hugo_path(folder), _hugo_path(name), "/")


def _hugo_tokens(place: Place, folder: str, stem: str, name: str) -> dict[str, str]:
    title = _text(place.fields, "slug") or slug(_text(place.fields, "title")) or stem
    return {
        "slug": _text(place.fields, "slug") or slug(_text(place.fields, "title")) or stem,
        "title": slug(_text(place.fields, "title")) or title,
        "slugorfilename": name,
        "slugorcontentbasename": name,
        "filename": stem,
        "contentbasename": stem,
        "section": folder.partition("/")[0],
        "sections": folder.rstrip("/"),
        **_day(_text(place.fields, "date")),
    }


def _hugo_path(path: str) -> str:
    """Hugo's MakePathSanitized: small letters, hyphens for spaces, and of punctuation what is safe in a path."""
    kept = "".join(c for c in path if c.isalnum() or unicodedata.combining(c) or c in "./\\_#+~-@ ")
    return re.sub(r"-{2,}", "-", re.sub(r"\s+", "-", kept.strip())).lower()


def _hugo_slug(place: Place, name: str) -> dict[str, str]:
    stem = _split(place.path)[1]
    if stem == "_index" or place.path.startswith("index."):
        return {}
    if _text(place.fields, "url"):
        return {"url": _moved(_hugo(place), name)}
    return {"slug": name}


# Jekyll: https://jekyllrb.com/docs/permalinks/

_STYLES = {
    "date": "/:categories/:year/:month/:day/:title:output_ext",
    "pretty": "/:categories/:year/:month/:day/:title/",
    "ordinal": "/:categories/:year/:y_day/:title:output_ext",
    "weekdate": "/:categories/:year/W:week/:short_day/:title:output_ext",
    "none": "/:categories/:title:output_ext",
}
_POST = late(r"(?:(?P<folders>.*)/)?_posts/(?:.*/)?(?P<date>\d{4}-\d{1,2}-\d{1,2})-(?P<slug>[^/]*)\.[^./]+")


def _jekyll(place: Place) -> str:
    permalink = _text(place.fields, "permalink")
    permalink = _STYLES.get(permalink, permalink)
    post = _POST.fullmatch(place.path)
    folder, stem = _split(place.path)
    if post:
        template = permalink or _STYLES.get(place.setting or "date", place.setting)
        return _joined(place.prefix, _filled(template, _jekyll_tokens(place, post)).replace("/index.html", "/"))
    if permalink:
        return _joined(place.prefix, _filled(permalink, {"path": folder, "basename": stem, "output_ext": ".html"}))
    if stem == "index":
        return _joined(place.prefix, folder, "/")
    template = _STYLES.get(place.setting or "date", place.setting)
    ending = "/" if template.endswith("/") else ".html" if template.endswith(":output_ext") else ""
    return _joined(place.prefix, folder, f"{stem}{ending}")


def _jekyll_tokens(place: Place, post: re.Match[str]) -> dict[str, str]:
    name = _text(place.fields, "slug") or post["slug"]
    stated = place.fields.get("categories") or place.fields.get("category") or ()
    own = tuple(stated.split()) if isinstance(stated, str) and "categories" in place.fields else stated
    categories = dict.fromkeys(
        part.lower() for part in (*(post["folders"] or "").split("/"), *((own,) if isinstance(own, str) else own))
    )
    return {
        "categories": "/".join(filter(None, categories)),
        "title": re.sub(r"[^\w.~!$&'()+,;=@-]+", "-", name).strip("-"),
        "slug": re.sub(r"[\W_]+", "-", name).strip("-").lower(),
        "output_ext": ".html",
        **_day(_text(place.fields, "date") or post["date"]),
    }


def _jekyll_slug(place: Place, name: str) -> dict[str, str]:
    template = _text(place.fields, "permalink")
    if _POST.fullmatch(place.path) and (not template or ":title" in template or ":slug" in template):
        return {"slug": name}
    if _split(place.path)[1] == "index" and not template:
        return {}
    address = _jekyll(Place(place.path, place.fields, "", place.setting))
    return {} if address == "/" else {"permalink": _moved(address, name)}


# Docusaurus: https://docusaurus.io/docs/create-doc#doc-urls, https://docusaurus.io/docs/blog

_NUMBERED = late(r"^\d+\s*[-_.]+\s*(?=[^-_.\s])(?!\d)")
_BLOG_DATE = late(r"(?P<folder>.*?)(?P<date>\d{4}[-/]\d{1,2}[-/]\d{1,2})[-/]?(?P<text>.*)")


def _docusaurus(place: Place) -> str:
    route, path = _docusaurus_parts(place)
    return _joined(place.prefix, route, path)


def _docusaurus_parts(place: Place) -> tuple[str, str]:
    """(the base of the plug-in's routes, the path below it). The folder of the documents says which plug-in it is."""
    base, _, path = place.path.partition("/")
    route = place.setting or base
    stated = _text(place.fields, "slug")
    if base == "blog":
        folder, stem = _split(path)
        text = folder.rstrip("/") if stem == "index" else f"{folder}{stem}"
        dated = _BLOG_DATE.fullmatch(text)
        if dated and not stated:
            return route, "/".join((dated["folder"], dated["date"].replace("-", "/"), dated["text"]))
        return route, stated or text
    folder, stem = _split("/".join(_NUMBERED.sub("", part) for part in path.split("/")))
    if stated:
        return route, stated if stated.startswith("/") else f"{folder}{stated}"
    parent = PurePosixPath(folder).name
    if stem.lower() in ("index", "readme") or (parent and stem.lower() == parent.lower()):
        return route, folder
    return route, f"{folder}{_text(place.fields, 'id') or stem}"


def _docusaurus_slug(place: Place, name: str) -> dict[str, str]:
    _, path = _docusaurus_parts(place)
    stated = _text(place.fields, "slug")
    if (not stated and path.endswith("/")) or path in ("", "/"):
        return {}
    absolute = stated.startswith("/") or place.path.startswith("blog/")
    return {"slug": _moved(f"/{path.lstrip('/')}", name) if absolute else name}


# --- what the generators share ----------------------------------------------------------------------------------------


def _day(text: str) -> dict[str, str]:
    """The parts of a date that templates name; none where the text does not begin with a date."""
    found = re.match(r"(\d{4})-(\d{1,2})-(\d{1,2})", text)
    try:
        day = date(*map(int, found.groups())) if found else None
    except ValueError:
        day = None
    if day is None:
        return {}
    return {
        "year": f"{day.year:04}",
        "short_year": f"{day.year % 100:02}",
        "month": f"{day.month:02}",
        "i_month": str(day.month),
        "day": f"{day.day:02}",
        "i_day": str(day.day),
        "y_day": f"{day.timetuple().tm_yday:03}",
        "yearday": str(day.timetuple().tm_yday),
        "week": f"{day.isocalendar().week:02}",
        "short_day": ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")[day.weekday()],
    }


def _filled(template: str, tokens: Mapping[str, str]) -> str:
    """A template with its `:name` tokens; the longest name that is known goes first, what is unknown stays."""
    names = "|".join(sorted(map(re.escape, tokens), key=len, reverse=True))
    return re.sub(rf":({names})", lambda found: tokens[found[1]], template)


GENERATORS: Mapping[str, Generator] = {
    "docusaurus": Generator(_docusaurus, _docusaurus_slug),
    "hugo": Generator(_hugo, _hugo_slug, "aliases", relative=True),
    "jekyll": Generator(_jekyll, _jekyll_slug, "redirect_from"),
    "mkdocs": Generator(_folders),
    "plain": Generator(_folders),
}
