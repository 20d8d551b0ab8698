"""The wheel: one package with types, which works in a folder with modules of our former names."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import pytest

from tests.support.batches import make_documents
from tests.support.prefect import migrate_ahead
from tests.support.wheel import SOURCES, Installed

pytestmark = pytest.mark.system

USER = """
import duizhao

report = duizhao.read("report.zh.txt")
bitext = duizhao.build(report, "report.en.txt", beam=2)
reveal_type(report)
reveal_type(report.ledger[0].reason)
reveal_type(bitext.rows[0].confidence)
reveal_type(duizhao.segment("text"))
reveal_type(duizhao.translate(["text"])[0].flags)
reveal_type(duizhao.align(["text"], ["text"])[0])
reveal_type(duizhao.score(["text"], ["text"])["bleu"].value)
reveal_type(duizhao.compare({"a": ["text"]}, ["text"]).verdicts)
reveal_type(duizhao.clean(bitext))
reveal_type(duizhao.load("out"))
duizhao.build(report, bean=2)
duizhao.alingn(["text"], ["text"])
"""
REVEALED = [
    "duizhao.corpus.document.Document",
    "str",
    "float",
    "list[str]",
    "tuple[str, ...]",
    "duizhao.corpus.alignment.bead.Bead",
    "float",
    "tuple[str, ...]",
    "duizhao.corpus.bitext.Bitext",
    "duizhao.corpus.bitext.Bitext",
]
ERRORS = [
    'Unexpected keyword argument "bean" for "build"',
    'Module has no attribute "alingn"',
]

API = """
import json
import duizhao

bitext = duizhao.build("documents/d01.zh.txt", "documents/d01.en.txt", beam=1)
print(json.dumps([duizhao.__file__, [row.source for row in bitext]]))
"""


@pytest.fixture(scope="module")
def crowded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of a user who has modules with the names of our subpackages: importing one fails."""
    folder = tmp_path_factory.mktemp("crowded")
    for name in ("models", "corpus", "evaluation"):
        (folder / name).mkdir()
        (folder / name / "__init__.py").write_text(f"raise RuntimeError('the user’s {name}')\n")
    (folder / "flows.py").write_text("raise RuntimeError('the user’s flows')\n")
    make_documents(folder / "documents", 3, broken=False)
    return folder


def test_the_wheel_has_one_package_with_all_files_but_the_benchmarks(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
    assert {name.partition("/")[0].rpartition(".")[2] for name in names} == {"duizhao", "dist-info"}
    files = {name.removeprefix("duizhao/") for name in names if name.startswith("duizhao/")}
    sources = wheel.parent / "source"
    wanted = {
        path.relative_to(sources / "duizhao" if name == "duizhao" else sources).as_posix()
        for name in SOURCES
        for path in (sources / name).rglob("*")
        if path.is_file() and path.relative_to(sources).parts[1] != "benchmarks"
    }
    assert files == wanted


def test_a_users_type_checker_sees_the_types(installed: Installed, tmp_path: Path) -> None:
    (tmp_path / "user.py").write_text(USER)
    command = ("-m", "mypy", "--cache-dir", tmp_path / "cache", "--strict", "user.py")
    done = installed.run(*command, cwd=tmp_path)
    found = [line.split('"')[1] for line in done.stdout.splitlines() if "Revealed type" in line]
    assert [name.replace("builtins.", "") for name in found] == REVEALED, done.stdout
    errors = [line for line in done.stdout.splitlines() if ": error:" in line]
    assert len(errors) == len(ERRORS), done.stdout
    for line, words in zip(errors, ERRORS, strict=True):
        assert words in line


@pytest.mark.parametrize("runner", ["local", "dask"])
def test_a_batch_among_modules_of_the_same_names(
    installed: Installed,
    crowded: Path,
    prefect_server: dict[str, str],
    tmp_path: Path,
    runner: str,
) -> None:
    options = ("--runner", runner, "--workers", "1", "--beam", "1", "--json")
    command = ("-m", "duizhao", "batch", "documents", "--out", tmp_path / "out", *options)
    change = prefect_server | {"DUIZHAO_CACHE": str(tmp_path / "cache")}
    done = installed.run(*command, cwd=crowded, **change)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["counts"]["done"] == 3


def test_a_build_and_the_api_among_modules_of_the_same_names(
    installed: Installed, crowded: Path, prefect_server: dict[str, str], tmp_path: Path
) -> None:
    change = prefect_server | {"DUIZHAO_CACHE": str(tmp_path / "cache")}
    files = ("documents/d01.zh.txt", "--reference", "documents/d01.en.txt")
    command = ("-m", "duizhao", "build", *files, "--out", tmp_path / "out", "--beam", "1")
    done = installed.run(*command, cwd=crowded, **change)
    assert done.returncode == 0, done.stderr
    done = installed.run("-c", API, cwd=crowded, **change)
    assert done.returncode == 0, done.stderr
    file, sources = json.loads(done.stdout)
    assert Path(file).parent == installed.packages / "duizhao"
    rows = (tmp_path / "out" / "corpus.jsonl").read_text("utf-8").splitlines()
    assert [json.loads(row)["source"] for row in rows] == sources


def test_a_module_of_the_user_with_a_name_of_the_standard_library(
    installed: Installed, tmp_path: Path
) -> None:
    """The command in bin/ does not import it, so its server and its workers must not either."""
    (tmp_path / "queue.py").write_text("raise RuntimeError('the user’s queue')\n")
    make_documents(tmp_path / "documents", 2, broken=False)
    script = tmp_path / "bin" / "duizhao"
    script.parent.mkdir()
    script.write_text("from duizhao.flows.cli import main\nmain()\n")
    migrate_ahead(tmp_path / "cache")
    command = (script, "batch", "documents", "--out", "out", "--workers", "1", "--beam", "1")
    done = installed.run(*command, cwd=tmp_path, DUIZHAO_CACHE=str(tmp_path / "cache"))
    assert done.returncode == 0, done.stderr
