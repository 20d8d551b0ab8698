"""Terms: counts, candidates, and the content of the files."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from itertools import cycle, islice
from pathlib import Path

import numpy as np
import openpyxl
import pytest
from lxml import etree

from duizhao.corpus.errors import InputError, StorageError
from duizhao.corpus.files import jsonl
from duizhao.evaluation.terms.candidates import chinese_candidates
from duizhao.evaluation.terms.extract import extract_terms
from duizhao.evaluation.terms.files import TBX, to_tsv, write_terms
from duizhao.evaluation.terms.grams import BREAK, count_grams, neighbour_entropy
from duizhao.evaluation.terms.sample import sample, step_of
from duizhao.evaluation.terms.sides import chinese_side, english_side
from duizhao.evaluation.terms.term import BilingualTerm
from duizhao.models.glossary import read_glossary
from tests.support.bitexts import row
from tests.support.cli import Cli

SENTENCES = (
    ("成员国在会上发言。", "Member States spoke at the meeting."),
    ("秘书长感谢成员国的支持。", "The Secretary-General thanked Member States for the support."),
    (
        "水资源委员会审议了成员国的报告。",
        "The Water Commission considered papers of Member States.",
    ),
    ("水资源委员会将于五月开会。", "The Water Commission will meet in May."),
    ("他请水资源委员会提出建议。", "He asked the Water Commission for advice."),
    ("若干成员国缺席。", "Some member countries were absent."),
    ("我们向成员国分发了文件。", "We sent papers to member countries."),
    ("秘书长主持了开幕式。", "The Secretary-General was in the chair."),
    ("代表们感谢秘书长。", "Delegates thanked the Secretary-General."),
    ("其他成员国表示赞同。", "Other Member States agreed."),
    ("主席提到水资源委员会。", "The Chair mentioned the Water Commission."),
)
MEANINGS = {
    "成员国": ("member state", "member country"),
    "水资源委员会": ("water commission",),
    "秘书长": ("secretary-general",),
}


def rows() -> list[object]:
    return [
        row(number, id=f"r{number}", source=source, target=target, source_document=f"d{number % 2}")
        for number, (source, target) in enumerate(SENTENCES)
    ]


def embed(texts: Sequence[str]) -> np.ndarray:
    """Unit vectors by meaning, zero for other texts: a dictionary instead of a network."""
    vectors = np.zeros((len(texts), len(MEANINGS)))
    for number, text in enumerate(texts):
        low = text.lower().replace("countries", "country").removesuffix("s")
        for place, (chinese, forms) in enumerate(MEANINGS.items()):
            if text == chinese or low in forms:
                vectors[number, place] = 1.0
    return vectors


class General:
    """A model that knows single characters alone."""

    def log_probability(self, text: str) -> float:
        return -7.0 * len(text)

    def pieces(self, texts: Sequence[str]) -> list[list[str]]:
        return [list(text) for text in texts]


@pytest.fixture(scope="module")
def terms() -> list[BilingualTerm]:
    return extract_terms(rows(), embed, General())  # type: ignore[arg-type]


@pytest.mark.unit
def test_grams_are_counted_as_by_hand() -> None:
    chance = random.Random(3)
    tokens = [chance.choice([BREAK, 0, 1, 2]) for _ in range(300)]
    grams = count_grams(np.array(tokens), np.zeros(300, np.int64), 4, 3)
    wanted = Counter(
        tuple(tokens[at : at + length])
        for length in range(1, 5)
        for at in range(301 - length)
        if BREAK not in tokens[at : at + length]
    )
    found = {
        tuple(tokens[first : first + length]): count
        for first, length, count in zip(grams.first, grams.length, grams.count, strict=True)
    }
    assert found == {gram: count for gram, count in wanted.items() if count >= 3}


@pytest.mark.unit
def test_a_long_corpus_is_sampled_evenly() -> None:
    for count in (0, 1, 7, 8, 9, 16, 17, 100):
        step = step_of(count, 8)
        assert sample(range(count), 8) == list(range(0, count, step))
        assert len(range(0, count, step)) <= 8


@pytest.mark.unit
def test_a_unit_after_a_number_begins_no_term() -> None:
    texts = [f"拨款{number}亿美元用于{use}" for number in (12, 30, 47) for use in ("道路", "学校")]
    side = chinese_side(texts)
    grams = count_grams(side.tokens, side.rows, 4, 3)
    good = chinese_candidates(side, grams, np.ones(len(side.tokens) + 1, bool))
    found = {side.text(int(grams.first[g]), int(grams.length[g])) for g in np.flatnonzero(good)}
    assert not any(text.startswith("亿") for text in found)


@pytest.mark.unit
def test_a_slash_is_inside_a_word() -> None:
    side = english_side(["the programme on HIV/AIDS ended"])
    assert "HIV/AIDS" in side.surfaces


@pytest.mark.unit
def test_a_gram_with_one_neighbour_has_no_entropy() -> None:
    side = chinese_side(["安全理事会", "安全理事会", "安全理事会"])
    grams = count_grams(side.tokens, side.rows, 5, 3)
    texts = [side.text(f, n) for f, n in zip(grams.first, grams.length, strict=True)]
    after = dict(zip(texts, neighbour_entropy(grams, before=False), strict=True))
    assert after["安全理事"] == 0
    assert after["安全理事会"] == pytest.approx(np.log(3)), "each end of a row counts for itself"


@pytest.mark.unit
def test_the_rows_of_places_are_those_of_the_texts() -> None:
    for side in (chinese_side(["", "第一，第二", "三"]), english_side(["", "One, two.", "Three"])):
        assert len(side.tokens) == len(side.rows) == len(side.surfaces)
        assert set(side.rows[side.tokens >= 0]) == {1, 2}


@pytest.mark.unit
def test_terms_have_their_forms_with_counts(terms: list[BilingualTerm]) -> None:
    found = {one.chinese: [(form.text, form.rows) for form in one.english] for one in terms}
    assert found == {
        "成员国": [("Member States", 4), ("member countries", 2)],
        "水资源委员会": [("Water Commission", 4)],
        "秘书长": [("Secretary-General", 3)],
    }
    member = next(one for one in terms if one.chinese == "成员国")
    assert (member.count, member.rows, member.documents) == (6, 6, 2)
    assert not member.is_consistent
    assert member.english[1].examples == ("r5", "r6")
    assert member.english[1].context == "Some member countries were absent."


@pytest.mark.unit
def test_no_rows_and_rows_without_terms_give_none() -> None:
    assert extract_terms([], embed, General()) == []
    assert extract_terms(rows()[:1], embed, General()) == []  # type: ignore[arg-type]


@pytest.mark.unit
def test_the_tsv_is_a_glossary(terms: list[BilingualTerm], tmp_path: Path) -> None:
    path = tmp_path / "terms.tsv"
    write_terms(terms, path, "tsv")
    assert path.read_text("utf-8") == to_tsv(terms)
    read = {one.chinese: one.english for one in read_glossary(path).terms}
    assert read == {one.chinese: tuple(form.text for form in one.english) for one in terms}


@pytest.mark.unit
def test_the_tbx_has_an_entry_for_each_term(terms: list[BilingualTerm], tmp_path: Path) -> None:
    path = tmp_path / "terms.tbx"
    write_terms(terms, path, "tbx")
    root = etree.parse(path).getroot()
    entries = root.findall(f".//{{{TBX}}}conceptEntry")
    found = {
        entry.findtext(f".//{{{TBX}}}term"): [
            one.text for one in entry.findall(f".//{{{TBX}}}term")[1:]
        ]
        for entry in entries
    }
    assert found == {one.chinese: [form.text for form in one.english] for one in terms}


@pytest.mark.unit
def test_the_tbx_is_valid(terms: list[BilingualTerm], tmp_path: Path) -> None:
    grammar = etree.RelaxNG(etree.parse(Path(__file__).with_name("tbx_basic.rng")))
    path = tmp_path / "terms.tbx"
    odd = replace(
        terms[0], chinese="成员国\x0b<&>", english=(replace(terms[0].english[0], text="&"),)
    )
    write_terms([*terms, odd], path, "tbx")
    tree = etree.parse(path)
    assert grammar.validate(tree), grammar.error_log
    section = tree.find(f".//{{{TBX}}}termSec")
    assert section is not None
    section.clear()
    assert not grammar.validate(tree), "a section without its term"
    with pytest.raises(InputError, match="no terms to write; give more text, or a lower --least"):
        write_terms([], path, "tbx")


@pytest.mark.unit
def test_the_xlsx_has_a_line_for_each_form(terms: list[BilingualTerm], tmp_path: Path) -> None:
    write_terms(terms, tmp_path / "a.xlsx", "xlsx")
    write_terms(terms, tmp_path / "b.xlsx", "xlsx")
    assert (tmp_path / "a.xlsx").read_bytes() == (tmp_path / "b.xlsx").read_bytes()
    sheet = openpyxl.load_workbook(tmp_path / "a.xlsx").worksheets[0]
    lines = list(sheet.iter_rows(min_row=2, max_col=3, values_only=True))
    assert ("成员国", "member countries", 2) in lines
    assert len(lines) == sum(len(one.english) for one in terms)


@pytest.mark.unit
def test_a_file_that_cannot_be_written_is_named(terms: list[BilingualTerm], tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StorageError, match=r"terms\.tbx: cannot be written"):
        write_terms(terms, tmp_path / "file" / "terms.tbx", "tbx")


@pytest.mark.model
def test_the_command_finds_the_terms_of_a_corpus(cli: Cli, tmp_path: Path) -> None:
    corpus = tmp_path / "corpus.jsonl"
    many = [
        row(number, id=f"r{number}", source=source, target=target)
        for number, (source, target) in enumerate(islice(cycle(SENTENCES), 22))
    ]
    many += [replace(one, id=f"m{one.id}", target_kind="machine") for one in many[:2]]
    with corpus.open("wb") as file:
        jsonl.write(many, file)
    done = cli("terms", corpus, "--to", "tsv", "--out", tmp_path / "terms.tsv")
    assert done.code == 0, done.err
    assert "2 rows with a machine translation are left out" in done.err
    found = {one.chinese: one.english for one in read_glossary(tmp_path / "terms.tsv").terms}
    assert found["水资源委员会"] == ("Water Commission",)
    assert found["成员国"][0] == "Member States"
    wrong = cli("terms", corpus, "--to", "tbx")
    assert (wrong.code, wrong.err) == (
        2,
        "duizhao: --to tbx: name the file with --out, such as --out terms.tbx\n",
    )
