"""Fuzz the readers: mutations of good and bad files must be read or refused, never more.

    python -m evaluation.benchmarks.robustness.fuzzing --minutes 20 --folder ../shared/data/cases

Every input is read as Chinese or as English within small limits. Prints a line for each input that
a reader did not foresee or that reached a limit, and at the end how many inputs there were of each
outcome, how many took longer than the limit allows, and the most memory of any process that read.
The same seed gives the same inputs.
"""

from __future__ import annotations

import argparse
import io
import random
import re
import sys
import time
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path

from duizhao.corpus.document import Language
from duizhao.corpus.errors import DuizhaoError, LimitError, ReaderError
from duizhao.corpus.reading import Limits, characters, read_bytes
from duizhao.corpus.reading.bounds import call

LIMITS = Limits(seconds=30, page_seconds=20, memory_bytes=1024 * 2**20)
MOST_SECONDS = LIMITS.seconds + 3 * LIMITS.page_seconds
"""Seconds after which an input is late: recognition adds to the limit, and machines are busy."""
BASE_BYTES = 256 * 2**20
"""MB of the interpreter and its libraries, beyond the limit."""
MOST_BYTES = 2**20
W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
ZH = "安全理事会审议了秘书长的报告。各方表示支持。"
TOKENS = (
    "\x00", "\x1b[2J", "\ufdd0", "\ufdd1", "\ue000", "\u200b", "\u2028", "\x0b", "\x0c", "\r", "\n",
    "\t", '"', "<", ">", "&", "&#0;", "&#xD800;", "&#99999999;", "]]>", "<!--", "<b>", "</p>",
    "<table><tr><td>", "<sup>", "99999999999999999999", "-1", "²", "NaN", "{", "}", "[", "]", "\\",
    "-->", "> ", "- ", "# ", "|", "[^1]", "[^1]: ", "**", "1. ", "%PDF-", "PK\x03\x04", "\ufeff",
    "/Kids", "/Length 9999999", "<w:p>", "<w:del>", "<w:sdt>", "<tu>", "<seg>", "\ud83d\ude00",
)  # fmt: skip


def samples() -> dict[str, bytes]:
    """A small good file of every format, by name."""
    page = (
        f'<html><body><nav><a href="/">首页</a></nav><h1>报告</h1><p>{ZH}<sup><a href="#n1">1</a>'
        f'</sup></p><ol start="3" type="i"><li>{ZH}</li></ol><table><tr><td>一</td><td>二</td></tr>'
        f'</table><p id="n1">[1] {ZH}</p></body></html>'
    )
    units = "".join(
        f'<tu><tuv xml:lang="zh"><seg>{ZH}</seg></tuv><tuv xml:lang="en"><seg>The <bpt i="1"/>'
        "Council met.</seg></tuv></tu>"
        for _ in range(3)
    )
    xliff = (
        '<xliff version="1.2"><file source-language="zh" target-language="en"><body><trans-unit>'
        f"<source>{ZH}</source><target>It met.</target></trans-unit></body></file></xliff>"
    )
    texts: dict[str, str] = {
        "a.txt": f"报告\n\n一. 导言\n{ZH}{ZH}\n\n1. {ZH}\n\n    (a) {ZH}\n\n21-01922 6/14\n{ZH}\n",
        "a.md": f"# 报告\n\n{ZH}[^1]\n\n1. {ZH}\n   - {ZH}\n\n> {ZH}\n\n|一|二|\n|-|-|\n|三|四|\n\n"
        f"[^1]: {ZH}\n",
        "a.html": page,
        "a.tmx": f'<tmx version="1.4"><header/><body>{units}</body></tmx>',
        "a.xlf": xliff,
        "a.tsv": f'zh\ten\n{ZH}\tIt met.\n"他说""好""。"\tHe agreed.\n',
        "a.csv": f'zh,en\n"{ZH}",It met.\n{ZH},"He said ""yes""."\n',
        "a.json": f'[{{"zh": "{ZH}", "en": "It met."}}, {{"zh": "{ZH}", "en": "It rose."}}]',
        "a.jsonl": f'{{"text": "{ZH}"}}\n{{"text": "{ZH}"}}\n',
        "a.srt": f"1\n00:00:01,000 --> 00:00:02,000\n<i>{ZH}</i>\n\n"
        f"2\n00:00:03,000 --> 00:00:04,000\n{ZH}\n",
        "a.vtt": f"WEBVTT\n\nNOTE x\n\n00:01.000 --> 00:02.000\n<v A>{ZH}</v>\n",
    }
    files = {name: text.encode() for name, text in texts.items()}
    files["gb.txt"] = texts["a.txt"].encode("gb18030")
    files["utf16.txt"] = texts["a.txt"].encode("utf-16")
    files["a.docx"] = _docx()
    files["a.epub"] = _epub(page)
    return files


def _zip(members: Mapping[str, str]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in members.items():
            archive.writestr(name, text)
    return buffer.getvalue()


def _docx() -> bytes:
    item = '<w:numPr><w:ilvl w:val="0"/><w:numId w:val="1"/></w:numPr>'
    run = f"<w:r><w:t>{ZH}</w:t></w:r>"
    body = (
        f'<w:p><w:pPr><w:pStyle w:val="h"/></w:pPr>{run}</w:p><w:p><w:pPr>{item}</w:pPr>{run}'
        '<w:r><w:footnoteReference w:id="2"/></w:r></w:p><w:tbl><w:tr><w:trPr><w:del/></w:trPr>'
        f"<w:tc><w:p>{run}</w:p></w:tc></w:tr><w:tr><w:tc><w:p>{run}</w:p></w:tc><w:tc><w:p>{run}"
        "</w:p></w:tc></w:tr></w:tbl><w:sdt><w:sdtPr/><w:sdtContent><w:p>"
        f"<w:ins>{run}</w:ins><w:del><w:r><w:delText>旧</w:delText></w:r></w:del></w:p>"
        "</w:sdtContent></w:sdt>"
    )
    space = f'xmlns:w="{W}"'
    return _zip(
        {
            "[Content_Types].xml": "<Types/>",
            "word/document.xml": f"<w:document {space}><w:body>{body}</w:body></w:document>",
            "word/styles.xml": f'<w:styles {space}><w:style w:type="paragraph" w:styleId="h">'
            '<w:name w:val="heading 1"/><w:basedOn w:val="h"/></w:style></w:styles>',
            "word/numbering.xml": f'<w:numbering {space}><w:abstractNum w:abstractNumId="0">'
            '<w:lvl w:ilvl="0"><w:start w:val="1"/><w:numFmt w:val="lowerRoman"/>'
            '<w:lvlText w:val="(%1)"/></w:lvl></w:abstractNum><w:num w:numId="1">'
            '<w:abstractNumId w:val="0"/></w:num></w:numbering>',
            "word/footnotes.xml": f'<w:footnotes {space}><w:footnote w:id="2"><w:p>{run}</w:p>'
            "</w:footnote></w:footnotes>",
            "word/header1.xml": f"<w:hdr {space}><w:p>{run}</w:p></w:hdr>",
        }
    )


def _epub(page: str) -> bytes:
    return _zip(
        {
            "mimetype": "application/epub+zip",
            "META-INF/container.xml": '<container xmlns="urn:oasis:names:tc:opendocument:xmlns:'
            'container"><rootfiles><rootfile full-path="o/p.opf"/></rootfiles></container>',
            "o/p.opf": '<package xmlns="http://www.idpf.org/2007/opf"><manifest><item id="c" '
            'href="c.xhtml" media-type="application/xhtml+xml"/></manifest><spine>'
            '<itemref idref="c"/></spine></package>',
            "o/c.xhtml": page,
        }
    )


def from_folder(folder: Path) -> dict[str, bytes]:
    """The files of a folder that are small enough to be read often."""
    return {
        path.name: path.read_bytes()
        for path in sorted(folder.iterdir())
        if path.is_file() and path.stat().st_size <= MOST_BYTES
    }


def mutations(files: Mapping[str, bytes], seed: int) -> Iterator[tuple[str, bytes]]:
    """Endless pairs of a name and the bytes of one of the files after one or more changes."""
    random_ = random.Random(seed)
    names = sorted(files)
    while True:
        name = random_.choice(names)
        data = files[name]
        for _ in range(random_.choice((1, 1, 2, 4, 12))):
            data = _mutate(data, random_, files[random_.choice(names)])
        # the content of a file may have another name
        yield (name if random_.random() < 0.9 else random_.choice(names)), data[: 4 * MOST_BYTES]


def _mutate(data: bytes, random_: random.Random, other: bytes) -> bytes:
    if data.startswith(b"PK\x03\x04") and random_.random() < 0.85:
        return _mutate_member(data, random_, other)
    place = random_.randrange(len(data) + 1)
    end = min(len(data), place + int(random_.expovariate(1 / 40)))
    kind = random_.randrange(9)
    if kind == 0:
        changed = bytearray(data or b"x")
        for _ in range(random_.randrange(1, 6)):
            changed[random_.randrange(len(changed))] = random_.randrange(256)
        return bytes(changed)
    if kind == 1:
        return data[:place] + data[end:]
    if kind == 2:
        return data[:end] + data[place:end] * random_.choice((1, 2, 20)) + data[end:]
    if kind == 3:
        return data[:place]
    if kind == 4:
        start = random_.randrange(len(other) + 1)
        return data[:place] + other[start : start + 200] + data[place:]
    if kind == 5:
        numbers = list(re.finditer(rb"\d+", data))
        if numbers:
            match = random_.choice(numbers)
            new = random_.choice((b"0", b"-1", b"9" * 12, b"9" * 40, b"x", b"65536", b"2147483648"))
            return data[: match.start()] + new + data[match.end() :]
    if kind == 6:
        tags = list(re.finditer(rb"<[^<>]{1,80}>", data))
        if tags:
            match = random_.choice(tags)
            new = match[0] * random_.choice((0, 2, 300))
            return data[: match.start()] + new + data[match.end() :]
    token = random_.choice(TOKENS).encode("utf-8", "surrogatepass")
    return data[:place] + token * random_.choice((1, 1, 3, 500)) + data[place:]


def _mutate_member(data: bytes, random_: random.Random, other: bytes) -> bytes:
    """An archive in which one member is changed, so that the readers behind zip are reached."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = {name: archive.read(name) for name in archive.namelist()}
    except (zipfile.BadZipFile, zlib.error, OSError, ValueError, EOFError, RuntimeError):
        return data[: random_.randrange(len(data) + 1)]
    if not members:
        return data
    texts = [name for name in members if name.endswith((".xml", ".xhtml", ".opf"))]
    name = random_.choice(texts or sorted(members))
    if random_.random() < 0.05:
        del members[name]
    else:
        inner = other if not other.startswith(b"PK") else b""
        members[name] = _mutate(members[name], random_, inner)
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for member, content in members.items():
            archive.writestr(member, content)
    return buffer.getvalue()


def outcome(name: str, data: bytes, language: Language, limits: Limits = LIMITS) -> tuple[str, str]:
    """The outcome of an input: "read", "refused", "limit", or the kind of error, with details."""
    try:
        document, ledger = read_bytes(data, language, name=name, limits=limits)
    except ReaderError as error:
        return "traceback", f"{error}\n{error.details}"
    except LimitError as error:
        return ("limit", str(error)) if "\n" not in str(error) else ("message", repr(error))
    except DuizhaoError as error:
        return ("refused", "") if "\n" not in str(error) else ("message", repr(error))
    except Exception as error:
        return "traceback", repr(error)
    texts = [block.text for block in document.blocks] + [entry.text for entry in ledger]
    if any(characters.REMOVED.search(text) for text in texts):
        return "characters", "an invisible character is left in the text"
    return "read", ""


WRONG = ("traceback", "message", "characters")


def main() -> None:
    """Run for some minutes and print the outcomes."""
    parser = argparse.ArgumentParser(description="Mutated files through all readers.")
    parser.add_argument("--minutes", type=float, default=20.0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--folder", type=Path, action="append", default=[], help="more files")
    parser.add_argument("--keep", type=Path, help="write inputs with a wrong outcome here")
    options = parser.parse_args()
    files = samples()
    for folder in options.folder:
        files |= from_folder(folder)
    counts: Counter[str] = Counter()
    end = time.monotonic() + 60 * options.minutes
    slowest, late = 0.0, 0
    for number, (name, data) in enumerate(mutations(files, options.seed)):
        if time.monotonic() > end:
            break
        start = time.monotonic()
        language: Language = "en" if number % 3 == 2 else "zh"
        kind, details = outcome(name, data, language)
        seconds = time.monotonic() - start
        slowest = max(slowest, seconds)
        late += seconds > MOST_SECONDS
        counts[kind] += 1
        if kind in (*WRONG, "limit"):
            print(f"input {number} ({name}, {language}): {kind}: {details}", flush=True)
            if options.keep:
                options.keep.mkdir(parents=True, exist_ok=True)
                (options.keep / f"{number}-{name}").write_bytes(data)
    call.close()
    memory, allowed = _peak(), (LIMITS.memory_bytes + BASE_BYTES) // 2**20
    print(f"{counts.total()} inputs of {len(files)} files: {dict(counts)}")
    print(f"{counts['traceback']} tracebacks; {late} over the time limit, slowest {slowest:.1f} s")
    print(f"largest process {memory} MB, {allowed} MB allowed")
    sys.exit(1 if any(counts[kind] for kind in WRONG) or late or memory > allowed else 0)


def _peak() -> int:
    """The most memory in MB of any reading process; 0 if the system does not report it."""
    try:
        import resource
    except ImportError:
        return 0
    unit = 2**20 if sys.platform == "darwin" else 2**10
    return int(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / unit)


if __name__ == "__main__":
    main()
