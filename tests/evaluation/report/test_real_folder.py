"""Reports and reviews of real UN documents: built with the real model, opened in Chromium."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from duizhao.corpus.files.alignment_file import read_work
from duizhao.corpus.files.read import read_ledger, read_rows
from tests.support.browser import browser, open_page, problems, wait_until
from tests.support.cli import Cli

__all__ = ["browser", "problems"]


pytestmark = pytest.mark.system

PARTS = {
    "seed/S-2021-130.zh.txt": (326, ""),
    "seed/S-2021-130.en.txt": (102, ""),
    "un-documents/health.zh": (40, "\n"),
    "un-documents/health.en": (40, "\n"),
}
"""How many lines of a file are used, and what is put between them: a paragraph a line."""


@pytest.fixture(scope="module", params=["seed", "un-documents"])
def built(
    request: pytest.FixtureRequest,
    shared: Path,
    environment: dict[str, str],
    tmp_path_factory: Any,
) -> Path:
    """The folder that `duizhao build` makes of the first parts of two UN documents."""
    here = tmp_path_factory.mktemp("real")
    source, target = here / "report.zh.txt", here / "report.en.txt"
    names = [name for name in PARTS if name.startswith(request.param)]
    for path, name in zip((source, target), names, strict=True):
        count, between = PARTS[name]
        lines = (shared / name).read_text(encoding="utf-8").splitlines(keepends=True)[:count]
        path.write_text(between.join(lines), encoding="utf-8")
    out = here / "out"
    how = ("--beam", "1", "--effort", "fast")
    cli = Cli(here / "cache", environment)
    done = cli("build", source, "--reference", target, "--out", out, *how)
    assert done.code == 0, done.err
    return out


def test_the_report_of_a_real_document(browser: Any, built: Path, problems: list[str]) -> None:
    page_file = built / "report.html"
    rows = list(read_rows(built))
    left = {str(e.detail["bead"]) for e in read_ledger(built) if e.sentence is not None}
    assert page_file.stat().st_size < 2_000_000
    page = open_page(browser, page_file, problems)
    assert page.text_content("#count") == f"{len(rows) + len(left)} beads"
    assert page.text_content("[data-kind=left] .chip-count") == str(len(left))
    assert page.locator(".card").count() == 5
    assert page.locator(".plot-card").count() == 4
    other = sum(row.bead_type != "1-1" for row in rows)
    page.click("[data-kind=other]")
    assert page.text_content("#count").startswith(f"{other} of ")
    page.click("[data-kind=all]")
    row = max(rows, key=lambda row: len(row.source))
    page.fill("#search", row.source[:24])
    wait_until(page, "document.getElementById('count').textContent.includes(' of ')")
    page.wait_for_selector(f'.bead[data-key="{row.id}"]')
    page.click(f'.bead[data-key="{row.id}"] .number')
    page.fill("#search", "")
    wait_until(page, "!document.getElementById('count').textContent.includes(' of ')")
    # cleared, the search leaves the bead in sight, now in its place in the document
    page.wait_for_selector(f'.bead.is-current[data-key="{row.id}"]')
    page.context.close()
    assert problems == []


def test_a_review_of_a_real_document(
    browser: Any, built: Path, problems: list[str], cli: Cli
) -> None:
    from tests.evaluation.review.test_browser import bead, review, saved

    before = [str(bead) for bead in read_work(built / "alignment.json").beads]
    with review(built) as (_, address):
        page = open_page(browser, address, problems)
        bead(page, "Bead 3,").locator("[data-action=merge]").click()
        saved(page, 1)
        page.keyboard.press("r")
        wait_until(page, "!document.getElementById('review-bar').matches('.is-working')", 400)
        saved(page, 2)
        page.context.close()
    assert problems == []
    done = cli("apply", built)
    assert done.code == 0, done.err
    after = [str(bead) for bead in read_work(built / "reviewed" / "alignment.json").beads]
    merged = set(after) - set(before)
    assert merged, "the merged bead is in the corpus written anew"
    # correcting one bead does not upset the others
    assert len(set(after) & set(before)) > 0.9 * len(before) - 2
    with (built / "reviewed" / "corpus.parquet").open("rb") as file:
        assert file.read(4) == b"PAR1"
