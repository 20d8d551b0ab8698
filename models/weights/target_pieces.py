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
import re
import struct
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from duizhao.corpus.errors import ModelError
from duizhao.models.weights.ctranslate_file import dequantized, read_variables

_CJK = re.compile(r"[\u2e80-\u9fff\uf900-\ufaff]")
# added to the rank (the first few pieces of a corpus are less frequent than Zipf's law has them),
# and the log-probability of a piece of rank 1: what every piece costs, so that few pieces win
_RANK_SHIFT, _PIECE_COST = 6, -3.0
_UNKNOWN, _CONTROL, _NORMAL = 2, 3, 1
"""Kinds of pieces in sentencepiece_model.proto."""


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
    """A SentencePiece model of the target side, serialised."""
    source = (folder / "source.spm").read_bytes()
    vocabulary: list[str] = json.loads(
        (folder / "shared_vocabulary.json").read_text(encoding="utf-8")
    )
    ranked = target_side(folder, vocabulary, set(_pieces(source)))
    scores = [_PIECE_COST - math.log(rank + _RANK_SHIFT) for rank in range(len(ranked))]
    return serialized(zip(ranked, scores, strict=True), source)


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
    source_only = np.array(
        [piece in in_source and len(_CJK.findall(piece)) > 1 for piece in vocabulary]
    )
    made = np.ones(len(vocabulary), dtype=bool)
    if source_only.sum() >= 100:
        made = lengths > np.percentile(lengths[source_only], 99)
        made |= bias > np.percentile(bias[source_only], 99)
    return [
        piece
        for number, piece in enumerate(vocabulary)
        if piece not in special and (made[number] or len(piece) == 1 or piece not in in_source)
    ]


def serialized(scores: Iterable[tuple[str, float]], like: bytes) -> bytes:
    """A SentencePiece model of these (piece, log-probability), its settings taken from `like`.

    Fields by sentencepiece_model.proto: 1 pieces (1 text, 2 score, 3 kind), 2 the trainer's
    settings, 3 the normaliser.
    """
    model = bytearray()
    special = [("<unk>", 0.0, _UNKNOWN), ("<s>", 0.0, _CONTROL), ("</s>", 0.0, _CONTROL)]
    for piece, score, kind in [*special, *((p, s, _NORMAL) for p, s in scores)]:
        text = piece.encode()
        message = b"\x0a" + _varint(len(text)) + text + b"\x15" + struct.pack("<f", score)
        message += b"\x18" + _varint(kind)
        model += b"\x0a" + _varint(len(message)) + message
    for field, whole, _ in _fields(like):
        if field in (2, 3):
            model += whole
    return bytes(model)


def _pieces(model: bytes) -> Iterator[str]:
    """The pieces of a serialised SentencePiece model."""
    for field, _, message in _fields(model):
        if field == 1:
            yield next(value for number, _, value in _fields(message) if number == 1).decode()


def _fields(message: bytes) -> Iterator[tuple[int, bytes, bytes]]:
    """(number, the field with its tag, its value) of each field of a protobuf message."""
    position = 0
    while position < len(message):
        start = position
        tag, position = _read_varint(message, position)
        if tag & 7 == 2:  # bytes, with their length before them
            length, position = _read_varint(message, position)
        elif tag & 7 == 0:
            length = _read_varint(message, position)[1] - position
        else:
            length = {1: 8, 5: 4}[tag & 7]
        end = position + length
        yield tag >> 3, message[start:end], message[position:end]
        position = end


def _read_varint(data: bytes, position: int) -> tuple[int, int]:
    """A protobuf variable-length number and the position after it."""
    value = shift = 0
    while data[position] & 0x80:
        value |= (data[position] & 0x7F) << shift
        shift += 7
        position += 1
    return value | data[position] << shift, position + 1


def _varint(number: int) -> bytes:
    written = bytearray()
    while number > 0x7F:
        written.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes([*written, number])
