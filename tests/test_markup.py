"""A unit's inline source ⇄ words with numbered tags."""

from __future__ import annotations

import pytest

from prl10n import document, markup
from prl10n.errors import MarkupError
from prl10n.model import Unit


def unit(source: str) -> Unit:
    """The only unit of a source."""
    (found,) = document.split(source.encode()).units
    return found


def last(source: str) -> tuple[Unit, document.References]:
    split = document.split(source.encode())
    return split.units[0], split.references


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("Plain words.", ["Plain words."]),
        ("A **b** _c_ ~~d~~", ["A <g1>b</g1> <g2>c</g2> <g3>d</g3>"]),
        ("**All of it**", ["All of it"]),
        ("_**[All](/u)**_", ["All"]),
        ("**One** and **two**", ["<g1>One</g1> and <g2>two</g2>"]),
        ("See [a _link_](/u) now", ["See <g1>a <g2>link</g2></g1> now"]),
        ("Run `x` in ![](a.png)", ["Run <x1/> in <x2/>"]),
        ("A <b>c</b> <br/> d <i>", ["A <g1>c</g1> <x2/> d <x3/>"]),
        ("Set <code>x = 1</code> here", ["Set <x1/> here"]),
        ("One  \ntwo", ["One<x1/>two"]),
        ("One\n   two", ["One two"]),
        ("See [/docs/x](/docs/x) now", ["See <x1/> now"]),
        ("At https://a.example/b, or a@b.example.", ["At <x1/>, or <x2/>."]),
        ('Pass "-D${A}=${B}", and $x$.', ['Pass "-D${A}=${B}", and <x1/>.']),
        ("AT&amp;T &lt;3 \\* 1 < 2", ["AT&amp;T &lt;3 * 1 &lt; 2"]),
        ('![A dog](d.png "My dog") runs', ["<x1/> runs", "A dog", "My dog"]),
        ('<b title="A tip">x</b> y', ["<g1>x</g1> y", "A tip"]),
        ("# **Title** #", ["Title"]),
        ("---\ntitle: 'A & B'\n---\n", ["A &amp; B"]),
    ],
)
def test_neutral(source: str, expected: list[str]) -> None:
    found, references = last(source)
    assert list(markup.neutral(found, references)) == expected
    assert markup.render(found, expected, references) == found.text


@pytest.mark.parametrize(
    ("source", "answers", "expected"),
    [
        ("A **b** c", ["<g1>b</g1> A c"], "**b** A c"),
        ("The [red](/r) `x`", ["<x2/> le <g1>rouge</g1>"], "`x` le [rouge](/r)"),
        ("_**All**_", ["Tout"], "_**Tout**_"),
        ("**A**, b", ["<g1>À</g1>, b"], "**À**, b"),
        # spaces that were lost at tags
        ("Say **yes** now", ["Dire<g1>oui</g1>maintenant"], "Dire **oui** maintenant"),
        ("Say **yes** now", ["Dire <g1> oui </g1>maintenant"], "Dire **oui** maintenant"),
        ("Use `x` now", ["Utilisez<x1/>maintenant"], "Utilisez `x` maintenant"),
        ("the **team** is", ["l’<g1>équipe</g1> est"], "l’**équipe** est"),
        ("un**believ**able", ["in<g1>croy</g1>able"], "in**croy**able"),
        ("Its **name** is", ["<g1>Nom</g1>s ist"], "**Nom**s ist"),
        ("the **word** is", ["単語<g1>語</g1>です"], "単語**語**です"),
        ("One  \ntwo", ["Un <x1/> deux"], "Un  \ndeux"),
        # words that are called as line breaks are within
        ("lines `3` to `5`", ["lignes <x1/> à <x2/>"], "lignes `3` à `5`"),
        ("br", ["la balise"], "la balise"),
        ("`x` **br** y", ["<x1/> <g2>br</g2> z"], "`x` **br** z"),
        # underscores that would not close
        ("say _yes_ now", ["dire<g1>oui</g1>s maintenant"], "dire *oui*s maintenant"),
        ("a __b__ c", ["a<g1>b</g1>s c"], "a **b**s c"),
        # characters that would be markup where they land, and only these
        ("Words", ["# mots"], "\\# mots"),
        ("Words", ["1. mots"], "1\\. mots"),
        ("Words", ["- mots"], "\\- mots"),
        ("Words", ["+ mots"], "\\+ mots"),
        ("Words", ["> mots"], "\\> mots"),
        ("Words", ["5 * 3 et a_b_c et [1]"], "5 * 3 et a_b_c et [1]"),
        ("Words", ["un *mot* là"], "un \\*mot\\* là"),
        ("Words", ["un `mot` là"], "un \\`mot\\` là"),
        ("Words", ["un [mot](là)"], "un \\[mot\\](là)"),
        ("Words", ["a &lt;b&gt; c"], "a \\<b\\> c"),
        ("Words", ["a &amp;amp; b"], "a \\&amp; b"),
        ("Words", ["R&amp;D"], "R&D"),
        ("Words", ["=== mots"], "=== mots"),
        ("Words", ["~~~ mots"], "\\~~~ mots"),
        ("Words", ["|a|b| mots"], "|a|b| mots"),
        ("a[b](/u)", ["a!<g1>b</g1>"], "a\\![b](/u)"),
        ("# Words", ["- mots #"], "- mots \\#"),
        ("# Words", ["# mots"], "# mots"),
        # references keep their target
        ("[Text]\n\n[text]: /u", ["Texte"], "[Texte][Text]"),
        ("A [text][] b\n\n[text]: /u", ["Un <g1>texte</g1> b"], "Un [texte][text] b"),
        ("A [text][t] b\n\n[t]: /u", ["Un <g1>texte</g1> b"], "Un [texte][t] b"),
        ("See ![a dog] now\n\n[a dog]: d.png", ["Voyez <x1/> ici", "un chien"], "Voyez ![un chien][a dog] ici"),
        (
            "See [the docs][] now\n\n[the docs]: <{{% eturl x %}}>",
            ["Voyez <g1>la doc</g1>"],
            "Voyez [la doc][the docs]",
        ),
        # words inside markup
        ("![a](x.png) b", ["<x1/> b", "un [chien"], "![un \\[chien](x.png) b"),
        ('[a](/u "tip") b', ["<g1>a</g1> b", 'le "truc"'], '[a](/u "le \\"truc\\"") b'),
        ('<b title="tip">a</b> b', ["<g1>a</g1> b", 'le "truc"'], '<b title="le &quot;truc&quot;">a</b> b'),
        ("<p>One &amp; two</p>", ["Un &amp; deux"], "Un &amp; deux"),
        ("<td><b>memory=L&lt;inf</b></td>", ["mémoire=L&lt;inf"], "mémoire=L&lt;inf"),
        ("<p>One</p>", ["R&amp;D &lt; 3"], "R&amp;D &lt; 3"),
        ("<p>One</p>", ["a &lt;b&gt; c"], "a &lt;b&gt; c"),
        ("<p>One *two*</p>", ["Un *deux*"], "Un *deux*"),
        ("---\ntitle: One\n---\n", ["*Un* &amp; # deux"], "*Un* & # deux"),
    ],
)
def test_render(source: str, answers: list[str], expected: str) -> None:
    found, references = last(source)
    assert markup.render(found, answers, references) == expected


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        ("Un deux", "tag 1 is lost"),
        ("<g1>Un</g1> <x2/> <x2/>", "tag 2 occurs twice"),
        ("<g1>Un</g1> <x2/> <x3/>", "tag 3 is not in the source"),
        ("<g1>Un <x2/></g1>", "a tag has left the pair that it was in"),
        ("<g1>Un <x2/>", "<g1> is never closed"),
        ("Un</g1> <x2/><g1>", "</g1> closes a tag that is not open"),
        ("<g1/> <x2/>", "<g1/> has lost its words"),
        ("<g1>Un</g1> <x2/> <b>deux</b>", "markup that the source does not have: <b>deux"),
        ("<g1></g1><x2/>", "the translation is empty"),
        ("<g2>Un</g2> <x1/>", "is lost"),
        ("", "is lost"),
    ],
)
def test_an_answer_with_broken_tags_is_not_believed(answer: str, reason: str) -> None:
    with pytest.raises(MarkupError) as caught:
        markup.render(unit("**One** `x` two"), [answer])
    assert reason in caught.value.what


def test_an_answer_for_each_text() -> None:
    with pytest.raises(MarkupError, match="2 texts were asked for, 1 came back"):
        markup.render(unit("![A dog](d.png) runs"), ["<x1/> court"])


def test_runs_of_plain_words() -> None:
    fragment = "Say <g1>yes &amp; no</g1> to <x2/>, 12 <g3>!</g3>"
    assert markup.runs(fragment) == ("Say", "yes &amp; no", "to")
    assert (
        markup.with_runs(fragment, ["Dire", "oui &amp; non", "à"])
        == "Dire <g1>oui &amp; non</g1> à <x2/>, 12 <g3>!</g3>"
    )


@pytest.mark.parametrize(
    ("source", "translation", "expected"),
    [
        ("A **b** `c`", "`c` **B** a", ("<x2/> <g1>B</g1> a",)),
        ("A **b**", "A *b*", None),
        ("[A](/u) [b](/v)", "[B](/v) [a](/u)", ("<g2>B</g2> <g1>a</g1>",)),
        ("**A**", "**B**", ("B",)),
        ("![A dog](d.png) runs", "Il court ![un chien](d.png)", ("Il court <x1/>", "un chien")),
        ("_A_ b", "*A* b", ("<g1>A</g1> b",)),
    ],
)
def test_an_existing_translation_becomes_a_pair(
    source: str, translation: str, expected: tuple[str, ...] | None
) -> None:
    assert markup.aligned(unit(source), translation) == expected


@pytest.mark.parametrize(
    ("source", "translation", "said"),
    [
        ("A [b](/u)", "A b", "it lacks link /u"),
        ("A **b**", "A *b*", "it lacks strong emphasis; the source does not have emphasis"),
        ("A `b`", "A `c`", "it lacks code b; the source does not have code c"),
        ("*A **b***", "**b** *a*", "its markup is nested in another way"),
        ("A *b*", "*B* a", ""),
    ],
)
def test_the_difference_is_said_in_words(source: str, translation: str, said: str) -> None:
    found = unit(source)
    assert markup.difference(found, document.read(translation, found.syntax, {})) == said
