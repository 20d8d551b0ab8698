"""`duizhao stats`: the contents of a corpus, what it lost, and what looks wrong in it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from duizhao.flows.commands import options


def stats(
    corpus: Annotated[
        Path,
        typer.Argument(help="Corpus file (.jsonl, .parquet) or a folder of build, batch or clean."),
    ],
    details: options.Details = False,
    json: options.Json = False,
) -> None:
    """Whether a corpus needs attention, and its main figures; with --details all of them.

    Bead types, confidence, length ratios, duplicates, what cleaning would remove, lost
    sentences with their reasons, vocabulary, lengths, and overlap of the splits.
    """
    from duizhao.evaluation.statistics import statistics
    from duizhao.flows.terminal import console
    from duizhao.flows.terminal.output import print_json

    show = console.current().progress
    with console.current().stage("reading"):
        figures = statistics(corpus, lambda rows: show(f"{rows:,} rows", 0, 0))
    if json:
        print_json(figures)
        return
    from duizhao.flows.terminal.safe import rich_console
    from duizhao.flows.terminal.statistics import print_statistics

    print_statistics(figures, rich_console(), details=details)
