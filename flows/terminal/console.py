"""What a person sees while a command works: stages and their progress, on standard error.

In a terminal a live line for the stage at work; elsewhere a plain line when a stage is done.
`current()` is the console of the command that runs, silent unless `use` made it another one.
"""

from __future__ import annotations

import contextlib
import sys
import time
from collections.abc import Iterator, Sequence
from typing import Any, TypeVar

SAY_SECONDS = 5.0
"""After so long without a word a line says how far the work is, where no terminal shows it."""

SHOW_SECONDS = 0.2
"""Between two moves of the bar in a terminal."""

T = TypeVar("T")


class Console:
    """Says nothing; the base of the one that does."""

    @contextlib.contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """A stage at work."""
        yield

    def progress(self, text: str, done: int, total: int) -> None:
        """How far the stage at work is; `total` 0 where that is not known."""

    def fetching(self, what: str, done: int, total: int) -> None:
        """How far a download is, in bytes; `total` 0 where that is not known."""

    def done(self, name: str, text: str, seconds: float, reused: bool) -> None:
        """A stage is done; `text` says what came out."""

    def note(self, text: str) -> None:
        """A line that the user should read."""


class TerminalConsole(Console):
    """Stages as they go, on standard error."""

    def __init__(self) -> None:
        from rich.console import Console as RichConsole

        self._rich = RichConsole(stderr=True, highlight=False, soft_wrap=True)
        self._live: Any = None
        self._task: Any = None
        self._name = ""
        self._fetching = ""
        self._start = 0.0
        self._done = 0

    @contextlib.contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Show the stage until it ends."""
        if not self._rich.is_terminal:
            yield
            return
        from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

        self._name = name
        self._start = time.monotonic()
        self._done = 0
        columns = (
            SpinnerColumn(),
            TextColumn("{task.description}"),
            BarColumn(bar_width=24),
            TextColumn("{task.fields[detail]}"),
            TimeElapsedColumn(),
        )
        with Progress(*columns, console=self._rich, transient=True) as live:
            self._live = live
            self._task = live.add_task(name, total=None, detail="")
            try:
                yield
            finally:
                self._live = None

    def progress(self, text: str, done: int, total: int) -> None:
        """Move the bar of the stage at work."""
        if self._live is None:
            return
        detail = text
        if done < self._done:  # the stage comes to another part of its work
            self._start = time.monotonic()
        self._done = done
        seconds = time.monotonic() - self._start
        if total and done and seconds > 1:
            left = seconds / done * (total - done)
            detail = f"{text}, {left:.0f} s left"
        self._live.update(self._task, completed=done, total=total or None, detail=detail)

    def fetching(self, what: str, done: int, total: int) -> None:
        """The bar of the stage at work, or a line each time that something else is done."""
        size = f" ({total / 1e6:.0f} MB)" if total else ""
        if self._live is not None:
            self.progress(f"{what}{size}", done, total)
        elif what != self._fetching:
            self.note(f"{what}{size}")
        self._fetching = what

    def done(self, name: str, text: str, seconds: float, reused: bool) -> None:
        """A line for the stage that is done."""
        took = "kept from before" if reused else f"{seconds:.1f} s"
        self._rich.print(f"[green]✓[/green] {name:<10} {text} [dim]({took})[/dim]")

    def note(self, text: str) -> None:
        """A line for the user."""
        self._rich.print(text, markup=False)


_current: Console = Console()


def current() -> Console:
    """The console of the command that runs."""
    return _current


def counted(things: Sequence[T], what: str, of: str) -> Iterator[T]:
    """The things one after another; tells how far it is, if it takes long.

    ``planning: 20,000 of 100,000 documents``
    """
    to, total = current(), len(things)
    said = shown = time.monotonic()
    for done, thing in enumerate(things):
        yield thing
        now = time.monotonic()
        if now - shown < SHOW_SECONDS:
            continue
        shown, text = now, f"{what}: {done + 1:,} of {total:,} {of}"
        to.progress(text, done + 1, total)
        if now - said >= SAY_SECONDS and not sys.stderr.isatty():
            said = now
            to.note(text)


@contextlib.contextmanager
def use(console: Console) -> Iterator[Console]:
    """Make `console` the current one."""
    global _current
    before, _current = _current, console
    try:
        yield console
    finally:
        _current = before
