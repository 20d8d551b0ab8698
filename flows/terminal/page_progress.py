"""Progress over the pages of a document: a bar in a terminal, lines elsewhere, on stderr."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable, Iterator
from typing import Any

# below this a document is read before a bar could be seen
MANY_PAGES = 50


@contextlib.contextmanager
def page_progress(title: str) -> Iterator[Callable[[int, int], None]]:
    """A callback ``(done, total)``; silent for short documents."""
    with contextlib.ExitStack() as stack:
        bar: Any = None
        said = 0

        def show(done: int, total: int) -> None:
            nonlocal bar, said
            if total < MANY_PAGES:
                return
            if not sys.stderr.isatty():
                if done * 10 // total > said:
                    said = done * 10 // total
                    print(f"{title}: page {done} of {total}", file=sys.stderr)
                return
            if bar is None:
                bar = stack.enter_context(_bar())
                bar.add_task(title, total=total)
            bar.update(bar.tasks[0].id, completed=done)

        yield show


def _bar() -> Any:
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeRemainingColumn,
    )

    return Progress(
        TextColumn("{task.description}"),
        BarColumn(bar_width=24),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        console=Console(stderr=True),
        transient=True,
    )
