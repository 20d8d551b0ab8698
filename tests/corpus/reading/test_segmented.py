"""TMX, TSV, XLIFF and Markdown: what comes in sentences stays in sentences."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from duizhao.corpus.document import Language
from duizhao.corpus.errors import InputError
from duizhao.corpus.reading import read_bytes

TMX = """<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE tmx SYSTEM "tmx14.dtd">
<tmx version="1.4"><header srclang="zh"/><body>
<tu><tuv xml:lang="zh-CN"><seg>安理会通过决议。会议结束。</seg></tuv>
<tuv xml:lang="en-GB"><seg>The Council adopted the resolution. The meeting
<bpt i="1">&lt;b&gt;</bpt>rose<ept i="1">&lt;/b&gt;</ept>.</seg></tuv></tu>
<tu><tuv xml:lang="EN"><seg>Only in English.</seg></tuv></tu>
<tu><tuv xml:lang="zh"><seg>第二句。</seg></tuv>
<tuv xml:lang="en"><seg>The second &amp; last.</seg></tuv></tu>
</body></tmx>"""

XLIFF_1 = """<xliff xmlns="urn:oasis:names:tc:xliff:document:1.2" version="1.2">
<file source-language="zh" target-language="en"><body>
<trans-unit id="1"><source>第一<g id="1">句</g>。</source>
<target>The first<x id="2"/> one.</target></trans-unit>
<trans-unit id="2"><source>第二句。</source></trans-unit></body></file></xliff>"""

XLIFF_2 = """<xliff xmlns="urn:oasis:names:tc:xliff:document:2.0" version="2.0"
 srcLang="zh-Hans" trgLang="en">
<file id="f"><unit id="1"><segment><source>第一句。</source>
<target>The first.</target></segment>
<segment><source>第二句。</source><target>The second.</target></segment></unit></file></xliff>"""


def sentences(text: str | bytes, language: Language, name: str) -> list[str]:
    data = text.encode() if isinstance(text, str) else text
    document, _ = read_bytes(data, language, name=name)
    return [sentence.text for sentence in document.sentences]


@pytest.mark.unit
def test_a_unit_of_tmx_is_one_sentence_in_either_language() -> None:
    assert sentences(TMX, "zh", "a.tmx") == ["安理会通过决议。会议结束。", "第二句。"]
    assert sentences(TMX, "en", "a.tmx") == [
        "The Council adopted the resolution. The meeting rose.",
        "Only in English.",
        "The second & last.",
    ]
    _, ledger = read_bytes(TMX.encode(), "zh", name="a.tmx")
    assert [entry.reason for entry in ledger] == ["empty_unit"]


@pytest.mark.unit
@pytest.mark.parametrize("text", [XLIFF_1, XLIFF_2])
def test_both_sides_of_xliff(text: str) -> None:
    assert sentences(text, "zh", "a.xlf") == ["第一句。", "第二句。"]
    english = sentences(text, "en", "a.xlf")
    assert english[0].startswith("The first")


@pytest.mark.unit
def test_a_language_that_is_not_there() -> None:
    only_zh = (
        '<tmx version="1.4"><body><tu><tuv xml:lang="zh"><seg>一。</seg></tuv></tu></body></tmx>'
    )
    with pytest.raises(InputError, match=r"a\.tmx: has no English \(zh\)"):
        read_bytes(only_zh.encode(), "en", name="a.tmx")


@pytest.mark.unit
@pytest.mark.parametrize("head", ["zh\ten\n", "id\tsource\ttarget\n", "zh-CN\ten-US\tscore\n", ""])
def test_the_column_of_a_language_is_found(head: str) -> None:
    columns = head.strip().split("\t") if head else ["zh", "en"]
    row = {"id": ["7", "8"], "score": ["0.9", "0.8"]}
    cells = []
    for number, (zh, en) in enumerate(
        [("安理会。通过决议。", "The Council. It adopted."), ("会议结束。", "The meeting rose.")]
    ):
        values = iter([zh, en])
        cells.append("\t".join(row[c][number] if c in row else next(values) for c in columns))
    text = head + "\n".join(cells) + "\n"
    assert sentences(text, "zh", "a.tsv") == ["安理会。通过决议。", "会议结束。"]
    assert sentences(text, "en", "a.tsv") == ["The Council. It adopted.", "The meeting rose."]


@pytest.mark.unit
def test_quotes_and_short_rows_of_a_table_are_kept_as_they_are() -> None:
    text = 'zh\ten\n他说"好"。\tHe said "yes".\n只有中文。\n'
    assert sentences(text, "zh", "a.tsv") == ['他说"好"。', "只有中文。"]
    document, ledger = read_bytes(text.encode(), "en", name="a.tsv")
    assert len(document.sentences) == 1
    assert [(entry.reason, entry.line) for entry in ledger] == [("empty_unit", 3)]


@pytest.mark.unit
def test_entities_of_a_tmx_are_not_resolved(tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("swordfish")
    text = (
        f'<!DOCTYPE tmx [<!ENTITY x SYSTEM "{secret.as_uri()}">]><tmx version="1.4"><body>'
        '<tu><tuv xml:lang="en"><seg>The word is &x; here.</seg></tuv></tu></body></tmx>'
    )
    assert sentences(text, "en", "a.tmx") == ["The word is &x; here."]


@pytest.mark.unit
def test_damaged_xml_names_the_line() -> None:
    with pytest.raises(InputError, match=r"a\.tmx, line 2: damaged XML"):
        read_bytes(b"<tmx>\n<body></tmx>", "en", name="a.tmx")


@pytest.mark.unit
def test_markdown_gives_its_blocks_without_markup() -> None:
    text = """---
title: x
---
# The report

The Council *adopted* the
[resolution](http://un.org). It rose.[^1]

3. First item
4. Second item
   - under it

| State | Year |
|-------|------|
| Mali  | 2024 |

```python
print("code")
```

[^1]: See S/2021/130.
"""
    document, ledger = read_bytes(text.encode(), "en", name="a.md")
    assert [(block.kind, block.mark, block.text) for block in document.blocks] == [
        ("heading", None, "The report"),
        ("paragraph", None, "The Council adopted the resolution. It rose."),
        ("list_item", "3.", "3. First item"),
        ("list_item", "4.", "4. Second item"),
        ("list_item", "•", "• under it"),
        ("table_cell", None, "State"),
        ("table_cell", None, "Year"),
        ("table_cell", None, "Mali"),
        ("table_cell", None, "2024"),
        ("footnote", "1", "See S/2021/130."),
    ]
    assert len(document.blocks[1].sentences) == 2
    assert {entry.reason for entry in ledger} == {"front_matter", "code", "footnote_mark"}


@pytest.mark.unit
def test_an_old_word_file_without_libreoffice_says_how_to_get_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("PATH", "")
    data = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(1000) + "WordDocument".encode("utf-16-le")
    with pytest.raises(InputError, match=r"apt install libreoffice-writer"):
        read_bytes(data, "en", name="old.doc")


@pytest.mark.unit
def test_an_old_word_file_is_converted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With a program that plays soffice: the conversion is called as LibreOffice wants it."""
    from tests.support import rendering

    program = tmp_path / "soffice"
    converted = tmp_path / "converted.docx"
    converted.write_bytes(rendering.docx("en"))
    program.write_text(
        f'#!/bin/sh\nwhile [ "$1" != "--outdir" ]; do shift; done\ncp {converted} "$2/input.docx"\n'
    )
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/bin:/usr/bin")
    data = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(1000) + "WordDocument".encode("utf-16-le")
    document, _ = read_bytes(data, "en", name="old.doc")
    assert document.metadata["converted_by"] == "LibreOffice"
    assert document.blocks[0].text == "Seventy-ninth session"


@pytest.mark.unit
def test_a_locked_word_file_says_so() -> None:
    data = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600) + "EncryptedPackage".encode("utf-16-le")
    with pytest.raises(InputError, match="protected by a password"):
        read_bytes(data, "en", name="locked.docx")


@pytest.mark.system
@pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice is not installed")
def test_an_old_word_file_by_libreoffice_itself(tmp_path: Path) -> None:
    from tests.support import rendering

    (tmp_path / "report.docx").write_bytes(rendering.docx("en"))
    profile = f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}"
    command = ["soffice", "--headless", profile, "--convert-to", "doc", "--outdir"]
    subprocess.run(
        [*command, str(tmp_path), str(tmp_path / "report.docx")], check=True, capture_output=True
    )
    document, _ = read_bytes((tmp_path / "report.doc").read_bytes(), "en", name="report.doc")
    gold = [s for row in rendering.rows("en") for s in row.sentences]
    read = [sentence.text for sentence in document.sentences]
    # LibreOffice numbers a list that starts again anew; all else is as it was
    assert len(set(gold) - set(read)) <= 6
