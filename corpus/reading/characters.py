"""The one rule for characters that nobody sees, applied by every reader.

- **Removed**: control characters, escape sequences of terminals, soft hyphens, zero-width
  characters, byte-order marks inside text, direction marks, tag characters, code points that
  Unicode reserves for programs. They are counted, and a warning tells how many.
- **A space**: white space of any kind and the Hangul and Braille blanks (`spacing.tidy`).
- **Replaced**: marks in the form that they have in columns of Chinese (`upright`).
- **Kept**: private-use characters (rare names on Chinese Windows), variation selectors, U+FFFD,
  and a zero-width joiner inside an emoji.

    >>> clean("wel\\u200bcomed"), clean("王\\ue000先生")
    ('welcomed', '王\\ue000先生')
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable

# ISO 6429: colours and cursor movements, window titles, other strings, character sets
ESCAPE = re.compile(
    r"\x1b\[[0-?]*[ -/]*[@-~]"
    r"|\x1b\][^\x07\x1b\n]{0,500}(?:\x07|\x1b\\)"
    r"|\x1b[P^_X][^\x1b\n]{0,500}\x1b\\"
    r"|\x1b[()*+][0-9A-Z]"
)
_EMOJI = "\u2600-\u27bf\ufe0f\U0001f000-\U0001faff"
# not in here: tab, line feed, vertical tab, form feed, carriage return, the separators 1C to 1E
# and NEL, which are white space
_PLANES = range(0x10000, 0x110000, 0x10000)
_UNSEEN = (
    "\x00-\x08\x0e-\x1b\x1f\x7f-\x84\x86-\x9f\u00ad\u034f\u061c\u180e\u200b\u200c\u200e\u200f"
    "\u202a-\u202e\u2060-\u206f\ufdd2-\ufdef\ufeff\ufff9-\ufffc\ufffe\uffff"
    "\U0001d173-\U0001d17a\U000e0000-\U000e007f"
    + "".join(f"{chr(plane + 0xFFFE)}{chr(plane + 0xFFFF)}" for plane in _PLANES)
)  # fmt: skip
_JOINER = f"(?<![{_EMOJI}])\u200d|\u200d(?![{_EMOJI}])"
OPEN, CLOSE = "\ufdd0", "\ufdd1"
"""Marks that readers put into raw text while they read: code points that Unicode reserves for
such use, removed from what comes in and never part of a document (see `notes`)."""

REMOVED = re.compile(f"{ESCAPE.pattern}|[{_UNSEEN}{OPEN}{CLOSE}]|{_JOINER}")
_REMOVED_FROM_RAW = re.compile(f"{ESCAPE.pattern}|[{_UNSEEN}]|{_JOINER}")
_SURROGATE = re.compile("[\ud800-\udfff]")
_SUSPECTS = frozenset(
    char
    for first, last in re.findall(
        "(.)(?:-(.))?", f"{_UNSEEN}{OPEN}{CLOSE}\u200d\ud800-\udfff", re.DOTALL
    )
    for char in map(chr, range(ord(first), ord(last or first) + 1))
)
"""Every character that may have to go: nearly all texts have none, which is quick to check."""

BLANKS = "\u115f\u1160\u2800\u3164\uffa0"
"""Characters that look like a space and are none to Python."""

MOST_NAMED = 4


_IN_COLUMNS = "︐︑︒︓︔︕︖︗︘︙︰︱︲︵︶︷︸︹︺︻︼︽︾︿﹀﹁﹂﹃﹄﹇﹈"
_IN_LINES = "，、。：；！？〖〗…‥—–（）｛｝〔〕【】《》〈〉「」『』［］"
_FORMS = str.maketrans(_IN_COLUMNS, _IN_LINES)
_FORM = re.compile(f"[{_IN_COLUMNS}]")


def upright(text: str) -> str:
    """The text with the usual form of the marks that columns of Chinese have.

    >>> upright("会议结束︒")
    '会议结束。'
    """
    return text.translate(_FORMS) if _FORM.search(text) else text


def clean(text: str) -> str:
    """The text without the characters that the rule removes; an unpaired surrogate as U+FFFD."""
    if _SUSPECTS.isdisjoint(text):
        return text
    return _SURROGATE.sub("\ufffd", REMOVED.sub("", text))


def clean_raw(text: str) -> str:
    """As `clean`, for a reader's raw text: its own marks OPEN and CLOSE stay."""
    if _SUSPECTS.isdisjoint(text):
        return text
    return _SURROGATE.sub("\ufffd", _REMOVED_FROM_RAW.sub("", text))


def removed(texts: Iterable[str]) -> Counter[str]:
    """How often each character (or "escape sequence") is removed from these texts."""
    counts: Counter[str] = Counter()
    for text in texts:
        for match in () if _SUSPECTS.isdisjoint(text) else REMOVED.finditer(text):
            counts["escape sequence" if len(match[0]) > 1 else match[0]] += 1
    return counts


def warning(name: str, counts: Counter[str]) -> str:
    """The line about removed characters; "" if there are none.

    >>> warning("a.txt", Counter("\\u200b"))
    'a.txt: 1 invisible character removed (1 U+200B ZERO WIDTH SPACE)'
    """
    total = counts.total()
    if not total:
        return ""
    named = [f"{count} {_named(char)}" for char, count in counts.most_common(MOST_NAMED)]
    if len(counts) > MOST_NAMED:
        named.append("others")
    what = "character" if total == 1 else "characters"
    return f"{name}: {total} invisible {what} removed ({', '.join(named)})"


def _named(char: str) -> str:
    if len(char) > 1:
        return char
    name = unicodedata.name(char, "control character" if char < "\xa0" else "")
    return f"U+{ord(char):04X}{f' {name}' if name else ''}"
