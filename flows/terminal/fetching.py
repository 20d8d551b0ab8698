"""Progress of a download, on standard error: a bar in a terminal, a line elsewhere."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterator
from typing import Any

from duizhao.models.weights.default import FetchProgress


@contextlib.contextmanager
def fetching() -> Iterator[FetchProgress]:
    """A callback that shows what is being fetched and how far it is; silent until it is called."""
    with contextlib.ExitStack() as stack:
        bars: Any = None
        said = ""

        def show(what: str, done: int, total: int) -> None:
            nonlocal bars, said
            if not sys.stderr.isatty():
                if what != said:
                    size = f" ({total / 1e6:.0f} MB)" if total else ""
                    print(f"{what}{size}", file=sys.stderr)
            else:
                bars = bars or stack.enter_context(_bars())
                if not bars.tasks:
                    bars.add_task(what)
                task = bars.tasks[0].id
                bars.update(task, description=what, completed=done, total=total or None)
            said = what

        yield show


def _bars() -> Any:
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        DownloadColumn,
        Progress,
        TextColumn,
        TimeRemainingColumn,
        TransferSpeedColumn,
    )

    return Progress(
        TextColumn("{task.description}"),
        BarColumn(bar_width=24),
        DownloadColumn(),
        TransferSpeedColumn(),
        TimeRemainingColumn(),
        console=Console(stderr=True),
        transient=True,
    )
