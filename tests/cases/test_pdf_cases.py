"""Regression tests with small PDF files; each test has the name of its case."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import pytest

from duizhao.corpus.document import Document, Language, LedgerEntry
from duizhao.corpus.reading import read_bytes

pytestmark = pytest.mark.unit

LEFT = (
    "观测站的数据每小时上传一次，由流域委员会",
    "的值班人员核对，然后发给下游各国的预报中",
    "心。去年共有十二个观测站因断电而停止工作",
    "其中四个至今没有修复。各站站长每月开会。",
)
RIGHT = (
    "秘书处感谢各国提供经费，并建议明年继续举",
    "办培训班。参加者认为，预警信息必须在两小",
    "时内送达每一户居民，否则再准确的预报也没",
    "有用处。会议最后通过了工作计划。",
)
ENGLISH = (
    "The river commission took note of the annual report and",
    "thanked the observers for their work. It asked the member",
    "States to repair the gauging stations before the next flood",
    "season and to report on progress within ninety days. It",
    "decided to meet again in the autumn.",
)


def pdf(draw: Callable[[Any], None]) -> bytes:
    """One page, 595 by 842 points, drawn by ``draw(canvas)``."""
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.cidfonts import UnicodeCIDFont
    from reportlab.pdfgen.canvas import Canvas

    pdfmetrics.registerFont(UnicodeCIDFont("STSong-Light"))
    buffer = io.BytesIO()
    canvas = Canvas(buffer, pagesize=(595, 842), invariant=1)
    draw(canvas)
    canvas.showPage()
    canvas.save()
    return buffer.getvalue()


def read(draw: Callable[[Any], None], language: Language) -> tuple[Document, list[LedgerEntry]]:
    return read_bytes(pdf(draw), language, name="case.pdf")


def texts(document: Document) -> list[str]:
    return [block.text for block in document.blocks]


@pytest.mark.parametrize("gap", [18, 24, 48])
def test_12_twocol(gap: float) -> None:
    """Two columns whose lines share baselines are read one after the other."""

    def draw(canvas: Any) -> None:
        canvas.setFont("STSong-Light", 10.5)
        for number, (left, right) in enumerate(zip(LEFT, RIGHT, strict=True)):
            canvas.drawString(60, 760 - 16 * number, left)
            canvas.drawString(60 + 210 + gap, 760 - 16 * number, right)

    document, _ = read(draw, "zh")
    assert texts(document) == ["".join(LEFT), "".join(RIGHT)]


def test_12_twocol2() -> None:
    """Columns of several paragraphs with first-line indent, which do not share baselines."""

    def draw(canvas: Any) -> None:
        canvas.setFont("STSong-Light", 10.5)
        for column, lines in enumerate((LEFT, RIGHT)):
            for number in range(12):
                indent = 21 if number % 4 == 0 else 0
                line = lines[number % 4][: 18 if indent else 20]
                canvas.drawString(60 + 250 * column + indent, 760 - 5 * column - 16 * number, line)

    document, _ = read(draw, "zh")
    left = "".join([LEFT[0][:18], *(line[:20] for line in LEFT[1:])])
    right = "".join([RIGHT[0][:18], *(line[:20] for line in RIGHT[1:])])
    assert "".join(texts(document)) == left * 3 + right * 3


def test_12_hyph() -> None:
    """A compound keeps its hyphen at a line's end, a divided word loses it."""
    lines = (
        "The commission welcomed the imple-",
        "mentation of the plan and the self-",
        "determination of the communities, which had been nego-",
        "tiated over four years. The stations are 3,000 kilo-",
        "metres away.",
    )

    def draw(canvas: Any) -> None:
        canvas.setFont("Times-Roman", 12)
        for number, line in enumerate(lines):
            canvas.drawString(72, 760 - 14 * number, line)

    document, _ = read(draw, "en")
    assert texts(document) == [
        "The commission welcomed the implementation of the plan and the self-determination of the "
        "communities, which had been negotiated over four years. The stations are 3,000 "
        "kilometres away."
    ]


@pytest.mark.parametrize("leading", [14, 18, 21, 24, 30, 36])
def test_lead12(leading: float) -> None:
    """Three paragraphs with first-line indent are three blocks at any leading."""

    def draw(canvas: Any) -> None:
        canvas.setFont("Times-Roman", 12)
        for number in range(3 * len(ENGLISH)):
            indent = 24 if number % len(ENGLISH) == 0 else 0
            canvas.drawString(72 + indent, 780 - leading * number, ENGLISH[number % len(ENGLISH)])

    document, _ = read(draw, "en")
    assert texts(document) == [" ".join(ENGLISH)] * 3


def test_l_ding() -> None:
    """Bullets of a symbol font, smaller than the text, make list items."""
    items = ("Repair of the stations;", "Reporting within ninety days;", "Review of the plan.")

    def draw(canvas: Any) -> None:
        canvas.setFont("Times-Roman", 12)
        canvas.drawString(72, 760, "The commission decided on the following matters:")
        for number, item in enumerate(items):
            canvas.setFont("ZapfDingbats", 9)
            canvas.drawString(90, 740 - 14 * number, "n")
            canvas.setFont("Times-Roman", 12)
            canvas.drawString(108, 740 - 14 * number, item)

    document, _ = read(draw, "en")
    assert [(block.kind, block.text) for block in document.blocks[1:]] == [
        ("list_item", f"■ {item}") for item in items
    ]


def test_toc() -> None:
    """Entries of a table of contents go to the ledger, or are a kind of their own on request."""
    entries = (("1. Introduction", "1"), ("2. Background", "2"), ("2.1 Mandate of the office", "2"))

    def draw(canvas: Any) -> None:
        canvas.setFont("Times-Roman", 12)
        canvas.drawString(72, 760, "Contents")
        for number, (title, page) in enumerate(entries):
            canvas.drawString(72, 730 - 14 * number, f"{title} {'.' * 60} {page}")
        canvas.drawString(72, 660, "The commission met twice in the course of the year.")

    document, ledger = read(draw, "en")
    assert texts(document) == ["Contents", "The commission met twice in the course of the year."]
    left_out = [entry.text for entry in ledger if entry.reason == "contents_entry"]
    assert left_out == [f"{title} {page}" for title, page in entries]
    document, ledger = read_bytes(pdf(draw), "en", keep_contents=True)
    kept = [(block.text, block.mark) for block in document.blocks if block.kind == "contents_entry"]
    assert kept == list(entries)
    assert not ledger


def test_narrow() -> None:
    """Letters set one by one: a space is a distance, and may be narrow."""
    line = "The number of holders of each half of the total is not fixed in advance."

    def draw(canvas: Any) -> None:
        canvas.setFont("Times-Roman", 12)
        x = 72.0
        for character in line:
            if character != " ":
                canvas.drawString(x, 760, character)
            narrow = 1.7 if character == " " else 0.0
            x += narrow or canvas.stringWidth(character, "Times-Roman", 12)

    document, _ = read(draw, "en")
    assert texts(document) == [line]
