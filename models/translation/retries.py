"""Further attempts at a flagged translation: the better one is kept, the flags stay.

A flagged sentence is translated again with a wider beam (without repeated n-grams if it loops); if
it is still flagged, with stand-ins for wrong numbers of resolutions; and then clause by clause.
`Judgement.better_than` in models/guards/check.py decides which one is kept. The corpus gets the
flags of the first attempt and of the one kept, and a flag for the outcome: ``retry=beam``,
``retry=stand_in``, ``retry=clauses`` or ``retry=first``, with ``:mended`` if the one kept has no
flags.

Stand-ins: the default model, trained before 2020, translates 第2532(2020)号决议 as "resolution
2532-2020". So the sentence is translated with a resolution that the model translates correctly,
1325 (2000), and the original number is restored in the output.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from duizhao.corpus.translation import Translation
from duizhao.models.guards import check as guards
from duizhao.models.translation.engine import Decoding
from duizhao.models.translation.packed_engine import OUTPUT_LIMIT_FLAG

_LOOPS = {guards.REPETITION, guards.TOO_LONG, OUTPUT_LIMIT_FLAG}
_NO_REPEAT = 4
_RESOLUTION = re.compile(r"(?<!\d)(\d{1,4})\s?[(（]\s?((?:19|20)\d\d)\s?[)）]")
_STAND_INS = (("1325", "2000"), ("1373", "2001"), ("1540", "2004"), ("1267", "1999"))


@dataclass(slots=True)
class Case:
    """One source, its first translation, and the best one so far."""

    source: str
    first: Translation
    kept: Translation = field(init=False)
    flags: tuple[str, ...] = field(init=False)
    """The flags of the first translation."""
    remaining: tuple[str, ...] = field(init=False)
    """The flags of the one kept."""
    winner: str = field(init=False, default="first")
    tries: int = field(init=False, default=0)
    _judgement: guards.Judgement = field(init=False)

    def __post_init__(self) -> None:
        self.kept = self.first
        self._judgement = guards.judge(self.source, self.first)
        self.flags = self.remaining = self._judgement.flags

    @property
    def to_mend(self) -> bool:
        """Whether another attempt may help: none does for words unknown to the model."""
        return any(flag != guards.UNKNOWN for flag in self.remaining)

    def offer(self, name: str, other: Translation) -> None:
        """Keep the other translation if it is better."""
        self.tries += 1
        judged = guards.judge(self.source, other)
        if judged.better_than(self._judgement):
            self.kept, self.winner = other, name
            self._judgement, self.remaining = judged, judged.flags

    def result(self) -> Translation:
        """The translation kept, with all flags and the outcome of the retries."""
        remaining = self.remaining
        outcome = f"retry={self.winner}" + ("" if remaining else ":mended")
        flags = dict.fromkeys((*self.flags, *remaining, outcome if self.tries else ""))
        return replace(self.kept, flags=tuple(flag for flag in flags if flag))


def further_tries(cases: Iterable[Case], decoding: Decoding) -> dict[Decoding, list[str]]:
    """The sources by the settings of their next attempt."""
    wider = replace(decoding, beam=max(4, decoding.beam + 2))
    no_loop = replace(wider, no_repeat_ngram=_NO_REPEAT)
    tries: dict[Decoding, list[str]] = {}
    for case in cases:
        if not case.to_mend:
            continue
        settings = no_loop if _LOOPS & set(case.flags) else wider
        tries.setdefault(settings, []).append(case.source)
    return tries


def with_stand_ins(source: str) -> tuple[str, dict[str, str]]:
    """The source with known resolutions in place of its own, and the original of each.

    >>> with_stand_ins("第 2532(2020)号决议")
    ('第 1325(2000)号决议', {'1325 (2000)': '2532 (2020)'})
    """
    free = [(n, year) for n, year in _STAND_INS if n not in source]
    stands_for: dict[str, str] = {}
    chosen: dict[tuple[str, str], tuple[str, str]] = {}

    def replace_one(match: re.Match[str]) -> str:
        own = match[1], match[2]
        if own not in chosen:
            if not free:
                return match[0]
            chosen[own] = free.pop(0)
            stands_for["{} ({})".format(*chosen[own])] = "{} ({})".format(*own)
        return "{}({})".format(*chosen[own])

    return _RESOLUTION.sub(replace_one, source), stands_for


def restored(output: str, stands_for: Mapping[str, str]) -> str | None:
    """The output with the original resolutions; None if a stand-in was not translated as such."""
    for stand_in, own in stands_for.items():
        number, year = stand_in.split()
        output, times = re.subn(rf"\b{number} ?{re.escape(year)}", own, output)
        if not times or re.search(rf"\b{number}\b", output):
            return None
    return output
