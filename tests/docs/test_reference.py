"""The pages of docs/reference equal those that docs/make_reference.py generates."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from types import ModuleType

import pytest

from tests.support.paths import ROOT

pytestmark = pytest.mark.unit

NAMES = ("columns.md", "commands.md", "exit-codes.md", "settings.md", "tmx.md")


@pytest.fixture(scope="module")
def make_reference() -> Iterator[ModuleType]:
    sys.path.insert(0, str(ROOT / "docs"))
    import make_reference

    yield make_reference
    sys.path.remove(str(ROOT / "docs"))


@pytest.fixture(scope="module")
def made(make_reference: ModuleType) -> dict[str, str]:
    pages: dict[str, str] = make_reference.pages()
    return pages


@pytest.mark.parametrize("name", NAMES)
def test_the_page_is_that_of_the_code(name: str, made: dict[str, str]) -> None:
    committed = (ROOT / "docs/reference" / name).read_text("utf-8")
    assert committed == made[name], "run: python docs/make_reference.py"


def test_there_are_no_other_pages(made: dict[str, str]) -> None:
    assert set(made) == set(NAMES)
    assert {path.name for path in (ROOT / "docs/reference").iterdir()} == set(NAMES)


def test_every_column_is_explained(make_reference: ModuleType) -> None:
    from dataclasses import fields

    from duizhao.corpus.bitext import Row

    assert {entry.name for entry in fields(Row)} <= set(make_reference.COLUMNS)


def test_a_changed_option_changes_the_page(make_reference: ModuleType) -> None:
    import typer
    from typer.main import get_command

    app = typer.Typer()

    @app.command("one")
    def one(count: int = typer.Option(3, "--count", help="How | many.")) -> None:
        """Count."""

    @app.command("two")
    def two() -> None:
        """Do nothing."""

    text = make_reference.page_of(get_command(app), "program")
    assert "## program one\n\nCount." in text
    assert "| `--count` `N` | `3` | How \\| many. |" in text
