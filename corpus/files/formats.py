"""Corpus files: one module a format, each with `write(rows, file) -> number of rows`.

    with open("corpus.tmx", "wb") as file:
        writer("tmx")(rows, file)

The rows are taken one after another and never all in memory; the file is any binary file. The same
rows give the same bytes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from importlib import import_module
from typing import BinaryIO, cast

from duizhao.corpus import tsv
from duizhao.corpus.row import Row

Writer = Callable[[Iterable[Row], BinaryIO], int]

FORMATS = {
    "jsonl": "duizhao.corpus.files.jsonl",
    "tsv": "duizhao.corpus.files.tsv",
    "tmx": "duizhao.corpus.files.tmx",
    "parquet": "duizhao.corpus.files.parquet",
}
"""From a format, which is also the file's ending, to the module that writes it."""


def writer(format: str, form: tsv.Form = tsv.PLAIN) -> Writer:
    """The `write` of a format, in this form if it is TSV; ValueError for one not in FORMATS."""
    if format not in FORMATS:
        raise ValueError(f"no corpus format {format!r}; there are {', '.join(FORMATS)}")
    write = import_module(FORMATS[format]).write
    return cast(Writer, partial(write, form=form) if format == "tsv" else write)
