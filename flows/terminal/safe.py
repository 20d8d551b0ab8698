"""Safe output to the terminal, without control characters and passwords.

`guarded()` replaces standard output and standard error for a command. Everything written to them,
by duizhao, `logging`, `warnings`, a traceback or a library, is escaped. Rich, which formats with
control sequences of its own, writes through `rich_console`, which escapes the text inside them.
"""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterable, Iterator
from typing import IO, TYPE_CHECKING, Any, TextIO, cast

from duizhao.corpus.printable import printable, without_passwords

if TYPE_CHECKING:
    from rich.console import Console


class SafeStream:
    """A text stream that escapes the text written to it.

    While it is `styled`, control sequences are not escaped: for the help, which typer formats and
    which contains no text of documents. A `plain` one reports that it is not a terminal, so that
    libraries do not format their output.
    """

    def __init__(self, stream: IO[str], styled: bool) -> None:
        self.stream = stream
        self.styled = styled
        self.plain = not styled

    def write(self, text: str) -> int:
        """Write the text, escaped."""
        self.stream.write(text if self.styled else safe(text))
        return len(text)

    def writelines(self, lines: Iterable[str]) -> None:
        """Write the lines, escaped."""
        for line in lines:
            self.write(line)

    def isatty(self) -> bool:
        """Whether the output is a terminal."""
        return self.stream.isatty() and not self.plain

    def __getattr__(self, name: str) -> Any:
        return getattr(self.stream, name)


def safe(text: str) -> str:
    """Escape control characters and remove passwords."""
    return without_passwords(printable(text))


@contextlib.contextmanager
def guarded() -> Iterator[None]:
    """Guard standard output and standard error until the block ends."""
    before = sys.stdout, sys.stderr
    # messages about wrong arguments contain them
    styled = not any(printable(word) != word for word in sys.argv)
    sys.stdout, sys.stderr = (cast(TextIO, SafeStream(one, styled)) for one in before)
    try:
        yield
    finally:
        for stream in (sys.stdout, sys.stderr):
            with contextlib.suppress(ValueError, OSError):  # a command whose pipe broke closes it
                stream.flush()
        sys.stdout, sys.stderr = before


def escape_everything() -> None:
    """Escape all control sequences from now on: a command starts, which prints documents' text."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, SafeStream):
            stream.styled = False


def rich_console(*, stderr: bool = False, soft_wrap: bool = False) -> Console:
    """A rich console for text of documents: no markup, and everything is escaped."""
    from rich.console import Console, ConsoleOptions, RenderableType
    from rich.segment import Segment

    class Safe(Console):
        """Escapes the text of all segments, but not the control sequences that rich adds."""

        def render(
            self, renderable: RenderableType, options: ConsoleOptions | None = None
        ) -> Iterator[Segment]:
            for segment in super().render(renderable, options):
                yield segment if segment.control else Segment(safe(segment.text), segment.style)

    stream = sys.stderr if stderr else sys.stdout
    while isinstance(stream, SafeStream):
        stream = cast(TextIO, stream.stream)
    return Safe(file=stream, markup=False, emoji=False, highlight=False, soft_wrap=soft_wrap)
