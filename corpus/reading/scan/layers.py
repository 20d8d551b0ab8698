"""Two readings of one scanned page: the layer of text in the file, and our recognition.

Many scans come with an invisible layer of text from another program, of any quality. The better
reading of each page is kept. `plausibility` compares them by what a good reading of a language is
made of: frequent words or characters, and no signs within words.
"""

from __future__ import annotations

import re

from duizhao.corpus.document import Language
from duizhao.corpus.script import count_han, everyday

_COMMON = """
    a about after all also an and any are as at be been before between both but by can could
    did do does during each for from had has have he her his how if in into is it its made may
    more most must new no nor not of on one only or other our out over per should since so some
    such than that the their them then there these they this those through time to two under
    until up upon was we were what when where which while who will with within without would year
    years you
"""
COMMON_WORDS = frozenset(re.findall(r"\w+", _COMMON))
# A word that no print has: digits or signs within letters, a capital after a small letter twice,
# no vowel in small letters, or a double consonant at its start
ODD_WORD = re.compile(
    r"(?:[^\W\d_]+[\d~^|{}<>\\_`·•■¬¢«»*=]+[^\W\d_]*|[~^|{}<>\\_`·■¬¢«»=]+"
    r"|[b-df-hj-np-tv-xz]{3,}|(?:[a-z]+[A-Z]){2,}\w*"
    r"|(?i:([b-df-hj-np-tv-xz])\1)\w+)"
)
# Our recognition has at least this share of the characters of the layer, some of which is noise
LEAST_COMPLETE = 0.7
EDGES = "()[]“”‘’\"'.,:;!?…-–—/"


def plausibility(text: str, language: Language) -> float:
    """How likely a text is to be a good reading of a page: up to 1.0, and below 0 for noise.

    The text of another page has another value: compare readings of the same page only.
    """
    words = [word for token in text.split() if (word := token.strip(EDGES))]
    latin = [word for word in words if not count_han(word)]
    odd = sum(bool(ODD_WORD.fullmatch(word)) for word in latin)
    if language == "zh":
        han = [character for character in text if count_han(character)]
        good = sum(map(everyday, han))
        total = len(han) + len(latin)
        return (good - 2 * odd) / total if total else 0.0
    common = sum(word.lower() in COMMON_WORDS for word in words)
    return (len(words) - odd - count_han(text) + common) / (2 * len(words)) if words else 0.0


def replaces(recognised: str, layer: str, language: Language) -> bool:
    """Whether our recognition of a page is as plausible as the layer, and as complete."""
    if len("".join(recognised.split())) < LEAST_COMPLETE * len("".join(layer.split())):
        return False
    return plausibility(recognised, language) >= plausibility(layer, language)
