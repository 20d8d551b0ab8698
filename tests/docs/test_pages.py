"""The text of the pages: links are valid, and how-to pages have no development diary."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from tests.support.pages import name_of, pages
from tests.support.paths import ROOT

pytestmark = pytest.mark.unit

PAGES = [*pages(), ROOT / "CHANGELOG.md"]
LINK = re.compile(r"\]\(([^)#\s]*)(?:#([\w-]+))?\)")
DIARY = re.compile(
    r"the seed\b|user's report|development machine|\bwe tried\b|\bour tries\b|not at hand|/work/"
)


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_links_lead_to_files_and_headings(page: Path) -> None:
    for address, anchor in LINK.findall(page.read_text("utf-8")):
        if re.match(r"[a-z]+:", address):
            continue
        target = (page.parent / address).resolve() if address else page
        assert target.is_file(), f"{page.name}: {address}"
        if anchor and target.suffix == ".md":
            assert anchor in headings(target), f"{page.name}: {address}#{anchor}"


def headings(page: Path) -> set[str]:
    """The anchors of a page's headings."""
    titles = re.findall(r"^#+ (.*)$", page.read_text("utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title).strip().lower().replace(" ", "-") for title in titles}


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_pages_are_written_for_their_readers(page: Path) -> None:
    found = DIARY.findall(page.read_text("utf-8"))
    assert not found


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_every_page_of_the_site_is_reachable(page: Path) -> None:
    name = name_of(page)
    if name.startswith("docs/"):
        assert f": {name.removeprefix('docs/')}\n" in (ROOT / "mkdocs.yml").read_text("utf-8") or (
            name == "docs/index.md"
        )


def test_figures_have_a_page_of_their_own() -> None:
    measurements = (ROOT / "docs/measurements.md").read_text("utf-8")
    sections = re.split(r"^## ", measurements, flags=re.MULTILINE)[1:]
    for section in sections:
        title = section.partition("\n")[0]
        assert title == "Data" or "duizhao.evaluation.benchmarks." in section, title


def test_the_page_on_documents_lists_every_format() -> None:
    from duizhao.corpus.reading.formats import FORMATS

    page = (ROOT / "docs/documents.md").read_text("utf-8")
    missing = [s for format in FORMATS for s in format.suffixes if f"`{s}`" not in page]
    assert missing == []


def test_the_page_on_cleaning_lists_every_step_and_the_default_plan() -> None:
    from duizhao.corpus.cleaning.plan import STEPS, default_plan

    page = (ROOT / "docs/cleaning.md").read_text("utf-8")
    shown = dict(re.findall(r"^\| `(\w+)`( \*)? \|", page, re.MULTILINE))
    default = {planned.step.name for planned in default_plan()}
    assert shown == {name: " *" if name in default else "" for name in STEPS}


def test_the_extras_are_on_the_page_on_installation() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    page = (ROOT / "docs/install.md").read_text("utf-8")
    missing = [e for e in project["optional-dependencies"] if f"'.[{e}]'" not in page]
    assert missing == []
