"""One row of the corpus: a bead with its texts and where they come from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from duizhao.corpus.translation import COPIED

TargetKind = Literal["human", "machine"]

MIN_CONFIDENCE = 0.5
"""The default of `min_confidence`: a pair below it is more likely wrong than right."""


@dataclass(frozen=True, slots=True)
class Row:
    """One row of the corpus.

    Ids are numbers of sentences and blocks, counted from 0 in each document. `target` is the text
    of the reference (`target_kind` "human") or, without a reference, the machine translation
    ("machine"; then target ids and blocks are empty). `alignment_score`, `confidence` (a
    probability) and `signals` are those of the bead; the signal "recognition" is the probability of
    the recognised characters if the text comes from a scan. `mt_score` is the mean log-probability
    (natural logarithm) of a token of the machine translation, `mt_flags` are the flags of the
    guards. `metadata` has the further columns of a batch's manifest.
    """

    id: str
    source_document: str
    target_document: str | None
    source_ids: tuple[int, ...]
    target_ids: tuple[int, ...]
    source_blocks: tuple[int, ...]
    target_blocks: tuple[int, ...]
    section: str
    source: str
    target: str
    machine_translation: str
    target_kind: TargetKind
    bead_type: str
    alignment_score: float
    confidence: float
    signals: Mapping[str, float] = field(default_factory=dict)
    mt_score: float | None = None
    mt_flags: tuple[str, ...] = ()
    metadata: Mapping[str, Any] = field(default_factory=dict)

    @property
    def recognition(self) -> float | None:
        """The OCR confidence of the least certain sentence; None if no side is a scan."""
        return self.signals.get("recognition")

    @property
    def is_copied(self) -> bool:
        """Whether every source sentence was copied, so that there is no translation to score."""
        return COPIED in self.mt_flags and self.mt_score is None
