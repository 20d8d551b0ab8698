"""The learned weights: one set for each combination of signals.

`weights.json` is written by
``python -m duizhao.evaluation.benchmarks.alignment.training DATA --write``.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

PATH = Path(__file__).with_name("weights.json")

ALL = ("overlap", "copied", "embedding", "length", "structure", "forced")
"""The optional signals; the bead-type prior is always used."""

LITERAL = {"overlap": (0.22, 0.72), "embedding": (0.3, 0.65)}
"""The `literal` of a signal's table (signals/) in the freest and in the most literal texts."""

Line = tuple[tuple[float, float], ...]


@dataclass(frozen=True, slots=True)
class Weights:
    """`values` by "signal.feature"; `run` is added for each gap that follows a gap.

    Novels and treaties need different weights: `literal_values` are added, multiplied by how
    literal the translation is (`literalness`, 0 to 1, from the signal `literal_signal`).
    `calibration` has the corners (probability in the search, share of such beads that are right)
    of the line that maps to a confidence. `judge` are the weights of the second search, among the
    beads scored by forced decoding.
    """

    values: Mapping[str, float]
    run: float
    calibration: Line = ((0.0, 0.0), (1.0, 1.0))
    judge: Weights | None = None
    literal_values: Mapping[str, float] = field(default_factory=dict)
    literal_signal: str | None = None

    def literalness(self, tables: Mapping[str, Any]) -> float:
        """How literal the translation is, between 0 (free) and 1, from the evidence's tables."""
        if self.literal_signal is None:
            return 0.0
        low, high = LITERAL[self.literal_signal]
        literal = tables[self.literal_signal].literal
        return float(min(max((literal - low) / (high - low), 0.0), 1.0))

    def vector(
        self, columns: Iterable[tuple[str, str]], literalness: float = 0.0
    ) -> NDArray[np.float32]:
        """The weights of the given (signal, feature) columns; 0 for columns without one."""
        import numpy as np

        from duizhao.corpus.alignment.signals import structure

        by_hand = {f"structure.{name}": value for name, value in structure.WEIGHTS.items()}
        known = by_hand | dict(self.values)
        names = [f"{signal}.{feature}" for signal, feature in columns]
        return np.array(
            [
                known.get(name, 0.0) + literalness * self.literal_values.get(name, 0.0)
                for name in names
            ],
            dtype=np.float32,
        )


def key(signals: Iterable[str]) -> str:
    """The name of a combination of signals, such as ``copied+length+overlap``."""
    return "+".join(sorted(set(signals) - {"prior", "structure", "marks", "forced"})) or "none"


@cache
def load(combination: str) -> Weights:
    """The weights of a combination of signals (see `key`).

    For one that was not learned, those of the smallest combination with all its signals.
    """
    known = _stored()
    if combination not in known:
        wanted = set(combination.split("+"))
        holding = [name for name in known if wanted <= set(name.split("+"))]
        combination = min(holding or known, key=len)
    return _weights(known[combination])


def _weights(stored: Mapping[str, Any]) -> Weights:
    judge = stored.get("judge")
    return Weights(
        stored["values"],
        stored["run"],
        tuple((x, y) for x, y in stored["calibration"]),
        _weights(judge) if judge else None,
        stored.get("literal_values", {}),
        stored.get("literal_signal"),
    )


@cache
def _stored() -> dict[str, Any]:
    stored: dict[str, Any] = json.loads(PATH.read_text(encoding="utf-8"))
    return stored
