"""Large honest documents: a PDF of thousands of pages, a Word file full of pictures.

    python -m duizhao.evaluation.benchmarks.robustness.large --pages 2000 --megabytes 200

Makes both, reads them within the default limits, and prints the seconds and the peak memory of the
process that reads. Exits with 1 if text is missing.
"""

from __future__ import annotations

import argparse
import io
import random
import sys
import tempfile
import time
import zipfile
from pathlib import Path

from duizhao.corpus.document import Document
from duizhao.corpus.reading import parsing
from duizhao.corpus.reading.bounds import call, child
from duizhao.corpus.reading.bounds.limits import MB
from duizhao.corpus.reading.draft import Source

LINES = 36
WORDS = (
    "council committee report river basin budget meeting state session water forest city "
    "harbour school hospital road bridge village market letter member panel adviser engineer "
    "survey season harvest rainfall reservoir pump canal valley coast island border station"
)
W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"


def sentence(number: int) -> str:
    """A sentence of its own for each number; lines that recur would be taken for page heads."""
    words = random.Random(number).sample(WORDS.split(), 8)
    return f"The {' '.join(words)} {number}."


def large_pdf(pages: int) -> bytes:
    """A PDF of pages of text, each sentence a paragraph."""
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"",
        b"<</Type/Font/Subtype/Type1/BaseFont/Times-Roman/Encoding/WinAnsiEncoding>>",
    ]
    kids = []
    for page in range(pages):
        lines = [
            f"1 0 0 1 72 {760 - 19 * line} Tm ({sentence(page * LINES + line)}) Tj"
            for line in range(LINES)
        ]
        content = f"BT /F1 11 Tf {' '.join(lines)} ET".encode()
        kids.append(f"{len(objects) + 1} 0 R")
        objects.append(
            b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Resources<</Font<</F1 3 0 R>>>>"
            b"/Contents %d 0 R>>" % (len(objects) + 2)
        )
        objects.append(b"<</Length %d>>stream\n%b\nendstream" % (len(content), content))
    objects[1] = f"<</Type/Pages/Kids[{' '.join(kids)}]/Count {pages}>>".encode()
    out = io.BytesIO()
    out.write(b"%PDF-1.7\n")
    places = []
    for number, body in enumerate(objects, 1):
        places.append(out.tell())
        out.write(b"%d 0 obj\n%b\nendobj\n" % (number, body))
    start = out.tell()
    out.write(b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1))
    out.write(b"".join(b"%010d 00000 n \n" % place for place in places))
    out.write(b"trailer<</Size %d/Root 1 0 R>>" % (len(objects) + 1))
    out.write(b"\nstartxref\n%d\n%%%%EOF\n" % start)
    return out.getvalue()


def large_docx(megabytes: int, picture_mb: float = 2.0) -> bytes:
    """A Word file with pictures of so many MB in all, and a paragraph after each picture."""
    random_ = random.Random(1)
    count = max(1, round(megabytes / picture_mb))
    blip = (
        '<w:p><w:r><w:drawing><a:blip xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/'
        'main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships" '
        'r:embed="rId{n}"/></w:drawing></w:r></w:p>'
    )
    body = "".join(
        f"{blip.format(n=n)}<w:p><w:r><w:t>{sentence(n)}</w:t></w:r></w:p>" for n in range(count)
    )
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr(
            "word/document.xml",
            f'<w:document xmlns:w="{W}"><w:body>{body}</w:body></w:document>',
        )
        for number in range(count):
            name = zipfile.ZipInfo(f"word/media/image{number}.jpeg")
            archive.writestr(name, random_.randbytes(int(picture_mb * MB)))
    return buffer.getvalue()


def read_measured(source: Source) -> tuple[Document, int]:
    """Read a document in this process; also the peak memory of the process, in bytes."""
    document, _ = parsing.parse(source, "en", "source", "large")
    return document, child.peak()


def measure(path: Path, sentences: int) -> bool:
    """Read a file, print what it took; whether all sentences are there."""
    # by its own name: the other process cannot import from __main__
    from duizhao.evaluation.benchmarks.robustness.large import read_measured

    source = Source(str(path), path.read_bytes(), path)
    start = time.perf_counter()
    document, peak = call.call(path.name, read_measured, source, limits=source.limits)
    seconds = time.perf_counter() - start
    texts = [one.text for one in document.sentences]
    complete = texts == [sentence(number) for number in range(sentences)]
    print(
        f"{path.name}: {path.stat().st_size / MB:.0f} MB, {len(texts)} sentences"
        f"{'' if complete else f' of {sentences}'}, {seconds:.1f} s, {peak / MB:.0f} MB of memory",
        flush=True,
    )
    return complete


def main() -> None:
    """Make and read the documents."""
    parser = argparse.ArgumentParser(description="Large honest documents through the readers.")
    parser.add_argument("--pages", type=int, default=2000)
    parser.add_argument("--megabytes", type=int, default=200)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="duizhao-large-") as name:
        pdf, docx = Path(name) / "large.pdf", Path(name) / "large.docx"
        pdf.write_bytes(large_pdf(options.pages))
        docx.write_bytes(large_docx(options.megabytes))
        complete = measure(pdf, options.pages * LINES)
        complete = measure(docx, max(1, round(options.megabytes / 2.0))) and complete
    sys.exit(0 if complete else 1)


if __name__ == "__main__":
    main()
