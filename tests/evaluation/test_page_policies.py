"""The policy of every page that duizhao writes forbids network access."""

from __future__ import annotations

import re

import pytest

from tests.support.paths import ROOT

pytestmark = pytest.mark.unit

PAGES = {
    "report, review, inspect, studio and compare": "evaluation/report/assets/frame.html.jinja",
    "review without its token": "evaluation/local_server/guard.py",
}


def policy(name: str) -> set[str]:
    text = (ROOT / PAGES[name]).read_text(encoding="utf-8")
    found = re.search(r'Content-Security-Policy"\s+content="(.*?)">', text)
    assert found, name
    return {part.strip() for part in re.sub(r"{%.*?%}", "", found[1]).split(";")}


@pytest.mark.parametrize("name", PAGES)
def test_a_page_loads_nothing_from_elsewhere(name: str) -> None:
    assert policy(name) >= {"default-src 'none'", "base-uri 'none'", "form-action 'none'"}
