"""From the search's result to beads: each signal's share in the score, and the confidence."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from duizhao.corpus.alignment.bead import Bead
from duizhao.corpus.alignment.lattice import TYPES
from duizhao.corpus.alignment.search import place_coordinates
from duizhao.corpus.alignment.signals import forced
from duizhao.corpus.alignment.support import signals_of, support

if TYPE_CHECKING:
    from duizhao.corpus.alignment.aligner import Found
    from duizhao.corpus.alignment.prepare import Texts


def calibrate(found: Found) -> list[Bead]:
    """The beads of the path, with shares by signal and calibrated confidence.

    The confidence is the bead's probability in the search, drawn along a line that was fitted to
    how often beads of such a probability are right (weights.json, `calibration`).
    """
    band, path = found.evidence.band, found.path
    starts = place_coordinates(band, path[:, 0])
    columns = found.evidence.columns()
    weights = found.weights
    if found.forced is not None and weights.judge is not None:
        weights = weights.judge
    shares = found.evidence.of_path(path) * weights.vector(
        columns, weights.literalness(found.evidence.tables)
    )
    names = list(dict.fromkeys(signal for signal, _ in columns))
    summed = {
        name: shares[:, [at for at, (signal, _) in enumerate(columns) if signal == name]].sum(1)
        for name in names
    }
    x, y = np.array(found.weights.calibration).T
    confidence = np.interp(found.probability, x, y)
    if found.forced is not None and found.judged is not None:
        forced_columns = (("forced", column) for column in forced.COLUMNS)
        literalness = weights.literalness(found.evidence.tables)
        summed["forced"] = found.forced @ weights.vector(forced_columns, literalness)
        x, y = np.array(weights.calibration).T
        confidence = np.where(found.judged, np.interp(found.probability, x, y), confidence)
    beads = []
    for row, ((i, j), kind) in enumerate(zip(starts.tolist(), path[:, 1].tolist(), strict=True)):
        a, b = TYPES[kind]
        parts = {name: float(values[row]) for name, values in summed.items()}
        beads.append(
            Bead(
                tuple(range(i, i + a)),
                tuple(range(j, j + b)),
                sum(parts.values()),
                float(confidence[row]),
                parts,
            )
        )
    return beads


def capped(texts: Texts, beads: Sequence[Bead]) -> list[Bead]:
    """The beads, none surer than it is that it pairs translations at all (support.py).

    The best of the possible beads is sure of itself even where the texts have nothing in common.
    With neither embeddings nor a translation there is too little to say so.
    """
    if signals_of(texts) == "neither":
        return list(beads)
    return [
        replace(bead, confidence=min(bead.confidence, float(most)))
        for bead, most in zip(beads, support(texts, beads), strict=True)
    ]
