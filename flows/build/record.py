"""The record of a build: run.json, and the other files that a build writes to its folder."""

from __future__ import annotations

import json
import platform
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from duizhao.corpus.bitext import Bitext
from duizhao.corpus.document import Document
from duizhao.corpus.errors import writing
from duizhao.corpus.files import folder
from duizhao.corpus.files.alignment_file import NAME, Work, write_work
from duizhao.corpus.files.card import TITLE, CardFacts, SplitFacts
from duizhao.corpus.files.rights import Rights, rights_of
from duizhao.corpus.units import combined
from duizhao.evaluation.metrics.records import ScoreRecord
from duizhao.flows import results, stages
from duizhao.flows.build.run_record import (
    BuildRecord,
    Counts,
    Headline,
    RunFacts,
    RunRecord,
    TranslationWork,
)
from duizhao.flows.results import Beads, Key, Origin, ReadResult, Scores, Translations
from duizhao.flows.settings import Settings, plain

PACKAGES = (
    "duizhao",
    "prefect",
    "ctranslate2",
    "sentencepiece",
    "sacrebleu",
    "pyarrow",
    "transformers",
    "torch",
)
SCORES = {"bleu": "BLEU", "chrf++": "chrF++", "ter": "TER"}


def score_text(score: Headline | ScoreRecord) -> str:
    """A score with its interval, if it has one: a single document has none.

    >>> score_text({"value": 51.23, "low": None, "high": None, "signature": ""})
    '51.2'
    """
    if score["low"] is None:
        return f"{score['value']:.1f}"
    return f"{score['value']:.1f} (95% between {score['low']:.1f} and {score['high']:.1f})"


@dataclass(frozen=True, slots=True)
class BuildKeys:
    """The results of the stages of one build; no `target` and `beads` without a reference."""

    source: Key[ReadResult]
    target: Key[ReadResult] | None
    translation: Key[Translations]
    beads: Key[Beads] | None
    scores: Key[Scores]


def write_folder(out: Path, keys: BuildKeys, settings: Settings, started: datetime) -> RunRecord:
    """Write all files of a build's folder; returns the content of run.json."""
    start = time.perf_counter()
    scores = results.load(keys.scores)
    bitext = stages.assemble(keys.source, keys.target, keys.translation, keys.beads, settings)
    folder.check_output(out, folder.OUTPUTS)
    with folder.unfinished(out) as partial:
        rows = list(combined(bitext.rows, settings.unit))
        form = settings.tsv_form
        folder.write_corpus(partial, rows, bitext.ledger, scores, settings.formats, form)
        if rows:
            folder.write_card(partial, out, _card(keys, settings, len(rows), partial))
        if keys.target and keys.beads:
            # `duizhao review` needs it to merge, split and re-align
            work = Work(
                results.load(keys.source).document,
                results.load(keys.target).document,
                results.load(keys.translation),
                results.load(keys.beads),
                settings.min_confidence,
            )
            with writing(partial / NAME):
                write_work(work, partial / NAME)
        record: RunRecord = {
            **_facts(keys, settings, bitext, len(rows)),
            "started": started.isoformat(timespec="seconds"),
            "finished": datetime.now(UTC).isoformat(timespec="seconds"),
            "seconds": seconds_by_stage(keys),
            "scores": headline(scores),
            "files": {},
        }
        folder.write_json(partial / folder.SEAL, record)
        if settings.report:
            from duizhao.evaluation.report import write_report

            write_report(partial, results.load(stages.report_terms(rows)))
        record["files"] = folder.file_facts(partial)
        record["seconds"]["write"] = round(time.perf_counter() - start, 3)
        folder.write_json(partial / folder.SEAL, record)
    with writing(out):
        folder.finish(out)
    return record


def _card(keys: BuildKeys, settings: Settings, rows: int, partial: Path) -> CardFacts:
    name = results.load(keys.source).document.id
    corpus = partial / "corpus.parquet"
    split = SplitFacts("train", corpus.name, rows, 1, corpus.stat().st_size)
    rights = rights_of({}, Rights(settings.licence, settings.origin, settings.tags))
    model = stages.locate_model(settings).public_name
    if settings.translate == "none":
        model += "; nothing is machine-translated"
    made_by = {"duizhao": versions()["duizhao"], "model": model}
    return CardFacts(f"{TITLE}: {name}", [split], made_by, rights=[(rights, 1)])


def read_run(out: Path) -> BuildRecord:
    """The content of run.json, with the folder as `out`."""
    record: BuildRecord = json.loads((out / folder.SEAL).read_text(encoding="utf-8"))
    record["out"] = str(out)
    return record


def _facts(keys: BuildKeys, settings: Settings, bitext: Bitext, rows: int) -> RunFacts:
    source = results.load(keys.source).document
    target = results.load(keys.target).document if keys.target else None
    files = stages.locate_model(settings)
    origin = results.origin(keys.translation)
    documents = {"source": source, "target": target}
    return {
        "versions": versions(),
        "model": files.name,
        "model_hash": files.hash,
        "engine": stages.engine_name(settings),
        "device": stages.device(settings),
        "compute_type": results.stored_facts(keys.translation).compute_type
        or settings.compute_type,
        "decoding": stages.decoding(settings).key(),
        "settings": plain(settings),
        "inputs": {side: _input(document) for side, document in documents.items() if document},
        "counts": counts(source, target, bitext, rows),
        "translation": _work(origin),
        "terms": stages.terms(keys.source, keys.translation, settings),
    }


def _work(origin: Origin) -> TranslationWork:
    if origin.reused:
        return {"reused": True}
    facts = origin.facts
    return {
        "reused": False,
        "translated": facts.translated,
        "repeated": facts.repeated,
        "remembered": facts.remembered,
        "tokens": facts.tokens,
    }


def _input(document: Document) -> dict[str, object]:
    return {
        "document": document.id,
        "blocks": len(document.blocks),
        "sentences": len(document.sentences),
        **document.metadata,
    }


def counts(source: Document, target: Document | None, bitext: Bitext, rows: int) -> Counts:
    """Sentences, rows, beads by type, and ledger entries by side and reason.

    `rows` are those of the corpus: fewer than the beads if its unit is larger.
    """
    left_out = Counter(f"{entry.side}: {entry.reason}" for entry in bitext.ledger)
    confidences = [row.confidence for row in bitext.rows]
    return {
        "source_sentences": len(source.sentences),
        "target_sentences": len(target.sentences) if target else 0,
        "source_sentences_in_corpus": sum(len(row.source_ids) for row in bitext.rows),
        "target_sentences_in_corpus": sum(len(row.target_ids) for row in bitext.rows),
        "rows": rows,
        "beads": dict(sorted(Counter(row.bead_type for row in bitext.rows).items())),
        "ledger": dict(sorted(left_out.items())),
        "flags": dict(sorted(Counter(f for row in bitext.rows for f in row.mt_flags).items())),
        "mean_confidence": round(sum(confidences) / len(confidences), 4) if confidences else None,
    }


def seconds_by_stage(keys: BuildKeys) -> dict[str, float]:
    """Seconds of each stage in this run; 0.0 for a result of an earlier run."""
    by_stage: dict[str, Key[Any] | None] = {
        "read_source": keys.source,
        "read_target": keys.target,
        "translate": keys.translation,
        "align": keys.beads,
        "score": keys.scores,
    }
    return {name: round(results.origin(key).seconds, 3) for name, key in by_stage.items() if key}


def with_overhead(seconds: Mapping[str, float], start: float, wall: float) -> dict[str, float]:
    """The seconds of the stages, of starting Prefect, and of everything else."""
    rest = max(0.0, wall - start - sum(seconds.values()))
    return {"start Prefect": round(start, 3), **seconds, "everything else": round(rest, 3)}


def headline(scores: Scores) -> dict[str, Headline]:
    """Value, interval and signature of each score over the aligned beads."""
    beads = scores.get("aligned_beads") or {}
    return {
        name: {
            "value": beads[name]["value"],
            "low": beads[name]["low"],
            "high": beads[name]["high"],
            "signature": beads[name]["signature"],
        }
        for name in SCORES
        if name in beads
    }


def score_line(scores: Scores) -> str:
    """The scores in one line, "" where there are none."""
    found = headline(scores)
    return ", ".join(f"{SCORES[name]} {score['value']:.1f}" for name, score in found.items())


def versions() -> dict[str, str]:
    """Versions of Python and of the packages that the result depends on."""
    found = {"python": platform.python_version()}
    for name in PACKAGES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found
