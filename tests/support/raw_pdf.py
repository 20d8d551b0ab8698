"""PDF files written object by object, for what no program of ours writes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

HELVETICA = "<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>"


def raw_pdf(
    contents: Sequence[str],
    *,
    fonts: Mapping[str, str] | None = None,
    objects: Mapping[int, str] | None = None,
    resources: str = "",
    page: str = "",
    catalog: str = "",
) -> bytes:
    """A PDF with a page for each content stream.

    `fonts` are dictionaries by name (F1 is Helvetica unless given), `objects` further objects by
    number (from 100); `resources`, `page` and `catalog` are entries of those dictionaries.
    """
    every = dict(objects or {})
    names = ""
    for number, (name, font) in enumerate((fonts or {"F1": HELVETICA}).items(), 10):
        every[number] = font
        names += f"/{name} {number} 0 R"
    kids = ""
    for number, content in enumerate(contents):
        every[20 + 2 * number] = (
            f"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/StructParents {number}"
            f"/Resources<</Font<<{names}>>{resources}>>/Contents {21 + 2 * number} 0 R{page}>>"
        )
        every[21 + 2 * number] = stream(content)
        kids += f"{20 + 2 * number} 0 R "
    every[1] = f"<</Type/Catalog/Pages 2 0 R{catalog}>>"
    every[2] = f"<</Type/Pages/Count {len(contents)}/Kids[{kids}]>>"
    return _file(every)


def stream(content: str, entries: str = "") -> str:
    """A stream object with these entries in its dictionary."""
    return f"<</Length {len(content.encode('latin-1'))}{entries}>>\nstream\n{content}\nendstream"


def to_unicode(codes: Mapping[int, str]) -> str:
    """The stream of a character map from codes of one byte."""
    rows = "\n".join(
        f"<{code:02X}> <{text.encode('utf-16-be').hex()}>" for code, text in codes.items()
    )
    return stream(
        "/CIDInit /ProcSet findresource begin 12 dict begin begincmap\n"
        "1 begincodespacerange <00> <FF> endcodespacerange\n"
        f"{len(codes)} beginbfchar\n{rows}\nendbfchar endcmap end end"
    )


def _file(objects: Mapping[int, str]) -> bytes:
    out = b"%PDF-1.7\n"
    places: dict[int, int] = {}
    for number in sorted(objects):
        places[number] = len(out)
        out += f"{number} 0 obj\n{objects[number]}\nendobj\n".encode("latin-1")
    size = max(objects) + 1
    start = len(out)
    out += f"xref\n0 {size}\n0000000000 65535 f \n".encode()
    for number in range(1, size):
        if number in places:
            out += f"{places[number]:010d} 00000 n \n".encode()
        else:
            out += b"0000000000 00000 f \n"
    return out + f"trailer\n<</Size {size}/Root 1 0 R>>\nstartxref\n{start}\n%%EOF\n".encode()
