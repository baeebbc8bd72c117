"""Texts for units: from the memory, from the journal of paid answers, and for the rest from the backend.

    unit → neutral texts → memory? journal? backend → checked, rendered → draft

All documents of all locales are translated together, so that requests are full and a text goes out once. An answer
that does not carry its tags is asked for again as runs of plain words; one that still cannot be used leaves its unit
without a text, with a warning.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING

from prl10n import dispatch, markup, sentences, tags
from prl10n.backends import Answer, Backend, Request
from prl10n.catalog import Draft
from prl10n.dispatch import Order, Spend
from prl10n.errors import BackendError, MarkupError
from prl10n.localize.drafts import Localized, Style, localized
from prl10n.memory import Memory, neighbours
from prl10n.model import Inline, Piece, Term, Unit
from prl10n.sentences import Sentence

if TYPE_CHECKING:
    from prl10n.document import Document

CONTEXT = 1500  # characters of neighbouring prose that a backend is shown
EXAMPLES = 6  # approved pairs of the same document that it is shown


@dataclass(slots=True)
class Tally:
    """Texts by where they came from; characters as the backend counts them, and as it billed them.

    `memory` and `journal` are reuse, `drafts` the part of `memory` that no person has approved. On a dry run `sent` and
    `characters` are what would be sent.
    """

    memory: int = 0
    drafts: int = 0
    journal: int = 0
    sent: int = 0
    characters: int = 0
    billed: int = 0

    def __add__(self, other: Tally) -> Tally:
        return Tally(*(getattr(self, name) + getattr(other, name) for name in self.__slots__))


@dataclass(slots=True)
class _Known:
    """What a text is in the other language, and where that comes from. Empty: it was paid for and says nothing.

    `reviewed`: a person approved it somewhere; `approved`: in a place that the configuration trusts.
    """

    answer: str
    provenance: str
    approved: bool = False
    places: Mapping[tuple[str, str], tuple[str, str]] = field(default_factory=dict)  # as in `memory.Match`
    reviewed: bool = False


@dataclass(eq=False)
class Desk:
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
    known: dict[str, _Known] = field(default_factory=dict)
    held: dict[str, dict[int, str]] = field(default_factory=dict)  # text → the terms that tags stand for in it
    _settings: dict[str, str] = field(default_factory=dict)  # by kind
    _found: dict[str, tuple[Term, ...]] = field(default_factory=dict)  # by text

    @cached_property
    def takes_tags(self) -> bool:
        return self.backend.takes_tags(self.target)

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
        from prl10n import glossary

        if kind not in self._settings:
            self._settings[kind] = self.backend.settings(self.source, self.target, kind)
        terms = self.found(text)
        return f"{self._settings[kind]} terms={glossary.digest(terms)}" if terms else self._settings[kind]

    def sendable(self, text: str) -> str:
        """The text as the backend gets it: with tags in the places of terms, where it would not heed them."""
        if self.backend.takes_terms or not self.takes_tags or not (terms := self.found(text)):
            return text
        from prl10n import glossary

        protected, held = glossary.protected(text, terms)
        self.held[text] = held
        return protected


@dataclass(eq=False)
class Task:
    """A document in a locale: its units that have no text yet, each text once, and what comes of them.

    `examples` are (source, approved translation) of its other units, as plain words; `approved` gives all pairs
    of its catalog, as neutral forms, of which sentences are reused; `stale` are the texts of the units that had an
    approved translation. `drafts` are by msgid; `warnings` (unit, rule, message) say why a unit has none, or what is
    wrong with its draft.
    """

    desk: Desk
    document: Document
    units: Sequence[Unit]
    examples: tuple[tuple[str, str], ...] = ()
    approved: Callable[[], Iterable[tuple[str, str]]] = tuple
    stale: frozenset[str] = frozenset()
    drafts: dict[str, Draft] = field(default_factory=dict)
    warnings: list[tuple[Unit, str, str]] = field(default_factory=list)
    tally: Tally = field(default_factory=Tally)

    @cached_property
    def texts(self) -> dict[str, tuple[str, ...]]:
        """The neutral texts of each unit, by the unit's text."""
        return {unit.text: markup.neutral(unit, self.document.references) for unit in self.units}

    @cached_property
    def context(self) -> str:
        """The document's title and the prose beside what is sent, as plain text."""
        every = self.document.units
        titles = (unit for unit in every if unit.kind == "front matter: title" or unit.kind.startswith("heading"))
        title = next(titles, None)
        waiting = [unit.text in self.texts for unit in every]
        near = [
            unit
            for index, unit in enumerate(every)
            if not waiting[index] and any(waiting[max(0, index - 1) : index + 2])
        ]
        chosen = dict.fromkeys(plain(unit.pieces) for unit in ([title] if title else []) + near)
        return "\n".join(chosen)[:CONTEXT]

    @cached_property
    def around(self) -> dict[str, tuple[str, str]]:
        """The texts before and behind each text of the document."""
        units = list({(unit.context, unit.text): unit for unit in self.document.units}.values())
        texts = [markup.neutral(unit, self.document.references) for unit in units]
        places = zip(texts, neighbours(texts), strict=True)
        return {text: place for each, place in reversed(list(places)) for text in each}

    @cached_property
    def sentences(self) -> dict[str, str]:
        """The approved translation of each sentence, where paragraphs and their translations align one to one."""
        languages = (self.desk.source, self.desk.target)
        return {
            sentence.key: answer
            for source, target in reversed(list(self.approved()))
            for sentence, answer in sentences.pairs(source, target, languages)
        }

    def wanted(self) -> Iterator[_Wanted]:
        for unit in self.units:
            for text in self.texts[unit.text]:
                yield _Wanted(self, text, unit.kind)

    def draft(self, unit: Unit) -> MarkupError | None:
        """Make the unit's draft if all its texts are known; the error says what is wrong with the answers."""
        if unit.text in self.drafts:
            return None
        answers = [self.here(text) for text in self.texts[unit.text] if text in self.desk.known]
        if len(answers) != len(self.texts[unit.text]):
            return None
        texts = [self.localized(*pair) for pair in zip(self.texts[unit.text], answers, strict=True)]
        try:
            if not all(each.text for each in texts):
                raise MarkupError("the translation is empty")
            words = markup.render(unit, [each.text for each in texts], self.document.references)
        except MarkupError as error:
            return error
        provenance = answers[0].provenance
        if unit.text in self.stale and self.whole(self.texts[unit.text][0]):
            provenance += ", whole paragraph"  # none of its sentences could be kept
        provenance = "; ".join((provenance, *(repair for each in texts for repair in each.repairs)))
        approved = all(each.approved for each in answers) and not unit.context
        self.drafts[unit.text] = Draft(words, provenance, approved)
        return None

    def localized(self, text: str, known: _Known) -> Localized:
        """An answer with what its locale asks for; what a person approved stays as it is."""
        if self.desk.style is None or known.reviewed:
            return Localized(known.answer)
        return localized(text, known.answer, self.desk.style)

    def here(self, text: str) -> _Known:
        """What is known of a text; where the memory has it between the same texts, what was approved there."""
        known = self.desk.known[text]
        found = known.places.get(self.around[text]) if known.places and text in self.around else None
        if found is None:
            return known
        trusted = self.desk.trust in ("context", "exact")
        return _Known(found[0], f"memory {found[1]} 100%, in context", trusted, reviewed=True)

    def whole(self, text: str) -> bool:
        """Whether a paragraph of several sentences was sent as one text."""
        provenance = self.desk.known[text].provenance
        backend = provenance.startswith(f"{self.desk.backend.name} ")
        return backend and len(sentences.split(text, self.desk.source)) > 1

    def settle(self, unit: Unit) -> None:
        """The last word on a unit: its draft and what its terms say of it, or why it has none."""
        name = self.desk.backend.name
        error = self.draft(unit)
        if error is not None:
            reason = f"the unit stays untranslated, the answer of {name} cannot be used: {error.what}"
            self.warnings.append((unit, "markup", reason))
        elif unit.text not in self.drafts:
            if name != "memory":
                self.warnings.append((unit, "markup", f"the unit stays untranslated, {name} has no answer for it"))
        elif self.desk.terms:
            from prl10n import glossary

            for text in self.texts[unit.text]:
                answer = self.desk.known[text].answer
                for violation in glossary.violations(
                    tags.words(text), tags.words(answer), self.desk.terms, self.desk.target
                ):
                    self.warnings.append((unit, "glossary", violation.message))


@dataclass(frozen=True, slots=True)
class _Wanted:
    """A text that a task needs. The task that asked first is the one on whose tally it stands."""

    task: Task
    text: str
    kind: str
    paragraph: str = ""  # around a sentence

    @property
    def desk(self) -> Desk:
        return self.task.desk


@dataclass(frozen=True, slots=True)
class Plan:
    """What a locale will be sent."""

    texts: int = 0
    requests: int = 0
    characters: int = 0


@dataclass(eq=False)
class Work:
    """The translating of a run: `tasks` in their order, and what it may spend.

    `told` hears of characters done, `done` of each task whose units have all that they will get: most are done while
    the backend is at work on others.
    """

    tasks: Sequence[Task]
    spend: Spend = field(default_factory=Spend)
    told: Callable[[int], None] = lambda _: None
    done: Callable[[Task], None] = lambda _: None
    _needed_by: dict[tuple[Desk, str], list[tuple[Task, Unit]]] = field(default_factory=dict)
    _ready: deque[tuple[Task, Unit]] = field(default_factory=deque)  # units that may have got their last text
    _finished: set[Task] = field(default_factory=set)
    _wanted: dict[int, dict[str, _Wanted]] = field(default_factory=dict)  # order → its texts as they are sent
    _planned: list[Order] = field(default_factory=list)
    _in_runs: list[_Wanted] = field(default_factory=list)  # texts whose words are asked for, run by run
    _in_parts: list[tuple[_Wanted, tuple[Sentence, ...]]] = field(default_factory=list)  # and sentence by sentence

    def plan(self) -> dict[str, Plan]:
        """Ask memory and journal, and make the orders for the rest: what each locale will be sent."""
        missing = self._like(self._missing(wanted for task in self.tasks for wanted in task.wanted()))
        self._planned = self._orders(self._missing(self._sentences(missing)))
        self._join()
        plans: dict[str, Plan] = {task.desk.target: Plan() for task in self.tasks}
        for order in self._planned:
            target = order.request.target
            plan = plans[target]
            plans[target] = Plan(
                plan.texts + len(order.request.texts), plan.requests + 1, plan.characters + order.characters
            )
        return plans

    def announce(self) -> None:
        """Put what was planned on the tallies, as a dry run does that sends nothing."""
        for order in self._planned:
            for text, wanted in self._wanted[id(order)].items():
                wanted.task.tally.sent += 1
                wanted.task.tally.characters += order.backend.count([text])

    def carry_out(self) -> BackendError | None:
        """Send what was planned, ask again for what came back broken, and make the drafts.

        Returns the error that ended the work too early; drafts are made of all that was answered all the same.
        """
        for task in self.tasks:
            for unit in task.units:
                for text in task.texts[unit.text]:
                    self._needed_by.setdefault((task.desk, text), []).append((task, unit))
                self._ready.append((task, unit))
        failure = self._send(self._planned)
        self._join()
        while self._idle():
            pass
        broken = [
            _Wanted(task, text, unit.kind)
            for task in self.tasks
            if task.desk.takes_tags and task not in self._finished
            for unit in task.units
            if task.draft(unit) is not None
            for text in task.texts[unit.text]
            if tags.has_tags(text)
        ]
        if failure is None and broken:
            failure = self._send(self._orders(self._missing(self._runs(broken))))
            self._join()
        for task in self.tasks:
            if task not in self._finished:
                for unit in task.units:
                    if failure is None and not self.spend.reached:
                        task.settle(unit)
                    else:
                        task.draft(unit)
                self.done(task)
        return failure

    def _idle(self) -> bool:
        """Make one draft that may be ready, and finish its task if that was the last one. Whether there is more."""
        if not self._ready:
            return False
        task, unit = self._ready.popleft()
        task.draft(unit)
        if len(task.drafts) == len(task.units) and task not in self._finished:
            self._finished.add(task)
            for each in task.units:
                task.settle(each)
            self.done(task)
        return True

    # what is not known yet

    def _missing(self, wanted: Iterable[_Wanted]) -> list[_Wanted]:
        """The texts that neither memory nor journal knows, each once in its locale; what they know is noted."""
        left: list[_Wanted] = []
        for desk, texts in _by_desk((each.text, each) for each in wanted).items():
            unknown = {text: each for text, each in texts.items() if text not in desk.known}
            for text, match in desk.memory.exact(desk.target, list(unknown)).items():
                trusted = match.approved and desk.trust == "exact"
                provenance = f"memory {match.document} 100%"
                desk.known[text] = _Known(match.target, provenance, trusted, match.places, match.approved)
                tally = unknown.pop(text).task.tally
                tally.memory += 1
                tally.drafts += not match.approved
            by_key: dict[str, list[str]] = {}
            for text, each in unknown.items():
                by_key.setdefault(desk.key(text, each.kind), []).append(text)
            for key, keyed in by_key.items():
                for text, answered in desk.memory.answered(key, keyed).items():
                    desk.known[text] = _Known(answered.answer, f"{desk.backend.name} {answered.day}")
                    unknown.pop(text).task.tally.journal += 1
            tagged = [] if desk.takes_tags else [each for each in unknown.values() if tags.has_tags(each.text)]
            left += [each for each in unknown.values() if desk.takes_tags or not tags.has_tags(each.text)]
            left += self._missing(self._runs(tagged)) if tagged else []
        return list({(each.desk, each.text): each for each in left}.values())

    def _like(self, missing: Sequence[_Wanted]) -> list[_Wanted]:
        """What is left after texts that differ from an approved one in figures alone, and where no machine translates,
        texts that are like another one: drafts, to be looked at.
        """
        left: list[_Wanted] = []
        for desk, texts in _by_desk((each.text, each) for each in missing).items():
            for text, match in desk.memory.refigured(desk.target, list(texts)).items():
                desk.known[text] = _Known(match.target, f"memory {match.document} 99%, figures")
                texts.pop(text).task.tally.memory += 1
            if desk.backend.name == "memory":
                for text in list(texts):
                    for near in desk.memory.near(desk.target, text, desk.near):
                        if tags.numbers(near.source) == tags.numbers(text):
                            desk.known[text] = _Known(near.target, f"memory {near.document} {near.score}%")
                            tally = texts.pop(text).task.tally
                            tally.memory += 1
                            tally.drafts += not near.approved
            left += texts.values()
        return left

    def _sentences(self, missing: Sequence[_Wanted]) -> list[_Wanted]:
        """In place of a paragraph of which some sentences are approved, its other sentences."""
        wanted: list[_Wanted] = []
        for each in missing:
            known = each.task.sentences
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
        return [replace(each, text=run) for each in texts for run in markup.runs(each.text)]

    def _orders(self, missing: Sequence[_Wanted]) -> list[Order]:
        """Batches as full as each backend takes them, locale by locale."""
        orders: list[Order] = []
        for desk, texts in _by_desk((each.desk.sendable(each.text), each) for each in missing).items():
            whole = Request(
                desk.source,
                desk.target,
                tuple(texts),
                tuple(each.kind for each in texts.values()),
                tuple(f"{each.paragraph}\n{each.task.context}".strip() for each in texts.values()),
            )
            for batch in desk.backend.batches(whole):
                wanted = {text: texts[text] for text in batch.texts}
                terms = dict.fromkeys(term for each in wanted.values() for term in desk.found(each.text))
                tasks = dict.fromkeys(each.task for each in wanted.values())
                examples = [*self._near(desk, wanted.values()), *(pair for task in tasks for pair in task.examples)]
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
        return dispatch.send(orders, self._receive, self._idle)

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
            desk.known[wanted.text] = _Known(text, f"{desk.backend.name} {desk.day}")
            tally = wanted.task.tally
            tally.sent += 1
            tally.characters += desk.backend.count([sent])
            tally.billed += answer.billed
        for key, answers in by_key.items():
            desk.memory.record(key, answers, desk.day)
            self._ready += (each for text, _, _ in answers for each in self._needed_by.get((desk, text), ()))
        self.told(order.backend.count([sent for sent, _ in received]))

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
            desk, kept = wanted.desk, wanted.task.sentences
            found = [(kept.get(part.key), desk.known.get(part.text)) for part in parts]
            if wanted.text in desk.known or not all(own or (sent and sent.answer) for own, sent in found):
                continue
            texts = [own or (sent.answer if sent else "") for own, sent in found]
            count = sum(own is not None for own, _ in found)
            others = dict.fromkeys(sent.provenance for own, sent in found if own is None and sent)
            provenance = ", ".join((f"sentences {count} of {len(parts)} kept", *others))
            desk.known[wanted.text] = _Known(sentences.joined(parts, texts, desk.target), provenance)
            self._ready += self._needed_by.get((desk, wanted.text), ())
        for wanted in self._in_runs:
            known = wanted.desk.known
            runs = markup.runs(wanted.text)
            answers = [known[run] for run in runs if run in known]
            if runs and len(answers) == len(runs) and all(each.answer for each in answers):
                words = [each.answer for each in answers]
                known[wanted.text] = _Known(markup.with_runs(wanted.text, words), answers[0].provenance)


def _by_desk(texts: Iterable[tuple[str, _Wanted]]) -> dict[Desk, dict[str, _Wanted]]:
    """The texts of each locale, each once: who asked first has it."""
    found: dict[Desk, dict[str, _Wanted]] = {}
    for text, each in texts:
        found.setdefault(each.desk, {}).setdefault(text, each)
    return found


def plain(pieces: Iterable[Inline]) -> str:
    """The words of a text, without its markup."""
    return " ".join("".join(piece.value for piece in pieces if piece.piece is Piece.TEXT).split())


_IDEOGRAPH = re.compile("[\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")


def words(unit: Unit) -> int:
    """How many words a unit has for a translator: those between its markup, and alternative texts and titles inside it.

    A word is what stands between spaces and holds a letter or a digit; of Chinese and Japanese each character is one,
    as word processors count. Code, addresses and tags are none.
    """
    texts = [plain(unit.pieces), *(unit.text[part.start : part.end] for piece in unit.pieces for part in piece.inner)]
    return sum(any(map(str.isalnum, word)) for text in texts for word in _IDEOGRAPH.sub(r" \g<0> ", text).split())
