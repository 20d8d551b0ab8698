"""`duizhao search`: a concordance over corpora."""

from __future__ import annotations

from dataclasses import asdict
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from duizhao.corpus import tsv
from duizhao.flows.commands import options
from duizhao.flows.terminal import console
from duizhao.flows.terminal.output import print_json

if TYPE_CHECKING:
    from duizhao.evaluation.search import Concordance


class Output(StrEnum):
    """Output formats."""

    table = "table"
    tsv = "tsv"
    json = "json"


def search(
    query: Annotated[
        str,
        typer.Argument(
            help='Chinese by substring; English by word, "phrase" in quotation marks, or prefix*.'
        ),
    ],
    folders: Annotated[
        list[Path] | None,
        typer.Argument(
            help="Corpora: folders of build, batch or clean, or .jsonl and .parquet files; "
            "default: all corpora in the current folder."
        ),
    ] = None,
    to: Annotated[Output, typer.Option(help="Output format.")] = Output.table,
    limit: Annotated[int, typer.Option(min=1, help="Rows to show.")] = 20,
    document: Annotated[str, typer.Option(help="Only documents whose id contains this text.")] = "",
    since: Annotated[str, typer.Option(help="Only documents of this date or later.")] = "",
    until: Annotated[str, typer.Option(help="Only documents of this date or earlier.")] = "",
    min_confidence: Annotated[
        float, typer.Option(min=0.0, max=1.0, help="Only rows of at least this confidence.")
    ] = 0.0,
    as_json: options.Json = False,
) -> None:
    """Search corpora: keyword in context, the counterpart marked, counts of translations.

    Dates come from a column date, published or year of the batch's manifest.
    """
    from duizhao.evaluation.search import Filters
    from duizhao.evaluation.search import search as run
    from duizhao.evaluation.search.projects import projects

    filters = Filters(document, since, until, min_confidence)
    shown = console.current()
    with shown.stage("searching"):
        found = run(
            folders or projects(Path()),
            query,
            filters=filters,
            limit=limit,
            progress=lambda rows: shown.progress(f"indexing: {rows:,} rows", 0, 0),
        )
    if as_json or to is Output.json:
        print_json(asdict(found))
    elif to is Output.tsv:
        _print_tsv(found)
    else:
        _print_table(found)


def _print_tsv(found: Concordance) -> None:
    print(tsv.line(("corpus", "id", "document", "date", "confidence", "source", "target", "link")))
    for hit in found.hits:
        values = (
            hit.corpus,
            hit.id,
            hit.document,
            hit.date,
            hit.confidence,
            hit.source,
            hit.target,
            hit.link,
        )
        print(tsv.line(values))


def _print_table(found: Concordance) -> None:
    from rich.table import Table
    from rich.text import Text

    from duizhao.flows.terminal.safe import rich_console

    screen = rich_console()
    table = Table(show_header=False, box=None, padding=(0, 2, 1, 0), expand=True)
    table.add_column(ratio=4, overflow="fold")
    table.add_column(ratio=6, overflow="fold")
    table.add_column(ratio=2, overflow="fold", style="dim")
    for hit in found.hits:
        sides = []
        marked = ((hit.source, hit.source_marks), (hit.target, hit.target_marks))
        for line, marks in marked:
            text = Text(line)
            for start, end in marks:
                text.stylize("bold reverse", start, end)
            sides.append(text)
        bead = Text(hit.id, style=f"link {hit.link}" if hit.link else "")
        table.add_row(*sides, bead.append(f"\n{hit.confidence:.2f} {hit.date}"))
    screen.print(table)
    shown = f", the first {len(found.hits)} shown" if found.total > len(found.hits) else ""
    screen.print(f"{found.total:,} rows{shown}")
    if found.translations:
        counted = ", ".join(f"{one.text} {one.share:.0%}" for one in found.translations)
        screen.print(Text(f"translated as: {counted}"))
