"""`duizhao terms`: the bilingual terms of corpora."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from duizhao.flows.commands import options

if TYPE_CHECKING:
    from duizhao.corpus.row import Row
    from duizhao.evaluation.terms.term import BilingualTerm

SHOWN = 40


class Form(StrEnum):
    """Output formats."""

    table = "table"
    tsv = "tsv"
    tbx = "tbx"
    xlsx = "xlsx"


def terms(
    corpora: Annotated[
        list[Path],
        typer.Argument(
            metavar="CORPUS...",
            help="Folders of build, batch or clean, or corpus files (.jsonl, .parquet).",
        ),
    ],
    to: Annotated[
        Form,
        typer.Option(
            help="table: the first terms; tsv: a glossary for --glossary; tbx: TBX-Basic for term "
            "bases; xlsx: for Excel, a line for each English form."
        ),
    ] = Form.table,
    out: Annotated[
        Path | None,
        typer.Option("--out", "-o", help="The file. Default: standard output for tsv."),
    ] = None,
    least: Annotated[int, typer.Option(min=2, help="Fewest occurrences of a term.")] = 3,
    most: Annotated[int, typer.Option(min=1, help="Most candidates to match.")] = 5000,
    inconsistent: Annotated[
        bool, typer.Option("--inconsistent", help="Only terms with several English forms.")
    ] = False,
    json: options.Json = False,
) -> None:
    """List the terms and names of corpora with their English forms, most characteristic first.

    Counts are rows that have both. A term with several forms is translated inconsistently, or has
    several meanings: 成员国: Member States 512, member countries 3. Rows with a machine translation
    are left out.
    """
    from duizhao.corpus.errors import InputError
    from duizhao.evaluation.terms.files import to_tsv, write_terms
    from duizhao.flows.terminal import console
    from duizhao.flows.terminal.output import print_json

    if to in (Form.tbx, Form.xlsx) and out is None:
        raise InputError(f"--to {to}: name the file with --out, such as --out terms.{to}")
    if to is Form.table and out is not None:
        raise InputError("--out needs --to tsv, tbx or xlsx")
    found = _extract(corpora, least, most)
    if inconsistent:
        found = [term for term in found if not term.is_consistent]
    several = sum(not term.is_consistent for term in found)
    summary = f"{len(found):,} terms, {several:,} with several English forms"
    if out is not None and inconsistent and not found:
        summary += f"; {out} is not written"
    elif out is not None:
        write_terms(found, out, str(to))
        summary += f": {out}"
    if json:
        print_json([asdict(term) for term in found])
    elif to is Form.tsv and out is None:
        print(to_tsv(found), end="")
    elif to is Form.table:
        _print_table(found)
    console.current().note(summary)


def _extract(corpora: Sequence[Path], least: int, most: int) -> list[BilingualTerm]:
    from duizhao.corpus.files.read import read_rows
    from duizhao.evaluation.terms.extract import extract_terms
    from duizhao.evaluation.terms.sample import step_of
    from duizhao.flows.terminal import console
    from duizhao.models.embedding import SpanEmbedder
    from duizhao.models.general_text import general_chinese

    count = machine = 0

    def rows() -> Iterator[Row]:
        nonlocal count, machine
        for corpus in corpora:
            for row in read_rows(corpus):
                if row.target_kind == "machine":
                    machine += 1
                else:
                    count += 1
                    yield row

    with console.current().stage("terms"):
        found = extract_terms(
            rows(),
            SpanEmbedder().embed,
            general_chinese(),
            least=least,
            most=most,
            progress=console.current().progress,
        )
    if machine:
        console.current().note(f"{machine:,} rows with a machine translation are left out")
    if (step := step_of(count)) > 1:
        console.current().note(f"{count:,} rows: one in {step} is used, and counts are of these")
    return found


def _print_table(terms: Sequence[BilingualTerm]) -> None:
    from rich.table import Table

    from duizhao.flows.terminal.safe import rich_console

    table = Table(box=None)
    for name in ("Chinese", "English (rows)", "count", "documents"):
        table.add_column(name, justify="right" if name in ("count", "documents") else "left")
    for term in terms[:SHOWN]:
        forms = "; ".join(f"{form.text} {form.rows}" for form in term.english)
        table.add_row(term.chinese, forms, f"{term.count:,}", f"{term.documents:,}")
    rich_console().print(table)
    if len(terms) > SHOWN:
        rich_console().print(f"and {len(terms) - SHOWN:,} more; use --to tsv, tbx or xlsx for all")
