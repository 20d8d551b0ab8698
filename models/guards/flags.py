"""The flags of the guards (models/guards/check.py)."""

from __future__ import annotations

from dataclasses import dataclass

EMPTY = "empty"
UNKNOWN = "unknown"
UNTRANSLATED = "untranslated"
REPETITION = "repetition"
TOO_SHORT = "too_short"
TOO_LONG = "too_long"
SYMBOL = "symbol_missing"
DATE = "date_missing"
NUMBER = "number_missing"

FLAGS = {
    EMPTY: "the source has text, the output has none",
    UNKNOWN: "the source has characters that the model does not know, or the output has <unk>",
    UNTRANSLATED: "Chinese characters or punctuation are left in the output",
    REPETITION: "the output repeats itself, and the source does not",
    TOO_SHORT: "the output is much shorter than usual for its source",
    TOO_LONG: "the output is much longer than usual for its source",
    SYMBOL: "a document symbol or resolution number of the source is not in the output",
    DATE: "a date of the source is not in the output",
    NUMBER: "a number of the source is not in the output, in figures or words, or not as often; "
    "or a star rating or match result is missing",
}
"""Every flag with its meaning; first those that make an output useless."""


@dataclass(frozen=True, slots=True)
class Finding:
    """A possible error: a flag (a key of FLAGS) and the text concerned."""

    flag: str
    detail: str
