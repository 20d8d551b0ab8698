"""Being ended from outside: SIGTERM as an exception, so that what a run holds is let go."""

from __future__ import annotations

import contextlib
import signal
import threading
from collections.abc import Iterator
from types import FrameType


class Ended(BaseException):
    """SIGTERM came; like KeyboardInterrupt, not to be caught with errors."""


@contextlib.contextmanager
def ended_by_signals() -> Iterator[None]:
    """Raise Ended in the main thread when SIGTERM comes."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def end(_number: int, _frame: FrameType | None) -> None:
        raise Ended

    before = signal.signal(signal.SIGTERM, end)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
