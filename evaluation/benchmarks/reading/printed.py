"""Documents printed to PDF by LibreOffice and Chromium, with tags and without.

The sources are a Word file and a web page of our own, and the Word files of a folder. The truth of
a printed Word file is how duizhao reads the Word file.
"""

from __future__ import annotations

import html
import io
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from duizhao.corpus.document import Document, Language
from duizhao.corpus.reading import read_bytes
from duizhao.evaluation.benchmarks.reading.layouts import Item, Sheet, prose
from duizhao.evaluation.benchmarks.reading.sheets import table_rows

SECONDS = 180
FONTS = {"zh": "Noto Sans CJK SC", "en": "Liberation Serif"}
PROGRAMS = {"LibreOffice": ("soffice",), "Chromium": ("chromium", "google-chrome")}


def installed(program: str) -> str | None:
    """The path of LibreOffice or Chromium; None if it is not installed."""
    return next(filter(None, map(shutil.which, PROGRAMS[program])), None)


def printed(language: Language, folder: Path | None = None) -> Iterator[Sheet]:
    """The documents that the installed programs can print; `folder` has more Word files."""
    with tempfile.TemporaryDirectory(prefix="duizhao-") as name:
        workplace = Path(name)
        sources = {"sample": word_file(language)}
        if folder is not None:
            files = sorted(folder.glob(f"*.{language}.docx"))
            sources |= {file.name.partition(".")[0]: file.read_bytes() for file in files}
        for stem, data in sources.items():
            truth = blocks_of(read_bytes(data, language, name=f"{stem}.docx")[0])
            yield from _sheets("LibreOffice", stem, language, truth, {
                tags: libreoffice(data, workplace, tags=tags) for tags in (True, False)
            })  # fmt: skip
        page = web_page(language)
        truth = blocks_of(read_bytes(page, language, name="sample.html")[0])
        tagged = chromium(page, workplace)
        untagged = without_tags(tagged) if tagged else None
        yield from _sheets("Chromium", "sample", language, truth, {True: tagged, False: untagged})
        if tagged and untagged:
            row = "Chromium, no ToUnicode"
            yield Sheet(row, language, without_maps(untagged), truth, row)


def _sheets(
    program: str, stem: str, language: Language, truth: tuple[tuple[str, str], ...],
    prints: dict[bool, bytes | None],
) -> Iterator[Sheet]:  # fmt: skip
    source = "own" if stem == "sample" else "UN files"
    for tags, data in prints.items():
        row = f"{program}, {source}, {'tagged' if tags else 'untagged'}"
        if data is not None:
            yield Sheet(f"{row}: {stem}", language, data, truth, row)


def blocks_of(document: Document) -> tuple[tuple[str, str], ...]:
    """The blocks of a reading as (kind, text)."""
    return tuple((block.kind, block.text) for block in document.blocks)


def items(language: Language) -> list[Item]:
    """A document with headings, paragraphs, items and a table."""
    text = prose(language, 12)
    listed = [Item("list_item", item.text, "•") for item in text if item.kind == "paragraph"][:4]
    rows = table_rows(language, 6, 3)
    return [*text[:8], *listed, Item("table", rows=rows), *text[8:]]


def word_file(language: Language) -> bytes:
    """The document as a Word file."""
    import docx
    from docx.oxml.ns import qn

    document = docx.Document()
    font = document.styles["Normal"].font
    font.name = FONTS[language]
    font.element.get_or_add_rPr().rFonts.set(qn("w:eastAsia"), FONTS[language])
    for item in items(language):
        if item.kind == "heading":
            document.add_heading(item.text, 2)
        elif item.kind == "table":
            table = document.add_table(0, len(item.rows[0]), style="Table Grid")
            for row in item.rows:
                for cell, text in zip(table.add_row().cells, row, strict=True):
                    cell.text = text
        else:
            style = "List Bullet" if item.kind == "list_item" else None
            document.add_paragraph(item.text, style)
    buffer = io.BytesIO()
    document.save(buffer)
    return buffer.getvalue()


def web_page(language: Language) -> bytes:
    """The document as a web page."""
    parts: list[str] = []
    names = {"heading": "h2", "paragraph": "p", "list_item": "li"}
    for item in items(language):
        if item.kind == "table":
            rows = ("".join(f"<td>{html.escape(cell)}</td>" for cell in row) for row in item.rows)
            parts.append(f"<table>{''.join(f'<tr>{row}</tr>' for row in rows)}</table>")
            continue
        name = names[item.kind]
        element = f"<{name}>{html.escape(item.text)}</{name}>"
        parts.append(f"<ul>{element}</ul>" if name == "li" else element)
    body = "\n".join(parts).replace("</ul>\n<ul>", "\n")
    style = "td{border:1px solid;padding:4px;vertical-align:top}table{border-collapse:collapse}"
    font = f"body{{font-family:'{FONTS[language]}'}}"
    return (
        f'<!doctype html><html lang="{language}"><meta charset="utf-8"><title>sample</title>'
        f"<style>{font}{style}</style><body><main>{body}</main></body></html>"
    ).encode()


def libreoffice(data: bytes, folder: Path, *, tags: bool) -> bytes | None:
    """A Word file printed by LibreOffice; None if that is not installed."""
    program = installed("LibreOffice")
    if program is None:
        return None
    (folder / "source.docx").write_bytes(data)
    option = f'{{"UseTaggedPDF":{{"type":"boolean","value":"{str(tags).lower()}"}}}}'
    return _run(
        [program, "--headless", f"-env:UserInstallation={(folder / 'profile').as_uri()}",
         "--convert-to", f"pdf:writer_pdf_Export:{option}", "--outdir", str(folder),
         str(folder / "source.docx")], folder / "source.pdf",
    )  # fmt: skip


def chromium(page: bytes, folder: Path) -> bytes | None:
    """A web page printed by Chromium, with tags; None if that is not installed."""
    program = installed("Chromium")
    if program is None:
        return None
    (folder / "page.html").write_bytes(page)
    return _run(
        [program, "--headless", "--no-sandbox", "--disable-gpu", "--no-pdf-header-footer",
         f"--user-data-dir={folder / 'browser'}", f"--print-to-pdf={folder / 'page.pdf'}",
         (folder / "page.html").as_uri()], folder / "page.pdf",
    )  # fmt: skip


def _run(command: Sequence[str], result: Path) -> bytes | None:
    result.unlink(missing_ok=True)
    subprocess.run(command, check=True, capture_output=True, timeout=SECONDS)
    return result.read_bytes() if result.is_file() else None


def without_tags(pdf: bytes) -> bytes:
    """The pages of a PDF without its structure tree, which belongs to the document."""
    import pypdfium2

    whole, pages = pypdfium2.PdfDocument(pdf), pypdfium2.PdfDocument.new()
    pages.import_pages(whole)
    buffer = io.BytesIO()
    pages.save(buffer)
    return buffer.getvalue()


def without_maps(pdf: bytes) -> bytes:
    """A PDF, saved by PDFium, whose fonts do not say which characters they draw."""
    return pdf.replace(b"/ToUnicode", b"/ToNothing")
