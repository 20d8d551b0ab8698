"""Characters for which a font of a PDF gives no mapping, so that PDFium guesses them.

PDFium then gives the code by which the font has the glyph. That is often right, as for the
characters of ASCII in a font of a plotting program. It is wrong for ligatures and symbols, and for
fonts that number their glyphs. Words show which it is:

- the words are in a dictionary once all codes are moved by 29, the distance between the first
  glyphs of common TrueType fonts and ASCII: ``6XVSHQVH`` is "Suspense". This comes first: moved
  capitals are digits and signs (``&281&,/`` is "COUNCIL"), which have no word that could be wrong;
- the words are in a dictionary as they are, or there is nothing but numbers and single letters:
  the characters are right;
- they are once a ligature stands for the code: ``Con\\x1frmed`` is "Confirmed";
- the font is one of TeX, whose codes are known;
- they are not: the characters become U+FFFD, which no one takes for text.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import pairwise

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
# One word alone shows that the codes are moved if it has so many letters: GDP would be "dam"
LONE_WORD = 4
# How far a word around a ligature is followed to either side
LONGEST = 40
WHITE = " \t\n\r"
is_han = HAN_CHARACTER.match
_WORD = re.compile(r"[^\W\d_]{3,}")
_NUMBER = re.compile(
    r"[(\[]?(?:[A-Za-z]{1,2}[=<>])?[-+$€£]?\d+(?:[.,:/–-]\d+)*(?:%|[A-Za-z]{1,2})?[)\].,;:]?"
)
_TOKEN = re.compile(r"[^\s\x00-\x1f]+")
_LONG = re.compile(r"[0-9A-Za-z\u00c0-\u024f]{3,}")


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
        if moved := _moved(characters, indices):
            out |= moved
        elif _is_right(characters, indices):
            out |= {index: UNKNOWN for index in indices if not characters[index].isprintable()}
            out |= _ligatures(characters, [index for index in indices if index in out])
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
    if not known and len(words) < 2:
        return (bool(han) and not words) or _is_short(_text(characters, indices))
    return known >= KNOWN_SHARE * len(words)


def _is_short(text: str) -> bool:
    """Whether a text has only numbers and runs of at most two letters or digits."""
    return all(
        _NUMBER.fullmatch(token) or not _LONG.search(token) for token in _TOKEN.findall(text)
    )


def _text(characters: Sequence[str] | Mapping[int, str], indices: Sequence[int]) -> str:
    """The characters of one font alone, with a line break where others are between them."""
    pairs = pairwise([-1, *indices])
    return "".join(("" if i == last + 1 else "\n") + characters[i] for last, i in pairs)


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


def _span(characters: Sequence[str], index: int, longest: int | None = None) -> tuple[int, int]:
    """The letters, and characters that are none of any script, around one character.

    At most `longest` to either side.
    """
    first, last = 0, len(characters)
    if longest is not None:
        first, last = max(first, index - longest), min(last, index + longest)
    start, end = index, index + 1
    while start > first and _in_word(characters[start - 1]):
        start -= 1
    while end < last and _in_word(characters[end]):
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
    # numbers are words too once they are moved: 127 would be "NOT"
    words = [each for each in _WORD.findall(_text(moved, list(moved))) if not _was_number(each)]
    known = sum(map(_is_known, words))
    if known < KNOWN_SHARE * len(words) or known <= sum(map(_was_known, words)):
        return {}
    if known < 2 and (len(words) > 1 or len(words[0]) < LONE_WORD):
        return {}
    return dict.fromkeys(indices, UNKNOWN) | moved


def _unmoved(word: str) -> str:
    return "".join(chr(max(0, ord(character) - SHIFT)) for character in word)


def _was_number(word: str) -> bool:
    return _NUMBER.fullmatch(_unmoved(word)) is not None


def _was_known(word: str) -> bool:
    before = _unmoved(word)
    return before.isalpha() and _is_known(before)


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
            start, end = _span(characters, index, LONGEST)
            head, tail = "".join(characters[start:index]), "".join(characters[index + 1 : end])
            if end - start < 3 or code in head + tail:
                continue
            words += 1
            votes.update(each for each in LIGATURES if _is_known(head + each + tail))
        best = votes.most_common(2)
        if best and best[0][1] > words / 2 and (len(best) < 2 or best[0][1] > best[1][1]):
            out |= dict.fromkeys(where, best[0][0])
    return out
