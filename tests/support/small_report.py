"""The short report of the first tutorial, as text, PDF and Word file."""

from __future__ import annotations

import io
import re
from pathlib import Path

from tests.support.pages import blocks
from tests.support.paths import ROOT

TUTORIAL = ROOT / "docs/tutorial/two-files.md"


def texts() -> dict[str, str]:
    """Name and text of the files that the tutorial's commands write."""
    shell = "".join(block.text for block in blocks(TUTORIAL) if block.language == "sh")
    return dict(re.findall(r"cat > (\S+) <<'END'\n(.*?)^END$", shell, re.MULTILINE | re.DOTALL))


def write_texts(folder: Path) -> None:
    """Write report.zh.txt and report.en.txt."""
    for name, text in texts().items():
        (folder / name).write_text(text, encoding="utf-8")


def pdf(language: str) -> bytes:
    """The report as an untagged PDF of one page."""
    from reportlab.lib.pagesizes import A4
    from reportlab.lib.styles import ParagraphStyle
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.cidfonts import UnicodeCIDFont
    from reportlab.platypus import Paragraph, SimpleDocTemplate

    pdfmetrics.registerFont(UnicodeCIDFont("STSong-Light"))
    font = {"zh": "STSong-Light", "en": "Helvetica"}[language]
    style = ParagraphStyle(
        "body", fontName=font, fontSize=12, leading=18, spaceAfter=12, wordWrap="CJK"
    )
    buffer = io.BytesIO()
    lines = texts()[f"report.{language}.txt"].splitlines()
    SimpleDocTemplate(buffer, pagesize=A4, invariant=1).build(
        [Paragraph(line, style) for line in lines]
    )
    return buffer.getvalue()


def docx(language: str) -> bytes:
    """The report as a Word file."""
    return word_file(texts()[f"report.{language}.txt"])


def word_file(text: str) -> bytes:
    """A text as a Word file, a paragraph for each line."""
    import docx as word

    document = word.Document()
    for line in text.splitlines():
        document.add_paragraph(line)
    buffer = io.BytesIO()
    document.save(buffer)
    return buffer.getvalue()
