"""A report and its translation as two scans, compared with the rows of the text files.

    python -m duizhao.evaluation.benchmarks.reading.scanned_pair [REPORT REFERENCE] [--dpi 200]

The blocks of the two files (by default those of the sample report) are typeset, drawn as images
and put into PDF files without text. Both pairs are built, and each row of the text pair is searched
among the rows of the scans: both sides equal after NFKC, with straight quotation marks and without
white space. Sentences that differ are printed with --differences.
"""

from __future__ import annotations

import argparse
import io
import tempfile
import unicodedata
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

import duizhao
from duizhao.corpus import samples
from duizhao.corpus.document import Document
from duizhao.evaluation.benchmarks.reading.layouts import Item, Style, sheet
from duizhao.evaluation.benchmarks.reading.pictures import DAMAGE, page_images

QUOTES = str.maketrans("‘’“”", "''\"\"")
STYLE = Style(leading=15.0, size=10.5, after=0.6, head=True)


def items(document: Document) -> Iterator[Item]:
    """The blocks of a document as input of the typesetter; labels stay in the text."""
    for block in document.blocks:
        yield Item("heading" if block.kind == "heading" else "paragraph", block.text)


def scanned(document: Document, dpi: int, damage: str) -> bytes:
    """A document as a PDF of images."""
    pdf = sheet(document.id, document.language, STYLE, list(items(document))).data
    pages = list(page_images(pdf, dpi, damage))
    buffer = io.BytesIO()
    pages[0].save(buffer, "PDF", save_all=True, append_images=pages[1:], resolution=dpi)
    return buffer.getvalue()


def plain(text: str) -> str:
    """The text with one form of each sign, without white space."""
    return "".join(unicodedata.normalize("NFKC", text).translate(QUOTES).split())


def sides(bitext: duizhao.Bitext) -> Counter[tuple[str, str]]:
    """The rows as pairs of texts."""
    return Counter((plain(row.source), plain(row.target)) for row in bitext.rows)


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the number of rows that both pairs have."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else "")
    parser.add_argument("files", nargs="*", type=Path, metavar="FILE")
    parser.add_argument("--dpi", type=int, default=200)
    parser.add_argument("--damage", choices=DAMAGE, default="clean")
    parser.add_argument("--differences", action="store_true")
    options = parser.parse_args(arguments)
    if len(options.files) not in (0, 2):
        parser.error("give a report and its reference, or nothing for the sample report")
    documents = [duizhao.read(path) for path in options.files or samples.pair()]
    truth = sides(duizhao.build(*documents))
    with tempfile.TemporaryDirectory() as folder:
        paths = []
        for document in documents:
            paths.append(Path(folder) / f"{document.id}.{document.language}.pdf")
            paths[-1].write_bytes(scanned(document, options.dpi, options.damage))
        read = [
            duizhao.read(path, document.language)
            for path, document in zip(paths, documents, strict=True)
        ]
        found = sides(duizhao.build(*read))
    same = sum((truth & found).values())
    for scan, document in zip(read, documents, strict=True):
        print(f"{document.id}: {scan.metadata['pages']} pages, {len(scan.sentences)} sentences, "
              f"{len(document.sentences)} in the text")  # fmt: skip
    print(f"rows: {sum(truth.values())} of the text, {sum(found.values())} of the scans, "
          f"{same} the same ({same / sum(truth.values()):.1%})")  # fmt: skip
    if options.differences:
        for sign, only in (("-", truth - found), ("+", found - truth)):
            for source, target in only.elements():
                print(f"{sign} {source}\n  {target}")


if __name__ == "__main__":
    main()
