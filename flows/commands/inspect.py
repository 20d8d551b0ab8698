"""`duizhao inspect`: what was read of a document, and what was left out."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from collections.abc import Callable

    from duizhao.corpus.document import Document, LedgerEntry


class Lang(StrEnum):
    """The languages of the corpus, or the one that the text is in."""

    auto = "auto"
    zh = "zh"
    en = "en"


def inspect(
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help="The document (PDF, Word, HTML, text ...).")
    ],
    lang: Annotated[
        Lang, typer.Option("--lang", help="Its language; auto tries Chinese, then English.")
    ] = Lang.auto,
    html: Annotated[
        Path | None,
        typer.Option(
            "--html",
            metavar="OUT",
            help="Write a web page instead: for a PDF each page's picture beside what was read "
            "of it, with a box around every line, coloured by kind.",
        ),
    ] = None,
) -> None:
    """Show what was read of a document: its blocks with their kinds, and what was left out and why.

    Prints tab-separated lines: "block" or "ledger", number, page, kind or reason, mark, number of
    sentences, text. A summary goes to standard error.
    """
    import sys

    from duizhao.evaluation.inspection import page as inspection
    from duizhao.flows.terminal.page_progress import page_progress

    with page_progress(f"reading {file.name}") as progress:
        document, ledger = _read(file, lang, progress)
    if html is None:
        for line in inspection.lines(document, ledger):
            print(line)
    else:
        with page_progress(f"drawing {file.name}") as progress:
            page = inspection.html(document, ledger, file, progress=progress)
        temporary = html.with_name(f"{html.name}.tmp")
        temporary.write_text(page, encoding="utf-8")
        temporary.replace(html)
        print(html)
    for line in inspection.summary(document, ledger):
        print(line, file=sys.stderr)


def _read(
    file: Path, lang: Lang, progress: Callable[[int, int], None]
) -> tuple[Document, list[LedgerEntry]]:
    from duizhao.corpus.errors import InputError
    from duizhao.corpus.reading import read

    if lang is not Lang.auto:
        return read(file, "zh" if lang is Lang.zh else "en", progress=progress)
    try:
        return read(file, "zh", progress=progress)
    except InputError as error:
        try:
            return read(file, "en", progress=progress)
        except InputError:
            raise error from None
