"""Where sentences begin and end, in Chinese and in English.

    >>> text = "Mr. Ban spoke. He thanked all."
    >>> [text[start:end] for start, end in split(text)]
    ['Mr. Ban spoke.', 'He thanked all.']

Every mark that may end a sentence is examined once, with the text before and after it, by the word
lists in `duizhao.corpus.segmentation.rules`. Nothing is changed or lost: only white space is
outside the spans. docs/segmentation.md explains why no library is used.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Sequence

from duizhao.corpus.script import HAN_CHARACTER, simplified
from duizhao.corpus.segmentation import rules

_CLOSE = re.escape(rules.CLOSERS)
# a run of terminators, the closing marks after it, and a footnote mark attached to it
CANDIDATE = re.compile(
    rf"(?P<mark>[.．!?。！？｡…‼⁉]+)(?P<close>[{_CLOSE}]*)"
    r"(?P<note>[¹²³⁰-⁹]+|\[\d{1,3}\]|(?<=[A-Za-z][.!?])\d{1,3}(?=\s+[A-Z“\"(]))?"
)
PARAGRAPH = re.compile(r"[^\S\n]*\n[^\S\n]*\n\s*|\f\s*")
is_han = HAN_CHARACTER.match
# the word before a full stop, with the stops inside it
TOKEN = re.compile(r"[^\s\"“”‘’「」『』()（）\[\]【】《》<>，、；：。！？,;:—–]*$")
WORD_BEFORE = re.compile(r"([A-Za-z]+)\.?\s+$")
NEXT_WORD = re.compile(r"\W*([A-Za-z][A-Za-z’'-]*)")
# a paragraph or section number, which is not a sentence: "51.", "3.2.", "IV.", "A.", "一."
LABEL = re.compile(
    r"(?:\d{1,4}(?:[.．]\w{1,3})*|[IVXLC]{1,6}(?:\.[A-Z])?|[ivxlc]{1,6}|[A-Za-z]"
    r"|第?[一二三四五六七八九十百]{1,4}[章节条部款编篇]?)(?:bis|ter)?"
)
LABEL_AHEAD = re.compile(r"(?:\d{1,3}|[IVX]{1,4})\.\s+[A-Z“\"]")
ITEM_AHEAD = re.compile(
    r"\((?:[a-z]{1,2}|[ivx]{1,5}|\d{1,2})\)\s|[a-ho]\s[A-Z][a-z]|[a-h]\.\s+[A-Z]|(?:https?|www)[:.]"
)
INITIAL_AHEAD = re.compile(r"[A-Z]\.\s")
NUMBER_AHEAD = re.compile(
    r"[(（\[]?(?:\d|[IVXLC]+\b|[A-Z]/|[B-HJ-Z]\b|[AI](?=[,.;)]|\s+(?:and|or|to)\b)|[a-z]\)|\*|No\b|Nos\b)"
)
ACRONYM = re.compile(r"(?:[A-Za-z]\.)+[A-Za-z]")
ROMAN_OR_LETTER = re.compile(r"[A-Z]|[IVXLC]{2,6}|\d{1,3}[A-Z]")
SPEAKER = re.compile(
    rf"(?:{'|'.join(rules.SPEAKERS)})\w{{0,{rules.LONGEST_MANNER}}}?(?:{'|'.join(rules.SPEAKING)})。"
)
OPEN_ROUND, CLOSE_ROUND = "(（", ")）"
LONGEST_BRACKET = 240


def split(text: str) -> list[tuple[int, int]]:
    """Spans of the sentences of a block, in order, without the white space around them.

    The rules of both languages apply to both, because texts mix them and the rules never conflict.
    """
    spans: list[tuple[int, int]] = []
    start = 0
    for end in _boundaries(simplified(text)):
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


def _boundaries(text: str) -> list[int]:
    """Ends of all sentences but the last; an empty line always ends one."""
    hard = [match.start() for match in PARAGRAPH.finditer(text)] if "\n" in text else []
    hard += [match.start() for match in re.finditer("\f", text)] if "\f" in text else []
    if not hard:
        return _soft_boundaries(text, 0, len(text))
    ends: list[int] = []
    start = 0
    for end in [*sorted(set(hard)), len(text)]:
        ends += _soft_boundaries(text, start, end)
        ends.append(end)
        start = end
    return ends


def _soft_boundaries(text: str, begin: int, stop: int) -> list[int]:
    if begin or stop < len(text):
        return [begin + end for end in _soft_boundaries(text[begin:stop], 0, stop - begin)]
    ends: list[int] = []
    start = 0
    quotes = [place for place, char in enumerate(text) if char == '"'] if '"' in text else []
    for match in CANDIDATE.finditer(text):
        if match.end() >= stop:
            break
        end = _end_of_sentence(text, start, match, quotes)
        if end is not None:
            ends.append(end)
            start = end
    return ends


def _end_of_sentence(
    text: str, start: int, match: re.Match[str], quotes: Sequence[int]
) -> int | None:
    """Where the sentence at this mark ends; None if it continues."""
    mark, close, end = match["mark"], match["close"], match.end()
    if '"' in close and not match["note"]:
        end -= _opening_quote(text, start, end, quotes)
        close = close[: len(close) - (match.end() - end)]
    following = text[end : end + 60].lstrip()
    if not following:
        return None
    spaced = text[end].isspace()
    before = text[match.start() - 1] if match.start() else ""
    if any(char in rules.CHINESE_STOPS for char in mark):
        ends = _ends_chinese(text, start, match.start(), mark, close, spaced, following)
    elif is_han(before) or (before in rules.CLOSERS and is_han(following)):
        ends = _ends_half_width(text, start, match, spaced, following)
    elif not spaced or _in_bracket(text, start, match.start(), close):
        ends = False
    elif mark[0] in "…." and len(mark) > 1 and is_han(following):
        ends = False  # 大丈夫一言既出，…… 马难追
    elif mark in (".", "．"):
        ends = _ends_full_stop(text, start, match, following)
    else:
        ends = _starts_sentence(following) and not _tail_in_bracket(text, end, following)
    return end if ends else None


def _opening_quote(text: str, start: int, end: int, quotes: Sequence[int]) -> int:
    """1 if the straight quotation mark before `end` opens what follows, else 0.

    White space decides or, without any (Chinese), the number of marks so far.
    """
    if text[end - 1] != '"' or end >= len(text) or text[end].isspace():
        return 0
    before = bisect_left(quotes, end - 1)
    in_text = before % 2
    in_sentence = (before - bisect_left(quotes, start)) % 2
    if in_text != in_sentence and len(quotes) % 2:
        # a mark is missing somewhere in the block, so only those of the sentence are counted
        return 1 - in_sentence
    return 1 - in_text


def _ends_chinese(
    text: str, start: int, place: int, mark: str, close: str, spaced: bool, following: str
) -> bool:
    if following[0] in rules.GOES_ON:
        return False
    if not close:
        return not _in_bracket(text, start, place, close)
    if mark[-1] in "！？" and close[0] in "》〉" and not spaced:
        return False  # the title of a book: 《谁来负责？》一书
    if SPEAKER.match(following):
        return False
    if close[0] in CLOSE_ROUND and text[start:place].lstrip()[:1] not in OPEN_ROUND:
        return False  # a bracket in the middle of a sentence: 会议（第1次。）结束。
    if mark[-1] in "！？":
        return not following.startswith(rules.AFTER_A_QUOTED_QUESTION)
    return not following.startswith(rules.AFTER_A_QUOTED_SENTENCE)


def _ends_half_width(
    text: str, start: int, match: re.Match[str], spaced: bool, following: str
) -> bool:
    """A half-width mark after a Chinese character."""
    mark = match["mark"]
    if "…" in mark or mark.startswith("..") or following[0] in rules.GOES_ON:
        return False
    if mark[0] not in ".．":
        # 为什么?因为 / https://un.org/页面?id=5
        return spaced or not (following[0].isascii() and following[0].isalnum())
    if LABEL.fullmatch(text[start : match.start()].strip()):
        return False
    # a full stop between two characters is usually a typing error, unless the text has no Chinese
    # full stops
    return (spaced and not _in_bracket(text, start, match.start(), "")) or "。" not in text


def _in_bracket(text: str, start: int, place: int, close: str) -> bool:
    """Whether this place is inside a bracket opened in the middle of the sentence."""
    if close and close[0] in CLOSE_ROUND:
        return False
    opened = max(text.rfind(char, start, place) for char in OPEN_ROUND)
    if opened < 0 or max(text.rfind(char, opened, place) for char in CLOSE_ROUND) > opened:
        return False
    if not text[start:opened].strip():
        return False
    ahead = text[place : opened + LONGEST_BRACKET]
    closed = [spot for char in CLOSE_ROUND if (spot := ahead.find(char)) >= 0]
    reopened = [spot for char in OPEN_ROUND if (spot := ahead.find(char)) >= 0]
    return bool(closed) and min(closed) < min(reopened, default=len(ahead))


def _tail_in_bracket(text: str, end: int, following: str) -> bool:
    """``... the Tide? (United Nations publication, 2023).``: the bracket ends the sentence."""
    if following[0] != "(":
        return False
    closed = text.find(")", end)
    return 0 <= closed < end + LONGEST_BRACKET and text[closed + 1 : closed + 2] in set(".,;")


def _starts_sentence(following: str) -> bool:
    first = following.lstrip("\"'“‘«([{¿¡* ")[:1]
    if first.isupper() or first.isdigit() or is_han(first):
        return True
    return following[0] in "•–—-▪●*" or bool(ITEM_AHEAD.match(following))


def _ends_full_stop(text: str, start: int, match: re.Match[str], following: str) -> bool:
    """A single full stop followed by white space."""
    if not _starts_sentence(following):
        return False
    before = text[start : match.start()].lstrip()
    last = TOKEN.search(before[-60:])
    token = last[0] if last else ""
    if LABEL.fullmatch(token) and not match["close"]:
        lead = before[: len(before) - len(token)].rstrip()
        if not lead or lead.strip("\"'“‘(*•–—- ") == "":
            return False
        if lead[-1] in ";:；：" and re.fullmatch(r"\d{1,2}(?:\.\w)?", token):
            return False
    return _ends_after(token, before, following)


def _ends_after(token: str, before: str, following: str) -> bool:
    """Whether a sentence ends after this word and its full stop, if a new one may follow."""
    word_ahead = NEXT_WORD.match(following)
    next_word = word_ahead[1].lower() if word_ahead else ""
    initial = ROMAN_OR_LETTER.fullmatch(token) and not token.isdigit()
    if initial:
        word = WORD_BEFORE.search(before[: len(before) - len(token)])
        if word and word[1].lower() in rules.PARTS:
            return True
        if len(token) == 1 and INITIAL_AHEAD.match(following):
            return False
        if len(token) == 1:
            return next_word in rules.STARTERS or bool(LABEL_AHEAD.match(following))
    key = token.lower().rpartition("/")[2]  # A/75/6/Add. 1
    if key in rules.TITLES or key in rules.INTRODUCING:
        return False
    if key in rules.NUMBERED:
        return not NUMBER_AHEAD.match(following)
    if key in rules.MOSTLY_LAST:
        if following[0].isdigit():
            return bool(LABEL_AHEAD.match(following))
        return not (key in ("a.m", "p.m") and next_word in rules.AFTER_A_TIME)
    if key in rules.MAY_BE_LAST or ACRONYM.fullmatch(token):
        return next_word in rules.STARTERS or bool(LABEL_AHEAD.match(following))
    return True
