"""Translation on this machine, with the models that `prl10n model install` has put there. The only code that knows
CTranslate2's engine, SentencePiece and sentencex.

A text is cut into sentences, which are translated as plain words in batches on all cores. Empty tags that stand where
a word would (code, a brand name) are given to the model as names that it copies; the other tags, and these where it
did not, are placed by its attention.
"""

from __future__ import annotations

import json
import os
import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from importlib.util import find_spec
from itertools import pairwise
from typing import TYPE_CHECKING, Annotated, Literal, NamedTuple

import msgspec

from prl10n import models, tags
from prl10n.backends import Answer, Backend, Request, alignment, batched, placing
from prl10n.backends.alignment import Aligned, Layout, Range
from prl10n.backends.options import parse
from prl10n.backends.spread import Spread
from prl10n.errors import BackendError, ConfigError
from prl10n.models import Kind, Model
from prl10n.tags import Token

if TYPE_CHECKING:
    from ctranslate2 import Translator
    from sentencepiece import SentencePieceProcessor

ALGORITHM = 1  # raise it when an answer changes: the journal keeps answers by their settings

LIBRARIES = ("ctranslate2", "sentencepiece", "sentencex")
_LONGEST_ANSWER = 4  # times the longest sentence: what is longer goes round in circles

_BREAKS = frozenset(",;:—–)，；：、")
_BYTE = re.compile(r"<0x([0-9A-F]{2})>")
_CONTROL = frozenset(("<unk>", "<s>", "</s>", "<pad>"))
# OPUS-MT was trained on text with the typewriter's punctuation. One character for one: offsets stay.
_TYPEWRITER = str.maketrans("‘’‚“”„«»–—\u00a0\u202f", '\'\'\'"""""--  ')


class Options(msgspec.Struct, frozen=True):
    """`[backend.local]`. Lengths and batches are in tokens; `threads` 0 means all cores."""

    device: Literal["cpu", "cuda", "auto"] = "cpu"
    compute_type: Literal["default", "auto", "int8", "int8_float16", "int8_float32", "int16", "float16", "float32"] = (
        "int8"
    )
    beam_size: Annotated[int, msgspec.Meta(ge=1, le=32)] = 4
    threads: Annotated[int, msgspec.Meta(ge=0, le=1024)] = 0
    batch_size: Annotated[int, msgspec.Meta(ge=64)] = 2048
    max_length: Annotated[int, msgspec.Meta(ge=16, le=500)] = 200


class LocalBackend:
    """Translates with the models of a pair of languages, through a third language where no model has both."""

    name = "local"
    concurrency = 1  # the engine itself uses all cores
    takes_terms = False

    def __init__(self, options: Mapping[str, object], environ: Mapping[str, str]) -> None:
        self.options = parse(self.name, Options, options)
        self.folder = models.folder(environ)
        self.engines: dict[Model, _Engine] = {}

    def takes_tags(self, target: str) -> bool:
        return True

    def settings(self, source: str, target: str, kind: str = "") -> str:
        chain = ",".join(
            re.sub(r"[^\w.@+:-]", "_", f"{model.name}@{model.version}:{model.sha256[:16]}")
            for model in self.chain(source, target)
        )
        said = self.options
        return (
            f"local models={chain} algorithm={ALGORITHM} compute_type={said.compute_type} beam_size={said.beam_size} "
            f"max_length={said.max_length}"
        )

    def count(self, texts: Sequence[str]) -> int:
        return 0

    def batches(self, request: Request) -> Iterable[Request]:
        return batched(request, 128, 20_000)

    def translate(self, request: Request) -> Iterator[Sequence[Answer]]:
        for part in self.batches(request):
            yield self._answers(part)

    def spread(self, executor: Executor, slots: int, threads: int) -> Backend:
        """The same backend at work on a cluster, of whose workers each does so many jobs at a time on as many cores."""
        shared = {"threads": self.options.threads or threads}
        return Spread(self, LocalBackend, msgspec.structs.asdict(self.options) | shared, executor, slots)

    def chain(self, source: str, target: str) -> tuple[Model, ...]:
        """The models that lead from one language to the other. ConfigError where there are none, or no engine."""
        if any(find_spec(library) is None for library in LIBRARIES):
            raise ConfigError(
                "the backend `local` needs libraries that are not installed", remedy="Run: pip install 'prl10n[local]'"
            )
        chain = models.find(self.folder, source, target)
        if not chain:
            languages = [tag.partition("-")[0].lower() for tag in (source, target)]
            raise ConfigError(
                f"no local model translates from {source} to {target}",
                remedy=f"Run: prl10n model install {' '.join(languages)}",
            )
        return chain

    def _answers(self, request: Request) -> list[Answer]:
        engines = [self._engine(model) for model in self.chain(request.source, request.target)]
        tokens = [tags.parse(text) for text in request.texts]
        layouts = [alignment.layout(each, alignment.stand_ins(each, _names(each))) for each in tokens]
        placed = _placed(engines, layouts, request.source)
        # Where the model has changed a stand-in, or moved it out of its pair: once more, without any.
        again = [
            index
            for index, answer in enumerate(placed)
            if answer is None and any(node.stand_in for node in layouts[index].nodes)
        ]
        bare = [alignment.layout(tokens[index]) for index in again]
        for index, answer in zip(again, _placed(engines, bare, request.source), strict=True):
            placed[index] = answer
        return [Answer(None if each is None else tags.written(each)) for each in placed]

    def _engine(self, model: Model) -> _Engine:
        if model not in self.engines:
            self.engines[model] = _Engine(model, self.options)
        return self.engines[model]


def _names(tokens: Sequence[Token]) -> Iterator[str]:
    """Names like those of products, which models copy. None is part of the text."""
    words = "".join(token.text for token in tokens)
    letter = next(letter for letter in "KXQZJVWY" if f"{letter}X" not in words or letter == "Y")
    return (f"{letter}X{number}" for number in range(1, len(tokens) + 1))


def _placed(engines: Sequence[_Engine], layouts: Sequence[Layout], source: str) -> list[list[Token] | None]:
    """The translation of each text with its tags; None for one that has no translation that can carry them."""
    pieces = [_sentences(each, source, engines[0]) for each in layouts]
    found = _translated(engines, [piece for text in pieces for piece in text])
    answers: list[list[Token] | None] = []
    for each, text in zip(layouts, pieces, strict=True):
        parts = [next(found) for _ in text]
        if any(part is None for part in parts):
            answers.append(None)
            continue
        whole = alignment.joined(
            (piece.space, piece.offset, part) for piece, part in zip(text, parts, strict=True) if part is not None
        )
        tail = each.text[len(each.text.rstrip()) :]
        answers.append(placing.place(each, Aligned(whole.text + tail, whole.atoms, whole.rows)))
    return answers


# --- sentences --------------------------------------------------------------------------------------------------------


class Sentence(NamedTuple):
    """A part of a text: the white space before it, its words, their atoms from its own beginning, and how many atoms
    the text has before it.
    """

    space: str
    text: str
    atoms: tuple[Range, ...]
    offset: int


def _sentences(text: Layout, language: str, engine: _Engine) -> list[Sentence]:
    """The sentences of a text, none longer than the engine takes. Their spaces and words are the text, but for white
    space at its end.
    """
    found = []
    last = offset = 0
    starts = [first for first, _ in text.atoms]
    for start, end in _spans(text, language):
        for begin, stop in _shortened(text.text, (start, end), starts, engine):
            count = bisect_left(starts, stop) - offset
            own = tuple((first - begin, past - begin) for first, past in text.atoms[offset : offset + count])
            found.append(Sentence(text.text[last:begin], text.text[begin:stop], own, offset))
            last, offset = stop, offset + count
    return found


def _spans(text: Layout, language: str) -> Iterator[Range]:
    """Where sentences are, without the white space between them. A line break ends one; no atom is in two."""
    import sentencex

    words = text.text
    ends = {each["end_index"] for each in sentencex.get_sentence_boundaries(language.partition("-")[0], words)}
    ends |= {place for place, character in enumerate(words, 1) if character == "\n"}
    ends -= {place for start, end in text.atoms for place in range(start + 1, end)}
    for start, end in pairwise(sorted({0, *ends, len(words)})):
        part = words[start:end]
        if part.strip():
            yield start + len(part) - len(part.lstrip()), start + len(part.rstrip())


def _shortened(text: str, span: Range, starts: Sequence[int], engine: _Engine) -> Iterator[Range]:
    """A sentence in parts that the model takes, cut near the middle: behind punctuation, else behind a space, else
    between two atoms.
    """
    start, end = span
    cuts = starts[bisect_left(starts, start + 1) : bisect_left(starts, end)]
    if not cuts or engine.takes(text[start:end]):
        yield span
        return
    quarter = (end - start) // 4
    spaced = [cut for cut in cuts if text[cut - 1].isspace()]
    clauses = [cut for cut in spaced if start + quarter < cut < end - quarter and text[:cut].rstrip()[-1] in _BREAKS]
    cut = min(clauses or spaced or cuts, key=lambda place: abs(2 * place - start - end))
    yield from _shortened(text, (start, start + len(text[start:cut].rstrip())), starts, engine)
    yield from _shortened(text, (cut, end), starts, engine)


# --- the engine -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Output:
    """What a model says: the text, and the characters of both sides that each weight of its attention is about."""

    text: str
    source_tokens: list[Range]
    target_tokens: list[Range]
    attention: list[list[float]]


class _Engine:
    """A model with its tokenizer, loaded once."""

    def __init__(self, model: Model, options: Options) -> None:
        import ctranslate2
        import sentencepiece

        self.model = model
        self.options = options
        self.threads = options.threads or os.cpu_count() or 1
        try:
            self.translator: Translator = ctranslate2.Translator(
                str(model.engine),
                options.device,
                compute_type=options.compute_type,
                inter_threads=1 if options.device == "cuda" else self.threads,
                intra_threads=1,
            )
            self.tokenizer: SentencePieceProcessor = sentencepiece.SentencePieceProcessor(
                model_file=str(model.tokenizer)
            )
        except (OSError, RuntimeError, ValueError) as error:
            raise BackendError(
                f"the model cannot be loaded: {error}",
                where=str(model.path),
                remedy=f"Install it again: prl10n model install {model.source} {model.target}",
            ) from error
        self.closing = ["</s>"] if model.kind is Kind.OPUS and not _adds_end(model) else []

    def tokens(self, text: str) -> tuple[list[str], list[Range]]:
        """The pieces of a text, and the characters that each stands for."""
        said = text.translate(_TYPEWRITER) if self.model.kind is Kind.OPUS else text
        found = self.tokenizer.encode(said, out_type="offset_mapping")
        return found["pieces"], found["offsets"]

    def takes(self, text: str) -> bool:
        """Whether a text is short enough, or has nothing to translate."""
        return not _has_letters(text) or len(self.tokens(text)[0]) <= self.options.max_length

    def translate(self, texts: Sequence[str]) -> list[_Output | None]:
        """None for a text to which the model says nothing, or to which it finds no end."""
        model, options = self.model, self.options
        lead = [model.source_prefix] if model.source_prefix else []
        prefix = [model.target_prefix] if model.target_prefix else []
        encoded = [self.tokens(text) for text in texts]
        sources = [[*lead, *pieces, *self.closing] for pieces, _ in encoded]
        # As many batches as there are cores to work on them.
        share = sum(map(len, sources)) // self.threads + 1
        limit = _LONGEST_ANSWER * max(map(len, sources), default=0) + 16
        try:
            results = self.translator.translate_batch(
                sources,
                [prefix] * len(sources) if prefix else None,
                max_batch_size=min(options.batch_size, max(share, 64)),
                batch_type="tokens",
                beam_size=options.beam_size,
                max_input_length=0,
                max_decoding_length=limit,
                return_attention=True,
                replace_unknowns=True,
            )
        except (RuntimeError, ValueError) as error:
            raise BackendError(
                f"the model failed: {error}",
                where=str(model.path),
                remedy="A smaller batch_size or max_length in [backend.local] needs less memory.",
            ) from error
        outputs: list[_Output | None] = []
        for (pieces, offsets), source, result in zip(encoded, sources, results, strict=True):
            answer = result.hypotheses[0][len(prefix) :]
            text, spans = detokenized(answer)
            if not text or len(answer) >= _LONGEST_ANSWER * len(source) + 16:
                outputs.append(None)
                continue
            rows = result.attention[0][len(result.attention[0]) - len(answer) :]
            attention = [row[len(lead) : len(lead) + len(pieces)] for row in rows]
            outputs.append(_Output(text, offsets, spans, attention))
        return outputs


def _has_letters(text: str) -> bool:
    return any(map(str.isalpha, text))


def _adds_end(model: Model) -> bool:
    """Whether the engine itself puts the end of the sentence behind the source."""
    try:
        return bool(json.loads((model.engine / "config.json").read_bytes()).get("add_source_eos"))
    except (OSError, ValueError):
        return False


def detokenized(pieces: Sequence[str]) -> tuple[str, list[Range]]:
    """SentencePiece's pieces as text without white space at its borders, and the characters of each piece."""
    text = ""
    spans: list[Range] = []
    pending = bytearray()
    for index, piece in enumerate(pieces, 1):
        byte = _BYTE.fullmatch(piece)
        words = "" if byte or piece in _CONTROL else piece.replace("▁", " ")
        if byte:
            pending.append(int(byte[1], 16))
            if index == len(pieces) or not _BYTE.fullmatch(pieces[index]):
                words = pending.decode("utf-8", "replace")
                pending.clear()
        spans.append((len(text), len(text) + len(words)))
        text += words
    lead = len(text) - len(text.lstrip())
    stripped = text.strip()
    return stripped, [
        (min(max(start - lead, 0), len(stripped)), min(max(end - lead, 0), len(stripped))) for start, end in spans
    ]


def _translated(engines: Sequence[_Engine], sentences: Sequence[Sentence]) -> Iterator[Aligned | None]:
    """The translation of each sentence, through all engines, aligned with its own atoms. Equal words are sent once;
    what has no letters is its own translation.
    """
    texts = list(dict.fromkeys(each.text for each in sentences if _has_letters(each.text)))
    chains: dict[str, list[_Output]] = {text: [] for text in texts}
    for engine in engines:
        alive = [text for text in texts if text in chains]
        said = [chains[text][-1].text if chains[text] else text for text in alive]
        for text, output in zip(alive, engine.translate(said), strict=True):
            if output is None:
                del chains[text]
            else:
                chains[text].append(output)
    for sentence in sentences:
        if sentence.text in chains:
            yield _aligned(sentence, chains[sentence.text])
        else:
            yield None if sentence.text in texts else alignment.unchanged(sentence.text, sentence.atoms)


def _aligned(sentence: Sentence, outputs: Sequence[_Output]) -> Aligned:
    known = alignment.unchanged(sentence.text, sentence.atoms)
    for output in outputs:
        target = alignment.atoms(output.text)
        rows = alignment.from_attention(
            known.atoms, output.source_tokens, target, output.target_tokens, output.attention
        )
        known = Aligned(output.text, target, alignment.composed(rows, known.rows, len(sentence.atoms)))
    return alignment.anchored(sentence.text, sentence.atoms, known)
