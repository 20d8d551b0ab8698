"""A unigram model of general Chinese: the sentencepiece model of a translation model.

It was trained on the source side of the model's training data (Kudo 2018). It tells what is
ordinary in Chinese text, so that what is frequent in a corpus for other reasons can be recognised.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class UnigramModel:
    """The model in `path`, a source.spm."""

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
