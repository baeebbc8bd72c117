"""Front matter: YAML found as python-frontmatter finds it, read with positions, and changed by span only.

Dumping a mapping again would reorder keys, drop comments and turn `1.10` into `1.1`; so a value is replaced where it
stands, in the style that it has if that style can hold the new text, and what is written is read back before it is
believed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

import yaml
from frontmatter.default_handlers import YAMLHandler

from prl10n.errors import DocumentError
from prl10n.model import Fields, Holder, Setting
from prl10n.patterns import late

_HANDLER = YAMLHandler()
_PROPERTIES = re.compile(r"(?:[&!]\S*\s+)+")
_STRING = "tag:yaml.org,2002:str"
_CONTROL = re.compile(r"[\x00-\x1f\x7f\x85\u2028\u2029\ufeff]")
_NEWLINE = re.compile(r"\r\n|\r|\n")


class Value(NamedTuple):
    """A string of the front matter: its path (`seo.title`, `features[].title`), its range in the text, and what it
    says.
    """

    path: str
    start: int
    end: int
    text: str
    flow: bool


class FrontMatter(NamedTuple):
    """A front matter block: the text between its fences is `[start, end)`, the body begins at `body`.

    `shape` is what law 3 compares: keys, nesting and all values that are no strings. `keys` are the top-level keys,
    each with the range of its value; `block_style` is false for `{…}`, to which no key can be added. `problem` says
    why it could not be read, with its line; then it has no values and stays as it is.
    """

    start: int
    end: int
    body: int
    values: tuple[Value, ...]
    shape: tuple[str, ...]
    keys: tuple[tuple[str, int, int], ...]
    block_style: bool
    problem: tuple[int, str] | None = None
    format: Holder = Holder.YAML


def find(text: str) -> FrontMatter | None:
    """The front matter at the beginning of a text (behind a BOM), or None."""
    origin = 1 if text.startswith("\ufeff") else 0
    if text.startswith("+++", origin):
        return _toml(text, origin)
    if text.startswith("{", origin):
        return _json(text, origin)
    if not text.startswith("---", origin) or text.startswith("----", origin):
        return None
    head = text[origin : origin + 200]
    if not _HANDLER.detect(head):
        return None
    start = _line_end(text, origin)
    if text[origin:start].rstrip() != "---":
        return None
    closing = _closing(text, start)
    if closing is None:
        return None
    end, body = closing
    inside = text[start:end]
    try:
        root = yaml.compose(inside, Loader=yaml.CSafeLoader)
    except yaml.YAMLError as error:
        if not re.search(r"^[\w-]+:(?:\s|$)", inside, re.MULTILINE):
            return None  # a thematic break and markdown below it
        return FrontMatter(start, end, body, (), (inside,), (), False, _problem(error))
    if root is None:
        return FrontMatter(start, end, body, (), (), (), True)
    if not isinstance(root, yaml.MappingNode):
        return None
    values: list[Value] = []
    shape: list[str] = []
    for item in _walk(root, "", set()):
        if isinstance(item, str):
            shape.append(item)
        else:
            path, node, flow = item
            values.append(Value(path, *_range(node, inside, start), node.value, flow))
    keys = tuple(
        (str(key.value), *_value_range(key, value, inside, start))
        for key, value in root.value
        if isinstance(key, yaml.ScalarNode)
    )
    return FrontMatter(start, end, body, tuple(values), tuple(shape), keys, not root.flow_style)


# Patterns and modules that few pages take are compiled and imported by the first of these.
_TOML_END = late(r"(?<![^\r\n])\+\+\+[ \t]*(?:\r\n|\r|\n|\Z)")
_SURROGATE = late("[\ud800-\udfff]")
_BLOCK_HEADER = late(r"([|>])([1-9]?[+-]?[1-9]?)[^\n]*\n")
_ALIAS = late(r"[ \t]*(\*[^\s#,\]}]+)")


def _toml(text: str, origin: int) -> FrontMatter | None:
    """Hugo's and Zola's front matter between lines of `+++`."""
    from prl10n.document import toml

    start = _line_end(text, origin)
    closing = _TOML_END.search(text, start)
    if text[origin:start].strip() != "+++" or closing is None:
        return None
    inside = text[start : closing.start()]
    try:
        strings, keys, shape = toml.strings(inside)
    except toml.TOMLDecodeError as error:
        line = re.search(r"line (\d+)", str(error))
        problem = (int(line[1]) + 1 if line else 1, str(error))
        return FrontMatter(start, closing.start(), closing.end(), (), (inside,), (), False, problem, Holder.TOML)
    values = tuple(Value(path, start + begin, start + end, value, False) for path, begin, end, value in strings)
    places = tuple((key, start + begin, start + end) for key, begin, end in keys)
    return FrontMatter(start, closing.start(), closing.end(), values, shape, places, True, None, Holder.TOML)


def _json(text: str, origin: int) -> FrontMatter | None:
    """Hugo's front matter in JSON: an object that begins the file."""
    import json

    from prl10n.document import jsons

    try:
        found, length = json.JSONDecoder(strict=False).raw_decode(text[origin:])
    except json.JSONDecodeError:
        return None
    except (ValueError, RecursionError) as error:  # the digits of a number; lists in lists
        line = text.count("\n", 0, origin) + 1
        what = f"the front matter cannot be read: {str(error).partition(';')[0]}"
        raise DocumentError(what, where=f":{line}", remedy="Nest less, and shorten the number.") from None
    end = origin + length
    after = _line_end(text, end)
    if not isinstance(found, dict) or not found or text[end:after].strip():
        return None
    strings, keys, shape = jsons.strings(text[origin:end])
    values = tuple(
        Value(path, origin + begin, origin + stop, value, False)
        for path, begin, stop, value in strings
        if not _SURROGATE.search(value)  # half of a character: no catalog can hold it
    )
    places = tuple((key, origin + begin, origin + stop) for key, begin, stop in keys)
    return FrontMatter(origin, end, after, values, shape, places, True, None, Holder.JSON)


def _line_end(text: str, pos: int) -> int:
    """The offset behind the newline of the line at `pos`."""
    newline = _NEWLINE.search(text, pos)
    return newline.end() if newline else len(text)


_CLOSING = re.compile(r"(?<![^\r\n])(?:---|\.\.\.)[ \t]*(?:\r\n|\r|\n|\Z)")


def _closing(text: str, start: int) -> tuple[int, int] | None:
    found = _CLOSING.search(text, start)
    return (found.start(), found.end()) if found else None


def _problem(error: yaml.YAMLError) -> tuple[int, str]:
    mark = getattr(error, "problem_mark", None)
    reason = getattr(error, "problem", None) or getattr(error, "reason", None) or str(error)
    return (mark.line + 2 if mark else 1, str(reason))


def _walk(node: yaml.Node, path: str, seen: set[int]) -> Iterator[str | tuple[str, yaml.ScalarNode, bool]]:
    """The shape of a node, and its strings. An anchored node is visited once, where it stands."""
    stack: list[tuple[yaml.Node, str, bool]] = [(node, path, False)]
    while stack:
        current, where, flow = stack.pop()
        if id(current) in seen:
            yield f"{where} alias"
            continue
        seen.add(id(current))
        if isinstance(current, yaml.ScalarNode):
            if current.tag == _STRING:
                yield (where, current, flow)
                yield f"{where} string"
            else:
                yield f"{where} {current.tag} {current.value}"
        elif isinstance(current, yaml.SequenceNode):
            yield f"{where} sequence"
            inside = flow or bool(current.flow_style)
            stack.extend((child, f"{where}[]", inside) for child in reversed(current.value))
        elif isinstance(current, yaml.MappingNode):
            yield f"{where} mapping"
            inside = flow or bool(current.flow_style)
            for key, value in reversed(current.value):
                name = key.value if isinstance(key, yaml.ScalarNode) else "?"
                stack.append((value, f"{where}.{name}" if where else str(name), inside))


def _range(node: yaml.ScalarNode, inside: str, start: int) -> tuple[int, int]:
    """Where a scalar stands in the text, without its anchor and tag."""
    begin, end = node.start_mark.index, node.end_mark.index
    properties = _PROPERTIES.match(inside, begin, end)
    return start + (properties.end() if properties else begin), start + end


def _value_range(key: yaml.ScalarNode, value: yaml.Node, inside: str, start: int) -> tuple[int, int]:
    """Where the value of a key stands in the text, without its anchor and tag. A block of lines begins right behind
    the colon, so that a list on one line can take its place.
    """
    colon = inside.index(":", key.end_mark.index) + 1
    if value.start_mark.index < colon:  # the node of an alias is the one with the anchor
        alias = _ALIAS.match(inside, colon)
        return (start + alias.start(1), start + alias.end()) if alias else (start + colon, start + colon)
    if isinstance(value, yaml.ScalarNode):
        return _range(value, inside, start)
    properties = _PROPERTIES.match(inside, value.start_mark.index, value.end_mark.index)
    begin = properties.end() if properties else value.start_mark.index
    if isinstance(value, yaml.CollectionNode) and value.flow_style:
        return start + begin, start + value.end_mark.index
    begin = len(inside[:begin].rstrip())
    return start + begin, start + max(begin, _last(value))


def _last(node: yaml.Node) -> int:
    """Where the last line of a node ends, without the comments and blank lines that follow."""
    ends = [node.start_mark.index]
    stack: list[yaml.Node] = [node]
    seen: set[int] = set()
    while stack:
        current = stack.pop()
        if id(current) in seen:
            continue
        seen.add(id(current))
        if not isinstance(current, yaml.CollectionNode) or current.flow_style:
            ends.append(current.end_mark.index)
        elif isinstance(current, yaml.SequenceNode):
            stack.extend(current.value)
        else:
            stack.extend(child for pair in current.value for child in pair)
    return max(ends)


def fields(text: str) -> Fields:
    """What the front matter says at its top level: scalars as they are written (`2026-11-24`, `true`), lists of
    scalars. Other values, and front matter that cannot be read, say nothing.
    """
    front = find(text)
    if front is None or front.problem:
        return {}
    inside = text[front.start : front.end]
    if front.format is Holder.TOML:
        from prl10n.document import toml

        return _said(toml.read(inside))
    if front.format is Holder.JSON:
        import json

        return _said(json.loads(inside, strict=False))
    root = yaml.compose(inside, Loader=yaml.CSafeLoader)
    found: dict[str, str | tuple[str, ...]] = {}
    for key, value in root.value if isinstance(root, yaml.MappingNode) else ():
        if isinstance(value, yaml.ScalarNode):
            found[str(key.value)] = str(value.value)
        elif isinstance(value, yaml.SequenceNode) and all(isinstance(item, yaml.ScalarNode) for item in value.value):
            found[str(key.value)] = tuple(str(item.value) for item in value.value)
    return found


def _said(data: Mapping[str, object]) -> Fields:
    found: dict[str, str | tuple[str, ...]] = {}
    for key, value in data.items():
        if isinstance(value, list) and not any(isinstance(item, (dict, list)) for item in value):
            found[key] = tuple(_written(item) for item in value)
        elif not isinstance(value, (dict, list)):
            found[key] = _written(value)
    return found


def _written(value: object) -> str:
    """A scalar of TOML or JSON as text; times as ISO 8601 has them."""
    if isinstance(value, bool):
        return str(value).lower()
    return "" if value is None else str(value)


def matches(path: str, patterns: Sequence[str]) -> bool:
    """Whether a path is one of the configured ones; the strings of a list that is named are meant too."""
    return path in patterns or (path.endswith("[]") and path[:-2] in patterns)


def replaced(raw: str, text: str, flow: bool, newline: str) -> str:
    """A scalar's source with another text, in the same style where it can hold the text, else quoted.

    White space at the borders of the value is kept. `raw` is the scalar as it stands in the file.
    """
    value = _scalar(f"k: {raw}\n" if not flow else f"k: [{raw}]\n", flow)
    if value is None:
        raise DocumentError("a front matter value that was read before cannot be read again")
    core = value.strip()
    lead = value[: len(value) - len(value.lstrip())] if core else ""
    wanted = lead + text + value[len(value.rstrip()) :] if core else text
    for candidate in _candidates(raw, wanted, newline):
        snippet = f"k: [{candidate}]\n" if flow else f"k: {candidate}\n"
        if _scalar(snippet, flow) == wanted:
            return candidate
    raise DocumentError("YAML cannot hold this text", remedy="Remove control characters from the translation.")


def _scalar(snippet: str, flow: bool) -> str | None:
    """The string in `k: …`, or None where the snippet says anything else."""
    try:
        root = yaml.compose(snippet, Loader=yaml.CSafeLoader)
    except yaml.YAMLError:
        return None
    if not isinstance(root, yaml.MappingNode) or len(root.value) != 1:
        return None
    node = root.value[0][1]
    if flow:
        if not isinstance(node, yaml.SequenceNode) or len(node.value) != 1:
            return None
        node = node.value[0]
    if not isinstance(node, yaml.ScalarNode) or node.tag != _STRING:
        return None
    return str(node.value)


def _candidates(raw: str, value: str, newline: str) -> Iterator[str]:
    """Ways to write a value, the present style first."""
    if raw[:1] in "|>":
        yield from _block(raw, value, newline)
    plain = "\n" not in value and not _CONTROL.search(value)
    if raw[:1] == '"':
        yield _double(value)
    if raw[:1] == "'" and plain:
        yield _single(value)
    if plain and raw[:1] not in ('"', "'", "|", ">"):
        yield value
    if plain and "'" not in value:
        yield _single(value)
    yield _double(value)


def _block(raw: str, value: str, newline: str) -> Iterator[str]:
    header = _BLOCK_HEADER.match(raw.replace("\r\n", "\n").replace("\r", "\n"))
    if header is None:
        return
    indent = re.compile(r"\n([ ]+)\S").search(raw.replace("\r", "\n"))
    margin = indent[1] if indent else "  "
    tail = raw[len(raw.rstrip("\r\n")) :]
    body = value.rstrip("\n")
    for style, text in ((header[1], body.replace("\n", "\n\n") if header[1] == ">" else body), ("|", body)):
        first = header[0].replace(header[1], style, 1)
        lines = [margin + line if line else "" for line in text.split("\n")]
        yield (first + "\n".join(lines)).replace("\n", newline) + tail


def _single(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"


_ESCAPES = {
    "\n": "\\n",
    "\t": "\\t",
    "\r": "\\r",
    '"': '\\"',
    "\\": "\\\\",
    "\u2028": "\\L",
    "\u2029": "\\P",
    "\x85": "\\N",
}


def _double(value: str) -> str:
    escaped = "".join(_ESCAPES.get(char) or (f"\\u{ord(char):04x}" if _CONTROL.match(char) else char) for char in value)
    return f'"{escaped}"'


def scalar(value: str) -> str:
    """A string as a YAML scalar for a line `key: value`: plain where that reads back as the same string."""
    return next(text for text in _candidates("", value, "\n") if _scalar(f"k: {text}\n", False) == value)


def written(value: Setting) -> str:
    """A value of the configuration as YAML has it on one line."""
    if isinstance(value, str):
        return scalar(value)
    if isinstance(value, tuple):
        return f"[{', '.join(map(_double, value))}]"
    import json

    return json.dumps(value)
