"""Sentences of a span as one text."""

from __future__ import annotations

import re
from collections.abc import Sequence

_UNSPACED_END = re.compile(r"[\u3000-\u30ff\u3400-\u9fff\uf900-\ufaff\uff00-\uffef]$")
_UNSPACED_START = re.compile(r"[\u3000-\u30ff\u3400-\u9fff\uf900-\ufaff\uff00-\uffef]")


def join(sentences: Sequence[str]) -> str:
    """Join sentences as their script does: no space between two Chinese or Japanese characters.

    >>> join(["好。", "是。"]), join(["Yes.", "No."])
    ('好。是。', 'Yes. No.')
    """
    text = ""
    for sentence in sentences:
        sentence = sentence.strip()
        if not sentence:
            continue
        close = not text or (_UNSPACED_END.search(text) and _UNSPACED_START.match(sentence))
        text += sentence if close else " " + sentence
    return text
