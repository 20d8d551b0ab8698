"""Lines with several terms, each with its translation: "供水 water supply；水库 reservoir".

The languages change more than once, so no line is a text and its translation; but its items are,
all of them in the same way.
"""

from __future__ import annotations

import re

from duizhao.corpus.reading.bilingual.switches import FIT, Run, both_parts, fit, switches

_SEPARATOR = re.compile(r"\s*(?:[;；,，、/|]|\t)\s*")
LEAST = 2
"""Items of a list."""


def list_runs(text: str) -> list[Run]:
    """The runs of a text that is such a list, [] for any other.

    >>> text = "供水 supply；水库 reservoir"
    >>> [text[start:end] for start, end, _ in list_runs(text)]
    ['供水', 'supply', '水库', 'reservoir']
    """
    for separator in sorted({match[0].strip() or "\t" for match in _SEPARATOR.finditer(text)}):
        if runs := _items(text, separator):
            return runs
    return []


def _items(text: str, separator: str) -> list[Run]:
    items = [
        (match.start(), match.end())
        for match in re.finditer(f"[^{re.escape(separator)}]+", text)
        if match[0].strip()
    ]
    if len(items) < LEAST:
        return []
    alike = set.intersection(*(switches(text[start:end]) for start, end in items))
    for switch in sorted(alike, key=lambda one: (one.first, one.mark)):
        parts = [both_parts(text[start:end], switch) for start, end in items]
        if all(
            fit(text[start:end], own, FIT) for (start, end), own in zip(items, parts, strict=True)
        ):
            return [
                (start + first, start + last, language)
                for (start, _), own in zip(items, parts, strict=True)
                for first, last, language in own
            ]
    return []
