"""Scans against the text layer from which they were drawn: characters, sentences, blocks, seconds.

    python -m duizhao.evaluation.benchmarks.reading.scans report.zh.pdf --lang zh --pages 2-5

Pages of a PDF with a sound text layer are drawn as images, damaged in each of the ways named by
--damage, and read as a scan. The truth is how duizhao reads the same pages from the text layer, so
that errors of the layout count as well. Boundaries are measured outside tables, and with the cells
of tables. Characters are compared after NFKC, with straight quotation marks, without white space.
Every run repeats the recognition: the cache is a temporary folder.
"""

from __future__ import annotations

import argparse
import io
import os
import tempfile
import time
import unicodedata
from collections.abc import Sequence
from pathlib import Path

import pypdfium2

from duizhao.corpus.document import Document, Language
from duizhao.corpus.reading import read_bytes
from duizhao.evaluation.benchmarks.reading.measures import (
    block_f1,
    boundary_f1,
    character_error_rate,
)
from duizhao.evaluation.benchmarks.reading.pictures import DAMAGE, scan

QUOTES = str.maketrans("‘’“”", "''\"\"")


def cut(path: Path, first: int, last: int) -> bytes:
    """Some pages of a PDF as a PDF."""
    whole, part = pypdfium2.PdfDocument(path), pypdfium2.PdfDocument.new()
    part.import_pages(whole, list(range(first - 1, min(last, len(whole)))))
    buffer = io.BytesIO()
    part.save(buffer)
    return buffer.getvalue()


def texts(document: Document, *, cells: bool) -> tuple[list[str], list[str]]:
    """Sentences and blocks, with the cells of tables or without."""
    blocks = [block for block in document.blocks if cells or block.kind != "table_cell"]
    sentences = [_plain(sentence.text) for block in blocks for sentence in block.sentences]
    return sentences, [_plain(block.text) for block in blocks]


def _plain(text: str) -> str:
    """The text with one form of each sign: half width, straight quotation marks."""
    return unicodedata.normalize("NFKC", text).translate(QUOTES)


def measure(pdf: bytes, language: Language, dpi: int, damage: str, truth: Document) -> str:
    """One line of the table."""
    images = scan(pdf, dpi, damage)
    pages = int(truth.metadata["pages"])
    with tempfile.TemporaryDirectory() as folder:
        os.environ["DUIZHAO_CACHE"] = folder
        start = time.perf_counter()
        document, _ = read_bytes(images, language, name="scan.zip", document_id="scan")
        seconds = (time.perf_counter() - start) / pages
    (true_sentences, true_blocks), (sentences, blocks) = (
        texts(each, cells=True) for each in (truth, document)
    )
    (true_prose, _), (prose, _) = (texts(each, cells=False) for each in (truth, document))
    known = [s.confidence for s in document.sentences if s.confidence is not None]
    return (
        f"{damage:8} {dpi:4} {100 * character_error_rate(true_blocks, blocks):6.2f} "
        f"{boundary_f1(true_prose, prose):8.3f} {boundary_f1(true_sentences, sentences):8.3f} "
        f"{block_f1(true_blocks, blocks):6.3f} "
        f"{sum(known) / max(1, len(known)):10.4f} {seconds:7.1f}"
    )


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the table of a document."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else "")
    parser.add_argument("file", type=Path)
    parser.add_argument("--lang", choices=("zh", "en"), required=True)
    parser.add_argument("--pages", default="1-3", help="first-last")
    parser.add_argument("--dpi", type=int, nargs="+", default=[150, 200, 300])
    parser.add_argument("--damage", nargs="+", choices=DAMAGE, default=list(DAMAGE))
    given = parser.parse_args(arguments)
    first, last = map(int, given.pages.split("-"))
    pdf = cut(given.file, first, last)
    truth, _ = read_bytes(pdf, given.lang, name=given.file.name, document_id="truth", ocr="never")
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    count = len(truth.sentences)
    print(f"{given.file.name}, pages {given.pages}, {count} sentences, {cores} cores")
    print("damage    dpi  CER %    prose with cells block confidence  s/page")
    for damage in given.damage:
        for dpi in given.dpi:
            print(measure(pdf, given.lang, dpi, damage, truth), flush=True)


if __name__ == "__main__":
    main()
