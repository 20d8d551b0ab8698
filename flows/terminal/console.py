"""The messages of a running command on standard error: stages, progress, notes.

In a terminal, one line shows the current stage and its progress; elsewhere a finished stage is a
plain line, and a long one reports its progress every few seconds. `current()` is the console of the
running command; it prints nothing unless `use` has replaced it, as the command line does.
"""

from __future__ import annotations

import contextlib
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeVar

from duizhao.corpus.printable import printable_line
from duizhao.flows.terminal.safe import rich_console

if TYPE_CHECKING:
    from rich.console import Console as RichConsole

    from duizhao.models.translation.translator import Statistics

LINE_SECONDS = 10.0
"""Seconds between two progress lines of a stage if there is no terminal."""

SHOW_SECONDS = 0.2
"""Seconds between two updates of the bar in a terminal."""

T = TypeVar("T")


class Console:
    """Prints nothing; the base class of the console that does."""

    quiet = True
    verbose = False

    @contextlib.contextmanager
    def whole_run(self) -> Iterator[None]:
        """Wrap all work of a command."""
        yield

    @contextlib.contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Show a stage until the block ends."""
        yield

    def progress(self, text: str, done: float, total: int) -> None:
        """Report the progress of the current stage; `total` is 0 if unknown."""

    def fetching(self, what: str, done: int, total: int) -> None:
        """Report the progress of a download in bytes; `total` is 0 if unknown."""

    def done(self, name: str, text: str, seconds: float, reused: bool) -> None:
        """Report a finished stage; `text` describes its result."""

    def note(self, text: str) -> None:
        """Print a line about the work, which ``--quiet`` hides."""

    def warn(self, text: str) -> None:
        """Print a line that is important for the result, also with ``--quiet``."""
        self.note(text)


class TerminalConsole(Console):
    """Prints to standard error; if `quiet`, only warnings.

    `verbose` adds Prefect's log and tracebacks, for error reports.
    """

    def __init__(self, quiet: bool = False, verbose: bool = False) -> None:
        self.quiet, self.verbose = quiet, verbose
        self._live: Any = None
        self._task: Any = None
        self._name = ""
        self._fetching = ""
        self._start = 0.0
        self._line = 0.0
        self._done = 0.0

    @cached_property
    def _rich(self) -> RichConsole:
        return rich_console(stderr=True, soft_wrap=True)

    @contextlib.contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Show a bar until the block ends; a stage inside another one uses the other one's bar."""
        before, self._name = self._name, name
        self._start = self._line = time.monotonic()
        self._done = 0.0
        try:
            if self.quiet or self._live is not None or not sys.stderr.isatty():
                yield
                return
            with self._bar(name):
                yield
        finally:
            self._name = before

    @contextlib.contextmanager
    def _bar(self, name: str) -> Iterator[None]:
        from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

        columns = (
            SpinnerColumn(),
            TextColumn("{task.description}", markup=False),
            BarColumn(bar_width=24),
            TextColumn("{task.fields[detail]}", markup=False),
            TimeElapsedColumn(),
        )
        with Progress(*columns, console=self._rich, transient=True) as live:
            self._live = live
            self._task = live.add_task(name, total=None, detail="")
            try:
                yield
            finally:
                self._live = None

    def progress(self, text: str, done: float, total: int) -> None:
        """Move the bar; without a terminal, print a line now and then."""
        if self.quiet:
            return
        now = time.monotonic()
        if self._live is None:
            if not sys.stderr.isatty() and now - self._line >= LINE_SECONDS:
                self._line = now
                self.note(f"{self._name}: {text}" if self._name else text)
            return
        if done < self._done:  # the stage has started another part of its work
            self._start = now
        self._done = done
        seconds = now - self._start
        if total and done and seconds > 1 and "left" not in text:
            text = f"{text}, {seconds / done * (total - done):.0f} s left"
        self._live.update(self._task, completed=done, total=total or None, detail=text)

    def fetching(self, what: str, done: int, total: int) -> None:
        """Move the bar of the current stage, or print a line for each new file."""
        size = f" ({total / 1e6:.0f} MB)" if total else ""
        if self._live is not None:
            self.progress(f"{what}{size}", done, total)
        elif what != self._fetching:
            self.note(f"{what}{size}")
        self._fetching = what

    def done(self, name: str, text: str, seconds: float, reused: bool) -> None:
        """Print a line for the finished stage."""
        if not self.quiet:
            took = "from cache" if reused else f"{seconds:.1f} s"
            from rich.text import Text

            line = f" {name:<10} {printable_line(text)} "
            self._rich.print(Text.assemble(("✓", "green"), line, (f"({took})", "dim")))

    def note(self, text: str) -> None:
        """Print a line unless quiet."""
        if not self.quiet:
            self.warn(text)

    def warn(self, text: str) -> None:
        """Print a line."""
        text = printable_line(text)
        if self._live is None:
            print(text, file=sys.stderr, flush=True)
        else:
            self._rich.print(text)


_current: Console = Console()


def current() -> Console:
    """The console of the running command."""
    return _current


@contextlib.contextmanager
def use(console: Console) -> Iterator[Console]:
    """Make `console` the current one."""
    global _current
    before, _current = _current, console
    try:
        yield console
    finally:
        _current = before


def counted(things: Sequence[T], what: str, of: str, seconds: float = SHOW_SECONDS) -> Iterator[T]:
    """Yield the items one after another; report progress if this takes long.

    ``planning: 20,000 of 100,000 documents``
    """
    total, shown = len(things), time.monotonic()
    for done, thing in enumerate(things):
        yield thing
        if time.monotonic() - shown >= seconds:
            shown = time.monotonic()
            current().progress(f"{what}: {done + 1:,} of {total:,} {of}", done + 1, total)


def pages(done: int, total: int) -> None:
    """Report the progress of a reader."""
    current().progress(f"page {done} of {total}", done, total)


def translating(total: int | None) -> Callable[[Statistics], None]:
    """A callback for `Translator.translate` that reports its progress."""
    started = time.monotonic()
    at_start: float | None = None

    def report(statistics: Statistics) -> None:
        nonlocal at_start
        # sentences from the memory take no time and would distort the estimate of the time left
        at_start = statistics.done if at_start is None else at_start
        text = rates(statistics, total, time.monotonic() - started, at_start)
        current().progress(text, statistics.done, total or 0)

    return report


def rates(statistics: Statistics, total: int | None, seconds: float, at_start: float = 0.0) -> str:
    """For example ``120 of 400 sentences, 13.2 sentences/s, 530 tokens/s, 0:00:42 left``."""
    done = statistics.done
    text = f"{done:.0f}" + (f" of {total}" if total else "")
    text += " sentence" + "s" * ((total or round(done)) != 1)
    if statistics.seconds > 0.5 and done > at_start and seconds > 0:
        text += f", {(done - at_start) / seconds:.1f} sentences/s"
        text += f", {statistics.tokens / statistics.seconds:.0f} tokens/s"
    if statistics.trying:
        text += f", retrying {statistics.trying} flagged"
    elif total and done > at_start and seconds > 2:
        left = int(seconds / (done - at_start) * max(0.0, total - done))
        text += f", {left // 3600}:{left // 60 % 60:02d}:{left % 60:02d} left"
    return text
