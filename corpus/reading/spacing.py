"""White space, for every format; the rule for invisible characters is in `characters`."""

from __future__ import annotations

import re

from duizhao.corpus.document import Language
from duizhao.corpus.reading.characters import BLANKS, clean_raw, upright
from duizhao.corpus.script import HAN

# Chinese letters and punctuation: no line of Chinese text needs a space beside these
WIDE = f"{HAN}\u3000-\u3004\u3008-\u303f\uff00-\uffef\u2018\u2019\u201c\u201d\u2014\u2026"
_SPACE = re.compile(rf"[\s\u00a0\u2000-\u200a\u202f\u205f\u3000{BLANKS}]+")
# A line break inside a paragraph of Chinese is no space
_BREAK = re.compile(rf"(?<=[{WIDE}])[ \t]*\n[ \t]*(?=[{WIDE}])")


def tidy(text: str, language: Language) -> str:
    """One space where there was white space of any kind, none at the ends.

    >>> tidy(" 为消除\\n艾滋病\\u00a0 ", "zh")
    '为消除艾滋病'
    """
    text = upright(clean_raw(text.replace("\u2011", "-")))
    if language == "zh":
        text = _BREAK.sub("", text)
    return _SPACE.sub(" ", text).strip()
