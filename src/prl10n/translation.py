"""Texts for units: from the memory, from the journal of paid answers, and for the rest from the backend.

    unit → neutral texts → memory? journal? backend → checked, rendered → draft

An answer that does not carry its tags is asked for again as runs of plain words; one that still cannot be used leaves
its unit without a text, with a warning.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from prl10n import markup, tags
from prl10n.backends import Answer, Backend, Request
from prl10n.catalog import Draft
from prl10n.document import Document
from prl10n.errors import BackendError, MarkupError
from prl10n.memory import Memory
from prl10n.model import Piece, Unit

CONTEXT = 1500  # characters of neighbouring prose that a backend is shown


@dataclass(slots=True)
class Tally:
    """Texts by where they came from, and characters as the backend counts them and as it billed them."""

    memory: int = 0
    journal: int = 0
    sent: int = 0
    characters: int = 0
    billed: int = 0


@dataclass(slots=True)
class Desk:
    """What all documents of a locale are translated with. `day` is ISO 8601.

    On a dry run nothing is sent: `announced` gathers the texts that would be, so that each counts once.
    """

    backend: Backend
    memory: Memory
    source: str
    target: str
    day: str
    announced: set[str] | None = None


@dataclass(slots=True)
class Result:
    """Drafts by msgid, and why a unit has none: (unit, reason). `failure` is what ended the work too early."""

    drafts: dict[str, Draft] = field(default_factory=dict)
    warnings: list[tuple[Unit, str]] = field(default_factory=list)
    tally: Tally = field(default_factory=Tally)
    failure: BackendError | None = None


def translate(desk: Desk, document: Document, units: Sequence[Unit]) -> Result:
    """Find a text for each of the units of a document that have none. The units' texts are distinct."""
    translator = _Translator(desk, document, units)
    try:
        translator.work()
    except BackendError as error:
        translator.result.failure = error
        for unit in units:
            translator.draft(unit)
    return translator.result


class _Translator:
    def __init__(self, desk: Desk, document: Document, units: Sequence[Unit]) -> None:
        self.desk = desk
        self.document = document
        self.units = units
        self.texts: Mapping[str, tuple[str, ...]] = {
            unit.text: markup.neutral(unit, document.references) for unit in units
        }
        self.takes_tags = desk.backend.takes_tags(desk.target)
        self.settings = desk.backend.settings(desk.source, desk.target)
        # text → (answer, where it comes from); an empty answer is one that was paid for and says nothing
        self.known: dict[str, tuple[str, str]] = {}
        self.result = Result()

    def work(self) -> None:
        every = list(dict.fromkeys(text for texts in self.texts.values() for text in texts))
        self.look_up(every)
        missing = [text for text in every if text not in self.known]
        direct = [text for text in missing if self.takes_tags or not tags.has_tags(text)]
        self.ask(direct)
        self.ask_runs([text for text in missing if text not in direct])
        broken = [unit for unit in self.units if self.draft(unit) is not None]
        if self.takes_tags:
            self.ask_runs([text for unit in broken for text in self.texts[unit.text] if tags.has_tags(text)])
        if self.desk.announced is None:
            for unit in self.units:
                self.settle(unit)

    def look_up(self, texts: Sequence[str]) -> None:
        """What memory and journal know."""
        for text, match in self.desk.memory.exact(self.desk.target, texts).items():
            self.known[text] = (match.target, f"memory {match.document} 100%")
            self.result.tally.memory += 1
        left = [text for text in texts if text not in self.known]
        for text, answered in self.desk.memory.answered(self.settings, left).items():
            self.known[text] = (answered.answer, f"{self.desk.backend.name} {answered.day}")
            self.result.tally.journal += 1

    def ask(self, texts: Iterable[str]) -> None:
        """Send what is not known yet; every response is in the journal before it is looked at (law 5)."""
        left = [text for text in dict.fromkeys(texts) if text not in self.known]
        if self.desk.announced is not None:
            left = [text for text in left if text not in self.desk.announced]
            self.desk.announced.update(left)
            self.result.tally.sent += len(left)
            self.result.tally.characters += self.desk.backend.count(left)
        elif left:
            request = Request(self.desk.source, self.desk.target, tuple(left), contexts=(self.context(),) * len(left))
            pending = iter(left)
            for answers in self.desk.backend.translate(request):
                # Answers first: `zip` reads its first iterable once more than the second.
                self.receive([(text, answer) for answer, text in zip(answers, pending, strict=False)])

    def receive(self, received: Sequence[tuple[str, Answer]]) -> None:
        paid = [(text, answer) for text, answer in received if answer.text is not None or answer.billed]
        self.desk.memory.record(
            self.settings, [(text, answer.text or "", answer.billed) for text, answer in paid], self.desk.day
        )
        tally = self.result.tally
        tally.sent += len(paid)
        tally.characters += self.desk.backend.count([text for text, _ in paid])
        tally.billed += sum(answer.billed for _, answer in paid)
        self.known |= {text: (answer.text or "", f"{self.desk.backend.name} {self.desk.day}") for text, answer in paid}

    def ask_runs(self, texts: Iterable[str]) -> None:
        """Ask for the words between the tags of each text; where all are known, the text is."""
        by_text = {text: markup.runs(text) for text in texts}
        parts = list(dict.fromkeys(part for runs in by_text.values() for part in runs if part not in self.known))
        self.look_up(parts)
        self.ask(parts)
        for text, runs in by_text.items():
            answers = [self.known.get(part, ("", "")) for part in runs]
            if runs and all(answer for answer, _ in answers):
                self.known[text] = (markup.with_runs(text, [answer for answer, _ in answers]), answers[0][1])

    def draft(self, unit: Unit) -> MarkupError | None:
        """Make the unit's draft if all its texts are known; the error says what is wrong with the answers."""
        answers = [self.known[text] for text in self.texts[unit.text] if text in self.known]
        if len(answers) != len(self.texts[unit.text]):
            return None
        try:
            if not all(answer for answer, _ in answers):
                raise MarkupError("the translation is empty")
            words = markup.render(unit, [answer for answer, _ in answers], self.document.references)
        except MarkupError as error:
            return error
        self.result.drafts[unit.text] = Draft(words, answers[0][1])
        return None

    def settle(self, unit: Unit) -> None:
        """The last word on a unit: its draft, or why it has none."""
        error = self.draft(unit)
        name = self.desk.backend.name
        if error is not None:
            self.result.warnings.append((unit, f"the answer of {name} cannot be used: {error.what}"))
        elif unit.text not in self.result.drafts and name != "memory":
            self.result.warnings.append((unit, f"{name} has no answer for it"))

    def context(self) -> str:
        """The document's title and the prose beside what is sent, as plain text."""
        every = self.document.units
        titles = (unit for unit in every if unit.kind == "front matter: title" or unit.kind.startswith("heading"))
        title = next(titles, None)
        near = [
            unit
            for index, unit in enumerate(every)
            if unit.text not in self.texts
            and any(other.text in self.texts for other in every[max(0, index - 1) : index + 2])
        ]
        chosen = dict.fromkeys(_plain(unit) for unit in ([title] if title else []) + near)
        return "\n".join(chosen)[:CONTEXT]


def _plain(unit: Unit) -> str:
    return " ".join("".join(piece.value for piece in unit.pieces if piece.piece is Piece.TEXT).split())
