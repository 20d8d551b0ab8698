"""Columns too narrow for their words, stretched lines with figures, and lines of any width."""

from __future__ import annotations

import io

import pytest

from duizhao.corpus.reading import read_bytes
from duizhao.corpus.reading.draft import Draft
from duizhao.corpus.reading.pdf.building import blocks_from_lines
from duizhao.corpus.reading.pdf.joining import LineJoiner
from duizhao.corpus.reading.pdf.lines import Paragraph, Strip
from duizhao.corpus.reading.pdf.page.stacks import with_stacks
from duizhao.corpus.reading.pdf.page.text import Page, Piece
from duizhao.corpus.reading.pdf.strips import strips_of_page

pytestmark = pytest.mark.unit

Rules = tuple[tuple[float, float, float], ...]


def piece(text: str, left: float, y: float, space: str = "gap", width: float = 4.5) -> Piece:
    """Letters of 9 points, on average half as wide."""
    right = left + width * len(text)
    return Piece(text, left, right, y, 9, False, space, None, False, False, 0)


def drafts(*pages: list[Piece], rules: Rules = ()) -> list[Draft]:
    lines = [
        strips_of_page(Page(number, 595, 842, tuple(pieces), rules), "en")
        for number, pieces in enumerate(pages, 1)
    ]
    return blocks_from_lines(lines, "en").drafts


def texts(*pages: list[Piece]) -> list[str]:
    return [draft.text for draft in drafts(*pages)]


def row(symbol: str, title: list[str], left: float, top: float) -> list[Piece]:
    """A symbol letter by letter, and the lines of a title beside it."""
    return [
        *(piece(letter, left, top - 10 * n) for n, letter in enumerate(symbol)),
        *(piece(line, left + 11, top - 10 * n, "real" if n else "gap")
          for n, line in enumerate(title)),
    ]  # fmt: skip


def test_a_symbol_set_letter_by_letter_in_a_narrow_column() -> None:
    found = drafts([
        *row("61/2075", ["Cooperation between the ports of the", "two coasts"], 120, 700),
        *row("63/118", ["Keepers of the gauges"], 120, 626),
        *row("65/9(IV)", ["The programme of work for small", "harbours"], 120, 562),
    ])  # fmt: skip
    assert [(draft.kind, draft.text) for draft in found] == [
        ("table_cell", "61/2075"),
        ("table_cell", "Cooperation between the ports of the two coasts"),
        ("table_cell", "63/118"),
        ("table_cell", "Keepers of the gauges"),
        ("table_cell", "65/9(IV)"),
        ("table_cell", "The programme of work for small harbours"),
    ]


def test_two_tables_with_narrow_columns_side_by_side_and_rows_that_go_on() -> None:
    left = [
        *row("61/2075", ["Cooperation between the ports"], 60, 700),
        *row("63/118", ["Keepers of the gauges"], 60, 626),
        *row("65/9", ["The programme of work for the"], 60, 562),
    ]
    right = [
        *row("4", ["small harbours"], 320, 700),
        *row("66/210", ["Dams of the upper river"], 320, 676),
        *row("67/31", ["Rules for masters"], 320, 602),
    ]
    following = [*row("2", [], 60, 700), *row("68/404", ["Levels of the lake"], 60, 686)]
    assert texts([*left, *right], following) == [
        "61/2075", "Cooperation between the ports", "63/118", "Keepers of the gauges",
        "65/94", "The programme of work for the small harbours",
        "66/210", "Dams of the upper river", "67/312", "Rules for masters",
        "68/404", "Levels of the lake",
    ]  # fmt: skip


def test_columns_of_figures_are_no_words() -> None:
    rows = [
        piece(text, left, 700 - 10 * n)
        for left, column in ((60, ("Fuel", "Rope", "Sails", "Paint")), (300, "1437"), (360, "2005"))
        for n, text in enumerate(column)
    ]
    found = texts(rows)
    assert "1437" not in found
    assert found.count("0") == 2


def test_stacks_whose_left_edges_round_to_two_values_are_one_column() -> None:
    page = [
        *row("61/2075", ["Cooperation of ports"], 100.4, 700),
        *row("63/118", ["Keepers of the gauges"], 100.6, 626),
    ]
    assert texts(page) == ["61/2075", "Cooperation of ports", "63/118", "Keepers of the gauges"]


def test_a_row_that_two_breaks_cut_is_one() -> None:
    found = texts(
        [*row("60/44", ["Depths of the harbour"], 60, 700),
         *row("61/20", ["Cooperation between the ports of the"], 60, 640)],
        [*row("75/3", ["two coasts and of the"], 60, 700)],
        [*row("(IV)", ["islands between them"], 60, 700),
         *row("63/118", ["Keepers of the gauges"], 60, 650)],
    )  # fmt: skip
    assert found == [
        "60/44", "Depths of the harbour", "61/2075/3(IV)",
        "Cooperation between the ports of the two coasts and of the islands between them",
        "63/118", "Keepers of the gauges",
    ]  # fmt: skip


def test_a_row_with_an_empty_cell_behind_a_break_is_a_row_of_its_own() -> None:
    first = [
        *row("61/2075", ["Cooperation between the ports"], 60, 700),
        piece("12,000", 300, 700),
        *row("63/118", ["Keepers of the gauges"], 60, 626),
        piece("14,000", 300, 626),
    ]
    second = [
        *row("65/9(IV)", [], 60, 700), piece("16,000", 300, 700),
        *row("66/210", ["Dams of the river"], 60, 616), piece("18,000", 300, 616),
    ]  # fmt: skip
    assert texts(first, second) == [
        "61/2075", "Cooperation between the ports", "12,000",
        "63/118", "Keepers of the gauges", "14,000",
        "65/9(IV)", "16,000", "66/210", "Dams of the river", "18,000",
    ]  # fmt: skip


def test_the_cells_of_a_row_that_goes_on_are_joined_by_column() -> None:
    first = [*row("61/2075", ["Cooperation of ports"], 60, 700), piece("Paid in dues of", 300, 700)]
    second = [
        *row("4", [], 60, 700), piece("the boats", 300, 700),
        *row("66/210", ["Dams of the river"], 60, 686), piece("Paid in tolls", 300, 686),
    ]  # fmt: skip
    assert texts(first, second) == [
        "61/20754", "Cooperation of ports", "Paid in dues of the boats",
        "66/210", "Dams of the river", "Paid in tolls",
    ]  # fmt: skip


def test_figures_far_from_their_labels_are_no_word() -> None:
    labels = [piece(text, 60, 700 - 10 * n) for n, text in enumerate(("Fuel", "Rope", "Sails"))]
    figures = [piece(text, 400, 700 - 10 * n) for n, text in enumerate(("12", "15", "94"))]
    assert texts([*labels, *figures]) == ["Fuel", "12", "Rope", "15", "Sails", "94"]


def test_a_number_of_a_list_below_a_column_of_stacks_is_no_stack() -> None:
    found = with_stacks([
        *row("61/2075", ["Cooperation between the ports"], 60, 700),
        piece("(a)", 60, 500, width=1.4), piece("Depths of the harbour", 71, 500),
        piece("1.", 60, 300, width=2), piece("Keepers of the gauges", 71, 300),
    ], 595)  # fmt: skip
    assert [each.text for each in found if each.foot is not None] == ["61/2075"]


def test_words_wider_than_their_column_are_put_together() -> None:
    lines = [("support", "gap"), ("especia", "real"), ("lly of", "gap"), ("harbour", "real"),
             ("masters", "real"), ("compre", "real"), ("hensiv", "gap"), ("e and", "gap"),
             ("of the", "real"), ("boats", "real")]  # fmt: skip
    narrow = [piece(text, 60, 700 - 11 * n, space) for n, (text, space) in enumerate(lines)]
    wide = [piece("The keepers of the gauges were heard in May", 130, 700)]
    assert "support especially of harbour masters comprehensive and of the boats" in texts(
        [*narrow, *wide]
    )


def test_a_word_is_put_together_in_a_paragraph_over_two_columns() -> None:
    lines = [("especia", "real"), ("lly of", "gap"), ("harbour", "real"), ("masters", "real")]
    strips = [
        Strip(text, 1, left, left + 4.5 * len(text), 700 - 11 * n, 9, 0, len(text), space)
        for left in (60, 300) for n, (text, space) in enumerate(lines)
    ]  # fmt: skip
    paragraph = Paragraph(strips)
    text = LineJoiner([paragraph], "en").text(paragraph)
    assert text == " ".join(["especially of harbour masters"] * 2)


def stretched(words: str, y: float, left: float = 100, right: float = 460) -> list[Piece]:
    """A line whose spaces are equally wide, up to the right margin."""
    parts = words.split()
    space = (right - left - 4.5 * sum(map(len, parts))) / (len(parts) - 1)
    out = []
    for part in parts:
        out.append(piece(part, left, y))
        left += 4.5 * len(part) + space
    return out


def test_a_stretched_line_of_words_and_amounts_is_no_row_of_a_table() -> None:
    full = "The board notes that the harbour had spent more than planned and asks"
    page = [
        piece(full, 100, 712, width=360 / len(full)),
        *stretched("for $207,080,300 (gross) from 1 July 2024 to 30 June 2025", 700),
        piece("for the dredging of its two channels, as it did in other years.", 100, 688),
        *(piece(full, 100, y, width=360 / len(full)) for y in (660, 648, 636)),
    ]
    joined = "for $207,080,300 (gross) from 1 July 2024 to 30 June 2025 for the dredging"
    assert any(joined in text for text in texts(page))


def test_a_line_of_text_is_not_cut_where_a_column_of_a_table_begins() -> None:
    full = "The board notes that the harbour had spent more than planned and asks"
    words = "for an account of the money spent on gauges and ropes in all"
    left = next(p.left for p in stretched(words, 700) if p.text == "spent")
    table = [
        piece(text, at, 600 - 20 * n)
        for n in range(5)
        for at, text in ((100, f"Channel {n}"), (left, f"{n} boats"))
    ]
    page = [piece(full, 100, 712, width=360 / len(full)), *stretched(words, 700),
            piece("three years.", 100, 688), *table]  # fmt: skip
    assert f"{full} {words} three years." in texts(page)


def test_a_thick_line_closes_the_head_of_a_table() -> None:
    canvas = pytest.importorskip("reportlab.pdfgen.canvas")
    buffer = io.BytesIO()
    pdf = canvas.Canvas(buffer, pagesize=(595, 842))
    pdf.setFont("Times-Roman", 9)
    for y, texts_ in ((724, ("", "2025", "2026", "2027")),
                      (715, ("Category", "planned", "actual", "planned")),
                      (690, ("Ropes and sails", "10", "12", "14")),
                      (676, ("Boats", "1", "2", "4"))):  # fmt: skip
        pdf.drawString(80, y, texts_[0])
        for right, text in zip((350, 420, 490), texts_[1:], strict=True):
            pdf.drawRightString(right, y, text)
    for y, width in ((736, 0.5), (705, 2.5), (666, 2.5)):
        pdf.setLineWidth(width)
        pdf.line(75, y, 495, y)
    pdf.save()
    document, _ = read_bytes(buffer.getvalue(), "en", name="table.pdf")
    assert [block.text for block in document.blocks][:4] == [
        "Category", "2025 planned", "2026 actual", "2027 planned",
    ]  # fmt: skip
    assert {block.kind for block in document.blocks} == {"table_cell"}
