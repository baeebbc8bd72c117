"""What every backend keeps, how backends are found, and the two that ask nobody."""

from __future__ import annotations

import re
import subprocess
import sys
from importlib.metadata import entry_points
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prl10n import backends
from prl10n.backends import Answer, Backend, Request
from prl10n.backends.pseudo import pseudo_translate
from prl10n.errors import ConfigError

ENVIRON = {"DEEPL_AUTH_KEY": "key"}
NAMES = ["deepl", "memory", "pseudo"]
OFFLINE = ["memory", "pseudo"]

RELEASE = (
    "The company today announced a new platform that helps teams publish their releases in other languages, "
    "with a review page for translators and a memory of all that they have approved before."
)

texts = st.recursive(
    st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"], exclude_characters="<>&\ufffe\uffff"))
    | st.sampled_from(["&amp;", "&lt;", "&gt;", "<x1/>"]),
    lambda inner: st.lists(inner).map("".join) | inner.map(lambda text: f"<g1>{text}</g1>"),
)


def make(name: str) -> Backend:
    return backends.create(name, {}, ENVIRON)


def test_the_built_in_backends_are_found() -> None:
    assert set(NAMES) <= set(backends.names())


def test_those_of_this_package_are_its_entry_points() -> None:
    points = entry_points(group=backends.GROUP)
    named = {point.name: point.value for point in points if point.value.startswith("prl10n.")}
    assert named == {name: f"prl10n.backends.{name}:{factory}" for name, factory in backends.OWN.items()}


def test_an_unknown_backend_is_an_error_that_names_the_known_ones() -> None:
    with pytest.raises(ConfigError, match="there is no backend called 'deeple'") as caught:
        backends.create("deeple", {}, ENVIRON)
    assert all(name in caught.value.remedy for name in NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_a_backend_knows_its_name_and_takes_tags(name: str) -> None:
    backend = make(name)
    assert backend.name == name
    assert backend.takes_tags("fr")


@pytest.mark.parametrize("name", NAMES)
def test_settings_are_one_stable_line_that_begins_with_the_name(name: str) -> None:
    settings = make(name).settings("en", "fr")
    assert settings.split()[0] == name
    assert settings == make(name).settings("en", "fr")
    assert settings.isprintable()


@pytest.mark.parametrize("name", NAMES)
def test_an_unknown_option_is_an_error(name: str) -> None:
    with pytest.raises(ConfigError, match=rf"unknown key 'colour' in \[backend\.{name}\]") as caught:
        backends.create(name, {"colour": "red"}, ENVIRON)
    assert caught.value.remedy


@pytest.mark.parametrize("name", OFFLINE)
def test_what_asks_nobody_costs_nothing(name: str) -> None:
    backend = make(name)
    assert backend.count([RELEASE]) == 0
    assert [answer.billed for part in backend.translate(Request("en", "fr", (RELEASE,))) for answer in part] == [0]


@pytest.mark.parametrize("name", OFFLINE)
def test_no_texts_no_answers(name: str) -> None:
    assert list(make(name).translate(Request("en", "fr", ()))) == []


def test_the_memory_has_no_answer_of_its_own() -> None:
    assert list(make("memory").translate(Request("en", "fr", ("One", "two")))) == [[Answer(None), Answer(None)]]


@pytest.mark.parametrize(
    ("text", "pseudo"),
    [
        ("Hello", "⟦Ĥééļļöö⟧"),
        ("<g1>Hello</g1> world<x2/>", "⟦<g1>Ĥééļļöö</g1> ŵööŕļð<x2/>⟧"),
        ("R&amp;D &lt; 5", "⟦Ŕ&amp;Ð &lt; 5⟧"),
        ("2026", "⟦2026⟧"),
        ("深い", "⟦深い⟧"),
    ],
)
def test_pseudo_translation_accents_words_and_nothing_else(text: str, pseudo: str) -> None:
    assert list(make("pseudo").translate(Request("en", "fr", (text,)))) == [[Answer(pseudo)]]


def test_pseudo_translation_is_about_30_percent_longer() -> None:
    assert 1.2 < len(pseudo_translate(RELEASE)) / len(RELEASE) < 1.4


@given(texts)
def test_pseudo_translation_keeps_every_tag_and_entity_in_place(text: str) -> None:
    pseudo = pseudo_translate(text)
    markup = re.compile(r"<[^>]*>|&\w+;")
    assert markup.findall(pseudo) == markup.findall(text)
    assert pseudo == pseudo_translate(text)
    ElementTree.fromstring(f"<text>{pseudo}</text>")


@pytest.mark.parametrize("module", ["prl10n.backends", *(f"prl10n.backends.{name}" for name in NAMES)])
def test_importing_a_backend_does_not_import_a_client(module: str) -> None:
    code = f"import sys, {module}; sys.exit('deepl' in sys.modules or 'requests' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
