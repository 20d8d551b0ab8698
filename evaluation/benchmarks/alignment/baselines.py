"""Two baselines, short implementations of the published methods.

- Gale and Church 1993: lengths alone, six bead types.
- Bleualign-like, after Sennrich and Volk 2010: anchors are the best monotone path of 1-1 pairs by
  BLEU of translation and target (here on 1- and 2-grams); the text between two anchors is aligned
  by lengths, and neighbours join an anchor where that raises its score.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from itertools import pairwise

from duizhao.corpus.alignment.bead import Bead

_PRIOR = {(1, 1): 0.89, (1, 0): 0.005, (0, 1): 0.005, (2, 1): 0.045, (1, 2): 0.045, (2, 2): 0.01}
_VARIANCE = 6.8
_BAND = 60


def gale_church(source: Sequence[str], target: Sequence[str]) -> list[Bead]:
    """Align by length in characters, with the ratio of the two texts."""
    n, m = len(source), len(target)
    a = [0, *(len(text) for text in source)]
    b = [0, *(len(text) for text in target)]
    for sizes in (a, b):
        for k in range(1, len(sizes)):
            sizes[k] += sizes[k - 1]
    ratio = max(b[m], 1) / max(a[n], 1)
    best: dict[tuple[int, int], tuple[float, int, int]] = {(0, 0): (0.0, 0, 0)}
    for i in range(n + 1):
        middle = i * m // max(n, 1)
        reach = max(_BAND, abs(n - m))
        for j in range(max(0, middle - reach), min(m, middle + reach) + 1):
            for (da, db), prior in _PRIOR.items():
                before = best.get((i - da, j - db))
                if before is None or (i, j) == (0, 0):
                    continue
                cost = before[0] - math.log(prior)
                cost += _match(a[i] - a[i - da], b[j] - b[j - db], ratio)
                if (i, j) not in best or cost < best[i, j][0]:
                    best[i, j] = (cost, da, db)
    beads = []
    i, j = n, m
    while (i, j) != (0, 0):
        _, da, db = best[i, j]
        i, j = i - da, j - db
        beads.append(Bead(tuple(range(i, i + da)), tuple(range(j, j + db))))
    return beads[::-1]


def _match(source: float, target: float, ratio: float) -> float:
    """-log of the probability of a difference in length at least as large."""
    mean = (source + target / ratio) / 2
    delta = abs(target - source * ratio) / math.sqrt(_VARIANCE * max(mean, 1) * ratio)
    return -math.log(max(math.erfc(delta / math.sqrt(2)), 1e-300))


def _grams(text: str) -> list[Counter[tuple[str, ...]]]:
    words = text.lower().split()
    return [
        Counter(tuple(words[k : k + size]) for k in range(len(words) - size + 1)) for size in (1, 2)
    ]


def _bleu(one: list[Counter[tuple[str, ...]]], other: list[Counter[tuple[str, ...]]]) -> float:
    score = 1.0
    for hypothesis, reference in zip(one, other, strict=True):
        shared = sum((hypothesis & reference).values())
        if not shared:
            return 0.0
        score *= shared / max(sum(hypothesis.values()), 1)
    lengths = sum(one[0].values()), sum(other[0].values())
    return math.sqrt(score) * min(1.0, math.exp(1 - lengths[1] / max(lengths[0], 1)))


def bleualign(
    source: Sequence[str], target: Sequence[str], translation: Sequence[str]
) -> list[Bead]:
    """Align by BLEU of the translation, the rest by length."""
    n, m = len(source), len(target)
    left, right = [_grams(text) for text in translation], [_grams(text) for text in target]
    holders: dict[tuple[str, ...], list[int]] = {}
    for j, grams in enumerate(right):
        for gram in grams[1]:
            holders.setdefault(gram, []).append(j)
    pairs = []
    for i, grams in enumerate(left):
        near = {j for gram in grams[1] for j in holders.get(gram, ())}
        scored = sorted(((_bleu(grams, right[j]), j) for j in near), reverse=True)[:3]
        pairs += [(i, j, score) for score, j in scored if score > 0.05]
    anchors = _chain(pairs)
    corners = [(-1, -1), *anchors, (n, m)]
    beads: list[Bead] = []
    for (i0, j0), (i1, j1) in pairwise(corners):
        inside = gale_church(source[i0 + 1 : i1], target[j0 + 1 : j1])
        beads += [
            Bead(tuple(i + i0 + 1 for i in bead.source), tuple(j + j0 + 1 for j in bead.target))
            for bead in inside
        ]
        if (i1, j1) != (n, m):
            beads.append(Bead((i1,), (j1,)))
    return _joined(beads, translation, target)


def _chain(pairs: Sequence[tuple[int, int, float]]) -> list[tuple[int, int]]:
    """The heaviest increasing chain."""
    best: list[tuple[float, int]] = []
    for at, (i, j, score) in enumerate(pairs):
        value, link = 0.0, -1
        for before in range(max(0, at - 400), at):
            if pairs[before][0] < i and pairs[before][1] < j and best[before][0] > value:
                value, link = best[before][0], before
        best.append((value + score, link))
    found: list[tuple[int, int]] = []
    at = max(range(len(best)), key=lambda k: best[k][0]) if best else -1
    while at >= 0:
        found.append((pairs[at][0], pairs[at][1]))
        at = best[at][1]
    return found[::-1]


def _joined(beads: list[Bead], translation: Sequence[str], target: Sequence[str]) -> list[Bead]:
    """Join gaps to the bead before or after them if that raises its BLEU."""

    def value(bead: Bead) -> float:
        return _bleu(
            _grams(" ".join(translation[i] for i in bead.source)),
            _grams(" ".join(target[j] for j in bead.target)),
        )

    out: list[Bead] = []
    for bead in beads:
        if out and (not bead.source or not bead.target or not out[-1].source or not out[-1].target):
            both = Bead(out[-1].source + bead.source, out[-1].target + bead.target)
            if both.source and both.target and value(both) > max(value(out[-1]), value(bead)):
                out[-1] = both
                continue
        out.append(bead)
    return out
