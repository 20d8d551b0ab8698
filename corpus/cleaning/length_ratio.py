"""Length ratio: one side is much longer than the other says it should be."""

from __future__ import annotations

from duizhao.corpus.bitext import Row
from duizhao.corpus.cleaning.step import Finding, Parameter, Step
from duizhao.corpus.script import count_han

ENGLISH_A_CHINESE = 4.15
"""English characters a Chinese character; with it the UN development set has the median 1."""


def length_ratio(source: str, target: str, slack: int = 0) -> float:
    """Target length over the length expected of the source; 1.0 is what UN text has.

    Chinese characters count 4.15, all others (names, numbers, symbols) as one.
    """
    chinese = count_han(source)
    expected = chinese * ENGLISH_A_CHINESE + len(source) - chinese
    return (len(target) + slack) / max(expected + slack, 1.0)


class _LengthRatio:
    def __init__(self, low: float, high: float, slack: int) -> None:
        self.low = low
        self.high = high
        self.slack = slack

    def judge(self, row: Row) -> Finding | None:
        ratio = length_ratio(row.source, row.target, self.slack)
        return None if self.low <= ratio <= self.high else {"ratio": round(ratio, 3)}


STEP = Step(
    "length_ratio",
    "One side is much longer than the other (1 is the ratio of UN text).",
    _LengthRatio,
    (
        Parameter("low", 0.5, "Least length of the target over the expected one.", 0),
        Parameter("high", 2.0, "Largest length of the target over the expected one.", 0),
        Parameter("slack", 15, "Characters added to both lengths: short text varies more.", 0),
    ),
)
