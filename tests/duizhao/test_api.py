"""The Python API: what it exports, its examples, and the values that it returns."""

from __future__ import annotations

import doctest
import inspect
import subprocess
import sys
from pathlib import Path

import pytest

import duizhao
from duizhao.corpus.samples import pair
from duizhao.flows.options import Options
from duizhao.flows.settings import Settings, plain

pytestmark = pytest.mark.unit

SEE = "import sys, duizhao; print(*sys.modules)"
HELP = (
    "import sys; sys.argv = ['duizhao', '--help']\n"
    "from duizhao.flows.cli import main\n"
    "try: main()\n"
    "except SystemExit: pass\n"
    "print(*sys.modules)"
)
HEAVY = {
    *("ctranslate2", "datasets", "lxml", "numba", "numpy", "pandas", "prefect", "pyarrow"),
    *("sacrebleu", "torch", "transformers", "httpx"),
}


def example(name: str) -> doctest.TestResults:
    """Run the example in the docstring of a function."""
    finder = doctest.DocTestFinder(recurse=False)
    (test,) = finder.find(getattr(duizhao, name), name, globs={"duizhao": duizhao})
    assert test.examples
    return doctest.DocTestRunner().run(test)


@pytest.mark.parametrize("name", ["read", "segment", "score", "compare", "clean"])
def test_the_example_of_each_function(name: str) -> None:
    assert example(name).failed == 0


def test_everything_public_is_there_and_documented() -> None:
    for name in duizhao.__all__:
        assert inspect.getdoc(getattr(duizhao, name)), name
    assert set(duizhao.__all__) <= set(dir(duizhao))
    with pytest.raises(AttributeError, match="'alingn'"):
        getattr(duizhao, "alingn")  # noqa: B009 - mypy rejects the plain attribute


def test_every_setting_of_a_build_is_a_keyword_argument() -> None:
    in_a_folder_only = {"formats", "report", "unit", "tsv_bom", "tsv_escape"}
    of_a_card = {"licence", "origin", "tags"}
    assert set(Options.__annotations__) == set(plain(Settings())) - in_a_folder_only - of_a_card


@pytest.mark.parametrize("code", [SEE, HELP])
def test_nothing_heavy_is_imported_before_it_is_needed(code: str) -> None:
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert HEAVY & set(done.stdout.split()) == set()


def test_read_detects_the_language() -> None:
    chinese, english = map(duizhao.read, pair())
    assert (chinese.language, english.language) == ("zh", "en")
    assert {entry.reason for entry in chinese.ledger} >= {"document_symbol", "link"}


def test_read_names_the_file_that_cannot_be_read(tmp_path: Path) -> None:
    (tmp_path / "empty.txt").touch()
    with pytest.raises(duizhao.InputError, match=r"empty\.txt: the file is empty"):
        duizhao.read(tmp_path / "empty.txt")
    (tmp_path / "french.txt").write_text("Le Conseil de sécurité a adopté la résolution. " * 5)
    with pytest.raises(duizhao.InputError, match=r"french\.txt: the text is French"):
        duizhao.read(tmp_path / "french.txt")


def test_documents_of_the_wrong_language_are_refused() -> None:
    chinese, english = map(duizhao.read, pair())
    with pytest.raises(duizhao.InputError, match="the source document is English, not Chinese"):
        duizhao.build(english, chinese)


def test_a_text_in_place_of_a_list_is_refused() -> None:
    with pytest.raises(TypeError, match="a list of sentences"):
        duizhao.translate("第七十届会议")
    with pytest.raises(TypeError, match="two documents or two lists"):
        duizhao.align(duizhao.read(pair()[0]), ["The meeting rose."])


def test_compare_wants_lists_of_one_length() -> None:
    with pytest.raises(duizhao.InputError, match="b: 1 segments, but 2 references"):
        duizhao.compare({"a": ["x", "y"], "b": ["x"]}, ["x", "y"])
    with pytest.raises(duizhao.InputError, match="give at least two"):
        duizhao.compare({"a": ["x"]}, ["x"])
