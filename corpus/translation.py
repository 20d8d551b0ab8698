"""The machine translation of one text, as engines return it and the corpus stores it."""

from __future__ import annotations

from dataclasses import dataclass

COPIED = "copied"
"""The flag of a text without a Chinese character, which is copied instead of translated."""


NOT_TRANSLATED = "not_translated"
"""The flag of a text that was not to be translated (`--translate none`)."""


@dataclass(frozen=True, slots=True)
class Translation:
    """A translation with its mean log-probability per token and the flags of the guards.

    `score` is a natural logarithm (<= 0), `tokens` the number of target tokens; the flags are
    explained in models/guards/flags.py. A copied text has no tokens and the flag `COPIED`.
    A text that was not to be translated is "" with the flag `NOT_TRANSLATED`.
    """

    text: str
    score: float
    tokens: int
    flags: tuple[str, ...] = ()


NO_TRANSLATION = Translation("", 0.0, 0, (NOT_TRANSLATED,))
