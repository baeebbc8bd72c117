"""Edits of prose reach the words between tags, and leave the tags."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prl10n import tags
from prl10n.localize.prose import ADDRESS, THING, Edit, applied, edited, prose

TEXTS = st.lists(st.sampled_from(["ab", " ", "“", "<g1>", "c d", "</g1>", "<x2/>", "é!"]), max_size=12)


@given(st.data())
def test_an_edit_of_the_prose_is_an_edit_of_the_words(data: st.DataObject) -> None:
    middle = "".join(part for part in data.draw(TEXTS) if not part.startswith(("<g", "</g")))
    tokens = tags.parse(f"{middle}<g1>{middle.replace('<x2/>', '')}</g1>{middle.replace('<x2/>', 'z')}")
    said = prose(tokens)
    edits, at = [], 0
    while at < len(said):
        start = data.draw(st.integers(at, len(said)))
        end = data.draw(st.integers(start, min(len(said), start + 4)))
        if end > start and THING not in said[start:end]:
            edits.append(Edit(start, end, data.draw(st.sampled_from(["", "x", "« "]))))
        at = end + 1
    result = edited(tokens, edits)
    assert prose(result) == applied(said, edits)
    marks = [(token.item, token.number) for token in tokens if token.number]
    assert [(token.item, token.number) for token in result if token.number] == marks


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("See https://a.example/x?y=1&z=2.", "https://a.example/x?y=1&z=2"),
        ("(http://a.example/b:c)", "http://a.example/b:c"),
        ("write to damien.defer@sixsq.com!", "damien.defer@sixsq.com"),
        ("mailto:x@y.org; and more", "mailto:x@y.org"),
        ("www.a.example, b", "www.a.example"),
        ("at 10:30", None),
    ],
)
def test_addresses(text: str, address: str | None) -> None:
    found = ADDRESS.search(text)
    assert (found and found[0]) == address
