"""The translator with the real model: each text once, resumed after a kill, flagged and retried."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from duizhao.corpus.paths import models_folder
from duizhao.corpus.script import has_chinese
from duizhao.corpus.translation import COPIED, Translation
from duizhao.models.translation.batching import clauses
from duizhao.models.translation.engine import Decoding, Engine
from duizhao.models.translation.load import EngineName, load_engine
from duizhao.models.translation.memory import Memory
from duizhao.models.translation.retries import Case, restored, with_stand_ins
from duizhao.models.translation.translator import Statistics, Translator
from tests.support.paths import ROOT

GREEDY = Decoding(beam=1)


@pytest.fixture(scope="module")
def engine() -> Engine:
    return load_engine()


@pytest.mark.model
def test_traditional_characters_are_translated_as_simplified_ones(
    engine: Engine, tmp_path: Path
) -> None:
    translator = Translator(engine, GREEDY, Memory(tmp_path / "m.sqlite"))
    simplified, traditional = "大会审议了秘书长的报告。", "大會審議了秘書長的報告。"
    first, second = translator.translate([simplified, traditional])
    assert first == second
    assert translator.statistics.translated == 1
    english = "The General Assembly considered the report of the Secretary-General."
    assert translator.score([traditional], [english]) == translator.score([simplified], [english])


@pytest.mark.model
def test_each_text_is_translated_once_and_never_again(engine: Engine, tmp_path: Path) -> None:
    texts = ["大会。", "安全理事会。", " 大会。\u200b", "", "大会。"]
    memory = Memory(tmp_path / "m.sqlite")
    first = Translator(engine, GREEDY, memory)
    made = list(first.translate(texts))
    assert [each.text for each in made] == [
        "General Assembly.",
        "Security Council.",
        "General Assembly.",
        "",
        "General Assembly.",
    ]
    statistics = first.statistics
    assert (statistics.texts, statistics.translated, statistics.repeated) == (5, 2, 2)
    assert statistics.tokens > 0

    second = Translator(engine, GREEDY, Memory(memory.path))
    assert list(second.translate(texts)) == made
    assert (second.statistics.translated, second.statistics.remembered) == (0, 2)
    assert second.statistics.saved == 4
    assert second.statistics.tokens == 0


@pytest.mark.model
def test_windows_bound_what_is_read_ahead_and_share_the_memory(engine: Engine) -> None:
    taken = 0

    def texts() -> Iterator[str]:
        nonlocal taken
        for number in range(40):
            taken += 1
            yield f"第{number % 6}次会议。"

    translator = Translator(engine, GREEDY, window=8)
    stream = translator.translate(texts())
    next(stream)
    assert taken == 8
    assert len(list(stream)) == 39
    assert translator.statistics.translated == 6


@pytest.mark.model
def test_progress_rises_to_the_number_of_texts(engine: Engine) -> None:
    seen: list[float] = []

    def report(statistics: Statistics) -> None:
        seen.append(statistics.done)

    translator = Translator(engine, GREEDY, guards=False)
    list(translator.translate([f"第{number}次会议。" for number in range(12)] + [""], report))
    assert seen == sorted(seen)
    assert seen[-1] == pytest.approx(13)


@pytest.mark.model
def test_forced_scores_are_worked_out_once(engine: Engine, tmp_path: Path) -> None:
    translator = Translator(engine, GREEDY, Memory(tmp_path / "m.sqlite"))
    sources, targets = ["大会。"] * 3, ["General Assembly.", "The dog barks.", "General Assembly."]
    scores = translator.score(sources, targets)
    assert scores[0] == scores[2]
    assert scores[0].log_probability > scores[1].log_probability + 5
    assert translator.memory.groups()[0].forced_scores == 2
    assert Translator(engine, GREEDY, translator.memory).score(sources, targets) == scores


@pytest.mark.model
def test_a_flagged_translation_is_tried_again_and_keeps_its_flag(engine: Engine) -> None:
    source = "安全理事会第 2532(2020)号决议要求秘书长提出报告。"
    plain = next(iter(Translator(engine, GREEDY, guards=False).translate([source])))
    assert plain.flags == ()
    assert "2532 (2020)" not in plain.text  # what makes this sentence a case for the guards
    translator = Translator(engine, GREEDY)
    checked = next(iter(translator.translate([source])))
    assert "2532 (2020)" in checked.text
    assert checked.flags == ("symbol_missing", "retry=stand_in:mended")
    assert (translator.statistics.flagged, translator.statistics.retried) == (1, 1)
    assert translator.statistics.flags["symbol_missing"] == 1


@pytest.mark.model
def test_text_without_a_chinese_character_is_copied(engine: Engine) -> None:
    """Was "Zip." for ✓ and "# I don't know #" for #."""
    address = "https://example.org/" + "a/b-c_d?e=1&f=2;" * 60
    copied = ["✓", "#", "L1", "598", "NIST §", "print(x[0]) # y", "★★★★☆", "。", address]
    translator = Translator(engine, GREEDY)
    made = list(translator.translate(["大会。", *copied, "㈠"]))
    assert made[0].text == "General Assembly."
    assert made[1:-1] == [Translation(text, 0.0, 0, (COPIED,)) for text in copied]
    assert COPIED not in made[-1].flags
    assert made[-1].tokens
    assert translator.statistics.copied == len(copied)
    assert translator.statistics.flagged <= 1, "the guards do not check copies"
    assert engine.translate(copied, GREEDY) == made[1:-1]


@pytest.mark.model
def test_a_text_of_which_one_part_is_copied_is_not_flagged_as_copied(engine: Engine) -> None:
    source = "大会请秘书长提交报告。" * 8 + "Resolution A; report B, annex C. " * 30
    part = next(part for part in engine.parts([source])[0] if not has_chinese(part))
    (made,) = engine.translate([source], GREEDY)
    assert COPIED not in made.flags
    assert part.strip() in made.text


@pytest.mark.model
@pytest.mark.parametrize("name", ["ctranslate2", "transformers"])
def test_output_has_no_spaces_around_apostrophes(name: EngineName) -> None:
    """Was "the mayor ' s office"."""
    if name == "transformers":
        pytest.importorskip("torch")
    (made,) = load_engine(engine=name).translate(["联合国儿童基金会"], GREEDY)
    assert made.text == "United Nations Children's Fund"


@pytest.mark.unit
def test_the_better_of_two_is_kept_and_said() -> None:
    source = "委员会第 70/1 号决议于2015年通过，共有193个会员国参加。"
    wrong = Translation("The resolution was adopted.", -0.2, 6)
    right = Translation(
        "Committee resolution 70/1 was adopted in 2015 with the participation of 193 States.",
        -0.4,
        18,
    )
    case = Case(source, wrong)
    case.offer("beam", Translation("The resolution was passed.", -0.9, 6))
    assert case.winner == "first"
    case.offer("clauses", right)
    assert case.result().text == right.text
    assert case.result().flags[-1] == "retry=clauses:mended"
    assert set(case.flags) < set(case.result().flags)


@pytest.mark.unit
def test_stand_ins_are_put_back_or_the_try_is_dropped() -> None:
    source = "关于 COVID-19 的第 2532(2020)号和第2565（2021）号决议；第2532(2020)号"
    text, stands_for = with_stand_ins(source)
    assert text == "关于 COVID-19 的第 1325(2000)号和第1373(2001)号决议；第1325(2000)号"
    said = "Resolutions 1325 (2000) and 1373 (2001); 1325(2000)"
    assert restored(said, stands_for) == "Resolutions 2532 (2020) and 2565 (2021); 2532 (2020)"
    assert restored("Resolution 1325 and 1373 (2001)", stands_for) is None
    assert with_stand_ins("没有决议")[1] == {}


@pytest.mark.unit
def test_clauses_are_whole_and_not_tiny() -> None:
    text = "大会，注意到秘书长关于裁军的报告；决定在下届会议上审议该项目；请秘书长提出报告。"
    parts = clauses(text)
    assert "".join(parts) == text
    assert len(parts) == 3
    assert clauses("大会。") == ["大会。"]


def _lines(count: int) -> str:
    """Sentences that are all different and take a while."""
    head = "秘书长在提交大会第{}届会议的报告中指出，各国政府应当继续加强在第{}号方案下的国际合作"
    return "".join(head.format(i, i * 7) + "。\n" for i in range(count))


def _start(source: Path, output: Path, cache: Path) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [
            sys.executable,
            "-c",
            "from duizhao.flows.cli import main; main()",
            *("translate", str(source), "-o", str(output), "--beam", "1", "--batch-tokens", "128"),
        ],
        cwd=ROOT,
        env={**os.environ, "DUIZHAO_CACHE": str(cache), "DUIZHAO_MODELS": str(models_folder())},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    )


def _finish(process: subprocess.Popen[bytes]) -> str:
    _, errors = process.communicate(timeout=300)
    assert process.returncode == 0, errors.decode()
    return errors.decode()


def _stored(cache: Path) -> int:
    """The number of translations in the memory."""
    try:
        with sqlite3.connect(cache / "memory.sqlite", timeout=10) as connection:
            return int(connection.execute("SELECT count(*) FROM translation").fetchone()[0])
    except sqlite3.OperationalError:
        return 0


LINES, FEW = 24, 5


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a text, source.zh, and its translation by an undisturbed process, whole.en."""
    folder = tmp_path_factory.mktemp("whole")
    (folder / "source.zh").write_text(_lines(LINES), encoding="utf-8")
    _finish(_start(folder / "source.zh", folder / "whole.en", folder / "cache"))
    return folder


def _kill_at_work(process: subprocess.Popen[bytes], cache: Path) -> None:
    """Kill the process when the first translations are stored."""
    deadline = time.monotonic() + 240
    while _stored(cache) < FEW and time.monotonic() < deadline and process.poll() is None:
        time.sleep(0.01)
    process.send_signal(signal.SIGKILL)
    process.communicate()
    assert process.returncode == -signal.SIGKILL


@pytest.mark.system
def test_killed_and_started_again_the_output_is_the_same_bytes(whole: Path, tmp_path: Path) -> None:
    """Two processes at once on one memory, one killed in the middle of its translation."""
    source, cache = whole / "source.zh", tmp_path / "cache"
    killed = _start(source, tmp_path / "killed.en", cache)
    other = _start(source, tmp_path / "other.en", cache)
    _kill_at_work(killed, cache)
    assert not (tmp_path / "killed.en").exists()
    _finish(other)
    messages = _finish(_start(source, tmp_path / "killed.en", cache))
    assert "; 0 translated" in messages

    output = (whole / "whole.en").read_bytes()
    assert (tmp_path / "killed.en").read_bytes() == output
    assert (tmp_path / "other.en").read_bytes() == output
    assert output.count(b"\n") == LINES
    memory = Memory(cache / "memory.sqlite")
    entries = list(memory.entries())
    keys = {(entry.source, entry.decoding) for entry in entries}
    assert len(keys) == len(entries)
    with sqlite3.connect(memory.path) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)


@pytest.mark.system
def test_killed_alone_it_takes_up_where_it_stopped(whole: Path, tmp_path: Path) -> None:
    source, cache = whole / "source.zh", tmp_path / "cache"
    killed = _start(source, tmp_path / "again.en", cache)
    _kill_at_work(killed, cache)
    stored = _stored(cache)
    assert FEW <= stored < LINES
    messages = _finish(_start(source, tmp_path / "again.en", cache))
    assert f"({stored} from the memory" in messages
    assert (tmp_path / "again.en").read_bytes() == (whole / "whole.en").read_bytes()
