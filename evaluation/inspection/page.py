"""Show how a document was read: as lines of text, or next to images of its pages."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

from duizhao.corpus import tsv
from duizhao.corpus.document import Block, Document, LedgerEntry
from duizhao.corpus.reading.bounds import call
from duizhao.corpus.reading.bounds.files import read_file
from duizhao.corpus.reading.bounds.limits import DEFAULT_LIMITS, Limits
from duizhao.corpus.reading.draft import Ocr, Source
from duizhao.corpus.reading.formats import FORMATS
from duizhao.corpus.reading.scan.places import Box, Places
from duizhao.evaluation.inspection import pictures
from duizhao.evaluation.inspection.words import Word, words
from duizhao.evaluation.report.page import (
    messages_json,
    page_environment,
    page_script,
    page_style,
)

HERE = Path(__file__).parent
IMAGES = tuple(f.media_type for f in FORMATS if f.module.endswith("scan.reader"))
# Below this mean probability a page is shown as doubtful
DOUBTFUL = 0.95


@dataclass(frozen=True, slots=True)
class Mark:
    """A box over the page's image, in per cent of its size; `block` is None for furniture."""

    left: float
    top: float
    width: float
    height: float
    kind: str
    block: int | None


@dataclass(frozen=True, slots=True)
class BlockView:
    """A block of the page, with its sentences as words with their confidence."""

    block: Block
    sentences: tuple[tuple[Word, ...], ...]


@dataclass(frozen=True, slots=True)
class PageView:
    """One page: its image, the boxes over it, its blocks and its furniture.

    `confidence` is the mean probability of its recognised characters, None for text.
    """

    number: int | None
    picture: str
    marks: tuple[Mark, ...]
    blocks: tuple[BlockView, ...]
    ledger: tuple[LedgerEntry, ...]
    confidence: float | None = None


def lines(document: Document, ledger: Sequence[LedgerEntry]) -> Iterator[str]:
    """The blocks and the ledger as tab-separated lines."""
    yield tsv.line(("what", "number", "page", "kind", "mark", "sentences", "text"))
    for block in document.blocks:
        count = len(block.sentences)
        cells = (block.id, block.page, block.kind, block.mark, count, block.text)
        yield tsv.line(("block", *cells))
    for number, entry in enumerate(ledger):
        yield tsv.line(("ledger", number, entry.page, entry.reason, "", "", entry.text))


def summary(document: Document, ledger: Sequence[LedgerEntry]) -> list[str]:
    """The numbers of blocks and sentences read and left out, and warnings, one per line."""
    kinds = Counter(block.kind for block in document.blocks)
    reasons = Counter(entry.reason for entry in ledger)
    out = [
        f"{len(document.blocks)} blocks ({_counts(kinds)}), {len(document.sentences)} sentences",
        f"{len(ledger)} pieces left out" + (f" ({_counts(reasons)})" if reasons else ""),
    ]
    out += [f"warning: {warning}" for warning in document.metadata.get("warnings", ())]
    return out


def _counts(counter: Counter[Any]) -> str:
    return ", ".join(f"{count} {name}" for name, count in counter.most_common())


def html(
    document: Document,
    ledger: Sequence[LedgerEntry],
    path: Path | None = None,
    *,
    ocr: Ocr = "auto",
    keep_contents: bool = False,
    limits: Limits = DEFAULT_LIMITS,
    progress: Callable[[int, int], None] | None = None,
    home: str = "",
) -> str:
    """The blocks as one web page; for a PDF and for images next to the images of the pages.

    `ocr` and `keep_contents` must be those with which the document was read; `home` is a link to
    the studio.
    """
    kind = document.metadata.get("media_type")
    pages: list[PageView] = []
    if path is not None and (kind == "application/pdf" or kind in IMAGES):
        source = Source(
            str(path),
            read_file(path, limits),
            path,
            limits=limits,
            ocr=ocr,
            keep_contents=keep_contents,
        )
        pages = call.call(
            source.name,
            _pages,
            document,
            ledger,
            source,
            kind == "application/pdf",
            limits=limits,
            progress=progress or _ignore,
        )
    views = tuple(_view(block, None) for block in document.blocks)
    return (
        page_environment(HERE)
        .get_template("inspection.html.jinja")
        .render(
            document=document,
            pages=pages or [PageView(None, "", (), views, tuple(ledger))],
            facts=_facts(document, ledger),
            warnings=[
                _plain(warning, document) for warning in document.metadata.get("warnings", ())
            ],
            kinds=sorted({block.kind for block in document.blocks}),
            scanned=any(page.confidence is not None for page in pages),
            doubtful=DOUBTFUL,
            name=Path(str(document.metadata.get("path", document.id))).name,
            style=page_style() + _asset("inspection.css"),
            messages_json=messages_json("inspect", "kind", "reason", reported=True),
            home=home,
            script=page_script("theme.js", "elements.js", own=_asset("inspection.js")),
        )
    )


def _plain(warning: str, document: Document) -> str:
    """A warning without the path of the document, which the page's title names."""
    return warning.removeprefix(f"{document.metadata.get('path')}: ")


@cache
def _asset(name: str) -> str:
    return (HERE / name).read_text(encoding="utf-8")


@dataclass(frozen=True, slots=True)
class Facts:
    """The figures at the head of the page: text read and left out, by kind and reason.

    `certain` is the mean confidence of the sentences, `doubtful` the number of those below the
    limit; None for text that was not recognised.
    """

    language: str
    blocks: Mapping[str, int]
    sentences: int
    left_out: Mapping[str, int]
    certain: float | None
    doubtful: int


def _facts(document: Document, ledger: Sequence[LedgerEntry]) -> Facts:
    known = [s.confidence for s in document.sentences if s.confidence is not None]
    return Facts(
        language=document.language,
        blocks=dict(Counter(block.kind for block in document.blocks).most_common()),
        sentences=len(document.sentences),
        left_out=dict(Counter(entry.reason for entry in ledger).most_common()),
        certain=sum(known) / len(known) if known else None,
        doubtful=sum(value < DOUBTFUL for value in known),
    )


def _ignore(_done: int, _total: int) -> None:
    """A progress callback that does nothing."""


def _pages(
    document: Document,
    ledger: Sequence[LedgerEntry],
    source: Source,
    is_pdf: bool,
    progress: Callable[[int, int], None] | None = None,
    more_time: Callable[[float], None] | None = None,
) -> list[PageView]:
    """The pages, drawn and read again in the process that reads documents."""
    source = replace(source, more_time=more_time)
    if is_pdf:
        from duizhao.corpus.reading.pdf import reader as pdf

        places = pdf.read_places(source, document.language)
        drawn = pictures.of_pdf(source, places.scans)
    else:
        from duizhao.corpus.reading.scan import reader as scan

        places = scan.read_places(source, document.language)
        drawn = pictures.of_images(source, places.scans)
    total = int(document.metadata.get("pages", 0))
    views = []
    for picture in drawn:
        views.append(_page(document, ledger, places, picture))
        if progress:
            progress(picture.number, total)
    return views


def _page(
    document: Document,
    ledger: Sequence[LedgerEntry],
    places: Places,
    picture: pictures.Picture,
) -> PageView:
    here = [
        (block, [box for box in boxes if box.page == picture.number], confidences)
        for block, boxes, confidences in zip(
            document.blocks, places.blocks, places.confidences, strict=True
        )
    ]
    marks = [_mark(box, picture, block.kind, block.id) for block, boxes, _ in here for box in boxes]
    marks += [
        _mark(box, picture, "furniture", None)
        for box in places.furniture
        if box.page == picture.number
    ]
    known = [value for _, boxes, values in here if boxes and values is not None for value in values]
    return PageView(
        picture.number,
        picture.address,
        tuple(marks),
        tuple(_view(block, confidences) for block, boxes, confidences in here if boxes),
        tuple(entry for entry in ledger if entry.page == picture.number),
        sum(known) / len(known) if known else None,
    )


def _view(block: Block, confidences: tuple[float, ...] | None) -> BlockView:
    return BlockView(
        block,
        tuple(
            words(sentence.text, confidences and confidences[sentence.start : sentence.end])
            for sentence in block.sentences
        ),
    )


def _mark(box: Box, picture: pictures.Picture, kind: str, block: int | None) -> Mark:
    return Mark(
        left=round(100 * box.left / picture.width, 2),
        top=round(100 * (picture.height - box.top) / picture.height, 2),
        width=round(100 * (box.right - box.left) / picture.width, 2),
        height=round(100 * (box.top - box.bottom) / picture.height, 2),
        kind=kind,
        block=block,
    )
