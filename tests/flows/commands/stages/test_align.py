"""`duizhao align`: beads of two files of sentences, in either direction."""

from __future__ import annotations

import functools
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from duizhao.corpus.alignment import (
    parse_bead,
)
from duizhao.evaluation.metrics.alignment import read_beads, score
from duizhao.flows.timed_models import PROBE, Forced
from duizhao.models.translation.engine import ForcedScore
from tests.support.cli import Cli, Done

pytestmark = pytest.mark.model

ZH = [
    "安全理事会第8742次会议于2020年5月12日举行。",
    "主席宣布会议开始。",
    "秘书长提交了关于阿富汗局势的报告，报告载于S/2020/415号文件。",
    "安理会成员讨论了人道主义援助问题。",
    "会议于下午1时结束。",
]
EN = [
    "The 8742nd meeting of the Security Council was held on 12 May 2020.",
    "The President declared the meeting open.",
    "The Secretary-General submitted a report on the situation in Afghanistan.",
    "The report is contained in document S/2020/415.",
    "The members of the Council discussed humanitarian assistance.",
]
MT = [
    "The 8742nd meeting of the Security Council was held on 12 May 2020.",
    "The President declared the meeting open.",
    "The Secretary-General submitted the report on the situation in Afghanistan, contained in "
    "document S/2020/415.",
    "Members of the Council discussed the issue of humanitarian assistance.",
    "The meeting rose at 1 p.m.",
]
BEADS = ["[0]:[0]", "[1]:[1]", "[2]:[2,3]", "[3]:[4]", "[4]:[]"]

Run = Callable[..., Done]


@pytest.fixture
def run(cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run `duizhao align` in a folder with zh, en and mt."""
    monkeypatch.chdir(tmp_path)
    for name, lines in (("zh", ZH), ("en", EN), ("mt", MT)):
        Path(name).write_text("\n".join(lines) + "\n", encoding="utf-8")
    return functools.partial(cli, "align")


def test_a_bead_a_line(run: Run) -> None:
    code, out, err = run("zh", "en", "--mt", "mt", "--effort", "fast")
    assert (code, out.splitlines()) == (0, BEADS)
    assert "5 beads, 1 of them without a partner, mean confidence" in err
    assert "embeddings" in err


def test_tsv_and_jsonl_are_read_as_predictions(run: Run, tmp_path: Path) -> None:
    for form in ("tsv", "jsonl"):
        options = ("--mt", "mt", "--effort", "fast", "--to", form, "-o", f"out.{form}")
        assert run("zh", "en", *options)[0] == 0
        assert [str(bead) for bead in read_beads(tmp_path / f"out.{form}")] == BEADS
    head, first, *_ = (tmp_path / "out.tsv").read_text(encoding="utf-8").splitlines()
    assert head.split("\t") == ["source", "target", "type", "confidence", "bead"]
    assert first.split("\t")[:3] == [ZH[0], EN[0], "1-1"]
    row = json.loads((tmp_path / "out.jsonl").read_text(encoding="utf-8").splitlines()[2])
    assert (row["source_ids"], row["target_ids"], row["type"]) == ([2], [2, 3], "1-2")
    assert row["kept"] is True
    assert row["target"] == EN[2:4]
    assert set(row["signals"]) >= {"overlap", "copied", "length"}


def test_what_is_less_sure_is_left_out_and_counted(run: Run) -> None:
    code, out, err = run("zh", "en", "--mt", "mt", "--effort", "fast", "--min-confidence", "1")
    kept = len(out.splitlines())
    assert code == 0
    assert kept < 5
    assert f"{5 - kept} omitted below 1.0" in err


def test_standard_input_in_any_encoding_is_one_of_the_texts(run: Run) -> None:
    english = "\n".join(EN).encode("utf-16")
    code, out, err = run("zh", "-", "--mt", "mt", "--effort", "fast", stdin=english)
    assert (code, out.splitlines()) == (0, BEADS)
    assert "utf-16" in err.lower()
    chinese = "\n".join(ZH).encode("gb18030")
    assert run("-", "en", "--mt", "mt", "--effort", "fast", stdin=chinese)[1].splitlines() == BEADS
    code, _, err = run("-", "-")
    assert code == 2
    assert "only one of the files can be -" in err


def test_with_no_translation_and_with_one_made_first(run: Run) -> None:
    code, out, err = run("zh", "en", "--translate")
    assert (code, out.splitlines()) == (0, BEADS)
    assert "translating 5 sentences" in err
    assert "models and translation" in err
    assert run("zh", "en", "--effort", "fast")[1].splitlines()[:2] == BEADS[:2]


def test_english_to_chinese_is_the_same_the_other_way_round(run: Run) -> None:
    flipped = ["[0]:[0]", "[1]:[1]", "[2,3]:[2]", "[4]:[3]", "[]:[4]"]
    code, out, err = run("en", "zh", "--translate")
    assert (code, out.splitlines()) == (0, flipped)
    assert "aligning from the Chinese side" in err
    Path("en.mt").write_text("\n".join([*ZH[:2], *ZH[2].split("，"), ZH[3]]), encoding="utf-8")
    code, out, _ = run("en", "zh", "--mt", "en.mt")
    assert (code, out.splitlines()) == (0, flipped)


def test_academic_text_from_its_english_side(run: Run, shared: Path) -> None:
    folder = shared / "align" / "academic"
    gold = read_beads(folder / "001.gold")[:20]
    ends = gold[-1].source[-1] + 1, gold[-1].target[-1] + 1
    for name, end in (("001.en", ends[0]), ("001.mt.zh", ends[0]), ("001.zh", ends[1])):
        lines = (folder / name).read_text(encoding="utf-8").split("\n")[:end]
        Path(name).write_text("\n".join(lines), encoding="utf-8")
    for options in (
        ("--mt", "001.mt.zh"),
        ("--effort", "fast"),
        ("--mt", "001.mt.zh", "--effort", "fast"),
    ):
        code, out, _ = run("001.en", "001.zh", *options)
        assert code == 0
        found = [parse_bead(line) for line in out.splitlines()]
        assert score([(gold, found)]).strict.f1 > 0.9


def test_other_languages_have_no_forced_decoding_and_no_translation(run: Run) -> None:
    french = [
        "La 8742e séance du Conseil de sécurité a eu lieu le 12 mai 2020.",
        "Le Président déclare la séance ouverte.",
        "Le Secrétaire général a présenté un rapport sur la situation en Afghanistan.",
        "Le rapport figure dans le document S/2020/415.",
        "Les membres du Conseil ont examiné la question de l'aide humanitaire.",
    ]
    Path("fr").write_text("\n".join(french), encoding="utf-8")
    code, out, err = run("fr", "en")
    assert (code, out.splitlines()) == (0, [f"[{i}]:[{i}]" for i in range(5)])
    assert "without forced decoding" in err
    code, _, err = run("fr", "en", "--translate")
    assert code == 2
    assert "--model" in err
    assert run("zh", "en", "--source-lang", "ja", "--translate")[0] == 2


def test_unrelated_texts_are_rejected_unless_an_option_allows_them(run: Run) -> None:
    Path("other").write_text(
        "\n".join(f"He walked along the river with dog {i} and sang quietly." for i in range(6)),
        encoding="utf-8",
    )
    code, out, err = run("zh", "other", "--effort", "fast")
    assert (code, out) == (1, "")
    assert "not translations of each other: only" in err
    assert run("zh", "other", "--effort", "fast", "--no-check-parallel")[0] == 0


def test_a_translation_that_no_signal_uses_is_reported(run: Run) -> None:
    code, _, err = run("zh", "en", "--mt", "mt", "--signals", "length")
    assert code == 0
    assert "--mt mt is not used" in err
    assert "it cannot be checked" in err


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("zh", "absent"), "absent"),
        (("zh", "en", "--mt", "short"), "short: 1 lines, but zh has 5"),
        (("zh", "en", "--mt", "mt", "--translate"), "only one of --mt and --translate"),
        (("zh", "en", "--signals", "magic"), "magic: no such signal"),
        (("zh", "blank"), "blank: "),
    ],
)
def test_wrong_input_is_named(run: Run, arguments: tuple[str, ...], message: str) -> None:
    Path("short").write_text("One line.\n", encoding="utf-8")
    Path("blank").write_text("\n \n", encoding="utf-8")
    code, _, err = run(*arguments)
    assert code == 2
    assert message in err


def test_forced_decoding_estimates_its_time_in_advance() -> None:
    said: list[str] = []
    shown: list[int] = []

    def scores(sources: object, targets: object) -> list[ForcedScore]:
        assert isinstance(sources, list)
        assert isinstance(targets, list)
        return [ForcedScore(-float(s) - float(t), 1) for s, t in zip(sources, targets, strict=True)]

    forced = Forced(scores, said.append, lambda _text, done, _total: shown.append(done))
    numbers = [str(i) for i in range(3000)]
    found = forced(numbers, ["1"] * 3000)
    assert [each.log_probability for each in found] == [-float(i) - 1 for i in range(3000)]
    assert said == ["forced decoding: 3,000 pairs, about 1 s (--effort fast: none)"]
    assert shown[0] <= 2 * PROBE
    assert shown[-1] == 3000
    assert forced([], []) == []


def test_blank_lines_and_bare_carriage_returns_have_no_effect_on_the_beads(
    cli: Cli, tmp_path: Path
) -> None:
    plain, spaced = tmp_path / "plain", tmp_path / "spaced"
    for folder, gap in ((plain, "\n"), (spaced, "\n\n  \r")):
        folder.mkdir()
        for name, lines in (("zh", ZH), ("en", EN), ("mt", MT)):
            (folder / name).write_bytes((gap.join(lines) + "\n").encode())
    found = []
    for folder in (plain, spaced):
        names = [folder / "zh", folder / "en", "--mt", folder / "mt"]
        code, out, _ = cli("align", *names, "--signals", "overlap,copied,length", "--json")
        assert code == 0
        beads = [json.loads(line) for line in out.splitlines()]
        found.append([(bead["source"], bead["target"], bead["confidence"]) for bead in beads])
    assert found[0] == found[1]
    assert [bead["source_ids"] for bead in beads] == [[0], [3], [6], [9], [12]]
