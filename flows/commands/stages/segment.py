"""`duizhao segment`: split a document into sentences."""

from __future__ import annotations

import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from duizhao.flows.commands import options
from duizhao.flows.terminal import console


class Lang(StrEnum):
    """The two languages of the corpus."""

    zh = "zh"
    en = "en"


class Form(StrEnum):
    """Output formats."""

    jsonl = "jsonl"
    txt = "txt"


def segment(
    files: Annotated[
        list[str],
        typer.Argument(
            metavar="FILE",
            help="The document (text, PDF, Word, HTML ..., or several images of its pages); - for "
            "standard input.",
        ),
    ],
    lang: Annotated[
        Lang, typer.Option("--lang", help="The language that the document is written in.")
    ],
    to: Annotated[
        Form,
        typer.Option(
            "--to",
            help="jsonl: one line per sentence with its block, number and kind; "
            "txt: only the sentences, one per line.",
        ),
    ] = Form.jsonl,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", help="Write to this file instead of standard output."),
    ] = None,
    as_jsonl: options.JsonLines = False,
    ocr: options.OcrMode = None,
    keep_contents: options.KeepContents = None,
    config: options.Config = None,
    ledger: Annotated[
        Path | None,
        typer.Option(
            "--ledger", help="Also write the removed text, with reasons, to this file (JSON lines)."
        ),
    ] = None,
) -> None:
    """Read a document and split it into sentences.

    Page furniture (document symbol, job number, page number, link lines) is removed and counted
    on standard error; sentences that continue on the next page are joined.
    """
    from duizhao.corpus.reading import read, read_bytes
    from duizhao.flows.commands.one_document import one_document
    from duizhao.flows.settings import resolve
    from duizhao.flows.terminal.output import check_output
    from duizhao.flows.terminal.output import output as lines_out

    settings = resolve(config, ocr=ocr, keep_contents=keep_contents).settings
    mode, contents, limits = settings.ocr, settings.keep_contents, settings.limits
    check_output(output)
    check_output(ledger)
    file = one_document(files, limits)
    if file == "-":
        document, left_out = read_bytes(
            # one byte over the limit suffices to detect input that is too large
            sys.stdin.buffer.read(limits.file_bytes + 1),
            lang.value,
            ocr=mode,
            keep_contents=contents,
            limits=limits,
        )
    else:
        with console.current().stage(f"reading {Path(file).name}"):
            document, left_out = read(
                file,
                lang.value,
                progress=console.pages,
                ocr=mode,
                keep_contents=contents,
                limits=limits,
            )
    kinds = [block.kind for block in document.blocks]
    if as_jsonl or to is Form.jsonl:
        lines = [
            _json(
                {
                    "block": sentence.block,
                    "sentence": sentence.id,
                    "kind": kinds[sentence.block],
                    "text": sentence.text,
                }
                | ({} if sentence.confidence is None else {"confidence": sentence.confidence})
            )
            for sentence in document.sentences
        ]
    else:
        # a soft line break inside a sentence must not split it into two lines
        lines = [" ".join(sentence.text.split("\n")) for sentence in document.sentences]
    with lines_out(output) as stream:
        stream.writelines(line + "\n" for line in lines)
    if ledger is not None:
        from dataclasses import asdict

        with lines_out(ledger) as stream:
            stream.writelines(_json(asdict(entry)) + "\n" for entry in left_out)
    for warning in document.metadata.get("warnings", ()):
        console.current().warn(f"duizhao: {warning}")
    encoding = document.metadata.get("encoding")
    console.current().note(
        f"{file if file != '-' else 'standard input'}{f' ({encoding})' if encoding else ''}: "
        f"{len(document.blocks)} blocks, {len(document.sentences)} sentences, "
        f"{len(left_out)} pieces of page furniture left out"
    )


def _json(row: object) -> str:
    import json

    return json.dumps(row, ensure_ascii=False)
