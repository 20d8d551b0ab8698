"""`duizhao inspect`: the blocks that the reader extracts from a document."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from duizhao.flows.commands import options
from duizhao.flows.terminal import console
from duizhao.flows.terminal.output import output, print_json

if TYPE_CHECKING:
    from duizhao.corpus.document import Document, Language, LedgerEntry
    from duizhao.flows.settings import Settings


class Lang(StrEnum):
    """The languages of the corpus; auto chooses by the text."""

    auto = "auto"
    zh = "zh"
    en = "en"


def inspect(
    files: Annotated[
        list[str],
        typer.Argument(
            metavar="FILE",
            help="The document (PDF, Word, HTML, text ..., or several images of its pages).",
        ),
    ],
    lang: Annotated[
        Lang, typer.Option("--lang", help="Its language; auto tries Chinese, then English.")
    ] = Lang.auto,
    html: Annotated[
        Path | None,
        typer.Option(
            "--html",
            metavar="OUT",
            help="Write a web page instead: for a PDF and for scans, the image of each page "
            "beside its text, with a box around every line, coloured by kind.",
        ),
    ] = None,
    ocr: options.OcrMode = None,
    keep_contents: options.KeepContents = None,
    config: options.Config = None,
    json: options.Json = False,
) -> None:
    """Show how a document is read: its blocks with their kinds, and what is left out and why.

    Prints tab-separated lines: "block" or "ledger", number, page, kind or reason, mark, number of
    sentences, text. A summary goes to standard error.
    """
    from dataclasses import asdict

    from duizhao.evaluation.inspection import page as inspection
    from duizhao.flows.commands.one_document import one_document
    from duizhao.flows.settings import resolve

    settings = resolve(config, ocr=ocr, keep_contents=keep_contents).settings
    file = Path(one_document(files, settings.limits))
    shown = console.current()
    with shown.stage(f"reading {file.name}"):
        document, ledger = _read(file, lang, settings)
    if json:
        blocks = [
            {name: value for name, value in asdict(block).items() if name != "sentences"}
            | {"sentences": [sentence.text for sentence in block.sentences]}
            for block in document.blocks
        ]
        print_json(
            {
                "document": document.id,
                "language": document.language,
                "metadata": dict(document.metadata),
                "blocks": blocks,
                "ledger": [asdict(entry) for entry in ledger],
            }
        )
    elif html is None:
        for line in inspection.lines(document, ledger):
            print(line)
    if html is not None:
        with shown.stage(f"drawing {file.name}"):
            page = inspection.html(
                document,
                ledger,
                file,
                ocr=settings.ocr,
                keep_contents=settings.keep_contents,
                limits=settings.limits,
                progress=console.pages,
            )
        with output(html) as stream:
            stream.write(page)
        if not json:
            print(html)
    for line in inspection.summary(document, ledger):
        shown.note(line)


def _read(file: Path, lang: Lang, settings: Settings) -> tuple[Document, list[LedgerEntry]]:
    from duizhao.corpus.errors import InputError, LimitError, ReaderError
    from duizhao.corpus.reading import read

    def read_as(language: Language) -> tuple[Document, list[LedgerEntry]]:
        return read(
            file,
            language,
            progress=console.pages,
            ocr=settings.ocr,
            keep_contents=settings.keep_contents,
            limits=settings.limits,
        )

    if lang is not Lang.auto:
        return read_as("zh" if lang is Lang.zh else "en")
    try:
        return read_as("zh")
    except (LimitError, ReaderError):
        raise
    except InputError as error:
        try:
            return read_as("en")
        except InputError:
            raise error from None
