"""A review in a real browser and a real server: corrections, SIGKILL, restart, apply."""

from __future__ import annotations

import json
import random
import re
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import httpx
import pytest

from duizhao.corpus.bitext import check_identity
from duizhao.corpus.files.alignment_file import read_work
from duizhao.corpus.files.read import read_ledger, read_rows
from duizhao.evaluation.review.session import open_session
from tests.support.batches import heed_ctrl_c
from tests.support.browser import browser, open_page, problems, wait_until
from tests.support.cli import Cli
from tests.support.report_folders import make_folder

__all__ = ["browser", "problems"]

from tests.support.paths import ROOT

pytestmark = pytest.mark.system


@contextmanager
def review(folder: Path) -> Iterator[tuple[subprocess.Popen[bytes], str]]:
    """`duizhao review` as a process, and the address it printed."""
    out = Path(tempfile.mkdtemp(dir=folder.parent)) / "out"
    command = ("review", folder, "--no-browser", "--by", "anna")
    process = Cli(folder.parent / "cache").start(*command, output=out)
    try:
        end = time.monotonic() + 60
        while b"\n" not in out.read_bytes():
            assert process.poll() is None, out.read_text()
            assert time.monotonic() < end
            time.sleep(0.05)
        yield process, out.read_text().split()[0]
    finally:
        process.kill()
        process.wait()


def saved(page: Any, number: int) -> None:
    """Wait until the bar shows this number of saved edits."""
    text = f"{number} edit{'' if number == 1 else 's'} saved"
    wait_until(page, f"document.querySelector('.bar-state').textContent.startsWith('{text}')")


def bead(page: Any, label: str) -> Any:
    return page.locator(f'.bead[aria-label^="{label}"]')


def test_review_survives_a_kill_and_is_applied(
    cli: Cli, browser: Any, tmp_path: Path, problems: list[str]
) -> None:
    folder = make_folder(tmp_path / "out")
    with review(folder) as (process, address):
        page = open_page(browser, address, problems)
        # merge the unpaired sentence into the bead before it
        bead(page, "Bead 2,").locator("[data-action=merge]").click()
        saved(page, 1)
        assert bead(page, "Bead 2,").locator(".type").text_content() == "2–1"
        # split the last bead in its middle
        bead(page, "Bead 5,").locator("[data-action=split]").click()
        page.click("[data-action=do-split]")
        saved(page, 2)
        assert page.locator(".bead").count() == 6
        # re-align around both, with the real aligner
        page.keyboard.press("r")
        wait_until(page, "!document.getElementById('review-bar').matches('.is-working')", 120)
        saved(page, 3)
        assert bead(page, "Bead 2,").locator(".type").text_content() == "2–1"
        # one edit more, and take it back
        bead(page, "Bead 1,").locator("[data-action=delete]").click()
        saved(page, 4)
        assert "deleted" in bead(page, "Bead 1,").locator(".note.left").text_content()
        page.keyboard.press("u")
        saved(page, 5)
        assert bead(page, "Bead 1,").locator(".note.left").count() == 0
        seen = page.locator(".bead").all_text_contents()
        process.send_signal(signal.SIGKILL)
        process.wait()
        # an edit that cannot be saved is not shown as done
        bead(page, "Bead 1,").locator("[data-action=check]").click()
        wait_until(page, "document.querySelector('.has-failed')")
        assert "may not have been saved" in page.text_content(".bar-state")
        assert page.locator(".note.checked").count() == 0
        page.context.close()
        problems.clear()  # the refused connection
    with review(folder) as (_, address):
        page = open_page(browser, address, problems)
        saved(page, 5)
        assert page.locator(".bead").all_text_contents() == seen
        page.keyboard.press("j")
        page.keyboard.press("c")
        saved(page, 6)
        assert page.locator(".note.checked").count() == 1
        page.context.close()
    assert problems == []
    edits = [json.loads(line) for line in (folder / "edits.jsonl").read_text().splitlines()][1:]
    assert [edit["op"] for edit in edits] == [
        "merge", "split", "realign", "delete", "undo", "check",
    ]  # fmt: skip
    done = cli("apply", str(folder))
    assert done.code == 0, done.err
    out = Path(done.out.strip())
    rows, ledger = list(read_rows(out)), list(read_ledger(out))
    work = read_work(folder / "alignment.json")
    check_identity(rows, ledger, work.source, work.target)
    assert (1, 2) in [row.source_ids for row in rows]
    assert {row.metadata.get("reviewed_by") for row in rows} >= {"anna"}
    assert rows[0].metadata["checked"] is True


def test_every_correction_by_mouse_and_keyboard(
    browser: Any, tmp_path: Path, problems: list[str]
) -> None:
    folder = make_folder(tmp_path / "out")
    with review(folder) as (_, address):
        page = open_page(browser, address, problems)
        page.keyboard.press("j")
        page.keyboard.press("e")
        area = page.locator("textarea[data-side=target]")
        area.fill("Introduction")
        area.press("Control+Enter")
        saved(page, 1)
        assert bead(page, "Bead 1,").locator(".target p").text_content() == "Introduction"
        assert page.locator(".edit-panel").count() == 0
        page.keyboard.press("m")
        saved(page, 2)
        page.keyboard.press("u")
        saved(page, 3)
        page.keyboard.press("U")
        saved(page, 4)
        page.keyboard.press("u")
        saved(page, 5)
        # move a sentence of the last bead to the bead before
        bead(page, "Bead 6,").locator("[data-action=split]").click()
        page.click("[data-action=move-target-previous]")
        saved(page, 6)
        assert bead(page, "Bead 6,").locator(".type").text_content() == "2–1"
        assert bead(page, "Bead 5,").locator(".type").text_content() == "0–2"
        # cut one side otherwise than the other
        bead(page, "Bead 6,").locator("[data-action=split]").click()
        page.click("[data-action=cut-source-1]")
        page.click("[data-action=cut-target-0]")
        assert page.text_content("[data-action=do-split]") == "Split into 1–0 and 1–1"
        page.keyboard.press("Escape")
        assert page.locator(".edit-panel").count() == 0
        page.keyboard.press("d")
        saved(page, 7)
        page.locator('[data-action=delete]:text("Restore")').first.click()
        saved(page, 8)
        page.click("#undo")
        saved(page, 9)
        page.click("#redo")
        saved(page, 10)
        page.click("[data-kind=changed]")
        assert page.locator(".note.who").count() == page.locator(".bead").count() > 0
        page.click("[data-kind=open]")
        page.click("[data-kind=all]")
        assert "0 of 4 checked" in page.text_content(".bar-progress")
        page.reload()
        page.wait_for_selector("html[data-ready]")
        saved(page, 10)
        page.context.close()
    assert problems == []


def answer_slowly(page: Any, seconds: float) -> None:
    """Delay the server's answers to edits."""
    page.route(
        "**/edits", lambda route: (page.wait_for_timeout(1000 * seconds), route.continue_())[0]
    )


def test_typed_text_is_not_lost(browser: Any, tmp_path: Path, problems: list[str]) -> None:
    folder = make_folder(tmp_path / "out")
    with review(folder) as (_, address):
        page = open_page(browser, address, problems)
        leaves = "dispatchEvent(new Event('beforeunload', {cancelable: true}))"
        assert page.evaluate(leaves)
        page.keyboard.press("j")
        page.keyboard.press("e")
        page.fill("textarea[data-side=source]", "新的导言")
        page.fill("textarea[data-side=target]", "A new introduction")
        assert not page.evaluate(leaves), "the browser asks before it leaves"
        # the split panel takes its place, and it comes back as it was
        bead(page, "Bead 1,").locator("[data-action=split]").click()
        page.wait_for_selector(".split-panel")
        page.keyboard.press("Escape")
        page.keyboard.press("e")
        assert page.input_value("textarea[data-side=target]") == "A new introduction"
        # its bead is merged away, and comes back
        bead(page, "Bead 1,").locator("[data-action=merge]").click()
        saved(page, 1)
        assert page.locator("textarea").count() == 0
        wait_until(page, "document.getElementById('announce').textContent.includes('kept')")
        page.click("#undo")
        saved(page, 2)
        assert page.input_value("textarea[data-side=source]") == "新的导言"
        # a check of the same bead leaves the panel open
        bead(page, "Bead 1,").locator("[data-action=check]").click()
        saved(page, 3)
        assert page.input_value("textarea[data-side=target]") == "A new introduction"
        # and the tab is loaded again
        page.on("dialog", lambda dialog: dialog.accept())
        page.reload()
        page.wait_for_selector("html[data-ready]")
        assert page.input_value("textarea[data-side=target]") == "A new introduction"
        page.locator("textarea[data-side=target]").press("Control+Enter")
        saved(page, 4)
        assert page.locator("textarea").count() == 0
        assert page.evaluate(leaves)
        page.context.close()
    edits = [json.loads(line) for line in (folder / "edits.jsonl").read_text().splitlines()][1:]
    assert edits[-1]["texts"] == {"source": "新的导言", "target": "A new introduction"}
    assert problems == []


def test_key_presses_while_an_edit_is_saved_are_done_in_turn(
    browser: Any, tmp_path: Path, problems: list[str]
) -> None:
    folder = make_folder(tmp_path / "out")
    with review(folder) as (_, address):
        page = open_page(browser, address, problems)
        answer_slowly(page, 0.3)
        page.keyboard.press("j")
        page.keyboard.press("c")
        page.keyboard.press("c")
        page.keyboard.press("m")  # the third with the fourth
        page.keyboard.press("m")  # and what came of it with the fifth
        saved(page, 4)
        page.unroute_all(behavior="wait")
        page.context.close()
    edits = [json.loads(line) for line in (folder / "edits.jsonl").read_text().splitlines()][1:]
    assert [edit["op"] for edit in edits] == ["check", "check", "merge", "merge"]
    assert [edit["bead"] for edit in edits[:2]] == ["[0]:[0]", "[1]:[1]"]
    assert edits[2]["beads"] == ["[2]:[]", "[3]:[2]"]
    assert edits[3]["beads"] == ["[2,3]:[2]", "[]:[3]"]
    assert problems == []


def test_while_the_document_is_re_aligned_edits_are_refused_aloud(
    browser: Any, tmp_path: Path, problems: list[str]
) -> None:
    folder = make_folder(tmp_path / "out")
    with review(folder) as (_, address):
        page = open_page(browser, address, problems)
        answer_slowly(page, 0.5)
        page.keyboard.press("j")
        page.keyboard.press("r")
        page.keyboard.press("c")
        assert "Re-aligning" in page.text_content("#announce")
        assert page.is_disabled("#undo")
        saved(page, 1)
        page.unroute_all(behavior="wait")
        page.context.close()
    assert problems == []


def test_the_token_leaves_the_address_and_a_reload_works(
    browser: Any, tmp_path: Path, problems: list[str]
) -> None:
    with review(make_folder(tmp_path / "out")) as (_, address):
        page = open_page(browser, address, problems)
        page.keyboard.press("j")
        assert "token" not in page.url
        assert "token" not in page.evaluate("document.querySelector('a.number').href")
        page.reload()
        page.wait_for_selector("html[data-ready]")
        assert "token" not in page.url
        assert page.locator(".bead.is-current").count() == 1
        page.keyboard.press("c")
        saved(page, 1)
        page.context.close()
        stranger = browser.new_page()
        stranger.goto(address.split("?")[0])
        assert "Open the address" in stranger.text_content("#door")
        stranger.close()
    assert problems == []


def test_edits_need_the_beads_to_be_looked_at(
    browser: Any, tmp_path: Path, problems: list[str]
) -> None:
    folder = make_folder(tmp_path / "out")
    with review(folder) as (_, address):
        page = open_page(browser, address, problems)
        page.keyboard.press("j")
        page.focus("#theme")
        page.keyboard.press("d")
        page.keyboard.press("Escape")
        page.keyboard.press("k")
        bead(page, "Bead 6,").locator("[data-action=split]").click()
        page.focus("[data-action=do-split]")
        page.keyboard.press("d")
        page.wait_for_timeout(200)
        page.context.close()
    assert not (folder / "edits.jsonl").exists()
    assert problems == []


def test_another_page_cannot_edit(browser: Any, tmp_path: Path, problems: list[str]) -> None:
    folder = make_folder(tmp_path / "out")
    stranger = tmp_path / "stranger.html"
    stranger.write_text("<!doctype html><title>x</title>", encoding="utf-8")
    with review(folder) as (_, address):
        token = address.split("token=")[1]
        host = address.split("/?")[0]
        page = browser.new_page()
        page.goto(stranger.as_uri())
        # even one that knows the token
        refused = page.evaluate(
            """async ([host, token]) => {
              try {
                await fetch(`${host}/edits?token=${token}`, {method: "POST", mode: "no-cors",
                  headers: {"Content-Type": "text/plain"},
                  body: JSON.stringify({op: "check", bead: "[0]:[0]", checked: true, after: 0})});
                const answer = await fetch(`${host}/edits`, {method: "POST",
                  headers: {"Content-Type": "application/json", "X-Duizhao-Token": token},
                  body: JSON.stringify({op: "check", bead: "[0]:[0]", checked: true, after: 0})});
                return answer.status;
              } catch (error) { return "refused"; }
            }""",
            [host, token],
        )
        assert refused == "refused"
        page.close()
    assert not (folder / "edits.jsonl").exists()


def test_axe_finds_nothing_against_the_review_page(
    browser: Any, tmp_path: Path, problems: list[str]
) -> None:
    from axe_playwright_python.sync_playwright import Axe

    with review(make_folder(tmp_path / "out")) as (_, address):
        page = open_page(browser, address, problems)
        bead(page, "Bead 6,").locator("[data-action=split]").click()
        page.wait_for_selector(".split-panel")
        bead(page, "Bead 3,").locator("[data-action=pair]").click()
        page.wait_for_selector(".candidates")
        bead(page, "Bead 5,").locator("[data-action=edit]").click()
        assert page.locator(".bead[aria-label^='Bead 5,'] textarea").count() == 2
        page.click(".explain summary")
        found = Axe().run(page)
        page.context.close()
    told = [(e["id"], e["nodes"][0]["html"][:200]) for e in found.response["violations"]]
    assert told == []


@pytest.mark.parametrize("name", ["review", "apply", "report"])
def test_a_folder_that_is_none_is_named_with_exit_code_2(
    cli: Cli, tmp_path: Path, name: str
) -> None:
    done = cli(name, str(tmp_path / "nothing"))
    assert done.code == 2
    assert re.search("nothing: (there is )?no such", done.err)
    assert done.err.count("\n") == 1
    assert not (tmp_path / "nothing").exists()


def test_ctrl_c_ends_a_review_with_a_hint_how_to_continue(cli: Cli, tmp_path: Path) -> None:
    folder = make_folder(tmp_path / "out")
    with review(folder) as (process, address):
        process.send_signal(signal.SIGINT)
        assert process.wait(30) == 0
        port = address.split(":")[2].split("/")[0]
        told = next(tmp_path.glob("tmp*/out")).read_text()
        assert "duizhao apply" in told
    with review(folder) as (_, again):
        taken = again.split(":")[2].split("/")[0]
        other = make_folder(tmp_path / "other")
        done = cli("review", str(other), "--no-browser", "--port", taken)
        assert done.code == 1
        assert f"port {taken} cannot be used" in done.err
        done = cli("review", str(folder), "--no-browser")
        assert done.code == 1
        assert "already" in done.err
    assert port.isdigit()


SLOW = """
import sys, time
from pathlib import Path
from duizhao.evaluation.review.server import serve
from duizhao.evaluation.review.session import open_session
from tests.support.batches import heed_ctrl_c

def aligner(work, beads):
    print("working", flush=True)
    time.sleep(300)

def ready(address):
    print(address, flush=True)

try:
    serve(open_session(Path(sys.argv[1])), aligner, ready=ready)
except KeyboardInterrupt:
    print("ended", flush=True)
"""


def test_ctrl_c_ends_the_server_while_it_works(tmp_path: Path) -> None:
    folder = make_folder(tmp_path / "out")
    command = [sys.executable, "-c", SLOW, str(folder)]
    with subprocess.Popen(
        command,
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=heed_ctrl_c,
    ) as process:
        assert process.stdout
        host, token = process.stdout.readline().strip().split("/?token=")
        headers = {"X-Duizhao-Token": token}

        def realign() -> None:
            with suppress(httpx.HTTPError):
                wanted = {"op": "realign", "after": 0}
                httpx.post(f"{host}/edits", json=wanted, headers=headers, timeout=60)

        thread = threading.Thread(target=realign, daemon=True)
        thread.start()
        assert process.stdout.readline() == "working\n"
        process.send_signal(signal.SIGINT)
        out, told = process.communicate(timeout=60)
    assert out == "ended\n"
    assert told == ""
    assert not (folder / "edits.jsonl").exists()


def test_what_was_acknowledged_survives_a_kill_at_any_moment(tmp_path: Path) -> None:
    """Killed repeatedly while edits are posted: every acknowledged edit is saved."""
    folder = make_folder(tmp_path / "out")
    draw = random.Random(11)
    acknowledged: list[dict[str, Any]] = []
    for _ in range(5):
        with review(folder) as (process, address):
            host, token = address.split("/?token=")
            count = len(open_session(folder).edits)
            killer = threading.Timer(draw.uniform(0, 0.4), process.kill)
            with (
                httpx.Client(headers={"X-Duizhao-Token": token}, timeout=60) as client,
                suppress(httpx.HTTPError),
            ):
                while True:
                    edit = {
                        "op": "check", "bead": "[0]:[0]",
                        "checked": bool(count % 2), "after": count,
                    }  # fmt: skip
                    answer = client.post(f"{host}/edits", json=edit)
                    assert answer.status_code == 200, answer.text
                    count += 1
                    acknowledged.append({"edit": count, "checked": edit["checked"]})
                    if killer.ident is None:  # from the first answer on, at any moment
                        killer.start()
            killer.join()
        replayed = {edit["edit"]: edit["checked"] for edit in open_session(folder).edits}
        assert all(replayed[one["edit"]] == one["checked"] for one in acknowledged)
        # at most one edit was on its way when it was killed: saved, and nobody told
        assert len(replayed) - len(acknowledged) <= 1
        acknowledged = [{"edit": n, "checked": value} for n, value in replayed.items()]
    assert len(acknowledged) >= 5
