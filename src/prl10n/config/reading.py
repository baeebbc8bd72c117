"""The file → the configuration, checked: what is wrong is refused with the line that says it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import Any, Literal, get_args, get_origin

import msgspec

from prl10n import files, tomls
from prl10n.config.lines import Origin
from prl10n.config.paths import expand, shown
from prl10n.config.schema import (
    BUILT_IN_BACKENDS,
    EXECUTOR,
    EXECUTORS,
    FILE_NAME,
    Backend,
    Config,
    Content,
    Run,
    Settings,
    Table,
)
from prl10n.errors import ConfigError, Prl10nError
from prl10n.locales import check_locale, nearest
from prl10n.localize.notices import notice
from prl10n.model import Setting


def load(start: Path, explicit: Path | None = None) -> Config:
    """Read the configuration in `explicit`, else the nearest one in `start` and its parents.

    In one folder prl10n.toml goes before pyproject.toml. Raises ConfigError where there is none, or where anything in
    it is wrong; the error names the line.
    """
    path = explicit or find(start)
    if path is None:
        raise ConfigError(
            f"there is no {FILE_NAME} in {shown(start.resolve())} or above it",
            remedy="Run `prl10n init` in the folder of your site to write one.",
        )
    # The folder is resolved and the file is not: a link to a shared file still configures the folder that it stands in.
    path = path.parent.resolve() / path.name
    text = _read(path)
    try:
        data = tomls.loads(text)
    except tomls.TOMLDecodeError as error:
        raise _syntax_error(path, text, error) from None
    if path.name != "pyproject.toml":
        return _config(Origin(path, text), data)
    table = _pyproject_table(data)
    if not isinstance(table, dict):
        raise ConfigError(
            "pyproject.toml has no table [tool.prl10n]",
            where=shown(path),
            remedy=f"Add the table, or run `prl10n init` to write {FILE_NAME}.",
        )
    return _config(Origin(path, text, ("tool", "prl10n")), table)


def find(start: Path) -> Path | None:
    """The file that configures prl10n for the folder `start`, in it or in the nearest of its parents."""
    folder = start.resolve()
    candidates = (parent / name for parent in (folder, *folder.parents) for name in (FILE_NAME, "pyproject.toml"))
    return next(filter(is_configuration, candidates), None)


def is_configuration(path: Path) -> bool:
    """Whether the file configures prl10n: any prl10n.toml, or a pyproject.toml with a table for it.

    A broken pyproject.toml counts where it mentions the table, so that its error is seen.
    """
    if not path.is_file():
        return False
    if path.name != "pyproject.toml":
        return True
    text = _read(path)
    try:
        return _pyproject_table(tomls.loads(text)) is not None
    except tomls.TOMLDecodeError:
        return "[tool.prl10n" in text


def _pyproject_table(data: Mapping[str, Any]) -> object:
    tool = data.get("tool")
    return tool.get("prl10n") if isinstance(tool, dict) else None


# Reading and checking. A key is addressed by its path: ("locale", "fr-CA", "backend", "name").

_TABLES = {field.name: field.type for field in msgspec.structs.fields(Settings)}
_KINDS: Mapping[str, Any] = {**_TABLES, "run": Run}  # those of all locales at once, too
_TARGETFIELDS = ("locale", "path", "dir", "stem", "ext")
_CATALOGFIELDS = ("locale", "dir", "stem", "ext")
# What a front matter value may hold: `prl10n.conventions` says what each stands for.
SET_FIELDS = (
    *("locale", "language", "locale_name", "direction"),
    *("path", "dir", "stem", "ext", "slug", "url", "key", "value"),
)


class _Languages(Table, frozen=True, kw_only=True):
    """The keys that stand in no table."""

    source: str = "en"
    targets: tuple[str, ...] = ("fr",)


def _config(origin: Origin, data: dict[str, Any]) -> Config:
    top = {key: value for key, value in data.items() if key in ("source", "targets")}
    tables = {key: value for key, value in data.items() if key in _TABLES}
    whole = {key: value for key, value in data.items() if key in _KINDS and key not in _TABLES}
    overrides = data.get("locale", {})
    _check_names(origin, (), data, ("source", "targets", *_KINDS, "locale"))
    languages = _Languages(**_checked(origin, (), _Languages, top))
    _check_tables(origin, (), {**tables, **whole})
    _check_languages(origin, languages)
    _check_is_table(origin, ("locale",), overrides)
    for locale, override in overrides.items():
        _check_override(origin, locale, override, languages)
    settings = {locale: _settings(_merged(tables, overrides.get(locale, {}))) for locale in languages.targets}
    for locale, merged in settings.items():
        own = ("locale", locale, "content", "target")
        at = own if "target" in overrides.get(locale, {}).get("content", {}) else ("content", "target")
        _check_source_is_safe(origin, at, locale, merged.content)
        _check_conventions(origin, locale, merged)
    base = _settings(tables)
    return Config(
        origin=origin,
        source=languages.source,
        targets=languages.targets,
        locales=settings,
        **{name: getattr(base, name) for name in _TABLES},
        **{name: msgspec.convert(value, _KINDS[name]) for name, value in whole.items()},
    )


def _settings(tables: Mapping[str, Any]) -> Settings:
    """The values of tables that were checked."""
    backend = tables.get("backend", {})
    options = {key: value for key, value in backend.items() if key != "name"}
    named = {key: value for key, value in backend.items() if key == "name"}
    return msgspec.convert({**tables, "backend": {**named, "tables": options}}, Settings)


def _merged(base: Mapping[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    """Both tables as one, key by key at every depth; `over` wins."""
    merged = dict(base)
    for key, value in over.items():
        both = isinstance(value, dict) and isinstance(base.get(key), dict)
        merged[key] = _merged(base[key], value) if both else value
    return merged


def _check_tables(origin: Origin, keys: tuple[str, ...], tables: Mapping[str, Any]) -> None:
    """Check the tables of the whole site (`keys` is empty) or of one locale."""
    for name, table in tables.items():
        here = (*keys, name)
        _check_is_table(origin, here, table)
        if name == "backend":
            _check_backend(origin, here, table)
            continue
        _check_names(origin, here, table, [field.name for field in msgspec.structs.fields(_KINDS[name])])
        values = _checked(origin, here, _KINDS[name], table)
        if name == "content":
            _check_content(origin, here, values)
        if name == "glossary" and "file" in values:
            _check_inside(origin, (*here, "file"), values["file"])
        if name == "links":
            _check_links(origin, here, values)
        if name == "site":
            _check_site(origin, here, values)
        if name == "run":
            _check_run(origin, here, values)
        if name == "localize":
            _check_typography(origin, here, values)
        if name in ("memory", "budget"):
            _check_amounts(origin, here, values)
        for group in ("set", "notice", "outdated"):
            for key, value in values.get(group, {}).items():
                _check_setting(origin, (*here, group, key), value)


def _check_is_table(origin: Origin, keys: tuple[str, ...], value: object) -> None:
    if not isinstance(value, dict):
        raise origin.error(keys, f"{'.'.join(keys)} must be a table", f"For example: [{_header(keys)}]")


def _check_names(origin: Origin, keys: tuple[str, ...], table: Iterable[str], known: Iterable[str]) -> None:
    known = tuple(known)
    for key in table:
        if key not in known:
            raise _unknown_key(origin, (*keys, key), known)


def _unknown_key(origin: Origin, keys: tuple[str, ...], known: tuple[str, ...]) -> ConfigError:
    *tables, key = keys
    place = f" in [{_header(tables)}]" if tables else ""
    homes = [name for name, struct in _KINDS.items() if key in struct.__struct_fields__ and key != "tables"]
    if key in _Languages.__struct_fields__:
        advice = f"`{key}` stands at the top of the file, before every table. "
    elif homes and not tables:
        advice = f"`{key}` belongs in [{homes[0]}]. "
    else:
        advice = nearest(key, known)
    return origin.error(keys, f"unknown key {key!r}{place}", f"{advice}Known keys: {', '.join(known)}.")


def _checked(origin: Origin, keys: tuple[str, ...], struct: type[Table], table: Mapping[str, Any]) -> dict[str, Any]:
    """The values of a table, each converted to the type of its field."""
    fields = {field.name: field for field in msgspec.structs.fields(struct)}
    values = {}
    for key, value in table.items():
        try:
            values[key] = msgspec.convert(value, fields[key].type)
        except msgspec.ValidationError:
            raise _wrong_type(origin, (*keys, key), fields[key], value) from None
    return values


_EXPECTED: Mapping[Any, str] = {
    str: "a text in quotes",
    bool: "true or false, without quotes",
    bool | str: "true, false, or the name of a profile in quotes",
    int: "a whole number",
    float: "a number",
    tuple[str, ...]: "a list of texts",
    Mapping[str, str]: "a table of texts",
    Mapping[str, Setting]: "a table of texts, numbers, true or false, and lists of texts",
}
_EXAMPLES = {
    "exclude": '["drafts/**"]',
    "set": '{ lang = "{locale}" }',
    "notice": "{ machine_translated = true }",
    "outdated": "{ outdated = true }",
    "hosts": '["www.example.com"]',
    "map": '{ "en.wikipedia.org" = "{locale}.wikipedia.org" }',
}


def _wrong_type(origin: Origin, keys: tuple[str, ...], field: msgspec.structs.FieldInfo, value: object) -> ConfigError:
    name = ".".join(keys)
    if get_origin(field.type) is Literal:
        choices = get_args(field.type)
        remedy = f"{nearest(str(value), choices)}Known values: {', '.join(choices)}."
        return origin.error(keys, f"{name} cannot be {value!r}", remedy)
    example = _EXAMPLES.get(field.name) or toml(field.default)
    return origin.error(keys, f"{name} must be {_EXPECTED[field.type]}", f"For example: {field.name} = {example}")


def _check_languages(origin: Origin, languages: _Languages) -> None:
    _check_locale(origin, ("source",), languages.source)
    if not languages.targets:
        raise origin.error(("targets",), "targets is empty", 'Name at least one locale, for example: targets = ["fr"]')
    seen: set[str] = set()
    for target in languages.targets:
        _check_locale(origin, ("targets",), target)
        if target.lower() == languages.source.lower():
            raise origin.error(
                ("targets",),
                f"the source locale {target!r} is among the targets",
                "Remove it from targets: the source documents are already its version.",
                target,
            )
        if target.lower() in seen:
            raise origin.error(("targets",), f"{target!r} stands twice in targets", "Remove one of the two.", target)
        seen.add(target.lower())


def _check_locale(origin: Origin, keys: tuple[str, ...], tag: str) -> None:
    try:
        check_locale(tag)
    except ConfigError as error:
        raise origin.error(keys, error.what, error.remedy, tag) from None


def _check_override(origin: Origin, locale: str, override: Any, languages: _Languages) -> None:
    keys = ("locale", locale)
    _check_locale(origin, keys, locale)
    if locale not in languages.targets:
        raise origin.error(
            keys,
            f"[locale.{locale}] is for a locale that is not one of the targets",
            f"{nearest(locale, languages.targets)}Add {locale!r} to targets, or remove the table.",
        )
    _check_is_table(origin, keys, override)
    _check_names(origin, keys, override, _TABLES)
    _check_tables(origin, keys, override)
    if "hreflang" in override.get("site", {}):
        raise origin.error(
            (*keys, "site", "hreflang"),
            "site.hreflang cannot differ for one locale",
            "One file names every language of a page: set hreflang in [site].",
        )
    for key in ("source", "include", "exclude"):
        if key in override.get("content", {}):
            raise origin.error(
                (*keys, "content", key),
                f"content.{key} cannot differ for one locale",
                f"Every locale is made from the same documents: set {key} in [content].",
            )


def _check_backend(origin: Origin, keys: tuple[str, ...], table: Mapping[str, Any]) -> None:
    if not isinstance(table.get("name", ""), str):
        _checked(origin, keys, Backend, {"name": table["name"]})
    if "name" in table and table["name"] != "auto":
        _check_backend_name(origin, (*keys, "name"), table["name"], ("auto",))
    for key, options in table.items():
        if isinstance(options, dict):
            _check_backend_name(origin, (*keys, key), key)
        elif key != "name":
            error = _unknown_key(origin, (*keys, key), ("name",))
            error.remedy += " The options of a backend stand in a table of their own, such as [backend.deepl]."
            raise error


def _check_backend_name(origin: Origin, keys: tuple[str, ...], name: str, others: tuple[str, ...] = ()) -> None:
    if name in BUILT_IN_BACKENDS:
        return
    from prl10n import backends

    known = (*others, *sorted({*BUILT_IN_BACKENDS, *backends.names()}))
    if name not in known:
        remedy = f"{nearest(name, known)}Known backends: {', '.join(known)}."
        raise origin.error(keys, f"there is no backend called {name!r}", remedy)


# Paths and their patterns.


def _check_content(origin: Origin, keys: tuple[str, ...], values: Mapping[str, Any]) -> None:
    for key in ("source", "target", "catalog"):
        if key in values:
            _check_inside(origin, (*keys, key), values[key])
    for key in ("include", "exclude"):
        for glob in values.get(key, ()):
            _check_inside(origin, (*keys, key), glob)
    if values.get("include") == ():
        raise origin.error((*keys, "include"), "content.include is empty", 'For example: include = ["**/*.md"]')
    if "target" in values:
        _check_pattern(origin, (*keys, "target"), values["target"], _TARGETFIELDS, (("locale",), ("path", "stem")))
    if "catalog" in values:
        _check_pattern(origin, (*keys, "catalog"), values["catalog"], _CATALOGFIELDS, (("locale",), ("stem",)))
        if not values["catalog"].endswith(".po"):
            raise origin.error(
                (*keys, "catalog"),
                f"{values['catalog']!r} does not end in .po",
                f"Catalogs are gettext files. For example: catalog = {toml(Content().catalog)}",
            )


def _check_links(origin: Origin, keys: tuple[str, ...], values: Mapping[str, Any]) -> None:
    """The patterns of `[links]`. A URL begins with a slash; a file stays in the project."""
    for key, known in (("pages", ("locale", "path")), ("source", ("path",))):
        pattern = values.get(key, "auto")
        if pattern == "auto" or (key == "pages" and not pattern):
            continue
        found = _check_fields(origin, (*keys, key), pattern, known)
        if not pattern.startswith("/") or "path" not in found:
            example = {"pages": "/{locale}/{path}", "source": "/en/{path}"}[key]
            what = f"links.{key} must be the path of a URL: a slash, and {{path}} in it"
            raise origin.error((*keys, key), what, f"For example: {key} = {toml(example)}", pattern)
    for host, pattern in values.get("map", {}).items():
        _check_fields(origin, (*keys, "map", host), pattern, ("locale",))
    for pattern in values.get("assets", ()):
        _check_inside(origin, (*keys, "assets"), pattern)
        _check_fields(origin, (*keys, "assets"), pattern, ("locale", "dir", "stem", "ext"))
    for host in (*values.get("hosts", ()), *values.get("map", {})):
        if "://" in host or host.startswith("/"):
            raise origin.error(keys, f"{host!r} is no host", "Leave out what stands before it: www.example.com", host)


def _check_inside(origin: Origin, keys: tuple[str, ...], path: str) -> None:
    """Law 7: a path of the configuration stays in the folder of the file, whatever system reads it."""
    windows = PureWindowsPath(path)
    if windows.drive or windows.root or ".." in windows.parts:
        raise origin.error(
            keys,
            f"{path!r} leads out of the folder of {origin.path.name}",
            f"Write a path relative to the folder of {origin.path.name}, without '..'.",
            path,
        )
    if not path.isprintable() or "\\" in path:
        raise origin.error(keys, f"{path!r} is not a plain path", "Separate folders with '/', on every system.", path)


def _check_pattern(
    origin: Origin, keys: tuple[str, ...], pattern: str, known: tuple[str, ...], needed: tuple[tuple[str, ...], ...]
) -> None:
    found = _check_fields(origin, keys, pattern, known)
    for choice in needed:
        if not found.intersection(choice):
            name, missing = ".".join(keys), " or ".join(f"{{{field}}}" for field in choice)
            example = f"{keys[-1]} = {toml(getattr(Content(), keys[-1]))}"
            remedy = f"Each locale and document needs a file of its own. For example: {example}"
            raise origin.error(keys, f"{name} must contain {missing}", remedy)


def _check_fields(origin: Origin, keys: tuple[str, ...], pattern: str, known: tuple[str, ...]) -> set[str]:
    """The names of the placeholders in a pattern, all of them known."""
    placeholders = [f"{{{field}}}" for field in known]
    remedy = f"Placeholders: {', '.join(placeholders)}."
    found = re.findall(r"\{([^{}]*)\}", pattern)
    for field in found:
        if field not in known:
            advice = nearest(f"{{{field}}}", placeholders)
            raise origin.error(keys, f"unknown placeholder {{{field}}} in {pattern!r}", advice + remedy)
    if re.search(r"[{}]", re.sub(r"\{[^{}]*\}", "", pattern)):
        raise origin.error(keys, f"a brace without its partner in {pattern!r}", remedy)
    return set(found)


def _check_setting(origin: Origin, keys: tuple[str, ...], value: Setting) -> None:
    """The placeholders of a front matter value; the sentence of the notice belongs to the notice."""
    known = (*SET_FIELDS, "notice") if "notice" in keys else SET_FIELDS
    for text in value if isinstance(value, tuple) else (value,):
        if isinstance(text, str):
            _check_fields(origin, keys, text, known)


def _check_site(origin: Origin, keys: tuple[str, ...], values: Mapping[str, Any]) -> None:
    base = values.get("base_url", "")
    if base and not re.fullmatch(r"https?://[^\s/?#]+(/[^\s?#]*)?", base):
        example = 'For example: base_url = "https://www.example.com"'
        raise origin.error((*keys, "base_url"), f"{base!r} is no address of a site", example)
    file = values.get("hreflang", "")
    _check_inside(origin, (*keys, "hreflang"), file)
    if file and not file.endswith((".json", ".yaml", ".yml")):
        example = 'For example: hreflang = "data/hreflang.json"'
        raise origin.error((*keys, "hreflang"), f"{file!r} ends neither in .json nor in .yaml", example)


def _check_run(origin: Origin, keys: tuple[str, ...], values: Mapping[str, Any]) -> None:
    executor = values.get("executor", "auto")
    if executor not in EXECUTORS and not EXECUTOR.fullmatch(executor):
        raise origin.error(
            (*keys, "executor"),
            f"run.executor cannot be {executor!r}",
            f"{nearest(executor, EXECUTORS)}Known values: {', '.join(EXECUTORS)}, and the address of a Dask "
            'scheduler, for example: executor = "dask://10.0.0.5:8786"',
        )
    if values.get("workers", 0) < 0:
        raise origin.error((*keys, "workers"), "run.workers cannot be less than 0", "0 is as many as there are cores.")


_RANGES: Mapping[str, tuple[int, int]] = {"near": (0, 100), "characters": (0, 10**15), "price": (0, 10**9)}
_CURRENCY = re.compile("[A-Z]{3}")  # ISO 4217


def _check_amounts(origin: Origin, keys: tuple[str, ...], values: Mapping[str, Any]) -> None:
    for key in _RANGES.keys() & values.keys():
        least, most = _RANGES[key]
        if not least <= values[key] <= most:  # nan is nowhere
            what = f"{keys[-1]}.{key} cannot be {values[key]}"
            raise origin.error((*keys, key), what, f"It is a number from {least} to {most:,}.")
    if not _CURRENCY.fullmatch(values.get("currency", "EUR")):
        what = f"budget.currency cannot be {values['currency']!r}"
        raise origin.error((*keys, "currency"), what, 'It is the three letters of ISO 4217, for example: "EUR"')


def _check_typography(origin: Origin, keys: tuple[str, ...], values: Mapping[str, Any]) -> None:
    name = values.get("typography")
    if isinstance(name, str):
        from prl10n.localize.typography.profiles import profile

        try:
            profile("en", name)
        except ConfigError as error:
            raise origin.error((*keys, "typography"), error.what, error.remedy) from None


def _check_conventions(origin: Origin, locale: str, settings: Settings) -> None:
    """What the tables of a locale say together."""
    if settings.site.hreflang and not settings.site.base_url:
        raise origin.error(
            ("site", "hreflang"),
            "site.hreflang needs the address of the site",
            'For example: base_url = "https://www.example.com"',
        )
    if settings.site.slugs and settings.content.dialect not in ("hugo", "jekyll", "docusaurus"):
        raise origin.error(
            ("site", "slugs"),
            "site.slugs needs a generator that takes addresses from front matter",
            "Set dialect in [content] to hugo, jekyll or docusaurus, or leave slugs out.",
        )
    if any("{notice}" in str(value) for value in settings.publish.notice.values()) and not notice(locale):
        raise origin.error(
            ("publish", "notice"),
            f"prl10n has no sentence for {{notice}} in {locale!r}",
            f"Write one in [locale.{locale}.publish.notice].",
        )


def _check_source_is_safe(origin: Origin, keys: tuple[str, ...], locale: str, content: Content) -> None:
    """Refuse a target that is the source document itself, also where the file system ignores case."""
    for document in ("a.md", "b/a.md"):
        source = PurePosixPath(content.source, document)
        target = PurePosixPath(expand(content.target, locale, document))
        if str(source).lower() == str(target).lower():
            raise origin.error(
                keys,
                f"the {locale!r} version of {source} would be written over it",
                f"Change [content] target so that it leads out of {content.source}, or correct [content] source.",
            )


# Words and lines for messages.


def toml(value: object) -> str:
    """A text, a list of texts or a boolean: TOML writes them as JSON does."""
    return msgspec.json.encode(value).decode()


def _header(keys: Iterable[str]) -> str:
    return ".".join(key if re.fullmatch(r"[\w-]+", key, re.ASCII) else f'"{key}"' for key in keys)


def _read(path: Path) -> str:
    try:
        data = files.read(path)
    except Prl10nError as error:
        raise ConfigError(error.what, where=shown(path), remedy="Check the path.") from None
    if data is None:
        raise ConfigError("cannot be read: No such file or directory", where=shown(path), remedy="Check the path.")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        raise ConfigError("is not UTF-8", where=f"{shown(path)}:{line}", remedy="Save it as UTF-8.") from None


def _syntax_error(path: Path, text: str, error: tomls.TOMLDecodeError) -> ConfigError:
    place = re.search(r" \(at (?:line (\d+), column \d+|end of document)\)$", str(error))
    line = place[1] if place and place[1] else len(text.rstrip("\n").split("\n"))
    what = str(error)[: place.start()] if place else str(error)
    remedy = 'Texts stand in quotes, lists in brackets: source = "en", targets = ["fr"].'
    if "twice" in what or "overwrite" in what:
        remedy = "A table, and a key in it, stands once: put the two together."
    return ConfigError(f"is not TOML: {what}", where=f"{shown(path)}:{line}", remedy=remedy)
