"""The learned weights: one set for each combination of signals.

`weights.json` is written by ``python -m evaluation.benchmarks.alignment_tuning``.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

PATH = Path(__file__).with_name("weights.json")

ALL = ("overlap", "copied", "embedding", "length", "structure", "forced")


@dataclass(frozen=True, slots=True)
class Weights:
    """`values` by "signal.feature"; `run` is added for each gap that follows a gap.

    `calibration` are the corners (probability of the search, share of such beads that are right)
    of the line that makes a confidence.
    """

    values: Mapping[str, float]
    run: float
    calibration: tuple[tuple[float, float], ...] = ((0.0, 0.0), (1.0, 1.0))

    def vector(self, columns: Iterable[tuple[str, str]]) -> NDArray[np.float32]:
        """The weights of the given (signal, feature) columns."""
        import numpy as np

        from corpus.alignment.signals import structure

        by_hand = {
            f"structure.{name}": value
            for name, value in zip(structure.COLUMNS, structure.WEIGHTS, strict=True)
        }
        known = by_hand | dict(self.values)
        return np.array(
            [known.get(f"{signal}.{feature}", 0.0) for signal, feature in columns], dtype=np.float32
        )


def key(signals: Iterable[str]) -> str:
    """The name of a combination of signals, as ``copied+length+overlap``."""
    return "+".join(sorted(set(signals) - {"prior", "structure", "marks", "translated"})) or "none"


@cache
def load(combination: str) -> Weights:
    """The weights of a combination of signals (see `key`).

    For one that was not learned, those of the smallest combination that holds all its signals.
    """
    known = _stored()
    if combination not in known:
        wanted = set(combination.split("+"))
        holding = [name for name in known if wanted <= set(name.split("+"))]
        if combination == "none":
            holding = list(known)
        combination = min(holding, key=len)
    stored = known[combination]
    return Weights(stored["values"], stored["run"], tuple((x, y) for x, y in stored["calibration"]))


def is_learned(combination: str) -> bool:
    """Whether there are weights for exactly this combination."""
    return combination in _stored()


@cache
def _stored() -> dict[str, Any]:
    stored: dict[str, Any] = json.loads(PATH.read_text(encoding="utf-8"))
    return stored
