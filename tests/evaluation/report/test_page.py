"""The page's data and file: complete, self-contained, small, with notes on missing values."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path
from urllib.parse import quote

import pytest

from duizhao.corpus.errors import InputError
from duizhao.evaluation.report import write_report
from duizhao.evaluation.report.data import page_data
from duizhao.evaluation.report.dotplot import similar_places
from duizhao.evaluation.report.folder import read_folder
from duizhao.evaluation.report.items import items_of
from duizhao.evaluation.report.page import json_for_html
from tests.support.report_folders import (
    make_batch,
    make_folder,
    make_large,
    make_terms,
    write_folder,
)

pytestmark = pytest.mark.unit


def test_every_sentence_is_on_the_page_once_and_in_order(tmp_path: Path) -> None:
    folder = read_folder(write_folder(tmp_path, make_large(300)))
    items = items_of(folder.rows, folder.ledger)
    source = [number for item in items for number in item.source_ids]
    target = [number for item in items for number in item.target_ids]
    assert source == list(range(len(source)))
    assert target == list(range(len(target)))
    assert len({item.key for item in items}) == len(items)
    assert sum(not item.left for item in items) == len(folder.rows)


def test_a_filtered_bead_stays_together_at_its_place(tmp_path: Path) -> None:
    folder = read_folder(make_folder(tmp_path, min_confidence=0.5))
    items = items_of(folder.rows, folder.ledger)
    assert [item.type for item in items] == ["1-1", "1-1", "1-0", "1-1", "0-1", "2-2"]
    assert items[3].left == "low_confidence"
    assert items[3].confidence == 0.31


def test_the_page_is_one_file_without_requests(tmp_path: Path) -> None:
    page = write_report(write_folder(tmp_path, make_large(500)))
    text = page.read_text(encoding="utf-8")
    assert page.stat().st_size < 2_000_000
    assert not re.search(r"<(?:script|img|iframe)[^>]+src=|<link[^>]+href=\"(?!data:)", text)
    assert not re.search(r"@import|url\((?!data:)", text.split("</style>")[0])
    assert "default-src 'none'" in text
    assert "connect-src" not in text
    assert not list(tmp_path.glob(".report*")), "no temporary file is left"


def test_texts_cannot_become_part_of_the_page(tmp_path: Path) -> None:
    folder = make_folder(tmp_path)
    lines = (folder / "corpus.jsonl").read_text(encoding="utf-8").splitlines()
    row = json.loads(lines[0])
    row["target"] = row["source"] = "</script><script>alert(1)</script><!-- \u2028"
    row["section"] = "<b>section</b>"
    (folder / "corpus.jsonl").write_text("\n".join([json.dumps(row), *lines[1:]]) + "\n")
    text = write_report(folder).read_text(encoding="utf-8")
    assert "<script>alert" not in text
    assert "<b>section" not in text
    inside = text.split('id="data">')[1].split("</script>")[0]
    assert json.loads(inside)["beads"][0][4] == row["source"]


def test_json_for_html_is_still_json() -> None:
    value = {"text": "a</script>\u2028<!--", "n": [1, None]}
    assert "<" not in json_for_html(value)
    assert json.loads(json_for_html(value)) == value


def test_numbers_that_json_cannot_say_become_empty(tmp_path: Path) -> None:
    folder = read_folder(make_folder(tmp_path))
    rows = (replace(folder.rows[0], alignment_score=float("nan")), *folder.rows[1:])
    data = page_data(replace(folder, rows=rows))
    assert data["beads"][0][data["fields"].index("score")] is None
    json_for_html(data)


def test_scores_of_the_build_are_shown_and_segments_not_scored_again(tmp_path: Path) -> None:
    folder = make_folder(tmp_path)
    key = read_folder(folder).rows[0].id
    scores = {
        "aligned_beads": {
            "bleu": {"metric": "BLEU", "value": 31.5, "low": 29.0, "high": 33.9, "signature": "s"}
        },
        "segments": [{"id": key, "chrf++": 12.34}],
    }
    (folder / "scores.json").write_text(json.dumps(scores), encoding="utf-8")
    data = page_data(read_folder(folder))
    assert [(card["metric"], card["value"]) for card in data["scores"]] == [("BLEU", 31.5)]
    chrf = data["fields"].index("chrf")
    assert data["beads"][0][chrf] == 12.34
    assert data["beads"][1][chrf] > 0, "those that the scores lack are scored"


def test_chrf_of_a_segment_is_sacrebleus(tmp_path: Path) -> None:
    from sacrebleu.metrics import CHRF

    folder = read_folder(make_folder(tmp_path))
    data = page_data(folder)
    row = folder.rows[1]
    expected = CHRF(word_order=2).sentence_score(row.machine_translation, [row.target]).score
    assert data["beads"][1][data["fields"].index("chrf")] == pytest.approx(expected, abs=0.006)


def test_dots_lie_where_rare_words_are_shared(tmp_path: Path) -> None:
    folder = read_folder(write_folder(tmp_path, make_large(120)))
    items = items_of(folder.rows, folder.ledger)
    dots = similar_places(items)
    on_path = {
        ((i.source_ids[0] + i.source_ids[-1]) / 2, (i.target_ids[0] + i.target_ids[-1]) / 2)
        for i in items
        if i.source_ids and i.target_ids
    }
    strong = [dot for dot in dots if dot[2] > 0.5]
    assert len(strong) > 60
    assert sum((x, y) in on_path for x, y, _ in strong) > 0.9 * len(strong)


def test_an_empty_corpus_and_one_without_reference_have_a_page(tmp_path: Path) -> None:
    folder = make_folder(tmp_path)
    rows = [
        json.loads(line) | {"target_kind": "machine", "target_ids": [], "target_document": None}
        for line in (folder / "corpus.jsonl").read_text(encoding="utf-8").splitlines()
    ]
    (folder / "corpus.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    data = page_data(read_folder(folder))
    assert data["hasReference"] is False
    assert data["scores"] == []
    (folder / "corpus.jsonl").write_text("")
    (folder / "ledger.jsonl").write_text("")
    assert write_report(folder).is_file()


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("corpus.jsonl", None, r"no corpus in it.*duizhao build"),
        ("corpus.jsonl", '{"id": "a"}\n', r"corpus\.jsonl, line 1: .*build the corpus again"),
        ("corpus.jsonl", "nonsense\n", r"corpus\.jsonl, line 1: "),
        ("scores.json", "{", r"scores\.json: not JSON"),
        ("scores.json", '{"segments": 3}', r"scores\.json: not as a build writes it"),
        ("scores.json", '{"aligned_beads": [1]}', r"scores\.json: not as a build writes it"),
        (
            "scores.json",
            '{"aligned_beads": {"bleu": {"metric": "BLEU", "value": "good"}}}',
            r"scores\.json: not as a build writes it",
        ),
    ],
)
def test_a_damaged_folder_is_named_in_one_line(
    tmp_path: Path, name: str, text: str | None, message: str
) -> None:
    folder = make_folder(tmp_path)
    if text is None:
        (folder / name).unlink()
    else:
        (folder / name).write_text(text)
    with pytest.raises(InputError, match=message) as caught:
        write_report(folder)
    assert "\n" not in str(caught.value)


def test_a_corpus_of_many_documents_has_one_page(tmp_path: Path) -> None:
    make_batch(tmp_path)
    data = page_data(read_folder(tmp_path))
    assert data["documents"] == ["one", "two"]
    assert data["scores"] == []
    assert len(data["beads"]) >= 8
    assert len(data["sectionDocuments"]) == len(data["sections"])
    assert data["dots"] == []
    assert write_report(tmp_path).is_file()


def test_scores_of_a_batch_are_in_its_account(tmp_path: Path) -> None:
    make_batch(tmp_path)
    score = {"metric": "chrF2++", "value": 61.5, "low": 60.0, "high": 63.0, "signature": "s"}
    (tmp_path / "batch.json").write_text(json.dumps({"scores": {"chrf++": score}}))
    data = page_data(read_folder(tmp_path))
    assert [(card["metric"], card["value"]) for card in data["scores"]] == [("chrF++", 61.5)]
    assert data["notes"] == [{"key": "report.note_before_cleaning", "values": {}}]


def test_documents_stand_in_the_order_in_which_people_count(tmp_path: Path) -> None:
    rows = read_folder(make_folder(tmp_path)).rows
    names = ["S-2021-130", "S-2021-99", "A-75-1"]
    found = items_of([replace(rows[0], source_document=name) for name in names], ())
    assert [item.document for item in found] == ["A-75-1", "S-2021-99", "S-2021-130"]


def test_terms_are_shown_with_their_forms_and_beads(tmp_path: Path) -> None:
    folder = read_folder(write_folder(tmp_path, make_terms()))
    data = page_data(folder)
    terms = {term["chinese"]: term for term in data["terms"]}
    assert {"成员国", "水资源委员会", "专家组"} <= set(terms)
    states = terms["成员国"]
    assert states["count"] == 24
    assert [(form["text"], form["count"]) for form in states["forms"]] == [
        ("Member States", 18),
        ("countries", 6),
    ]
    texts = {row.id: row.target for row in folder.rows}
    for form in states["forms"]:
        assert form["text"] in texts[form["row"]]
    html = write_report(tmp_path).read_text(encoding="utf-8")
    assert f'&amp;query={quote("成员国")}">countries</a>' in html


def test_a_short_document_has_no_terms(tmp_path: Path) -> None:
    assert page_data(read_folder(make_folder(tmp_path)))["terms"] == []
