"""`duizhao build`, run as a user runs it: real model, real Prefect, real files."""

from __future__ import annotations

import functools
import hashlib
import io
import json
import os
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from contextlib import suppress
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from duizhao.corpus.errors import DuizhaoError, InputError
from duizhao.corpus.files import folder
from duizhao.corpus.samples import pair
from duizhao.flows import results
from duizhao.flows.settings import resolve
from tests.support.cli import Cli
from tests.support.paths import ROOT

CORPUS = ("corpus.jsonl", "corpus.tsv", "corpus.tmx", "corpus.parquet", "ledger.jsonl")
REPORT = """关于洪水预警的报告

1. 会议于2021年3月4日在日内瓦举行。

会议通过了第7(2021)号决议。与会者感谢东道国的盛情款待。
"""
REFERENCE = """Report on flood warning

1. The meeting was held in Geneva on 4 March 2021.

The meeting adopted resolution 7 (2021). Participants thanked the host country for its hospitality.
"""


@pytest.fixture(scope="module")
def texts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("texts")
    (place / "r.zh.txt").write_text(REPORT, encoding="utf-8")
    (place / "r.en.txt").write_text(REFERENCE, encoding="utf-8")
    return place


def build(texts: Path, out: Path, *, reference: bool = True, **options: Any) -> dict[str, Any]:
    """A build in this process, without results of earlier ones in memory."""
    from duizhao.flows.build.flow import build as build_flow

    results.forget()
    target = str(texts / "r.en.txt") if reference else None
    settings = resolve(**options).settings
    told: dict[str, Any] = build_flow(str(texts / "r.zh.txt"), target, str(out), settings)
    return told


def rows(out: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (out / "corpus.jsonl").read_text().splitlines()]


@pytest.fixture(scope="module")
def built(environment: dict[str, str], texts: Path) -> Path:
    build(texts, texts / "out")
    return texts / "out"


@pytest.mark.system
def test_every_file_exists_and_matches_run_json(built: Path) -> None:
    told = json.loads((built / "run.json").read_text())
    assert {*CORPUS, "README.md", "scores.json", "report.html"} <= set(told["files"])
    assert {path.name for path in built.iterdir()} == {*told["files"], "run.json"}
    for name, facts in told["files"].items():
        data = (built / name).read_bytes()
        assert facts == {"bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()}
    assert told["model_hash"].startswith("edd8c8a6863d")
    assert (told["device"], told["compute_type"].split("-")[0]) == ("cpu", "int8")
    stages = {"read_source", "read_target", "translate", "align", "score", "write"}
    assert set(told["seconds"]) == stages


@pytest.mark.system
def test_the_formats_agree_and_are_valid(built: Path) -> None:
    from lxml import etree
    from pyarrow import parquet

    expected = [row["id"] for row in rows(built)]
    table = parquet.read_table(built / "corpus.parquet")
    assert table.column("id").to_pylist() == expected
    lines = (built / "corpus.tsv").read_text().splitlines()
    assert [line.split("\t")[0] for line in lines[1:]] == expected
    tree = etree.parse(built / "corpus.tmx")
    dtd = etree.DTD(io.BytesIO((ROOT / "corpus/files/tmx14.dtd").read_bytes()))
    assert dtd.validate(tree), dtd.error_log
    assert [unit.get("tuid") for unit in tree.iter("tu")] == expected


@pytest.mark.system
def test_a_row_pairs_the_report_with_its_reference(built: Path) -> None:
    found = {row["source"]: row for row in rows(built)}
    row = found["会议通过了第7(2021)号决议。"]
    assert row["target"] == "The meeting adopted resolution 7 (2021)."
    assert row["target_kind"] == "human"
    assert "resolution 7 (2021)" in row["machine_translation"]
    assert row["source_document"] == "r.zh"
    assert row["signals"]
    assert 0 < row["confidence"] <= 1


@pytest.mark.system
def test_scores_are_over_the_aligned_beads(built: Path) -> None:
    import sacrebleu

    made = [row["machine_translation"] for row in rows(built)]
    references = [row["target"] for row in rows(built)]
    scores = json.loads((built / "scores.json").read_text())["aligned_beads"]
    assert scores["bleu"]["value"] == sacrebleu.corpus_bleu(made, [references]).score
    assert "version" in scores["chrf++"]["signature"]


@pytest.mark.system
def test_the_same_build_again_translates_nothing_and_writes_the_same_bytes(
    texts: Path, built: Path
) -> None:
    told = build(texts, texts / "again")
    assert told["translation"] == {"reused": True}
    first = json.loads((built / "run.json").read_text())
    assert told["compute_type"] == first["compute_type"], "as it was made"
    assert {name for name, seconds in told["seconds"].items() if seconds} == {"write"}
    for name in (*CORPUS, "scores.json", "alignment.json"):
        assert (built / name).read_bytes() == (texts / "again" / name).read_bytes(), name


@pytest.mark.system
def test_another_setting_redoes_only_what_depends_on_it(texts: Path, built: Path) -> None:
    told = build(texts, texts / "fast", effort="fast")
    assert told["translation"] == {"reused": True}
    assert told["seconds"]["align"] > 0


@pytest.mark.model
def test_results_are_named_by_what_made_them_not_by_names(
    environment: dict[str, str], tmp_path: Path
) -> None:
    """The same weights under another name are the same; another device or arithmetic is not."""
    from duizhao.flows import stages
    from duizhao.models.weights.default import default_folder

    same = resolve(model="default", engine="ctranslate2", device="auto").settings
    assert stages.translation_parts(same) == stages.translation_parts(resolve().settings)
    changes: list[dict[str, Any]] = [{"device": "cuda"}, {"compute_type": "float32"}, {"beam": 1}]
    for change in changes:
        parts = stages.translation_parts(resolve(**change).settings)
        assert parts != stages.translation_parts(same), change
    copies = []
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        for file in weights_files():
            (tmp_path / name / file).symlink_to(default_folder() / file)
        copies.append(stages.translation_parts(resolve(model=str(tmp_path / name)).settings))
    assert copies[0] == copies[1]


def weights_files() -> list[str]:
    from duizhao.models.weights.default import FILES

    return [file.name for file in FILES]


@pytest.mark.unit
def test_only_temporary_errors_are_tried_again_with_a_message() -> None:
    from duizhao.corpus.errors import FetchError, WeightsError
    from duizhao.flows.build.flow import _worth_a_retry
    from duizhao.flows.terminal import console

    said: list[str] = []

    class Listening(console.Console):
        def note(self, text: str) -> None:
            said.append(text)

    class Task:
        name = "translate"

    class Failed:
        def __init__(self, error: Exception) -> None:
            self.error = error

        def result(self, raise_on_failure: bool) -> Exception:
            return self.error

    with console.use(Listening()):
        for error, is_retried in (
            (WeightsError("no network"), False),
            (FetchError("a file broke off"), True),
            (OSError("stale file handle"), True),
            (InputError("empty"), False),
        ):
            assert _worth_a_retry(Task(), None, Failed(error)) is is_retried
    assert said == [
        "translate: a file broke off; trying again",
        "translate: stale file handle; trying again",
    ]


@pytest.mark.system
def test_beads_not_sure_enough_are_in_the_ledger(texts: Path, built: Path) -> None:
    told = build(texts, texts / "sure", min_confidence=1, formats="jsonl")
    number = told["counts"]
    sources = [
        entry
        for line in (texts / "sure" / "ledger.jsonl").read_text().splitlines()
        if (entry := json.loads(line))["side"] == "source" and entry["sentence"] is not None
    ]
    assert number["source_sentences_in_corpus"] + len(sources) == number["source_sentences"]
    assert not (texts / "sure" / "corpus.tmx").exists()


@pytest.mark.system
@pytest.mark.parametrize("formats", ["tmx", "tsv,tmx", "jsonl"])
def test_formats_are_in_addition_to_what_other_commands_read(
    cli: Cli, environment: dict[str, str], texts: Path, tmp_path: Path, formats: str
) -> None:
    from datasets import load_dataset

    out = tmp_path / "out"
    arguments = [texts / "r.zh.txt", "--reference", texts / "r.en.txt", "--out", out]
    done = cli("build", *arguments, "--formats", formats, env=environment)
    assert done.code == 0, done.err
    written = {path.suffix[1:] for path in out.glob("corpus.*")}
    assert written == {"jsonl", "parquet", *formats.split(",")}
    assert (out / "report.html").is_file()
    assert cli("stats", out, env=environment).code == 0
    found = load_dataset(str(out), cache_dir=str(tmp_path / "cache"))
    sources = [one["zh"] for one in found["train"]["translation"]]
    assert sources == [row["source"] for row in rows(out)]


@pytest.mark.system
def test_the_summary_counts_the_rows_of_the_unit(
    cli: Cli, environment: dict[str, str], tmp_path: Path
) -> None:
    report = tmp_path / "r.zh.txt"
    report.write_text("安全理事会通过了决议。大会欢迎该决议。\n\n会议结束。\n", encoding="utf-8")
    out = tmp_path / "out"
    done = cli("build", report, "--out", out, "--unit", "paragraph", env=environment)
    assert done.code == 0, done.err
    assert len(rows(out)) == 2
    run = json.loads((out / "run.json").read_text("utf-8"))
    assert (run["counts"]["rows"], sum(run["counts"]["beads"].values())) == (2, 3)


@pytest.mark.unit
def test_an_unknown_format_is_refused_before_any_work(
    cli: Cli, texts: Path, tmp_path: Path
) -> None:
    done = cli("build", texts / "r.zh.txt", "--out", tmp_path / "out", "--formats", "tmx,docs")
    assert (done.code, "'docs' is not one of jsonl, tsv, tmx" in done.err) == (2, True), done.err
    assert not (tmp_path / "out").exists()


@pytest.mark.system
def test_the_card_of_a_build_has_the_licence_and_an_edited_one_stays(
    texts: Path, built: Path, tmp_path: Path
) -> None:
    assert "license: unknown\n" in (built / "README.md").read_text()
    out = tmp_path / "out"
    build(texts, out, licence="CC-BY-4.0", origin="a court", tags="law, treaties")
    card = (out / "README.md").read_text()
    assert "license: cc-by-4.0\n" in card
    assert "- law\n- treaties\n" in card
    assert "- a court\n" in card
    build(texts, out, licence="mit")
    assert "license: mit\n" in (out / "README.md").read_text(), "it replaces its own"
    (out / "README.md").write_text("Mine.\n")
    for _ in range(2):
        told = build(texts, out, licence="mit")
        assert (out / "README.md").read_text() == "Mine.\n"
        assert "README.md" not in told["files"]
    foreign = tmp_path / "foreign"
    foreign.mkdir()
    (foreign / "README.md").write_text("Of my project.\n")
    build(texts, foreign)
    assert (foreign / "README.md").read_text() == "Of my project.\n"


@pytest.mark.unit
def test_build_and_batch_leave_out_pairs_below_the_same_confidence() -> None:
    from duizhao.corpus.cleaning.plan import STEPS
    from duizhao.corpus.row import MIN_CONFIDENCE
    from duizhao.flows.batch.options import batch_options
    from duizhao.flows.settings import Settings

    assert Settings().min_confidence == MIN_CONFIDENCE == 0.5
    (parameter,) = STEPS["low_confidence"].parameters
    assert parameter.default == MIN_CONFIDENCE
    assert "low_confidence" not in [one.step.name for one in batch_options().steps]


@pytest.mark.system
def test_without_a_reference_the_target_is_the_translation(texts: Path, built: Path) -> None:
    told = build(texts, texts / "alone", reference=False)
    assert told["scores"] == {}
    assert {row["target_kind"] for row in rows(texts / "alone")} == {"machine"}
    assert all(row["target"] == row["machine_translation"] for row in rows(texts / "alone"))


@pytest.mark.system
def test_the_demo_prints_its_summary(cli: Cli, environment: dict[str, str], tmp_path: Path) -> None:
    done = cli("demo", "--out", tmp_path / "demo", "--beam", "1", env=environment)
    assert done.code == 0, done.err
    for word in ("sentences", "1-1:", "BLEU", "chrF++", "TER", "start Prefect", "Files"):
        assert word in done.out
    assert (tmp_path / "demo" / "run.json").exists()


def bad_input(place: Path, kind: str) -> list[object]:
    """Invalid arguments of a build, and the text that the message must contain."""
    path = place / f"{kind}.txt"
    contents = {
        "empty": b" \n\n",
        "binary": bytes(range(256)) * 40,
        "english": REFERENCE.encode() * 3,
    }
    if kind in contents:
        path.write_bytes(contents[kind])
    if kind == "chinese reference":
        return [place / "r.zh.txt", "--reference", place / "r.zh.txt"]
    if kind == "out is a file":
        return [place / "r.zh.txt", "--out", place / "r.en.txt" / "out"]
    if kind == "directory":
        return [place]
    return [path]


@pytest.mark.system
@pytest.mark.parametrize(
    "kind",
    ["empty", "binary", "english", "chinese reference", "missing", "directory", "out is a file"],
)
def test_bad_input_is_one_line_exit_code_2_and_nothing_written(
    cli: Cli, environment: dict[str, str], texts: Path, tmp_path: Path, kind: str
) -> None:
    arguments = bad_input(texts, kind)
    if "--out" not in arguments:
        arguments += ["--out", tmp_path / "out"]
    done = cli("build", *arguments, env=environment, cwd=tmp_path)
    assert done.code == 2, done.err
    assert done.out == ""
    told = [line for line in done.err.splitlines() if not line.startswith("✓")]
    assert len(told) == 1, done.err
    assert told[0].startswith("duizhao: ")
    assert str(texts) in told[0]
    assert list(tmp_path.iterdir()) == []


@pytest.mark.unit
@pytest.mark.parametrize(
    "options",
    [
        ["--beam", "0"],
        ["--beam", "100000"],
        ["--device", "tpu"],
        ["--engine", "magic"],
        ["--formats", "docs"],
        ["--min-confidence", "2"],
    ],
)
def test_a_wrong_option_is_exit_code_2_and_nothing_written(
    cli: Cli, texts: Path, tmp_path: Path, options: list[str]
) -> None:
    done = cli("build", texts / "r.zh.txt", "--out", tmp_path / "out", *options)
    assert done.code == 2
    assert "Traceback" not in done.err
    assert list(tmp_path.iterdir()) == []


@pytest.mark.system
def test_a_build_killed_while_it_translates_goes_on_to_the_same_corpus(
    cli: Cli, environment: dict[str, str], tmp_path: Path
) -> None:
    report, reference = pair()
    how = ["--beam", "1", "--effort", "fast", "--no-report", "--json"]

    build = ["build", report, "--reference", reference, *how, "--out"]
    first = environment | {"DUIZHAO_CACHE": str(tmp_path / "cache")}
    killed = cli.start(*build, tmp_path / "killed", env=first)
    wait_for_translations(tmp_path / "cache" / "memory.sqlite", killed)
    killed.send_signal(signal.SIGKILL)
    killed.wait()
    assert not (tmp_path / "killed" / "run.json").exists()
    done = cli(*build, tmp_path / "killed", env=first)
    assert done.code == 0, done.err
    assert json.loads(done.out)["translation"]["remembered"] > 0, "it went on"

    second = first | {"DUIZHAO_CACHE": str(tmp_path / "other")}
    undisturbed = cli(*build, tmp_path / "whole", env=second)
    assert undisturbed.code == 0, undisturbed.err
    for name in (*CORPUS, "scores.json"):
        killed_bytes = (tmp_path / "killed" / name).read_bytes()
        assert killed_bytes == (tmp_path / "whole" / name).read_bytes(), name


GONE = """
import os, signal, sys, threading, time
from pathlib import Path
import psutil
from duizhao.flows.cli import main

def watch():
    while not Path("out/run.json").exists():
        time.sleep(0.001)
    for child in psutil.Process().children():
        if "duizhao.flows.runtime.server" in child.cmdline():
            child.send_signal(signal.SIGKILL)

threading.Thread(target=watch, daemon=True).start()
sys.argv = ["duizhao", "build", "r.zh.txt", "--no-report", "--json", "--out", "out"]
main()
"""


@pytest.mark.system
def test_a_build_whose_prefect_server_ends_after_the_folder_is_complete_succeeds_with_a_note(
    texts: Path, built: Path, environment: dict[str, str], tmp_path: Path
) -> None:
    del built  # the same text has been translated
    (tmp_path / "r.zh.txt").write_text(REPORT, encoding="utf-8")
    private = {**environment, "PREFECT_CLIENT_MAX_RETRIES": "0", "PYTHONPATH": str(ROOT)}
    for name in ("PREFECT_API_URL", "PREFECT_API_AUTH_STRING", "PREFECT_HOME"):
        private.pop(name, None)
    done = subprocess.run(
        [sys.executable, "-c", GONE],
        env=private,
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "; the corpus in out is complete" in done.stderr
    assert "Traceback" not in done.stderr
    assert json.loads(done.stdout)["counts"]["rows"] == len(rows(tmp_path / "out"))


def wait_for_translations(memory: Path, process: subprocess.Popen[bytes]) -> None:
    """Until the first batch is in the memory; the process must still be at work then."""
    for _ in range(1200):
        assert process.poll() is None, "ended before it could be killed"
        with suppress(sqlite3.Error):
            if memory.exists():
                with sqlite3.connect(f"file:{memory}?mode=ro", uri=True) as database:
                    if database.execute("SELECT count(*) FROM translation").fetchone()[0]:
                        return
        time.sleep(0.05)
    raise AssertionError("no translation in a minute")


@pytest.mark.unit
def test_a_folder_that_was_not_finished_is_not_a_corpus(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "out"
    (folder.begin(out) / "run.json").write_text("old")
    folder.finish(out)
    partial = folder.begin(out)
    assert (out / "run.json").read_text() == "old", (
        "the old corpus stands until the new one is whole"
    )
    for name in ("corpus.jsonl", "corpus.tsv", "run.json"):
        (partial / name).write_text("new")
    replace = Path.replace

    def dies_at_the_second_file(self: Path, target: Path) -> Path:
        if self.name == "corpus.tsv":
            raise KeyboardInterrupt
        return replace(self, target)

    monkeypatch.setattr(Path, "replace", dies_at_the_second_file)
    with pytest.raises(KeyboardInterrupt):
        folder.finish(out)
    assert not (out / "run.json").exists()
    monkeypatch.undo()
    folder.check_output(out, folder.OUTPUTS)  # what the killed run moved is known as ours
    (folder.begin(out) / "run.json").write_text("newer")
    folder.finish(out)
    assert [path.name for path in out.iterdir()] == ["run.json"]


@pytest.mark.unit
def test_files_that_no_run_wrote_are_neither_replaced_nor_taken_away(tmp_path: Path) -> None:
    out = tmp_path / "out"
    partial = folder.begin(out)
    files = {"corpus.jsonl": {}, "corpus.tsv": {}}
    for name in files:
        (partial / name).write_text("ours")
    folder.write_json(partial / "run.json", {"files": files})
    folder.finish(out)
    (out / "corpus.tmx").write_text("foreign")
    folder.check_output(out, folder.OUTPUTS)
    (folder.begin(out) / "run.json").write_text("{}")
    folder.finish(out)
    assert {path.name for path in out.iterdir()} == {"corpus.tmx", "run.json"}

    foreign = tmp_path / "foreign"
    foreign.mkdir()
    (foreign / "scores.json").write_text("{}")
    with pytest.raises(InputError, match=r"scores\.json, not written by duizhao"):
        folder.check_output(foreign, folder.OUTPUTS)


@pytest.mark.system
def test_a_build_stops_before_it_works_where_foreign_files_lie(
    cli: Cli, environment: dict[str, str], texts: Path, tmp_path: Path
) -> None:
    (tmp_path / "report.html").write_text("mine")
    done = cli("build", texts / "r.zh.txt", "--out", tmp_path, env=environment)
    assert done.code == 2
    assert "report.html, not written by duizhao" in done.err
    assert done.err.count("\n") == 1
    assert (tmp_path / "report.html").read_text() == "mine"


def through_pipe(pipe: Path, text: str) -> threading.Thread:
    writer = threading.Thread(target=pipe.write_text, args=(text, "utf-8"))
    writer.start()
    return writer


@pytest.mark.system
def test_a_pipe_gives_its_own_document_and_not_the_one_before(
    environment: dict[str, str], tmp_path: Path
) -> None:
    """Two pipes of the same name, as <(...) gives them, with different texts."""
    from duizhao.flows import stages
    from duizhao.flows.storage import pipes_held

    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    for text in ("会议在日内瓦举行。", "与会者感谢东道国的盛情款待。"):
        writer = through_pipe(pipe, text)
        with pipes_held(str(pipe), None):
            keys = {stages.read(str(pipe), "zh", "source") for _ in range(2)}
        writer.join()
        (key,) = keys
        assert [sentence.text for sentence in results.load(key).document.sentences] == [text]


@pytest.mark.system
def test_a_build_of_a_pipe(cli: Cli, environment: dict[str, str], tmp_path: Path) -> None:
    pipe, out = tmp_path / "pipe", tmp_path / "out"
    os.mkfifo(pipe)
    writer = through_pipe(pipe, "会议在日内瓦举行。")
    done = cli("build", pipe, "--out", out, "--beam", "1", "--no-report", env=environment)
    writer.join()
    assert done.code == 0, done.err
    assert [row["source"] for row in rows(out)] == ["会议在日内瓦举行。"]


@pytest.mark.system
def test_damage_is_reported_again_for_a_cached_reading(
    environment: dict[str, str], tmp_path: Path
) -> None:
    from duizhao.flows import reading, stages
    from duizhao.flows.terminal import console

    said: list[str] = []

    class Listening(console.Console):
        def note(self, text: str) -> None:
            said.append(text)

    file = tmp_path / "d.zh.txt"
    file.write_bytes("会议在日内瓦举行。\n会议".encode()[:-1] + "通过了决议。\n".encode())
    for _ in range(2):
        results.forget()
        reading._warn_once.cache_clear()
        with console.use(Listening()):
            stages.read(str(file), "zh", "source")
            stages.read(str(file), "zh", "source")
    assert said == [f"warning: {file}, line 2: damaged UTF-8, shown as U+FFFD"] * 2


@pytest.mark.unit
def test_two_builds_at_once_do_not_mix_in_one_folder(tmp_path: Path) -> None:
    with folder.alone(tmp_path / "out"):
        refused = pytest.raises(DuizhaoError, match="another build or a review is already running")
        with refused, folder.alone(tmp_path / "out"):
            pass
    assert not (tmp_path / "out").exists()  # it was new, and nothing was written


@pytest.mark.unit
def test_no_lock_file_stays_in_a_folder(tmp_path: Path) -> None:
    (tmp_path / folder.LOCK).touch()  # of a killed build
    with folder.alone(tmp_path):
        (tmp_path / "corpus.tmx").touch()
    assert [path.name for path in tmp_path.iterdir()] == ["corpus.tmx"]


@pytest.mark.unit
def test_a_second_build_into_a_folder_is_refused_before_the_work(cli: Cli, tmp_path: Path) -> None:
    report = tmp_path / "r.zh.txt"
    report.write_text(REPORT, encoding="utf-8")
    with folder.alone(tmp_path / "out"):
        done = cli("build", report, "--out", tmp_path / "out")
    assert (done.code, done.out) == (1, "")
    (line,) = done.err.splitlines()
    assert line.startswith(f"duizhao: {tmp_path / 'out'}: another build or a review is already")
    assert not (cli.cache / "prefect").exists()
    assert not (cli.cache / "results").exists()


@pytest.mark.unit
@pytest.mark.skipif(os.name != "posix", reason="named pipes")
def test_a_pipe_that_nothing_writes_to_is_refused_before_the_work(cli: Cli, tmp_path: Path) -> None:
    pipe = tmp_path / "r.zh.txt"
    os.mkfifo(pipe)
    done = cli("build", pipe, "--out", tmp_path / "out")
    assert done.code == 2
    assert done.err == f"duizhao: {pipe}: a pipe that nothing writes to; give a file\n"
    assert not (tmp_path / "out").exists()
    assert not (cli.cache / "prefect").exists()


@pytest.mark.unit
@pytest.mark.skipif(os.name != "posix", reason="limits of a process")
def test_a_full_disk_is_reported_with_its_path(tmp_path: Path) -> None:
    """A limit on the size of files stands in for a full disk: the same error, another number."""
    program = """
import resource, sys
from pathlib import Path
from duizhao.corpus.errors import one_line
from duizhao.corpus.files import folder
from tests.support.bitexts import row
out = Path(sys.argv[1])
try:
    with folder.unfinished(out) as partial:
        resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))
        folder.write_corpus(partial, [row(source="会议。" * 400)] * 9, [], {}, ["tsv"])
except Exception as error:
    print(one_line(error))
"""
    done = subprocess.run(
        [sys.executable, "-c", program, str(tmp_path / "out")],
        capture_output=True, text=True, check=True, cwd=ROOT,
    )  # fmt: skip
    wanted = f"{tmp_path / 'out/.partial/corpus.jsonl'}: cannot be written: File too large\n"
    assert done.stdout == wanted
    assert not list((tmp_path / "out").iterdir())  # the disk needs the space


@pytest.mark.system
def test_a_symbol_is_fetched_and_a_file_is_taken_as_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import docx

    from duizhao.flows.build.inputs import Pair, pair_of

    for language, text in (("zh", "会议开始。"), ("en", "The meeting began.")):
        document = docx.Document()
        document.add_paragraph(text)
        (tmp_path / "served" / "A").mkdir(parents=True, exist_ok=True)
        document.save(str(tmp_path / "served" / "A" / f"1.{language}.docx"))
    handler = functools.partial(QuietHandler, directory=str(tmp_path / "served"))
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    address = f"http://127.0.0.1:{server.server_port}/{{symbol}}.{{language}}.{{format}}"
    monkeypatch.setenv("DUIZHAO_ODS_ADDRESS", address)
    monkeypatch.setenv("DUIZHAO_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    try:
        pair = pair_of("A/1", None)
    finally:
        server.shutdown()
    assert (pair.name, pair.source_id, pair.target_id) == ("A_1", "A_1", "A_1.en")
    assert Path(pair.source).name == "zh.docx"
    assert pair.reference
    assert Path(pair.reference).name == "en.docx"
    assert pair_of("reports/a.zh.txt", None) == Pair("a.zh", "reports/a.zh.txt", None)


class QuietHandler(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *arguments: object) -> None:
        """Say nothing."""


@pytest.mark.unit
def test_a_folder_without_write_permission_is_reported_before_the_work(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError, match="is a file"):
        folder.check_output(tmp_path / "file" / "out")
