"""Paragraphs, columns and tables of PDF files without tags, at many measures."""

from __future__ import annotations

from collections.abc import Iterable

import pytest

from duizhao.corpus.document import Language
from duizhao.corpus.reading import read_bytes
from duizhao.corpus.segmentation.sentences import split
from duizhao.evaluation.benchmarks.reading import sheets
from duizhao.evaluation.benchmarks.reading.layouts import Sheet
from duizhao.evaluation.benchmarks.reading.measures import block_f1, boundary_f1, kendall_tau

pytestmark = pytest.mark.unit

LANGUAGES: list[Language] = ["zh", "en"]


def sentences(blocks: Iterable[str]) -> list[str]:
    return [text[start:end] for text in blocks for start, end in split(text)]


def check(sheet: Sheet, least: float) -> None:
    """The reading of a sheet has its blocks, its sentences and its order."""
    document, _ = read_bytes(sheet.data, sheet.language, name=sheet.name)
    truth = [text for kind, text in sheet.blocks if kind not in ("contents", "code")]
    read = [block.text for block in document.blocks]
    assert boundary_f1(sentences(truth), sentences(read)) >= least, sheet.name
    assert block_f1(truth, read) >= least - 0.02, sheet.name
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
        if sheet.name != "code":
            check(sheet, 0.99)
