"""Terms with their counterparts and variants, the most characteristic of the corpus first.

Counterparts are matched by how often both occur in the same rows and by the similarity of their
embeddings, as SimAlign does for words (Jalili Sabet et al. 2020); a pair must be the best for both
of its sides. Termhood compares a term's frequency with what a unigram model of general text expects
(Ahmad et al. 1999): the sentencepiece model of the embedding model (models/general_text.py).
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from duizhao.corpus.row import Row
from duizhao.evaluation.terms.candidates import (
    LONGEST_CHINESE,
    LONGEST_ENGLISH,
    chinese_candidates,
    english_candidates,
)
from duizhao.evaluation.terms.grams import Grams, Ints, count_grams
from duizhao.evaluation.terms.sample import sample
from duizhao.evaluation.terms.sides import Side, chinese_side, english_side
from duizhao.evaluation.terms.term import BilingualTerm, Variant

SAMPLE = 400
"""Most rows of a term in which counterparts are searched."""
COMPARED = 6
"""Most candidates of a term whose embeddings are compared."""
LEAST_SCORE = 0.5
"""Least score of a pair: the geometric mean of association and similarity."""
DOUBT = 1.2
"""Added to the least score, divided by the rows of the first form and the characters of the term:
few rows of a short term are the weakest evidence."""
LEAST_SHARED_SCORE = 0.6
"""Least score of a second Chinese term for an English one."""
LEAST_SHARE = 0.25
"""Least share of the rows of a term with its counterpart."""
LEAST_SURPRISE = 0.1
"""Nats; terms that are as frequent in general text are listed last."""
CONTEXTS = 3
CONTEXT = 400
"""Most characters of a context."""

Vectors = NDArray[np.floating[Any]]
Embed = Callable[[Sequence[str]], Vectors]


class GeneralText(Protocol):
    """A unigram model of general Chinese."""

    def log_probability(self, text: str) -> float:
        """In nats, for one occurrence."""

    def pieces(self, texts: Sequence[str]) -> list[list[str]]:
        """Each text split into its likeliest pieces."""


Progress = Callable[[str, float, int], None]


def extract_terms(
    rows: Iterable[Row],
    embed: Embed,
    general: GeneralText,
    *,
    least: int = 3,
    most: int = 5000,
    progress: Progress = lambda _text, _done, _total: None,
) -> list[BilingualTerm]:
    """The terms of a corpus, most characteristic first.

    `embed` returns unit vectors (texts, dimension) of both languages. Terms occur at least `least`
    times; at most `most` candidates are matched. Of more than 100,000 rows, every second is used,
    or every fourth and so on (evaluation/terms/sample.py).
    """
    progress("reading rows", 0, 0)
    kept = sample((row.id, row.source_document, row.source, row.target) for row in rows)
    progress("counting", 0, 0)
    if not kept:
        return []
    ids, documents, chinese, english = zip(*kept, strict=True)
    del kept
    source, target = chinese_side(chinese), english_side(english)
    source_grams = count_grams(source.tokens, source.rows, LONGEST_CHINESE, least)
    target_grams = count_grams(target.tokens, target.rows, LONGEST_ENGLISH, max(2, least - 1))
    if not len(source_grams) or not len(target_grams):
        return []
    ranked = _ranked(source, source_grams, general, most)
    found = _Counterparts(target, target_grams)
    occurrences = _rows_of(source_grams, [one for one, _, _ in ranked])
    likely = []
    for number, (gram, _, _) in enumerate(ranked):
        if number % 100 == 0:
            progress(f"term {number + 1:,} of {len(ranked):,}", number, len(ranked))
        likely.append(found.likely(occurrences[gram]))
    progress("comparing", 0, 0)
    scored = []
    similarity = _Similarity(embed, [text for _, text, _ in ranked], found, likely)
    for (gram, text, termhood), candidates in zip(ranked, likely, strict=True):
        matches = similarity.scored(text, candidates)
        scored.append((gram, text, termhood, matches))
    scored.sort(key=lambda one: (-one[2] * (one[3][0][1] if one[3] else 0.0) ** 2, one[1]))
    claimed = _claims(scored)
    texts = {gram: text for gram, text, _, _ in scored}
    terms = []
    for gram, text, termhood, matches in scored:
        if not matches:
            continue
        owner = claimed[matches[0][0]]
        if owner != gram and not _is_other_name(text, texts[owner], matches[0][1]):
            continue
        places = occurrences[gram]
        variants = found.variants(
            matches,
            places,
            (ids, english),
            {e for e, one in claimed.items() if one not in (gram, owner)},
        )
        if not variants or matches[0][1] < _least_score(text, variants):
            continue
        terms.append(
            BilingualTerm(
                text,
                variants,
                int(source_grams.count[gram]),
                len(places),
                len({documents[row] for row in places}),
                round(termhood, 2),
                round(matches[0][1], 3),
            )
        )
    return terms


def _ranked(
    side: Side, grams: Grams, general: GeneralText, most: int
) -> list[tuple[int, str, float]]:
    """Candidates as (gram, text, termhood), best first."""
    total = max(1, int((grams.tokens >= 0).sum()))
    ranked = []
    for gram in np.flatnonzero(chinese_candidates(side, grams, _cuts(side, general))):
        text = side.text(int(grams.first[gram]), int(grams.length[gram]))
        count = int(grams.count[gram])
        surprise = math.log(count / total) - general.log_probability(text)
        # the general model may have been trained on similar text
        ranked.append((int(gram), text, math.sqrt(count) * max(surprise, LEAST_SURPRISE)))
    ranked.sort(key=lambda one: (-one[2], one[1]))
    return ranked[:most]


def _cuts(side: Side, general: GeneralText) -> NDArray[np.bool_]:
    """Whether the general model splits before each place; (places + 1,)."""
    text = side.surfaces
    assert isinstance(text, str)
    cuts = np.ones(len(text) + 1, bool)
    parts = text.split("\n")[:-1]
    place = 0
    for part, pieces in zip(parts, general.pieces(parts), strict=True):
        if "".join(pieces) == part:
            inside = np.zeros(len(part), bool)
            inside[np.cumsum([0, *map(len, pieces[:-1])])] = True
            cuts[place : place + len(part)] = inside
        place += len(part) + 1
    return cuts


def _rows_of(grams: Grams, wanted: Sequence[int]) -> dict[int, Ints]:
    """The different rows of each wanted gram, in order."""
    ids, places = grams.places()
    start = np.searchsorted(ids, wanted, "left")
    end = np.searchsorted(ids, wanted, "right")
    return {
        gram: np.unique(grams.rows[places[a:b]])
        for gram, a, b in zip(wanted, start, end, strict=True)
    }


def _claims(
    scored: Sequence[tuple[int, str, float, list[tuple[int, float]]]],
) -> dict[int, int]:
    """For each English gram the Chinese one that matches it best."""
    best: dict[int, tuple[float, int]] = {}
    for gram, _, _, matches in scored:
        if matches:
            english, score = matches[0]
            if score > best.get(english, (0.0, -1))[0]:
                best[english] = (score, gram)
    return {english: gram for english, (_, gram) in best.items()}


class _Counterparts:
    """The English grams of rows, and the counterparts of a Chinese term among them."""

    def __init__(self, side: Side, grams: Grams) -> None:
        self.side, self.grams = side, grams
        good = english_candidates(side, grams)
        ids, places = grams.places()
        keep = good[ids]
        self.by_row_ids, by_row = ids[keep], grams.rows[places[keep]]
        # each gram once per row, in order of the rows
        pairs = np.unique(by_row * len(grams) + self.by_row_ids)
        self.by_row_ids, by_row = pairs % len(grams), pairs // len(grams)
        self.rows_with = np.bincount(self.by_row_ids, minlength=len(grams))
        last = int(grams.rows.max()) + 1
        self.starts = np.searchsorted(by_row, np.arange(last + 1))

    def text(self, gram: int) -> str:
        """The English text of a gram."""
        return self.side.text(int(self.grams.first[gram]), int(self.grams.length[gram]))

    def in_rows(self, rows: Ints) -> Ints:
        """The grams of these rows, each as often as rows have it."""
        parts = [self.by_row_ids[self.starts[row] : self.starts[row + 1]] for row in rows]
        return np.concatenate(parts) if parts else np.zeros(0, np.int64)

    def likely(self, rows: Ints) -> list[tuple[int, float]]:
        """The grams associated with a term in these rows, with their association from 0 to 1."""
        sample = _sample(rows)
        grams, counts = np.unique(self.in_rows(sample), return_counts=True)
        share = counts / len(sample)
        enough = (counts >= 2) & (share >= LEAST_SHARE)
        grams, share = grams[enough], share[enough]
        if not len(grams):
            return []
        # both shares are estimates: three rows of a term are weaker evidence than fifty
        backward = np.minimum(1.0, share * len(rows) / self.rows_with[grams])
        dice = 2 * share * backward / (share + backward)
        order = np.argsort(-dice, kind="stable")[:COMPARED]
        return list(zip(grams[order].tolist(), dice[order].tolist(), strict=True))

    def variants(
        self,
        matches: Sequence[tuple[int, float]],
        rows: Ints,
        corpus: tuple[Sequence[str], Sequence[str]],
        others: set[int],
    ) -> tuple[Variant, ...]:
        """The forms of a term: each row counts for the first that it has."""
        ids, texts = corpus
        left = rows
        found = []
        names = [self._names(matches[0][0])]
        for gram, _ in matches:
            own = self._names(gram)
            part = gram != matches[0][0] and any(_is_part(own, name) for name in names)
            if gram in others or part:
                continue
            has = np.array([gram in self._row(row) for row in left], bool)
            if has.sum() >= (1 if gram == matches[0][0] else 2):
                examples = tuple(ids[row] for row in left[has][:CONTEXTS])
                text = self._surface(gram, left[has])
                context = texts[left[has][0]][:CONTEXT]
                found.append(Variant(text, int(has.sum()), examples, context))
                left = left[~has]
                names.append(own)
        return tuple(sorted(found, key=lambda one: -one.rows))

    def _row(self, row: int) -> Ints:
        return self.by_row_ids[self.starts[row] : self.starts[row + 1]]

    def _names(self, gram: int) -> list[int]:
        first = int(self.grams.first[gram])
        names: list[int] = self.grams.tokens[first : first + int(self.grams.length[gram])].tolist()
        return names

    def _surface(self, gram: int, rows: Ints) -> str:
        """The most frequent spelling in these rows."""
        length = int(self.grams.length[gram])
        level = self.grams.at[length - 1]
        spellings: Counter[str] = Counter()
        for row in rows[:50]:
            start = int(np.searchsorted(self.grams.rows, row))
            end = int(np.searchsorted(self.grams.rows, row + 1))
            for place in np.flatnonzero(level[start:end] == gram):
                spellings[self.side.text(start + int(place), length)] += 1
        text = spellings.most_common(1)[0][0] if spellings else self.text(gram)
        return text.removesuffix("'s").removesuffix("’s")


class _Similarity:
    """Scores candidates by association and by the similarity of the embeddings."""

    def __init__(
        self,
        embed: Embed,
        chinese: Sequence[str],
        found: _Counterparts,
        likely: Sequence[Sequence[tuple[int, float]]],
    ) -> None:
        grams = sorted({gram for candidates in likely for gram, _ in candidates})
        self._chinese = dict(zip(chinese, embed(chinese), strict=True))
        self._english = dict(zip(grams, embed([found.text(gram) for gram in grams]), strict=True))

    def scored(
        self, chinese: str, candidates: Sequence[tuple[int, float]]
    ) -> list[tuple[int, float]]:
        """The candidates that are good enough, best first."""
        scores = []
        for gram, association in candidates:
            similar = max(0.0, float(self._chinese[chinese] @ self._english[gram]))
            scores.append((gram, math.sqrt(association * similar)))
        good = [one for one in scores if one[1] >= LEAST_SCORE]
        return sorted(good, key=lambda one: (-one[1], one[0]))


def _least_score(text: str, variants: Sequence[Variant]) -> float:
    return LEAST_SCORE + DOUBT / (variants[0].rows * len(text))


def _is_other_name(text: str, owner: str, score: float) -> bool:
    """Whether a term may share its English form: 安理会 with 安全理事会, but not 理事会."""
    return score >= LEAST_SHARED_SCORE and text not in owner and owner not in text


def _sample(rows: Ints) -> Ints:
    if len(rows) <= SAMPLE:
        return rows
    sample: Ints = rows[np.linspace(0, len(rows) - 1, SAMPLE).astype(int)]
    return sample


def _is_part(some: Sequence[int], other: Sequence[int]) -> bool:
    """Whether one of two sequences is inside the other."""
    short, long = sorted((list(some), list(other)), key=len)
    return any(long[at : at + len(short)] == short for at in range(len(long) - len(short) + 1))
