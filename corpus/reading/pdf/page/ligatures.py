"""Ligatures that a font of a PDF gives as another character: "e§ort" is "effort".

Fonts made for typesetters put ff, fi, fl, ffi and ffl at codes of their own, which programs take
for the sign of that code. The words show what each stands for. (`unmapped` does the same for
codes without any sign.)
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence

from duizhao.corpus.reading.joining import in_dictionary

LIGATURES = ("ffi", "ffl", "ff", "fi", "fl")
# So many different words of so many letters show that a sign is a ligature
EVIDENCE, LETTERS = 2, 5
# a word with signs that are neither letters of English nor punctuation
_WORD = re.compile(
    r"[A-Za-z]*(?:[^\x00-\x7f\s\u200a\u2010-\u2026\u2039\u203a«»•\ufdd0\ufdd1][ \u200a]?[A-Za-z]+)+"
)
_SIGN = re.compile(r"[^\x00-\x7f]")


def repaired(texts: Sequence[str]) -> list[str]:
    """The texts of a document with the ligatures that their words show.

    >>> repaired(["The e§ort of the o¢ cer had no e§ect; the o¢ce took sta§ on."])
    ['The effort of the officer had no effect; the office took staff on.']
    """
    found = dict(_found(texts))
    if not found:
        return list(texts)
    signs = "".join(map(re.escape, found))
    inside = re.compile(rf"(?<=[A-Za-z])[{signs}]|[{signs}](?=[ \u200a]?[A-Za-z])")

    def word(match: re.Match[str]) -> str:
        text = inside.sub(lambda sign: found[sign[0]], match[0])
        # the glyph is wider than the font says, and what follows seems to be another word
        joined = re.sub(r"[ \u200a]", "", text)
        return joined if in_dictionary(joined.lower()) else text

    def repair(text: str) -> str:
        return inside.sub(lambda sign: found[sign[0]], _WORD.sub(word, text))

    return [repair(text) for text in texts]


def _found(texts: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Signs and the ligatures that they stand for."""
    words: dict[str, set[str]] = defaultdict(set)
    for text in texts:
        if not text.isascii():
            for match in _WORD.finditer(text):
                for sign in set(_SIGN.findall(match[0])):
                    words[sign].add(re.sub(r"[ \u200a]", "", match[0]).lower())
    for sign, written in words.items():
        known = {
            ligature: sum(
                len(whole) >= LETTERS and in_dictionary(whole)
                for word in written
                if (whole := word.replace(sign.lower(), ligature)).isascii()
            )
            for ligature in LIGATURES
        }
        best = max(LIGATURES, key=lambda ligature: known[ligature])
        least = max(EVIDENCE, 0.5 * len(written))
        if known[best] >= least and known[best] > 2 * sorted(known.values())[-2]:
            yield sign, best
