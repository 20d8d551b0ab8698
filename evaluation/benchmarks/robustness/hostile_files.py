"""The hostile documents of the benchmark `hostile`: one small function each."""

from __future__ import annotations

import os
import random
import zipfile
import zlib
from collections.abc import Callable, Iterable
from pathlib import Path

MB = 2**20
ZH = "安全理事会审议了秘书长的报告。"
W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
PARAGRAPH = f"<w:p><w:r><w:t>{ZH}</w:t></w:r></w:p>"

Maker = Callable[[Path], Path]
MAKERS: dict[str, Maker] = {}


def maker(name: str) -> Callable[[Maker], Maker]:
    """Register a function that writes a document into a folder and returns its path."""

    def add(function: Maker) -> Maker:
        MAKERS[name] = function
        return function

    return add


def text_file(name: str, ending: str, content: Callable[[], str | bytes]) -> None:
    """Register a document that is a string."""

    def make(folder: Path) -> Path:
        data = content()
        path = folder / f"hostile{ending}"
        path.write_bytes(data.encode() if isinstance(data, str) else data)
        return path

    MAKERS[name] = make


def word_file(name: str, body: Callable[[], str], dtd: str = "", **members: str) -> None:
    """Register a Word file with this body."""

    def make(folder: Path) -> Path:
        document = f"{dtd}<w:document {W}><w:body>{body()}</w:body></w:document>"
        parts = {f"word/{part}.xml": text for part, text in members.items()}
        return _package(folder, {"word/document.xml": document, **parts}.items())

    MAKERS[name] = make


def _package(folder: Path, members: Iterable[tuple[str, str]], ending: str = ".docx") -> Path:
    path = folder / f"hostile{ending}"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        for name, text in members:
            archive.writestr(name, text)
    return path


def _zeros(archive: zipfile.ZipFile, name: str, megabytes: int) -> None:
    with archive.open(name, "w", force_zip64=True) as stream:
        for _ in range(megabytes):
            stream.write(bytes(MB))


def _laughs(count: int, each: int, root: str) -> str:
    entities = '<!ENTITY l0 "lol">' + "".join(
        f'<!ENTITY l{n} "{f"&l{n - 1};" * each}">' for n in range(1, count)
    )
    return f"<!DOCTYPE {root} [{entities}]>"


# archives


@maker("docx: 2 GB in one member")
def _bomb(folder: Path) -> Path:
    path = folder / "hostile.docx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        _zeros(archive, "word/document.xml", 2048)
    return path


@maker("docx: 60 headers of 20 MB")
def _headers(folder: Path) -> Path:
    run = "".join(f"<w:p><w:r><w:t>第{n}行的文字。</w:t></w:r></w:p>" for n in range(1000))
    document = f"<w:document {W}><w:body>{PARAGRAPH}</w:body></w:document>"
    path = folder / "hostile.docx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("word/document.xml", document)
        for number in range(60):
            with archive.open(f"word/header{number}.xml", "w") as stream:
                stream.write(f"<w:hdr {W} n='{number}'>".encode())
                for _ in range(20 * MB // len(run.encode())):
                    stream.write(run.encode())
                stream.write(b"</w:hdr>")
    return path


@maker("docx: 100,000 members")
def _members(folder: Path) -> Path:
    return _package(folder, ((f"word/media/{n}.png", "") for n in range(100_000)))


@maker("docx: sizes that lie")
def _lying(folder: Path) -> Path:
    path = _bomb(folder)
    data = bytearray(path.read_bytes())
    place = data.rfind(b"PK\x01\x02")
    data[place + 24 : place + 28] = (1000).to_bytes(4, "little")
    path.write_bytes(data)
    return path


@maker("docx: cut short")
def _cut(folder: Path) -> Path:
    path = _package(folder, [("word/document.xml", f"<w:document {W}/>" + "x" * 10_000)])
    path.write_bytes(path.read_bytes()[:-40])
    return path


@maker("docx: marked as encrypted")
def _encrypted(folder: Path) -> Path:
    path = _package(folder, [("word/document.xml", f"<w:document {W}/>")])
    data = bytearray(path.read_bytes())
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        place = data.find(mark)
        while place >= 0:
            data[place + offset] |= 1
            place = data.find(mark, place + 1)
    path.write_bytes(data)
    return path


@maker("docx: zip in a zip in a zip")
def _nested(folder: Path) -> Path:
    inner = b"x" * MB
    path = folder / "hostile.docx"
    for _ in range(5):
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            for number in range(5):
                archive.writestr(f"{number}.zip", inner)
        inner = path.read_bytes()
    return path


@maker("epub: one chapter 100,000 times")
def _chapters(folder: Path) -> Path:
    chapter = f"<html><body>{f'<p>{ZH}</p>' * 100}</body></html>"
    package = (
        '<package xmlns="http://www.idpf.org/2007/opf"><manifest><item id="c" href="c.xhtml" '
        'media-type="application/xhtml+xml"/></manifest><spine>'
        + '<itemref idref="c"/>' * 100_000
        + "</spine></package>"
    )
    return _epub(folder, package, {"c.xhtml": chapter})


@maker("epub: chapters outside")
def _outside(folder: Path) -> Path:
    package = (
        '<package xmlns="http://www.idpf.org/2007/opf"><manifest><item id="c" '
        'href="../../../../etc/passwd" media-type="application/xhtml+xml"/></manifest>'
        '<spine><itemref idref="c"/></spine></package>'
    )
    return _epub(folder, package, {})


def _epub(folder: Path, package: str, chapters: dict[str, str]) -> Path:
    container = (
        '<container xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles>'
        '<rootfile full-path="p.opf"/></rootfiles></container>'
    )
    members = {"META-INF/container.xml": container, "p.opf": package, **chapters}
    return _package(folder, members.items(), ".epub")


@maker("odt: 2 GB in one member")
def _odt(folder: Path) -> Path:
    path = folder / "hostile.odt"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.text", zipfile.ZIP_STORED)
        _zeros(archive, "content.xml", 2048)
    return path


# Word


_LAUGHING = f"<w:p><w:r><w:t>{ZH}&l9;</w:t></w:r></w:p>"
_DEEP_TABLE = "<w:tbl><w:tr><w:tc>"
word_file("docx: billion laughs", lambda: _LAUGHING, _laughs(10, 10, "d"))
word_file(
    "docx: quadratic entities",
    lambda: f"<w:p><w:r><w:t>{'&l1;' * 50_000}</w:t></w:r></w:p>",
    f'<!DOCTYPE d [<!ENTITY l1 "{"x" * 50_000}">]>',
)
word_file(
    "docx: entity of a file",
    lambda: f"<w:p><w:r><w:t>{ZH}&x;</w:t></w:r></w:p>",
    '<!DOCTYPE d [<!ENTITY x SYSTEM "file:///etc/passwd">]>',
)
word_file(
    "docx: tables 3,000 deep",
    lambda: _DEEP_TABLE * 3000 + PARAGRAPH + "</w:tc></w:tr></w:tbl>" * 3000,
)
word_file(
    "docx: wrappers 100,000 deep",
    lambda: "<w:sdt><w:sdtContent>" * 50_000 + PARAGRAPH + "</w:sdtContent></w:sdt>" * 50_000,
)
word_file(
    "docx: huge roman number",
    lambda: f'<w:p><w:pPr><w:numPr><w:numId w:val="1"/></w:numPr></w:pPr>{PARAGRAPH[5:]}',
    numbering=f'<w:numbering {W}><w:abstractNum w:abstractNumId="0"><w:lvl w:ilvl="0"><w:start '
    'w:val="9999999999999"/><w:numFmt w:val="upperRoman"/><w:lvlText w:val="%1."/></w:lvl>'
    '</w:abstractNum><w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num></w:numbering>',
)
word_file(
    "docx: 50,000 styles in a chain",
    lambda: f'<w:p><w:pPr><w:pStyle w:val="s0"/></w:pPr>{PARAGRAPH[5:]}',
    styles=f"<w:styles {W}>"
    + "".join(
        f'<w:style w:styleId="s{n}"><w:basedOn w:val="s{n + 1}"/></w:style>' for n in range(50_000)
    )
    + "</w:styles>",
)
word_file(
    "docx: a paragraph of 30 MB",
    lambda: f"<w:p><w:r><w:t>{''.join(f'第{n}句。' for n in range(2_500_000))}</w:t></w:r></w:p>",
)
word_file("docx: 500,000 paragraphs", lambda: PARAGRAPH * 500_000)

# other XML

text_file(
    "tmx: billion laughs",
    ".tmx",
    lambda: (
        f'{_laughs(10, 10, "tmx")}<tmx><body><tu><tuv xml:lang="zh"><seg>&l9;</seg></tuv></tu>'
        "</body></tmx>"
    ),
)
text_file(
    "tmx: laughs in an attribute",
    ".tmx",
    lambda: (
        f'{_laughs(10, 10, "tmx")}<tmx><body><tu tuid="&l9;"><tuv xml:lang="zh"><seg>{ZH}'
        "</seg></tuv></tu></body></tmx>"
    ),
)
text_file(
    "tmx: 100,000 deep",
    ".tmx",
    lambda: (
        f'<tmx><body><tu><tuv xml:lang="zh"><seg>{"<hi>" * 100_000}{ZH}{"</hi>" * 100_000}'
        "</seg></tuv></tu></body></tmx>"
    ),
)

# web pages and Markdown

text_file("html: 1,000,000 open <div>", ".html", lambda: "<div>" * 1_000_000 + f"<p>{ZH}</p>")
text_file("html: 100,000 unclosed <b>", ".html", lambda: f"<b>{ZH}<br><br>" * 100_000)
text_file("html: 100,000 nested lists", ".html", lambda: f"<ul><li>{ZH}" * 100_000)
text_file("html: an attribute of 50 MB", ".html", lambda: f'<p title="{"x" * 50 * MB}">{ZH}</p>')
text_file("html: 300,000 links to itself", ".html", lambda: '<a id="a" href="#a">1</a>' * 300_000)
text_file("html: list from 10^25", ".html", lambda: f'<ol type="I" start="{10**25}"><li>{ZH}</ol>')
text_file("html: 300,000 list items", ".html", lambda: f"<ol>{f'<li>{ZH}' * 300_000}</ol>")
text_file("html: a comment without end", ".html", lambda: f"<p>{ZH}</p><!--" + "<" * 20 * MB)
text_file("md: 100,000 quotations", ".md", lambda: ">" * 100_000 + f" {ZH}")
text_file("md: 50,000 brackets", ".md", lambda: "[" * 50_000 + ZH + "](" * 50_000)
text_file("md: 100,000 emphasis marks", ".md", lambda: "*a **b " * 100_000 + ZH)

# tables and data

text_file("json: 1,000,000 deep", ".json", lambda: "[" * 1_000_000)
text_file("json: a number of 5 MB", ".json", lambda: "[" + "9" * 5 * MB + f', "{ZH}"]')
text_file("csv: an open quotation mark", ".csv", lambda: f'zh,en\n"{f"{ZH},x" * 200_000}')
text_file("tsv: 5,000,000 columns", ".tsv", lambda: f"{ZH}\t" * 5_000_000)
text_file("srt: 300,000 captions", ".srt",
          lambda: f"1\n00:00:01,000 --> 00:00:02,000\n{ZH}\n\n" * 300_000)  # fmt: skip
text_file("rtf: 200,000 groups", ".rtf", lambda: "{\\rtf1 " + "{" * 200_000 + "text")

# text

text_file("txt: one line of 100 MB", ".txt", lambda: ZH * (100 * MB // len(ZH.encode())))
text_file("txt: 5,000,000 lines", ".txt", lambda: f"{ZH}\n" * 5_000_000)
text_file("txt: nothing but NUL", ".txt", lambda: bytes(MB))
text_file("txt: random bytes", ".txt", lambda: random.Random(1).randbytes(MB))
text_file("txt: UTF-16 with an odd byte", ".txt", lambda: ZH.encode("utf-16") * 9 + b"x")
text_file("txt: unpaired surrogates", ".txt",
          lambda: f"{ZH}\ud800".encode("utf-8", "surrogatepass") * 99)  # fmt: skip
text_file("txt: escape sequences", ".txt", lambda: f"\x1b]0;PWNED\x07\x1b[2J{ZH}\n" * 99)
text_file("txt: 2,000,000 page breaks", ".txt", lambda: f"{ZH}\f" * 2_000_000)

# PDF


def _pdf(objects: dict[int, str | bytes], root: int = 1) -> bytes:
    out = b"%PDF-1.4\n"
    places = {}
    for number, content in objects.items():
        places[number] = len(out)
        body = content.encode() if isinstance(content, str) else content
        out += f"{number} 0 obj\n".encode() + body + b"\nendobj\n"
    size = max(objects) + 1
    table = "".join(f"{places.get(n, 0):010} 00000 {'n' if n in places else 'f'} \n"
                    for n in range(1, size))  # fmt: skip
    return (
        out
        + (
            f"xref\n0 {size}\n0000000000 65535 f \n{table}"
            f"trailer << /Root {root} 0 R /Size {size} >>\n"
            f"startxref\n{len(out)}\n%%EOF"
        ).encode()
    )


def _stream(data: bytes, entries: str = "") -> bytes:
    return f"<< {entries} /Length {len(data)} >>\nstream\n".encode() + data + b"\nendstream"


def _page(content: bytes, resources: str = "", entries: str = "") -> dict[int, str | bytes]:
    return {
        1: "<< /Type /Catalog /Pages 2 0 R >>",
        2: "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        3: f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R "
        f"/Resources << /Font << /A 5 0 R >> {resources} >> >>",
        4: _stream(content, entries),
        5: "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    }


_LINE = b"BT /A 12 Tf 72 700 Td (The Council met.) Tj ET "


def _form() -> bytes:
    resources = "/XObject << /F 6 0 R >>"
    form = f"/Type /XObject /Subtype /Form /BBox [0 0 9 9] /Resources << {resources} >>"
    return _pdf(_page(_LINE + b"/F Do", resources) | {6: _stream(b"/F Do /F Do", form)})


def _page_loop() -> bytes:
    objects = _page(_LINE)
    objects[2] = "<< /Type /Pages /Kids [2 0 R 2 0 R 3 0 R] /Count 3 >>"
    return _pdf(objects)


def _page_count() -> bytes:
    objects = _page(_LINE)
    objects[2] = "<< /Type /Pages /Kids [3 0 R] /Count 2000000000 >>"
    return _pdf(objects)


text_file("pdf: a form that calls itself", ".pdf", _form)
text_file("pdf: a page tree that is a loop", ".pdf", _page_loop)
text_file("pdf: 2,000,000,000 pages", ".pdf", _page_count)
text_file(
    "pdf: a stream of 1 GB",
    ".pdf",
    lambda: _pdf(_page(zlib.compress(b" " * 1024 * MB), entries="/Filter /FlateDecode")),
)
text_file("pdf: 2,000,000 drawn lines", ".pdf", lambda: _pdf(_page(_LINE * 200_000)))
text_file("pdf: cut short", ".pdf", lambda: _pdf(_page(_LINE))[:300])
text_file("pdf: random bytes", ".pdf", lambda: b"%PDF-1.7\n" + random.Random(1).randbytes(MB))

# what is no file

if hasattr(os, "mkfifo"):

    @maker("a pipe without a writer")
    def _pipe(folder: Path) -> Path:
        path = folder / "hostile.txt"
        os.mkfifo(path)
        return path

    MAKERS["/dev/zero"] = lambda _: Path("/dev/zero")
    MAKERS["/dev/random"] = lambda _: Path("/dev/random")


@maker("a sparse file of 100 GB")
def _sparse(folder: Path) -> Path:
    path = folder / "hostile.txt"
    with path.open("wb") as file:
        file.truncate(100 * 1024 * MB)
    return path


@maker("a name with escape codes")
def _name(folder: Path) -> Path:
    path = folder / "\x1b[2Jhostile.txt"
    path.write_bytes(b"\x00" * 100)
    return path


MAKERS["a folder"] = lambda folder: folder
