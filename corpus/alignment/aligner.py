"""The one public call: `align`.

1. Token bags and anchors of both texts (texts.py), a band around the anchors (anchors.py).
2. Every signal's features for every bead of the band (evidence.py), weighed (weights.py).
3. The best path and each bead's probability (search.py); wider, if the path touches the edge.
4. Forced decoding of the doubtful beads, and the search again among them (signals/forced.py).
5. A calibrated confidence (confidence.py); texts that are not parallel are refused (parallel.py).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

from duizhao.corpus.alignment import weights as learned
from duizhao.corpus.alignment.bead import Bead

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from duizhao.corpus.alignment.evidence import Evidence
    from duizhao.corpus.alignment.fixed import Rectangle
    from duizhao.corpus.alignment.prepare import Texts
    from duizhao.corpus.alignment.signals.embedding import Embed
    from duizhao.corpus.alignment.signals.forced import Score
    from duizhao.corpus.alignment.signals.structure import Place

WIDTH = 4
"""Places that the band reaches beyond the first path, to either side."""
WIDENINGS = 4
"""How often the search is made, each time with double width where the path touched the edge."""
WIDENED = 16
"""Rows on either side of such a place in which the band is widened, doubled each time."""
SHORT = 800
"""Source sentences up to which the whole band is widened."""

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
    signals: Collection[str] | None = None,
    effort: EffortName = "normal",
    idf: Mapping[str, float] | None = None,
    check_parallel: bool = True,
) -> list[Bead]:
    """Align the sentences of two texts: beads that cover both sides once, in order.

        align(["第七十届会议", "主席：……"], ["Seventieth session", "The President: ..."])

    `translation` is a translation of each source sentence; `embed(sentences, spans)` gives unit
    vectors of spans of sentences (duizhao.models.embedding.SpanEmbedder); `score(sources, targets)`
    forced-decoding scores (an engine's or a Translator's `score`), asked of doubtful beads only,
    within the budget of `effort` ("fast" asks none). What is not given is done without.
    `signals` limits what is used to some of weights.ALL. The structures are a
    (block number, block kind, mark or None) for each sentence. `fixed` beads come out as they
    are. `idf` maps tokens (tokens.py) to weights, where a corpus knows better than this pair.

    Raises ValueError where lengths do not fit, InputError for fixed beads that cannot hold,
    NotParallel where the texts are no translations of each other (unless `check_parallel` is
    False).
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

    from duizhao.corpus.alignment import fixed as fixing
    from duizhao.corpus.alignment.confidence import calibrate, capped
    from duizhao.corpus.alignment.parallel import refuse_unless_parallel
    from duizhao.corpus.alignment.prepare import make_ready

    wanted = set(learned.ALL if signals is None else signals)
    if unknown := wanted - set(learned.ALL):
        raise ValueError(f"no signal {', '.join(sorted(unknown))}; there are {learned.ALL}")
    places = None
    if source_structure is not None and target_structure is not None:
        places = (source_structure, target_structure)
    rectangles = fixing.rectangles(fixed, len(source), len(target))
    # the last digit of a matrix product depends on how many threads share it; more are no faster
    with threadpool_limits(1, user_api="blas"):
        texts = make_ready(source, target, translation, embed, wanted, idf, places)
        found = _search(texts, fixed, rectangles)
        if score is not None and "forced" in wanted:
            found = _judge(texts, found, score, effort, rectangles)
        beads = capped(texts, calibrate(found))
    if check_parallel and not fixed:
        refuse_unless_parallel(texts, beads)
    return fixing.restore(beads, fixed) if fixed else beads


@dataclass(frozen=True, slots=True)
class Found:
    """The best path through a band, and all that it was found with.

    `path` holds the place and type of each bead, `probability` its share in the sum over all
    paths, `probabilities` the logarithm of that for every bead of the band. If the translation
    model was asked, `judged` says of which beads of the path, `forced` are its features of them.
    """

    evidence: Evidence
    weights: learned.Weights
    scores: NDArray[np.float32]
    probabilities: NDArray[np.float32]
    path: NDArray[np.int64]
    probability: NDArray[np.float32]
    forced: NDArray[np.float32] | None = None
    judged: NDArray[np.bool_] | None = None


def _search(texts: Texts, fixed: Sequence[Bead], rectangles: Sequence[Rectangle]) -> Found:
    """The best path by the signals that cost little; the band grows while the path touches it."""
    import numpy as np

    from duizhao.corpus.alignment import search
    from duizhao.corpus.alignment.fixed import constrain
    from duizhao.corpus.alignment.lattice import widened

    band = texts.band(WIDTH, fixed)
    for widening in range(1, WIDENINGS + 1):
        evidence = texts.evidence(band)
        weights = learned.load(learned.key(evidence.tables))
        literalness = weights.literalness(evidence.tables)
        scores = evidence.scores(weights.vector(evidence.columns(), literalness))
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
    return Found(evidence, weights, scores, logs, path, np.exp(logs[path[:, 0], path[:, 1]]))


def _judge(
    texts: Texts,
    found: Found,
    score: Score,
    effort: EffortName,
    rectangles: Sequence[Rectangle],
) -> Found:
    """Search again among the doubtful beads, with what the translation model says of them."""
    import numpy as np

    from duizhao.corpus.alignment import search
    from duizhao.corpus.alignment.fixed import constrain
    from duizhao.corpus.alignment.lattice import TYPES
    from duizhao.corpus.alignment.signals import forced

    settings = forced.EFFORTS[effort]
    weights = found.weights.judge
    if settings.budget <= 0 or weights is None:
        return found
    evidence, band = found.evidence, found.evidence.band
    shortfall = search.shortfalls(band, found.scores, found.weights.run)
    kept, doubt = forced.candidates(band, found.path, shortfall, settings)
    if not doubt.any():
        return found
    asked = np.zeros((len(kept), len(forced.COLUMNS)), dtype=np.float32)
    asked[doubt] = forced.ask(score, texts.source, texts.target, band, kept[doubt])
    literalness = weights.literalness(evidence.tables)
    vector = weights.vector(evidence.columns(), literalness)
    others = evidence.features(kept) @ vector
    others += asked @ weights.vector((("forced", column) for column in forced.COLUMNS), literalness)
    cheap = found.scores.ravel()[kept]
    # beads that fixed ones forbid stay forbidden, and the gaps inside those stay free
    open_beads = constrain(band, np.ones_like(found.scores), rectangles).ravel()[kept] > 0.0
    flat = np.full(found.scores.size, search.NEVER, dtype=np.float32)
    flat[kept] = np.where(open_beads, others, cheap)
    scores = flat.reshape(-1, len(TYPES))
    path = search.best_path(band, scores, weights.run)
    logs, _, _ = search.probabilities(band, scores, weights.run)
    on_path = path[:, 0] * len(TYPES) + path[:, 1]
    at = np.searchsorted(kept, on_path)
    # beads that no candidate disputes keep what the whole band said of them
    before = found.probabilities.ravel()[on_path]
    after = np.minimum(logs.ravel()[on_path], 0.0)
    probability = np.exp(np.where(doubt[at], after, before)).astype(np.float32)
    return replace(
        found, scores=scores, path=path, probability=probability, forced=asked[at], judged=doubt[at]
    )
