"""`duizhao stats`: what is in a corpus, what was lost, and what does not look right."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer


class Output(StrEnum):
    """Forms of output."""

    table = "table"
    json = "json"


def stats(
    corpus: Annotated[
        Path,
        typer.Argument(
            help="Corpus file (.jsonl, .parquet) or a folder made by build, batch or clean."
        ),
    ],
    to: Annotated[Output, typer.Option(help="Form of the output.")] = Output.table,
) -> None:
    """Statistics of a corpus.

    Bead types, confidence, length ratios, duplicates, what cleaning would take, sentences lost
    with their reasons, vocabulary, lengths, and what the splits share.
    """
    from duizhao.evaluation.statistics import statistics

    with _counting() as progress:
        found = statistics(corpus, progress)
    if to is Output.json:
        import json

        print(json.dumps(found, ensure_ascii=False, indent=1))
        return
    from rich.console import Console

    from duizhao.flows.terminal.statistics import print_tables

    print_tables(found, Console())


@contextlib.contextmanager
def _counting() -> Iterator[Callable[[int], None]]:
    """Say on a terminal how many rows are read."""
    from rich.console import Console

    console = Console(stderr=True)
    if not console.is_terminal:
        yield lambda rows: None
        return
    with console.status("reading ...") as status:
        yield lambda rows: status.update(f"{rows:,} rows ...")
