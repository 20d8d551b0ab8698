"""Sentence pairs as numbers, and the batches of a training in their order.

All randomness is determined by the seed and the number of the epoch, so that a training that was
killed continues with the same batches.
"""

from __future__ import annotations

import json
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import sentencepiece

from duizhao.models.weights.english_pieces import english_pieces
from duizhao.models.weights.target_pieces import load_target_pieces

IGNORED = -100
"""The label of a target token that is not learned: torch's own `ignore_index`."""

MOST_TOKENS = 256
"""Most tokens of a sentence: longer ones take much memory and are mostly badly aligned. Sentences
longer than the model's limit are left out, too."""

_BUCKET = 4
"""Sentences whose lengths differ by less than this are in one bucket."""

Pair = tuple[str, str]
"""A source text and its translation."""


@dataclass(frozen=True, slots=True)
class Example:
    """Ids of both sides, each ending in `</s>`.

    `labels` are the target tokens as rows of the output layer, or IGNORED.
    """

    source: tuple[int, ...]
    target: tuple[int, ...]
    labels: tuple[int, ...]

    @property
    def size(self) -> int:
        """Tokens of the longer side."""
        return max(len(self.source), len(self.target))


class Encoder:
    """Turns sentence pairs into examples for the Marian model in `folder` (transformers' form).

    `rows` are the ids from which the output layer chooses: all but `<pad>`, or with `english` only
    the English pieces (models/weights/english_pieces.py). A target token that is not among them,
    or that the model does not know, is not learned: the model would learn to output `<unk>`.
    """

    def __init__(self, folder: Path, *, english: bool) -> None:
        self._source = sentencepiece.SentencePieceProcessor(str(folder / "source.spm"))
        self._target = load_target_pieces(folder)
        self._source_ids = _vocabulary(folder / "vocab.json")
        config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
        self._most = min(MOST_TOKENS, int(config.get("max_position_embeddings", MOST_TOKENS)))
        own = folder / "target_vocab.json"
        self._target_ids = _vocabulary(own) if own.is_file() else self._source_ids
        pieces = sorted(self._target_ids, key=self._target_ids.__getitem__)
        kept = english_pieces(pieces) if english else pieces
        self.rows = [self._target_ids[piece] for piece in kept if piece != "<pad>"]
        self._label = {
            number: row for row, number in enumerate(self.rows) if pieces[number] != "<unk>"
        }

    def encode(self, pairs: Sequence[Pair]) -> list[Example]:
        """The examples of the pairs, without those that are too long or empty."""
        sources: list[list[str]] = self._source.encode([pair[0] for pair in pairs], out_type=str)
        targets = self._target.encode_all([pair[1] for pair in pairs])
        made = (self._example(*pieces) for pieces in zip(sources, targets, strict=True))
        return [one for one in made if one.size <= self._most and len(one.target) > 1]

    def _example(self, source: Sequence[str], target: Sequence[str]) -> Example:
        ids = _numbers(target, self._target_ids)
        return Example(
            _numbers(source, self._source_ids),
            ids,
            tuple(self._label.get(number, IGNORED) for number in ids),
        )


def batches(
    domain: Sequence[int], rehearsal: Sequence[int], *, share: float, tokens: int, seed: int
) -> Iterator[list[int]]:
    """Endless batches of indices into the list of domain examples followed by rehearsal examples.

    `domain` and `rehearsal` are the sizes of the examples. An epoch has every domain example once
    and `share` times as many rehearsal examples, different ones in each epoch. A batch has examples
    of similar sizes, and at most `tokens` tokens, including padding.
    """
    sizes = [*domain, *rehearsal]
    epoch = 0
    while True:
        yield from epoch_batches(
            sizes,
            [*range(len(domain)), *_rehearsed(len(domain), len(rehearsal), share, epoch)],
            tokens=tokens,
            seed=f"{seed}-{epoch}",
        )
        epoch += 1


def epoch_batches(
    sizes: Sequence[int], places: Sequence[int], *, tokens: int, seed: str
) -> list[list[int]]:
    """The batches of one epoch in random order."""
    chance = random.Random(seed)
    order = list(places)
    chance.shuffle(order)
    order.sort(key=lambda place: sizes[place] // _BUCKET)  # stable: random within a bucket
    made: list[list[int]] = []
    longest = 0
    for place in order:
        longest = max(longest, sizes[place])
        if not made or longest * (len(made[-1]) + 1) > tokens:
            made.append([])
            longest = sizes[place]
        made[-1].append(place)
    chance.shuffle(made)
    return made


def by_size(examples: Sequence[Example], tokens: int) -> Iterator[list[Example]]:
    """All examples in batches of at most `tokens` padded tokens."""
    sizes = [example.size for example in examples]
    for places in epoch_batches(sizes, range(len(sizes)), tokens=tokens, seed="by size"):
        yield [examples[place] for place in places]


def rehearsal_needed(domain: int, available: int, share: float, epochs: int) -> int:
    """The number of rehearsal sentences that a training uses; no others need be translated."""
    return min(available, epochs * _count(domain, share))


def _rehearsed(domain: int, available: int, share: float, epoch: int) -> list[int]:
    count = _count(domain, share) if available else 0
    return [domain + (epoch * count + number) % available for number in range(count)]


def _count(domain: int, share: float) -> int:
    return round(domain * share)


def _numbers(pieces: Sequence[str], ids: dict[str, int]) -> tuple[int, ...]:
    end = ids["</s>"]
    unknown = ids.get("<unk>", end)
    return (*(ids.get(piece, unknown) for piece in pieces), end)


def _vocabulary(path: Path) -> dict[str, int]:
    read = json.loads(path.read_text(encoding="utf-8"))
    return {str(piece): int(number) for piece, number in read.items()}
