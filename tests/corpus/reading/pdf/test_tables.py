"""Tables without walls, cells whose lines go on, and notes in a frame."""

from __future__ import annotations

from dataclasses import replace

import pytest

from duizhao.corpus.document import Document
from duizhao.corpus.reading.draft import Reading, assemble
from duizhao.corpus.reading.pdf.building import blocks_from_lines
from duizhao.corpus.reading.pdf.joining import LineJoiner
from duizhao.corpus.reading.pdf.lines import PageLines, Paragraph, Strip

pytestmark = pytest.mark.unit

Line = tuple[float, float, str]
Rules = tuple[tuple[float, float, float], ...]


def strip(left: float, y: float, text: str, size: float = 9.0) -> Strip:
    return Strip(text, 1, left, left + 4.5 * len(text), y, size, 0.0, len(text))


def read(lines: list[Line], rules: Rules = (), walls: Rules = ()) -> Document:
    """The document of one page with these lines as (left, y, text)."""
    strips = tuple(strip(*line) for line in sorted(lines, key=lambda line: (-line[1], line[0])))
    built = blocks_from_lines([PageLines(1, 595, 842, strips, rules, walls)], "en")
    return assemble(Reading(built.drafts, built.left_out, {}), "en", document_id="page")[0]


def cells(document: Document) -> set[str]:
    return {block.text for block in document.blocks if block.kind == "table_cell"}


def test_labels_beside_cells_of_several_lines_are_no_column_of_prose() -> None:
    lines: list[Line] = []
    y = 700.0
    for number, rows in enumerate((3, 1, 2, 1, 2, 1)):
        lines.append((60, y, f"WK/MIN({number + 17})/DEC"))
        lines += [
            (160, y - 10 * row, "declaration of the ministers on trade" if row else
             f"The joint statement, called number {number}") for row in range(rows)
        ]  # fmt: skip
        y -= 10 * rows + 4
    document = read(lines)
    assert len(cells(document)) == 12
    assert "WK/MIN(17)/DEC" in cells(document)


def test_a_cell_goes_on_after_a_dash_and_with_an_amount() -> None:
    lines: list[Line] = [
        (60, 700, "79/233"), (160, 700, "Programme of Action for the small ports of 2024–"),
        (160, 690, "2034"),
        (60, 660, "79/240"), (160, 660, "New jobs were created in the ports, and nearly"),
        (160, 650, "$3 million in sales"),
        (60, 620, "79/250"), (160, 620, "Cooperation between the ports of the two coasts"),
    ]  # fmt: skip
    found = cells(read(lines))
    assert "Programme of Action for the small ports of 2024–2034" in found
    assert "New jobs were created in the ports, and nearly $3 million in sales" in found


def test_text_under_the_head_of_a_table_without_walls_is_in_cells() -> None:
    head: list[Line] = [(60, 700, "Category"), (380, 700, "2025"), (430, 700, "2026"),
                        (480, 700, "2027")]  # fmt: skip
    body: list[Line] = [
        (60, 670, "Library services: answers for the users of the harbour archives."),
        (60, 650, "Outreach programmes: newsletters on subjects related to harbours."),
    ]
    after: list[Line] = [(60, 600, "The Committee recommends the adoption of the programme.")]
    rules = tuple((60.0, 540.0, y) for y in (720.0, 690.0, 630.0))
    document = read([*head, *body, *after], rules)
    assert {text for _, _, text in body} <= cells(document)
    assert {text for _, _, text in after}.isdisjoint(cells(document))


def test_a_line_of_totals_is_no_head() -> None:
    rows: list[Line] = [
        (left, y, text)
        for y, texts in ((700, ("Item", "2025", "2026", "2027")), (680, ("Fuel", "3", "4", "5")),
                         (660, ("Total", "3", "4", "5")))
        for left, text in zip((60, 380, 430, 480), texts, strict=True)
    ]  # fmt: skip
    after: list[Line] = [(60, 620, "The Committee recommends the adoption of the programme.")]
    rules = tuple((60.0, 540.0, float(y)) for y in (715, 692, 672, 655, 560))
    assert {text for _, _, text in after}.isdisjoint(cells(read([*rows, *after], rules)))


def test_a_line_over_notes_in_a_frame_is_no_border() -> None:
    lines: list[Line] = [
        (80, 700, "The budget of the harbour authority for the year was not spent in full."),
        (80, 640, "a Excludes what was paid once to members of the staff who left their"),
        (80, 630, "posts in that year."),
    ]
    rules = ((70.0, 500.0, 720.0), (70.0, 500.0, 610.0), (80.0, 150.0, 655.0))
    walls = ((70.0, 610.0, 720.0), (500.0, 610.0, 720.0))
    texts = [block.text for block in read(lines, rules, walls).blocks]
    assert [text for text in texts if text.startswith("posts")] == []


def test_the_second_line_of_a_note_under_a_table_is_no_cell() -> None:
    rows: list[Line] = [
        (left, y, text)
        for y, texts in ((700, ("Fuel", "3 200", "4 100")), (682, ("Total", "5 300", "6 200")))
        for left, text in zip((60, 300, 400), texts, strict=True)
    ]  # fmt: skip
    note: list[Line] = [
        (66, 660, "\ufdd0a\ufdd1 Breakdown of other revenue in thousands: refund of what was paid"),
        (73, 650, "in the year before; and other revenue."),
    ]
    document = read([*rows, *note])
    notes = [block.text for block in document.blocks if block.kind == "footnote"]
    assert [text.endswith("and other revenue.") for text in notes] == [True]


def rows_of_text(left: float, top: float, lines: list[str], leading: float = 11) -> list[Line]:
    return [(left, top - leading * number, text) for number, text in enumerate(lines)]


def test_cells_whose_lines_are_at_different_heights() -> None:
    document = read([
        *rows_of_text(60, 700, ["1.1 Share of the hours that were flown,",
                                "without search and rescue, by all of",
                                "the crews in the harbour (last year:", "84 per cent)"]),
        *rows_of_text(300, 700, ["33.5 per cent flown"]),
        *rows_of_text(300, 681, ["The lower number is due to the early",
                                 "closure of the airfield"]),
        *rows_of_text(60, 640, ["1.2 Ropes checked"]), *rows_of_text(300, 640, ["Achieved"]),
    ])  # fmt: skip
    assert {
        "1.1 Share of the hours that were flown, without search and rescue, by all of the crews "
        "in the harbour (last year: 84 per cent)",
        "33.5 per cent flown",
        "The lower number is due to the early closure of the airfield",
    } <= cells(document)


def test_a_cell_that_is_much_longer_than_the_cell_beside_it() -> None:
    long = [f"sentence {number} of a long reply about the" for number in range(12)]
    document = read([
        *rows_of_text(60, 700, ["The board asks for a", "report."]), *rows_of_text(300, 700, long),
        *rows_of_text(60, 540, ["Next request"]), *rows_of_text(300, 540, ["Next reply"]),
    ])  # fmt: skip
    assert " ".join(long) in cells(document)


def test_figures_in_line_with_the_last_line_of_a_cell() -> None:
    lines: list[Line] = []
    for y, name, figures in ((700, "Total of last year", ("10.0", "20.0", "30.0")),
                             (675, "crews", ("41.0", "42.0", "43.0")),
                             (658, "Civilian crews", ("1.0", "2.0", "3.0")),
                             (641, "Other costs", ("4.0", "5.0", "6.0"))):  # fmt: skip
        lines.append((60, y, name))
        lines += [(300 + 60 * n, y, figure) for n, figure in enumerate(figures)]
    lines.append((60, 686, "Military and police"))
    document = read(lines)
    assert "Military and police crews" in cells(document)
    assert "41.0" in cells(document)


def test_a_head_over_two_columns_is_a_cell_of_its_own() -> None:
    lines: list[Line] = [
        (60, 690, "Category"), (300, 690, "2024/25"), (385, 710, "Variance"),
        (360, 690, "Amount"), (420, 690, "Percentage"),
        (60, 660, "Ropes"), (300, 660, "202.5"), (360, 660, "10.2"), (420, 660, "5.0"),
        (60, 643, "Sails"), (300, 643, "102.5"), (360, 643, "11.2"), (420, 643, "6.0"),
    ]  # fmt: skip
    rules = (
        (55.0, 480.0, 724.0),
        (355.0, 480.0, 703.0),
        (55.0, 480.0, 677.0),
        (55.0, 480.0, 635.0),
    )
    document = read(lines, rules)
    assert {"Variance", "Amount", "Percentage", "2024/25", "10.2"} <= cells(document)


def test_the_last_line_of_a_paragraph_above_a_table_is_no_cell() -> None:
    prose = ["The keepers of the gauges met for the third time in that year, and were heard by all",
             "of the engineers of the two dams."]  # fmt: skip
    rows = [row for n in range(4) for row in (
        *rows_of_text(60, 650 - 36 * n, [f"The first reply, {n}", "of a keeper of"]),
        *rows_of_text(300, 644 - 36 * n, [f"The second reply, {n}", "of a keeper of"]),
    )]  # fmt: skip
    document = read([*rows_of_text(60, 684, prose, 13), *rows])
    assert " ".join(prose) in {block.text for block in document.blocks}


def test_a_cell_that_ends_with_a_year() -> None:
    document = read([
        *rows_of_text(60, 700, ["79/233"]),
        *rows_of_text(160, 700, ["The mandate of the crew ends on 30 June", "2027."]),
        *rows_of_text(60, 660, ["79/234"]), *rows_of_text(160, 660, ["Crew of the second boat"]),
    ])  # fmt: skip
    assert "The mandate of the crew ends on 30 June 2027." in cells(document)


def test_the_last_column_of_a_table_is_no_margin() -> None:
    lines: list[Line] = []
    for number in range(6):
        y = 700 - 34 * number
        lines += [(60, y, "Military crews of the harbour, at full strength")]
        lines += [
            (60, y - 17, "and without the crews that are away at present"),
            (300, y - 17, "7"),
        ]
        lines += [(420, y - 17, str(number + 3))]
    document = read(lines)
    read_rows = [block.text for block in document.blocks]
    assert read_rows.index("7") + 1 == read_rows.index("3")


def test_cells_of_a_row_are_in_order_although_their_heights_differ_a_little() -> None:
    """Lines of a scan are seldom exactly level."""
    names = ("Harbour", "Depth", "Pilots")
    lines: list[Line] = []
    for number in range(6):
        y = 700.0 - 16 * number
        shift = (0.1, 0.4, -0.2) if number % 2 else (-0.3, 0.2, 0.5)
        lines += [
            (x, y + up, f"{name} {'abcdef'[number]}")
            for x, up, name in zip((60, 220, 380), shift, names, strict=True)
        ]
    read_cells = [block.text for block in read(lines).blocks]
    assert read_cells == [f"{name} {letter}" for letter in "abcdef" for name in names]


def test_a_range_of_numbers_broken_at_its_dash_has_no_space() -> None:
    first = strip(60, 700, "The programme covers the years 2024–")
    second = replace(strip(60, 688, "2027 and every port of the coast."), space="real")
    paragraph = Paragraph([first, second])
    joined = LineJoiner([paragraph], "en").text(paragraph)
    assert joined == "The programme covers the years 2024–2027 and every port of the coast."
