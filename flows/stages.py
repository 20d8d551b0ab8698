"""The stages of a build as plain functions: each takes keys and settings and gives a key.

    source = read("report.zh.txt", "zh")
    translation = translate(source, settings)
    results.load(translation)[0].text

What a key names lies in the result store (flows/results.py); a stage whose result is there does
no work. Nothing here knows of Prefect, so a stage can be called in a notebook.
"""

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

from duizhao.corpus.alignment.bead import Bead, check_cover
from duizhao.corpus.bitext import Bitext, Row, check_identity, make_bitext
from duizhao.corpus.document import Document, Language, LedgerEntry, Side
from duizhao.corpus.errors import InputError
from duizhao.corpus.translation import Translation
from duizhao.flows import results
from duizhao.flows.inputs import bytes_of
from duizhao.flows.results import ReadResult
from duizhao.flows.settings import Settings
from duizhao.flows.terminal import console
from duizhao.models.translation.engine import Decoding


def read(path: str, language: Language, side: Side, document_id: str | None = None) -> str:
    """Read and segment a file; InputError where it cannot be used."""
    data = bytes_of(path)
    document_id = document_id or Path(path).stem
    digest = hashlib.sha256(data).hexdigest()
    key = results.key_of("read", digest, str(path), language, side, document_id)

    def make(_facts: dict[str, Any]) -> ReadResult:
        from duizhao.corpus import reading as readers

        show = console.current().progress
        document, ledger = readers.read_bytes(
            data,
            language,
            name=path,
            side=side,
            document_id=document_id,
            progress=lambda done, total: show(f"page {done} of {total}", done, total),
        )
        document.check()
        if not document.sentences:
            raise InputError(f"{path}: no sentence in it")
        return ReadResult(document, tuple(ledger))

    results.once(key, make)
    if key not in _warned:
        _warned.add(key)
        for warning in results.load(key).document.metadata.get("warnings", ()):
            console.current().note(f"warning: {warning}")
    return key


_warned: set[str] = set()


def decoding(settings: Settings) -> Decoding:
    """How the settings ask to decode."""
    return Decoding(beam=settings.beam) if settings.beam else Decoding()


def locate_model(settings: Settings) -> Any:
    """The model files (`models.weights.locate.ModelFiles`), downloaded if they are missing."""
    from duizhao.models.weights.locate import locate

    return locate(settings.model or None, console.current().fetching)


def translation_parts(settings: Settings) -> list[Any]:
    """What a translation depends on beside its text: by content, not by names."""
    arithmetic = [engine_name(settings), device(settings), settings.compute_type]
    return [locate_model(settings).hash, *arithmetic, decoding(settings).key()]


def engine_name(settings: Settings) -> str:
    """The engine that is used."""
    return "transformers" if settings.engine == "transformers" else "ctranslate2"


def device(settings: Settings) -> str:
    """Where the model runs: cpu or cuda."""
    if settings.device != "auto":
        return settings.device
    import ctranslate2

    return "cuda" if ctranslate2.get_cuda_device_count() else "cpu"


def translation_key(texts: Sequence[str], settings: Settings) -> str:
    """The key of the translation of these texts."""
    return results.key_of("translate", texts, *translation_parts(settings))


def translate(source: str, settings: Settings) -> str:
    """Translate the sentences of a document that was read."""
    document: Document = results.load(source).document
    texts = [sentence.text for sentence in document.sentences]
    key = translation_key(texts, settings)
    return results.once(key, lambda facts: translate_texts(texts, settings, facts))


def engine_of(settings: Settings) -> Any:
    """The engine that the settings name; loaded once a process."""
    from duizhao.models.translation.load import load_engine

    return load_engine(
        settings.model or None,
        settings.engine,
        device=settings.device,
        compute_type=settings.compute_type,
        threads=settings.threads or None,
        batch_tokens=settings.batch_tokens or None,
        progress=console.current().fetching,
    )


@cache
def _memory(_process: int) -> Any:
    from duizhao.models.translation.memory import Memory

    return Memory()


def translator(settings: Settings, *, guards: bool = True) -> Any:
    """A `Translator` with these settings that uses the memory shared by all runs."""
    from duizhao.models.translation.translator import Translator

    memory = _memory(os.getpid()) if settings.memory else None
    return Translator(engine_of(settings), decoding(settings), memory, guards=guards)


def translate_texts(
    texts: Sequence[str], settings: Settings, facts: dict[str, Any]
) -> list[Translation]:
    """Translate texts through the translation memory; `facts` gets what it saved and made."""
    work = translator(settings)
    show = console.current().progress
    start = time.perf_counter()

    def report(statistics: Any) -> None:
        rate = statistics.tokens / max(0.001, time.perf_counter() - start)
        text = f"{statistics.done:.0f} of {len(texts)} sentences, {rate:.0f} tokens/s"
        show(text, int(statistics.done), len(texts))

    made = [
        Translation(one.text, one.score, one.tokens, one.flags)
        for one in work.translate(texts, report)
    ]
    statistics = work.statistics
    facts.update(
        {
            name: getattr(statistics, name)
            for name in ("translated", "repeated", "remembered", "tokens")
        }
    )
    facts["compute_type"] = engine_of(settings).compute_type
    return made


def align(source: str, target: str, translation: str, settings: Settings) -> str:
    """Align a document with its reference, over the translations of its sentences."""
    sides = [results.load(source).document, results.load(target).document]
    texts = [[sentence.text for sentence in side.sentences] for side in sides]
    translations = [one.text for one in results.load(translation)]
    parts = [settings.effort, *translation_parts(settings)]
    structures = [places(side) for side in sides]
    key = results.key_of("align", *texts, translations, *structures, *parts)

    def make(facts: dict[str, Any]) -> list[Bead]:
        from duizhao.corpus.alignment import align as align_texts
        from duizhao.flows.timed_models import Embedding, Forced, took

        embed, show = Embedding(_embedder()), console.current()
        forced = Forced(translator(settings).score, show.note, show.progress)
        beads = align_texts(
            texts[0],
            texts[1],
            translations,
            embed=embed,
            score=forced,
            source_structure=structures[0],
            target_structure=structures[1],
            effort=settings.effort,
        )
        check_cover(beads, len(texts[0]), len(texts[1]))
        facts["took"] = took(embed, forced)
        return beads

    return results.once(key, make)


def places(document: Document) -> list[tuple[int, str, str | None]]:
    """Block number, kind and mark for each sentence, as the aligner's structure signal has it."""
    blocks = (document.blocks[sentence.block] for sentence in document.sentences)
    return [(block.id, block.kind, block.mark) for block in blocks]


@cache
def _embedder() -> Any:
    from duizhao.models.embedding import SpanEmbedder

    return SpanEmbedder()


def glossary(settings: Settings) -> Any:
    """The terms to check translations against (duizhao.models.glossary.Glossary)."""
    from duizhao.models.glossary import read_glossary

    return read_glossary(Path(settings.glossary) if settings.glossary else None)


def terms(source: str, translation: str, settings: Settings) -> dict[str, Any]:
    """Term accuracy of a translation, and how often each term was missed."""
    texts = [sentence.text for sentence in results.load(source).document.sentences]
    outputs = [one.text for one in results.load(translation)]
    report = glossary(settings).report(zip(texts, outputs, strict=True))
    accuracy = None if report.accuracy is None else round(report.accuracy, 4)
    return {
        "glossary": settings.glossary or "UN terms of duizhao",
        "used": report.used,
        "found": report.found,
        "accuracy": accuracy,
        "missed": dict(report.missed),
    }


def assemble(
    source: str,
    target: str | None,
    translation: str,
    beads: str | None,
    settings: Settings,
    metadata: dict[str, Any] | None = None,
) -> Bitext:
    """The rows and the ledger of a document pair; proves that no sentence is lost."""
    read_source: ReadResult = results.load(source)
    read_target: ReadResult | None = results.load(target) if target else None
    bitext = make_bitext(
        read_source.document,
        read_target.document if read_target else None,
        results.load(translation),
        results.load(beads) if beads else None,
        min_confidence=settings.min_confidence,
        metadata=metadata,
    )
    left_out: list[LedgerEntry] = [
        *read_source.ledger,
        *(read_target.ledger if read_target else ()),
        *bitext.ledger,
    ]
    check_identity(
        bitext.rows,
        left_out,
        read_source.document,
        read_target.document if read_target else None,
    )
    return Bitext(bitext.rows, tuple(left_out))


def score(rows: Sequence[Row], source: str, target: str | None, translation: str) -> str:
    """Scores of the rows, and of the whole document whatever its alignment."""
    document: Document = results.load(source).document
    whole = None
    if target:
        reference: Document = results.load(target).document
        made = "\n".join(one.text for one in results.load(translation))
        whole = {document.id: (made, "\n".join(block.text for block in reference.blocks))}
    told = [[row.id, row.machine_translation, row.target, row.target_kind] for row in rows]
    more = [[row.section, row.mt_score, row.mt_flags, row.confidence, row.signals] for row in rows]
    key = results.key_of("score", told, more, whole)

    def make(_facts: dict[str, Any]) -> dict[str, Any]:
        from duizhao.evaluation.metrics.scores import score_rows

        return score_rows(rows, whole=whole)

    return results.once(key, make)


def score_statistics(rows: Sequence[Row]) -> dict[str, list[float]]:
    """Sums of the sufficient statistics of BLEU and chrF++ over the rows; {} without references.

    Such sums of several documents add up to the statistics of all of them.
    """
    scored = [row for row in rows if row.target_kind == "human" and not row.is_copied]
    pairs = [(row.machine_translation, row.target) for row in scored]
    pairs = [(made, target) for made, target in pairs if made.strip() and target.strip()]
    if not pairs:
        return {}
    from duizhao.evaluation.metrics.translation import measure

    made, targets = [pair[0] for pair in pairs], [pair[1] for pair in pairs]
    return {
        metric: [sum(column) for column in zip(*measure(metric, made, targets).rows, strict=True)]
        for metric in ("bleu", "chrf++")
    }
