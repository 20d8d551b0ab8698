"""What becomes of a flagged translation: other settings, the better one kept, the flag stays.

A flagged sentence is tried with a wider beam (and without repeated n-grams where it loops), and if
something is still wrong, clause by clause. `models.guards.better` says which is kept. The flags in
the corpus are those of the first try and of the one kept, and one that says what happened:
``retry=beam``, ``retry=clauses`` or ``retry=first``, with ``:mended`` where nothing is wrong in
the one that was kept.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from models import guards
from models.batching import rejoin
from models.engine import Decoding, Translation
from models.packed import OUTPUT_LIMIT_FLAG

_LOOPS = {guards.REPETITION, guards.TOO_LONG, OUTPUT_LIMIT_FLAG}
_NO_REPEAT = 4


@dataclass(slots=True)
class Case:
    """One source, the translation it had first, and the better ones found since."""

    source: str
    first: Translation
    kept: Translation = field(init=False)
    winner: str = field(init=False, default="first")
    tries: int = field(init=False, default=0)

    def __post_init__(self) -> None:
        self.kept = self.first

    @property
    def flags(self) -> tuple[str, ...]:
        """What is wrong with the first translation."""
        return found(self.source, self.first)

    @property
    def remaining(self) -> tuple[str, ...]:
        """What is wrong with the one kept."""
        return found(self.source, self.kept)

    def offer(self, name: str, other: Translation) -> None:
        """Keep the other translation if it is better."""
        self.tries += 1
        if guards.better(self.source, self.kept, other):
            self.kept, self.winner = other, name

    def result(self) -> Translation:
        """The translation kept, with every flag and what happened."""
        remaining = self.remaining
        happened = f"retry={self.winner}" + ("" if remaining else ":mended")
        flags = dict.fromkeys((*self.flags, *remaining, happened if self.tries else ""))
        return replace(self.kept, flags=tuple(flag for flag in flags if flag))


def found(source: str, translation: Translation) -> tuple[str, ...]:
    """What the guards find in a translation, and what the engine itself said of it."""
    return tuple(dict.fromkeys((*translation.flags, *guards.flags(source, translation.text))))


def further_tries(cases: Iterable[Case], decoding: Decoding) -> dict[Decoding, list[str]]:
    """The sources by the settings they are tried again with."""
    wider = replace(decoding, beam=max(4, decoding.beam + 2))
    no_loop = replace(wider, no_repeat_ngram=_NO_REPEAT)
    tries: dict[Decoding, list[str]] = {}
    for case in cases:
        settings = no_loop if _LOOPS & set(case.flags) else wider
        tries.setdefault(settings, []).append(case.source)
    return tries


def joined(parts: Sequence[str], translations: Sequence[Translation]) -> Translation:
    """One translation of the clauses of a sentence; its score is over all their tokens."""
    tokens = sum(each.tokens for each in translations)
    total = sum(each.score * each.tokens for each in translations)
    flags = dict.fromkeys(flag for each in translations for flag in each.flags)
    return Translation(
        rejoin(parts, [each.text for each in translations]),
        round(total / max(1, tokens), 4),
        tokens,
        tuple(flags),
    )
