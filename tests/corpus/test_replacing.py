"""Files are written atomically, and the leftovers of killed processes are removed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from duizhao.corpus.replacing import replacing

pytestmark = pytest.mark.unit

WRITER = """
import sys, time
from pathlib import Path
from duizhao.corpus.replacing import replacing

with replacing(Path(sys.argv[1])) as temporary:
    temporary.write_text("half")
    print("writing", flush=True)
    time.sleep(600)
"""
ONCE = """
import sys
from pathlib import Path
from duizhao.corpus.replacing import replacing

with replacing(Path(sys.argv[1])) as temporary:
    temporary.write_text("whole")
"""


def writer(path: Path) -> subprocess.Popen[str]:
    """A process that has begun to write a file."""
    process = subprocess.Popen(
        [sys.executable, "-c", WRITER, str(path)], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout
    assert process.stdout.readline() == "writing\n"
    return process


def write(path: Path) -> None:
    """Write a file in a separate process, as the next run does."""
    subprocess.run([sys.executable, "-c", ONCE, str(path)], check=True)


def test_a_file_keeps_its_content_until_the_new_one_is_complete(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text("old")
    with replacing(path) as temporary:
        temporary.write_text("new")
        assert path.read_text() == "old"
    assert path.read_text() == "new"
    with pytest.raises(ZeroDivisionError), replacing(path) as temporary:
        temporary.write_text(str(1 / 0))
    assert path.read_text() == "new"
    assert [each.name for each in tmp_path.iterdir()] == ["a.txt"]


@pytest.mark.skipif(os.name != "posix", reason="SIGKILL")
def test_the_next_run_removes_what_a_killed_one_left_whatever_it_writes(tmp_path: Path) -> None:
    process = writer(tmp_path / "a.txt")
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert len(list(tmp_path.iterdir())) == 1
    write(tmp_path / "b.txt")
    assert [each.name for each in tmp_path.iterdir()] == ["b.txt"]


@pytest.mark.skipif(os.name != "posix", reason="Windows does not remove open files")
def test_the_files_of_processes_at_work_and_of_other_programs_are_kept(tmp_path: Path) -> None:
    others = [".a.txt.123.tmp", ".a.txt.0123456789ab.tmp", "a.duizhao.tmp"]
    for name in others:
        (tmp_path / name).write_text("")
    process = writer(tmp_path / "a.txt")
    write(tmp_path / "b.txt")
    found = {each.name for each in tmp_path.iterdir()}
    process.kill()
    process.wait()
    assert found >= {*others, "b.txt"}
    assert len(found) == 5


def test_threads_write_one_file_at_the_same_time(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    barrier = threading.Barrier(4)

    def work(number: int) -> None:
        with replacing(path) as temporary:
            barrier.wait()
            temporary.write_text(str(number) * 100_000)
            barrier.wait()

    threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert path.read_text() in {str(number) * 100_000 for number in range(4)}
    assert [each.name for each in tmp_path.iterdir()] == ["a.txt"]


def test_a_long_name_leaves_room_for_the_temporary_one(tmp_path: Path) -> None:
    path = tmp_path / ("报" * 80 + ".txt")
    with replacing(path) as temporary:
        temporary.write_text("whole")
    assert path.read_text() == "whole"
