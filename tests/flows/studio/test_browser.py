"""The studio in a real browser: from two files to TMX and Excel, with the studio killed twice."""

from __future__ import annotations

import base64
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from axe_playwright_python.sync_playwright import Axe
from lxml import etree

from duizhao.corpus.files.read import read_rows
from tests.support.browser import browser, open_page, problems, wait_until
from tests.support.cli import Cli
from tests.support.report_folders import make_folder
from tests.support.small_report import docx, texts

pytestmark = pytest.mark.system

__all__ = ["browser", "problems"]

DROP = """
(files) => {
  const given = new DataTransfer();
  for (const [name, content] of files) {
    const bytes = Uint8Array.from(atob(content), (character) => character.charCodeAt(0));
    given.items.add(new File([bytes], name));
  }
  const event = new DragEvent("drop", { dataTransfer: given, bubbles: true, cancelable: true });
  document.getElementById("drop").dispatchEvent(event);
}
"""


@contextmanager
def studio(cli: Cli, folder: Path) -> Iterator[tuple[subprocess.Popen[bytes], str]]:
    """`duizhao studio` as a process, and the address it printed; killed at the end."""
    out = folder.parent / f"out-{time.monotonic_ns()}"
    out.touch()
    process = cli.start("studio", folder, "--no-browser", "--by", "anna", output=out)
    try:
        end = time.monotonic() + 90
        while b"\n" not in out.read_bytes():
            assert process.poll() is None, out.read_text()
            assert time.monotonic() < end
            time.sleep(0.05)
        yield process, out.read_text().split()[0]
    finally:
        process.kill()
        process.wait()


def kill(process: subprocess.Popen[bytes]) -> None:
    process.send_signal(signal.SIGKILL)
    process.wait()


def job_state(page: Any, text: str) -> None:
    wait_until(page, f"document.querySelector('.job .state')?.textContent === '{text}'", 240)


def click(page: Any, name: str) -> None:
    page.click(f"[data-name^='{name}']:visible")


def test_from_two_files_to_tmx_and_excel_although_the_studio_is_killed(
    cli: Cli, browser: Any, tmp_path: Path, problems: list[str]
) -> None:
    folder = tmp_path / "projects"
    files = {"报告.zh.txt": texts()["report.zh.txt"].encode(), "report.docx": docx("en")}
    with studio(cli, folder) as (process, address):
        page = open_page(browser, address, problems, accept_downloads=True)
        assert "token" not in page.url
        page.evaluate(
            DROP, [[name, base64.b64encode(data).decode()] for name, data in files.items()]
        )
        job_state(page, "Ready to build")
        page.wait_for_selector(".document")
        seen = page.locator(".document").all_text_contents()
        assert [("Chinese" in text, "English" in text) for text in seen] == [
            (True, False), (False, True),
        ]  # fmt: skip
        page.click(".job-options summary")
        assert [one["id"] for one in Axe().run(page).response["violations"]] == []
        click(page, "start")
        job_state(page, "Building")
        wait_until(page, "document.querySelector('.job .stages')", 120)
        kill(process)
        problems.clear()
        page.context.close()
    with studio(cli, folder) as (process, address):
        page = open_page(browser, address, problems)
        job_state(page, "Done")
        rows = list(read_rows(folder / "报告"))
        assert len(rows) > 8
        assert {row.target_kind for row in rows} == {"human"}
        # a review, in the middle of which the studio is killed
        click(page, "review")
        page.wait_for_selector("html[data-ready] .review-bar")
        page.keyboard.press("j")
        page.keyboard.press("e")
        page.fill("textarea[data-side=target]", "The library in one sentence")
        page.keyboard.press("Control+Enter")
        wait_until(page, "document.querySelector('.bar-state').textContent.startsWith('1 edit')")
        kill(process)
        page.context.close()
        problems.clear()
    with studio(cli, folder) as (_, address):
        page = open_page(browser, address, problems, accept_downloads=True)
        page.click(".views a[data-view=projects]")
        page.wait_for_selector(".project")
        assert "1 edit" in page.text_content(".project-facts")
        click(page, "export")
        click(page, "do-export")
        page.wait_for_selector(".downloads")
        saved = {}
        for link in page.locator(".downloads a").all():
            with page.expect_download() as download:
                link.click()
            path = tmp_path / download.value.suggested_filename
            download.value.save_as(path)
            saved[path.suffix] = path
        assert set(saved) == {".tmx", ".xlsx"}
        units = etree.parse(saved[".tmx"]).findall(".//tu")
        assert len(units) == len(rows)
        assert "The library in one sentence" in etree.tostring(units[0], encoding="unicode")
        sheet = openpyxl.load_workbook(saved[".xlsx"]).worksheets[0]
        cells = [str(value) for line in sheet.iter_rows(values_only=True) for value in line]
        assert "The library in one sentence" in cells
        click(page, "close")
        click(page, "report")
        page.wait_for_selector("html[data-ready] .bead")
        page.context.close()
    assert problems == []


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, str]]:
    """A studio with a project, for tests that build nothing."""
    work = tmp_path_factory.mktemp("studio")
    make_folder(work / "projects" / "water supply")
    with studio(Cli(work / "cache"), work / "projects") as (_, address):
        yield work / "projects", address


def test_everything_works_with_the_keyboard_alone(
    running: tuple[Path, str], browser: Any, problems: list[str]
) -> None:
    page = open_page(browser, running[1], problems)

    def reach(selector: str) -> None:
        """Press Tab until the control has the focus."""
        for _ in range(40):
            page.keyboard.press("Tab")
            if page.evaluate(f"document.activeElement.matches({selector!r})"):
                return
        raise AssertionError(f"Tab does not reach {selector}")

    reach(".skip")
    reach("#language")
    page.keyboard.press("Enter")
    assert page.text_content("#start-title") == "制作平行语料"
    page.keyboard.press("Enter")
    reach("[data-view=projects]")
    page.keyboard.press("Enter")
    page.wait_for_selector(".project")
    reach("[data-name^=export]")
    page.keyboard.press("Enter")
    reach("[data-name=do-export]")
    page.keyboard.press("Enter")
    page.wait_for_selector(".downloads")
    page.keyboard.press("Escape")
    wait_until(page, "document.activeElement.dataset.name?.startsWith('export')")
    page.focus("[data-view=search]")
    page.keyboard.press("Enter")
    reach("#query")
    page.keyboard.type("water")
    page.keyboard.press("Enter")
    page.wait_for_selector(".hit mark")
    reach(".hit a")
    page.keyboard.press("Enter")
    page.wait_for_selector("html[data-ready] .bead.is-current")
    assert "/report" in page.url
    page.context.close()
    assert problems == []


def test_axe_finds_nothing(running: tuple[Path, str], browser: Any, problems: list[str]) -> None:
    page = open_page(browser, running[1], problems)
    found = []
    for view in ("start", "projects", "search"):
        page.click(f".views a[data-view={view}]")
        if view == "projects":
            page.wait_for_selector(".project")
        if view == "search":
            page.fill("#query", "water")
            page.keyboard.press("Enter")
            page.wait_for_selector(".hit")
        for scheme, width in (("light", 1300), ("dark", 390)):
            page.emulate_media(color_scheme=scheme)
            page.set_viewport_size({"width": width, "height": 850})
            found += Axe().run(page).response["violations"]
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), view
    assert [(one["id"], one["nodes"][0]["html"][:200]) for one in found] == []
    page.context.close()
    assert problems == []


def test_a_second_start_prints_the_address_of_the_first(
    running: tuple[Path, str], cli: Cli
) -> None:
    folder, address = running
    done = cli("studio", folder, "--no-browser")
    assert (done.code, done.out.strip()) == (0, address)


def test_a_link_opens_in_a_new_tab(
    running: tuple[Path, str], browser: Any, problems: list[str]
) -> None:
    page = open_page(browser, running[1], problems)
    page.click(".views a[data-view=projects]")
    page.wait_for_selector(".project")
    with page.context.expect_page() as opened:
        page.click(".project [data-name^=report]", modifiers=["Control"])
    opened.value.wait_for_selector("html[data-ready] .bead")
    page.context.close()
    assert problems == []
