"""Texts for units: from the memory, from the journal of paid answers, and for the rest from the backend.

    unit → neutral texts → memory? journal? backend → checked, rendered → draft

All documents of all locales are translated together, so that requests are full and a text goes out once. An answer
that does not carry its tags is asked for again as runs of plain words; one that still cannot be used leaves its unit
without a text, with a warning.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from typing import NamedTuple

import msgspec

from prl10n import dispatch, markup, sentences, tags
from prl10n.backends import Answer, Backend, Request
from prl10n.dispatch import Order
from prl10n.errors import BackendError, MarkupError
from prl10n.ledger import Tally
from prl10n.localize.drafts import Style
from prl10n.memory import Memory
from prl10n.model import Inline, Term, Unit
from prl10n.outcome import Plan, Spend
from prl10n.patterns import late
from prl10n.sentences import Sentence
from prl10n.tags import TEXT

CONTEXT = 1500  # characters of neighbouring prose that a backend is shown
EXAMPLES = 6  # approved pairs of the same document that it is shown


class Known(NamedTuple):
    """What a text is in the other language, and where that comes from. Empty: it was paid for and says nothing.

    `reviewed`: a person approved it somewhere; `approved`: in a place that the configuration trusts. `places` as in
    `memory.Match`.
    """

    answer: str
    provenance: str
    approved: bool = False
    places: Mapping[tuple[str, str], tuple[str, str]] = {}
    reviewed: bool = False


class Desk(msgspec.Struct, eq=False, dict=True):
    """What all documents of a locale are translated with. `day` is ISO 8601; `project` names the glossary there;
    `trust` and `near` are those of `[memory]`; `style` is what drafts are given besides the words.
    """

    backend: Backend
    memory: Memory
    source: str
    target: str
    day: str
    terms: tuple[Term, ...] = ()
    project: str = ""
    trust: str = "none"
    near: int = 75
    style: Style | None = None
    known: dict[str, Known] = {}
    kept: set[str] = set()  # the texts in `known` that neither memory nor journal has
    given_up: set[str] = set()  # those that were asked for, or would be, and have no answer
    promised: set[str] = set()  # those that a run which is no dry run would get an answer for
    held: dict[str, dict[int, str]] = {}  # text → the terms that tags stand for in it
    _settings: dict[str, str] = {}  # by kind
    _found: dict[str, tuple[Term, ...]] = {}  # by text

    @cached_property
    def takes_tags(self) -> bool:
        return self.backend.takes_tags(self.target)

    @cached_property
    def provenance(self) -> str:
        """Where an answer of today comes from: one string, since it travels with each text."""
        return f"{self.backend.name} {self.day}"

    def forget(self) -> None:
        """Let go what memory and journal have."""
        self.known = {text: self.known[text] for text in self.kept}
        self.held.clear()
        self._found.clear()

    def found(self, text: str) -> tuple[Term, ...]:
        """The terms in a text."""
        if not self.terms:
            return ()
        if text not in self._found:
            from prl10n import glossary  # late, here and below: a run with nothing to translate has no terms

            self._found[text] = glossary.found(tags.words(text), self.terms)
        return self._found[text]

    def key(self, text: str, kind: str) -> str:
        """All that an answer depends on besides the text: the journal's key (law 5)."""
        if kind not in self._settings:
            self._settings[kind] = self.backend.settings(self.source, self.target, kind)
        terms = self.found(text)
        if not terms:
            return self._settings[kind]
        from prl10n import glossary

        return f"{self._settings[kind]} terms={glossary.digest(terms)}"

    def sendable(self, text: str) -> str:
        """The text as the backend gets it: with tags in the places of terms, where it would not heed them."""
        if self.backend.takes_terms or not self.takes_tags or not (terms := self.found(text)):
            return text
        from prl10n import glossary

        protected, held = glossary.protected(text, terms)
        self.held[text] = held
        return protected


class Lack(NamedTuple):
    """A unit that has no text yet, and its neutral texts."""

    text: str
    kind: str
    line: int
    texts: tuple[str, ...]


class Asked(NamedTuple):
    """What a document lacks in a locale: its units that have no text yet, each text once.

    `context` is the document's title and the prose beside what is sent; `examples` are (source, approved translation)
    of its other units; both as plain words. `sentences` is the approved translation of each sentence (by its key),
    where paragraphs and their translations align one to one.
    """

    units: tuple[Lack, ...] = ()
    context: str = ""
    examples: tuple[tuple[str, str], ...] = ()
    sentences: Mapping[str, str] = {}


class Task(msgspec.Struct, eq=False):
    """A document in a locale that waits for texts. `left` are those that nobody knows yet."""

    desk: Desk
    asked: Asked
    tally: Tally = msgspec.field(default_factory=Tally)
    left: set[str] = set()

    @property
    def is_promised(self) -> bool:
        """Whether a run that is no dry run would get an answer for any of its texts."""
        promised = self.desk.promised
        return bool(promised) and any(text in promised for unit in self.asked.units for text in unit.texts)

    def wanted(self) -> Iterator[_Wanted]:
        for unit in self.asked.units:
            for text in unit.texts:
                yield _Wanted(self, text, unit.kind)

    def known(self) -> dict[str, Known]:
        """What is known of its texts."""
        known = self.desk.known
        return {text: known[text] for unit in self.asked.units for text in unit.texts if text in known}

    def said_of_terms(self) -> Iterator[tuple[Lack, str]]:
        """What the glossary says of the answers."""
        if not self.desk.terms:
            return
        from prl10n import glossary

        desk = self.desk
        for unit in self.asked.units:
            for text in unit.texts:
                if text in desk.known:
                    said = (tags.words(text), tags.words(desk.known[text].answer))
                    for violation in glossary.violations(*said, desk.terms, desk.target):
                        yield unit, violation.message


class _Wanted(NamedTuple):
    """A text that a task needs. The task that asked first is the one on whose tally it stands."""

    task: Task
    text: str
    kind: str
    paragraph: str = ""  # around a sentence

    @property
    def desk(self) -> Desk:
        return self.task.desk


class Work(msgspec.Struct, eq=False):
    """The translating of documents: `tasks` in their order, and what it may spend.

    `told` hears of characters done, `ready` of each task of which all texts are known: of most while the backend is at
    work on others. `idle` does a little other work while nothing comes back, and says whether there is more.
    """

    tasks: Sequence[Task]
    spend: Spend = msgspec.field(default_factory=Spend)
    told: Callable[[int], None] = lambda _: None
    ready: Callable[[Task], None] = lambda _: None
    idle: Callable[[], bool] = dispatch.nothing
    _needed_by: dict[tuple[Desk, str], list[Task]] = {}
    _wanted: dict[int, dict[str, _Wanted]] = {}  # order → its texts as they are sent
    _planned: list[Order] = []
    _in_runs: list[_Wanted] = []  # texts whose words are asked for, run by run
    _in_parts: list[tuple[_Wanted, tuple[Sentence, ...]]] = []  # and sentence by sentence

    def plan(self) -> dict[str, Plan]:
        """Ask memory and journal, and make the orders for the rest: what each locale will be sent."""
        missing = self._like(self._missing(wanted for task in self.tasks for wanted in task.wanted()))
        wanted = self._sentences(missing)
        self._planned = self._orders(wanted if wanted == missing else self._missing(wanted))
        self._join()
        return self._plans(self._planned)

    def _plans(self, orders: Sequence[Order]) -> dict[str, Plan]:
        plans: dict[str, Plan] = {task.desk.target: Plan() for task in self.tasks}
        for order in orders:
            target = order.request.target
            plans[target] += Plan(len(order.request.texts), 1, order.characters)
        return plans

    def announce(self) -> dict[str, Plan]:
        """Put what would be sent of what was planned on the tallies, as a dry run does that sends nothing."""
        taken = self.spend.take(self._planned)
        for order in taken:
            for text, wanted in self._wanted[id(order)].items():
                wanted.task.tally.sent += 1
                wanted.task.tally.characters += order.backend.count([text])
                if order.backend.name != "memory":
                    wanted.desk.promised.add(wanted.text)
        for order in self._planned:
            for wanted in self._wanted[id(order)].values():
                wanted.desk.given_up.add(wanted.text)
        whole = [(wanted, [part.text for part in parts]) for wanted, parts in self._in_parts]
        for wanted, parts in (*whole, *((wanted, markup.runs(wanted.text)) for wanted in self._in_runs)):
            if not wanted.desk.promised.isdisjoint(parts):
                wanted.desk.promised.add(wanted.text)
        return self._plans(taken)

    def carry_out(self) -> BackendError | None:
        """Send what was planned. Returns the error that ended the sending too early; what was answered is known."""
        for task in self.tasks:
            task.left = {text for unit in task.asked.units for text in unit.texts if text not in task.desk.known}
            for text in task.left:
                self._needed_by.setdefault((task.desk, text), []).append(task)
            if not task.left:
                self.ready(task)
        failure = self._send(self._planned)
        for order in self._planned:
            for wanted in self._wanted[id(order)].values():
                if wanted.text not in wanted.desk.known:
                    wanted.desk.given_up.add(wanted.text)
        self._join()
        return failure

    def again(self, broken: Iterable[tuple[Task, str]]) -> BackendError | None:
        """Ask for the texts of answers that cannot be used, run by run of their words; of units, by their texts."""
        wanted = [
            _Wanted(task, text, unit.kind)
            for task, broken_text in broken
            if task.desk.takes_tags
            for unit in task.asked.units
            if unit.text == broken_text
            for text in unit.texts
            if tags.has_tags(text)
        ]
        if not wanted:
            return None
        failure = self._send(self._orders(self._missing(self._runs(wanted))))
        self._join()
        return failure

    # what is not known yet

    def _missing(self, wanted: Iterable[_Wanted]) -> list[_Wanted]:
        """The texts that neither memory nor journal knows, each once in its locale; what they know is noted."""
        left: list[_Wanted] = []
        for desk, texts in _by_desk(wanted).items():
            settled = desk.known.keys() | desk.given_up if desk.given_up else desk.known
            unknown = {text: each for text, each in texts.items() if text not in settled}
            for text, match in desk.memory.exact(desk.target, list(unknown)).items():
                trusted = match.approved and desk.trust == "exact"
                provenance = f"memory {match.document} 100%"
                desk.known[text] = Known(match.target, provenance, trusted, match.places, match.approved)
                tally = unknown.pop(text).task.tally
                tally.memory += 1
                tally.drafts += not match.approved
            by_key: dict[str, list[str]] = {}
            for text, each in unknown.items():
                by_key.setdefault(desk.key(text, each.kind), []).append(text)
            for key, keyed in by_key.items():
                for text, answered in desk.memory.answered(key, keyed).items():
                    desk.known[text] = Known(answered.answer, f"{desk.backend.name} {answered.day}")
                    unknown.pop(text).task.tally.journal += 1
            if desk.takes_tags:
                left += unknown.values()
                continue
            tagged = [each for each in unknown.values() if tags.has_tags(each.text)]
            plain = [each for each in unknown.values() if not tags.has_tags(each.text)]
            (asked,) = _by_desk((*plain, *self._missing(self._runs(tagged)))).values() or ({},)
            left += asked.values()
        return left

    def _like(self, missing: Sequence[_Wanted]) -> list[_Wanted]:
        """What is left after texts that differ from an approved one in figures alone, and where no machine translates,
        texts that are like another one: drafts, to be looked at.
        """
        left: list[_Wanted] = []
        for desk, texts in _by_desk(missing).items():
            for text, match in desk.memory.refigured(desk.target, list(texts)).items():
                desk.known[text] = Known(match.target, f"memory {match.document} 99%, figures")
                texts.pop(text).task.tally.memory += 1
            if desk.backend.name == "memory":
                for text in list(texts):
                    for near in desk.memory.near(desk.target, text, desk.near):
                        if tags.numbers(near.source) == tags.numbers(text):
                            desk.known[text] = Known(near.target, f"memory {near.document} {near.score}%")
                            tally = texts.pop(text).task.tally
                            tally.memory += 1
                            tally.drafts += not near.approved
            left += texts.values()
        return left

    def _sentences(self, missing: Sequence[_Wanted]) -> list[_Wanted]:
        """In place of a paragraph of which some sentences are approved, its other sentences."""
        wanted: list[_Wanted] = []
        for each in missing:
            known = each.task.asked.sentences
            parts = sentences.split(each.text, each.desk.source) if known else ()
            kept = sum(part.key in known for part in parts)
            if not kept:
                wanted.append(each)
                continue
            self._in_parts.append((each, parts))
            around = tags.words(each.text)
            wanted += (_Wanted(each.task, part.text, each.kind, around) for part in parts if part.key not in known)
        return wanted

    def _runs(self, texts: Sequence[_Wanted]) -> list[_Wanted]:
        """The words between the tags of texts, to be asked for one by one."""
        self._in_runs += texts
        return [each._replace(text=run) for each in texts for run in markup.runs(each.text)]

    def _orders(self, missing: Sequence[_Wanted]) -> list[Order]:
        """Batches as full as each backend takes them, locale by locale."""
        orders: list[Order] = []
        for desk, own in _by_desk(missing).items():
            texts: dict[str, _Wanted] = {}
            for text, each in own.items():
                texts.setdefault(desk.sendable(text), each)
            whole = Request(
                desk.source,
                desk.target,
                tuple(texts),
                tuple(each.kind for each in texts.values()),
                tuple(f"{each.paragraph}\n{each.task.asked.context}".strip() for each in texts.values()),
            )
            for batch in desk.backend.batches(whole):
                wanted = {text: texts[text] for text in batch.texts}
                terms = dict.fromkeys(term for each in wanted.values() for term in desk.found(each.text))
                tasks = dict.fromkeys(each.task for each in wanted.values())
                near = self._near(desk, wanted.values())
                examples = [*near, *(pair for task in tasks for pair in task.asked.examples)]
                request = replace(batch, terms=tuple(terms), examples=tuple(dict.fromkeys(examples))[:EXAMPLES])
                order = Order(desk.backend, request, desk.backend.count(batch.texts), desk)
                self._wanted[id(order)] = wanted
                orders.append(order)
        return orders

    def _near(self, desk: Desk, texts: Iterable[_Wanted]) -> Iterator[tuple[str, str]]:
        """Approved pairs like the texts, as plain words, for a backend that learns from examples."""
        if getattr(desk.backend, "takes_examples", False):
            for each in texts:
                for near in desk.memory.near(desk.target, each.text):
                    if near.approved:
                        yield tags.words(near.source), tags.words(near.target)

    # sending

    def _send(self, orders: Sequence[Order]) -> BackendError | None:
        orders = self.spend.take(orders)
        try:
            for desk in dict.fromkeys(order.desk for order in orders):
                assert isinstance(desk, Desk)
                prepare = getattr(desk.backend, "prepare", None)
                if prepare is not None and desk.terms and desk.backend.takes_terms:
                    prepare(desk.source, desk.target, desk.terms, desk.project)
        except BackendError as error:
            return error
        return dispatch.send(orders, self._receive, self.idle)

    def _receive(self, order: Order, received: Sequence[tuple[str, Answer]]) -> None:
        """Every response is in the journal before it is looked at (law 5)."""
        desk = order.desk
        assert isinstance(desk, Desk)
        batch = self._wanted[id(order)]
        by_key: dict[str, list[tuple[str, str, int]]] = {}
        for sent, answer in received:
            if answer.text is None and not answer.billed:
                continue
            wanted = batch[sent]
            text = self._restored(desk, wanted.text, answer.text or "")
            by_key.setdefault(desk.key(wanted.text, wanted.kind), []).append((wanted.text, text, answer.billed))
            desk.known[wanted.text] = Known(text, desk.provenance)
            tally = wanted.task.tally
            tally.sent += 1
            tally.characters += desk.backend.count([sent])
            tally.billed += answer.billed
        for key, answers in by_key.items():
            desk.memory.record(key, answers, desk.day)
            for text, _, _ in answers:
                self._came(desk, text)
        self.told(order.backend.count([sent for sent, _ in received]))

    def _came(self, desk: Desk, text: str) -> None:
        """A text is known now."""
        for task in self._needed_by.pop((desk, text), ()):
            task.left.discard(text)
            if not task.left:
                self.ready(task)

    def _restored(self, desk: Desk, text: str, answer: str) -> str:
        """The answer with its terms in place; one that lost them stays as it is, and is asked for again in runs."""
        held = desk.held.get(text)
        if not held or not answer:
            return answer
        from prl10n import glossary

        try:
            return glossary.restored(answer, held)
        except MarkupError:
            return answer

    def _join(self) -> None:
        """Put together the texts of which all sentences, or all runs, are known."""
        for wanted, parts in self._in_parts:
            desk, kept = wanted.desk, wanted.task.asked.sentences
            found = [(kept.get(part.key), desk.known.get(part.text)) for part in parts]
            if wanted.text in desk.known or not all(own or (sent and sent.answer) for own, sent in found):
                continue
            texts = [own or (sent.answer if sent else "") for own, sent in found]
            count = sum(own is not None for own, _ in found)
            others = dict.fromkeys(sent.provenance for own, sent in found if own is None and sent)
            provenance = ", ".join((f"sentences {count} of {len(parts)} kept", *others))
            desk.known[wanted.text] = Known(sentences.joined(parts, texts, desk.target), provenance)
            desk.kept.add(wanted.text)
            self._came(desk, wanted.text)
        for wanted in self._in_runs:
            known = wanted.desk.known
            runs = markup.runs(wanted.text)
            answers = [known[run] for run in runs if run in known]
            if runs and len(answers) == len(runs) and all(each.answer for each in answers):
                words = [each.answer for each in answers]
                known[wanted.text] = Known(markup.with_runs(wanted.text, words), answers[0].provenance)
                wanted.desk.kept.add(wanted.text)
                self._came(wanted.desk, wanted.text)


def _by_desk(texts: Iterable[_Wanted]) -> dict[Desk, dict[str, _Wanted]]:
    """The texts of each locale, each once: who asked first has it."""
    found: dict[Desk, dict[str, _Wanted]] = {}
    for each in texts:
        own = found.get(each.task.desk)
        if own is None:
            own = found[each.task.desk] = {}
        if each.text not in own:
            own[each.text] = each
    return found


def plain(pieces: Iterable[Inline]) -> str:
    """The words of a text, without its markup."""
    return " ".join("".join([piece.value for piece in pieces if piece.piece is TEXT]).split())


_IDEOGRAPH = late("[\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")
# The look behind and the possessive quantifiers keep a long line of dashes from being tried at each of them.
_WITH_LETTERS = re.compile(r"(?<!\S)(?:[^\w\s]|_)*+[^\W_]\S*+")


def words(unit: Unit) -> int:
    """How many words a unit has for a translator: those between its markup, and alternative texts and titles inside it.

    A word is what stands between spaces and holds a letter or a digit; of Chinese and Japanese each character is one,
    as word processors count. Code, addresses and tags are none.
    """
    count = _count("".join([piece.value for piece in unit.pieces if piece.piece is TEXT]))
    for piece in unit.pieces:
        for part in piece.inner:
            count += _count(unit.text[part.start : part.end])
    return count


def _count(text: str) -> int:
    if not text.isascii():
        text = _IDEOGRAPH.sub(r" \g<0> ", text)
    return len(_WITH_LETTERS.findall(text))
