"""`duizhao segment`: a document in, its sentences out."""

from __future__ import annotations

import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer


class Lang(StrEnum):
    """The two languages of the corpus."""

    zh = "zh"
    en = "en"


class Form(StrEnum):
    """How the sentences are written."""

    jsonl = "jsonl"
    txt = "txt"


def segment(
    file: Annotated[
        str,
        typer.Argument(
            metavar="FILE", help="The document (text, PDF, Word, HTML ...); - for standard input."
        ),
    ],
    lang: Annotated[
        Lang, typer.Option("--lang", help="The language that the document is written in.")
    ],
    to: Annotated[
        Form,
        typer.Option(
            "--to",
            help="jsonl: a line a sentence with its block, number and kind; "
            "txt: the bare sentences, one a line.",
        ),
    ] = Form.jsonl,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", help="Write to this file instead of standard output."),
    ] = None,
    ledger: Annotated[
        Path | None,
        typer.Option(
            "--ledger", help="Also write what was left out, and why, to this file (JSON lines)."
        ),
    ] = None,
) -> None:
    """Read a document and split it into sentences.

    Page furniture (document symbol, job number, page number, link lines) is taken out and counted
    on standard error; sentences that run across a page are made whole again.
    """
    from duizhao.corpus.reading import read, read_bytes
    from duizhao.flows.terminal.output import check_output
    from duizhao.flows.terminal.output import output as lines_out
    from duizhao.flows.terminal.page_progress import page_progress

    check_output(output)
    check_output(ledger)
    if file == "-":
        document, left_out = read_bytes(sys.stdin.buffer.read(), lang.value)
    else:
        with page_progress(f"reading {Path(file).name}") as progress:
            document, left_out = read(file, lang.value, progress=progress)
    kinds = [block.kind for block in document.blocks]
    if to is Form.jsonl:
        lines = [
            _json(
                {
                    "block": sentence.block,
                    "sentence": sentence.id,
                    "kind": kinds[sentence.block],
                    "text": sentence.text,
                }
            )
            for sentence in document.sentences
        ]
    else:
        # a soft line break inside a sentence must not make two lines of it
        lines = [" ".join(sentence.text.split("\n")) for sentence in document.sentences]
    with lines_out(output) as stream:
        stream.writelines(line + "\n" for line in lines)
    if ledger is not None:
        from dataclasses import asdict

        with lines_out(ledger) as stream:
            stream.writelines(_json(asdict(entry)) + "\n" for entry in left_out)
    for warning in document.metadata.get("warnings", ()):
        print(f"duizhao: {warning}", file=sys.stderr)
    encoding = document.metadata.get("encoding")
    print(
        f"{file if file != '-' else 'standard input'}{f' ({encoding})' if encoding else ''}: "
        f"{len(document.blocks)} blocks, {len(document.sentences)} sentences, "
        f"{len(left_out)} pieces of page furniture left out",
        file=sys.stderr,
    )


def _json(row: object) -> str:
    import json

    return json.dumps(row, ensure_ascii=False)
