"""Paragraphs, columns and tables of PDF files without tags, at many measures."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import pytest

from duizhao.corpus.document import Language
from duizhao.corpus.reading import read_bytes
from duizhao.corpus.segmentation.sentences import split
from duizhao.evaluation.benchmarks.reading import sheets
from duizhao.evaluation.benchmarks.reading.chance import by_chance
from duizhao.evaluation.benchmarks.reading.layouts import Sheet
from duizhao.evaluation.benchmarks.reading.measures import block_f1, boundary_f1, kendall_tau

pytestmark = pytest.mark.system

LANGUAGES: list[Language] = ["zh", "en"]


def sentences(blocks: Iterable[str]) -> list[str]:
    return [text[start:end] for text in blocks for start, end in split(text)]


def check(sheet: Sheet, least: float, least_blocks: float | None = None) -> None:
    """The reading of a sheet has its blocks, its sentences and its order."""
    document, _ = read_bytes(sheet.data, sheet.language, name=sheet.name)
    truth = [text for kind, text in sheet.blocks if kind not in ("contents", "code")]
    read = [block.text for block in document.blocks]
    assert boundary_f1(sentences(truth), sentences(read)) >= least, sheet.name
    least_blocks = least - 0.02 if least_blocks is None else least_blocks
    assert block_f1(truth, read) >= least_blocks, sheet.name
    assert kendall_tau(truth, read) == 1.0, sheet.name


@pytest.mark.parametrize("language", LANGUAGES)
def test_paragraphs_at_every_leading(language: Language) -> None:
    for number, sheet in enumerate(sheets.leadings(language)):
        if number % 5 == 0:
            check(sheet, 0.98)


@pytest.mark.parametrize("language", LANGUAGES)
def test_tables_with_and_without_lines(language: Language) -> None:
    for sheet in sheets.tables(language):
        check(sheet, 1.0)


@pytest.mark.parametrize("language", LANGUAGES)
def test_boxes_bullets_contents_and_text_drawn_twice(language: Language) -> None:
    for sheet in sheets.others(language):
        check(sheet, 0.99)


@pytest.mark.parametrize("language", LANGUAGES)
def test_code_goes_to_the_ledger(language: Language) -> None:
    sheet = next(each for each in sheets.others(language) if each.name == "code")
    _, ledger = read_bytes(sheet.data, language)
    code = [entry.text for entry in ledger if entry.reason == "code"]
    assert ["".join(text.split()) for text in code] == ["".join(sheets.CODE.split())]


@pytest.mark.parametrize("language", LANGUAGES)
def test_columns_go_on_over_pages(language: Language) -> None:
    """The last page has few lines in one of its columns; notes, and headings over both.

    Where a full line that ends a sentence ends a column, nothing shows whether the block goes on.
    """
    for number, sheet in enumerate(sheets.columns(language)):
        if "leading" not in sheet.name or number % 6 == 0:
            check(sheet, 0.98, least_blocks=0.9)


@pytest.mark.parametrize(
    ("language", "seeds"), [("zh", (27, 30, 38, 58, 68)), ("en", (10, 37, 42, 48, 65))]
)
def test_layouts_by_chance(language: Language, seeds: Sequence[int]) -> None:
    """Lists beside lists, stretched lines, labels of a right column, a last column of few lines."""
    for seed in seeds:
        for sheet in by_chance(language, range(seed, seed + 1)):
            check(sheet, 0.985)
