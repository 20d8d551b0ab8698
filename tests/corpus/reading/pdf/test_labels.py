"""Labels and marks that the tags of a PDF keep apart from their text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pytest

from duizhao.corpus.document import Document
from duizhao.corpus.reading.draft import Source
from duizhao.corpus.reading.parsing import parse
from tests.support.raw_pdf import raw_pdf

pytestmark = pytest.mark.unit

SENTENCE = "The river rose by a metre in a single night, as the gauge shows."


def tagged(lines: Sequence[str], tree: Mapping[int, str], parents: str) -> Document:
    """Lines as marked content 0, 1, 2 ...; `tree` are the elements of Document, object 101."""
    draw = "".join(
        f"/Span <</MCID {n}>> BDC BT /F1 12 Tf 72 {700 - 40 * n} Td ({line}) Tj ET EMC\n"
        for n, line in enumerate(lines)
    )
    objects = {100: f"<</Type/StructTreeRoot/K 101 0 R/ParentTree<</Nums[0[{parents}]]>>>>"} | {
        number: f"<</Type/StructElem/Pg 20 0 R/{entries}>>" for number, entries in tree.items()
    }
    data = raw_pdf(
        [draw], objects=objects, catalog="/MarkInfo<</Marked true>>/StructTreeRoot 100 0 R"
    )
    return parse(Source("a.pdf", data, ocr="never"), "en", "source", "x")[0]


def test_text_tagged_as_a_label_is_not_lost() -> None:
    """Some programs tag the first paragraph of an item as its label."""
    lines = [
        "1.",
        SENTENCE,
        "The road was closed for two days.",
        "Figure 1",
        "It was opened later.",
    ]
    tree = {
        101: "S/Document/P 100 0 R/K[102 0 R 105 0 R 107 0 R]",
        102: "S/L/P 101 0 R/K[103 0 R]",
        103: "S/LI/P 102 0 R/K[104 0 R]",
        104: "S/Lbl/P 103 0 R/K[0 1 2]",
        105: "S/Caption/P 101 0 R/K[106 0 R]",
        106: "S/Lbl/P 105 0 R/K 3",
        107: "S/P/P 101 0 R/K 4",
    }
    document = tagged(lines, tree, "104 0 R 104 0 R 104 0 R 106 0 R 107 0 R")
    assert " ".join(block.text for block in document.blocks) == " ".join(lines)


def test_a_label_or_mark_joins_the_paragraph_behind_it() -> None:
    """As in files by LaTeX: the text of an item, and of a note, is a paragraph in it."""
    tree = {
        101: "S/Document/P 100 0 R/K[102 0 R 107 0 R]",
        102: "S/L/P 101 0 R/K[103 0 R]",
        103: "S/LI/P 102 0 R/K[104 0 R 105 0 R]",
        104: "S/Lbl/P 103 0 R/K 0",
        105: "S/LBody/P 103 0 R/K[106 0 R]",
        106: "S/P/P 105 0 R/K 1",
        107: "S/Note/P 101 0 R/K[108 0 R 109 0 R]",
        108: "S/Lbl/P 107 0 R/K 2",
        109: "S/P/P 107 0 R/K 3",
    }
    parents = "104 0 R 106 0 R 108 0 R 109 0 R"
    document = tagged(["(a)", SENTENCE, "*", "See the table."], tree, parents)
    assert [(block.kind, block.mark, block.text) for block in document.blocks] == [
        ("list_item", "(a)", f"(a) {SENTENCE}"),
        ("footnote", "*", "See the table."),
    ]
