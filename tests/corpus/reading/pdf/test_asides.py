"""What stands beside running text or between its columns: heads, captions, notes, margins."""

from __future__ import annotations

import pytest

from duizhao.corpus.reading.draft import Draft
from duizhao.corpus.reading.notes import CLOSE, OPEN
from duizhao.corpus.reading.pdf.building import Built, blocks_from_lines
from duizhao.corpus.reading.pdf.lines import PageLines, Strip, rows_of
from duizhao.corpus.reading.pdf.page.frames import borders
from duizhao.corpus.reading.pdf.strips import _with_labels

pytestmark = pytest.mark.unit

TEXT = (
    "The gauge of the river is read each morning, and its two wells on the",
    "hill are read once a week. Half of the costs are paid by the town, and",
    "the county pays for the rest of them from the fund that was set up in",
    "the year of the flood. Nobody has asked to change this, although the",
    "fund is small and the mill at the bridge has closed. The readings are",
    "printed in the county paper each spring, with a drawing of the banks of",
    "the river, and anyone may have a copy of them from the office without",
    "any charge. Copies of older readings are kept in the hall of the town,",
    "in a chest with two locks.",
)


def strip(left: float, y: float, text: str, page: int = 1, size: float = 9.0) -> Strip:
    return Strip(text, page, left, left + 0.5 * size * len(text), y, size, 0.0, len(text))


def column(
    left: float, top: float, lines: tuple[str, ...], page: int = 1, size: float = 9.0
) -> list[Strip]:
    return [strip(left, top - 12 * n, text, page, size) for n, text in enumerate(lines)]


def build(*pages: list[Strip], rules: tuple[tuple[float, float, float], ...] = ()) -> Built:
    return blocks_from_lines(
        [
            PageLines(number, 595, 842, tuple(sorted(strips, key=lambda s: (-s.y, s.left))), rules)
            for number, strips in enumerate(pages, 1)
        ],
        "en",
    )


def texts(drafts: list[Draft]) -> list[str]:
    return [draft.text for draft in drafts]


def test_notes_in_the_margin_cut_no_paragraph() -> None:
    page = [*column(60, 700, TEXT), strip(420, 662, "Costs of the"), strip(420, 651, "readings")]
    read = build(page, [*column(60, 700, TEXT, 2), strip(420, 660, "Its copies", 2)])
    assert texts(read.drafts) == [
        " ".join(TEXT), "Costs of the readings", " ".join(TEXT), "Its copies",
    ]  # fmt: skip


def test_a_paragraph_goes_on_behind_the_margin_of_the_page_before() -> None:
    first = [*column(60, 700, TEXT[:8]), strip(420, 663, "Costs")]
    read = build(first, column(60, 700, TEXT[8:], 2))
    assert texts(read.drafts) == [" ".join(TEXT), "Costs"]


def test_labels_of_rows_are_no_notes_in_the_margin() -> None:
    page = [
        line
        for number in range(3)
        for line in [
            *column(160, 700 - 80 * number, TEXT[2:6]),
            strip(60, 700 - 80 * number, f"Row {number}"),
        ]
    ]
    read = texts(build(page).drafts)
    assert read.index("Row 1") == 2
    assert read.index("Row 2") == 4


def test_a_running_head_below_the_usual_height_is_furniture() -> None:
    pages = [
        [strip(60, 730, f"Readings of the river {year}", number),
         *column(60, 690, (f"Report {number}. {TEXT[0]}", *TEXT[1:]), number)]
        for number, year in enumerate((1951, 1952, 1953, 1954), 1)
    ]  # fmt: skip
    read = build(*pages)
    assert len(read.drafts) == 4
    assert [entry.text for entry in read.left_out] == [
        f"Readings of the river {year}" for year in (1951, 1952, 1953, 1954)
    ]


def test_numbered_titles_below_the_usual_height_of_heads_are_text() -> None:
    pages = [
        [strip(60, 730, f"Lesson {lesson}", number),
         *column(60, 690, (f"Report {number}. {TEXT[0]}", *TEXT[1:]), number)]
        for number, lesson in enumerate((4, 8, 15, 16), 1)
    ]  # fmt: skip
    read = build(*pages)
    assert read.left_out == []
    assert [text for text in texts(read.drafts) if text.startswith("Lesson")] == [
        "Lesson 4", "Lesson 8", "Lesson 15", "Lesson 16",
    ]  # fmt: skip


def test_a_bold_number_before_a_bold_title_is_its_label() -> None:
    bold = [
        Strip(text, 1, left, left + 40, 700, 9, 1.0, 6)
        for text, left in (("3", 60), ("Values", 90))
    ]
    assert [each.text for each in _with_labels(bold, set())] == ["3 Values"]


def test_a_heading_above_columns_does_not_go_on_in_them() -> None:
    lines = tuple(line[:38] for line in TEXT)
    page = [strip(60, 724, "1. Introduction")]
    page += [*column(60, 690, lines), *column(320, 690, lines)]
    assert texts(build(page).drafts)[0] == "1. Introduction"


def test_a_sentence_goes_on_behind_a_caption_on_the_next_page() -> None:
    caption = strip(60, 700, "Fig. 2. The gauge at the bridge after the flood.", 2, 7.5)
    read = build(column(60, 700, TEXT[:8]), [caption, *column(60, 660, (TEXT[8], "On."), 2)])
    whole = " ".join(TEXT)
    assert texts(read.drafts)[0].startswith(whole)
    assert "Fig. 2. The gauge at the bridge after the flood." in texts(read.drafts)


def test_a_note_goes_on_below_the_next_column() -> None:
    lines = tuple(line[:38] for line in TEXT)
    page = [*column(60, 690, lines), *column(320, 690, lines)]
    note = f"{OPEN}4{CLOSE} The gauge was set up by the county as"
    page += column(320, 576, lines)
    page += [strip(60, 560, note, size=7.0), strip(320, 460, "a gift to the town.", size=7.0)]
    rules = ((60.0, 130.0, 575.0), (320.0, 390.0, 470.0))
    notes = [draft.text for draft in build(page, rules=rules).drafts if draft.kind == "footnote"]
    assert notes == ["The gauge was set up by the county as a gift to the town."]


def test_the_margins_of_a_shaded_cell_are_part_of_it() -> None:
    # as Word paints a cell: both of its margins, and the ground of each line between them
    margins = [(100.0, 500.0, 105.4, 540.0), (294.6, 500.0, 300.0, 540.0)]
    lines = [(105.4, bottom, 294.6, bottom + 20) for bottom in (500.0, 520.0)]
    words = [(110.0, bottom + 4, 200.0, bottom + 14) for bottom in (500.0, 520.0)]
    assert borders([*margins, *lines], [], words) == [(100.0, 500.0, 300.0, 540.0)]
    assert borders(margins, [], words) == []


def test_a_sentence_goes_on_behind_small_print_at_the_foot_of_a_column() -> None:
    small = column(
        60, 560, ("Copies of this page may be made by", "anyone without a charge."), 1, 7.0
    )
    lines = tuple(line[:40].rsplit(" ", 1)[0] for line in TEXT)
    page = [*column(60, 700, lines), *small, *column(320, 700, ("and of the mill", *lines))]
    read = texts(build(page).drafts)
    assert f"{lines[-1]} and of the mill" in read[0]


def test_small_roman_numbers_before_a_tab_are_labels_of_items() -> None:
    items = (
        "The county pays half of all the costs",
        "The town pays for the two wells on the hill and for its",
    )
    page = [
        *(strip(80, 700 - 30 * n, label) for n, label in enumerate(("i.", "ii."))),
        *(strip(110, 700 - 30 * n, text) for n, text in enumerate(items)),
        strip(110, 658, "gauge at the bridge."),
    ]
    labelled = [each for row in rows_of(page) for each in _with_labels(row, set())]
    read = texts(build([*labelled, *column(60, 560, TEXT)]).drafts)
    assert read[:2] == [f"i. {items[0]}", f"ii. {items[1]} gauge at the bridge."]


def test_centred_lines_as_long_as_the_column_are_one_paragraph() -> None:
    lines = (
        "The gauge of the river is read each morning, and its two wells on the hill",
        "are read once a week. Half of the costs are paid by the town and by the",
        "county, and the rest of them from the fund that was set up in the year of",
        "the flood.",
    )
    body = column(60, 560, TEXT)
    centred = [strip(225 - 2.25 * len(t), 700 - 12 * n, t) for n, t in enumerate(lines)]
    assert texts(build([*centred, *body]).drafts)[0] == " ".join(lines)
