"""Progress of a translation, on standard error: sentences and tokens a second, time left."""

from __future__ import annotations

import contextlib
import sys
import time
from collections.abc import Iterator

from duizhao.models.translation.translator import Report, Statistics

# without a terminal, how often a line says how far it is
EVERY_SECONDS = 30.0


@contextlib.contextmanager
def progress_bar(total: int | None) -> Iterator[Report]:
    """A callback for `Translator.translate`: a bar in a terminal, now and then a line elsewhere."""
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn

    console = Console(stderr=True)
    if not console.is_terminal:
        yield _lines(total)
        return
    columns = (
        TextColumn("translating"),
        BarColumn(bar_width=24),
        TextColumn("{task.fields[detail]}"),
    )
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task("translating", total=total, detail="")
        say = _Detail(total)
        yield lambda statistics: bar.update(task, completed=statistics.done, detail=say(statistics))


def _lines(total: int | None) -> Report:
    """A line every half minute."""
    say = _Detail(total)
    last = time.monotonic()

    def report(statistics: Statistics) -> None:
        nonlocal last
        said = say(statistics)
        if time.monotonic() - last >= EVERY_SECONDS:
            last = time.monotonic()
            print(f"translating: {said}", file=sys.stderr, flush=True)

    return report


class _Detail:
    """What `detail` says, with the time since the start."""

    def __init__(self, total: int | None) -> None:
        self._total = total
        self._started = time.monotonic()
        # what the memory had is there at once, and says nothing of the time that is left
        self._at_start: float | None = None

    def __call__(self, statistics: Statistics) -> str:
        if self._at_start is None:
            self._at_start = statistics.done
        seconds = time.monotonic() - self._started
        return detail(statistics, self._total, seconds, self._at_start)


def detail(statistics: Statistics, total: int | None, seconds: float, at_start: float = 0.0) -> str:
    """Such as ``120 of 400 sentences, 13.2 sentences/s, 530 tokens/s, 0:00:42 left``."""
    done = statistics.done
    said = f"{done:.0f}" + (f" of {total}" if total else "")
    said += " sentence" + "s" * ((total or round(done)) != 1)
    if statistics.seconds > 0.5 and done > at_start and seconds > 0:
        said += f", {(done - at_start) / seconds:.1f} sentences/s"
        said += f", {statistics.tokens / statistics.seconds:.0f} tokens/s"
    if statistics.trying:
        said += f", {statistics.trying} flagged tried again"
    elif total and done > at_start and seconds > 2:
        left = int(seconds / (done - at_start) * max(0.0, total - done))
        said += f", {left // 3600}:{left // 60 % 60:02d}:{left % 60:02d} left"
    return said
