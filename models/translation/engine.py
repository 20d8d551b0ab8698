"""The interface of every machine translation engine, and its results."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Protocol, runtime_checkable

from duizhao.corpus.translation import Translation
from duizhao.models.translation.detokenize import VERSION

Progress = Callable[[int, int], None]
"""Called with (sentences, target tokens) finished since the last call."""


@dataclass(frozen=True, slots=True)
class Decoding:
    """Every setting that changes the output; part of each cache key."""

    beam: int = 4
    length_penalty: float = 1.0
    max_tokens: int = 512
    no_repeat_ngram: int = 0

    def key(self) -> str:
        """A stable text of the settings, for cache keys and reports.

        ``unknown=never`` records that engines never output ``<unk>``, ``detokenized`` the version
        of the rules that remove the spaces of tokenized text.
        """
        settings = {**asdict(self), "unknown": "never", "detokenized": VERSION}
        return ";".join(f"{name}={value}" for name, value in sorted(settings.items()))


@dataclass(frozen=True, slots=True)
class ForcedScore:
    """Forced decoding of a given target: sum of log p over its tokens, and their number."""

    log_probability: float
    tokens: int


@runtime_checkable
class Engine(Protocol):
    """An engine returns one result per text, in order, or raises; it never drops or truncates.

    `name` is "ctranslate2" or "transformers", `model_hash` the SHA-256 of the weights (the same in
    both engines), `compute_type` the precision ("int8", "float32", ...), `workers` the number of
    batches running at once. Two engines give different outputs for the same weights, so the
    translation memory uses (`model_hash`, `name`, `compute_type`, `Decoding.key()`) as its key.
    """

    name: str
    model_name: str
    model_hash: str
    compute_type: str
    workers: int

    def batch_bound(self, beam: int) -> int:
        """The most padded source tokens in a batch."""
        ...

    def lengths(self, texts: Sequence[str]) -> list[int]:
        """The source tokens of each text."""
        ...

    def parts(self, texts: Sequence[str]) -> list[list[str]]:
        """The parts in which each text is translated: one, or more if it is long.

        An empty text has none. `packed_engine.joined` joins the parts' translations.
        """
        ...

    def translate_batches(
        self,
        batches: Iterable[Sequence[str]],
        decoding: Decoding | None = None,
    ) -> Iterator[list[Translation]]:
        """Translate batches of parts as they are packed (see batching.py), in order.

        Takes batches only as needed, so `batches` may be endless.
        """
        ...

    def translate(
        self,
        texts: Sequence[str],
        decoding: Decoding | None = None,
        progress: Progress | None = None,
    ) -> list[Translation]:
        """Translate each text; texts too long for the model are split and rejoined.

        A text without a Chinese character is copied and has the flag `COPIED`.
        """
        ...

    def score(self, sources: Sequence[str], targets: Sequence[str]) -> list[ForcedScore]:
        """Score each target as a translation of its source by forced decoding."""
        ...
