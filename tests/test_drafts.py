"""What a French draft looks like, from the answer of a machine that knows little of Paris: the whole way."""

from __future__ import annotations

from pathlib import Path

import pytest

from deepl_server import DeepLServer
from project import Project

# The kind of release that the project began with: mixed quotation marks, emphasis around a long quotation, a date with
# an ordinal, a wrong apostrophe, an address and a phone number.
SOURCE = """---
title: Acme Welcomes its Sales Director
image: news.png
---

### Jane Roe joins the team as Sales Director

**Geneva, 20th November 2023** - It is with pleasure that Acme can announce that
[Jane Roe](https://www.example.com/in/jane-roe-2784905/) has been appointed. Jane joined on 20th November 2023.

Jane brings over 15 year’s knowledge of the IT industry.

Jane said, _“I’m delighted to join the team and the [Acme](https://www.example.com/) family. The
[platform](/platform) is growing."_

Acme grew 12.5% to $3.2 billion; is it over?

Contact: 10:30 to 17:00

**Jane Roe**
 <br/>
jane.roe@example.com
 <br/>
+33 6 89 99 48 52
"""

ANSWERS = {
    "Acme Welcomes its Sales Director": "Acme accueille sa directrice des ventes",
    "Jane Roe joins the team as Sales Director": "Jane Roe rejoint l'équipe en tant que directrice des ventes",
    "<g1>Geneva, 20th November 2023</g1> - It is with pleasure that Acme can announce that <g2>Jane Roe</g2> has been "
    "appointed. Jane joined on 20th November 2023.": "<g1>Genève, 20th November 2023</g1> - C'est avec plaisir qu'Acme "
    "annonce la nomination de <g2>Jane Roe</g2>. Jane est arrivée le 20th November 2023.",
    "Jane brings over 15 year’s knowledge of the IT industry.": "Jane apporte plus de 15 ans d'expérience de "
    "l'informatique.",
    "Jane said, <g1>“I’m delighted to join the team and the <g2>Acme</g2> family. The <g3>platform</g3> is "
    'growing."</g1>': "Jane a déclaré : <g1>“Je suis ravie de rejoindre l'équipe et la famille <g2>Acme</g2>. La "
    '<g3>plateforme</g3> grandit !"</g1>',
    "Acme grew 12.5% to $3.2 billion; is it over?": "Acme a progressé de 12.5% à 3.2 milliards de dollars ; "
    "est-ce fini?",
    "Contact: 10:30 to 17:00": "Contact : 10:30 à 17:00",
}
THIN, HARD = "\u202f", "\u00a0"


@pytest.fixture
def page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.chdir(tmp_path)
    project = Project(tmp_path)
    project.configure("")
    project.source(SOURCE)
    with DeepLServer(translate=lambda text, _: ANSWERS.get(text, text)) as server:
        project.environ = server.environ
        result = project.run("sync")
        assert result.exit_code == 0, result.stderr
        before = project.stamps()
        assert project.run("sync").exit_code == 0
        assert project.stamps() == before, "a second run touches no file"
    return project.page()


def test_the_date_is_french(page: str) -> None:
    assert "November" not in page
    assert page.count("20 novembre 2023".replace("20 n", f"20{HARD}n")) + page.count("20 novembre 2023") == 2


def test_quotation_marks_pair_across_emphasis_and_links(page: str) -> None:
    assert f"_«{HARD}Je suis ravie" in page
    assert f"grandit{THIN}!{HARD}»_" in page
    assert not {*'“”"'} & {*page}


def test_spaces_and_apostrophes(page: str) -> None:
    assert "l’équipe" in page
    assert "'" not in page
    assert f"déclaré{HARD}:" in page
    assert f"dollars{THIN}; est-ce fini{THIN}?" in page


def test_figures(page: str) -> None:
    assert f"12,5{THIN}%" in page or f"12,5{HARD}%" in page
    assert "3,2" in page
    assert f"15{HARD}ans" in page


def test_what_is_no_prose_stays(page: str) -> None:
    assert "+33 6 89 99 48 52\n" in page
    assert "jane.roe@example.com\n" in page
    assert "[Jane Roe](https://www.example.com/in/jane-roe-2784905/)" in page
    assert f"Contact{HARD}: 10:30 à 17:00" in page
    assert "image: news.png" in page


def test_repairs_are_said_where_a_reviewer_sees_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    project = Project(tmp_path)
    project.configure("")
    project.source("We met on 20th November 2023 in Lyon.\n")
    with DeepLServer(translate=lambda *_: "Nous nous sommes vus le 20th November 2023 à Lyon.") as server:
        project.environ = server.environ
        project.run("sync")
    entry = project.entry("We met")
    assert entry.msgstr == "Nous nous sommes vus le 20 novembre 2023 à Lyon.".replace("20 n", f"20{HARD}n") or (
        entry.msgstr == "Nous nous sommes vus le 20 novembre 2023 à Lyon."
    )
    assert "20th November 2023" in entry.comment
    assert "20 novembre 2023" in entry.comment.replace(HARD, " ")


def test_localizing_can_be_switched_off(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    project = Project(tmp_path)
    project.configure("[localize]\ntypography = false\ndates = false\nnumbers = false\n")
    project.source("We met on 20th November 2023!\n")
    with DeepLServer(translate=lambda *_: "Vu le 20th November 2023 !") as server:
        project.environ = server.environ
        project.run("sync")
    assert project.entry("We met").msgstr == "Vu le 20th November 2023 !"


def test_a_bare_address_ends_at_an_ordinary_space(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    project = Project(tmp_path)
    project.configure("")
    project.source(
        'See https://h.example/x; go to "https://h.example/y" and to `code`; done to <https://h.example/z>!\n'
    )
    answer = 'Voir <x1/> ; aller à "<x2/>" et à <x3/> ; fait à <x4/> !'
    with DeepLServer(translate=lambda *_: answer) as server:
        project.environ = server.environ
        project.run("sync")
    assert project.entry("See").msgstr == (
        f"Voir https://h.example/x ; aller à «{HARD}https://h.example/y » et à `code`{THIN}; fait à "
        f"<https://h.example/z>{THIN}!"
    )
