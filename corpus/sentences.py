"""Where sentences begin and end, in Chinese and in English.

    >>> text = "Mr. Ban spoke. He thanked all."
    >>> [text[start:end] for start, end in split(text, "en")]
    ['Mr. Ban spoke.', 'He thanked all.']

Every mark that may end a sentence is looked at once, with what stands before and after it; the
words that matter are in `corpus.sentence_rules`. Nothing is changed or lost: all that is not in a
span is white space. Why own rules and not a library: docs/segmentation.md.
"""

from __future__ import annotations

import re

from corpus.document import Language
from corpus.sentence_rules import CLOSERS, MAY_BE_LAST, NEVER_LAST, STARTERS

_CLOSE = re.escape(CLOSERS)
# a run of terminators, the closers behind it, and a footnote mark glued to it
CANDIDATE = re.compile(
    rf"(?P<mark>[.．!?。！？｡…‼⁉]+)(?P<close>[{_CLOSE}]*(?:[.。]+[{_CLOSE}]*)?)"
    r"(?P<note>[¹²³⁰-⁹]+|\[\d{1,3}\])?"
)
PARAGRAPH = re.compile(r"[^\S\n]*\n[^\S\n]*\n\s*|\f\s*")
HAN = re.compile(r"[\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003134f]")
# what follows a full stop that is inside a sentence
GOES_ON = "，、；：,;:。！？—…" + "”’」』）)】〕》〉］]}»›｣"
# who said it, behind the quotation: “……。”他说。
SPEAKER = re.compile(
    r"[^，、。！？；：“”\s]{1,12}?(?:说道|说|问道|问|答道|指出|补充道|补充说|写道|表示|强调|喊道|回答)[。，]"
)
TOKEN = re.compile(r"[^\s\"“”‘’「」『』()（）\[\]【】《》<>，、；：。！？]*$")
# a paragraph or section number, which is no sentence: "51.", "3.2.", "IV.", "A.", "一."
LABEL = re.compile(
    r"(?:\d{1,4}(?:[.．]\d{1,3})*|[IVXLC]{1,6}|[ivxlc]{1,6}|[A-Za-z]"
    r"|[一二三四五六七八九十百]{1,4})(?:bis|ter)?$"
)


def split(text: str, language: Language) -> list[tuple[int, int]]:
    """Spans of the sentences of a block, in order; white space around them is in none.

    `language` says what a doubtful mark means; a Chinese text with English in it, and the other
    way round, are split by the rules of each.
    """
    spans: list[tuple[int, int]] = []
    start = 0
    for end in _boundaries(text, language):
        _append(spans, text, start, end)
        start = end
    _append(spans, text, start, len(text))
    return spans


def _append(spans: list[tuple[int, int]], text: str, start: int, end: int) -> None:
    piece = text[start:end]
    stripped = piece.strip()
    if stripped:
        start += len(piece) - len(piece.lstrip())
        spans.append((start, start + len(stripped)))


def _boundaries(text: str, language: Language) -> list[int]:
    ends = [match.start() for match in PARAGRAPH.finditer(text)] if "\n" in text else []
    start = 0
    for match in CANDIDATE.finditer(text):
        end = match.end()
        if end >= len(text):
            break
        if _ends_sentence(text, start, match, language):
            ends.append(end)
            start = end
    return sorted(set(ends))


def _ends_sentence(text: str, start: int, match: re.Match[str], language: Language) -> bool:
    mark, close, end = match["mark"], match["close"], match.end()
    rest = text[end : end + 60]
    following = rest.lstrip()
    if not following:
        return False
    if any(char in "。！？｡" for char in mark):
        return _ends_chinese(text, start, match, following)
    spaced = rest[0].isspace()
    before = text[match.start() - 1] if match.start() else ""
    if HAN.match(before) or (HAN.match(following) and language == "zh"):
        return _ends_half_width(text, start, match, spaced, following)
    if not spaced:
        return False
    if mark[0] in ".．" and len(mark) == 1 and not close:
        return _ends_full_stop(text, start, match, following)
    return _starts_english(following)


def _ends_chinese(text: str, start: int, match: re.Match[str], following: str) -> bool:
    if following[0] in GOES_ON:
        return False
    return not (match["close"] and SPEAKER.match(following))


def _ends_half_width(
    text: str, start: int, match: re.Match[str], spaced: bool, following: str
) -> bool:
    mark = match["mark"]
    if mark[0] in "…" or (mark[0] == "." and len(mark) > 1):
        return False
    if following[0] in "，、；：,;:。！？—…":
        return False
    before = text[start : match.start()].strip()
    if mark[0] in ".．":
        if LABEL.match(before):
            return False
        return bool(HAN.match(before[-1:]))
    return True


def _starts_english(following: str) -> bool:
    first = following.lstrip("\"'“‘«([{")[:1]
    return first.isupper() or first.isdigit() or bool(HAN.match(first)) or following[0] in "•–—-"


def _ends_full_stop(text: str, start: int, match: re.Match[str], following: str) -> bool:
    if not _starts_english(following):
        return False
    before = text[start : match.start()].lstrip()
    token_match = TOKEN.search(before)
    token = token_match[0] if token_match else ""
    if token == before and LABEL.match(token):
        return False
    key = token.lower()
    word = re.match(r"\W*([\w’']*)", following)
    next_word = word[1].lower() if word else ""
    if key in NEVER_LAST:
        return False
    if key in MAY_BE_LAST:
        return next_word in STARTERS
    if len(token) == 1 and token.isupper():
        return next_word in STARTERS
    return True
