"""Open a page in the browser without showing its secret address to other users of the machine.

Every user can read the arguments of a running program. Therefore the browser opens a file that only
its owner may read, and that file redirects to the address.
"""

from __future__ import annotations

import contextlib
import html
import os
import sys
import threading
import webbrowser
from collections.abc import Iterator
from pathlib import Path


@contextlib.contextmanager
def open_later(address: str, file: Path) -> Iterator[None]:
    """Open the address through `file`, which is removed at the end.

    The browser starts in a thread, so that the caller need not wait. Without a display nothing is
    opened, because a text browser would take over the terminal.
    """
    if not has_display():
        yield
        return
    leads = html.escape(address, quote=True)
    page = (
        '<!doctype html><meta charset="utf-8"><meta name="referrer" content="no-referrer">'
        '<meta http-equiv="Content-Security-Policy" content="default-src \'none\'; '
        "base-uri 'none'; form-action 'none'\">"
        f'<meta http-equiv="refresh" content="0; url={leads}"><title>duizhao</title>'
    )
    file.unlink(missing_ok=True)
    with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as handle:
        handle.write(page)
    try:
        target = file.resolve().as_uri()
        threading.Thread(target=webbrowser.open, args=(target,), daemon=True).start()
        yield
    finally:
        file.unlink(missing_ok=True)


def has_display() -> bool:
    """Whether a browser window can be shown."""
    if sys.platform in ("darwin", "win32"):
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))
