"""Progress of a translation, on standard error: sentences, tokens a second, time left."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator

from models.translator import Report, Statistics


@contextlib.contextmanager
def progress_bar(total: int | None) -> Iterator[Report]:
    """A callback for `Translator.translate`; nothing is shown where there is no terminal."""
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn

    console = Console(stderr=True)
    if not console.is_terminal:
        yield lambda _: None
        return
    columns = (
        TextColumn("translating"),
        BarColumn(bar_width=24),
        TextColumn("{task.fields[detail]}"),
    )
    started = time.monotonic()
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task("translating", total=total, detail="")
        # what the memory had is there at once, and says nothing of the time that is left
        at_start: list[float] = []

        def report(statistics: Statistics) -> None:
            at_start[:] = at_start or [statistics.done]
            said = detail(statistics, total, time.monotonic() - started, at_start[0])
            bar.update(task, completed=statistics.done, detail=said)

        yield report


def detail(statistics: Statistics, total: int | None, seconds: float, at_start: float = 0.0) -> str:
    """Such as ``120 of 400 sentences, 530 tokens/s, 0:42 left``."""
    done = statistics.done
    said = f"{done:.0f}" + (f" of {total}" if total else "") + " sentences"
    if statistics.seconds > 0.5:
        said += f", {statistics.tokens / statistics.seconds:.0f} tokens/s"
    if total and done > at_start and seconds > 2:
        left = int(seconds / (done - at_start) * max(0.0, total - done))
        said += f", {left // 60}:{left % 60:02d} left"
    return said
