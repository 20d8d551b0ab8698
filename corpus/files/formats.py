"""Corpus files: one module per format, each with `write(rows, file) -> number of rows`.

    with open("corpus.tmx", "wb") as file:
        writer("tmx")(rows, file)

The rows are taken one after another and never all in memory; the file is any binary file. The same
rows give the same bytes. A format has one file, named by its ending, or two (moses). Formats for
translation tools and people also take `ExportOptions`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from importlib import import_module
from typing import BinaryIO

from duizhao.corpus import tsv
from duizhao.corpus.files.exports.options import DEFAULT, ExportOptions
from duizhao.corpus.row import Row

Writer = Callable[[Iterable[Row], BinaryIO], int]


@dataclass(frozen=True, slots=True)
class Format:
    """The module of a format, the function for each of its files, and its purpose.

    `files` maps the endings to functions; `has_options`: they take `ExportOptions`.
    """

    module: str
    files: Mapping[str, str]
    help: str
    has_options: bool = True


_FILES = "duizhao.corpus.files"
_EXPORTS = f"{_FILES}.exports"

FORMATS: Mapping[str, Format] = {
    "jsonl": Format(f"{_FILES}.jsonl", {"jsonl": "write"}, "every column, for programs", False),
    "tsv": Format(f"{_FILES}.tsv", {"tsv": "write"}, "every column, tab-separated", False),
    "tmx": Format(f"{_FILES}.tmx", {"tmx": "write"}, "TMX 1.4, for translation memories"),
    "parquet": Format(
        f"{_FILES}.parquet", {"parquet": "write"}, "for Hugging Face datasets", False
    ),
    "xlsx": Format(f"{_EXPORTS}.xlsx", {"xlsx": "write"}, "Excel, to read and to edit"),
    "csv": Format(f"{_EXPORTS}.csv", {"csv": "write"}, "a table that Excel opens"),
    "docx": Format(f"{_EXPORTS}.docx", {"docx": "write"}, "Word, a bilingual table"),
    "html": Format(f"{_EXPORTS}.html", {"html": "write"}, "a printable bilingual page"),
    "xliff": Format(f"{_EXPORTS}.xliff", {"xlf": "write"}, "XLIFF 2.0, for translation tools"),
    "xliff12": Format(f"{_EXPORTS}.xliff12", {"v12.xlf": "write"}, "XLIFF 1.2, for older tools"),
    "moses": Format(
        f"{_EXPORTS}.moses",
        {"zh": "write_source", "en": "write_target"},
        "two plain text files, for training",
        False,
    ),
}
"""From a format's name to its writer."""


def endings(format: str) -> tuple[str, ...]:
    """The endings of a format's files; ValueError for one that is not in FORMATS."""
    return tuple(_known(format).files)


def writer(ending: str, options: ExportOptions = DEFAULT, *, form: tsv.Form = tsv.PLAIN) -> Writer:
    """The function that writes the file with this ending (``tmx``, ``xlf``, ``zh``).

    `form` is that of TSV.
    """
    for format in FORMATS.values():
        if ending in format.files:
            write = getattr(import_module(format.module), format.files[ending])
            made: Writer = partial(write, options=options) if format.has_options else write
            return partial(write, form=form) if ending == "tsv" else made
    raise ValueError(f"no corpus file ends with {ending!r}; the formats are {', '.join(FORMATS)}")


def _known(format: str) -> Format:
    if format not in FORMATS:
        raise ValueError(f"unknown corpus format {format!r}; use one of {', '.join(FORMATS)}")
    return FORMATS[format]
