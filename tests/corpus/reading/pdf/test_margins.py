"""Numbers in the margin, notes and running feet, and attached files, from the pieces of pages."""

from __future__ import annotations

import pypdfium2
import pytest

from duizhao.corpus.reading.pdf.building import Built, blocks_from_lines
from duizhao.corpus.reading.pdf.page.extras import attached
from duizhao.corpus.reading.pdf.page.text import Page, Piece
from duizhao.corpus.reading.pdf.strips import strips_of_page
from duizhao.corpus.reading.pdf.tagged import _Tree

pytestmark = pytest.mark.unit

PROSE = (
    "The working group met in the harbour for the third time in that year and",
    "heard the keepers of the gauges, who had noted the height of the water in",
    "their books twice a day, and the engineers of the two dams that hold it. All",
    "agreed that the books should be copied before the next flood, and that the",
)


def piece(
    text: str, left: float, right: float, y: float, *, size: float = 10, artifact: bool = False
) -> Piece:
    return Piece(text, left, right, y, size, False, "gap", None, artifact, False, 0)


def page(number: int, *pieces: Piece, rules: tuple[tuple[float, float, float], ...] = ()) -> Page:
    return Page(number, 600, 800, pieces, rules=rules)


def prose(top: float, lines: int, right: float = 520) -> list[Piece]:
    return [piece(PROSE[n % 4], 100, right, top - 14 * n) for n in range(lines)]


def numbers(first: int, top: float, lines: int, left: float = 72) -> list[Piece]:
    return [piece(str(first + n), left, left + 12, top - 14 * n) for n in range(lines)]


def read(*pages: Page) -> Built:
    out = []
    for each in pages:
        out.append(strips_of_page(each, "en", out[-1] if out else None))
    return blocks_from_lines(out, "en")


def reasons(built: Built) -> list[tuple[str, str]]:
    return [(entry.reason, entry.text) for entry in built.left_out]


def test_numbers_of_lines_go_to_the_ledger_also_beside_the_few_lines_of_the_last_page() -> None:
    last = [*numbers(31, 700, 2), piece("Adopted as amended.", 100, 200, 700)]
    built = read(
        page(1, *prose(700, 30), *numbers(1, 700, 30)),
        page(2, *last, piece("Signed at the harbour.", 100, 210, 686)),
    )
    assert reasons(built) == [
        ("line_numbers", " ".join(map(str, range(1, 31)))),
        ("line_numbers", "31 32"),
    ]


def test_a_column_of_years_is_no_column_of_line_numbers() -> None:
    rows = [
        part
        for n, year in enumerate(numbers(1990, 700, 30))
        for part in (
            year,
            piece(f"{n}.5", 130, 150, year.y),
            piece("rising", 350, 380, year.y),
            piece(f"1,2{n:02}", 500, 523, year.y),
        )
    ]
    built = read(page(1, *rows))
    assert reasons(built) == []
    assert [draft.text for draft in built.drafts if draft.text.isdigit()] == [
        str(year) for year in range(1990, 2020)
    ]


def test_a_list_after_a_page_with_line_numbers_keeps_its_numbers() -> None:
    listed = [piece("Water boards", 100, 170, 700), piece("Harbour office", 100, 180, 686)]
    built = read(
        page(1, *prose(700, 30), *numbers(1, 700, 30)), page(2, *numbers(1, 700, 2), *listed)
    )
    assert [reason for reason, _ in reasons(built)] == ["line_numbers"]


def test_line_numbers_that_a_tagged_file_marks_as_furniture_are_in_the_ledger() -> None:
    tree = _Tree("en")
    margin = [piece(str(n + 1), 50, 55, 700 - 14 * n, artifact=True) for n in range(12)]
    tree.add_page(page(2, *margin), {})
    left_out = " ".join(entry.text for entry in tree.left_out).split()
    assert left_out == [str(number) for number in range(1, 13)]


def test_text_below_a_note_under_a_table_is_no_note() -> None:
    note = [
        piece("1", 100, 103, 503, size=6),
        piece("Figures of the ministry.", 104, 240, 500),
    ]
    built = read(page(1, *prose(700, 10), *note, *prose(470, 12), rules=((100, 220, 515),)))
    (found,) = [draft for draft in built.drafts if draft.kind == "footnote"]
    assert found.text == "Figures of the ministry."


def test_a_running_foot_below_a_note_is_no_text() -> None:
    pages = []
    for number in range(1, 9):
        feet = [
            piece(str(number), 100, 103, 77, size=5),
            piece(f"See the books of the gauge, page {3 * number}.", 104, 300, 74, size=8),
            piece("Annals of the Harbour, volume 12", 100, 250, 63, size=8),
        ]
        pages.append(page(number, *prose(700, 10), *feet))
    built = read(*pages)
    assert not any("Annals" in draft.text for draft in built.drafts)
    assert sum("Annals" in text for _, text in reasons(built)) == 8
    assert sum(draft.text.startswith("See the books") for draft in built.drafts) == 8


def test_a_damaged_entry_of_an_attached_file_is_skipped() -> None:
    objects = [
        b"<</Type/Catalog/Pages 2 0 R/Names<</EmbeddedFiles<</Names[(a.pdf) 99 0 R]>>>>>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 600 800]>>",
    ]
    data, places = b"%PDF-1.4\n", []
    for number, content in enumerate(objects, 1):
        places.append(b"%010d 00000 n \n" % len(data))
        data += b"%d 0 obj" % number + content + b"endobj\n"
    table = b"xref\n0 4\n0000000000 65535 f \n" + b"".join(places)
    end = b"trailer<</Size 4/Root 1 0 R>>startxref\n%d\n%%%%EOF" % len(data)
    assert attached(pypdfium2.PdfDocument(data + table + end)) == ""
