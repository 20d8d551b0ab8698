"""Take the pictures of the documentation: python docs/make_pictures.py, after changing a page.

Builds the sample report, opens its pages in Chromium, and writes docs/images/*.png.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from PIL import Image

from duizhao.evaluation.report.browser import chromium

ROOT = Path(__file__).resolve().parent.parent
IMAGES = ROOT / "docs/images"
SAMPLES = [ROOT / "corpus/samples" / name for name in ("report.zh.txt", "report.en.txt")]


@contextmanager
def server(*command: str | Path) -> Iterator[str]:
    """A command that serves a page, and the address it prints."""
    words = [sys.executable, "-m", "duizhao", *map(str, command), "--no-browser"]
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True, cwd=ROOT) as process:
        assert process.stdout
        try:
            yield process.stdout.readline().strip()
        finally:
            process.kill()


def opened(browser: Any, address: str, width: int, height: int) -> Any:
    """A page in its final state, with its fonts."""
    page = browser.new_page(viewport={"width": width, "height": height}, locale="en-GB")
    page.goto(address)
    page.wait_for_selector("html[data-ready]")
    page.evaluate("document.fonts.ready.then(() => 0)")
    return page


def save(page: Any, name: str, **options: Any) -> None:
    """Write the picture with a palette, which is a third of the bytes."""
    path = IMAGES / f"{name}.png"
    page.wait_for_timeout(300)
    page.screenshot(path=path, **options)
    Image.open(path).convert("RGB").quantize(method=Image.Quantize.MAXCOVERAGE).save(
        path, optimize=True
    )
    page.close()
    print(path.relative_to(ROOT))


def report(browser: Any, folder: Path) -> None:
    """The head of the report, and its bitext with the signals of a bead."""
    address = (folder / "report.html").as_uri()
    save(opened(browser, address, 1280, 1000), "report")
    page = opened(browser, address, 1280, 820)
    page.evaluate("document.getElementById('bitext').scrollIntoView()")
    page.locator(".bead .confidence").nth(2).hover()
    save(page, "report-bitext")


def review(browser: Any, folder: Path) -> None:
    """A bead being split."""
    with server("review", folder, "--by", "anna") as address:
        page = opened(browser, address, 1280, 860)
        page.keyboard.press("j")
        page.keyboard.press("c")
        wanted = page.locator(".bead", has=page.locator(".type", has_text="1–2")).first
        wanted.locator("[data-action=split]").click()
        page.wait_for_selector(".split-panel")
        wanted.evaluate("(bead) => scrollBy(0, bead.getBoundingClientRect().top - 240)")
        save(page, "review")


def studio(browser: Any, folder: Path) -> None:
    """Two files that have been read."""
    with server("studio", folder) as address:
        page = opened(browser, address, 1100, 900)
        page.set_input_files("#files", SAMPLES)
        page.wait_for_selector(".document")
        time.sleep(6)  # until the note at the foot is gone
        save(page, "studio", full_page=True)


def main() -> None:
    """Build the sample and take all pictures."""
    with tempfile.TemporaryDirectory() as work, chromium() as browser:
        folder = Path(work) / "library"
        command = ["build", SAMPLES[0], "--reference", SAMPLES[1], "--out", folder]
        subprocess.run([sys.executable, "-m", "duizhao", *command], check=True, cwd=ROOT)
        report(browser, folder)
        review(browser, folder)
        studio(browser, Path(work) / "projects")


if __name__ == "__main__":
    main()
