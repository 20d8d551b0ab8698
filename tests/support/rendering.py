"""The sample report as files: Word, PDF (two makers), HTML and hard-wrapped text, from one source.

`tests/data/report.{zh,en}.json` holds blocks and sentences. Each function here sets them as a
typist would: running heads and feet, page and job numbers, a two-column cover, footnotes, a table,
lists, and pages that break in the middle of sentences.
"""

from __future__ import annotations

import html
import io
import json
import re
import sys
import textwrap
import zipfile
from dataclasses import dataclass
from typing import Any

from tests.support.paths import DATA

SYMBOL, JOB = "A/79/1402", "24-99017"
COVER = {
    "zh": [("heading", "第七十九届会议"), ("paragraph", "议程项目73")],
    "en": [("heading", "Seventy-ninth session"), ("paragraph", "Agenda item 73")],
}
ORGAN = {"zh": ("联合国", "大会"), "en": ("United Nations", "General Assembly")}
DISTRIBUTION = {
    "zh": ["Distr.: General", "14 March 2024", "Chinese", "Original: Chinese"],
    "en": ["Distr.: General", "14 March 2024", "English", "Original: Chinese"],
}
# where the two footnotes are called: behind these words
CALLS = {
    "zh": {"1": "第 69/283 号决议", "2": "谅解备忘录"},
    "en": {"1": "resolution 69/283", "2": "memorandum of understanding"},
}
LABEL = re.compile(r"(\d{1,2}\.|\([a-z]\)|•|[一二三四]\.|[IVX]+\.)\s+")


@dataclass(frozen=True)
class Row:
    """A block of the report; `called` is (offset, mark) of the footnotes called in it."""

    kind: str
    text: str
    sentences: tuple[str, ...]
    rich: bool
    mark: str | None
    called: tuple[tuple[int, str], ...] = ()

    @property
    def label(self) -> str:
        match = LABEL.match(self.text)
        return match[1] if match else ""

    @property
    def bare(self) -> str:
        match = LABEL.match(self.text)
        return self.text[match.end() :] if match else self.text


def rows(language: str) -> list[Row]:
    """The report with its cover lines, footnote calls found."""
    raw = json.loads((DATA / f"report.{language}.json").read_text(encoding="utf-8"))
    out = [Row(kind, text, (text,), False, None) for kind, text in COVER[language]]
    open_calls = dict(CALLS[language])
    for entry in raw:
        called = []
        if entry["kind"] == "paragraph":
            for mark, words in list(open_calls.items()):
                if words in entry["text"]:
                    called.append((entry["text"].index(words) + len(words), mark))
                    del open_calls[mark]
        out.append(
            Row(entry["kind"], entry["text"], tuple(entry["sentences"]), entry["rich"],
                entry["mark"], tuple(called))
        )  # fmt: skip
    assert not open_calls
    return out


def pieces(row: Row, text: str) -> list[tuple[str, str]]:
    """(text, "") and ("", mark) in order; `text` is the row's whole text or its bare end."""
    shift = len(row.text) - len(text)
    out, end = [], 0
    for offset, mark in row.called:
        out += [(text[end : offset - shift], ""), ("", mark)]
        end = offset - shift
    return [*out, (text[end:], "")]


def wrapped_text(language: str) -> str:
    """Plain text, hard-wrapped, a blank line between paragraphs, furniture at each page's end."""
    sys.path.insert(0, str(DATA))
    from tests.data.make_report import wrap

    lines: list[str] = []
    for row in rows(language):
        if not row.rich:
            if language == "zh":
                lines += wrap(row.text, 36.0)
            else:
                lines += textwrap.wrap(row.text, 78, break_on_hyphens=True)
            lines.append("")
    out = []
    count = (len(lines) + 43) // 44
    for page in range(count):
        part = lines[44 * page : 44 * page + 44]
        while part and not part[0]:
            part.pop(0)
        out.append("\n".join(part).rstrip() + f"\n\n{SYMBOL}\n{JOB} {page + 1}/{count}\n")
    return "\f".join(out)


def html_page(language: str, *, notes: bool = True, furniture: bool = True) -> str:
    """A web page with the navigation around it that such pages have."""
    body: list[str] = []
    source = [row for row in rows(language) if notes or row.kind != "footnote"]
    number = 0
    caption = ""
    while number < len(source):
        row = source[number]
        number += 1
        if row.kind == "caption":
            caption = row.text
        elif row.kind == "table_cell":
            cells = [row]
            while number < len(source) and source[number].kind == "table_cell":
                cells.append(source[number])
                number += 1
            body.append(_html_table([cell.text for cell in cells], caption))
        elif row.kind == "footnote":
            body.append(
                f'<p class="footnote" id="fn{row.mark}"><sup>{row.mark}</sup> '
                f"{html.escape(row.text)}</p>"
            )
        elif row.label == "•":
            items = [row]
            while number < len(source) and source[number].label == "•":
                items.append(source[number])
                number += 1
            inner = "".join(f"<li>{_html_text(item, item.bare)}</li>" for item in items)
            body.append(f"<ul>{inner}</ul>")
        else:
            tag = "h2" if row.kind == "heading" else "p"
            body.append(f'<{tag} class="{row.kind}">{_html_text(row, row.text)}</{tag}>')
    article = "\n".join(body)
    if not furniture:
        return article
    links = "".join(f'<li><a href="/{n}">{n}</a></li>' for n in ("Home", "News", "联系我们"))
    return (
        f'<!DOCTYPE html><html lang="{language}"><head><meta charset="utf-8">'
        f"<title>{SYMBOL}</title></head><body>"
        f'<header class="masthead"><p>{" ".join(ORGAN[language])}</p></header>'
        f"<nav><ul>{links}</ul></nav>"
        f"<main><article>{article}</article></main>"
        f"<aside><h3>Related</h3><p>Something else that happened yesterday in town.</p></aside>"
        f"<footer><p>{SYMBOL} {JOB}</p></footer></body></html>"
    )


def _html_text(row: Row, text: str) -> str:
    return "".join(
        f"<sup>{mark}</sup>" if mark else html.escape(part) for part, mark in pieces(row, text)
    )


def _html_table(cells: list[str], caption: str) -> str:
    lines = [cells[start : start + 3] for start in range(0, len(cells), 3)]
    return "<table><caption>{}</caption>{}</table>".format(
        html.escape(caption),
        "".join(
            "<tr>{}</tr>".format("".join(f"<td>{html.escape(cell)}</td>" for cell in line))
            for line in lines
        ),
    )


PRINT_STYLE = """
body { font: 11pt/1.45 "Noto Serif CJK SC", serif; margin: 0; text-align: justify; }
h1, h2, h4 { font-size: 12pt; margin: 1em 0 .5em; text-align: left; }
p { margin: 0 0 .7em; } ul { margin: 0 0 .7em; }
table { border-collapse: collapse; width: 100%; margin: .5em 0 1em; }
td { border-bottom: .5pt solid; padding: 3pt 8pt; }
sup { font-size: 7pt; line-height: 0; } .footnote { font-size: 8.5pt; }
.cover { columns: 2; border-bottom: 1pt solid; margin-bottom: 2em; }
.cover p { margin: 0; }
"""


def chromium_pdf(language: str, browser: Any) -> bytes:
    """Printed by Chromium, tagged, with heads and feet of its own."""
    left, right = ORGAN[language], [SYMBOL, *DISTRIBUTION[language]]
    cover = "".join(f"<p>{line}</p>" for line in (*left, "", "", ""))
    cover += "".join(f"<p>{line}</p>" for line in right)
    head = '<div style="font-size:8pt;margin-left:20mm">{}</div>'
    page = browser.new_page()
    page.set_content(
        f'<html lang="{language}"><style>{PRINT_STYLE}</style><body>'
        f'<div class="cover">{cover}</div>{html_page(language, furniture=False)}</body></html>'
    )
    data: bytes = page.pdf(
        format="A4",
        display_header_footer=True,
        header_template=head.format(SYMBOL),
        footer_template=head.format(
            f'{JOB} <span class="pageNumber"></span>/<span class="totalPages"></span>'
        ),
        margin={"top": "22mm", "bottom": "22mm", "left": "22mm", "right": "22mm"},
        tagged=True,
    )
    page.close()
    return data


def docx(language: str) -> bytes:
    """Written by python-docx; list numbers are Word's own, footnotes are put into the package."""
    from docx import Document
    from docx.oxml import parse_xml
    from docx.oxml.ns import nsdecls

    document = Document()
    numbering = document.part.numbering_part.element
    for number, (style, text) in enumerate(
        (("decimal", "%1."), ("lowerLetter", "(%1)"), ("bullet", "•")), 90
    ):
        abstract = parse_xml(
            f'<w:abstractNum {nsdecls("w")} w:abstractNumId="{number}"><w:lvl w:ilvl="0">'
            f'<w:start w:val="1"/><w:numFmt w:val="{style}"/><w:lvlText w:val="{text}"/>'
            f"</w:lvl></w:abstractNum>"
        )
        numbering.insert(0, abstract)
        numbering.append(_num(number, number))
    section = document.sections[0]
    section.header.paragraphs[0].text = SYMBOL
    section.footer.paragraphs[0].text = f"{JOB} 1/9"
    section.different_first_page_header_footer = True
    table = section.first_page_header.add_table(1, 2, section.page_width)
    table.cell(0, 0).text = "\n".join(ORGAN[language])
    table.cell(0, 1).text = "\n".join([SYMBOL, *DISTRIBUTION[language]])
    source = rows(language)
    lists = 0
    cells: list[str] = []
    for row in source:
        if row.kind == "table_cell":
            cells.append(row.text)
            continue
        if cells:
            _docx_table(document, cells)
            cells = []
        if row.kind == "footnote":
            continue
        paragraph = document.add_paragraph(style="Heading 2" if row.kind == "heading" else None)
        if row.kind == "caption":
            paragraph.style = document.styles["Caption"]
        kind = {"(": 91, "•": 92}.get(row.label[:1]) or (90 if row.label[:1].isdigit() else None)
        if kind and row.kind != "heading":
            num = kind
            if row.label == "(a)":
                # a list that starts again
                lists += 1
                num = 200 + lists
                numbering.append(_num(num, 91, restart=True))
            elif kind == 91:
                num = 200 + lists
            paragraph._p.get_or_add_pPr().append(
                parse_xml(
                    f'<w:numPr {nsdecls("w")}><w:ilvl w:val="0"/><w:numId w:val="{num}"/></w:numPr>'
                )
            )
        for part, mark in pieces(row, row.bare if kind and row.kind != "heading" else row.text):
            if mark:
                run = paragraph.add_run()
                run.font.superscript = True
                run._r.append(parse_xml(f'<w:footnoteReference {nsdecls("w")} w:id="{mark}"/>'))
            else:
                paragraph.add_run(part)
    notes = {row.mark or "": row.text for row in source if row.kind == "footnote"}
    _add_footnotes(document, notes)
    buffer = io.BytesIO()
    document.save(buffer)
    return buffer.getvalue()


def _num(number: int, abstract: int, *, restart: bool = False) -> Any:
    from docx.oxml import parse_xml
    from docx.oxml.ns import nsdecls

    override = (
        '<w:lvlOverride w:ilvl="0"><w:startOverride w:val="1"/></w:lvlOverride>' if restart else ""
    )
    return parse_xml(
        f'<w:num {nsdecls("w")} w:numId="{number}"><w:abstractNumId w:val="{abstract}"/>'
        f"{override}</w:num>"
    )


def _docx_table(document: Any, cells: list[str]) -> None:
    table = document.add_table(0, 3)
    for start in range(0, len(cells), 3):
        for cell, text in zip(table.add_row().cells, cells[start : start + 3], strict=True):
            cell.text = text


def _add_footnotes(document: Any, notes: dict[str, str]) -> None:
    """A footnotes part, which python-docx does not write."""
    from docx.opc.constants import CONTENT_TYPE, RELATIONSHIP_TYPE
    from docx.opc.packuri import PackURI
    from docx.opc.part import Part

    space = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
    inner = "".join(
        f'<w:footnote w:id="{mark}"><w:p><w:r><w:footnoteRef/></w:r><w:r>'
        f'<w:t xml:space="preserve"> {html.escape(text)}</w:t></w:r></w:p></w:footnote>'
        for mark, text in notes.items()
    )
    separators = "".join(
        f'<w:footnote w:type="{kind}" w:id="{number}"><w:p><w:r><w:{kind}/></w:r></w:p>'
        "</w:footnote>"
        for number, kind in ((-1, "separator"), (0, "continuationSeparator"))
    )
    blob = f"<w:footnotes {space}>{separators}{inner}</w:footnotes>".encode()
    part = Part(
        PackURI("/word/footnotes.xml"), CONTENT_TYPE.WML_FOOTNOTES, blob, document.part.package
    )
    document.part.relate_to(part, RELATIONSHIP_TYPE.FOOTNOTES)


def with_member(data: bytes, name: str, text: str) -> bytes:
    """A zip archive with one member put in or replaced."""
    buffer = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(data)) as old,
        zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for info in old.infolist():
            if info.filename != name:
                new.writestr(info, old.read(info))
        new.writestr(name, text)
    return buffer.getvalue()
