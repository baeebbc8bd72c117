"""Law 3 by examples: which translations a page takes, dialect by dialect, and what is made of answers for it."""

from __future__ import annotations

import pytest

from prl10n import document, markup
from prl10n.assembly import assemble
from prl10n.document import Document, Rules
from prl10n.errors import MarkupError


def split(source: str, dialect: str) -> Document:
    return document.split(f"{source}\n".encode(), Rules(dialect=dialect))


def published(source: str, dialect: str, text: str) -> tuple[str, str]:
    """The page of a source with one unit, and why its translation is none of it (empty: it is)."""
    found = split(source, dialect)
    page, rejected = assemble(found, [text])
    return page.decode().removesuffix("\n"), rejected.get(0, "")


def rendered(source: str, dialect: str, answer: str) -> str:
    """What is written for an answer, which its page takes."""
    found = split(source, dialect)
    text = markup.render(found.units[0], [answer], found.references)
    page, why = published(source, dialect, text)
    assert not why
    return page


# --- what begins a template or a tag, and is none ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("dialect", "source", "answer", "page"),
    [
        ("docusaurus", "It is &lt;5 ms.", "C’est &lt;5 ms.", r"C’est \<5 ms."),
        ("docusaurus", r"Load \<= 5.", "Charge &lt;= 5.", r"Charge \<= 5."),
        ("docusaurus", "Put &lt;key&gt; here.", "Mets &lt;clé&gt; ici.", r"Mets \<clé\> ici."),
        ("docusaurus", "Put that here.", "Mets &lt;", r"Mets \<"),
        ("docusaurus", "It is < 5.", "C’est &lt; 5.", "C’est < 5."),
        ("docusaurus", "It is < 5.", "C’est &lt;\N{NO-BREAK SPACE}5.", "C’est \\<\N{NO-BREAK SPACE}5."),
        ("docusaurus", r"Put \{count\} here.", "Mets {count} ici.", r"Mets \{count\} ici."),
        ("docusaurus", "Put &#123;count&#125; here.", "Mets {count} ici.", r"Mets \{count\} ici."),
        ("docusaurus", "Put that here.", "Mets } ici.", "Mets } ici."),
        ("docusaurus", "It is <5 {ms.", "C’est <x1/>5 <x2/>ms.", "C’est <5 {ms."),
        ("docusaurus", "![A b](/c)", "A &lt;5", r"![A \<5](/c)"),
        ("hugo", "Put that here.", "Mets {{&lt; ici.", r"Mets {{\< ici."),
        ("hugo", "Put that here.", "Mets {{% ici.", r"Mets \{\{% ici."),
        ("jekyll", "Put that here.", "Mets {% ici.", r"Mets \{% ici."),
        ("gfm", "It is &lt;5 ms.", "C’est &lt;5 ms.", "C’est <5 ms."),
    ],
)
def test_words_begin_no_template_and_no_tag(dialect: str, source: str, answer: str, page: str) -> None:
    assert rendered(source, dialect, answer) == page


@pytest.mark.parametrize(
    ("dialect", "source", "text", "reason"),
    [
        ("docusaurus", r"It is \<5 ms.", "C’est <5 ms.", "the source does not have an unescaped <"),
        ("docusaurus", r"Put \<key\> here.", "Mets <clé> ici.", "the source does not have an unescaped <"),
        ("docusaurus", "<Box>\n  In a line.\n</Box>", "Texte <b en ligne.", "the source does not have an unescaped <"),
        ("docusaurus", "Put that here.", "Mets { ici.", "the source does not have an unescaped {"),
        ("docusaurus", "Put that here.", "Mets ${ ici.", "the source does not have an unescaped {"),
        ("docusaurus", "![A b](/c)", "A <b", "the source does not have an unescaped <"),
        (
            "docusaurus",
            "A ![b](/c) d.",
            "A ![b <5](/c) d.",
            "it lacks image /c; the source does not have image /c with an unescaped <",
        ),
        ("docusaurus", "A <>b</> c.", "A b</> c.", "it lacks an unescaped <>"),
        ("hugo", "Put that here.", "Texte {{< y", "the source does not have an unescaped {{<"),
        ("jekyll", "Put that here.", "Texte {% y", "the source does not have an unescaped {%"),
        ("jekyll", "Put that here.", "Texte {{ y", "the source does not have an unescaped {{"),
    ],
)
def test_a_beginning_without_an_end_is_not_published(dialect: str, source: str, text: str, reason: str) -> None:
    assert published(source, dialect, text) == (source, reason)


@pytest.mark.parametrize(
    ("source", "text", "page"),
    [
        ("Data export.", "export de données.", "&#101;xport de données."),
        ("Data import.", "import de données.", "&#105;mport de données."),
        ("Data export\n===", "export de données", "&#101;xport de données\n==="),
        ("<Box>\nData export.\n</Box>", "export de données.", "<Box>\n&#101;xport de données.\n</Box>"),
        ("Data export.", "exporter.", "exporter."),
        ("- Data export.", "export de données.", "- export de données."),
        ("## Data export", "export de données", "## export de données"),
        ("import that file.", "import de fichiers.", "import de fichiers."),
    ],
)
def test_words_begin_no_module_of_mdx(source: str, text: str, page: str) -> None:
    assert published(source, "docusaurus", text) == (page, "")


def test_a_text_whose_braces_are_escaped_is_changed() -> None:
    known = split(r"Put \{count\} of 1 here.", "docusaurus")
    unit = known.units[0]
    changed = markup.revised(
        unit.text,
        unit.syntax,
        known.references,
        lambda tokens: [token._replace(text=token.text.replace("Put", "Mets")) for token in tokens],
    )
    assert changed == r"Mets \{count\} of 1 here."


# --- templates that open and close ------------------------------------------------------------------------------------

SHORTCODE = "Use {{< tip >}}this text{{< /tip >}} {{< now >}}."
BRANCHES = "Show {% if x %}one{% else %}two {{ n }}{% endif %} here."
RAW = "See {% raw %}{{ x }}{% endraw %} here."
END = "Two {{ n }}.{% endif %} Then that {{ m }}."


@pytest.mark.parametrize(
    ("dialect", "source", "text"),
    [
        ("hugo", SHORTCODE, "{{< now >}} : {{< tip >}}ce texte{{< /tip >}}."),
        ("hugo", "{{< fig a >}} or {{< fig b >}}", "{{< fig b >}} ou {{< fig a >}}"),
        ("hugo", "{{< tip />}} or {{< /tip >}}", "{{< tip />}} ou {{< /tip >}}"),
        ("jekyll", BRANCHES, "Ici {% if x %}un{% else %}{{ n }} deux{% endif %}."),
        ("jekyll", RAW, "Ici {% raw %}{{ x }}{% endraw %}."),
        ("jekyll", END, "{{ n }} deux.{% endif %} {{ m }} ensuite."),
        ("mkdocs", "{% set n = 1 %}One {{ n }}", "{{ n }}{% set n = 1 %} un"),
    ],
)
def test_templates_move_with_the_words(dialect: str, source: str, text: str) -> None:
    assert published(source, dialect, text) == (text, "")


@pytest.mark.parametrize(
    ("dialect", "source", "text"),
    [
        ("hugo", SHORTCODE, "Mets {{< /tip >}}ce texte{{< tip >}} {{< now >}}."),
        ("hugo", SHORTCODE, "Mets {{< tip >}}ce texte {{< now >}}{{< /tip >}}."),
        ("hugo", "{{% a %}}{{% b %}}c{{% /b %}}{{% /a %}} d", "{{% b %}}{{% a %}}c{{% /a %}}{{% /b %}} d"),
        ("hugo", "**{{< tip >}}this**{{< /tip >}} that", "{{< /tip >}} **{{< tip >}}ce** que"),
        ("jekyll", BRANCHES, "Ici {% endif %}un{% else %}deux {{ n }}{% if x %}."),
        ("jekyll", BRANCHES, "Ici {% if x %}un {{ n }}{% else %}deux{% endif %}."),
        ("jekyll", BRANCHES, "{% else %}Ici {% if x %}un deux {{ n }}{% endif %}."),
        ("jekyll", RAW, "Ici {% raw %}{% endraw %}{{ x }}."),
        ("jekyll", END, "Deux {{ m }}.{% endif %} Ensuite {{ n }}."),
        ("auto", "{% for a in b %}One{% endfor %} two", "{% endfor %}Un{% for a in b %} deux"),
    ],
)
def test_templates_keep_what_they_hold(dialect: str, source: str, text: str) -> None:
    assert published(source, dialect, text) == (source, "its markup is nested in another way")


@pytest.mark.parametrize("answer", ["Mets <x2/>ce texte<x1/> <x3/>.", "Mets <x1/>ce texte <x3/><x2/>."])
def test_an_answer_that_turns_templates_round_is_not_believed(answer: str) -> None:
    with pytest.raises(MarkupError, match="has left its place"):
        rendered(SHORTCODE, "hugo", answer)


# --- attribute lists --------------------------------------------------------------------------------------------------

LINK = "A [text](/t){target=_blank} there."
HEADING = "## Head one {#one}"


@pytest.mark.parametrize("dialect", ["mkdocs", "hugo", "jekyll", "auto"])
@pytest.mark.parametrize(
    ("source", "text", "lacks"),
    [
        (LINK, "Un [texte](/t) {target=_blank} ici.", "{target=_blank} directly behind its element"),
        (LINK, "Un {target=_blank}[texte](/t) ici.", "{target=_blank} directly behind its element"),
        (HEADING, "Titre un{#one}", "{#one} at the end"),
        (HEADING, "{#one} Titre un", "{#one} at the end"),
        ("## Head one{#one}", "Titre un {#one}", "{#one} at the end, without a space"),
        (
            "![pic](/p.png){width=300} here",
            "![photo](/p.png) ici {width=300}",
            "{width=300} directly behind its element",
        ),
        ("**bold**{.x} word", "**gras** {.x}", "{.x} directly behind its element"),
        ("`code`{.x}{.y} word", "`code`{.x} mot {.y}", "{.y} directly behind its element"),
    ],
)
def test_an_attribute_list_stays_with_what_it_is_of(dialect: str, source: str, text: str, lacks: str) -> None:
    page, reason = published(source, dialect, text)
    assert (page, reason.partition(";")[0]) == (source, f"it lacks template {lacks}")


@pytest.mark.parametrize(
    ("source", "text"),
    [
        (LINK, "Ici [texte](/t){target=_blank}."),
        (LINK, "[texte](/t){target=_blank} : ici."),
        (HEADING, "Titre un {#one}"),
        ("## [Head](/t){.x} one {#one .y}", "Titre un : [tête](/t){.x} {#one .y}"),
        ("## Head one {#one} {.x}", "Titre un {.x} {#one}"),
        ("Words {.x} alone", "Mots {.x} seuls"),
    ],
)
def test_an_attribute_list_moves_with_what_it_is_of(source: str, text: str) -> None:
    page, reason = published(source, "mkdocs", text)
    assert (page.removeprefix("## "), reason) == (text, "")


@pytest.mark.parametrize("dialect", ["docusaurus", "hugo"])
def test_an_id_stays_at_the_end_of_its_heading(dialect: str) -> None:
    assert published(HEADING, dialect, "{#one} Titre un")[0] == HEADING


@pytest.mark.parametrize(
    ("source", "answer", "page"),
    [
        (LINK, "Un <g1>texte</g1> <x2/> ici.", "Un [texte](/t){target=_blank} ici."),
        (LINK, "Un <g1>texte</g1> ici<x2/>.", "Un [texte](/t){target=_blank} ici."),
        (LINK, "<x2/>Ici un <g1>texte</g1>.", "Ici un [texte](/t){target=_blank}."),
        (LINK, "Un <g1>texte<x2/></g1> ici.", "Un [texte](/t){target=_blank} ici."),
        ("`a`{.x} or `b`{.y}", "<x3/> ou <x1/><x2/><x4/>", "`b`{.y} ou `a`{.x}"),
        (HEADING, "<x1/> Titre un", "## Titre un {#one}"),
        (HEADING, "Titre un<x1/>.", "## Titre un. {#one}"),
        ("## Head one{#one}", "<x1/> Titre un", "## Titre un{#one}"),
        ("## [Head](/t){.x} one {#one}", "<x3/> <x2/>un <g1>titre</g1>", "## un [titre](/t){.x} {#one}"),
    ],
)
def test_an_attribute_list_is_put_back_where_it_belongs(source: str, answer: str, page: str) -> None:
    assert rendered(source, "mkdocs", answer) == page


def test_an_attribute_list_does_not_begin_a_line() -> None:
    with pytest.raises(MarkupError, match="has left its place"):
        rendered("One  \ntwo {.x}", "mkdocs", "un deux <x2/><x1/>")


def test_an_answer_without_an_attribute_list_is_not_believed() -> None:
    with pytest.raises(MarkupError, match="tag 2 is lost"):
        rendered(LINK, "mkdocs", "Un <g1>texte</g1> ici.")


# --- tags -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("dialect", ["gfm", "hugo", "jekyll", "mkdocs", "docusaurus", "auto"])
@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("A <b>bold</b> word", "Un <b>gras mot"),
        ("A <b>bold</b> word", r"Un <b>gras\</b> mot"),
        ('A <b class="c">bold</b> {.x} word', 'Un <b class="c">gras {.x} mot'),
    ],
)
def test_a_pair_of_tags_stays_one(dialect: str, source: str, text: str) -> None:
    page, reason = published(source, dialect, text)
    assert (page, reason) == (source, "it lacks the tag </b>")


def test_a_pair_of_tags_stays_one_in_html() -> None:
    source = "<p>A <b>bold</b> word</p>"
    assert published(source, "gfm", "Un <b>gras mot") == (source, "it lacks the tag </b>")


def test_a_tag_without_an_end_stays_one() -> None:
    assert published("A <b>bold word", "gfm", "Un mot <b>gras") == ("Un mot <b>gras", "")
    assert published("A <b>bold word", "gfm", "Un <b>gras</b> mot")[0] == "A <b>bold word"


# --- quotation marks in titles ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("opening", ["!!! note", "??? note", "==="])
def test_a_title_keeps_its_quotation_marks(opening: str) -> None:
    text = 'Le « gros » "titre" ici, et "là"'
    assert published(f'{opening} "The title"', "mkdocs", text) == (f'{opening} "{text}"', "")


@pytest.mark.parametrize(
    ("source", "text", "page"),
    [
        ('{{< fig title="The title" >}}', 'Le "gros" titre ("là")', '{{< fig title="Le “gros” titre (“là”)" >}}'),
        ('{{< fig title="The title" >}}', "L'été 'là'", """{{< fig title="L'été 'là'" >}}"""),
        ("{{< fig title='The title' >}}", "L'été 'là'", "{{< fig title='L’été ‘là’' >}}"),
    ],
)
def test_quotation_marks_in_a_parameter_open_and_close(source: str, text: str, page: str) -> None:
    assert published(source, "hugo", text) == (page, "")


# --- tables of kramdown -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("source", "text", "page"),
    [
        ("Fare A or B", "Tarif A | Tarif B", r"Tarif A \| Tarif B"),
        ("- Fare A or B", "Tarif A | Tarif B", r"- Tarif A \| Tarif B"),
        ("Fare `A` or **B**", r"**Tarif | B** \| `A`", r"**Tarif \| B** \| `A`"),
        ("Fare `A|B`", "`A|B` : tarif | prix", r"`A|B` : tarif \| prix"),
        ("Fares:\nA | B", "Tarifs : A | B", r"Tarifs : A \| B"),
        ("A | B", "Un | Deux", "Un | Deux"),
        ("# Fare A or B", "Tarif A | Tarif B", "# Tarif A | Tarif B"),
        ("Fare A or B\n===", "Tarif A | Tarif B", "Tarif A | Tarif B\n==="),
        ("Fare {{ a | upcase }}", "{{ a | upcase }} : tarif", "{{ a | upcase }} : tarif"),
    ],
)
def test_words_begin_no_table_of_kramdown(source: str, text: str, page: str) -> None:
    assert published(source, "jekyll", text) == (page, "")


def test_a_bar_is_a_word_elsewhere() -> None:
    assert published("Fare A or B", "hugo", "Tarif A | Tarif B") == ("Tarif A | Tarif B", "")
