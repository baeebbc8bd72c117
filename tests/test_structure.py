"""Law 3 by examples: which translations a page takes, dialect by dialect, and what is made of answers for it."""

from __future__ import annotations

import pytest

from prl10n import document, markup
from prl10n.assembly import assemble
from prl10n.document import Document, Rules


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
