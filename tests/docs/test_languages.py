"""A page that exists in Chinese and in English shows the same commands in both."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.pages import blocks, name_of, pages

pytestmark = pytest.mark.unit

CHINESE = [page for page in pages() if page.name.endswith(".zh.md")]


def english(page: Path) -> Path:
    """The English page beside a Chinese one."""
    return page.with_name(page.name.replace(".zh.md", ".md"))


@pytest.mark.parametrize("page", CHINESE, ids=name_of)
def test_both_languages_show_the_same_code(page: Path) -> None:
    chinese = [without_remarks(block.text) for block in blocks(page)]
    assert chinese == [without_remarks(block.text) for block in blocks(english(page))]


@pytest.mark.parametrize("page", CHINESE, ids=name_of)
def test_the_pages_name_each_other(page: Path) -> None:
    assert f"({page.name})" in english(page).read_text("utf-8")
    assert f"({english(page).name})" in page.read_text("utf-8")


@pytest.mark.parametrize("page", CHINESE, ids=name_of)
def test_both_languages_have_the_same_sections(page: Path) -> None:
    def levels(path: Path) -> list[int]:
        lines = path.read_text("utf-8").splitlines()
        return [len(line.split()[0]) for line in lines if line.startswith("#")]

    assert levels(page) == levels(english(page))


def test_the_readme_and_both_tutorials_are_there_in_chinese() -> None:
    assert {name_of(page) for page in CHINESE} == {
        "README.zh.md",
        "docs/tutorial/folder-to-hub.zh.md",
        "docs/tutorial/two-files.zh.md",
    }


def without_remarks(code: str) -> str:
    """The code without what follows a # in a line."""
    return "\n".join(line.partition("  #")[0].rstrip() for line in code.splitlines())
