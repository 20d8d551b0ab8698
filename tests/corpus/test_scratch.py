"""Temporary folders: removed at the end, and by the next process after a kill."""

from __future__ import annotations

import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import psutil
import pytest

from duizhao.corpus.scratch import ScratchFolder, scratch

pytestmark = [
    pytest.mark.unit,
    pytest.mark.skipif(sys.platform == "win32", reason="no locks on folders"),
]

HOLDER = """
import subprocess, sys, time
from duizhao.corpus.scratch import ScratchFolder
folder = ScratchFolder("test")
address = f"-env:UserInstallation={folder.path.as_uri()}/profile"
program = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)", address])
print(folder.path, program.pid, flush=True)
time.sleep(60)
"""


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    return tmp_path


def test_a_folder_is_removed_after_its_block_and_with_its_object(temporary: Path) -> None:
    with scratch("test") as folder:
        (folder / "a").touch()
        assert folder.parent == temporary
    held = ScratchFolder("test")
    assert held.path.is_dir()
    del held
    assert not list(temporary.iterdir())


def test_only_folders_of_killed_processes_are_swept(temporary: Path) -> None:
    process = subprocess.Popen([sys.executable, "-c", HOLDER], stdout=subprocess.PIPE, text=True)
    assert process.stdout
    name, program = process.stdout.readline().split()
    left = Path(name)
    assert left.is_dir()
    with scratch("test"), scratch("other"):
        assert left.is_dir()  # its process is alive
    process.kill()
    process.wait()
    with scratch("other"):
        assert left.is_dir()
    with scratch("test") as folder:
        assert [path for path in temporary.iterdir() if path.is_dir()] == [folder]
    with suppress(psutil.NoSuchProcess):  # it worked in the folder, and is about to be gone
        psutil.Process(int(program)).wait(30)
