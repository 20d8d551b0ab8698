"""Screenshots of a report at three widths, light and dark.

Run as ``python -m duizhao.evaluation.report.screenshots DIR [OUT]`` or ``duizhao report DIR
--screenshots``; writes ``WIDTH-light-head.png`` (summary and plots) and ``...-bitext.png``.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from duizhao.evaluation.report.browser import chromium

WIDTHS = {"phone": (390, 844), "tablet": (820, 1100), "desktop": (1440, 900)}
SCHEMES = ("light", "dark")


def take_screenshots(report: Path, out: Path) -> list[Path]:
    """Open ``report.html`` in Chromium and write screenshots to `out`; returns their paths."""
    with chromium() as browser:
        return shoot(browser, report, out)


def shoot(browser: Any, report: Path, out: Path) -> list[Path]:
    """The same in a browser that is already running."""
    out.mkdir(parents=True, exist_ok=True)
    taken: list[Path] = []
    for name, (width, height) in WIDTHS.items():
        for scheme in SCHEMES:
            page = browser.new_page(
                viewport={"width": width, "height": height}, color_scheme=scheme
            )
            page.goto(report.resolve().as_uri())
            page.wait_for_selector("html[data-ready]")
            page.evaluate("document.fonts.ready.then(() => 0)")
            top = page.evaluate(
                "document.getElementById('bitext').getBoundingClientRect().top + scrollY"
            )
            head = out / f"{name}-{scheme}-head.png"
            clip = {"x": 0, "y": 0, "width": width, "height": max(top, height)}
            page.screenshot(path=head, full_page=True, clip=clip)
            page.evaluate(f"scrollTo(0, {top})")
            page.wait_for_timeout(150)
            bitext = out / f"{name}-{scheme}-bitext.png"
            page.screenshot(path=bitext)
            taken += [head, bitext]
            page.close()
    return taken


def main() -> None:
    """Write a folder's report and its screenshots."""
    from duizhao.evaluation.report import write_report

    if len(sys.argv) not in (2, 3):
        sys.exit("usage: python -m duizhao.evaluation.report.screenshots DIR [OUT]")
    folder = Path(sys.argv[1])
    out = Path(sys.argv[2]) if len(sys.argv) == 3 else folder / "screenshots"
    for path in take_screenshots(write_report(folder), out):
        print(path)


if __name__ == "__main__":
    main()
