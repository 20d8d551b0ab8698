"""Accuracy and speed of reading UN files: the PDF against the Word file of the same document.

    python -m duizhao.evaluation.benchmarks.reading.twins [--data ../shared/data] [--differences N]

Three tables, each printed with its settings:

- twins: sentences of the PDF and of the Word file of one document, as a multiset; F1 outside
  tables (blocks that are no cells in either reading) and with them;
- the PDFs read by their tags and read without (`duizhao.corpus.reading.pdf.geometry`), likewise;
- speed: pages a second of CPU time, one thread.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from duizhao.corpus.document import Document, Language
from duizhao.corpus.reading import assemble, read
from duizhao.corpus.reading.draft import Source
from duizhao.corpus.reading.pdf.reader import read_drafts

TWINS = ("A_80_590", "A_80_604_Add.1", "A_81_6_SECT_13", "A_81_6_SECT_31")
PDFS: tuple[tuple[str, Language], ...] = (
    ("A_75_836.zh", "zh"),
    *((f"{name}.en", "en") for name in TWINS),
)


def sentences(document: Document, *, cells: bool) -> list[str]:
    """The sentences of a document, with or without those in cells of tables."""
    return [
        sentence.text
        for block in document.blocks
        if cells or block.kind != "table_cell"
        for sentence in block.sentences
    ]


def f1(first: Sequence[str], second: Sequence[str]) -> float:
    """F1 of two multisets of sentences; 1.0 for two empty ones."""
    both = sum((Counter(first) & Counter(second)).values())
    total = len(first) + len(second)
    return 2 * both / total if total else 1.0


def compare(name: str, first: Document, second: Document, differences: int) -> None:
    """Print a line of the table, and the sentences that only one of them has."""
    outside = [sentences(document, cells=False) for document in (first, second)]
    whole = [sentences(document, cells=True) for document in (first, second)]
    print(f"{name:<18}{len(whole[0]):>8}{len(whole[1]):>8}{f1(*outside):>10.4f}{f1(*whole):>10.4f}")
    counts = [Counter(texts) for texts in whole]
    for sign, only in (("-", counts[0] - counts[1]), ("+", counts[1] - counts[0])):
        for text in list(only.elements())[:differences]:
            print(f"    {sign} {text}")


def by_tags(path: Path, language: Language, tags: bool) -> Document:
    """The reading of a PDF with its tags or without."""
    source = Source(path.name, path.read_bytes(), path)
    reading = read_drafts(source, language, tags=tags)
    return assemble(reading, language, document_id=path.stem)[0]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument(
        "--data",
        type=Path,
        default=Path(os.environ.get("DUIZHAO_SHARED", "../shared")) / "data",
        help="the folder that holds un-files",
    )
    parser.add_argument(
        "--differences", type=int, default=0, metavar="N", help="show N of each side's own"
    )
    options = parser.parse_args()
    folder = options.data / "un-files"
    if not folder.is_dir():
        sys.exit(f"{folder}: no such folder; give --data")
    head = f"{'':<18}{'first':>8}{'second':>8}{'outside':>10}{'with':>10}"
    print("PDF (first) against Word file (second): sentences, F1 outside tables and with them")
    print(head)
    for name in TWINS:
        pdf, _ = read(folder / f"{name}.en.pdf", "en")
        word, _ = read(folder / f"{name}.en.docx", "en")
        compare(name, pdf, word, options.differences)
    print("\nPDF by its tags (first) against geometry alone (second)")
    print(head)
    for name, language in PDFS:
        path = folder / f"{name}.pdf"
        found = [by_tags(path, language, tags) for tags in (True, False)]
        compare(name, found[0], found[1], options.differences)
    print("\nSpeed, one thread, CPU time (by tags, and by geometry)")
    print(f"{'':<18}{'pages':>8}{'tags':>14}{'geometry':>14}")
    for name, language in PDFS:
        path = folder / f"{name}.pdf"
        rates = []
        pages = 0
        for tags in (True, False):
            start = time.process_time()
            document = by_tags(path, language, tags)
            pages = document.metadata["pages"]
            rates.append(pages / (time.process_time() - start))
        print(f"{name:<18}{pages:>8}{rates[0]:>8.0f} p/s{rates[1]:>10.0f} p/s")


if __name__ == "__main__":
    main()
