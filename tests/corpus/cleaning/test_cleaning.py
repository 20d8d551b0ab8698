"""Cleaning: each step removes the right rows and keeps the others, and nothing is lost."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import asdict, replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from duizhao.corpus.bitext import Row
from duizhao.corpus.cleaning.numbers import figures
from duizhao.corpus.cleaning.plan import STEPS, Planned, default_plan, describe, parse_plan, planned
from duizhao.corpus.cleaning.run import CleaningReport, clean, counts
from duizhao.corpus.cleaning.step import LookingCheck
from duizhao.corpus.document import LedgerEntry
from duizhao.corpus.errors import InputError
from duizhao.corpus.files import jsonl
from duizhao.corpus.files.read import read_ledger, read_rows
from tests.support.cli import Cli

pytestmark = pytest.mark.unit

GOOD = (
    (
        "秘书长于2021年1月15日提出报告。",
        "The Secretary-General submitted his report on 15 January 2021.",
    ),
    (
        "安全理事会决定继续处理此案。",
        "The Security Council decided to remain seized of the matter.",
    ),
    ("预算总额为1 250万美元。", "The budget amounted to $12.5 million in total."),
)


def row(source: str, target: str, number: int = 0, document: str = "A", **others: object) -> Row:
    """A 1-1 row with confidence 1."""
    fields: dict[str, object] = {
        "id": f"{document}-{number:06d}",
        "source_document": document,
        "target_document": f"{document}.en",
        "source_ids": (number,),
        "target_ids": (number,),
        "source_blocks": (number,),
        "target_blocks": (number,),
        "section": "",
        "source": source,
        "target": target,
        "machine_translation": "",
        "target_kind": "human",
        "bead_type": "1-1",
        "alignment_score": 1.0,
        "confidence": 0.99,
    }
    return Row(**(fields | others))  # type: ignore[arg-type]


def run(
    rows: Iterable[Row], plan: Iterable[Planned]
) -> tuple[list[Row], list[LedgerEntry], CleaningReport]:
    """(rows kept, ledger, report)."""
    rows = list(rows)
    kept: list[Row] = []
    ledger: list[LedgerEntry] = []
    report = clean(lambda: rows, list(plan), keep=kept.append, remove=ledger.append)
    return kept, ledger, report


@pytest.mark.parametrize("step", STEPS)
def test_each_step_leaves_good_rows(step: str) -> None:
    rows = [row(*texts, number) for number, texts in enumerate(GOOD)]
    assert run(rows, [planned(step)])[0] == rows


BAD: dict[str, Callable[[], list[Row]]] = {
    "language": lambda: [
        row("Le Conseil de sécurité a décidé de rester saisi de la question.", GOOD[1][1]),
        row(GOOD[1][0], "Le Conseil de sécurité a décidé de demeurer saisi de la question."),
        row(GOOD[1][0], "安全理事会决定继续处理此案。"),
        row("安全保障理事会は引き続きこの問題に取り組むことを決定した。", GOOD[1][1]),
    ],
    "untranslated": lambda: [row("Distribution: General", "Distribution: general")],
    "length_ratio": lambda: [
        row(GOOD[0][0], "Report"),
        row("报告", GOOD[0][1] * 3),
    ],
    "numbers": lambda: [
        row("共有1 250人。", "There were 3,400 people."),
        row("2014年举行会议。", "A meeting was held this year."),
        row("会议今年举行。", "A meeting was held in 2014."),
    ],
    "low_confidence": lambda: [row(*GOOD[0], confidence=0.2)],
    "length": lambda: [row("的" * 501, "of " * 200), row("是", "")],
    "characters": lambda: [row("报告\ufffd", "Report"), row("12 345 678 元", "12,345,678")],
}


@pytest.mark.parametrize("step", BAD)
def test_each_step_takes_what_it_is_for(step: str) -> None:
    for bad in BAD[step]():
        kept, ledger, report = run([bad], [planned(step)])
        assert kept == [], bad
        assert counts(report) == {step: 1}
        assert {(entry.stage, entry.reason) for entry in ledger} == {("clean", step)}


def test_symbols_and_names_are_not_another_language() -> None:
    for source, target in (
        ("A/RES/70/1", "A/RES/70/1"),
        ("S/2021/130", "S/2021/130"),
        ("阿希姆·卡索(Achim Kassow)", "Achim Kassow (Germany)"),
        ("互联网主页：www.un.org/zh", "Internet home page: www.un.org"),
    ):
        assert run([row(source, target)], [planned("language"), planned("untranslated")])[0]


def test_numbers_in_words_and_paragraph_numbers_do_not_disagree() -> None:
    for source, target in (
        ("会议历时一百天。", "The session lasted 100 days."),
        ("有111个国家。", "One hundred and eleven countries."),
        ("103. 委员会开会。", "The Committee met."),
        ("22. 12人。", "Twelve people."),
    ):
        assert run([row(source, target)], [planned("numbers")])[0], source


def test_more_than_half_of_the_figures_of_the_side_with_fewer_must_agree() -> None:
    for source, target, kept in (
        ("有12人和13人。", "There were 12 and 14.", False),
        ("有12人、13人和14人。", "There were 12, 13 and 15.", True),
        ("有12人。", "There were 12, 13 and 14.", True),
    ):
        assert bool(run([row(source, target)], [planned("numbers")])[0]) is kept, source


def test_exact_duplicates_leave_the_first_whatever_its_width_or_case() -> None:
    rows = [
        row("第１号决议", "Resolution 1", 0),
        row("第1号决议", "RESOLUTION  1", 1, "B"),
        row("第2号决议", "Resolution 2", 2),
        row("第1号决议", "Resolution No. 1", 3),
    ]
    kept, ledger, _ = run(rows, [planned("exact_duplicates")])
    assert [one.id for one in kept] == ["A-000000", "A-000002", "A-000003"]
    assert ledger[0].detail["same_as"] == "A-000000"
    assert len(run(rows, [planned("exact_duplicates", {"sides": "source"})])[0]) == 2


def test_near_duplicates_are_compared_in_earnest() -> None:
    source = "请将本函及其附件作为大会议程项目42下的文件和安全理事会文件分发为荷。"
    target = (
        "I would be grateful if you would circulate the present letter and its annexes as an "
        "official document of the General Assembly, under agenda item 42, and of the Council."
    )
    twin = row(source.replace("42", "68"), target.replace("42", "68"), 1)
    other = row("委员会通过了该决议草案。", "The Committee adopted the draft resolution.", 2)
    again = row(source + "谢谢。", target, 3)
    rows = [row(source, target), twin, other, again]
    kept, ledger, _ = run(rows, [planned("near_duplicates")])
    assert kept == rows[:3]
    assert ledger[0].detail["near"] == rows[0].id
    assert ledger[0].detail["similarity"] > 0.9
    strict = planned("near_duplicates", {"similarity": 1})
    assert run(rows, [strict])[0] == rows
    alike = planned("near_duplicates", {"numbers": "ignore"})
    assert [one.id for one in run(rows[:3], [alike])[0]] == [rows[0].id, other.id]


def test_boilerplate_goes_by_documents_not_by_repetition() -> None:
    often = [row("会议于10时开始", "The meeting began at 10 a.m.", 0, f"D{n}") for n in range(10)]
    inside = [row("同上", "Idem", number, "E") for number in range(1, 30)]
    kept, ledger, report = run([*often, *inside], [planned("boilerplate")])
    assert kept == inside
    assert report.taken == (10,)
    assert ledger[0].detail["documents"] == 10


def test_a_row_is_counted_by_the_first_step_against_it_and_can_be_brought_back() -> None:
    bead = row(
        "Distribution: General", "Distribution: General", 4, source_ids=(4, 5), target_ids=(7,)
    )
    rows = [row(*GOOD[0]), bead, row(*GOOD[0], 9)]
    _, ledger, report = run(rows, default_plan())
    assert sum(report.taken) == 2
    assert counts(report)["untranslated"] + counts(report)["language"] == 1
    entries = [entry for entry in ledger if entry.detail["row"] == bead.id]
    assert [(entry.side, entry.sentence) for entry in entries] == [
        ("source", 4),
        ("source", 5),
        ("target", 7),
    ]
    assert json.loads(json.dumps(entries[0].detail["removed"])) == json.loads(
        json.dumps(asdict(bead))
    )


@settings(max_examples=25, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.text("安理会报告12 ", max_size=12),
            st.text("council report 12", max_size=30),
            st.sampled_from("ABC"),
            st.floats(0, 1),
        ),
        max_size=25,
    )
)
def test_every_sentence_is_kept_or_in_the_ledger(
    texts: list[tuple[str, str, str, float]],
) -> None:
    rows = [
        row(source, target, number, document, confidence=sure)
        for number, (source, target, document, sure) in enumerate(texts)
    ]
    plan = [planned(name) for name in STEPS if name != "boilerplate"]
    plan.insert(2, planned("boilerplate", {"documents": 2}))
    kept, ledger, report = run(rows, plan)
    assert report.read == len(rows)
    assert report.kept == len(kept) == len(rows) - sum(report.taken)
    assert sorted(
        [one.source_ids[0] for one in kept]
        + [
            entry.sentence
            for entry in ledger
            if entry.side == "source" and entry.sentence is not None
        ]
    ) == list(range(len(rows)))
    assert [one for one in rows if one in kept] == kept


def test_a_corpus_that_changes_between_passes_is_refused() -> None:
    rows = [row(*GOOD[0])]

    def growing() -> list[Row]:
        rows.append(replace(rows[0], id=f"A-{len(rows)}"))
        return list(rows)

    with pytest.raises(RuntimeError, match="grew"):
        clean(growing, [planned("exact_duplicates")], keep=[].append, remove=[].append)


def test_plans_are_read_from_words() -> None:
    plan = parse_plan(["numbers:min_share=0.5", "boilerplate:documents=3,sides=source", "length"])
    assert describe(plan)[:2] == [
        {"step": "numbers", "parameters": {"min_share": 0.5, "one_sided": 100}},
        {"step": "boilerplate", "parameters": {"documents": 3, "sides": "source"}},
    ]
    assert parse_plan(map(str, default_plan())) == default_plan()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("spelling", "unknown cleaning step 'spelling'; use one of language"),
        ("numbers:share=1", "no parameter 'share'; it has min_share"),
        ("numbers:min_share=x", "min_share must be a number"),
        ("numbers:min_share=2", "at least 0 and at most 1"),
        ("boilerplate:sides=none", "sides must be one of both, source, target"),
        ("boilerplate:documents", "write name:parameter=value"),
    ],
)
def test_the_message_for_a_wrong_plan_lists_the_valid_steps(text: str, words: str) -> None:
    with pytest.raises(InputError, match=words):
        parse_plan([text])


def test_figures_are_brought_to_the_same_units() -> None:
    for chinese, english in (
        ("1 250万人", "12.5 million people"),
        ("2.5亿美元", "$250 million"),
        ("３５万次", "350,000"),
        ("2万亿", "2 trillion"),
        ("第70/1号决议", "resolution 70/1"),
        ("12时40分", "12.40 p.m."),
        ("200多万人", "more than 2 million people"),
    ):
        assert figures(chinese, chinese=True) == figures(english, chinese=False)


def test_every_parameter_is_declared_and_taken() -> None:
    for step in STEPS.values():
        names = {parameter.name: parameter.default for parameter in step.parameters}
        check = step.start(**names)
        assert check.judge is not None
        assert step.help.endswith(".")
        assert all(parameter.help.endswith(".") for parameter in step.parameters)
        assert isinstance(check, LookingCheck) == hasattr(check, "look")


@pytest.fixture
def run_folder(tmp_path: Path) -> Path:
    """A folder with a corpus of four rows, two of them bad, and a ledger of one entry."""
    folder = tmp_path / "run"
    folder.mkdir()
    rows = [
        row(*GOOD[0]),
        row(*GOOD[1], 1, confidence=0.1),
        row(*GOOD[2], 2),
        row(*GOOD[0], 3),
    ]
    with (folder / "corpus.jsonl").open("wb") as file:
        jsonl.write(rows, file)
    with (folder / "ledger.jsonl").open("wb") as file:
        jsonl.write_ledger([LedgerEntry("A", "source", "read", "link", "https://")], file)
    return folder


def test_the_command_writes_a_clean_corpus_and_the_whole_ledger(cli: Cli, run_folder: Path) -> None:
    out = run_folder.parent / "clean"
    code, printed, err = cli("clean", run_folder, "--out", out)
    assert code == 0, err
    assert "kept 2 of 4 rows" in err
    assert "exact_duplicates" in printed
    assert [one.id for one in read_rows(out)] == ["A-000000", "A-000002"]
    assert [one.id for one in read_rows(out / "corpus.parquet")] == ["A-000000", "A-000002"]
    reasons = [(entry.stage, entry.reason) for entry in read_ledger(out)]
    assert reasons == [
        ("read", "link"),
        ("clean", "low_confidence"),
        ("clean", "low_confidence"),
        ("clean", "exact_duplicates"),
        ("clean", "exact_duplicates"),
    ]
    report = json.loads((out / "cleaning.json").read_text("utf-8"))
    assert (report["read"], report["kept"]) == (4, 2)
    steps = ["--step", "low_confidence:minimum=0.05", "--format", "tsv"]
    code, _, err = cli("clean", run_folder, "--out", out, *steps)
    assert code == 0, err
    assert "kept 4 of 4 rows" in err
    assert {path.name for path in out.iterdir()} == {
        "corpus.tsv",
        "corpus.jsonl",
        "corpus.parquet",
        "ledger.jsonl",
        "cleaning.json",
        "run.json",
    }


def test_wrong_use_of_the_command_is_reported_in_one_line(cli: Cli, run_folder: Path) -> None:
    for arguments, words in (
        ((run_folder,), "--out DIR"),
        ((run_folder, "--out", run_folder), "contains the corpus itself"),
        ((run_folder / "corpus.jsonl", "--out", run_folder), "contains the corpus itself"),
        ((run_folder, "--out", run_folder / "new", "--step", "x"), "unknown cleaning step 'x'"),
        ((run_folder.parent / "none", "--out", run_folder / "new"), "no such file or folder"),
    ):
        code, out, err = cli("clean", *arguments)
        assert (code, out, words in err, err.count("\n")) == (2, "", True, 1), err
    assert not (run_folder / "new").exists()
    assert "near_duplicates" in cli("clean", "--list")[1]


def test_few_false_alarms_on_the_un_development_set(shared: Path) -> None:
    """Human pairs of the UN corpus: under one in a hundred goes to any step."""
    folder = shared / "unpc"
    sides = [
        (folder / f"dev.{side}").read_text("utf-8").split("\n")[:1000] for side in ("zh", "en")
    ]
    rows = [row(*texts, number) for number, texts in enumerate(zip(*sides, strict=True))]
    _, _, report = run(rows, default_plan())
    assert all(taken < 10 for taken in report.taken), counts(report)
