"""A small translation model that is real in every part: SentencePiece, Marian weights, OPUS-MT and Argos files.

Its weights are written by hand. The decoder attends at step n to piece n of the source and writes its partner, so that
what it says is known: the source in capitals (`LOUD`) or in small letters (`QUIET`), aligned piece by piece.
"""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

Change = Callable[[str], str]
LOUD: Change = str.upper
QUIET: Change = str.lower

POSITIONS = 160
_LINES = (
    "The company today announced a new platform that helps teams publish releases in other languages.",
    "Read the release notes: they say what is new, what changed and how to start. It's free!",
    "Our customers (in Paris, Lyon and Lille) can use it from 1 July 2026 for 34.50 a month, VAT included.",
    "abcdefghijklmnopqrstuvwxyz ABCDEFGHIJKLMNOPQRSTUVWXYZ 0123456789 .,;:!?()'\"-/&% é à è É À È « »",
)
_CONFIG = """enc-depth: 1
dec-depth: 1
transformer-heads: 1
type: transformer
transformer-decoder-autoreg: self-attention
transformer-no-projection: false
transformer-ffn-activation: relu
transformer-preprocess: n
transformer-postprocess: da
transformer-postprocess-top: n
transformer-postprocess-emb: d
transformer-guided-alignment-layer: last
"""


@cache
def sentencepiece_model() -> bytes:
    """A tokenizer for small letters and capitals, words of the lines above in few pieces."""
    import sentencepiece

    written = io.BytesIO()
    lines = [line for text in _LINES for line in (text, text.upper(), text.lower())]
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(lines),
        model_writer=written,
        model_type="bpe",
        vocab_size=220,
        hard_vocab_limit=False,
        num_threads=1,
        minloglevel=2,
    )
    return written.getvalue()


def _pieces(change: Change) -> list[str]:
    import sentencepiece

    tokenizer = sentencepiece.SentencePieceProcessor(model_proto=sentencepiece_model())
    own = [tokenizer.id_to_piece(index) for index in range(len(tokenizer))]
    own = [piece for piece in own if piece not in ("<unk>", "<s>", "</s>")]
    return list(dict.fromkeys(["</s>", "<unk>", *own, *map(change, own)]))


def _weights(change: Change, vocabulary: list[str]) -> Mapping[str, Any]:
    """Marian's arrays. The space has a dimension for each piece, then one for each position."""
    size, width = len(vocabulary), len(vocabulary) + POSITIONS
    index = {piece: number for number, piece in enumerate(vocabulary)}
    zero, identity = np.zeros((width, width), np.float32), np.eye(width, dtype=np.float32)
    pieces, positions = identity.copy(), identity.copy()
    pieces[size:], positions[:size] = 0, 0
    partner = zero.copy()
    for piece, number in index.items():
        changed = piece if piece in ("</s>", "<unk>") else change(piece)
        partner[number, index.get(changed, number)] = 40
    embeddings = identity[:size] / np.sqrt(width, dtype=np.float32)
    arrays: dict[str, Any] = {
        "special:model.yml": np.frombuffer(_CONFIG.encode() + b"\0", dtype=np.int8),
        "encoder_Wemb": embeddings,
        "decoder_Wemb": np.zeros_like(embeddings),
        "Wpos": identity[size:],
        "decoder_ff_logit_out_W": 20 * identity[:, :size],
        "decoder_ff_logit_out_b": np.zeros((1, size), np.float32),
    }
    for layer in ("encoder_l1", "decoder_l1"):
        attentions = {f"{layer}_self": dict.fromkeys("qkvo", zero)}
        if layer.startswith("decoder"):
            attentions[f"{layer}_context"] = {"q": 40 * positions, "k": positions, "v": pieces, "o": partner}
        for name, matrices in attentions.items():
            for letter, matrix in matrices.items():
                arrays[f"{name}_W{letter}"] = matrix
                arrays[f"{name}_b{letter}"] = np.zeros((1, width), np.float32)
        for half in "12":
            arrays[f"{layer}_ffn_W{half}"] = zero
            arrays[f"{layer}_ffn_b{half}"] = np.zeros((1, width), np.float32)
        for name in (*(f"{name}_Wo" for name in attentions), f"{layer}_ffn_ffn"):
            arrays[f"{name}_ln_scale_pre"] = np.ones((1, width), np.float32)
            arrays[f"{name}_ln_bias_pre"] = np.zeros((1, width), np.float32)
    for name in ("encoder_top", "decoder_top"):
        arrays[f"{name}_ln_scale"] = np.ones((1, width), np.float32)
        arrays[f"{name}_ln_bias"] = np.zeros((1, width), np.float32)
    return arrays


@cache
def opus_files(change: Change = LOUD) -> Mapping[str, bytes]:
    """The files of an OPUS-MT archive, by name."""
    vocabulary = _pieces(change)
    arrays = io.BytesIO()
    np.savez_compressed(arrays, **_weights(change, vocabulary))
    lines = [f"{json.dumps(piece, ensure_ascii=False)}: {number}\n" for number, piece in enumerate(vocabulary)]
    decoder = "relative-paths: true\nmodels:\n  - opus.npz\nvocabs:\n  - opus.vocab.yml\n  - opus.vocab.yml\n"
    return {
        "decoder.yml": decoder.encode(),
        "opus.npz": arrays.getvalue(),
        "opus.vocab.yml": "".join(lines).encode(),
        "source.spm": sentencepiece_model(),
        "target.spm": sentencepiece_model(),
        "README.md": b"# opus\n",
    }


@cache
def ctranslate2_files(change: Change = LOUD) -> Mapping[str, bytes]:
    """The same model as CTranslate2 has it: what its own converter makes of the Marian files."""
    import tempfile

    from ctranslate2.converters import OpusMTConverter

    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for file, data in opus_files(change).items():
            (folder / file).write_bytes(data)
        OpusMTConverter(str(folder)).convert(str(folder / "model"), quantization="int8")
        return {path.name: path.read_bytes() for path in sorted((folder / "model").iterdir())}


def zipped(path: Path, files: Mapping[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return path


def opus_archive(path: Path, change: Change = LOUD) -> Path:
    return zipped(path, opus_files(change))


def argos_package(path: Path, change: Change = LOUD, **metadata: object) -> Path:
    """An `.argosmodel`: `metadata` replaces what is said about an English to French model, version 1.9."""
    said = {"from_code": "en", "to_code": "fr", "package_version": "1.9", "type": "translate"} | metadata
    files = {
        "metadata.json": json.dumps(said).encode(),
        "sentencepiece.model": sentencepiece_model(),
        "README.md": b"A tiny model.\n",
        **{f"model/{name}": data for name, data in ctranslate2_files(change).items()},
    }
    return zipped(
        path, {f"translate-{said['from_code']}_{said['to_code']}/{name}": data for name, data in files.items()}
    )


def ctranslate2_folder(path: Path, change: Change = LOUD) -> Path:
    path.mkdir()
    for name, data in {**ctranslate2_files(change), "sentencepiece.model": sentencepiece_model()}.items():
        (path / name).write_bytes(data)
    return path
