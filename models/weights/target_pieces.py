"""Split target text into the pieces that the model would output, for forced decoding.

Models from the hub include ``target.spm``. The default model's package does not: it has the source
side's SentencePiece model and the vocabulary of both sides. From these the target side's model is
rebuilt:

- The vocabulary is sorted by frequency in the training data, and frequencies of pieces follow
  Zipf's law (Zipf 1949; Mandelbrot 1953): the log-probability of a piece is about -log(rank).
  With these scores a unigram model (Kudo 2018) splits text as SentencePiece does.
- The target side has the pieces that the source model lacks, and those that the decoder learned to
  output. Source-only pieces were never correct in training, so their output embeddings are shorter
  and their output biases lower than those of any target piece.
- The normaliser (NFKC as in neural translation) is the source model's, byte for byte the one
  that OPUS-MT trains with on both sides.

Measured by `python -m duizhao.evaluation.benchmarks.target_pieces`: 93% of the sentences of
unpc/dev.en are split as by the published target.spm of the sister model; log p per token is -0.8
for right and -3.9 for wrong targets (published target.spm: -0.9, -3.9; source.spm: -6.3, -6.7).
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from duizhao.corpus.errors import ModelError
from duizhao.corpus.script import count_han
from duizhao.models.weights.ctranslate_file import dequantized, read_variables

# added to the rank (the first few pieces of a corpus are less frequent than by Zipf's law), and the
# log-probability of a piece of rank 1: a cost per piece that favours few pieces
_RANK_SHIFT, _PIECE_COST = 6, -3.0


class TargetPieces:
    """Splits target text into the model's pieces.

    >>> load_target_pieces(folder).encode("The Security Council,")    # doctest: +SKIP
    ['▁The', '▁Security', '▁Council', ',']

    Unknown characters are kept as pieces, which engines treat as `<unk>`.
    """

    def __init__(self, processor: Any) -> None:
        self._processor = processor

    def encode(self, text: str) -> list[str]:
        """The pieces of one text, without `</s>`."""
        pieces: list[str] = self._processor.encode(text, out_type=str)
        return pieces

    def encode_all(self, texts: Sequence[str]) -> list[list[str]]:
        """The pieces of each text."""
        pieces: list[list[str]] = self._processor.encode(list(texts), out_type=str)
        return pieces


def load_target_pieces(folder: Path) -> TargetPieces:
    """The target side's pieces of the model in `folder`; raises ModelError if there are none."""
    import sentencepiece

    own = folder / "target.spm"
    try:
        if own.is_file():
            return TargetPieces(sentencepiece.SentencePieceProcessor(model_file=str(own)))
        processor = sentencepiece.SentencePieceProcessor()
        processor.load_from_serialized_proto(target_model(folder))
        return TargetPieces(processor)
    except (OSError, RuntimeError, ValueError, KeyError) as error:
        raise ModelError(f"{folder}: cannot rebuild the target pieces: {error}") from error


def target_model(folder: Path) -> bytes:
    """A serialized SentencePiece model of the target side."""
    source = (folder / "source.spm").read_bytes()
    vocabulary: list[str] = json.loads(
        (folder / "shared_vocabulary.json").read_text(encoding="utf-8")
    )
    ranked = target_side(folder, vocabulary, {piece.piece for piece in _parsed(source).pieces})
    scores = [_PIECE_COST - math.log(rank + _RANK_SHIFT) for rank in range(len(ranked))]
    return serialized(zip(ranked, scores, strict=True), source)


def serialized(scores: Iterable[tuple[str, float]], like: bytes) -> bytes:
    """A SentencePiece model of (piece, log-probability) with the settings of `like`."""
    model = _parsed(like)
    del model.pieces[:]
    kind = model.SentencePiece
    for piece, type_ in (("<unk>", kind.UNKNOWN), ("<s>", kind.CONTROL), ("</s>", kind.CONTROL)):
        model.pieces.add(piece=piece, score=0.0, type=type_)
    for piece, score in scores:
        model.pieces.add(piece=piece, score=score, type=kind.NORMAL)
    return bytes(model.SerializeToString())


def _parsed(model: bytes) -> Any:
    """A SentencePiece model as a protobuf message."""
    from sentencepiece import sentencepiece_model_pb2

    message = sentencepiece_model_pb2.ModelProto()  # type: ignore[attr-defined]
    message.ParseFromString(model)
    return message


def target_side(folder: Path, vocabulary: Sequence[str], in_source: set[str]) -> list[str]:
    """The pieces of a shared vocabulary that the target side uses, most frequent first."""
    special = {"<unk>", "<s>", "</s>", "<pad>"}
    variables = read_variables(folder / "model.bin")
    bias = np.array(variables["decoder/projection/bias"], dtype=np.float32)
    lengths = np.concatenate(
        [
            np.linalg.norm(part, axis=1)
            for part in np.array_split(dequantized(variables, "decoder/projection/weight"), 16)
        ]
    )
    # pieces of several Chinese characters are source-only: so are those below nearly all of them in
    # length and bias
    source_only = np.array([piece in in_source and count_han(piece) > 1 for piece in vocabulary])
    learned = np.ones(len(vocabulary), dtype=bool)
    if source_only.sum() >= 100:
        learned = lengths > np.percentile(lengths[source_only], 99)
        learned |= bias > np.percentile(bias[source_only], 99)
    return [
        piece
        for number, piece in enumerate(vocabulary)
        if piece not in special and (learned[number] or len(piece) == 1 or piece not in in_source)
    ]
