"""The base of both engines: packing, splitting without loss, rejoining, copying, detokenizing.

A concrete engine loads the model and implements two methods: `_start` and `_start_score`.
"""

from __future__ import annotations

import unicodedata
from abc import ABC, abstractmethod
from collections import Counter, deque
from collections.abc import Callable, Container, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import islice, pairwise
from pathlib import Path
from typing import Any

from duizhao.corpus.script import has_chinese
from duizhao.corpus.translation import COPIED, Translation
from duizhao.models.guards.check import UNKNOWN
from duizhao.models.translation.batching import bound, halve, pack, padded, rejoin, split_to_fit
from duizhao.models.translation.detokenize import detokenized
from duizhao.models.translation.engine import Decoding, ForcedScore, Progress

# a longer output is most likely a loop and delays its batch: the source is translated again in
# halves, and only what cannot be halved gets all of Decoding.max_tokens
_OUTPUT_TIMES, _OUTPUT_PLUS = 3, 40
_HALVINGS = 3
# longer sources are split at clause marks: a sentence of 66 clauses (531 tokens) loses 17 clauses
# if translated in one or two parts, 4 in parts of 200 tokens, none in parts of 128; the longest of
# 4,000 sentences of the UN corpus has 102 tokens
_COMFORTABLE = 128
OUTPUT_LIMIT_FLAG = "output_limit"


@dataclass(frozen=True, slots=True)
class Hypothesis:
    """The model's output for one input; `score` is the mean log p per token, including `</s>`.

    `finished` is False if the output limit cut it off.
    """

    text: str
    score: float
    tokens: int
    finished: bool


class PackedEngine(ABC):
    """An `Engine` (models/translation/engine.py) except for the model itself.

    `folder` has the model; `positions` is the most tokens on either side, including `</s>`.
    `batch_tokens` is the most padded source tokens in a batch, `wide_batch_tokens` the same for
    beams wider than one, `score_tokens` the same for `score` if it differs. `workers` is the number
    of batches running at once, `ahead` how many more are queued so that no worker is idle.
    """

    name: str
    model_name: str
    model_hash: str
    compute_type: str
    batch_tokens: int
    wide_batch_tokens: int
    folder: Path
    workers: int = 1
    score_tokens: int | None = None
    positions: int = 512
    ahead: int = 0
    _source: Any
    """The SentencePiece processor of the source side."""
    _known: Container[str]
    """The source pieces that the model knows."""

    @abstractmethod
    def _start(
        self, batch: Sequence[Sequence[str]], decoding: Decoding, max_tokens: int
    ) -> Callable[[], list[Hypothesis]]:
        """Start translating a batch of source tokens; call the returned function for the result."""

    @abstractmethod
    def _start_score(
        self, sources: Sequence[Sequence[str]], targets: Sequence[Sequence[str]]
    ) -> Callable[[], list[ForcedScore]]:
        """Start scoring pairs, each side of one length; call the result for the scores."""

    def batch_bound(self, beam: int) -> int:
        """The most padded source tokens in a batch."""
        return self.batch_tokens if beam == 1 else self.wide_batch_tokens

    def lengths(self, texts: Sequence[str]) -> list[int]:
        """The source tokens of each text, including `</s>`."""
        return [len(pieces) + 1 for pieces in self._pieces(texts)]

    def parts(self, texts: Sequence[str]) -> list[list[str]]:
        """The parts in which each text is translated: one, or more if it is long."""
        limit = min(self.positions - 1, _COMFORTABLE)  # 1: </s>
        parts: list[list[str]] = []
        for text, pieces in zip(texts, self._pieces(texts), strict=True):
            if not text.strip():
                parts.append([])
            elif len(pieces) <= limit or not has_chinese(text):  # copied whole
                parts.append([text])
            else:
                split = split_to_fit(text, limit, self._count)
                parts.append([part for part in split if part.strip()])
        return parts

    def translate(
        self,
        texts: Sequence[str],
        decoding: Decoding | None = None,
        progress: Progress | None = None,
    ) -> list[Translation]:
        """Translate each text, in order; texts too long for the model are split."""
        decoding = decoding or Decoding()
        parts = self.parts(texts)
        items = [part for own in parts for part in own]
        owners = [number for number, own in enumerate(parts) for _ in own]
        unfinished = Counter(owners)
        lengths = self.lengths(items)
        most = bound(lengths, self.batch_bound(decoding.beam), self.workers)
        packed = pack([(padded(length),) for length in lengths], most)
        batches = ([items[i] for i in indices] for indices in packed)
        if progress is not None:
            progress(len(texts) - len(unfinished), 0)  # blank texts
        results: dict[int, Translation] = {}
        for indices, done in zip(packed, self.translate_batches(batches, decoding), strict=True):
            results.update(zip(indices, done, strict=True))
            unfinished.subtract(owners[i] for i in indices)
            if progress is not None:
                finished = sum(not unfinished[number] for number in {owners[i] for i in indices})
                progress(finished, sum(each.tokens for each in done))
        in_order = (results[i] for i in range(len(items)))
        return [joined(own, list(islice(in_order, len(own)))) for own in parts]

    def translate_batches(
        self, batches: Iterable[Sequence[str]], decoding: Decoding | None = None
    ) -> Iterator[list[Translation]]:
        """Translate batches of parts in order, without repacking; starts some in advance."""
        decoding = decoding or Decoding()
        waiting: deque[Callable[[], list[Translation]]] = deque()
        for batch in batches:
            waiting.append(self._begin(batch, decoding))
            if len(waiting) > self.ahead:
                yield waiting.popleft()()
        while waiting:
            yield waiting.popleft()()

    def score(self, sources: Sequence[str], targets: Sequence[str]) -> list[ForcedScore]:
        """Forced decoding of each target given its source: log p and number of tokens.

        A pair too long for the model is scored in parts, with source and target divided in the
        same proportions.
        """
        pairs: list[tuple[int, str, str]] = []
        for number, (source, target) in enumerate(zip(sources, targets, strict=True)):
            pairs += [(number, *part) for part in self._pairs_to_fit(source, target)]
        source_pieces = self._pieces([source for _, source, _ in pairs])
        target_pieces = self._target_pieces([target for _, _, target in pairs])
        sizes = [
            (len(source) + 1, len(target) + 1)  # unpadded: single pairs are scored as fast
            for source, target in zip(source_pieces, target_pieces, strict=True)
        ]
        waiting: deque[tuple[list[int], Callable[[], list[ForcedScore]]]] = deque()
        sums: list[tuple[float, int]] = [(0.0, 0)] * len(sources)

        def collect() -> None:
            indices, finish = waiting.popleft()
            for i, scored in zip(indices, finish(), strict=True):
                number = pairs[i][0]
                log_probability, tokens = sums[number]
                sums[number] = (log_probability + scored.log_probability, tokens + scored.tokens)

        for indices in pack(sizes, self.score_tokens or self.batch_tokens):
            started = self._start_score(
                [source_pieces[i] for i in indices], [target_pieces[i] for i in indices]
            )
            waiting.append((indices, started))
            if len(waiting) > self.ahead:
                collect()
        while waiting:
            collect()
        return [ForcedScore(*each) for each in sums]

    @cached_property
    def _target(self) -> Any:
        """The target side's tokenizer: part of Marian models of the hub, rebuilt for others."""
        from duizhao.models.weights.target_pieces import load_target_pieces

        return load_target_pieces(self.folder)

    def _pieces(self, texts: Sequence[str]) -> list[list[str]]:
        """The source tokens of each text, without `</s>`."""
        pieces: list[list[str]] = self._source.encode(list(texts), out_type=str)
        return pieces

    def _target_pieces(self, texts: Sequence[str]) -> list[list[str]]:
        """The target tokens of each text, without `</s>`."""
        pieces: list[list[str]] = self._target.encode_all(texts)
        return pieces

    def _count(self, text: str) -> int:
        return len(self._pieces([text])[0])

    def _begin(self, texts: Sequence[str], decoding: Decoding) -> Callable[[], list[Translation]]:
        """Start a batch of parts; call the returned function for the result.

        Parts without a Chinese character are copied: the model translates ✓ as "Zip.".
        """
        chinese = [text for text in texts if has_chinese(text)]
        batch = self._pieces(chinese)
        longest = max(map(len, batch), default=0)
        if longest >= self.positions:
            raise ValueError(f"a text of {longest} tokens: batches must consist of `parts`")
        most = min(decoding.max_tokens, self.positions)
        finish = self._start(batch, decoding, _room(batch, most)) if batch else list

        def wait() -> list[Translation]:
            done = {text: Translation(text, 0.0, 0, (COPIED,)) for text in texts}
            for text, pieces, hypothesis in zip(chinese, batch, finish(), strict=True):
                translation = self._finished(text, hypothesis, decoding, most)
                translation = replace(translation, text=detokenized(text, translation.text))
                if any(piece not in self._known and _matters(piece) for piece in pieces):
                    flags = dict.fromkeys((*translation.flags, UNKNOWN))
                    translation = replace(translation, flags=tuple(flags))
                done[text] = translation
            return [done[text] for text in texts]

        return wait

    def _finished(
        self, part: str, hypothesis: Hypothesis, decoding: Decoding, most: int, depth: int = 0
    ) -> Translation:
        """The hypothesis; if the limit cut it off, its halves or itself with a higher limit."""
        if hypothesis.finished:
            return Translation(hypothesis.text, hypothesis.score, hypothesis.tokens)
        halves = halve(part) if depth < _HALVINGS else [part]
        if len(halves) > 1:
            pieces = self._pieces(halves)
            again = self._start(pieces, decoding, _room(pieces, most))()
            done = [
                self._finished(half, one, decoding, most, depth + 1)
                for half, one in zip(halves, again, strict=True)
            ]
            return joined(halves, done)
        if hypothesis.tokens < most:
            hypothesis = self._start(self._pieces([part]), decoding, most)()[0]
        flags = () if hypothesis.finished else (OUTPUT_LIMIT_FLAG,)
        return Translation(hypothesis.text, hypothesis.score, hypothesis.tokens, flags)

    def _pairs_to_fit(self, source: str, target: str) -> list[tuple[str, str]]:
        """A pair, or its parts if one side is too long for the model."""
        limit = self.positions - 1
        longest = max(self._count(source), len(self._target_pieces([target])[0]))
        if longest <= limit:
            return [(source, target)]
        cuts = -(-longest // (limit * 3 // 4))  # parts may have uneven lengths
        pairs = list(zip(_divide(source, cuts), _divide(target, cuts), strict=True))
        return [fit for pair in pairs for fit in self._pairs_to_fit(*pair)]


def joined(parts: Sequence[str], done: Sequence[Translation]) -> Translation:
    """One translation from the parts of a text, with the score over all their tokens."""
    if not done:
        return Translation("", 0.0, 0)
    if len(done) == 1:
        return done[0]
    tokens = sum(each.tokens for each in done)
    total = sum(each.score * each.tokens for each in done)
    flags = dict.fromkeys(flag for each in done for flag in each.flags)
    if tokens:
        flags.pop(COPIED, None)  # of some parts only
    text = rejoin(parts, [each.text for each in done])
    return Translation(text, total / max(1, tokens), tokens, tuple(flags))


def _matters(piece: str) -> bool:
    """Whether a piece has letters, digits or meaningful signs.

    Punctuation, arrows, boxes and bullets may be lost without harm.
    """
    return any(
        unicodedata.category(char)[0] in "LNMS" and not "\u2190" <= char <= "\u27bf"
        for char in piece
        if char != "▁"
    )


def _room(batch: Sequence[Sequence[str]], most: int) -> int:
    """The most tokens for the outputs of a batch, the same for all texts of a size."""
    return min(most, _OUTPUT_TIMES * padded(max(map(len, batch)) + 1) + _OUTPUT_PLUS)


def _divide(text: str, parts: int) -> list[str]:
    """Divide a text into equal runs of characters."""
    edges = [round(i * len(text) / parts) for i in range(parts + 1)]
    return [text[a:b] for a, b in pairwise(edges)]
