"""Numbers that disagree: both sides have figures and none is the same.

Chinese groups digits with spaces and counts in 万 (10,000) and 亿 (100,000,000), English with
commas and in millions; both are brought to the same figure first. Figures under ten are left out,
because English writes them as words.
"""

from __future__ import annotations

import re
from decimal import Decimal

from corpus.bitext import Row
from corpus.cleaning.step import Finding, Parameter, Step

_FIGURE = r"\d{1,3}(?:[ ,\u00a0\u202f，]\d{3})+(?!\d)(?:\.\d+)?|\d+(?:\.\d+)?"
_SOURCE = re.compile(rf"({_FIGURE})\s*(万亿|千万|百万|亿|万)?")
_TARGET = re.compile(rf"({_FIGURE})(?:[ -](trillion|billion|million|thousand|hundred)\b)?", re.I)
_UNITS = {"万亿": 12, "亿": 8, "千万": 7, "百万": 6, "万": 4}
_UNITS |= {"trillion": 12, "billion": 9, "million": 6, "thousand": 3, "hundred": 2}
_FULL_WIDTH = str.maketrans("０１２３４５６７８９．，", "0123456789.,")


def figures(text: str, *, chinese: bool) -> set[Decimal]:
    """Figures of ten or more, units multiplied out.

    >>> sorted(figures("约1 250万人（2.5亿美元）", chinese=True))
    [Decimal('12500000'), Decimal('250000000')]
    """
    found = set()
    for digits, unit in (_SOURCE if chinese else _TARGET).findall(text.translate(_FULL_WIDTH)):
        value = Decimal(re.sub(r"[ ,\u00a0\u202f]", "", digits))
        value = value.scaleb(_UNITS[unit.lower()]) if unit else value
        if value >= 10:
            found.add(value.normalize() if value != value.to_integral() else Decimal(int(value)))
    return found


class _Numbers:
    def __init__(self, min_share: float) -> None:
        self.min_share = min_share

    def judge(self, row: Row) -> Finding | None:
        source = figures(row.source, chinese=True)
        target = figures(row.target, chinese=False)
        if not source or not target:
            return None
        share = len(source & target) / min(len(source), len(target))
        if share >= self.min_share:
            return None
        return {
            "share": round(share, 3),
            "source": [str(n) for n in sorted(source)],
            "target": [str(n) for n in sorted(target)],
        }


STEP = Step(
    "numbers",
    "Both sides have figures, and too few of them are the same.",
    _Numbers,
    (
        Parameter(
            "min_share", 0.3, "Least share of the side with fewer figures that must agree.", 0, 1
        ),
    ),
)
