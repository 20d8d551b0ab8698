"""TMX, TSV, XLIFF and Markdown: text that is already segmented is not split again."""

from __future__ import annotations

import json
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


ROWS = [
    ("安理会通过了决议。", "The Council adopted the resolution."),
    ("会议下午六时结束。", "The meeting rose at six o'clock in the afternoon."),
    ("主席感谢各位代表。", "The President thanked all the delegates."),
]


def xliff(rows: list[tuple[str, str]]) -> str:
    units = "".join(
        f'<trans-unit id="{number}"><source>{zh}</source><target>{en}</target></trans-unit>'
        for number, (zh, en) in enumerate(rows)
    )
    head = XLIFF_1[: XLIFF_1.index("<trans-unit")]
    return f"{head}{units}</body></file></xliff>"


def tmx(rows: list[tuple[str, str]]) -> str:
    units = "".join(
        f'<tu><tuv xml:lang="zh"><seg>{zh}</seg></tuv><tuv xml:lang="en"><seg>{en}</seg></tuv></tu>'
        for zh, en in rows
    )
    return f'<tmx version="1.4"><body>{units}</body></tmx>'


MAKERS = {
    "a.xlf": xliff,
    "a.tmx": tmx,
    "a.csv": lambda rows: "zh,en\n" + "".join(f"{zh},{en}\n" for zh, en in rows),
    "a.tsv": lambda rows: "".join(f"{zh}\t{en}\n" for zh, en in rows),
    "a.jsonl": lambda rows: "".join(
        json.dumps({"translation": {"zh": zh, "en": en}}) + "\n" for zh, en in rows
    ),
}


@pytest.mark.unit
@pytest.mark.parametrize("name", MAKERS)
def test_a_file_of_units_in_both_languages_is_its_own_reference(name: str, tmp_path: Path) -> None:
    for language in ("zh", "en"):
        document, _ = read_bytes(MAKERS[name](ROWS).encode(), language, name=name)
        assert document.metadata["bilingual"]
        assert "warnings" not in document.metadata
    # not yet translated
    document, _ = read_bytes(MAKERS[name]([(zh, "") for zh, _ in ROWS]).encode(), "zh", name=name)
    assert not {"bilingual", "warnings"} & set(document.metadata)
    # a few units are
    few = [*ROWS[:1], *((f"第{number}次会议结束。", "") for number in range(9))]
    document, _ = read_bytes(MAKERS[name](few).encode(), "zh", name=name)
    assert "bilingual" not in document.metadata
    (warning,) = document.metadata["warnings"]
    assert warning.startswith(f"{name}: only 1 of 10 units have an English text")


@pytest.mark.unit
@pytest.mark.parametrize(
    ("name", "line"),
    [
        ("a.csv", "doc_{0},第{0}次会议结束。\n"),
        ("a.csv", "source,text\nUnited Nations,第{0}次会议结束。\n"),
        ("a.jsonl", '{{"text": "第{0}次会议结束。", "source": "Official Records"}}\n'),
    ],
)
def test_names_beside_chinese_units_are_no_translation(name: str, line: str) -> None:
    head, _, rest = line.rpartition("\n")[0].rpartition("\n")
    text = (f"{head}\n" if head else "") + "".join(f"{rest}\n".format(n) for n in range(10, 20))
    document, _ = read_bytes(text.encode(), "zh", name=name)
    assert len(document.sentences) == 10
    assert not {"bilingual", "warnings"} & set(document.metadata)


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
def test_the_message_for_an_old_word_file_without_libreoffice_has_the_remedy(
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
def test_a_locked_word_file_is_reported() -> None:
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
