"""What a build tells of itself: run.json, the summary in the terminal, Prefect artifacts."""

from __future__ import annotations

import json
import platform
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from duizhao.corpus.bitext import Bitext
from duizhao.corpus.document import Document
from duizhao.corpus.files import folder
from duizhao.corpus.files.alignment_file import NAME, Work, write_work
from duizhao.flows import results, stages
from duizhao.flows.settings import Settings, plain
from duizhao.flows.terminal.output import print_table

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


def write_folder(out: Path, run: Mapping[str, Any], settings: Settings) -> dict[str, Any]:
    """Write everything that a build leaves into the folder; returns what run.json holds."""
    start = time.perf_counter()
    keys: dict[str, Any] = dict(run["keys"])
    scores = results.load(keys["scores"])
    pair = {name: keys[name] for name in ("source", "target", "translation", "beads")}
    bitext = stages.assemble(**pair, settings=settings)
    folder.check_output(out, folder.OUTPUTS)
    partial = folder.begin(out)
    folder.write_corpus(partial, bitext.rows, bitext.ledger, scores, settings.formats)
    if keys["target"]:
        # what `duizhao review` needs to merge, split and re-align
        pair_read = (results.load(keys["source"]).document, results.load(keys["target"]).document)
        made = results.load(keys["translation"]), results.load(keys["beads"])
        write_work(Work(*pair_read, *made, settings.min_confidence), partial / NAME)
    told = {
        **_told(keys, settings, bitext),
        "started": run["started"],
        "finished": datetime.now(UTC).isoformat(timespec="seconds"),
        "seconds": seconds_by_stage(keys),
        "scores": headline(scores),
    }
    folder.write_json(partial / folder.SEAL, told)
    if settings.report:
        from duizhao.evaluation.report import write_report

        write_report(partial)
    told["files"] = folder.file_facts(partial)
    told["seconds"]["write"] = round(time.perf_counter() - start, 3)
    folder.write_json(partial / folder.SEAL, told)
    folder.finish(out)
    return told


def read_run(out: Path) -> dict[str, Any]:
    """What run.json holds, and `out`."""
    told: dict[str, Any] = json.loads((out / folder.SEAL).read_text(encoding="utf-8"))
    return told | {"out": str(out)}


def _told(keys: Mapping[str, Any], settings: Settings, bitext: Bitext) -> dict[str, Any]:
    source = results.load(keys["source"]).document
    target = results.load(keys["target"]).document if keys["target"] else None
    files = stages.locate_model(settings)
    made = results.made(keys["translation"])
    work = {name: value for name, value in made.facts.items() if name != "compute_type"}
    told = results.facts(keys["translation"])
    documents = {"source": source, "target": target}
    return {
        "versions": versions(),
        "model": files.name,
        "model_hash": files.hash,
        "engine": stages.engine_name(settings),
        "device": stages.device(settings),
        "compute_type": told.get("compute_type", settings.compute_type),
        "decoding": stages.decoding(settings).key(),
        "settings": plain(settings),
        "inputs": {side: _input(document) for side, document in documents.items() if document},
        "counts": counts(source, target, bitext),
        "translation": {"reused": made.reused, **work},
        "terms": stages.terms(keys["source"], keys["translation"], settings),
    }


def _input(document: Document) -> dict[str, Any]:
    return {
        "document": document.id,
        "blocks": len(document.blocks),
        "sentences": len(document.sentences),
        **document.metadata,
    }


def counts(source: Document, target: Document | None, bitext: Bitext) -> dict[str, Any]:
    """Sentences, rows, beads by type and what is in the ledger, by side and reason."""
    left_out = Counter(f"{entry.side}: {entry.reason}" for entry in bitext.ledger)
    confidences = [row.confidence for row in bitext.rows]
    return {
        "source_sentences": len(source.sentences),
        "target_sentences": len(target.sentences) if target else 0,
        "source_sentences_in_corpus": sum(len(row.source_ids) for row in bitext.rows),
        "target_sentences_in_corpus": sum(len(row.target_ids) for row in bitext.rows),
        "rows": len(bitext.rows),
        "beads": dict(sorted(Counter(row.bead_type for row in bitext.rows).items())),
        "ledger": dict(sorted(left_out.items())),
        "flags": dict(sorted(Counter(f for row in bitext.rows for f in row.mt_flags).items())),
        "mean_confidence": round(sum(confidences) / len(confidences), 4) if confidences else None,
    }


def seconds_by_stage(keys: Mapping[str, str | None]) -> dict[str, float]:
    """Seconds of each stage in this run; 0.0 where its result was kept from before."""
    names = {"source": "read_source", "target": "read_target", "translation": "translate"}
    names |= {"beads": "align", "scores": "score"}
    return {names[name]: round(results.made(key).seconds, 3) for name, key in keys.items() if key}


def with_overhead(seconds: Mapping[str, float], start: float, wall: float) -> dict[str, float]:
    """The stages' seconds with what Prefect takes: to start, and beside the stages."""
    rest = max(0.0, wall - start - sum(seconds.values()))
    return {"start Prefect": round(start, 3), **seconds, "everything else": round(rest, 3)}


def headline(scores: Mapping[str, Any]) -> dict[str, Any]:
    """Value, interval and signature of each score over the aligned beads."""
    beads = scores.get("aligned_beads") or {}
    wanted = ("value", "low", "high", "signature")
    return {name: {key: beads[name][key] for key in wanted} for name in SCORES if name in beads}


def score_line(scores: Mapping[str, Any]) -> str:
    """The scores in one line, "" where there are none."""
    found = headline(scores)
    return ", ".join(f"{SCORES[name]} {score['value']:.1f}" for name, score in found.items())


def versions() -> dict[str, str]:
    """Versions of Python and of the packages that decide what comes out."""
    found = {"python": platform.python_version()}
    for name in PACKAGES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found


def summary_rows(told: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Name and value of each line of the summary."""
    number = told["counts"]
    rows = [
        ("Source", _side(told, "source")),
        ("Reference", _side(told, "target") if "target" in told["inputs"] else "none"),
        ("Model", _model(told)),
        ("Rows in the corpus", f"{number['rows']}"),
    ]
    if "target" in told["inputs"]:
        beads = sorted(number["beads"].items(), key=lambda item: -item[1])
        rows.append(("Beads by type", ", ".join(f"{kind}: {count}" for kind, count in beads)))
        rows.append(("Mean confidence", f"{number['mean_confidence']}"))
    for name, score in told["scores"].items():
        interval = f" (95% between {score['low']:.1f} and {score['high']:.1f})"
        rows.append((SCORES[name], f"{score['value']:.1f}{interval if score['low'] else ''}"))
    left_out = ", ".join(f"{reason}: {count}" for reason, count in number["ledger"].items())
    rows.append(("Left out (ledger)", left_out or "nothing"))
    rows.append(("Translation", _translation(told)))
    flags = ", ".join(f"{flag}: {count}" for flag, count in number["flags"].items())
    rows.append(("Flags on translations", flags or "none"))
    rows.append(("Terms of the glossary", _terms(told["terms"])))
    spent = ", ".join(f"{name} {seconds:.1f}" for name, seconds in told["seconds"].items())
    rows.append(("Seconds by stage", spent))
    if "wall" in told:
        rows.append(("Seconds in all", f"{told['wall']:.1f}"))
    rows.append(("Files", _files(told)))
    return rows


def _model(told: Mapping[str, Any]) -> str:
    arithmetic = f"{told['compute_type']} on {told['device']}"
    return f"{told['model']} ({told['engine']}, {arithmetic}, {told['decoding'].split(';')[0]})"


def _side(told: Mapping[str, Any], side: str) -> str:
    document = told["inputs"][side]
    return f"{document['document']}: {document['blocks']} blocks, {document['sentences']} sentences"


def _translation(told: Mapping[str, Any]) -> str:
    made = told["translation"]
    if made.get("reused"):
        return "kept from an earlier run, nothing translated"
    saved = made.get("repeated", 0) + made.get("remembered", 0)
    return f"{made.get('translated', 0)} sentences translated, {saved} saved by the memory"


def _terms(terms: Mapping[str, Any]) -> str:
    if terms["accuracy"] is None:
        return "none in the source"
    missed = ", ".join(f"{term}: {count}" for term, count in list(terms["missed"].items())[:5])
    told = f"{terms['found']} of {terms['used']} as in the glossary ({terms['accuracy']:.1%})"
    return f"{told}; most often not: {missed}" if missed else told


def _files(told: Mapping[str, Any]) -> str:
    return f"{told['out']}: {', '.join([*told['files'], folder.SEAL])}"


def print_summary(told: Mapping[str, Any]) -> None:
    """The summary as a table on standard output."""
    print_table("duizhao build", summary_rows(told))


def leave_artifacts(told: Mapping[str, Any]) -> None:
    """The summary and the scores for those who look at a Prefect server."""
    from prefect.artifacts import create_markdown_artifact, create_table_artifact

    rows = summary_rows(told)
    create_table_artifact(
        table=[{"what": name, "value": value} for name, value in rows],
        key="build-summary",
        description=f"Corpus of {told['inputs']['source']['document']}",
    )
    if told["scores"]:
        create_markdown_artifact(markdown=_score_table(told["scores"]), key="build-scores")


def _score_table(scores: Mapping[str, Any]) -> str:
    lines = ["| metric | value | 95% interval | signature |", "|---|---|---|---|"]
    for name, score in scores.items():
        low, high = score["low"], score["high"]
        interval = f"{low:.1f} to {high:.1f}" if low is not None else ""
        cells: Sequence[str] = (
            SCORES[name],
            f"{score['value']:.2f}",
            interval,
            f"`{score['signature']}`",
        )
        lines.append("| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |")
    return "\n".join(lines)
