"""The stages of a build as plain functions: each takes keys and settings and returns a key.

    source = read("report.zh.txt", "zh", "source")
    translation = translate(source, settings)
    results.load(translation)[0].text

The key names a result in the store (flows/results.py); a stage whose result is stored does no
work. Nothing here uses Prefect, so a stage can be called in a notebook.
"""

from __future__ import annotations

import os
import time
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from duizhao.corpus.alignment.bead import check_cover
from duizhao.corpus.bitext import Bitext, Row, check_identity, make_bitext
from duizhao.corpus.document import Document
from duizhao.corpus.errors import InputError
from duizhao.corpus.paths import embeddings_file
from duizhao.corpus.translation import NO_TRANSLATION
from duizhao.flows import results
from duizhao.flows.bilingual import groups_of, left_out_by_readers
from duizhao.flows.reading import read as read
from duizhao.flows.results import (
    ALIGN,
    SCORE,
    TERMS,
    TRANSLATE,
    Beads,
    Facts,
    Key,
    ReadResult,
    Scores,
    Terms,
    Translations,
)
from duizhao.flows.settings import Settings
from duizhao.flows.stage_values import TermsRecord
from duizhao.flows.terminal import console
from duizhao.models.translation.engine import Decoding

if TYPE_CHECKING:
    from duizhao.models.embedding import SpanEmbedder
    from duizhao.models.glossary import Glossary
    from duizhao.models.translation.engine import Engine
    from duizhao.models.translation.memory import Memory
    from duizhao.models.translation.translator import Statistics, Translator
    from duizhao.models.weights.locate import ModelFiles


def decoding(settings: Settings) -> Decoding:
    """The decoding options of the settings."""
    return Decoding(beam=settings.beam) if settings.beam else Decoding()


def locate_model(settings: Settings) -> ModelFiles:
    """The model's files, downloaded if they are missing; `NO_MODEL` if none is needed."""
    from duizhao.models.weights.locate import NO_MODEL, locate

    if not uses_model(settings):
        return NO_MODEL
    return locate(settings.model or None, console.current().fetching)


def uses_model(settings: Settings) -> bool:
    """Whether a document needs the translation model: to translate, or for forced decoding."""
    return settings.translate == "all" or settings.effort != "fast"


def check_target(report: str, reference: object, settings: Settings) -> None:
    """Raise InputError if the report would have no target."""
    if reference is None and settings.translate == "none":
        raise InputError(
            f"{report}: with --translate none there is no target; give an English document, or "
            "leave the option out"
        )


def translation_parts(settings: Settings) -> list[str]:
    """Everything besides the text that determines a translation, by content rather than name."""
    precision = [engine_name(settings), device(settings), settings.compute_type]
    return [locate_model(settings).hash, *precision, decoding(settings).key()]


def engine_name(settings: Settings) -> str:
    """The engine that is used."""
    return "transformers" if settings.engine == "transformers" else "ctranslate2"


def device(settings: Settings) -> str:
    """Where the model runs: cpu or cuda."""
    if settings.device != "auto":
        return settings.device
    import ctranslate2

    return "cuda" if ctranslate2.get_cuda_device_count() else "cpu"


def translation_key(texts: Sequence[str], settings: Settings) -> Key[Translations]:
    """The key of the translation of these texts."""
    if settings.translate == "none":
        return TRANSLATE.key(len(texts), settings.translate)
    return TRANSLATE.key(texts, *translation_parts(settings))


def translate(source: Key[ReadResult], settings: Settings) -> Key[Translations]:
    """Translate the sentences of a document."""
    texts = [sentence.text for sentence in results.load(source).document.sentences]
    key = translation_key(texts, settings)
    return results.once(
        key,
        lambda facts: translate_texts(texts, settings, facts),
        lambda stored: len(stored) == len(texts),
    )


def engine_of(settings: Settings) -> Engine:
    """The engine of the settings; loaded once per process."""
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
def _memory(_process: int) -> Memory:
    from duizhao.models.translation.memory import Memory

    return Memory()


def translator(settings: Settings, *, guards: bool = True) -> Translator:
    """A translator with these settings; it uses the translation memory of all runs."""
    from duizhao.models.translation.translator import Translator

    memory = _memory(os.getpid()) if settings.memory else None
    return Translator(engine_of(settings), decoding(settings), memory, guards=guards)


def translate_texts(
    texts: Sequence[str], settings: Settings, facts: Facts | None = None
) -> Translations:
    """Translate texts through the translation memory; `facts` receives the counts of this work."""
    if settings.translate == "none":
        return (NO_TRANSLATION,) * len(texts)
    work = translator(settings)
    show = console.current().progress
    start = time.perf_counter()

    def report(statistics: Statistics) -> None:
        rate = statistics.tokens / max(0.001, time.perf_counter() - start)
        text = f"{statistics.done:.0f} of {len(texts)} sentences, {rate:.0f} tokens/s"
        show(text, int(statistics.done), len(texts))

    made = tuple(work.translate(texts, report))
    if facts is None:
        return made
    statistics = work.statistics
    facts.translated = statistics.translated
    facts.repeated = statistics.repeated
    facts.remembered = statistics.remembered
    facts.tokens = statistics.tokens
    facts.compute_type = engine_of(settings).compute_type
    return made


def align(
    source: Key[ReadResult],
    target: Key[ReadResult],
    translation: Key[Translations],
    settings: Settings,
) -> Key[Beads]:
    """Align a document with its reference, using the translations of its sentences."""
    sides = [results.load(source).document, results.load(target).document]
    texts = [[sentence.text for sentence in side.sentences] for side in sides]
    translations = None
    if settings.translate == "all":
        translations = [one.text for one in results.load(translation)]
    structures = [places(side) for side in sides]
    parts: list[Any] = [settings.effort, *translation_parts(settings)]
    if (groups := groups_of(*sides)) is not None:
        parts.append(groups)
    key = ALIGN.key(*texts, translations, *structures, *parts)

    def make(facts: Facts) -> Beads:
        from duizhao.corpus.alignment import align as align_texts
        from duizhao.flows.timed_models import Embedding, Forced, took

        embed, show = Embedding(embedder(memory=settings.memory)), console.current()
        forced = None
        if uses_model(settings):
            forced = Forced(translator(settings).score, show.note, show.progress)
        beads = align_texts(
            texts[0],
            texts[1],
            translations,
            embed=embed,
            score=forced,
            source_structure=structures[0],
            target_structure=structures[1],
            groups=groups,
            effort=settings.effort,
        )
        check_cover(beads, len(texts[0]), len(texts[1]))
        facts.took = tuple(took(embed, forced))
        return tuple(beads)

    def fits(stored: Beads) -> bool:
        check_cover(stored, len(texts[0]), len(texts[1]))
        return True

    return results.once(key, make, fits)


def places(document: Document) -> list[tuple[int, str, str | None]]:
    """Block number, kind and mark of each sentence, for the aligner's structure signal."""
    blocks = (document.blocks[sentence.block] for sentence in document.sentences)
    return [(block.id, block.kind, block.mark) for block in blocks]


def embedder(*, memory: bool = False) -> SpanEmbedder:
    """The sentence embeddings, loaded once per process; `memory`: with those of all runs."""
    return _embedder(embeddings_file() if memory else None)


@cache
def _embedder(memory: Path | None) -> SpanEmbedder:
    from duizhao.models.embedding import SpanEmbedder
    from duizhao.models.embedding_memory import EmbeddingMemory

    return SpanEmbedder(store=EmbeddingMemory(memory) if memory else None)


def check_embedder() -> None:
    """Raise the error that would prevent the alignment of every document."""
    embedder()(["a"], [(0, 1)])


def glossary(settings: Settings) -> Glossary:
    """The terms to check translations against."""
    from duizhao.models.glossary import read_glossary

    return read_glossary(Path(settings.glossary) if settings.glossary else None)


def terms(
    source: Key[ReadResult], translation: Key[Translations], settings: Settings
) -> TermsRecord:
    """Term accuracy of a translation, and how often each term was missed, for run.json."""
    texts = [sentence.text for sentence in results.load(source).document.sentences]
    outputs = [one.text for one in results.load(translation)]
    pairs = zip(texts, outputs, strict=True) if settings.translate == "all" else ()
    report = glossary(settings).report(pairs)
    accuracy = None if report.accuracy is None else round(report.accuracy, 4)
    return {
        "glossary": settings.glossary or "UN terms of duizhao",
        "used": report.used,
        "found": report.found,
        "accuracy": accuracy,
        "missed": dict(report.missed),
    }


def assemble(
    source: Key[ReadResult],
    target: Key[ReadResult] | None,
    translation: Key[Translations],
    beads: Key[Beads] | None,
    settings: Settings,
    metadata: Mapping[str, Any] | None = None,
) -> Bitext:
    """The rows and the ledger of a document pair; checks that no sentence is lost."""
    read_source = results.load(source)
    read_target = results.load(target) if target else None
    document = read_target.document if read_target else None
    bitext = make_bitext(
        read_source.document,
        document,
        results.load(translation),
        results.load(beads) if beads else None,
        min_confidence=settings.min_confidence,
        metadata=metadata,
    )
    left_out = (*left_out_by_readers(read_source, read_target), *bitext.ledger)
    check_identity(bitext.rows, left_out, read_source.document, document)
    return Bitext(bitext.rows, left_out)


def score(
    rows: Sequence[Row],
    source: Key[ReadResult],
    target: Key[ReadResult] | None,
    translation: Key[Translations],
) -> Key[Scores]:
    """Scores of the rows, and of the whole document regardless of its alignment."""
    document = results.load(source).document
    whole = None
    if target:
        reference = results.load(target).document
        made = "\n".join(one.text for one in results.load(translation))
        whole = {document.id: (made, "\n".join(block.text for block in reference.blocks))}
    texts = [[row.id, row.machine_translation, row.target, row.target_kind] for row in rows]
    figures = [[r.section, r.mt_score, r.mt_flags, r.confidence, r.signals] for r in rows]
    key = SCORE.key(texts, figures, whole)

    def make(_facts: Facts) -> Scores:
        from duizhao.evaluation.metrics.scores import score_rows

        return score_rows(rows, whole=whole)

    def fits(stored: Scores) -> bool:
        return stored["rows"] == len(rows)

    return results.once(key, make, fits)


def report_terms(rows: Sequence[Row]) -> Key[Terms]:
    """The terms that the report shows."""

    def make(_facts: Facts) -> Terms:
        from duizhao.evaluation.terms.shown import page_terms

        return tuple(page_terms(rows))

    texts = [[row.id, row.source_document, row.source, row.target, row.target_kind] for row in rows]
    return results.once(TERMS.key(texts), make)


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
