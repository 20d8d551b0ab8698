"""PDFs of another typesetter: stretched lines, hyphens, notes, line numbers and contents."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from pathlib import Path

import pytest

from duizhao.corpus.document import Document, Language
from duizhao.corpus.reading import read
from tests.support.typst_sample import (
    COLUMNS,
    CONTENTS,
    NARROW,
    NOTES,
    NUMBERED,
    PLAIN,
    TABLE,
    Layout,
    print_sample,
    sample,
)

pytestmark = pytest.mark.system

HEADS: dict[Language, str] = {"zh": "目录", "en": "Contents"}


def sentences(document: Document) -> Counter[str]:
    """Sentences without white space, with straight quotation marks."""
    texts = (sentence.text for block in document.blocks for sentence in block.sentences)
    return Counter(plain(text) for text in texts)


def plain(text: str) -> str:
    text = re.sub(r"[“”]", '"', re.sub(r"[‘’]", "'", unicodedata.normalize("NFKC", text)))
    return re.sub(r"\s", "", text)


LAYOUTS = {"plain": PLAIN, "columns": COLUMNS, "narrow": NARROW, "numbered": NUMBERED,
           "table": TABLE, "contents": CONTENTS}  # fmt: skip


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("layout", list(LAYOUTS))
def test_the_sample_report_is_read_whole(layout: str, language: Language, tmp_path: Path) -> None:
    set_as: Layout = LAYOUTS[layout]
    path = print_sample(set_as, language, tmp_path / "report.pdf")
    document, ledger = read(path, language)
    found, truth = sentences(document), sentences(sample(language))
    for note in NOTES[language] if set_as.notes else ():
        assert found.pop(plain(note)) > 0
    if set_as is TABLE:
        assert found.pop("No") == sum(b.kind == "list_item" for b in sample(language).blocks)
    if set_as is CONTENTS:
        assert found.pop(HEADS[language]) == 1
        entries = [entry for entry in ledger if entry.reason == "contents_entry"]
        assert len(entries) == sum(block.kind == "heading" for block in sample(language).blocks)
    if set_as is NUMBERED:
        counted = [e.text.split() for e in ledger if e.reason == "line_numbers"]
        numbers = [int(number) for page in counted for number in page]
        assert numbers == list(range(1, len(numbers) + 1))
    assert (truth - found, found - truth) == (Counter(), Counter())
