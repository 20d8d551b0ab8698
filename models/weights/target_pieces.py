"""Target text cut into the pieces that the model itself would make of it, for forced decoding.

Models from the hub carry ``target.spm``. The default model's package does not: it has the source
side's SentencePiece model and the vocabulary of both sides. The target side's model is rebuilt
from these:

- The vocabulary is sorted by frequency in the training data, and frequencies of pieces follow
  Zipf's law (Zipf 1949; Mandelbrot 1953): the log-probability of a piece is about -log(rank).
  With these scores a unigram model (Kudo 2018) cuts text as SentencePiece does.
- Which pieces belong to the target side: those that the source model lacks, and those that the
  decoder has learnt to make. Pieces of the source only were never right and only pushed down, so
  their output embeddings are shorter and their output biases lower than of any target piece.
- The normaliser (NFKC as in neural translation) is the source model's, byte for byte the one
  that OPUS-MT trains with on both sides.

Measured by `python -m duizhao.evaluation.benchmarks.target_pieces`: 93% of the sentences of
unpc/dev.en are cut as by the published target.spm of the sister model; log p a token is -0.8 for
right and -3.9 for wrong targets (published target.spm: -0.9, -3.9; source.spm: -6.3, -6.7).
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

# added to the rank (the first few pieces of a corpus are less frequent than Zipf's law has them),
# and the log-probability of a piece of rank 1: what every piece costs, so that few pieces win
_RANK_SHIFT, _PIECE_COST = 6, -3.0


class TargetPieces:
    """Cuts target text into the model's pieces.

    >>> load_target_pieces(folder).encode("The Security Council,")    # doctest: +SKIP
    ['▁The', '▁Security', '▁Council', ',']

    Characters that the model does not know stay as they are: engines take them as `<unk>`.
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
    """The target side's pieces of the model in `folder`; raises ModelError where there are none."""
    import sentencepiece

    own = folder / "target.spm"
    try:
        if own.is_file():
            return TargetPieces(sentencepiece.SentencePieceProcessor(model_file=str(own)))
        processor = sentencepiece.SentencePieceProcessor()
        processor.load_from_serialized_proto(target_model(folder))
        return TargetPieces(processor)
    except (OSError, RuntimeError, ValueError, KeyError) as error:
        raise ModelError(f"{folder}: no target pieces can be made: {error}") from error


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
    # pieces of several Chinese characters are the source's alone: what is below nearly all of
    # these in length and bias is so, too
    source_only = np.array([piece in in_source and count_han(piece) > 1 for piece in vocabulary])
    made = np.ones(len(vocabulary), dtype=bool)
    if source_only.sum() >= 100:
        made = lengths > np.percentile(lengths[source_only], 99)
        made |= bias > np.percentile(bias[source_only], 99)
    return [
        piece
        for number, piece in enumerate(vocabulary)
        if piece not in special and (made[number] or len(piece) == 1 or piece not in in_source)
    ]
