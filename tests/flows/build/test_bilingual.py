"""A bilingual file alone becomes a corpus of both its sides; swapped files are swapped back."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

import duizhao
from duizhao.corpus.script import has_chinese
from tests.support import bilingual
from tests.support.cli import Cli

pytestmark = pytest.mark.model

QUICK = ["--beam", "1", "--effort", "fast", "--no-report", "--json"]


def rows(out: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (out / "corpus.jsonl").open(encoding="utf-8")]


def ledger(out: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (out / "ledger.jsonl").open(encoding="utf-8")]


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("talk.srt", bilingual.srt()),
        ("report.docx", bilingual.docx("table")),
        ("report.pdf", bilingual.pdf("pages")),
        ("report.txt", bilingual.text("after")),
    ],
)
def test_nothing_is_translated_from_english(
    cli: Cli, environment: dict[str, str], tmp_path: Path, name: str, data: bytes
) -> None:
    (tmp_path / name).write_bytes(data)
    done = cli("build", tmp_path / name, "--out", tmp_path / "out", *QUICK, env=environment)
    assert done.code == 0, done.err
    assert done.err.count("read as two documents") == 1
    found = rows(tmp_path / "out")
    assert {row["target_kind"] for row in found} == {"human"}
    assert all(has_chinese(row["source"]) for row in found)
    assert not any(has_chinese(row["target"]) for row in found)
    stem = name.partition(".")[0]
    assert {(row["source_document"], row["target_document"]) for row in found} == {
        (stem, f"{stem}.en")
    }
    truth = bilingual.CAPTIONS if name == "talk.srt" else bilingual.pairs()
    for row in found:  # no row reaches across paragraphs
        assert row["source_blocks"] == row["target_blocks"], row
        source, target = truth[row["source_blocks"][0]]
        assert squeezed(row["source"]) in squeezed(source)
        assert squeezed(row["target"]) in squeezed(target)
    # the report has sentences without a counterpart, all other sentences are in rows
    left = [entry for entry in ledger(tmp_path / "out") if entry["sentence"] is not None]
    assert {entry["reason"] for entry in left} <= {"insertion", "deletion"}
    for side in (0, 1):
        pieces = [row["source" if side == 0 else "target"] for row in found]
        pieces += [e["text"] for e in left if e["side"] == ("source", "target")[side]]
        whole = sum(len(squeezed(pair[side])) for pair in truth)
        assert sum(len(squeezed(piece)) for piece in pieces) == whole


def squeezed(text: str) -> str:
    return "".join(text.split())


def test_english_blocks_of_a_chinese_report_are_in_the_ledger(
    cli: Cli, environment: dict[str, str], tmp_path: Path
) -> None:
    quotation = "The Council decides to extend the mandate of the Mission for one year."
    chinese = [z for z, _ in bilingual.pairs(4)]
    text = "\n\n".join([chinese[0], quotation, *chinese[1:]])
    (tmp_path / "report.txt").write_text(text, encoding="utf-8")
    done = cli("build", tmp_path / "report.txt", "--out", tmp_path / "out", *QUICK, env=environment)
    assert done.code == 0, done.err
    assert all(has_chinese(row["source"]) for row in rows(tmp_path / "out"))
    left = [(e["reason"], e["text"]) for e in ledger(tmp_path / "out") if e["sentence"] is not None]
    assert left == [("other_language", quotation)]


def test_swapped_languages_are_swapped_back_in_one_line(
    cli: Cli, environment: dict[str, str], tmp_path: Path
) -> None:
    for name, side in (("zh.txt", 0), ("en.txt", 1)):
        text = "\n\n".join(pair[side] for pair in bilingual.pairs(4))
        (tmp_path / name).write_text(text, encoding="utf-8")
    outs = []
    for first, second in (("en", "zh"), ("zh", "en")):
        out = tmp_path / f"{first}-{second}"
        files = (tmp_path / f"{first}.txt", "--reference", tmp_path / f"{second}.txt")
        done = cli("build", *files, "--out", out, *QUICK, env=environment)
        assert done.code == 0, done.err
        lines = [line for line in done.err.splitlines() if line.endswith("swapped them")]
        named = f"{tmp_path}/en.txt is English and {tmp_path}/zh.txt is Chinese: swapped them"
        assert lines == ([named] if first == "en" else [])
        outs.append((out / "corpus.jsonl").read_bytes())
    assert outs[0] == outs[1]


def test_two_english_files_are_an_error(cli: Cli, tmp_path: Path) -> None:
    for name in ("a.txt", "b.txt"):
        (tmp_path / name).write_text("\n".join(e for _, e in bilingual.pairs(4)), "utf-8")
    done = cli("build", tmp_path / "a.txt", "--reference", tmp_path / "b.txt")
    assert done.code == 2
    assert "a.txt: the text is English, not Chinese" in done.err


def test_a_batch_takes_bilingual_and_swapped_documents(
    cli: Cli, environment: dict[str, str], tmp_path: Path
) -> None:
    (tmp_path / "both.txt").write_bytes(bilingual.text("same line"))
    for name, side in (("zh.txt", 0), ("en.txt", 1)):
        text = "\n\n".join(pair[side] for pair in bilingual.pairs(5)[3:])
        (tmp_path / name).write_text(text, encoding="utf-8")
    manifest = "id,source,reference\ntwo-sides,both.txt,\nexchanged,en.txt,zh.txt\n"
    (tmp_path / "list.csv").write_text(manifest, encoding="utf-8")
    done = cli(
        *("batch", tmp_path / "list.csv", "--out", tmp_path / "out", "--workers", "1"),
        *("--beam", "1", "--effort", "fast", "--clean", "none", "--json"),
        env=environment,
    )
    assert done.code == 0, done.err
    found = [
        json.loads(line)
        for file in (tmp_path / "out" / "jsonl").glob("*.jsonl")
        for line in file.open(encoding="utf-8")
    ]
    documents = {row["source_document"] for row in found}
    assert documents == {"two-sides", "exchanged"}
    assert {row["target_kind"] for row in found} == {"human"}
    assert all(has_chinese(row["source"]) and not has_chinese(row["target"]) for row in found)


def test_the_python_interface_does_the_same(environment: dict[str, str], tmp_path: Path) -> None:
    path = tmp_path / "report.html"
    path.write_bytes(bilingual.html("table"))
    options: dict[str, Any] = {"effort": "fast", "beam": 1}
    by_path = duizhao.build(str(path), **options)
    assert {row.target_kind for row in by_path} == {"human"}
    assert len({row.source_blocks for row in by_path}) == len(bilingual.pairs())
    document = duizhao.read(str(path))
    assert document.language == "zh"
    assert [row.target for row in duizhao.build(document, **options)] == [
        row.target for row in by_path
    ]
