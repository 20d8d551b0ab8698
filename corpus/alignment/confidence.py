"""From the search result to beads: each signal's share of the score, and the confidence."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from duizhao.corpus.alignment.bead import Bead
from duizhao.corpus.alignment.lattice import TYPES
from duizhao.corpus.alignment.parallel import signals_of, support
from duizhao.corpus.alignment.prepare import Texts
from duizhao.corpus.alignment.search import SearchResult, place_coordinates


def calibrate(result: SearchResult) -> list[Bead]:
    """The beads of the path, with shares by signal and calibrated confidence.

    The confidence is the bead's probability in the search, mapped along a line fitted to how
    often beads of that probability are right (weights.json, `calibration`).
    """
    evidence, path = result.evidence, result.path
    judge = result.weights.judge if result.forced is not None else None
    weights = judge or result.weights
    literalness = weights.literalness(evidence.tables)
    columns = evidence.columns()
    shares = evidence.of_path(path) * weights.vector(columns, literalness)
    by_signal = {
        name: shares[:, [at for at, (signal, _) in enumerate(columns) if signal == name]].sum(1)
        for name in dict.fromkeys(signal for signal, _ in columns)
    }
    confidence = np.interp(result.probability, *np.array(result.weights.calibration).T)
    if result.forced is not None and result.judged is not None:
        by_signal["forced"] = result.forced
        judged = np.interp(result.probability, *np.array(weights.calibration).T)
        confidence = np.where(result.judged, judged, confidence)
    beads = []
    starts = place_coordinates(evidence.band, path[:, 0])
    for row, ((i, j), kind) in enumerate(zip(starts.tolist(), path[:, 1].tolist(), strict=True)):
        a, b = TYPES[kind]
        parts = {name: float(values[row]) for name, values in by_signal.items()}
        source, target = tuple(range(i, i + a)), tuple(range(j, j + b))
        beads.append(Bead(source, target, sum(parts.values()), float(confidence[row]), parts))
    return beads


def capped(texts: Texts, beads: Sequence[Bead]) -> list[Bead]:
    """The beads, with confidence capped at the probability that they are translations at all.

    The search gives its best beads a high confidence even if the texts have nothing in common.
    Without embeddings and without a translation there is too little evidence for a cap.
    """
    if signals_of(texts) == "neither":
        return list(beads)
    return [
        replace(bead, confidence=min(bead.confidence, float(most)))
        for bead, most in zip(beads, support(texts, beads), strict=True)
    ]
