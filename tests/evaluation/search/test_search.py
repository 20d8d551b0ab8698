"""A concordance: matches, marks, and translations of phrases."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from duizhao.corpus.bitext import Row
from duizhao.corpus.errors import InputError
from duizhao.corpus.files import jsonl
from duizhao.evaluation.search import Filters, search
from duizhao.evaluation.search.index import index_file
from duizhao.evaluation.search.query import parse
from tests.corpus.cleaning.test_cleaning import row
from tests.support.cli import Cli

pytestmark = pytest.mark.unit

TEXTS = [
    ("各国应落实该决议。", "States should implement the resolution."),
    ("委员会审议了落实情况。", "The Committee considered its implementation."),
    ("请秘书长落实这项任务。", "The Secretary-General is asked to implement this task."),
    ("落实工作已经开始。", "Work to implement it has begun."),
    ("必须落实。", "We must implement it."),
    ("落 实工作 100％", "Ｉmplementation 100%"),
    *(
        (f"会员国第{number}次会议", f"Meeting {number} of Member States")
        for number in range(10, 40)
    ),
    ("人权很重要。", "Human rights matter; rights are human."),
]


def rows() -> list[Row]:
    return [
        replace(
            row(source, target, number, f"doc{number % 2}"),
            confidence=0.5 + number / 100,
            metadata={"date": f"20{number:02d}-05-01"},
        )
        for number, (source, target) in enumerate(TEXTS)
    ]


@pytest.fixture
def corpus(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("DUIZHAO_CACHE", str(tmp_path / "cache"))
    folder = tmp_path / "project"
    folder.mkdir()
    with (folder / "corpus.jsonl").open("wb") as file:
        jsonl.write(rows(), file)
    return folder


@pytest.mark.parametrize(
    ("query", "total"),
    [
        ("落实", 5),
        ("落", 6),
        ("落實", 5),  # in traditional characters
        ("落实工作", 1),
        ("国", 31),
        ("第10次", 1),
        ("implement", 4),
        ("IMPLEMENTATION", 2),
        ("implement*", 6),
        ('"human rights"', 1),
        ('"rights human"', 0),
        ("落实 implement", 4),
        ("落实 implementation", 1),
        ("会员国 states 第39次", 1),
        ('say "nothing', 0),
        ("落实' OR 1=1 --", 0),
    ],
)
def test_what_a_query_matches(corpus: Path, query: str, total: int) -> None:
    found = search([corpus], query)
    assert found.total == total
    assert len(found.hits) == total


def test_matches_and_counterparts_are_marked(corpus: Path) -> None:
    found = search([corpus], "落实")
    first = found.hits[0]
    assert [first.source[a:b] for a, b in first.source_marks] == ["落实"]
    assert [first.target[a:b] for a, b in first.target_marks] == ["implement"]
    assert [(one.text, one.rows) for one in found.translations] == [("implement", 4)]


def test_counterparts_of_english_are_chinese(corpus: Path) -> None:
    found = search([corpus], '"member states"')
    assert found.translations[0].text.startswith("会员国")
    assert found.translations[0].rows == 30


def test_filters(corpus: Path) -> None:
    assert search([corpus], "国", filters=Filters(document="DOC1")).total == 15
    assert search([corpus], "国", filters=Filters(since="2010", until="2012")).total == 3
    assert search([corpus], "国", filters=Filters(min_confidence=0.8)).total == 6


def test_a_changed_corpus_is_indexed_again_and_an_unchanged_one_is_not(corpus: Path) -> None:
    assert search([corpus], "落实").total == 5
    index = index_file(corpus)
    before = index.stat().st_mtime_ns
    search([corpus], "落实")
    assert index.stat().st_mtime_ns == before
    with (corpus / "corpus.jsonl").open("ab") as file:
        jsonl.write([row("落实！", "Do it!", 99)], file)
    assert search([corpus], "落实").total == 6
    assert [path.name for path in index.parent.iterdir()] == [index.name]


def test_a_damaged_index_is_built_again(corpus: Path) -> None:
    search([corpus], "落实")
    index_file(corpus).write_bytes(b"not a database")
    assert search([corpus], "落实").total == 5


def test_several_corpora_are_searched_together(corpus: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.jsonl"
    with other.open("wb") as file:
        jsonl.write([row("落实！", "Do it!", 0)], file)
    found = search([corpus, other], "落实", limit=10)
    assert found.total == 6
    assert found.hits[-1].corpus == str(other)
    assert len(search([corpus, other], "落实", limit=3).hits) == 3


def test_a_query_without_letters_is_refused() -> None:
    with pytest.raises(InputError, match="give a Chinese string"):
        parse(" ，。 ")


def test_the_command(cli: Cli, corpus: Path) -> None:
    done = cli("search", "落实", corpus, "--to", "json", "--limit", "2")
    assert done.code == 0
    told = json.loads(done.out)
    assert (told["total"], len(told["hits"])) == (5, 2)
    done = cli("search", "落实", corpus, "--to", "tsv")
    assert done.out.splitlines()[1].split("\t")[5] == TEXTS[0][0]
    done = cli("search", "落实", corpus)
    assert "5 rows" in done.out
    assert "implement 80%" in done.out
    done = cli("search", "落实", corpus / "nothing")
    assert done.code == 2
    assert "no such file or folder" in done.err or "there is no such" in done.err


def test_a_traditional_text_is_found_and_marked(tmp_path: Path, corpus: Path) -> None:
    with (corpus / "corpus.jsonl").open("wb") as file:
        jsonl.write([row("各國應落實該決議。", "States should implement it.", 0)], file)
    (hit,) = search([corpus], "落实").hits
    assert [hit.source[start:end] for start, end in hit.source_marks] == ["落實"]


def test_a_hit_links_to_its_bead_on_the_report_page(corpus: Path) -> None:
    assert search([corpus], "人权").hits[0].link == ""
    (corpus / "report.html").write_text("")
    (hit,) = search([corpus], "人权").hits
    assert hit.link == f"{(corpus / 'report.html').as_uri()}#bead={hit.id}"
