"""The inputs of the regression cases: small generated files, one for each kind of error.

Where the folder of shared inputs is on this machine, the tests read the files in it as well.
"""

from __future__ import annotations

import io
import os
import zipfile
from pathlib import Path

from tests.support.paths import ROOT

W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
ZH = "安全理事会欢迎秘书长的报告。"
PAIRS = (
    ("安理会审议了上述报告。", "The Council considered the above report."),
    ("各方停止了敌对行动。", "The parties ceased hostilities."),
    ("监察队进行了八次视察。", "The monitoring team carried out eight inspections."),
    ("会议于下午结束。", "The meeting ended in the afternoon with a statement."),
    ("报告提出了若干建议。", "The report makes a number of recommendations to the parties."),
    ("特使感谢东道国的支持。", "The Envoy thanked the host country for its support."),
)


def shared_case(name: str) -> bytes | None:
    """The bytes of a shared input, None if it is not on this machine."""
    folder = Path(os.environ.get("DUIZHAO_SHARED", ROOT.parent / "shared")) / "data" / "cases"
    return (folder / name).read_bytes() if (folder / name).is_file() else None


def shared_cases() -> dict[str, bytes]:
    """The shared inputs by name, except those that take all of their limits."""
    folder = Path(os.environ.get("DUIZHAO_SHARED", ROOT.parent / "shared")) / "data" / "cases"
    paths = sorted(folder.iterdir()) if folder.is_dir() else []
    return {path.name: path.read_bytes() for path in paths if path.name != "recform.pdf"}


def with_shared(ours: bytes, name: str) -> list[bytes]:
    """The generated input, and the shared one of this name if there is one."""
    theirs = shared_case(name)
    return [ours] if theirs is None else [ours, theirs]


def docx(body: str, **members: str) -> bytes:
    """A Word file with this inside of `w:body`; further members of word/ by name."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        document = f'<w:document xmlns:w="{W}"><w:body>{body}</w:body></w:document>'
        archive.writestr("word/document.xml", document)
        for name, text in members.items():
            archive.writestr(f"word/{name}.xml", text)
    return buffer.getvalue()


def paragraph(text: str, properties: str = "") -> str:
    """A `w:p` of one run."""
    return f"<w:p><w:pPr>{properties}</w:pPr><w:r><w:t>{text}</w:t></w:r></w:p>"


def numbered(level: str = "0", number: str = "1") -> str:
    """The properties of a paragraph in a list."""
    return f'<w:numPr><w:ilvl w:val="{level}"/><w:numId w:val="{number}"/></w:numPr>'


def numbering(start: str, format: str, level: str = "0") -> str:
    """A word/numbering.xml with one list."""
    return (
        f'<w:numbering xmlns:w="{W}"><w:abstractNum w:abstractNumId="0">'
        f'<w:lvl w:ilvl="{level}"><w:start w:val="{start}"/><w:numFmt w:val="{format}"/>'
        '<w:lvlText w:val="%1."/></w:lvl></w:abstractNum>'
        '<w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num></w:numbering>'
    )


def pdf(pages: list[str | None], *, form_calls_itself: bool = False) -> bytes:
    """A PDF with a line of text on each page; None is a page that does not exist."""
    kids = " ".join(f"{10 + 2 * n} 0 R" for n in range(len(pages)))
    objects = {
        1: "<< /Type /Catalog /Pages 2 0 R >>",
        2: f"<< /Type /Pages /Kids [{kids}] /Count {len(pages)} >>",
        3: "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    }
    form = "/XObject << /F 4 0 R >>" if form_calls_itself else ""
    resources = f"/Resources << /Font << /A 3 0 R >> {form} >>"
    if form_calls_itself:
        objects[4] = _stream(
            "/F Do /F Do", f"/Type /XObject /Subtype /Form /BBox [0 0 9 9] {resources}"
        )
    for number, text in enumerate(pages):
        if text is None:
            continue
        objects[10 + 2 * number] = (
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] {resources} "
            f"/Contents {11 + 2 * number} 0 R >>"
        )
        drawn = "/F Do" if form_calls_itself else ""
        objects[11 + 2 * number] = _stream(f"BT /A 12 Tf 72 700 Td ({text}) Tj ET {drawn}", "")
    out = io.BytesIO(b"")
    out.write(b"%PDF-1.4\n")
    places = {}
    for number, content in objects.items():
        places[number] = out.tell()
        out.write(f"{number} 0 obj\n{content}\nendobj\n".encode())
    start, size = out.tell(), max(objects) + 1
    out.write(f"xref\n0 {size}\n0000000000 65535 f \n".encode())
    for number in range(1, size):
        line = f"{places[number]:010} 00000 n \n" if number in places else "0000000000 00000 f \n"
        out.write(line.encode())
    out.write(f"trailer << /Root 1 0 R /Size {size} >>\nstartxref\n{start}\n%%EOF".encode())
    return out.getvalue()


def _stream(content: str, entries: str) -> str:
    return f"<< {entries} /Length {len(content)} >>\nstream\n{content}\nendstream"
