"""Pair documents: `pair`, the public function of this folder."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from duizhao.corpus.pairing import evidence
from duizhao.corpus.pairing.assignment import assign, confidences, read_again, score
from duizhao.corpus.pairing.outcome import Floats, Pair, Pairing
from duizhao.corpus.pairing.profile import Profile
from duizhao.corpus.pairing.relations import explain, without_duplicates

LEAST_SURE = 0.5
"""Confidence below which two documents stay unpaired."""


def pair(
    sources: Sequence[Profile],
    targets: Sequence[Profile],
    sentences: evidence.Vectors | None = None,
) -> Pairing:
    """Pair Chinese with English documents.

    `sentences`, if passed, returns the unit vectors of all sentences of a document. It is called
    for documents in doubt, to distinguish a text from its revision and from an excerpt.
    """
    sources, of_sources = without_duplicates(sources)
    targets, of_targets = without_duplicates(targets)
    scored = score(sources, targets)
    if sentences is not None:
        scored = read_again(scored, sources, targets, sentences)
    chosen = assign(scored, len(sources), len(targets))
    sure = confidences(scored)
    kept = [at for at in chosen.tolist() if sure[at] >= LEAST_SURE]
    pairs = tuple(
        Pair(
            sources[scored.left[at]],
            targets[scored.right[at]],
            round(float(sure[at]), 4),
            reasons(scored.features[at]),
        )
        for at in sorted(kept, key=lambda at: int(scored.left[at]))
    )
    alone = explain(sources, targets, scored, np.array(kept, dtype=np.int64), sentences)
    return Pairing(pairs, (*alone, *of_sources, *of_targets))


def reasons(features: Floats) -> tuple[str, ...]:
    """The evidence for a pair, in words, with figures."""
    value = dict(zip(evidence.FEATURES, features.tolist(), strict=True))
    lead = max(value["source_margin"], value["target_margin"])
    found = [
        (value["same_symbol"] > 0, "the same document symbol"),
        (value["same_stem"] > 0, "the same name"),
        (value["passages"] >= 0.4, f"passages mean the same ({value['passages']:.2f})"),
        (value["tokens"] >= 0.3, f"numbers and names agree ({value['tokens']:.2f})"),
        (value["sequence"] >= 0.3, "sentences match in the same order"),
        (value["order"] >= 0.5, "numbers come in the same order"),
        (lead >= evidence.CLOSE, f"ahead of every other document (by {lead:.2f})"),
    ]
    return tuple(words for holds, words in found if holds)
