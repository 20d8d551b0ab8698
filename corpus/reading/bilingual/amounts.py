"""Is there running text in both languages, in amounts that fit each other?

    both_languages(["本报告……", "The present report ..."])

A Chinese report may quote English, name people and list addresses, and a paper may have an
abstract in the other language: then there is too little of it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from duizhao.corpus.script import count_han

_WORDS = re.compile(r"[A-Za-z][A-Za-z’'-]*(?:[ ,;:()\"“”]+[A-Za-z0-9][A-Za-z0-9’'.-]*){4,}")
_FUNCTION_WORDS = frozenset(
    ["the", "of", "and", "to", "in", "a", "is", "was", "were", "that", "for", "on", "by", "with",
     "as", "it", "at", "from", "are", "be", "this", "which", "an", "has", "have", "had", "its",
     "or", "their", "not", "all", "shall"]
)  # fmt: skip
# Chinese characters for an English word in translations
HAN_PER_WORD = 1.7
LEAST_SHARE = 0.35
LEAST_WORDS = 25
LEAST_SENTENCES = 4


def both_languages(texts: Sequence[str]) -> bool:
    """Whether running text in one language is at least a third of what translates the other's."""
    han = sum(count_han(text) for text in texts)
    words = sentences = 0
    for text in texts:
        for match in _WORDS.finditer(text):
            run = match[0].lower().split()
            if sum(word.strip(',;:()"“”') in _FUNCTION_WORDS for word in run) * 6 >= len(run):
                words += len(run)
                sentences += 1
    if words < LEAST_WORDS or sentences < LEAST_SENTENCES or han < LEAST_WORDS * HAN_PER_WORD:
        return False
    ratio = words * HAN_PER_WORD / han
    return LEAST_SHARE <= ratio <= 1 / LEAST_SHARE
