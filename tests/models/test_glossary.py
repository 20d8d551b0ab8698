"""Terms are searched in translations, and their number is reported."""

from __future__ import annotations

from pathlib import Path

import pytest

from duizhao.corpus.errors import GlossaryError
from duizhao.evaluation.metrics.words import read_terms
from duizhao.models.glossary import Glossary, Term, read_glossary

pytestmark = pytest.mark.unit


@pytest.fixture(scope="module")
def un_terms() -> Glossary:
    return read_glossary()


def test_a_glossary_is_read_in_the_dialect_of_all_tables(tmp_path: Path) -> None:
    path = tmp_path / "terms.tsv"
    path.write_text(
        '# "our" terms\n\n"安理会"\t"Security ""Council"""\n会期\tsession\tsitting\n', "utf-8-sig"
    )
    assert read_glossary(path).terms == (
        Term("安理会", ('Security "Council"',)),
        Term("会期", ("session", "sitting")),
    )
    assert read_terms(path) == ['Security "Council"', "session"]


def found(glossary: Glossary, source: str, output: str) -> dict[str, bool]:
    return {use.term.chinese: use.found for use in glossary.check(source, output)}


def test_a_glossary_of_un_terms_is_there(un_terms: Glossary) -> None:
    assert len(un_terms.terms) >= 150
    forms = {term.chinese: term.english for term in un_terms.terms}
    assert forms["安全理事会"][0] == "Security Council"
    assert forms["儿基会"][0] == "UNICEF"


def test_terms_are_found_whatever_their_case_number_article_or_hyphen(un_terms: Glossary) -> None:
    cases = [
        ("会员国应遵守国际法。", "the member states should respect International Law."),
        ("各缔约国", "States parties"),
        ("最不发达国家", "The least-developed countries"),
        ("秘书长特别代表", "the Secretary-General's special representative"),
        ("维和人员", "Peacekeepers"),
        ("结论性意见", "a concluding observation"),
        ("联合国儿童基金会", "United Nations Children’s Fund (UNICEF)"),
    ]
    for source, output in cases:
        assert all(found(un_terms, source, output).values()), (source, output)


def test_a_term_said_otherwise_is_missed(un_terms: Glossary) -> None:
    assert found(un_terms, "安全理事会", "the Safety Council") == {"安全理事会": False}
    assert found(un_terms, "开发署", "the development department") == {"开发署": False}


@pytest.mark.parametrize(
    ("source", "output", "uses"),
    [
        ("安理会成员", "Council members", {"安理会": True}),
        ("大会决定", "The Assembly decided", {"大会": True}),
        ("扩大会议", "The enlarged meeting", {}),
        ("重大会议", "Major conferences", {}),
        ("缔约国大会", "Conference of States Parties", {}),
        ("大会议程", "Agenda of the General Assembly", {"大会": True}),
        ("安理会", "the Cabinet", {"安理会": False}),
    ],
)
def test_short_forms_count_and_words_that_only_hold_a_term_do_not(
    un_terms: Glossary, source: str, output: str, uses: dict[str, bool]
) -> None:
    assert found(un_terms, source, output) == uses


def test_un_names_the_glossary_of_un_terms_everywhere(un_terms: Glossary) -> None:
    assert read_glossary(Path("un")) == un_terms


def test_the_longest_term_counts_and_each_once(un_terms: Glossary) -> None:
    uses = found(
        un_terms, "人权理事会和人权理事会的秘书处", "Human Rights Council and its Secretariat"
    )
    assert uses == {"人权理事会": True, "秘书处": True}


def test_a_part_of_a_word_is_no_term() -> None:
    glossary = Glossary((Term("员额", ("post",)),))
    assert found(glossary, "员额", "postpone the poster") == {"员额": False}


def test_accuracy_is_reported_over_many_sentences(un_terms: Glossary) -> None:
    report = un_terms.report(
        [
            ("安全理事会决议", "Security Council resolution"),
            ("安全理事会", "the Safety Council"),
            ("没有。", "There is none."),
        ]
    )
    assert (report.used, report.found) == (3, 2)
    assert report.accuracy == pytest.approx(2 / 3)
    assert report.missed == {"安全理事会": 1}
    assert un_terms.report([]).accuracy is None


def test_a_glossary_of_ones_own_may_have_comments_and_further_forms(tmp_path: Path) -> None:
    path = tmp_path / "terms.tsv"
    path.write_text("# mine\n\n会期\tsession\tsitting\n会期\tterm\n", encoding="utf-8-sig")
    assert read_glossary(path).terms == (Term("会期", ("session", "sitting", "term")),)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("会期 session\n".encode(), r"line 1: needs a Chinese term, a tab"),
        (b"# nothing\n", "has no terms"),
        ("会期\tsession\n".encode("gb18030"), "is not UTF-8"),
        (None, "cannot be read"),
    ],
)
def test_what_is_wrong_with_a_glossary_is_said(
    tmp_path: Path, content: bytes | None, message: str
) -> None:
    path = tmp_path / "terms.tsv"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(GlossaryError, match=message) as caught:
        read_glossary(path)
    assert caught.value.exit_code == 2


def test_published_translations_of_un_text_use_the_terms(shared: Path, un_terms: Glossary) -> None:
    sources, outputs = (
        (shared / "unpc" / f"dev.{side}").read_text(encoding="utf-8").splitlines()
        for side in ("zh", "opus-mt.en")
    )
    report = un_terms.report(zip(sources, outputs, strict=True))
    assert report.used > 2500
    assert report.accuracy is not None
    assert report.accuracy > 0.93


def test_irregular_plurals_are_one_word_with_their_singular() -> None:
    glossary = Glossary((Term("温室气体", ("greenhouse gas",)), Term("妇女", ("woman",))))
    uses = glossary.check("温室气体和妇女", "Women and greenhouse gases")
    assert [use.found for use in uses] == [True, True]
