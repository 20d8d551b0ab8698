"""Doubtful words of English, settled by the rest of the document.

A worn letter makes the model read "Indepondent" or "tho". If the word occurs nowhere else, and
the model itself holds another letter possible that makes it a word of the document, it is that
word. Characters changed in this way keep their low probability. Nothing is guessed from a
dictionary, which only tells what is no word.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import product

from duizhao.corpus.reading.joining import in_dictionary
from duizhao.corpus.reading.scan.recognition.page import RecognisedPage, Run

WORD = re.compile(r"[^\W\d_]+(?:[.:;'_][^\W\d_]+)?")
# "l99l" and "2O21": one letter or more that look like digits, among digits
NUMBER = re.compile(r"(?<![A-Za-z0-9])(?=[lIO]*\d)[0-9lIO]{3,}(?![A-Za-z0-9])")
# "(d: The": the bracket of a label, if it is doubtful
LABEL = re.compile(r"\((?:[a-z]{1,2}|[ivx]{1,4}|\d{1,2})[:;.,](?=\s\S|$)")
OPENING_QUOTE = re.compile(r'(?:^|(?<=[\s(\[‘]))"(?=\w)')
APOSTROPHE = re.compile(r"(?<=[A-Za-z])'")
DIGITS = str.maketrans("lIO", "110")
# A word and what follows it, where an underline or a fold hides the space
GLUED = re.compile(r"(?P<head>[A-Za-z][a-z]{2,})(?:[IVX]{1,5}|[A-Z][a-z]{2,})")
# Where a space is lost behind the end of a sentence: "timing.One", "arrived.“We", "number.”Over"
LOST_SPACE = re.compile(
    r"(?<=[a-z]{2}[.?!])(?=(?:[A-Z][a-z]+|[AI])(?![\w.@/])|[“‘(][A-Z])"
    r"|(?<=[a-z][.?!,]”)(?=[A-Za-z])"
)
# ... and where a straight quotation mark is beside it, which opens or closes
BESIDE_QUOTE = re.compile(r"(?<=[a-z][.?!])\"(?=[A-Z])")
# A word of the document occurs so often, without a doubtful letter
OFTEN = 2
# A letter below this probability is doubtful
DOUBTFUL = 0.97
# Words of so many letters are alone among those that differ in one letter
LONG_WORD = 8
# More readings than this are not tried
MOST_READINGS = 64
# The letters that are changed must be less certain than this if the model has no alternative
GUESS = 0.9


def settled(pages: Mapping[int, RecognisedPage]) -> dict[int, RecognisedPage]:
    """The pages with their doubtful English words and quotation marks settled."""
    known = _vocabulary(pages.values())
    curly = _has_curly_quotes(pages.values())
    return {
        number: replace(
            page,
            lines=tuple(
                replace(
                    line,
                    runs=tuple(_quoted(_settled(_spaced(run), known), curly) for run in line.runs),
                )
                for line in page.lines
            ),
        )
        for number, page in pages.items()
    }


def _has_curly_quotes(pages: Iterable[RecognisedPage]) -> bool:
    """Whether the document prints curly quotation marks, some of which were read as straight.

    Opening marks show it: closing ones are often read as straight.
    """
    texts = [run.text for page in pages for line in page.lines for run in line.runs]
    curly = sum(text.count("“") for text in texts)
    return curly > 0 and curly >= sum(len(OPENING_QUOTE.findall(text)) for text in texts)


def _quoted(run: Run, curly: bool) -> Run:
    if not curly:
        return run
    text = OPENING_QUOTE.sub("“", run.text).replace('"', "”")
    return replace(run, text=APOSTROPHE.sub("’", text))


def _spaced(run: Run) -> Run:
    """The run with the spaces behind sentences that the recognition has lost."""
    places = [match.start() for match in LOST_SPACE.finditer(run.text)]
    for match in BESIDE_QUOTE.finditer(run.text):
        before, after = run.text[: match.start()], run.text[match.end() :]
        opens = before.count('"') % 2 == 0 and re.search('["”]', after) is not None
        places.append(match.start() if opens else match.end())
    text, confidences, alternatives = run.text, list(run.confidences), run.alternatives
    for at in sorted(places, reverse=True):
        text = f"{text[:at]} {text[at:]}"
        confidences.insert(at, min(confidences[at - 1 : at + 1]))
        alternatives = tuple((n + (n >= at), other, p) for n, other, p in alternatives)
    return replace(run, text=text, confidences=tuple(confidences), alternatives=alternatives)


def _vocabulary(pages: Iterable[RecognisedPage]) -> Counter[str]:
    """How often each word occurs without a doubtful letter."""
    known: Counter[str] = Counter()
    for page in pages:
        for line in page.lines:
            for run in line.runs:
                for match in WORD.finditer(run.text):
                    if min(run.confidences[match.start() : match.end()]) >= DOUBTFUL:
                        known[match[0].lower()] += 1
    return known


def _settled(run: Run, known: Counter[str]) -> Run:
    text = NUMBER.sub(lambda match: match[0].translate(DIGITS), run.text)
    label = LABEL.match(text)
    if label and run.confidences[label.end() - 1] < DOUBTFUL:
        text = f"{text[: label.end() - 1]}){text[label.end() :]}"
    if min(run.confidences) >= DOUBTFUL and text == run.text:
        return run
    # a later word first, so that places before it stay as they are
    confidences = list(run.confidences)
    for match in reversed(list(WORD.finditer(text))):
        values = confidences[match.start() : match.end()]
        if (head := _lost_space(match[0], known)) is not None:
            at = match.start() + head
            text = f"{text[:at]} {text[at:]}"
            confidences.insert(at, min(values))
            continue
        if known[match[0].lower()] >= OFTEN or min(values) >= DOUBTFUL:
            continue
        found = (
            _reading(run, match.start(), match[0], known)
            or _neighbour(match[0], values, known)
            or _long_neighbour(match[0], values, known)
        )
        if found is None:
            continue
        text = text[: match.start()] + found + text[match.end() :]
        confidences[match.start() : match.end()] = _spread(values, len(found))
    return replace(run, text=text, confidences=tuple(confidences), alternatives=())


def _lost_space(word: str, known: Counter[str]) -> int | None:
    """Where a space was lost in a word such as "AnnexII", which the document has without it."""
    match = GLUED.fullmatch(word)
    if match is None or known[word.lower()] >= OFTEN or known[match["head"].lower()] < OFTEN:
        return None
    return len(match["head"])


def _reading(run: Run, start: int, word: str, known: Counter[str]) -> str | None:
    """The most probable reading of a word that is a word of the document."""
    options: list[list[tuple[str, float]]] = []
    for place, character in enumerate(word, start):
        others = [(other, value) for at, other, value in run.alternatives if at == place]
        options.append([(character, run.confidences[place]), *others])
    count = 1
    for each in options:
        count *= len(each)
    if count == 1 or count > MOST_READINGS:
        return None
    best, best_value = None, 0.0
    for letters in product(*options):
        reading = "".join(letter for letter, _ in letters)
        value = 1.0
        for _, probability in letters:
            value *= probability
        if value > best_value and known[reading.lower()] >= OFTEN and reading != word:
            best, best_value = reading, value
    return best


def _neighbour(word: str, values: list[float], known: Counter[str]) -> str | None:
    """The one frequent word of the document that differs in one letter, a doubtful one."""
    if len(word) < 5:
        return None
    places = [place for place, value in enumerate(values) if value < GUESS]
    return _only(known, (reading for place in places for reading in _changed(word, place)))


def _long_neighbour(word: str, values: Sequence[float], known: Counter[str]) -> str | None:
    """The frequent word of the document that differs in one letter of a long word that is none.

    The letter may be nearly certain: no dictionary has "Indepeadent" beside "Independent".
    """
    if len(word) < LONG_WORD or not word.isascii() or in_dictionary(word.lower()):
        return None
    places = [place for place, value in enumerate(values) if value < DOUBTFUL]
    readings = (reading for place in places for reading in _with_letters(word, place))
    return _only(known, (each for each in readings if in_dictionary(each.lower())))


def _only(known: Counter[str], readings: Iterable[str]) -> str | None:
    """The one of some readings that is a frequent word of the document."""
    found = {reading for reading in readings if known[reading.lower()] >= OFTEN}
    return found.pop() if len(found) == 1 else None


def _changed(word: str, place: int) -> Iterator[str]:
    """The word with another letter at this place, or with one letter less about there."""
    yield from _with_letters(word, place)
    for gone in range(max(0, place - 1), min(len(word), place + 2)):
        yield word[:gone] + word[gone + 1 :]


def _with_letters(word: str, place: int) -> Iterator[str]:
    """The word with each letter at this place: a capital among capitals, or where one begins it."""
    before, behind = word[:place], word[place + 1 :]
    capital = (before + behind).isupper() or (place == 0 and word[0].isupper())
    for letter in "abcdefghijklmnopqrstuvwxyz":
        yield before + (letter.upper() if capital else letter) + behind


def _spread(values: list[float], length: int) -> Iterator[float]:
    """Probabilities for a word of another length: the lowest for all if they do not fit."""
    low = min(values)
    yield from values if len(values) == length else [low] * length
