"""PDF files: real ones against their Word twins, and broken, locked, scanned and huge ones."""

from __future__ import annotations

import io
import resource
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from duizhao.corpus.errors import InputError
from duizhao.corpus.reading import read, read_bytes
from duizhao.corpus.reading.draft import Source, assemble
from duizhao.corpus.reading.pdf.reader import read_drafts
from duizhao.evaluation.benchmarks.reading.twins import TWINS, f1, sentences
from tests.support import typesetting

pytestmark = pytest.mark.unit


@pytest.mark.parametrize("name", TWINS)
def test_a_pdf_reads_as_its_word_file(name: str, shared: Path) -> None:
    pdf, _ = read(shared / "un-files" / f"{name}.en.pdf", "en")
    word, _ = read(shared / "un-files" / f"{name}.en.docx", "en")
    assert f1(sentences(pdf, cells=False), sentences(word, cells=False)) >= 0.98
    assert f1(sentences(pdf, cells=True), sentences(word, cells=True)) >= 0.98


def test_a_chinese_report_reads_without_furniture(shared: Path) -> None:
    document, ledger = read(shared / "un-files" / "A_75_836.zh.pdf", "zh")
    text = [sentence.text for sentence in document.sentences]
    assert not [each for each in text if "21-04320" in each or "2104320" in each]
    assert not [each for each in text if each.strip("0123456789/ ") in ("", "A", "Distr.: General")]
    assert Counter(entry.reason for entry in ledger)["job_number"] == 22
    notes = {block.mark: block.text for block in document.blocks if block.kind == "footnote"}
    assert set(notes) == {"1", "2", "3", "4", "5", "a"}
    places = {place["mark"]: place for place in document.metadata["notes"]}
    before = document.blocks[places["1"]["block"]].text[: places["1"]["offset"]]
    assert before.endswith("重点人群")
    # a sentence that runs over pages 5 and 6
    assert any(s.startswith("截至2019年底，三个区域的14个国家") for s in text)
    assert len([block for block in document.blocks if block.kind == "table_cell"]) == 25


def test_the_same_report_without_its_tags(shared: Path) -> None:
    """Geometry alone gives nearly the same sentences as the tags."""
    path = shared / "un-files" / "A_75_836.zh.pdf"
    source = Source(path.name, path.read_bytes(), path)
    found = []
    for tagged in (True, False):
        reading = read_drafts(source, "zh", tags=tagged)
        found.append(assemble(reading, "zh", document_id="x")[0])
    tags, geometry = (sentences(document, cells=True) for document in found)
    assert f1(tags, geometry) >= 0.98


def make(draw: Any, pages: int = 1, **options: Any) -> bytes:
    """A PDF of pages drawn by ``draw(canvas, number)``."""
    from reportlab.pdfgen.canvas import Canvas

    buffer = io.BytesIO()
    canvas = Canvas(buffer, pagesize=(612, 792), **options)
    for number in range(pages):
        draw(canvas, number)
        canvas.showPage()
    canvas.save()
    return buffer.getvalue()


def lines(canvas: Any, number: int, count: int = 30) -> None:
    canvas.setFont("Times-Roman", 10)
    for line in range(count):
        text = f"Sentence {line} of page {number} says that the report was adopted without a vote."
        canvas.drawString(100, 700 - 20 * line, text)
    canvas.drawString(60, 40, "21-01922")
    canvas.drawString(500, 40, f"{number + 1}/2000")


def test_the_message_for_a_locked_pdf_has_the_remedy() -> None:
    from reportlab.lib.pdfencrypt import StandardEncryption

    data = make(lines, encrypt=StandardEncryption("user", "owner", canPrint=0))
    with pytest.raises(InputError, match=r"needs a password.*qpdf --decrypt"):
        read_bytes(data, "en", name="locked.pdf")


def test_a_pdf_that_only_forbids_printing_is_read() -> None:
    from reportlab.lib.pdfencrypt import StandardEncryption

    data = make(lines, encrypt=StandardEncryption("", "owner", canPrint=0))
    document, _ = read_bytes(data, "en", name="restricted.pdf")
    assert len(document.sentences) == 30


@pytest.mark.parametrize("share", [0.02, 0.5, 0.9])
def test_a_cut_pdf_is_an_error(share: float) -> None:
    data = make(lines, 6)
    with pytest.raises(InputError, match="damaged or cut short"):
        read_bytes(data[: int(len(data) * share)], "en", name="cut.pdf")


def test_a_pdf_under_another_name() -> None:
    document, _ = read_bytes(make(lines), "en", name="report.txt")
    assert document.metadata["media_type"] == "application/pdf"


def test_pages_without_text_are_reported() -> None:
    with pytest.raises(InputError, match="it has no text"):
        read_bytes(make(lambda canvas, number: canvas.line(0, 0, 99, 99)), "en", name="empty.pdf")


def test_words_broken_at_a_hyphen_are_whole_again() -> None:
    def draw(canvas: Any, number: int) -> None:
        canvas.setFont("Times-Roman", 10)
        text = [
            "The implementation of the resolution is a matter for each government; the imple-",
            "mentation must be followed by all concerned with the long-term well-being of go-",
            "vernment services, of which decision-making in small and medium-sized States are",
            "an example that the Committee considered at length and with a great deal of coop-",
            "eration between all of the delegations that took part in the session that year.",
        ]
        for line, words in enumerate(text):
            canvas.drawString(100, 700 - 12 * line, words)

    document, _ = read_bytes(make(draw), "en", name="hyphens.pdf")
    assert len(document.blocks) == 1
    assert "the implementation must be" in document.blocks[0].text
    assert "long-term well-being of government services" in document.blocks[0].text


def test_a_landscape_page_turned_on_its_side() -> None:
    def draw(canvas: Any, number: int) -> None:
        canvas.rotate(90)
        canvas.setFont("Times-Roman", 10)
        canvas.drawString(100, -100, "The table is printed on its side and is read all the same.")
        canvas.drawString(100, -130, "A second paragraph stands below it.")

    document, _ = read_bytes(make(draw), "en", name="turned.pdf")
    assert [block.text for block in document.blocks] == [
        "The table is printed on its side and is read all the same.",
        "A second paragraph stands below it.",
    ]


def test_many_pages_in_bounded_memory_with_progress(tmp_path: Path) -> None:
    path = tmp_path / "long.pdf"
    path.write_bytes(make(lambda canvas, number: lines(canvas, number, 4), 400))
    calls: list[tuple[int, int]] = []
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    document, ledger = read(path, "en", progress=lambda done, total: calls.append((done, total)))
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    assert document.metadata["pages"] == 400
    assert len(document.sentences) == 1_600
    assert Counter(entry.reason for entry in ledger) == {"job_number": 400, "page_number": 400}
    assert calls[-1] == (400, 400)
    assert len(calls) >= 40
    assert grown < 300


def test_text_beside_a_footnote_mark_is_whole() -> None:
    document, _ = read_bytes(typesetting.untagged_pdf("en"), "en", name="report.pdf")
    called = next(b for b in document.blocks if "resolution 69/283" in b.text and b.page == 1)
    assert "69/2831" not in called.text
