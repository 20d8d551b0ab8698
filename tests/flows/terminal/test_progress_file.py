"""The progress of a command for another program."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from duizhao.corpus.errors import InputError
from duizhao.flows.studio.progress import Progress
from duizhao.flows.terminal.progress_file import RecordingConsole, command_console
from tests.support.cli import Cli

pytestmark = pytest.mark.unit


def test_stages_progress_and_the_end_are_recorded(tmp_path: Path) -> None:
    shown = RecordingConsole(tmp_path / "progress")

    def work() -> None:
        with shown.whole_run():
            with shown.stage("translate"):
                shown.progress("1 of 4 sentences", 1, 4)
                shown.progress("2 of 4 sentences", 2, 4)  # too soon after the first
                shown.progress("4 of 4 sentences", 4, 4)
            shown.done("translate", "4 sentences", 0.5, False)
            shown.note("a note")
            raise InputError("no such file")

    with pytest.raises(InputError):
        work()
    lines = [json.loads(line) for line in (tmp_path / "progress").read_text().splitlines()]
    assert [line["event"] for line in lines] == [
        "stage", "progress", "progress", "done", "note", "end",
    ]  # fmt: skip
    assert [line["done"] for line in lines if line["event"] == "progress"] == [1, 4]
    assert (lines[-1]["code"], lines[-1]["error"]) == (2, "no such file")
    progress = Progress(tmp_path / "progress")
    assert progress.read()
    assert (progress.stage, progress.done, progress.total) == ("translate", 4, 4)
    assert (progress.code, progress.error) == (2, "no such file")
    assert list(progress.notes) == ["a note"]
    assert not progress.read()


def test_a_line_that_is_being_written_is_read_when_it_is_complete(tmp_path: Path) -> None:
    path = tmp_path / "progress"
    line = b'{"at": 1.0, "event": "progress", "stage": "read", "text": "", "done": 1, "total": 9}\n'
    path.write_bytes(line[:30])
    progress = Progress(path)
    assert not progress.read()
    path.write_bytes(line + line.replace(b"1.0", b"5.0").replace(b'"done": 1', b'"done": 3'))
    assert progress.read()
    assert (progress.done, progress.seconds_left) == (3, 12)


def test_a_command_reports_its_end_and_hides_the_variable_from_its_children(
    cli: Cli, tmp_path: Path
) -> None:
    path = tmp_path / "progress"
    done = cli("inspect", tmp_path / "nothing", env={"DUIZHAO_PROGRESS": str(path)})
    assert done.code == 2
    end = json.loads(path.read_text().splitlines()[-1])
    assert (end["event"], end["code"]) == ("end", 2)
    assert "nothing" in end["error"]


def test_without_the_variable_nothing_is_recorded() -> None:
    assert not isinstance(command_console(), RecordingConsole)
