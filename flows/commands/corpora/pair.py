"""`duizhao pair`: find which document translates which."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from duizhao.flows.commands import options

if TYPE_CHECKING:
    from duizhao.flows.pairing.output import PairingRecord, PairLine, UnpairedLine

SHOWN = 10
"""Most doubtful pairs, and most unpaired documents per reason, that the summary lists."""
DOUBTFUL = 0.9
"""Confidence below which the summary lists a pair."""


def pair(
    sources: Annotated[
        list[str],
        typer.Argument(
            metavar="SOURCES...",
            help="Files and folders (with subfolders), the languages mixed or in separate folders. "
            "Names, order and formats do not matter.",
        ),
    ],
    out: Annotated[
        Path,
        typer.Option(
            "--out",
            "-o",
            metavar="MANIFEST.csv",
            help="The manifest for `duizhao batch`; all other documents are listed in "
            "MANIFEST.unpaired.csv.",
        ),
    ] = Path("pairs.csv"),
    ocr: options.OcrMode = None,
    config: options.Config = None,
    json: options.Json = False,
) -> None:
    """Find which document translates which, and write a manifest for `duizhao batch`.

    The same command continues where it stopped. Exit code 1 means that there is no pair; then an
    earlier manifest is kept.
    """
    from duizhao.flows.pairing.run import run
    from duizhao.flows.settings import resolve

    settings = resolve(config, ocr=ocr).settings
    record = run(sources, out, settings)
    if json:
        from duizhao.flows.terminal.output import print_json

        print_json(record)
    else:
        print_summary(record)
    if not record["pairs"]:
        raise typer.Exit(1)


def print_summary(record: PairingRecord) -> None:
    """Print the counts, the pairs to check and the unpaired documents."""
    from duizhao.flows.pairing.output import REASONS
    from duizhao.flows.terminal.output import print_table

    counts = record["counts"]
    rows = [("Documents", f"{counts['documents']:,}"), ("Pairs", f"{counts['pairs']:,}")]
    if counts["in_both_languages"]:
        rows.append(("of these in one file", f"{counts['in_both_languages']:,}"))
    doubtful = [one for one in record["pairs"] if one["confidence"] < DOUBTFUL]
    doubtful.sort(key=lambda one: one["confidence"])
    if doubtful:
        rows.append(("Pairs to check", _first([_pair_line(one) for one in doubtful])))
    for reason, count in counts["reasons"].items():
        own = [one for one in record["unpaired"] if one["reason"] == reason]
        lines = [_unpaired_line(one) for one in own]
        rows.append((reason.replace("_", " "), f"{count:,}: {REASONS[reason]}\n{_first(lines)}"))
    rows.append(("Manifest", record["manifest"]))
    rows.append(("All other documents", record["unpaired_file"]))
    print_table("Pairs", rows)


def _pair_line(one: PairLine) -> str:
    return f"{one['confidence']:.2f}  {one['source']} – {one['reference']}"


def _unpaired_line(one: UnpairedLine) -> str:
    path = one["path"]
    if one["reason"] == "unreadable":
        return f"  {path}: {one['detail']}"
    return f"  {path} (see {one['other']})" if one["other"] else f"  {path}"


def _first(lines: Sequence[str]) -> str:
    more = [f"  and {len(lines) - SHOWN:,} more"] if len(lines) > SHOWN else []
    return "\n".join([*lines[:SHOWN], *more])
