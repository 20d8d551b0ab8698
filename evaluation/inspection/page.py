"""How a document was read: as lines of text, or next to pictures of its pages."""

from __future__ import annotations

import base64
import struct
import zlib
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from duizhao.corpus.document import Block, Document, LedgerEntry
from duizhao.corpus.reading.bounds import call
from duizhao.corpus.reading.bounds.files import read_file
from duizhao.corpus.reading.bounds.limits import Limits
from duizhao.corpus.reading.draft import Source

# width of a page's picture in pixels
WIDTH = 760


@dataclass(frozen=True, slots=True)
class Mark:
    """A box over the page's picture, in per cent of it; `block` is None for furniture."""

    left: float
    top: float
    width: float
    height: float
    kind: str
    block: int | None


@dataclass(frozen=True, slots=True)
class PageView:
    """One page: its picture, the boxes over it, its blocks and its furniture."""

    number: int | None
    picture: str
    marks: tuple[Mark, ...]
    blocks: tuple[Block, ...]
    ledger: tuple[LedgerEntry, ...]


def lines(document: Document, ledger: Sequence[LedgerEntry]) -> Iterator[str]:
    """The blocks and the ledger as tab-separated lines."""
    yield "what\tnumber\tpage\tkind\tmark\tsentences\ttext"
    for block in document.blocks:
        page = "" if block.page is None else str(block.page)
        yield "\t".join(
            ["block", str(block.id), page, block.kind, block.mark or "",
             str(len(block.sentences)), _flat(block.text)]
        )  # fmt: skip
    for number, entry in enumerate(ledger):
        page = "" if entry.page is None else str(entry.page)
        yield "\t".join(["ledger", str(number), page, entry.reason, "", "", _flat(entry.text)])


def summary(document: Document, ledger: Sequence[LedgerEntry]) -> list[str]:
    """How much was read and left out, one fact per line."""
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


def _flat(text: str) -> str:
    return text.replace("\t", " ").replace("\n", " ")


def html(
    document: Document,
    ledger: Sequence[LedgerEntry],
    path: Path | None = None,
    *,
    progress: Callable[[int, int], None] | None = None,
) -> str:
    """The blocks as one web page; for a PDF next to pictures of the pages."""
    import jinja2

    is_pdf = document.metadata.get("media_type") == "application/pdf" and path is not None
    pages = None
    if is_pdf and path is not None:
        limits = Limits()
        source = Source(str(path), read_file(path, limits), path)
        pages = call.call(
            source.name,
            _pdf_pages,
            document,
            ledger,
            source,
            limits=limits,
            progress=progress or _ignore,
        )
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(Path(__file__).parent), autoescape=True,
        trim_blocks=True, lstrip_blocks=True,
    )  # fmt: skip
    template = environment.get_template("inspection.html.jinja")
    return template.render(
        document=document,
        pages=pages or [PageView(None, "", (), document.blocks, tuple(ledger))],
        summary=summary(document, ledger),
        kinds=sorted({block.kind for block in document.blocks}),
        name=Path(str(document.metadata.get("path", document.id))).name,
    )


def _ignore(_done: int, _total: int) -> None:
    """Progress that nobody watches."""


def _pdf_pages(
    document: Document,
    ledger: Sequence[LedgerEntry],
    source: Source,
    progress: Callable[[int, int], None] | None = None,
    more_time: Callable[[float], None] | None = None,
) -> list[PageView]:
    """The pages of a PDF, drawn and read once more in the process that reads documents."""
    from duizhao.corpus.reading.pdf import reader as pdf

    source = replace(source, more_time=more_time)
    boxes, furniture = pdf.read_places(source, document.language)
    opened = pdf.open_pdf(source)
    views = []
    try:
        for number in range(1, len(opened) + 1):
            page = opened[number - 1]
            width, height = page.get_size()
            marks = [
                _mark(box, width, height, block.kind, block.id)
                for block, places in zip(document.blocks, boxes, strict=True)
                for box in places
                if box.page == number
            ]
            marks += [
                _mark(box, width, height, "furniture", None)
                for box in furniture
                if box.page == number
            ]
            blocks = tuple(
                block
                for block, places in zip(document.blocks, boxes, strict=True)
                if any(box.page == number for box in places)
            )
            entries = tuple(entry for entry in ledger if entry.page == number)
            views.append(PageView(number, _picture(page, width), tuple(marks), blocks, entries))
            page.close()
            if progress:
                progress(number, len(opened))
    finally:
        opened.close()
    return views


def _mark(box: Any, width: float, height: float, kind: str, block: int | None) -> Mark:
    return Mark(
        left=round(100 * box.left / width, 2),
        top=round(100 * (height - box.top) / height, 2),
        width=round(100 * (box.right - box.left) / width, 2),
        height=round(100 * (box.top - box.bottom) / height, 2),
        kind=kind,
        block=block,
    )


def _picture(page: Any, width: float) -> str:
    """The page as a PNG in a data URL."""
    bitmap = page.render(scale=WIDTH / width, rev_byteorder=True, prefer_bgrx=False)
    pixels = bitmap.to_numpy()[:, :, :3]
    data = base64.b64encode(_png(pixels)).decode("ascii")
    bitmap.close()
    return f"data:image/png;base64,{data}"


def _png(pixels: Any) -> bytes:
    """A PNG of an array (height, width, 3) of bytes; in grey where it has no colour."""
    import numpy

    grey = bool((numpy.ptp(pixels.astype(numpy.int16), axis=2) < 12).all())
    rows = pixels[:, :, :1] if grey else pixels
    # sixteen shades are plenty for text and make half the size
    rows = rows & 0xF0 | rows >> 4
    height, width = rows.shape[:2]
    # the filter "none" (0) before each row
    raw = numpy.concatenate(
        [numpy.zeros((height, 1), dtype=numpy.uint8), rows.reshape(height, -1)], axis=1
    )
    header = struct.pack(">IIBBBBB", width, height, 8, 0 if grey else 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + _chunk(b"IHDR", header)
        + _chunk(b"IDAT", zlib.compress(raw.tobytes(), 6))
        + _chunk(b"IEND", b"")
    )


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
