"""A moved paragraph in a real browser: proposed, paired, applied; and two windows at once."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from duizhao.corpus.alignment.bead import Bead
from duizhao.corpus.files.alignment_file import Work
from duizhao.corpus.files.read import read_rows
from duizhao.corpus.translation import Translation
from tests.evaluation.review.test_browser import bead, review, saved
from tests.support.browser import browser, open_page, problems, wait_until
from tests.support.report_folders import document, make_folder, write_folder

__all__ = ["browser", "problems"]

pytestmark = pytest.mark.system

SUBJECTS = ("committee", "school", "village", "ministry", "hospital", "library")
VERBS = ("adopted", "opened", "repaired", "measured", "reported")
OBJECTS = ("budget", "road", "bridge", "survey", "programme", "garden", "archive")
MOVED = range(20, 24)


def english(number: int) -> str:
    words = SUBJECTS[number % 6], VERBS[number % 5], OBJECTS[number % 7]
    return f"The {words[0]} {words[1]} its {words[2]} of item {number}."


def moved_paragraph(path: Path) -> Path:
    """A report of 60 sentences; four of them are at the end of the reference."""
    order = [number for number in range(60) if number not in MOVED] + list(MOVED)
    beads = []
    for number in range(60):
        if number in MOVED:
            beads.append(Bead((number,), (), 0.0, 0.9))
        else:
            beads.append(Bead((number,), (order.index(number),), 2.0, 0.98, {"overlap": 2.0}))
    beads += [Bead((), (order.index(number),), 0.0, 0.9) for number in MOVED]
    texts = [f"第{number}项的内容。" for number in range(60)]
    work = Work(
        document("report", "zh", texts, {0}),
        document("reference", "en", [english(number) for number in order], {0}),
        [Translation(english(number), -0.2, 9, ()) for number in range(60)],
        beads,
    )
    work.check()
    return write_folder(path, work)


def test_a_moved_paragraph_is_proposed_paired_and_applied(
    browser: Any, tmp_path: Path, problems: list[str]
) -> None:
    folder = moved_paragraph(tmp_path / "out")
    with review(folder) as (_, address):
        page = open_page(browser, address, problems)
        # the review opens at the bitext, and n goes to the first doubtful bead
        assert page.evaluate("document.getElementById('bitext').getBoundingClientRect().top") < 200
        assert page.text_content("#doubtful").startswith("8 doubtful left")
        page.keyboard.press("n")
        assert "bead 61 (likely moved)" in bead(page, "Bead 21,").text_content()
        # one by hand, from the list of candidates
        bead(page, "Bead 21,").locator("[data-action=pair]").click()
        assert page.locator(".candidates p").first.text_content() == english(20)
        page.locator("[data-action=do-pair]").first.click()
        saved(page, 1)
        # the others at once
        assert page.text_content("#pair-all").startswith("Pair 3 likely moves")
        page.keyboard.press("W")
        saved(page, 4)
        assert page.text_content("#doubtful").startswith("0 doubtful left")
        # applied and exported without leaving the page; TMX is ticked
        page.keyboard.press("A")
        page.check("#apply-dialog input[value=xlsx]")
        page.click("[data-action=do-apply]")
        wait_until(page, "document.querySelector('.bar-state').textContent.includes('60 rows')")
        assert "corpus.xlsx" in page.text_content(".bar-state")
        page.context.close()
    rows = {row.source_ids: row for row in read_rows(folder / "reviewed")}
    assert [rows[number,].target for number in MOVED] == [english(number) for number in MOVED]
    assert [row.source_ids[0] for row in rows.values() if row.metadata.get("moved")] == list(MOVED)
    assert list((folder / "reviewed").rglob("*.xlsx"))
    assert (folder / "reviewed/corpus.tmx").read_text("utf-8").count('"x-moved"') == 4
    assert problems == []


def test_a_window_loads_the_edits_of_another_one(
    browser: Any, tmp_path: Path, problems: list[str]
) -> None:
    with review(make_folder(tmp_path / "out")) as (_, address):
        first, second = (open_page(browser, address, problems) for _ in range(2))
        bead(first, "Bead 1,").locator("[data-action=check]").click()
        saved(first, 1)
        # an edit on what is out of date changes nothing and loads the page again
        with second.expect_navigation():
            bead(second, "Bead 2,").locator("[data-action=delete]").click()
        second.wait_for_selector("html[data-ready]")
        saved(second, 1)
        assert bead(second, "Bead 1,").locator(".note.checked").count() == 1
        bead(second, "Bead 2,").locator("[data-action=delete]").click()
        saved(second, 2)
        with first.expect_navigation():
            first.evaluate("window.dispatchEvent(new Event('focus'))")
        first.wait_for_selector("html[data-ready]")
        saved(first, 2)
        assert bead(first, "Bead 2,").locator(".note.left").count() == 1
        for page in (first, second):
            page.context.close()
