"""`duizhao report`: the page of a corpus."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def report(
    folder: Annotated[
        Path, typer.Argument(metavar="DIR", help="A folder that `duizhao build` wrote.")
    ],
    screenshots: Annotated[
        Path | None,
        typer.Option(
            metavar="OUT",
            help="Also take pictures of the page at three widths, light and dark, into this "
            "folder; needs playwright and Chromium.",
        ),
    ] = None,
) -> None:
    """Write report.html anew: scores, plots and the bitext side by side, in one file.

    `build` writes the page already; this is for a folder from before, or for pictures of it.
    """
    from duizhao.evaluation.report import write_report

    page = write_report(folder)
    print(page)
    if screenshots is not None:
        from duizhao.evaluation.report.screenshots import take_screenshots

        for path in take_screenshots(page, screenshots):
            print(path)
