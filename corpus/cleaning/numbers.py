"""Numbers that disagree: too few figures are the same, or a large one stands on one side only.

Chinese groups digits with spaces and counts in 万 (10,000) and 亿 (100,000,000), English with
commas and in millions; both are brought to the same figure first. Figures under ten are left out,
because English writes them as words; so is the number of the paragraph, which often stands on one
side only.
"""

from __future__ import annotations

import re
from decimal import Decimal

from duizhao.corpus.bitext import Row
from duizhao.corpus.cleaning.step import Finding, Parameter, Step

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
    """Figures of ten or more, units multiplied out.

    >>> sorted(figures("约1 250万人（2.5亿美元）", chinese=True))
    [Decimal('12500000'), Decimal('250000000')]
    """
    found = set()
    if chinese:  # 12时40分 is 12.40 p.m.
        text = _TIME.sub(lambda time: f"{time[1]}.{int(time[2]):02d}", text)
    for digits, unit in (_SOURCE if chinese else _TARGET).findall(text.translate(_FULL_WIDTH)):
        value = Decimal(re.sub(r"[ ,\u00a0\u202f]", "", digits))
        value = value.scaleb(_UNITS[unit.lower()]) if unit else value
        if value >= 10:
            found.add(value.normalize() if value != value.to_integral() else Decimal(int(value)))
    return found


class _Numbers:
    def __init__(self, min_share: float, one_sided: int) -> None:
        self.min_share = min_share
        self.one_sided = one_sided

    def judge(self, row: Row) -> Finding | None:
        texts = [_PARAGRAPH.sub("", text) for text in (row.source, row.target)]
        source, target = figures(texts[0], chinese=True), figures(texts[1], chinese=False)
        if source and target:
            share = len(source & target) / min(len(source), len(target))
            if share >= self.min_share:
                return None
        elif not self.one_sided or not self._only_one(source, target, *texts):
            return None
        return {
            "source": [str(number) for number in sorted(source)],
            "target": [str(number) for number in sorted(target)],
        }

    def _only_one(
        self, source: set[Decimal], target: set[Decimal], chinese: str, english: str
    ) -> bool:
        """Whether one side has a large figure and the other no number at all, not even in words."""
        if max(source, default=Decimal(0)) >= self.one_sided:
            return not (_DIGIT.search(english) or _ENGLISH_NUMBER.search(english))
        if max(target, default=Decimal(0)) >= self.one_sided:
            return not (_DIGIT.search(chinese) or _CHINESE_NUMBER.search(chinese))
        return False


STEP = Step(
    "numbers",
    "Too few figures are the same, or one side has a large one and the other none.",
    _Numbers,
    (
        Parameter(
            "min_share", 0.51, "Least share of the side with fewer figures that must agree.", 0, 1
        ),
        Parameter("one_sided", 100, "A figure from this on must not stand alone; 0 lets it.", 0),
    ),
)
