"""Characters for which a font of a PDF gives no mapping, so that PDFium guesses them.

PDFium then gives the code by which the font has the glyph. That is often right, as for the
characters of ASCII in a font of a plotting program. It is wrong for ligatures and symbols, and for
fonts that number their glyphs. Words show which it is:

- the words are in a dictionary: the characters are right;
- they are once a ligature stands for the code: ``Con\\x1frmed`` is "Confirmed";
- they are once all codes are moved by 29, the distance between the first glyphs of common
  TrueType fonts and ASCII: ``6XVSHQVH`` is "Suspense";
- the font is one of TeX, whose codes are known;
- they are not: the characters become U+FFFD, which no one takes for text.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence

from duizhao.corpus.reading.joining import in_dictionary
from duizhao.corpus.script import HAN_CHARACTER, everyday

UNKNOWN = "\ufffd"
LIGATURES = ("fi", "fl", "ff", "ffi", "ffl", "ti", "tt", "ft", "Th", "fj", "tti", "ffj")
SHIFT = 29
# The font of TeX for symbols, whose first 32 codes are always these
SYMBOLS_OF_TEX = "cmsy"
_SIGNS = dict(zip(map(chr, range(32)), "−·×∗÷⋄±∓⊕⊖⊗⊘⊙◯∘•≍≡⊆⊇≤≥⪯⪰∼≈⊂⊃≪≫≺≻", strict=True))
# Least share of the words of a font that a dictionary has
KNOWN_SHARE = 0.4
# Chinese text has at least this share of common characters
EVERYDAY_SHARE = 0.85
WHITE = " \t\n\r"
is_han = HAN_CHARACTER.match
_WORD = re.compile(r"[^\W\d_]{3,}")


def resolved(
    characters: Sequence[str], unmapped: Sequence[int], font_of: Callable[[int], str]
) -> dict[int, str]:
    """What the unmapped characters are, by index; those that are right are left out."""
    by_font: dict[str, list[int]] = defaultdict(list)
    for index in unmapped:
        by_font[font_of(index)].append(index)
    out: dict[int, str] = {}
    for font, indices in by_font.items():
        if SYMBOLS_OF_TEX in font.lower():
            out |= {i: _SIGNS[characters[i]] for i in indices if characters[i] in _SIGNS}
            indices = [index for index in indices if index not in out]
        if _is_right(characters, indices):
            out |= {index: UNKNOWN for index in indices if not characters[index].isprintable()}
            out |= _ligatures(characters, [index for index in indices if index in out])
        elif moved := _moved(characters, indices):
            out |= moved
        else:
            out |= dict.fromkeys(indices, UNKNOWN)
            out |= _ligatures(characters, indices)
    return out


def _is_right(characters: Sequence[str], indices: Sequence[int]) -> bool:
    """Whether the letters of a font are those of words, as far as they are in any."""
    letters = [characters[index] for index in indices if characters[index].isalpha()]
    han = [letter for letter in letters if is_han(letter)]
    if han and sum(map(everyday, han)) < EVERYDAY_SHARE * len(han):
        return False
    if any(not is_han(letter) and ord(letter) > 0x24F for letter in letters):
        return False
    words = [word for word in _words(characters, indices) if not is_han(word[0])]
    known = sum(map(_is_known, words))
    if len(words) < 2:
        return known == len(words) or all(map(str.isascii, letters))
    return known >= KNOWN_SHARE * len(words)


def _words(characters: Sequence[str], indices: Iterable[int]) -> list[str]:
    """The words, also those that have other characters besides, in which some characters are."""
    out = []
    end = -1
    for index in indices:
        if index < end:
            continue
        start, end = _span(characters, index)
        out += _WORD.findall("".join(characters[start:end]))
    return out


def _span(characters: Sequence[str], index: int) -> tuple[int, int]:
    """The letters, and characters that are none of any script, around one character."""
    start, end = index, index + 1
    while start and _in_word(characters[start - 1]):
        start -= 1
    while end < len(characters) and _in_word(characters[end]):
        end += 1
    return start, end


def _in_word(character: str) -> bool:
    return character.isalpha() or (character not in WHITE and not character.isprintable())


def _is_known(word: str) -> bool:
    return in_dictionary(word.lower())


def _moved(characters: Sequence[str], indices: Sequence[int]) -> dict[int, str]:
    """The characters of a font that numbers its glyphs, if they are words once they are moved."""
    moved = {
        index: chr(ord(characters[index]) + SHIFT)
        for index in indices
        if 3 <= ord(characters[index]) < 0x7F - SHIFT
    }
    if len(moved) < 0.8 * len(indices):
        return {}
    text = list(characters)
    for index, character in moved.items():
        text[index] = character
    words = _words(text, moved)
    known = sum(map(_is_known, words))
    if known < 2 or known < KNOWN_SHARE * len(words):
        return {}
    return dict.fromkeys(indices, UNKNOWN) | moved


def _ligatures(characters: Sequence[str], indices: Sequence[int]) -> dict[int, str]:
    """The ligatures among characters of one font that are no letters."""
    places: dict[str, list[int]] = defaultdict(list)
    for index in indices:
        if not characters[index].isalpha() and characters[index] not in WHITE:
            places[characters[index]].append(index)
    out: dict[int, str] = {}
    for code, where in places.items():
        votes: Counter[str] = Counter()
        words = 0
        for index in where:
            start, end = _span(characters, index)
            head, tail = "".join(characters[start:index]), "".join(characters[index + 1 : end])
            if end - start < 3 or code in head + tail:
                continue
            words += 1
            votes.update(each for each in LIGATURES if _is_known(head + each + tail))
        best = votes.most_common(2)
        if best and best[0][1] > words / 2 and (len(best) < 2 or best[0][1] > best[1][1]):
            out |= dict.fromkeys(where, best[0][0])
    return out
