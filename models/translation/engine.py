"""The interface of every machine translation engine, and what it gives."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Protocol, runtime_checkable

from duizhao.corpus.translation import Translation

Progress = Callable[[int, int], None]
"""Called with (sentences done, target tokens made) since the last call."""


@dataclass(frozen=True, slots=True)
class Decoding:
    """Every setting that changes what comes out; part of each cache key."""

    beam: int = 4
    length_penalty: float = 1.0
    max_tokens: int = 512
    no_repeat_ngram: int = 0

    def key(self) -> str:
        """A stable text of the settings, for cache keys and reports.

        ``unknown=never``: no engine may write ``<unk>``. What was made before that was so has
        another key, and is not used.
        """
        settings = {**asdict(self), "unknown": "never"}
        return ";".join(f"{name}={value}" for name, value in sorted(settings.items()))


@dataclass(frozen=True, slots=True)
class ForcedScore:
    """Forced decoding of a given target: sum of log p over its tokens, and their number."""

    log_probability: float
    tokens: int


@runtime_checkable
class Engine(Protocol):
    """An engine gives one result for each text, in order, or raises; it never drops or cuts.

    `name` is "ctranslate2" or "transformers", `model_hash` the SHA-256 of the weights (the same in
    both engines), `compute_type` the arithmetic ("int8", "float32", ...), `workers` how many
    batches run at once. Two engines give different outputs for the same weights, so what is
    remembered is keyed by (`model_hash`, `name`, `compute_type`, `Decoding.key()`).
    """

    name: str
    model_name: str
    model_hash: str
    compute_type: str
    workers: int

    def batch_bound(self, beam: int) -> int:
        """How many padded source tokens a batch may hold."""
        ...

    def lengths(self, texts: Sequence[str]) -> list[int]:
        """How many source tokens each text takes."""
        ...

    def parts(self, texts: Sequence[str]) -> list[list[str]]:
        """The parts that each text is translated in: itself, or more where it is long.

        An empty text has none. `packed_engine.joined` joins the parts' translations.
        """
        ...

    def translate_batches(
        self,
        batches: Iterable[Sequence[str]],
        decoding: Decoding | None = None,
    ) -> Iterator[list[Translation]]:
        """Translate batches of parts as they are packed (see batching.py), in order.

        Batches are taken as they are needed, so `batches` may be endless.
        """
        ...

    def translate(
        self,
        texts: Sequence[str],
        decoding: Decoding | None = None,
        progress: Progress | None = None,
    ) -> list[Translation]:
        """Translate each text; texts longer than the model takes are split and rejoined."""
        ...

    def score(self, sources: Sequence[str], targets: Sequence[str]) -> list[ForcedScore]:
        """Score each target as a translation of its source by forced decoding."""
        ...
