"""Processes that run our own modules and do not outlive the one that started them."""

from __future__ import annotations

import os
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

CHECK_SECONDS = 0.5


def module_command(module: str, *arguments: object) -> list[str]:
    """The command that runs a module of ours in a process of its own.

    The process searches the current folder for modules only if this one does: a ``queue.py`` of the
    user, which the command `duizhao` does not import, must not stop its workers either.
    """
    here = {"", str(Path.cwd())} & set(sys.path)
    return [sys.executable, *([] if here else ["-P"]), "-m", module, *map(str, arguments)]


def end_with_parent(parent: int, last: Callable[[], object] | None = None) -> None:
    """End this process, after a call of `last`, as soon as `parent` is gone."""

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(CHECK_SECONDS)
        if last:
            last()
        os._exit(0)

    threading.Thread(target=watch, daemon=True).start()
