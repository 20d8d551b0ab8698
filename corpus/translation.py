"""The machine translation of one text, as every engine returns it and the corpus keeps it."""

from __future__ import annotations

from dataclasses import dataclass

COPIED = "copied"
"""The flag of a text without a Chinese character, which is copied instead of translated."""


@dataclass(frozen=True, slots=True)
class Translation:
    """A translation with its mean log-probability per token and the flags of the guards.

    `score` is a natural logarithm (<= 0), `tokens` the number of target tokens; the flags are
    explained in models/guards/flags.py. A copied text has no tokens and the flag `COPIED`.
    """

    text: str
    score: float
    tokens: int
    flags: tuple[str, ...] = ()
