"""Candidates for terms: n-grams, in Chinese and in English, chosen by their use in the corpus.

Chinese: a gram is a unit if the text before and after it varies, if it is not nearly always a part
of one longer gram, and if it neither begins nor ends with a function word. The dictionary of a
segmenter is not used, because it would lack the terms. English: a gram without a function word at
either end in the position of a noun phrase. Verbs are followed by articles ("strengthen the"),
adjectives by nouns; nouns are followed by prepositions, conjunctions and punctuation.
"""

from __future__ import annotations

import json
import re
from importlib import resources

import numpy as np
from numpy.typing import NDArray

from duizhao.evaluation.terms.grams import (
    Grams,
    contained_share,
    cut_shares,
    neighbour_entropy,
    share_last,
    share_near,
)
from duizhao.evaluation.terms.sides import Side

Bools = NDArray[np.bool_]

LONGEST_CHINESE = 12
LONGEST_ENGLISH = 10
LEAST_ENTROPY = 0.8
"""Nats: a gram with less entropy has nearly always the same neighbour."""
MOST_CONTAINED = 0.85
"""Share of occurrences in one longer gram from which a gram is only a part of it."""

_CHINESE_EDGES = set(
    "的了和与及或在是为以对于而且并这那其之将也就都从由向到把被让给但如若则所等各该此每很更"
    "又还再只已曾正着过吗呢吧啊们您他她它我你个些什么怎哪几上下中内外前后里间因可能会应须需要"
    "有无不未没请使得地按据至自即便虽却"
)
_CHINESE_FIRST = set("者性化率度条款项次个份件点第")
_CHINESE_LAST = set("第本新大小多少某另同任何一二三四五六七八九十两")
_MAY_BEGIN = set("有无不未中内外可上下前后自地会应得能正")
"""Function words that begin many terms: 不扩散, 无核武器区, 中东, 外层空间, 可持续发展."""
_MAY_END = set("上下中内外前后间地会性能")
"""Function words that end terms: 大会, 联合国大会, 用地."""

_NEVER_INSIDE = set("的在于并将了已请是")
"""Words between parts of a sentence, not of a term."""
_NUMBERED = re.compile(r".+\d|.*[\d一二三四五六七八九十][年月日届]?$|.*星期|\d+[年月日].?$")
"""Dates and counted things, unless a number begins a longer term: 2030年可持续发展议程."""
_NO_NOUN = ("ed", "able", "ible", "ful", "ous", "ical", "ly")
"""Endings of English words that are not nouns by themselves."""
MOST_COUNTED = 0.5
"""Share of occurrences after a digit from which a gram begins with a unit: 亿美元."""
LEAST_CUT = 0.1
"""Least share of a gram's ends at which the general model also splits."""

_WORDS = json.loads(resources.files(__package__).joinpath("words.json").read_text("utf-8"))
_VERBS = tuple(_WORDS["chinese beginnings"].split())
"""Beginnings of parts of sentences, with which few terms begin."""
_BEGIN_TERMS = tuple(_WORDS["chinese beginnings of terms"].split())
FUNCTION_WORDS = frozenset(_WORDS["english function words"].split())
_DETERMINERS = frozenset(_WORDS["english determiners"].split())


def _edge(side: Side, grams: Grams, last: bool) -> list[str]:
    places = grams.first + (grams.length - 1 if last else 0)
    if side.chinese:
        return [side.surfaces[place] for place in places]
    return [side.names[side.tokens[place]] for place in places]


def chinese_candidates(side: Side, grams: Grams, cuts: Bools) -> Bools:
    """Which grams may be Chinese terms.

    cuts: bool (places + 1,), whether the general model splits before each place.
    """
    first, last = _edge(side, grams, False), _edge(side, grams, True)
    good = grams.length >= 2
    begins = _CHINESE_EDGES - _MAY_BEGIN | _CHINESE_FIRST
    ends = (_CHINESE_EDGES - _MAY_END) | _CHINESE_LAST
    good &= np.array([char not in begins for char in first], bool)
    good &= np.array([char not in ends for char in last], bool)
    texts = [
        side.text(int(place), int(length)) if fits else ""
        for place, length, fits in zip(grams.first, grams.length, good, strict=True)
    ]
    good &= np.array([_may_be_term(text) for text in texts], bool)
    good &= ~_cut_word(side, grams)
    good &= share_near(grams, _digits(side), before=True) <= MOST_COUNTED
    at_start, at_end = cut_shares(grams, cuts)
    good &= np.minimum(at_start, at_end) >= LEAST_CUT
    good &= neighbour_entropy(grams, True) >= LEAST_ENTROPY
    good &= neighbour_entropy(grams, False) >= LEAST_ENTROPY
    return np.asarray(good & (contained_share(grams, good) <= MOST_CONTAINED), bool)


def _may_be_term(text: str) -> bool:
    if sum(not char.isascii() for char in text) < 2 or _NUMBERED.match(text):
        return False
    if text.startswith(_VERBS) and not text.startswith(_BEGIN_TERMS) and text != "代表":
        return False
    return not _NEVER_INSIDE.intersection(text)


def _digits(side: Side) -> Bools:
    """Which tokens are digits; the last value is that of a break."""
    is_digit = np.array([char.isdigit() for char in side.surfaces], bool)
    wanted = np.zeros(int(side.tokens.max(initial=0)) + 2, bool)
    wanted[side.tokens[is_digit]] = True
    return wanted


def _cut_word(side: Side, grams: Grams) -> Bools:
    """Whether a gram begins or ends inside a word or number of ASCII characters."""
    text = side.surfaces
    assert isinstance(text, str)
    ascii_at = np.array([False, *(char.isascii() and char.isalnum() for char in text), False])
    start, end = grams.first + 1, grams.first + grams.length
    cut: Bools = (ascii_at[start] & ascii_at[start - 1]) | (ascii_at[end] & ascii_at[end + 1])
    return cut


def english_candidates(side: Side, grams: Grams) -> Bools:
    """Which grams may be English noun phrases."""
    names = side.names
    # "agenda item 7"
    function = np.array(
        [name in FUNCTION_WORDS or not _has_letter(name) for name in names] + [True]
    )
    # "economic and social": a word before a conjunction need not be a noun
    conjunction = np.array([name in ("and", "or") for name in names] + [False])
    weak = np.array([name in FUNCTION_WORDS or not _has_letter(name) for name in names])
    determiner = np.array([name in _DETERMINERS for name in names] + [False])
    to = np.array([name in ("to", "will", "shall", "should", "not") for name in names] + [False])
    first = grams.tokens[grams.first]
    last = grams.tokens[grams.first + grams.length - 1]
    good = ~weak[first] & ~weak[last]
    good &= contained_share(grams, good) <= MOST_CONTAINED
    # in the position of a noun phrase
    good &= share_near(grams, determiner, before=False) < 0.15
    single = grams.length == 1
    followed = share_near(grams, function, before=False)
    joined = share_near(grams, conjunction, before=False)
    stands_alone = np.where(single, followed - joined, followed) > 0.3
    capital = np.array([word[:1].isupper() for word in side.surfaces], bool)
    # a name need not: "United Nations system"
    good &= stands_alone | (~single & (share_last(grams, capital) > 0.8))
    good &= ~single | (share_near(grams, to, before=True) < 0.4)
    no_noun = np.array([names[token].endswith(_NO_NOUN) for token in last], bool)
    good &= ~(single & no_noun)
    short = np.array([len(names[token]) < 3 for token in first], bool)
    return np.asarray(good & ~(single & short), bool)


def _has_letter(word: str) -> bool:
    return any(char.isalpha() for char in word)
