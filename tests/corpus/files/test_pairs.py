"""Sentence pairs from corpora, TMX, tables, JSON lines and Moses files."""

from __future__ import annotations

import json
from io import BytesIO
from pathlib import Path

import pytest

from duizhao.corpus.errors import InputError
from duizhao.corpus.files.formats import writer
from duizhao.corpus.files.pairs import read_pairs
from tests.support.bitexts import row

pytestmark = pytest.mark.unit

ROWS = [
    row(1, source_document="a", confidence=0.75),
    row(2, source_document="b", source="今天下雨。", target="It rains today."),
    row(3, source_document="b", target_kind="machine"),
]
ZH, EN = "会议开始。\n\n会议结束。\n", "The meeting began.\nNothing.\nIt ended.\n"


@pytest.mark.parametrize("ending", ["jsonl", "tsv", "tmx", "parquet"])
def test_a_corpus_file_keeps_documents_and_confidence(tmp_path: Path, ending: str) -> None:
    buffer = BytesIO()
    writer(ending)(ROWS, buffer)
    (tmp_path / f"corpus.{ending}").write_bytes(buffer.getvalue())
    pairs = read_pairs([tmp_path / f"corpus.{ending}"])
    assert [(r.source_document, r.source, r.target, r.confidence) for r in pairs.rows] == [
        (r.source_document, r.source, r.target, r.confidence) for r in ROWS[:2]
    ]
    assert pairs.machine == 1
    assert not pairs.without_documents
    assert len(pairs.hashes) == 1


def test_moses_files_are_read_line_by_line_given_once_or_twice(tmp_path: Path) -> None:
    (tmp_path / "laws.zh").write_text(ZH, "utf-8")
    (tmp_path / "laws.en").write_text(EN, "utf-8")
    for given in (["laws.zh"], ["laws.en"], ["laws.zh", "laws.en"]):
        pairs = read_pairs([tmp_path / name for name in given])
        assert [(r.source, r.target) for r in pairs.rows] == [
            ("会议开始。", "The meeting began."),
            ("会议结束。", "It ended."),
        ]
        assert pairs.incomplete == 1
        assert {one.source_document for one in pairs.rows} == pairs.without_documents
        assert [name.split()[0] for name in pairs.without_documents] == ["laws.zh"]
        assert len(pairs.hashes) == 2


def test_files_named_like_splits_are_the_splits(tmp_path: Path) -> None:
    for name in ("train", "validation", "test"):
        (tmp_path / f"{name}.zh").write_text("会议开始。\n", "utf-8")
        (tmp_path / f"{name}.en").write_text("The meeting began.\n", "utf-8")
    pairs = read_pairs([tmp_path / f"{name}.zh" for name in ("train", "validation", "test")])
    assert list(pairs.splits.values()) == ["train", "validation", "test"]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.tsv", "zh\ten\n会议开始。\tThe meeting began.\n\tNothing.\n会议结束。\tIt ended.\n"),
        (
            "a.jsonl",
            "\n".join(
                json.dumps({"zh": zh, "en": en}, ensure_ascii=False)
                for zh, en in zip(ZH.split("\n"), EN.split("\n"), strict=True)
                if en
            ),
        ),
    ],
)
def test_tables_and_json_lines_give_the_pairs_that_have_both_sides(
    tmp_path: Path, name: str, text: str
) -> None:
    (tmp_path / name).write_text(text, "utf-8")
    pairs = read_pairs([tmp_path / name])
    assert [(r.source, r.target) for r in pairs.rows] == [
        ("会议开始。", "The meeting began."),
        ("会议结束。", "It ended."),
    ]


def test_tmx_of_other_tools_has_regional_codes_and_inline_codes(tmp_path: Path) -> None:
    (tmp_path / "a.tmx").write_text(
        '<tmx version="1.4"><header/><body>'
        '<tu><tuv xml:lang="en-US"><seg>The <bpt i="1">&lt;b&gt;</bpt>meeting.</seg></tuv>'
        '<tuv xml:lang="zh-CN"><seg>会议。</seg></tuv></tu>'
        '<tu><tuv xml:lang="en-US"><seg>Alone.</seg></tuv></tu></body></tmx>',
        "utf-8",
    )
    (only,) = read_pairs([tmp_path / "a.tmx"]).rows
    assert (only.source, only.target) == ("会议。", "The meeting.")


def memory(*texts: tuple[str, str], languages: tuple[str, str] = ("zh", "en")) -> str:
    """A TMX of another program."""
    units = "".join(
        "<tu>"
        + "".join(
            f'<tuv xml:lang="{code}"><seg>{text}</seg></tuv>'
            for code, text in zip(languages, pair, strict=True)
        )
        + "</tu>"
        for pair in texts
    )
    return f'<tmx version="1.4"><header/><body>{units}</body></tmx>'


def test_a_folder_gives_all_files_of_pairs_in_it_and_below(tmp_path: Path) -> None:
    folder = tmp_path / "memories"
    (folder / "old").mkdir(parents=True)
    (folder / "built").mkdir()
    (folder / "b.tmx").write_text(memory(("会议开始。", "The meeting began.")), "utf-8")
    (folder / "german.tmx").write_text(memory(("Hallo", "hello"), languages=("de", "en")), "utf-8")
    (folder / "old" / "a.zh").write_text("会议结束。\n", "utf-8")
    (folder / "old" / "a.en").write_text("It ended.\n", "utf-8")
    (folder / "notes.txt").write_text("Not pairs.\n", "utf-8")
    buffer = BytesIO()
    writer("jsonl")(ROWS[:1], buffer)
    (folder / "built" / "corpus.jsonl").write_bytes(buffer.getvalue())
    # exports of the corpus that is read already
    (folder / "built" / "corpus.tmx").write_text(memory(("再来。", "Again.")), "utf-8")
    pairs = read_pairs([folder, folder / "b.tmx"])
    assert [r.target for r in pairs.rows] == ["The meeting began.", ROWS[0].target, "It ended."]
    names = [Path(name).name for name in pairs.hashes]
    assert names == ["b.tmx", "corpus.jsonl", "a.zh", "a.en"]
    assert {Path(name).name for name in pairs.unused} == {"german.tmx", "notes.txt"}
    assert len(pairs.without_documents) == 2


STRAY = {
    "config.json": '{"version": 3}',
    "stats.csv": "year,count\n2001,5\n",
    "alone.zh": "只有中文。\n",
    "data/scores.jsonl": '{"score": 1}\n',
}


@pytest.mark.parametrize("name", list(STRAY))
def test_another_file_in_a_folder_of_pairs_is_named_and_hides_none(
    name: str, tmp_path: Path
) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "b.tmx").write_text(memory(("会议开始。", "The meeting began.")), "utf-8")
    (tmp_path / name).write_text(STRAY[name], "utf-8")
    pairs = read_pairs([tmp_path])
    assert [one.target for one in pairs.rows] == ["The meeting began."]
    assert list(pairs.unused) == [str(tmp_path / name)]


def test_the_name_of_a_file_as_a_document_does_not_depend_on_its_folder(tmp_path: Path) -> None:
    names = set()
    for place in ("here", "there"):
        (tmp_path / place).mkdir()
        (tmp_path / place / "a.tmx").write_text(memory(("会议。", "The meeting.")), "utf-8")
        names |= read_pairs([tmp_path / place / "a.tmx"]).without_documents
    assert len(names) == 1


@pytest.mark.parametrize(
    ("files", "message"),
    [
        ({"a.zh": "一\n"}, "a.en, is missing"),
        ({"a.zh": "一\n二\n", "a.en": "One\n"}, "has 2 lines, but"),
        ({"a.txt": "一段文字。\n"}, "not a file of sentence pairs"),
        ({"a.tmx": memory()}, "a.tmx: no pair of Chinese and English in it; give"),
        (
            {"a.tmx": memory(("Hallo", "bonjour"), languages=("de", "fr"))},
            "no pair of Chinese and English in it; its languages are de, fr; give",
        ),
    ],
)
def test_other_files_are_refused_with_the_reason(
    tmp_path: Path, files: dict[str, str], message: str
) -> None:
    for name, text in files.items():
        (tmp_path / name).write_text(text, "utf-8")
    with pytest.raises(InputError, match=message):
        read_pairs([tmp_path / next(iter(files))])


def test_a_folder_without_pairs_is_refused(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("Not pairs.\n", "utf-8")
    with pytest.raises(InputError, match="no corpus and no file of sentence pairs in it"):
        read_pairs([tmp_path])
