"""The studio in a real browser: from two files to TMX and Excel, with the studio killed twice."""

from __future__ import annotations

import base64
import json
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
from tests.support.small_report import word_file

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


CHINESE = """小溪县供水工作报告
一. 导言
本报告介绍2023年小溪县的供水工作。
委员会访问了十二个村庄。
访问历时三周。
二. 水质
志愿者每月检测四十口水井的水质。
检测结果在县政府网站上公布。
三. 主要工作
县政府修复了六条供水管道，并在山区新建了两座水库。
学校为学生安装了饮水机。
四. 建议
建议县政府在2024年预算中增加25万元，用于更换旧水表。
"""
ENGLISH = """Report on the water supply work of Xiaoxi County
I. Introduction
This report describes the water supply work of Xiaoxi County in 2023.
The committee visited twelve villages. The visits took three weeks.
II. Main activities
The county government repaired six water pipes. It also built two new reservoirs in the mountains.
The schools installed drinking fountains for their pupils.
III. Recommendations
It is recommended that the county government provide 250,000 yuan in 2024 to replace water meters.
IV. Water quality
Volunteers test the water of forty wells every month.
The results of the tests are published on the website of the county government.
"""
"""The chapter on water quality is at another place in the English version."""


def bead(page: Any, number: int) -> Any:
    return page.locator(f'.bead[aria-label^="Bead {number},"]')


def saved(page: Any, count: int) -> None:
    """Wait until this number of edits is on disk."""
    text = f"{count} edit{'' if count == 1 else 's'} saved"
    wait_until(page, f"document.querySelector('.bar-state').textContent.startsWith('{text}')")


def review_and_kill(page: Any, process: subprocess.Popen[bytes]) -> None:
    """Seven edits with mouse and keyboard; the studio is killed after the last."""
    page.wait_for_selector("html[data-ready] .review-bar")
    assert page.text_content("#doubtful").startswith("6 doubtful left")
    page.keyboard.press("n")
    bead(page, 6).locator("[data-action=pair-likely]").click()
    saved(page, 1)
    page.keyboard.press("W")  # the other two
    saved(page, 3)
    assert page.text_content("#doubtful").startswith("0 doubtful left")
    bead(page, 4).locator("[data-action=merge]").click()
    saved(page, 4)
    assert bead(page, 4).locator(".type").text_content() == "2–2"
    bead(page, 9).locator("[data-action=split]").click()
    page.click("[data-action=do-split]")
    saved(page, 5)
    assert page.locator(".bead").count() == 13
    page.click("#undo")
    saved(page, 6)
    page.keyboard.press("r")
    saved(page, 7)
    assert [bead(page, number).locator(".type").text_content() for number in (4, 5, 9)] == [
        "2–2", "1–1", "1–2",
    ]  # fmt: skip
    kill(process)
    page.context.close()


def exported(page: Any, folder: Path) -> dict[str, Path]:
    """Export TMX and Excel, which are ticked, and save the files; by their endings."""
    click(page, "export")
    click(page, "do-export")
    page.wait_for_selector(".downloads")
    saved = {}
    for link in page.locator(".downloads a").all():
        with page.expect_download() as download:
            link.click()
        path = folder / download.value.suggested_filename
        download.value.save_as(path)
        saved[path.suffix] = path
    click(page, "close")
    return saved


def test_from_two_files_to_an_edited_workbook_although_the_studio_is_killed(
    cli: Cli, browser: Any, tmp_path: Path, problems: list[str]
) -> None:
    folder = tmp_path / "projects"
    files = {"供水 💧.zh.txt": CHINESE.encode(), "report.docx": word_file(ENGLISH)}
    with studio(cli, folder) as (process, address):
        page = open_page(browser, address, problems)
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
        assert len(list(read_rows(folder / "供水 💧"))) == 10
        click(page, "review")
        review_and_kill(page, process)
        problems.clear()
    with studio(cli, folder) as (_, address):
        page = open_page(browser, address, problems, accept_downloads=True)
        page.click(".views a[data-view=projects]")
        page.wait_for_selector(".project")
        assert "7 edits" in page.text_content(".project-facts")
        files = exported(page, tmp_path)
        assert set(files) == {".tmx", ".xlsx"}
        units = etree.parse(files[".tmx"]).findall(".//tu")
        moved = [tu for tu in units if tu.find("prop[@type='x-moved']") is not None]
        assert (len(units), len(moved)) == (12, 3)
        # edited in Excel, and applied on the page
        book = openpyxl.load_workbook(files[".xlsx"])
        sheet = book["corpus"]
        assert (sheet["B2"].value, sheet["B13"].value[:18]) == (
            ENGLISH.split("\n")[0],
            "It is recommended ",
        )
        sheet["B2"] = "Water supply in Xiaoxi County"
        sheet.delete_rows(3)
        book.save(files[".xlsx"])
        click(page, "sheet")
        page.set_input_files("#sheet-file", files[".xlsx"])
        click(page, "do-sheet")
        page.wait_for_selector("#sheet-dialog .downloads")
        assert page.text_content("#sheet-dialog .downloads") == (
            "2 changes were added to the review.The reviewed corpus has 11 rows."
        )
        assert page.locator("#sheet-dialog .trouble").count() == 0
        click(page, "close")
        wait_until(page, "document.querySelector('.project').textContent.includes('9 edits')")
        assert next(read_rows(folder / "供水 💧/reviewed")).target == sheet["B2"].value
        click(page, "review")
        page.wait_for_selector("html[data-ready] .review-bar")
        assert bead(page, 1).locator(".target p").text_content() == sheet["B2"].value
        assert "deleted" in bead(page, 2).locator(".note.left").text_content()
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
        held = page.evaluate("document.activeElement.outerHTML.slice(0, 200)")
        raise AssertionError(f"Tab does not reach {selector}, but {held}")

    def has_focus(selector: str) -> None:
        wait_until(page, f"document.activeElement.matches({selector!r})")

    reach(".skip")
    reach("#language")
    page.keyboard.press("Enter")
    assert page.text_content("#start-title") == "制作平行语料"
    page.keyboard.press("Enter")
    reach("[data-view=projects]")
    page.keyboard.press("Enter")
    has_focus("#projects-title")
    page.wait_for_selector(".project")
    reach("[data-name^=export]")
    page.keyboard.press("Enter")
    reach("[data-name=do-export]")
    page.keyboard.press("Enter")
    page.wait_for_selector(".downloads")
    page.keyboard.press("Escape")
    has_focus("[data-name^=export]")
    page.focus("[data-view=search]")
    page.keyboard.press("Enter")
    has_focus("#search-title")
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


def test_the_focus_stays_where_the_person_is(
    running: tuple[Path, str], browser: Any, problems: list[str]
) -> None:
    old = make_folder(running[0] / "old")
    page = open_page(browser, f"{running[1]}#projects", problems)
    export = ".project [data-name^=export]:visible"
    page.click(export)
    # the browser reports the end of a dialog with its next frame: this person is quicker
    page.evaluate(
        """() => {
          const dialog = document.getElementById("export-dialog");
          const ended = new Promise((done) => (dialog.onclose = () => setTimeout(done)));
          dialog.close();
          document.querySelector("[data-view=search]").focus();
          return ended;
        }"""
    )
    assert page.evaluate("document.activeElement.dataset.view") == "search"
    # the control that opened the dialog is drawn again meanwhile, and after it
    draw_again = "document.getElementById('language').click()"
    page.click(export)
    page.evaluate(draw_again)
    page.keyboard.press("Escape")
    wait_until(page, "document.activeElement.matches('.project [data-name^=export]')")
    page.evaluate(draw_again)
    assert page.evaluate("document.activeElement.matches('.project [data-name^=export]')")
    # a control that has gone leaves the focus in its list
    record = json.loads((old / "run.json").read_text())
    record["files"] = {path.name: "" for path in old.iterdir()}
    (old / "run.json").write_text(json.dumps(record))
    page.focus("[aria-label$=': old'] ~ [data-name^=delete]")
    page.keyboard.press("Enter")
    page.focus("[data-name=do-delete]")
    page.keyboard.press("Enter")
    wait_until(page, "document.activeElement.id === 'project-list'")
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


def test_what_the_server_reports_is_chinese_on_a_chinese_page(
    running: tuple[Path, str], browser: Any, problems: list[str]
) -> None:
    page = open_page(browser, running[1], problems, locale="zh-CN")
    page.fill("#symbol", "report")
    page.click("#fetch-symbol")
    wait_until(page, "document.getElementById('announce').textContent")
    assert page.text_content("#announce") == "'report'：不是联合国文号（例如 S/2021/130）"
    page.evaluate(DROP, [["空 文件.txt", ""]])
    wait_until(page, "document.getElementById('announce').textContent.startsWith('空')")
    assert page.text_content("#announce") == "空 文件.txt：文件是空的。请检查文件后重新选择"
    page.context.close()
    # both refusals are errors for the browser
    assert [text[:23] for text in problems] == ["Failed to load resource"] * 2
