"""Numbers that disagree: too few figures are equal, or only one side has a large one.

Chinese groups digits with spaces and counts in 万 (10,000) and 亿 (10^8), English groups with
commas and counts in millions; both are converted to the same figure first. Figures below ten are
ignored, because English writes them as words, and so is the number of the paragraph, which is often
on one side only.
"""

from __future__ import annotations

import re
from decimal import Decimal

from duizhao.corpus.bitext import Row
from duizhao.corpus.cleaning.step import Finding, Parameter, Step, by_row

_FIGURE = r"\d{1,3}(?:[ ,\u00a0\u202f，]\d{3})+(?!\d)(?:\.\d+)?|\d+(?:\.\d+)?"
_SOURCE = re.compile(rf"({_FIGURE})[多余]?\s*(万亿|千万|百万|亿|万)?")
_TARGET = re.compile(rf"({_FIGURE})(?:[ -](trillion|billion|million|thousand|hundred)\b)?", re.I)
_UNITS = {"万亿": 12, "亿": 8, "千万": 7, "百万": 6, "万": 4}
_UNITS |= {"trillion": 12, "billion": 9, "million": 6, "thousand": 3, "hundred": 2}
_PARAGRAPH = re.compile(r"^\s*\d{1,3}\s?[.．、]\s*(?=\D)")
_TIME = re.compile(r"(\d{1,2})时(\d{1,2})分")
_DIGIT = re.compile(r"\d")
_CHINESE_NUMBER = re.compile(r"[〇零一二三四五六七八九十百千]")
_ENGLISH_NUMBER = re.compile(r"\b(?:hundred|thousand|million|billion|century)\b", re.I)
_FULL_WIDTH = str.maketrans("０１２３４５６７８９．，", "0123456789.,")


def figures(text: str, *, chinese: bool) -> set[Decimal]:
    """Figures of ten or more, multiplied by their units.

    >>> sorted(figures("约1 250万人（2.5亿美元）", chinese=True))
    [Decimal('12500000'), Decimal('250000000')]
    """
    values = set()
    if chinese:  # 12时40分 is 12.40 p.m.
        text = _TIME.sub(lambda time: f"{time[1]}.{int(time[2]):02d}", text)
    for digits, unit in (_SOURCE if chinese else _TARGET).findall(text.translate(_FULL_WIDTH)):
        value = Decimal(re.sub(r"[ ,\u00a0\u202f]", "", digits))
        value = value.scaleb(_UNITS[unit.lower()]) if unit else value
        if value >= 10:
            values.add(value.normalize() if value != value.to_integral() else Decimal(int(value)))
    return values


def _judge(row: Row, min_share: float, one_sided: int) -> Finding | None:
    chinese, english = (_PARAGRAPH.sub("", text) for text in (row.source, row.target))
    source, target = figures(chinese, chinese=True), figures(english, chinese=False)
    if source and target:
        if len(source & target) / min(len(source), len(target)) >= min_share:
            return None
    elif max(source, default=Decimal(0)) >= one_sided > 0:
        if _DIGIT.search(english) or _ENGLISH_NUMBER.search(english):
            return None
    elif not max(target, default=Decimal(0)) >= one_sided > 0 or (
        _DIGIT.search(chinese) or _CHINESE_NUMBER.search(chinese)
    ):
        return None
    return {
        "source": [str(number) for number in sorted(source)],
        "target": [str(number) for number in sorted(target)],
    }


STEP = Step(
    "numbers",
    "Too few figures are equal, or one side has a large one and the other none.",
    by_row(_judge),
    (
        Parameter(
            "min_share", 0.51, "Least share of the side with fewer figures that must agree.", 0, 1
        ),
        Parameter("one_sided", 100, "Least figure that must not be on one side only; 0: none.", 0),
    ),
)
