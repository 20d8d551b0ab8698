"""The stages for documents in memory: `duizhao.read`, `align` and `build`.

A document is put into the result store under a key of its content; then the stages of `duizhao
build` process it, so that both give the same beads and share the cache.
"""

from __future__ import annotations

from dataclasses import asdict, replace
from os import PathLike, fspath

from duizhao.corpus.alignment.bead import Bead
from duizhao.corpus.bitext import Bitext
from duizhao.corpus.document import Document, Language, Side
from duizhao.corpus.errors import InputError, LimitError, ReaderError
from duizhao.corpus.files.alignment_file import document_json
from duizhao.corpus.translation import Translation
from duizhao.flows import results, stages
from duizhao.flows.bilingual import is_bilingual
from duizhao.flows.build.inputs import pair_of, read_pair
from duizhao.flows.results import READ, TRANSLATE, Key, ReadResult
from duizhao.flows.settings import Settings

Given = Document | str | PathLike[str]


def read(
    path: str, language: Language | None, document_id: str | None, settings: Settings
) -> Document:
    """The document with its ledger; if `language` is None, it is detected."""
    if language is None:
        try:
            return read(path, "zh", document_id, settings)
        except (LimitError, ReaderError):
            raise
        except InputError as error:
            try:
                return read(path, "en", document_id, settings)
            except InputError:
                raise error from None
    result: ReadResult = results.load(_key(path, language, "source", document_id, settings))
    return replace(result.document, ledger=result.ledger)


def align(
    source: Document, target: Document, translation: list[str] | None, settings: Settings
) -> list[Bead]:
    """The beads of two documents; without a `translation`, with that of `build`."""
    source_key, target_key = keep(source, "source"), keep(target, "target")
    if translation is None:
        translated = stages.translate(source_key, settings)
    elif len(translation) == len(source.sentences):
        translated = TRANSLATE.key("given", translation)
        given = tuple(Translation(text, 0.0, 0) for text in translation)
        results.once(translated, lambda _facts: given)
    else:
        raise InputError(
            f"{len(translation)} translations of {len(source.sentences)} source sentences; "
            "give one per sentence"
        )
    return list(results.load(stages.align(source_key, target_key, translated, settings)))


def build(report: Given, reference: Given | None, settings: Settings) -> Bitext:
    """The rows and the ledger that `duizhao build` writes."""
    ids: tuple[str | None, str | None] = (None, None)
    if isinstance(report, Document):
        if reference is None and is_bilingual(report):
            reference, ids = str(report.metadata["path"]), (None, f"{report.id}.en")
    else:
        named = reference.id if isinstance(reference, Document) else reference
        pair = pair_of(fspath(report), None if named is None else fspath(named))
        if not isinstance(reference, Document):
            pair = read_pair(pair, settings.reading)
            reference = pair.reference
        report, ids = pair.source, (pair.source_id, pair.target_id)
    source = _key(report, "zh", "source", ids[0], settings)
    target = None if reference is None else _key(reference, "en", "target", ids[1], settings)
    name = report.id if isinstance(report, Document) else fspath(report)
    stages.check_target(name, target, settings)
    translation = stages.translate(source, settings)
    beads = stages.align(source, target, translation, settings) if target else None
    return stages.assemble(source, target, translation, beads, settings)


def keep(document: Document, side: Side) -> Key[ReadResult]:
    """Put a document into the result store; returns its key, as `stages.read` does."""
    ledger = tuple(replace(entry, side=side) for entry in document.ledger)
    result = ReadResult(replace(document, ledger=()), ledger)
    content = document_json(document), [asdict(entry) for entry in ledger]
    key = READ.key("document", *content)
    return results.once(key, lambda _facts: result)


def _key(
    given: Given, language: Language, side: Side, document_id: str | None, settings: Settings
) -> Key[ReadResult]:
    if not isinstance(given, Document):
        return stages.read(fspath(given), language, side, document_id, settings.reading)
    if given.language != language:
        names = {"zh": "Chinese", "en": "English"}
        raise InputError(
            f"{given.id}: the {side} document is {names[given.language]}, not {names[language]}"
        )
    if not given.sentences:
        raise InputError(f"{given.id}: contains no sentence")
    return keep(given, side)
