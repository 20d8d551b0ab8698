"""A headless Chromium for screenshots and measurements of the page."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from duizhao.corpus.errors import DuizhaoError

ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


def find_chromium() -> str:
    """Path of Chromium (``DUIZHAO_CHROMIUM`` overrides it); DuizhaoError if there is none."""
    wanted = os.environ.get("DUIZHAO_CHROMIUM")
    for name in [wanted] if wanted else ["chromium", "chromium-browser", "google-chrome", "chrome"]:
        path = shutil.which(name)
        if path:
            return path
    raise DuizhaoError(
        "no Chromium found; install it (Debian: apt install chromium) or set DUIZHAO_CHROMIUM"
    )


@contextmanager
def chromium() -> Iterator[Any]:
    """A Playwright browser, closed at the end."""
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        raise DuizhaoError(
            "screenshots of the page need playwright; run `pip install playwright`"
        ) from None
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=find_chromium(), args=list(ARGUMENTS), headless=True
        )
        try:
            yield browser
        finally:
            browser.close()
