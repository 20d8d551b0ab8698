"""Length ratio: one side is much longer than expected from the other."""

from __future__ import annotations

from duizhao.corpus.bitext import Row
from duizhao.corpus.cleaning.step import Finding, Parameter, Step, by_row
from duizhao.corpus.script import count_han

ENGLISH_PER_HAN = 4.15
"""English characters per Chinese character; with it the median ratio of UN text is 1."""


def length_ratio(source: str, target: str, slack: int = 0) -> float:
    """Target length over the length expected from the source; 1.0 is typical of UN text.

    Chinese characters count 4.15, all others (names, numbers, symbols) 1.
    """
    chinese = count_han(source)
    expected = chinese * ENGLISH_PER_HAN + len(source) - chinese
    return (len(target) + slack) / max(expected + slack, 1.0)


def _judge(row: Row, low: float, high: float, slack: int) -> Finding | None:
    ratio = length_ratio(row.source, row.target, slack)
    return None if low <= ratio <= high else {"ratio": round(ratio, 3)}


STEP = Step(
    "length_ratio",
    "One side is much longer than the other (1 is the ratio of UN text).",
    by_row(_judge),
    (
        Parameter("low", 0.5, "Least length of the target over the expected one.", 0),
        Parameter("high", 2.0, "Largest length of the target over the expected one.", 0),
        Parameter("slack", 15, "Characters added to both lengths: short text varies more.", 0),
    ),
)
