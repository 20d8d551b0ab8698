"""What is on a page besides its text: running heads and feet, page and job numbers, bar codes."""

from __future__ import annotations

import re


_PAGE_NUMBER = re.compile(
    r"[-–—]?\s*(?:(?:page|第)\s*)?(?:\d{1,4}|[ivxl]{1,6})\s*(?:页)?\s*(?:(?:/|of|，?共)\s*\d{1,4}\s*页?)?\s*[-–—]?",
    re.IGNORECASE,
)
_JOB = re.compile(
    r"\d{2}-\d{5}(?:\s?\(\w\))?(?:\s*\*\d+\*)?|(?:GE|V|K|NYC|E)\.\s?\d{2}-?\d{4,5}\S*"
)
_BAR_CODE = re.compile(r"\*\s?[\dA-Z]{5,12}\s?\*")
_SYMBOL = re.compile(r"[A-Z][A-Z0-9]{0,8}(?:\.[A-Z0-9]{1,6})?/[A-Z0-9][A-Za-z0-9()*./\- –—]*")


def reason(text: str, *, page: int, height: float) -> str:
    """The ledger's code for a piece of furniture, from its words and where it stands.

    `height` is its place on the page, 0 at the foot and 1 at the head.
    """
    text = text.strip()
    if re.fullmatch(r"[_\-–—=. ]+", text):
        return "separator"
    if _BAR_CODE.fullmatch(text):
        return "bar_code"
    if _JOB.match(text):
        return "job_number"
    if _PAGE_NUMBER.fullmatch(text):
        return "page_number"
    if _SYMBOL.fullmatch(text):
        return "document_symbol"
    if page == 1 and height > 0.7:
        return "masthead"
    if height > 0.88:
        return "running_head"
    if height < 0.12:
        return "running_foot"
    return "artifact"


def is_separator(text: str) -> bool:
    """A row of underscores above footnotes, or the line that ends a UN document."""
    return bool(re.fullmatch(r"[_\-–—]{4,}", text.strip()))
