"""Word files: content that python-docx does not expose, and damaged or hostile files."""

from __future__ import annotations

import io
import zipfile
from typing import Any

import pytest

from duizhao.corpus.errors import InputError
from duizhao.corpus.reading import read_bytes
from duizhao.corpus.reading.list_numbers import format_number
from tests.support.rendering import with_member

pytestmark = pytest.mark.unit

SPACE = (
    'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" '
    'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" '
    'xmlns:wps="http://schemas.microsoft.com/office/word/2010/wordprocessingShape" '
    'xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math"'
)


def package(body: str, **members: str) -> bytes:
    """A .docx with this inside of `w:body`; further members by name, dots for underscores."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr(
            "word/document.xml", f"<w:document {SPACE}><w:body>{body}</w:body></w:document>"
        )
        for name, text in members.items():
            archive.writestr(f"word/{name}.xml", text)
    return buffer.getvalue()


def p(text: str, properties: str = "") -> str:
    return f"<w:p><w:pPr>{properties}</w:pPr><w:r><w:t>{text}</w:t></w:r></w:p>"


def blocks(data: bytes) -> list[tuple[str, str]]:
    document, _ = read_bytes(data, "en", name="test.docx")
    return [(block.kind, block.text) for block in document.blocks]


def texts(data: bytes) -> list[str]:
    return [text for _, text in blocks(data)]


def test_revisions_are_read_as_accepted() -> None:
    data = package(
        "<w:p><w:r><w:t>The Council </w:t></w:r>"
        "<w:del><w:r><w:delText>rejects</w:delText></w:r></w:del>"
        "<w:ins><w:r><w:t>adopts</w:t></w:r></w:ins><w:r><w:t> the report.</w:t></w:r></w:p>"
        '<w:p><w:pPr><w:rPr><w:del w:id="1"/></w:rPr></w:pPr><w:r><w:t>It meets </w:t></w:r></w:p>'
        "<w:p><w:moveFrom><w:r><w:t>Moved away.</w:t></w:r></w:moveFrom>"
        "<w:moveTo><w:r><w:t>again.</w:t></w:r></w:moveTo></w:p>"
    )
    document, ledger = read_bytes(data, "en", name="test.docx")
    assert [block.text for block in document.blocks] == [
        "The Council adopts the report.",
        "It meets again.",
    ]
    assert [(e.reason, e.text) for e in ledger] == [
        ("deleted_revision", "rejects"),
        ("deleted_revision", "Moved away."),
    ]


def test_text_boxes_are_read_once() -> None:
    box = "<w:txbxContent>{}</w:txbxContent>"
    data = package(
        "<w:p><w:r><w:t>Before the box.</w:t></w:r><w:r><mc:AlternateContent>"
        f'<mc:Choice Requires="wps"><w:drawing>{box.format(p("In the box."))}</w:drawing>'
        "</mc:Choice>"
        f"<mc:Fallback><w:pict>{box.format(p('In the box.'))}</w:pict></mc:Fallback>"
        "</mc:AlternateContent></w:r></w:p>" + p("After the box.")
    )
    assert texts(data) == ["Before the box.", "In the box.", "After the box."]


def test_fields_give_their_result_and_links_their_text() -> None:
    field = '<w:r><w:fldChar w:fldCharType="{}"/></w:r>'
    data = package(
        f"<w:p><w:r><w:t>See </w:t></w:r>{field.format('begin')}"
        "<w:r><w:instrText> HYPERLINK x </w:instrText></w:r>"
        f"{field.format('separate')}<w:r><w:t>A/75/836</w:t></w:r>{field.format('end')}"
        "<w:hyperlink><w:r><w:t>, annex</w:t></w:r></w:hyperlink><w:r><w:t>.</w:t></w:r></w:p>"
    )
    assert texts(data) == ["See A/75/836, annex."]


def test_soft_line_breaks_hyphens_and_hidden_text() -> None:
    data = package(
        "<w:p><w:r><w:t>Report of the</w:t><w:br/><w:t>Secretary</w:t><w:noBreakHyphen/>"
        "<w:t>General</w:t></w:r><w:r><w:rPr><w:vanish/></w:rPr><w:t>secret</w:t></w:r></w:p>"
    )
    document, ledger = read_bytes(data, "en", name="test.docx")
    assert [block.text for block in document.blocks] == ["Report of the Secretary-General"]
    assert [(e.reason, e.text) for e in ledger] == [("hidden_text", "secret")]


NUMBERING = f"""<w:numbering {SPACE}>
<w:abstractNum w:abstractNumId="0">
 <w:lvl w:ilvl="0"><w:start w:val="3"/><w:numFmt w:val="decimal"/><w:lvlText w:val="%1."/></w:lvl>
 <w:lvl w:ilvl="1"><w:start w:val="1"/><w:numFmt w:val="lowerLetter"/><w:lvlText w:val="(%2)"/>
 </w:lvl>
 <w:lvl w:ilvl="2"><w:start w:val="1"/><w:numFmt w:val="lowerRoman"/><w:lvlText w:val="%1.%3"/>
 </w:lvl>
</w:abstractNum>
<w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num>
<w:num w:numId="2"><w:abstractNumId w:val="0"/>
 <w:lvlOverride w:ilvl="0"><w:startOverride w:val="1"/></w:lvlOverride></w:num>
</w:numbering>"""


def item(level: int, number: int = 1) -> str:
    return f'<w:numPr><w:ilvl w:val="{level}"/><w:numId w:val="{number}"/></w:numPr>'


def test_lists_have_the_numbers_that_a_reader_sees() -> None:
    data = package(
        p("One", item(0)) + p("Under", item(1)) + p("Under", item(1)) + p("Deep", item(2))
        + p("Two", item(0)) + p("Under", item(1)) + p("Restarted", item(0, 2)),
        numbering=NUMBERING,
    )  # fmt: skip
    assert texts(data) == [
        "3. One", "(a) Under", "(b) Under", "3.i Deep", "4. Two", "(a) Under", "1. Restarted",
    ]  # fmt: skip


def test_numbers_come_from_styles_too() -> None:
    styles = (
        f'<w:styles {SPACE}><w:style w:type="paragraph" w:styleId="Base"><w:name w:val="Base"/>'
        '<w:pPr><w:numPr><w:numId w:val="1"/></w:numPr></w:pPr></w:style>'
        '<w:style w:type="paragraph" w:styleId="Para"><w:name w:val="Para"/>'
        '<w:basedOn w:val="Base"/></w:style></w:styles>'
    )
    data = package(p("One", '<w:pStyle w:val="Para"/>'), styles=styles, numbering=NUMBERING)
    assert texts(data) == ["3. One"]


@pytest.mark.parametrize(
    ("number", "style", "text"),
    [
        (4, "lowerRoman", "iv"), (1994, "upperRoman", "MCMXCIV"), (27, "lowerLetter", "aa"),
        (3, "chineseCounting", "三"), (10, "chineseCounting", "十"),
        (21, "chineseCounting", "二十一"),
        (105, "chineseCountingThousand", "一百零五"), (2021, "ideographDigital", "二〇二一"),
        (3, "decimalEnclosedCircleChinese", "③"), (2, "ordinal", "2nd"), (13, "ordinal", "13th"),
        (5, "decimalZero", "05"), (2, "ideographTraditional", "乙"),
    ],
)  # fmt: skip
def test_number_formats(number: int, style: str, text: str) -> None:
    assert format_number(number, style) == text


def test_tables_give_cells_and_frames_give_paragraphs() -> None:
    def table(*rows: list[str]) -> str:
        cells = ("".join(f"<w:tc>{p(cell)}</w:tc>" for cell in row) for row in rows)
        return "<w:tbl>" + "".join(f"<w:tr>{row}</w:tr>" for row in cells) + "</w:tbl>"

    data = package(table(["State", "Year"], ["Mali", "2024"]) + table(["Summary of the report."]))
    assert blocks(data) == [
        ("table_cell", "State"),
        ("table_cell", "Year"),
        ("table_cell", "Mali"),
        ("table_cell", "2024"),
        ("paragraph", "Summary of the report."),
    ]


def test_the_masthead_of_older_files_is_no_text() -> None:
    cells = "".join(f"<w:tc>{p(text)}</w:tc>" for text in ("United Nations", "Distr.: General"))
    document, ledger = read_bytes(
        package(f"<w:tbl><w:tr>{cells}</w:tr></w:tbl>{p('The Council met.')}"), "en", name="a.docx"
    )
    assert [block.text for block in document.blocks] == ["The Council met."]
    assert [entry.reason for entry in ledger] == ["masthead", "masthead"]


def test_footnotes_are_tied_to_their_marks() -> None:
    raised = '<w:rPr><w:vertAlign w:val="superscript"/></w:rPr>'
    note = f'<w:r>{raised}<w:footnoteReference w:id="7"/></w:r>'
    data = package(
        f"<w:p><w:r><w:t>It decided</w:t></w:r>{note}<w:r><w:t> to meet on 20 m</w:t></w:r>"
        '<w:r><w:rPr><w:vertAlign w:val="superscript"/></w:rPr><w:t>2</w:t></w:r>'
        "<w:r><w:t> of grass.</w:t></w:r></w:p>",
        footnotes=f'<w:footnotes {SPACE}><w:footnote w:id="7">{p("See S/2021/130.")}</w:footnote>'
        "</w:footnotes>",
    )
    document, _ = read_bytes(data, "en", name="test.docx")
    assert [(b.kind, b.mark, b.text) for b in document.blocks] == [
        ("paragraph", None, "It decided to meet on 20 m2 of grass."),
        ("footnote", "1", "See S/2021/130."),
    ]
    assert document.metadata["notes"] == [{"mark": "1", "block": 0, "offset": 10, "note": 1}]


def test_a_truncated_file_is_reported(sample: bytes) -> None:
    with pytest.raises(InputError, match=r"damaged or cut short; fetch or save it again"):
        read_bytes(sample[: len(sample) // 2], "en", name="report.docx")


def test_a_file_with_a_broken_member_is_reported(sample: bytes) -> None:
    middle = sample.index(b"word/document.xml") + 400
    broken = sample[:middle] + bytes(50) + sample[middle + 50 :]
    with pytest.raises(InputError, match=r"report\.docx: .*(damaged|cut short)"):
        read_bytes(broken, "en", name="report.docx")


def test_a_zip_bomb_is_not_unpacked() -> None:
    bomb = package(p("boom"))
    bomb = with_member(bomb, "word/document.xml", "<x>" + " " * 30_000_000 + "</x>")
    assert len(bomb) < 200_000
    with pytest.raises(InputError, match="as a zip bomb does"):
        read_bytes(bomb, "en", name="bomb.docx")


def test_entities_are_neither_resolved_nor_unfolded(tmp_path: Any) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("the password is swordfish")
    document = (
        f'<!DOCTYPE d [<!ENTITY x SYSTEM "{secret.as_uri()}">]>'
        f"<w:document {SPACE}><w:body>{p('Before &x; after the entity.')}</w:body></w:document>"
    )
    data = with_member(package(""), "word/document.xml", document)
    assert "swordfish" not in " ".join(texts(data))
    laughs = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10 if n else "ha"}">' for n in range(12))
    bomb = document.replace("&x;", "&l11;").partition("]>")
    with pytest.raises(InputError, match="damaged XML"):
        texts(with_member(package(""), "word/document.xml", f"<!DOCTYPE d [{laughs}]>{bomb[2]}"))


def test_a_word_file_under_another_name(sample: bytes) -> None:
    assert texts(sample)[0] == "Text of the report."
    document, _ = read_bytes(sample, "en", name="report.pdf")
    assert document.blocks[0].text == "Text of the report."


def test_a_file_of_another_office_program_says_what_it_is() -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("xl/workbook.xml", "<workbook/>")
    with pytest.raises(InputError, match="an Office file, but not a Word document"):
        read_bytes(buffer.getvalue(), "en", name="table.docx")


@pytest.fixture
def sample() -> bytes:
    return package("".join(p("Text of the report.") for _ in range(300)))
