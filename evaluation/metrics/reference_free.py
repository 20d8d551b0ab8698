"""Scores of a translation without a reference: probability, similarity to the source."""

from __future__ import annotations

from collections.abc import Sequence

from duizhao.models.translation.engine import Engine
from duizhao.models.translation.translator import Translator


def mt_scores(sources: Sequence[str], hypotheses: Sequence[str], engine: Engine) -> list[float]:
    """Mean log-probability per token of each hypothesis under the engine's model (<= 0)."""
    scores = Translator(engine).score(list(sources), list(hypotheses))
    return [score.log_probability / max(score.tokens, 1) for score in scores]


def similarities(sources: Sequence[str], hypotheses: Sequence[str]) -> list[float]:
    """Cosine of the sentence embeddings of source and hypothesis, from -1 to 1."""
    from duizhao.models.embedding import SpanEmbedder

    embedder = SpanEmbedder()
    left, right = embedder.embed(list(sources)), embedder.embed(list(hypotheses))
    return [float(value) for value in (left * right).sum(axis=1)]
