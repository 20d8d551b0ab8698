"""Processes of our own: started from this code, and not outliving the one that started them."""

from __future__ import annotations

import os
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
CHECK_SECONDS = 0.5


def module_command(module: str, *arguments: object) -> list[str]:
    """The command that runs a module of ours in a process of its own; it needs `module_path()`.

    With -P the folder that the user is in is not searched for modules: it may hold a models.py.
    """
    return [sys.executable, "-P", "-m", module, *map(str, arguments)]


def module_path() -> dict[str, str]:
    """PYTHONPATH for `module_command`: our code first, then what the user has there."""
    folders = filter(None, [str(ROOT), os.environ.get("PYTHONPATH")])
    return {"PYTHONPATH": os.pathsep.join(folders)}


def end_with_parent(parent: int, last: Callable[[], object] | None = None) -> None:
    """End this process, after a call of `last`, as soon as `parent` is gone."""

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(CHECK_SECONDS)
        if last:
            last()
        os._exit(0)

    threading.Thread(target=watch, daemon=True).start()
