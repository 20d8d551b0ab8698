"""Align the sentences of two texts: `align`, the public function of this folder.

1. Token bags and anchors of both texts (prepare.py), a band around the anchors (anchors.py).
2. Every signal's features for every bead of the band (evidence.py), weighted (weights.py).
3. The best path and each bead's probability (search.py); again in a wider band if it touches an
   edge.
4. Forced decoding of the doubtful beads whose score can change the path, and a second search
   among them (judge.py); then of unpaired sentences together with their neighbours (omissions.py).
5. A calibrated confidence (confidence.py); texts that are not parallel are refused (parallel.py).
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Literal

from duizhao.corpus.alignment import weights as learned
from duizhao.corpus.alignment.bead import Bead

if TYPE_CHECKING:
    from duizhao.corpus.alignment.fixed import Rectangle
    from duizhao.corpus.alignment.groups import Groups
    from duizhao.corpus.alignment.prepare import Texts
    from duizhao.corpus.alignment.search import SearchResult
    from duizhao.corpus.alignment.signals.embedding import Embed
    from duizhao.corpus.alignment.signals.forced import Score
    from duizhao.corpus.alignment.signals.structure import Place

WIDTH = 4
"""Places that the band extends beyond the first path, on either side."""
WIDENINGS = 4
"""Number of searches, each with double width where the path touched the edge."""
WIDENED = 16
"""Rows on either side of such a place in which the band is widened, doubled each time."""
SHORT = 800
"""Source sentences up to which the whole band is widened."""

LITERAL = 0.4
"""How literal a translation must be for `fast` to leave out embeddings, which do not improve such
alignments but take most of the time. UN text has 1.0, academic text 0.5 to 0.6, novels below
0.35."""

EffortName = Literal["fast", "normal", "best"]


def align(
    source: Sequence[str],
    target: Sequence[str],
    translation: Sequence[str] | None = None,
    *,
    embed: Embed | None = None,
    score: Score | None = None,
    source_structure: Sequence[Place] | None = None,
    target_structure: Sequence[Place] | None = None,
    fixed: Sequence[Bead] = (),
    groups: Groups | None = None,
    signals: Collection[str] | None = None,
    effort: EffortName = "normal",
    check_parallel: bool = True,
) -> list[Bead]:
    """Align the sentences of two texts: beads that cover both sides once, in order.

        align(["第七十届会议", "主席：……"], ["Seventieth session", "The President: ..."])

    `translation` is a translation of each source sentence. `embed(sentences, spans)` returns unit
    vectors of spans of sentences (duizhao.models.embedding.SpanEmbedder). `score(sources, targets)`
    returns forced-decoding scores (the `score` of an engine or a Translator) and is called for
    doubtful beads only, within the budget of `effort`; "fast" never calls it, and leaves out
    embeddings if the translation is literal. All of these are optional. `signals` restricts the
    signals to some of weights.ALL. The structures have a (block number, block kind, mark or None)
    for each sentence. `fixed` beads are returned unchanged. `groups` has the number of a group
    for each sentence of both sides: beads within a group are preferred
    (duizhao.corpus.alignment.groups).

    Raises ValueError if lengths do not match, InputError for fixed beads that contradict each
    other, and NotParallel if the texts are not translations of each other (unless
    `check_parallel` is False).
    """
    for given, name in ((translation, "translations"), (source_structure, "source structures")):
        if given is not None and len(given) != len(source):
            raise ValueError(f"{len(given)} {name} for {len(source)} source sentences")
    if target_structure is not None and len(target_structure) != len(target):
        raise ValueError(f"{len(target_structure)} structures for {len(target)} target sentences")
    if not source or not target:
        return [
            *(Bead((i,), ()) for i in range(len(source))),
            *(Bead((), (j,)) for j in range(len(target))),
        ]
    from threadpoolctl import threadpool_limits

    from duizhao.corpus.alignment.confidence import calibrate, capped
    from duizhao.corpus.alignment.fixed import rectangles_of, restore
    from duizhao.corpus.alignment.judge import judge
    from duizhao.corpus.alignment.omissions import rejoined
    from duizhao.corpus.alignment.parallel import refuse_unless_parallel
    from duizhao.corpus.alignment.prepare import make_ready
    from duizhao.corpus.alignment.signals.forced import EFFORTS

    wanted = set(learned.ALL if signals is None else signals)
    if unknown := wanted - set(learned.ALL):
        raise ValueError(f"unknown signals {', '.join(sorted(unknown))}; use some of {learned.ALL}")
    places = None
    if source_structure is not None and target_structure is not None:
        places = (source_structure, target_structure)
    if groups is not None and [len(source), len(target)] != [len(side) for side in groups]:
        raise ValueError("groups must have a number for each sentence")
    rectangles = rectangles_of(fixed, len(source), len(target))
    # the last digit of a matrix product depends on the number of threads; more are not faster
    with threadpool_limits(1, user_api="blas"):
        texts = make_ready(source, target, translation, embed, wanted, places)
        if effort == "fast":
            texts, result = fast_search(texts, fixed, rectangles, groups)
        else:
            result = first_search(texts, fixed, rectangles, groups)
        if score is None or "forced" not in wanted or EFFORTS[effort].budget <= 0:
            beads = calibrate(result)
        else:
            result = judge(texts, result, score, EFFORTS[effort], rectangles, groups)
            beads = rejoined(texts, calibrate(result), score, fixed, groups)
        beads = capped(texts, beads)
    if check_parallel and not fixed:
        refuse_unless_parallel(texts, beads)
    return restore(beads, fixed) if fixed else beads


def fast_search(
    texts: Texts,
    fixed: Sequence[Bead] = (),
    rectangles: Sequence[Rectangle] = (),
    groups: Groups | None = None,
) -> tuple[Texts, SearchResult]:
    """The first search, without embeddings if the translation is literal."""
    if texts.embed is not None and "overlap" in texts.bags:
        light = replace(texts, embed=None)
        result = first_search(light, fixed, rectangles, groups)
        if result.weights.literalness(result.evidence.tables) >= LITERAL:
            return light, result
    return texts, first_search(texts, fixed, rectangles, groups)


def first_search(
    texts: Texts,
    fixed: Sequence[Bead] = (),
    rectangles: Sequence[Rectangle] = (),
    groups: Groups | None = None,
) -> SearchResult:
    """The best path by the cheap signals; the band is widened while the path touches its edge."""
    import numpy as np

    from duizhao.corpus.alignment import search
    from duizhao.corpus.alignment.fixed import constrain
    from duizhao.corpus.alignment.groups import crossing_costs
    from duizhao.corpus.alignment.lattice import widened

    band = texts.band(WIDTH, fixed)
    for widening in range(1, WIDENINGS + 1):
        evidence = texts.evidence(band)
        weights = learned.load(learned.key(evidence.tables))
        literalness = weights.literalness(evidence.tables)
        scores = evidence.scores(weights.vector(evidence.columns(), literalness))
        if groups is not None:
            scores = scores - crossing_costs(band, groups)
        scores = constrain(band, scores, rectangles)
        path = search.best_path(band, scores, weights.run)
        start = search.place_coordinates(band, path[:, 0])
        i, j = start[:, 0], start[:, 1]
        low, high = band.low[i], band.high[i]
        touched = ((j == low) & (low > 0)) | ((j == high) & (high < band.targets))
        if widening == WIDENINGS or not touched.any():
            break
        wide = texts.band(WIDTH << widening, fixed)
        short = len(texts.source) <= SHORT
        band = wide if short else widened(band, wide, i[touched], WIDENED << widening)
    logs, _, _ = search.probabilities(band, scores, weights.run)
    logs = np.minimum(logs, 0.0)
    probability = np.exp(logs[path[:, 0], path[:, 1]])
    return search.SearchResult(evidence, weights, scores, logs, path, probability)
