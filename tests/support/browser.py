"""A real Chromium for the tests of pages; they are skipped only if there is none."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from duizhao.corpus.errors import DuizhaoError
from duizhao.evaluation.report.browser import chromium, find_chromium

SLOWDOWN = float(os.environ.get("DUIZHAO_TEST_SLOWDOWN", "1"))
"""How many times slower the pages run: tests that wait for time and not for states fail at 6."""


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """One browser for a module's tests."""
    try:
        find_chromium()
    except DuizhaoError as error:
        pytest.skip(str(error))
    with chromium() as running:
        yield running


@pytest.fixture
def problems() -> list[str]:
    """Console messages and network requests of pages."""
    return []


def wait_until(page: Any, expression: str, seconds: float = 90) -> None:
    """Wait until the expression is true; wait_for_function needs eval, which the page forbids."""
    end = time.monotonic() + seconds
    while not page.evaluate(f"Boolean({expression})"):
        assert time.monotonic() < end, f"not within {seconds} s: {expression}"
        page.wait_for_timeout(40)


def open_page(browser: Any, address: str | Path, problems: list[str], **options: Any) -> Any:
    """A page in its own context, whose errors and requests are noted in `problems`."""
    # no transitions: a colour half-way between two schemes has too little contrast
    usual = {"viewport": {"width": 1300, "height": 900}, "reduced_motion": "reduce"}
    context = browser.new_context(**usual | options)
    page = context.new_page()
    page.set_default_timeout(90_000)
    page.on("console", lambda m: problems.append(m.text) if m.type == "error" else None)
    page.on("pageerror", lambda error: problems.append(str(error)))
    own = address.resolve().as_uri() if isinstance(address, Path) else address
    start = own.split("?")[0].split("#")[0]
    page.on(
        "request",
        lambda r: None if r.url.startswith((start, "data:")) else problems.append(r.url),
    )
    if SLOWDOWN > 1:
        context.new_cdp_session(page).send("Emulation.setCPUThrottlingRate", {"rate": SLOWDOWN})
    page.goto(own)
    page.wait_for_selector("html[data-ready]")
    return page
