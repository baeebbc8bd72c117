"""Installing a model from a package: an Argos package, an OPUS-MT archive, or a CTranslate2 model in a folder.

Packages are not trusted: nothing of one is run, only the files that a model needs are taken from it, and their sizes
have limits.
"""

from __future__ import annotations

import hashlib
import re
import shutil
import stat
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path, PurePosixPath

import msgspec

from prl10n.errors import ConfigError
from prl10n.models import RECORD, Kind, Model, Record, beside, disk, installed, sweep

MOST_BYTES = 4 << 30
_MOST_FILES = 5_000
_CHUNK = 1 << 20

_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*")
_ARGOS_LANGUAGES = {"pb": "pt-BR", "zt": "zh-Hant"}
_ANOTHER = "Install another model of this pair; `prl10n model install SOURCE TARGET` finds one in the index."


class Argos(msgspec.Struct, frozen=True):
    """What prl10n reads of an Argos package's `metadata.json` and of an index's entries."""

    from_code: str = ""
    to_code: str = ""
    package_version: str = ""
    type: str = "translate"
    code: str = ""
    target_prefix: str = ""
    links: list[str] = []
    sha256: str = ""
    checksum: str = ""


def language(code: str) -> str:
    """The BCP 47 tag of a language's code in an Argos package."""
    return _ARGOS_LANGUAGES.get(code, code)


def install_file(
    root: Path, path: Path, source: str = "", target: str = "", *, prefix: str = "", origin: str = ""
) -> Model:
    """Install an Argos package, an OPUS-MT archive, or a folder with a CTranslate2 model.

    `source` and `target` are needed where the package does not say them, and must agree with it where it does. `prefix`
    is the token that an OPUS-MT model of several target languages wants before each sentence (`>>fra<<`). An installed
    model of the same pair is replaced once the new one is whole. Raises ConfigError for what is no model, or one that
    prl10n cannot use.
    """
    with _workshop(root, path) as work:
        taken = work / "taken"
        taken.mkdir()
        if path.is_dir():
            _take_folder(path, taken)
        elif zipfile.is_zipfile(path):
            _unpack(path, taken)
        else:
            raise ConfigError(
                "this is no translation model",
                where=str(path),
                remedy="A model is an .argosmodel, an OPUS-MT .zip, or a folder with model.bin.",
            )
        made = work / "made"
        made.mkdir()
        record = _make(taken, made, source, target, prefix, path)
        measured = path if path.is_file() else made / "model" / "model.bin"
        record = msgspec.structs.replace(record, origin=origin or path.name, sha256=digest(measured))
        (made / RECORD).write_bytes(msgspec.json.format(msgspec.json.encode(record)) + b"\n")
        _check(made, path)
        final = root / f"{record.source}_{record.target}"
        _replace(made, final)
    return next(model for model in installed(root) if model.path == final)


def _make(taken: Path, made: Path, source: str, target: str, prefix: str, path: Path) -> Record:
    """Fill the folder of a model from the files of a package, whatever it is."""
    argos = taken / "metadata.json"
    if argos.exists():
        return _make_argos(_metadata(argos, path), taken, made, (source, target), path)
    pair = _pair(source, target, path)
    stem = path.name.removesuffix(".zip")
    opus = (taken / "source.spm").exists()
    record = Record(*pair, stem, "", "", "", Kind.OPUS if opus else Kind.PLAIN)
    tokenizer = next((taken / name for name in ("source.spm", "sentencepiece.model") if (taken / name).exists()), None)
    if tokenizer is None:
        raise ConfigError("the model has no source.spm or sentencepiece.model", where=str(path), remedy=_ANOTHER)
    shutil.move(tokenizer, made / "source.spm")
    if (taken / "decoder.yml").exists():
        _convert(taken, made / "model", path)
    else:
        taken.rename(made / "model")
    return msgspec.structs.replace(record, source_prefix=_source_prefix(made / "model", pair[1], prefix, path))


def _metadata(file: Path, path: Path) -> Argos:
    try:
        return msgspec.json.decode(file.read_bytes(), type=Argos)
    except msgspec.MsgspecError as error:
        raise ConfigError(f"its metadata.json cannot be read: {error}", where=str(path), remedy=_ANOTHER) from error


def _make_argos(said: Argos, taken: Path, made: Path, asked: tuple[str, str], path: Path) -> Record:
    if said.type != "translate" or not said.from_code or not said.to_code:
        raise ConfigError(
            f"the package is of type {said.type!r} and not from one language to another",
            where=str(path),
            remedy=_ANOTHER,
        )
    pair = _pair(language(said.from_code), language(said.to_code), path)
    if any(want and want.lower() != has.lower() for want, has in zip(asked, pair, strict=True)):
        raise ConfigError(
            f"the package translates from {pair[0]} to {pair[1]}", where=str(path), remedy="Leave --from and --to out."
        )
    if not (taken / "sentencepiece.model").exists():
        raise ConfigError(
            "the package has no sentencepiece.model: prl10n does not read its older tokenizer (BPE)",
            where=str(path),
            remedy=_ANOTHER,
        )
    (taken / "sentencepiece.model").rename(made / "source.spm")
    (taken / "model").rename(made / "model")
    name = said.code or f"translate-{said.from_code}_{said.to_code}"
    return Record(*pair, name, said.package_version, "", "", target_prefix=said.target_prefix)


def _pair(source: str, target: str, path: Path) -> tuple[str, str]:
    if not source or not target:
        raise ConfigError(
            "nothing in the package says its languages", where=str(path), remedy="Add --from en --to fr, for example."
        )
    for tag in (source, target):
        if not _LANGUAGE.fullmatch(tag):
            raise ConfigError(f"{tag!r} is no language", where=str(path), remedy="Write BCP 47 tags: en, fr, pt-BR.")
    return source, target


def _convert(taken: Path, engine: Path, path: Path) -> None:
    """Make a CTranslate2 model, in 8 bits, of an OPUS-MT one."""
    if find_spec("ctranslate2") is None:
        raise ConfigError("an OPUS-MT model must be converted", remedy="Run: pip install 'prl10n[local]'")
    from ctranslate2.converters import OpusMTConverter

    # It names the files to read, by paths.
    if re.search(rb"[/\\]", (taken / "decoder.yml").read_bytes()):
        raise ConfigError("its decoder.yml names files elsewhere", where=str(path), remedy=_ANOTHER)
    try:
        OpusMTConverter(str(taken)).convert(str(engine), quantization="int8")
    except (OSError, LookupError, TypeError, ValueError, RuntimeError, AttributeError) as error:
        raise ConfigError(f"CTranslate2 cannot convert it: {error}", where=str(path), remedy=_ANOTHER) from error


def _source_prefix(engine: Path, target: str, given: str, path: Path) -> str:
    """The token before each sentence that a model of several target languages wants; "" for any other."""
    known: list[str] = []
    for vocabulary in (*engine.glob("shared_vocabulary.*"), *engine.glob("source_vocabulary.*")):
        known += re.findall(r">>[\w@.-]+<<", vocabulary.read_text(encoding="utf-8", errors="replace"))
    wanted = given or f">>{target.lower()}<<"
    if wanted in known or not (known or given):
        return wanted if known else ""
    raise ConfigError(
        f"the model writes several languages, and {wanted} is none of them" if known else f"it does not know {wanted}",
        where=str(path),
        remedy=f"Say which with --prefix: {', '.join(sorted(known)[:20])}." if known else "Leave --prefix out.",
    )


def _check(made: Path, path: Path) -> None:
    """That the engine, where it is installed, can load the model."""
    engine = made / "model"
    if not (engine / "model.bin").is_file() or not any(engine.glob("*vocabulary*")):
        raise ConfigError("it has no model.bin and vocabulary of CTranslate2", where=str(path), remedy=_ANOTHER)
    if find_spec("ctranslate2") is None or find_spec("sentencepiece") is None:
        return
    import ctranslate2
    import sentencepiece

    try:
        ctranslate2.Translator(str(engine), "cpu", intra_threads=1)
        sentencepiece.SentencePieceProcessor(model_file=str(made / "source.spm"))
    except (OSError, RuntimeError, ValueError) as error:
        raise ConfigError(f"the model is damaged: {error}", where=str(path), remedy=_ANOTHER) from error


# --- packages, not trusted --------------------------------------------------------------------------------------------

_TOP = re.compile(r"metadata\.json|sentencepiece\.model|decoder\.yml|[\w.@+-]+\.(spm|npz|vocab\.yml)|vocab\.yml")
_ENGINE = re.compile(r"model\.bin|config\.json|(shared|source|target)_vocabulary\.(txt|json)|vmap\.txt")


def _wanted(name: PurePosixPath) -> PurePosixPath | None:
    """Where a file of a package goes, if a model needs it. The package may lie in a folder of its own."""
    parts = name.parts
    if _ENGINE.fullmatch(name.name):
        return PurePosixPath("model", name.name) if name.parent.name == "model" else PurePosixPath(name.name)
    return PurePosixPath(name.name) if len(parts) <= 2 and _TOP.fullmatch(name.name) else None


def _unpack(path: Path, into: Path) -> None:
    """The files that a model needs from an archive. ConfigError where it would write elsewhere, or is too big."""
    left = MOST_BYTES
    try:
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
            if len(members) > _MOST_FILES:
                raise _refused(path, f"it has more than {_MOST_FILES:,} files")
            for member in members:
                name = PurePosixPath(member.filename.replace("\\", "/"))
                if name.is_absolute() or ".." in name.parts or ":" in member.filename:
                    raise _refused(path, f"it would write outside its folder: {member.filename[:80]}")
                if stat.S_ISLNK(member.external_attr >> 16):
                    raise _refused(path, f"it has a link: {member.filename[:80]}")
                wanted = None if member.is_dir() else _wanted(name)
                if wanted is None:
                    continue
                place = into / wanted
                place.parent.mkdir(exist_ok=True)
                with archive.open(member) as packed, place.open("xb") as file:
                    while chunk := packed.read(_CHUNK):
                        left -= len(chunk)
                        if left < 0:
                            raise _refused(path, f"it is larger than {MOST_BYTES >> 30} GiB")
                        file.write(chunk)
    except FileExistsError as error:
        raise _refused(path, "it has a file twice") from error
    except (zipfile.BadZipFile, EOFError, NotImplementedError, RuntimeError, ValueError) as error:
        raise _refused(path, f"the archive is damaged: {error}") from error


def _refused(path: Path, why: str) -> ConfigError:
    return ConfigError(f"this package is refused: {why}", where=str(path), remedy=_ANOTHER)


def _take_folder(path: Path, into: Path) -> None:
    """The files that a model needs from a folder: an unpacked archive, or a CTranslate2 model with its tokenizer."""
    for file in sorted(path.rglob("*")):
        wanted = _wanted(PurePosixPath(file.relative_to(path).as_posix())) if file.is_file() else None
        if wanted is not None:
            place = into / wanted
            place.parent.mkdir(exist_ok=True)
            shutil.copyfile(file, place)
    # Someone's own folder may have the engine's files in `model/` and no metadata.
    inner = into / "model"
    if inner.is_dir() and not (into / "metadata.json").exists():
        for file in inner.iterdir():
            file.rename(into / file.name)
        inner.rmdir()


def digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@contextmanager
def _workshop(root: Path, path: Path) -> Iterator[Path]:
    """A folder beside the models, gone afterwards. Those that a process left which was killed go, too."""
    with disk(root):
        root.mkdir(parents=True, exist_ok=True)
        sweep(root)
        work = beside(root, "install")
        work.mkdir()
    try:
        with disk(path):
            yield work
    finally:
        shutil.rmtree(work, ignore_errors=True)


def _replace(made: Path, final: Path) -> None:
    """Put a new model in the place of an old one, which comes back if that fails."""
    old = beside(final.parent, final.name)
    if final.exists():
        final.rename(old)
    try:
        made.rename(final)
    except OSError:
        if old.exists():
            old.rename(final)
        raise
    shutil.rmtree(old, ignore_errors=True)
