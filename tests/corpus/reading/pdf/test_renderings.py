"""One report, five files: every reading gives the same blocks and sentences, in both languages."""

from __future__ import annotations

import difflib
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from duizhao.corpus.document import Document, Language, LedgerEntry
from duizhao.corpus.reading import read_bytes
from duizhao.evaluation.benchmarks.reading.measures import boundary_f1
from tests.support import rendering, typesetting
from tests.support.browser import browser  # noqa: F401

MAKERS: dict[str, Callable[[str], bytes]] = {
    "docx": rendering.docx,
    "html": lambda language: rendering.html_page(language).encode(),
    "wrapped text": lambda language: rendering.wrapped_text(language).encode(),
    "untagged PDF": typesetting.untagged_pdf,
}
LANGUAGES: list[Language] = ["zh", "en"]


def check(
    document: Document, ledger: list[LedgerEntry], language: Language, *, rich: bool = True
) -> None:
    """The reading is the report: blocks, sentences, nothing of the furniture."""
    gold = [row for row in rendering.rows(language) if rich or not row.rich]
    sentences = [sentence for row in gold for sentence in row.sentences]
    read = [sentence.text for sentence in document.sentences]
    different = [line for line in difflib.ndiff(sentences, read) if line.startswith(("+ ", "- "))]
    assert different == []
    assert boundary_f1(sentences, read) >= 0.99
    assert [block.text for block in document.blocks] == [row.text for row in gold]
    furniture = (rendering.JOB, rendering.SYMBOL, "Distr.", *rendering.ORGAN[language][:1])
    for sentence in read[:3]:
        assert not any(word in sentence for word in furniture)
    left_out = " ".join(entry.text for entry in ledger)
    assert rendering.JOB in left_out
    assert rendering.SYMBOL in left_out
    if not rich:
        return
    cells = [block for block in document.blocks if block.kind == "table_cell"]
    assert [cell.text for cell in cells] == [r.text for r in gold if r.kind == "table_cell"]
    notes = {block.mark: block for block in document.blocks if block.kind == "footnote"}
    assert set(notes) == {"1", "2"}
    for place in document.metadata["notes"]:
        # the mark's place in the text, and the note that it means
        block = document.blocks[place["block"]]
        assert block.text[: place["offset"]].endswith(rendering.CALLS[language][place["mark"]])
        assert document.blocks[place["note"]] == notes[place["mark"]]
    items = [block.mark for block in document.blocks if block.kind == "list_item"]
    assert items == [row.label for row in gold if row.kind == "list_item"]


@pytest.mark.unit
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("maker", MAKERS)
def test_every_format_gives_the_report(maker: str, language: Language) -> None:
    document, ledger = read_bytes(MAKERS[maker](language), language, name=maker)
    check(document, ledger, language, rich=maker != "wrapped text")


@pytest.mark.system
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_pdf_printed_by_chromium(language: Language, browser: Any) -> None:  # noqa: F811
    document, ledger = read_bytes(
        rendering.chromium_pdf(language, browser), language, name="chromium"
    )
    check(document, ledger, language)


@pytest.mark.unit
@pytest.mark.parametrize("language", LANGUAGES)
def test_headings_are_headings_in_every_format(language: Language) -> None:
    for maker in ("docx", "html", "untagged PDF"):
        document, _ = read_bytes(MAKERS[maker](language), language, name=maker)
        # without tags a table's title in bold type looks as a heading does
        kinds = ("heading", "caption") if maker == "untagged PDF" else ("heading",)
        found = [block.text for block in document.blocks if block.kind in kinds]
        titles = [row.text for row in rendering.rows(language) if row.kind in kinds]
        assert found == titles, maker


@pytest.mark.unit
def test_the_untagged_pdf_is_what_it_says() -> None:
    """It breaks pages in sentences and keeps footnotes at the foot, or it would prove little."""
    import pypdfium2

    from duizhao.corpus.reading.pdf.tagged import use_tags

    pdf = pypdfium2.PdfDocument(typesetting.untagged_pdf("zh"))
    assert not use_tags(pdf)
    texts = [page.get_textpage().get_text_range() for page in pdf]
    assert len(texts) >= 4
    assert any("______" in text for text in texts[:-1])
    document, _ = read_bytes(typesetting.untagged_pdf("zh"), "zh")
    broken = [
        sentence.text
        for sentence in document.sentences
        if len(sentence.text) > 20
        and not any("".join(sentence.text.split()) in "".join(text.split()) for text in texts)
    ]
    assert len(broken) >= 2


@pytest.mark.system
@pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice is not installed")
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_pdf_printed_by_libreoffice(language: Language, tmp_path: Path) -> None:
    """Another layout without tags, in fonts of its own."""
    (tmp_path / "report.docx").write_bytes(rendering.docx(language))
    profile = f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}"
    command = ["soffice", "--headless", profile, "--convert-to", "pdf", "--outdir"]
    subprocess.run(
        [*command, str(tmp_path), str(tmp_path / "report.docx")], check=True, capture_output=True
    )
    data = (tmp_path / "report.pdf").read_bytes()
    document, ledger = read_bytes(data, language, name="report.pdf")
    gold = [sentence for row in rendering.rows(language) for sentence in row.sentences]
    assert boundary_f1(gold, [sentence.text for sentence in document.sentences]) >= 0.99
    left_out = " ".join(entry.text for entry in ledger)
    assert rendering.JOB in left_out
