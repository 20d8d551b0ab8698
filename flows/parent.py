"""A process that must not outlive the one that started it, however that ends."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable

CHECK_SECONDS = 0.5


def end_with_parent(parent: int, last: Callable[[], object] | None = None) -> None:
    """End this process, after a call of `last`, as soon as `parent` is gone."""

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(CHECK_SECONDS)
        if last:
            last()
        os._exit(0)

    threading.Thread(target=watch, daemon=True).start()
