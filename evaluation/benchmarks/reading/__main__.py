"""Reading documents whose text is known: duizhao and other libraries, row by row.

    python -m duizhao.evaluation.benchmarks.reading --peers readers/bin/python

The documents are typeset for this: leading from 12 to 36 points, columns, tables, boxes, bullets,
notes (`sheets`), layouts drawn by chance (`chance`), and prints of Word files and web pages by
LibreOffice and Chromium, if these are installed (`printed`). With --images, three pages in each
language are read as images instead (`pictures`), by duizhao alone. Each row of the table gives, for
each reader:

- sentences: F1 of the sentence boundaries;
- blocks: F1 of the blocks, weighted by their letters;
- CER: the share of characters lost, wrong or out of place, in percent;
- tau: Kendall's tau of the order of the blocks;
- s/page, and the peak memory of the reader's process in MiB.

The other libraries need an environment of their own:

    python -m venv readers
    readers/bin/pip install pdf-oxide kreuzberg pdftext pdfplumber 'markitdown[pdf]'
"""

from __future__ import annotations

import argparse
import os
import re
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean

import pypdfium2

from duizhao.corpus.reading.bullets import BULLETS
from duizhao.corpus.reading.shape import split_label
from duizhao.evaluation.benchmarks.reading.chance import by_chance
from duizhao.evaluation.benchmarks.reading.layouts import Sheet
from duizhao.evaluation.benchmarks.reading.measures import (
    block_f1,
    boundary_f1,
    character_error_rate,
    kendall_tau,
    letters,
)
from duizhao.evaluation.benchmarks.reading.pictures import pictures
from duizhao.evaluation.benchmarks.reading.printed import PROGRAMS, installed, printed
from duizhao.evaluation.benchmarks.reading.readers import (
    PACKAGES,
    PEERS,
    Reader,
    Reading,
    missing,
    sentences_of,
)
from duizhao.evaluation.benchmarks.reading.sheets import LANGUAGES, pictured, sheets

HEAD = (
    f"{'row':36} {'lang':4} {'reader':11} {'sentences':>9}{'blocks':>8}{'CER %':>8}"
    f"{'tau':>8}{'s/page':>8}{'MiB':>5}"
)
# So many documents have a layout drawn by chance
CHANCES = 20


@dataclass(frozen=True, slots=True)
class Score:
    """The measures of one reader on one document."""

    sentences: float
    blocks: float
    errors: float
    order: float
    seconds: float
    pages: int
    peak: float


def score(sheet: Sheet, reading: Reading) -> Score:
    """The measures of a reading."""
    truth = [text for kind, text in sheet.blocks if kind != "code"]
    # code is not scored: it may be read as a block, as lines, or left out
    code = [text for kind, text in sheet.blocks if kind == "code"]
    lines = {letters(line) for text in code for line in (text, *text.split("\n"))}
    blocks = [_without_mark(text) for text in reading.blocks if letters(text) not in lines]
    sentences = [text for text in reading.sentences if letters(text) not in lines]
    return Score(
        boundary_f1(sentences_of(truth), sentences),
        block_f1(truth, blocks),
        character_error_rate(truth, blocks),
        kendall_tau(truth, blocks) if blocks else 0.0,
        reading.seconds,
        page_count(sheet),
        reading.peak_mb,
    )


def _without_mark(text: str) -> str:
    """A list item without its bullet, which the truth does not have."""
    label, rest = split_label(text)
    return rest if label and label in BULLETS else text


def page_count(sheet: Sheet) -> int:
    """The number of pages of a document."""
    if sheet.suffix == ".pdf":
        return len(pypdfium2.PdfDocument(sheet.data))
    return sheet.data.count(b"PK\x01\x02")


def documents(options: argparse.Namespace) -> Iterator[Sheet]:
    """The documents of the table, row by row in each language."""
    folder = options.data / "un-files" if options.data else None
    for language in LANGUAGES:
        if options.images:
            yield from pictures(pictured(language))
            continue
        own = [sheet for sheet in sheets() if sheet.language == language]
        yield from own
        yield from by_chance(language, range(options.seed, options.seed + CHANCES))
        if prints(options):
            yield from printed(language, folder)


def prints(options: argparse.Namespace) -> bool:
    """Whether rows of printed documents are wanted."""
    names = [f"{program}, {source}, {tags}" for program in PROGRAMS
             for source in ("own", "UN files") for tags in ("tagged", "untagged")]  # fmt: skip
    wanted = any(re.search(options.rows, name) for name in (*names, "Chromium, no ToUnicode"))
    return wanted and not options.images


def rows(every: Iterable[Sheet], options: argparse.Namespace) -> Iterator[tuple[str, list[Sheet]]]:
    """The documents by row, at most `options.most` of each."""
    found: dict[tuple[str, str], list[Sheet]] = {}
    for sheet in every:
        if re.search(options.rows, sheet.row):
            found.setdefault((sheet.language, sheet.row), []).append(sheet)
    for (_, row), each in found.items():
        yield row, each[: options.most]


def line(row: str, language: str, reader: str, scores: Sequence[Score]) -> str:
    """One line of the table: the means over the documents of a row."""
    pages = sum(each.pages for each in scores)
    return (
        f"{row:36} {language:4} {reader:11} {fmean(s.sentences for s in scores):9.4f}"
        f"{fmean(s.blocks for s in scores):8.4f}{100 * fmean(s.errors for s in scores):8.2f}"
        f"{fmean(s.order for s in scores):8.3f}{sum(s.seconds for s in scores) / pages:8.3f}"
        f"{max(s.peak for s in scores):5.0f}"
    )


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--peers", metavar="PYTHON", help="the interpreter that has the others")
    parser.add_argument("--readers", nargs="+", choices=("duizhao", *PEERS), help="only these")
    parser.add_argument("--rows", default="", metavar="PATTERN", help="only rows that match")
    parser.add_argument("--most", type=int, default=None, metavar="N", help="documents of a row")
    parser.add_argument("--seed", type=int, default=0, help="the first seed of layouts by chance")
    parser.add_argument("--images", action="store_true", help="images of pages instead")
    parser.add_argument("--data", type=Path, help="a folder that holds un-files, to print them")
    parser.add_argument("--each", action="store_true", help="print every document as well")
    options = parser.parse_args(arguments)
    names = options.readers or ["duizhao", *(PEERS if options.peers and not options.images else ())]
    peers = [name for name in names if name != "duizhao"]
    if peers and not options.peers:
        parser.error("the other libraries need --peers; see --help for how to install them")
    gone = missing(options.peers) if peers else []
    for name in sorted(set(gone) & set(peers)):
        print(f"{name} is left out: {options.peers} does not have it (pip install {PACKAGES})")
    names = [name for name in names if name not in gone]
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="duizhao-")))
        os.environ["DUIZHAO_CACHE"] = str(folder / "cache")
        readers = [
            stack.enter_context(Reader(name) if name == "duizhao" else Reader(name, options.peers))
            for name in names
        ]
        if prints(options):
            for program in PROGRAMS:
                if installed(program) is None:
                    print(f"the rows of {program} are left out: it is not installed")
        table = list(rows(documents(options), options))
        if not table:
            parser.error(f"no row matches {options.rows!r}")
        print(HEAD, flush=True)
        for row, each in table:
            print_row(row, each, readers, folder, each_one=options.each)


def print_row(
    row: str, every: Sequence[Sheet], readers: Sequence[Reader], folder: Path, *, each_one: bool
) -> None:
    """Read the documents of a row with every reader and print its lines."""
    language = every[0].language
    for reader in readers:
        scores = []
        for number, sheet in enumerate(every):
            path = folder / f"{number}{sheet.suffix}"
            path.write_bytes(sheet.data)
            reading = reader.read(path, language)
            scores.append(score(sheet, reading))
            if each_one:
                print(line(f"  {sheet.name}", language, reader.name, scores[-1:]), flush=True)
            if reading.error:
                print(f"{row}, {reader.name}: {reading.error[:200]}", flush=True)
        print(line(row, language, reader.name, scores), flush=True)


if __name__ == "__main__":
    main()
