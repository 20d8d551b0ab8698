"""The models of an alignment, timed.

`Embedding` and `Forced` wrap the embedder and a translator's `score`: they measure the time of
both, and `Forced` estimates in advance how long forced decoding will take.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from duizhao.corpus.alignment.signals.forced import ForcedScore, Score

PROBE = 32
"""Pairs that are scored first, to estimate the time of all."""
AT_ONCE = 1024

Note = Callable[[str], None]
Progress = Callable[[str, int, int], None]


@dataclass(slots=True)
class Embedding:
    """An embedder that counts its `seconds`."""

    embed: Any
    seconds: float = 0.0

    def __call__(self, sentences: Sequence[str], spans: Sequence[tuple[int, int]]) -> Any:
        """Embed, and add the time to `seconds`."""
        start = time.perf_counter()
        made = self.embed(sentences, spans)
        self.seconds += time.perf_counter() - start
        return made


@dataclass(slots=True)
class Forced:
    """Scores pairs by forced decoding; estimates the time in advance, and counts its `seconds`.

    With `flipped` the model translates from the target to the source, so it scores the source given
    the target.
    """

    score: Score
    note: Note
    progress: Progress
    flipped: bool = False
    pairs: int = 0
    seconds: float = 0.0

    def __call__(self, sources: Sequence[str], targets: Sequence[str]) -> list[ForcedScore]:
        """The score of each pair, in order."""
        start = time.perf_counter()
        count = len(sources)
        if self.flipped:
            sources, targets = targets, sources
        # the time of a sample of all lengths, with and without stored scores, predicts the rest
        step = max(count // PROBE, 1)
        order = [*range(0, count, step)]
        size = len(order)
        order += [at for at in range(count) if at % step]
        found: dict[int, ForcedScore] = {}
        while len(found) < count:
            places = order[len(found) : len(found) + size]
            made = self.score([sources[at] for at in places], [targets[at] for at in places])
            found.update(zip(places, made, strict=True))
            taken = time.perf_counter() - start
            if size != AT_ONCE:
                size = AT_ONCE
                about = taken / len(found) * count
                self.note(
                    f"forced decoding: {count:,} pairs, about {max(about, 1):.0f} s "
                    "(--effort fast: none)"
                )
            self.progress(f"{len(found):,} of {count:,} pairs", len(found), count)
        self.pairs += count
        self.seconds += time.perf_counter() - start
        return [found[at] for at in range(count)]


def took(embed: Embedding | None, forced: Forced | None) -> list[str]:
    """Such as ``embeddings 2.1 s``, ``forced decoding 35.0 s (4,812 pairs)``."""
    parts = [f"embeddings {embed.seconds:.1f} s"] if embed else []
    if forced:
        parts.append(f"forced decoding {forced.seconds:.1f} s ({forced.pairs:,} pairs)")
    return parts
