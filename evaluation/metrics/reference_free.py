"""Scores of a translation without a reference: how likely the model finds it, how near it is."""

from __future__ import annotations

from collections.abc import Sequence


def mt_scores(sources: Sequence[str], hypotheses: Sequence[str]) -> list[float]:
    """Mean log-probability a token of each hypothesis under the default model (<= 0)."""
    from duizhao.flows.terminal.fetching import fetching
    from duizhao.models.translation.engine import Decoding
    from duizhao.models.translation.load import load_engine
    from duizhao.models.translation.translator import Translator

    with fetching() as progress:
        engine = load_engine(None, "auto", progress=progress)
    scores = Translator(engine, Decoding(), None).score(list(sources), list(hypotheses))
    return [score.log_probability / max(score.tokens, 1) for score in scores]


def similarities(sources: Sequence[str], hypotheses: Sequence[str]) -> list[float]:
    """Cosine of the sentence embeddings of source and hypothesis, from -1 to 1."""
    from duizhao.models.embedding import SpanEmbedder

    embedder = SpanEmbedder()
    left, right = embedder.embed(list(sources)), embedder.embed(list(hypotheses))
    return [float(value) for value in (left * right).sum(axis=1)]
