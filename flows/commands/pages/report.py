"""`duizhao report`: the web page of a corpus."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from duizhao.flows.commands import options


def report(
    folder: Annotated[
        Path, typer.Argument(metavar="DIR", help="A folder that `duizhao build` wrote.")
    ],
    screenshots: Annotated[
        Path | None,
        typer.Option(
            metavar="OUT",
            help="Also save screenshots of the page at three widths, light and dark, in this "
            "folder; needs playwright and Chromium.",
        ),
    ] = None,
    json: options.Json = False,
) -> None:
    """Write report.html again: scores, plots and the bitext side by side, in one file.

    `build` also writes this page; use `report` for the folder of an earlier version, or for
    screenshots.
    """
    from duizhao.evaluation.report import write_report
    from duizhao.flows.terminal.output import print_json

    page = write_report(folder)
    pictures: list[Path] = []
    if screenshots is not None:
        from duizhao.evaluation.report.screenshots import take_screenshots

        pictures = list(take_screenshots(page, screenshots))
    if json:
        print_json({"page": str(page), "screenshots": [str(path) for path in pictures]})
        return
    for path in (page, *pictures):
        print(path)
