"""The files that pairing writes: the manifest of the pairs, and a table of unpaired documents."""

from __future__ import annotations

import csv
import os
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TypedDict

from duizhao.corpus.pairing import Pairing, names
from duizhao.corpus.printable import printable
from duizhao.flows.results import Surveyed
from duizhao.flows.terminal.output import output

MANIFEST = ("id", "source", "reference", "pair_confidence", "pair_reasons")
"""The last two become metadata of the rows of a batch."""
UNPAIRED = ("path", "language", "reason", "other", "detail")

REASONS = {
    "duplicate": "the same text as another document",
    "revision": "another version of a document that has a counterpart",
    "excerpt": "a part of another document",
    "part_of_counterpart": "its text is in a document that is paired with another one",
    "uncertain": "no candidate is likely enough",
    "no_counterpart": "no document of the pile is like its translation",
    "unreadable": "it cannot be read",
}


class PairLine(TypedDict):
    """A line of the manifest; no `reference` for a file in both languages."""

    id: str
    source: str
    reference: str
    confidence: float
    reasons: str


class UnpairedLine(TypedDict):
    """An unpaired document, and the reason; `language` is empty for an unreadable file."""

    path: str
    language: str
    reason: str
    other: str
    detail: str


class PairingCounts(TypedDict):
    """Documents of the pile, pairs (those of one file among them), documents in no pair."""

    documents: int
    pairs: int
    in_both_languages: int
    unpaired: int
    reasons: dict[str, int]


class PairingRecord(TypedDict):
    """What a pairing reports: the JSON that `duizhao pair --json` prints."""

    manifest: str
    unpaired_file: str
    counts: PairingCounts
    pairs: list[PairLine]
    unpaired: list[UnpairedLine]


def pair_lines(result: Pairing, bilingual: Iterable[Surveyed]) -> list[PairLine]:
    """The lines of the manifest in order of their sources, each with an id of its own."""
    lines = [
        ("; ".join(p.reasons), p.source.path, p.target.path, p.confidence) for p in result.pairs
    ]
    for one in bilingual:
        lines.append((f"both languages in one file ({one.arrangement})", one.path, "", 1.0))
    used: set[str] = set()
    return [
        {
            "id": _id(source, used),
            "source": source,
            "reference": target,
            "confidence": confidence,
            "reasons": reasons,
        }
        for reasons, source, target, confidence in sorted(lines, key=lambda line: line[1])
    ]


def _id(source: str, used: set[str]) -> str:
    """The file's name without language, made unique."""
    name = Path(source).name
    stem = names.stem(name).replace(" ", "_") or Path(name).stem
    chosen, number = stem, 1
    while chosen in used:
        number += 1
        chosen = f"{stem}_{number}"
    used.add(chosen)
    return chosen


def unpaired_lines(result: Pairing, unreadable: Iterable[Surveyed]) -> list[UnpairedLine]:
    """The unpaired documents, in order of their paths."""
    lines: list[UnpairedLine] = [
        {
            "path": entry.document.path,
            "language": entry.document.language,
            "reason": entry.reason,
            "other": entry.other or "",
            "detail": entry.detail or REASONS[entry.reason],
        }
        for entry in result.unpaired
    ]
    lines += [
        {
            "path": one.path,
            "language": "",
            "reason": "unreadable",
            "other": "",
            "detail": printable(one.problem.removeprefix(f"{one.path}: ")),
        }
        for one in unreadable
    ]
    return sorted(lines, key=lambda line: line["path"])


def unpaired_file(out: Path) -> Path:
    """The table beside the manifest: pairs.unpaired.csv for pairs.csv."""
    return out.with_name(f"{out.stem}.unpaired.csv")


def write(out: Path, pairs: Sequence[PairLine], unpaired: Sequence[UnpairedLine]) -> bool:
    """Write both files, each atomically; paths below the manifest's folder are relative.

    Without any pair an earlier manifest stays unchanged. Returns whether the manifest was written.
    """
    folder = out.resolve().parent
    replaced = bool(pairs) or not out.is_file()

    def place(path: str) -> str:
        if not path:
            return ""
        whole = Path(path).absolute()
        relative = os.path.relpath(whole, folder)
        return str(whole) if relative.startswith("..") else Path(relative).as_posix()

    if replaced:
        with output(out) as file:
            table = csv.writer(file, lineterminator="\n")
            table.writerow(MANIFEST)
            for pair in pairs:
                places = place(pair["source"]), place(pair["reference"])
                row = [pair["id"], *places, f"{pair['confidence']:.4f}", pair["reasons"]]
                table.writerow(row)
    with output(unpaired_file(out)) as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow(UNPAIRED)
        for one in unpaired:
            detail = " ".join(one["detail"].split())
            names_and_reason = [place(one["path"]), one["language"], one["reason"]]
            table.writerow([*names_and_reason, place(one["other"]), detail])
    return replaced
