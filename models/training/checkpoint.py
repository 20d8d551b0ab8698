"""The state of a training on disk, written completely or not at all."""

from __future__ import annotations

import pickle
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from duizhao.corpus.errors import ModelError, writing
from duizhao.corpus.replacing import replacing

_DAMAGE = (OSError, RuntimeError, LookupError, ValueError, TypeError, AttributeError, EOFError)
"""Errors, besides pickle's own, of torch and of this module for a damaged file."""


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """The state from which a training continues exactly.

    `step` counts the finished steps and determines batches and dropout. `scores` has (step, score)
    of each evaluation, `weights` the parameters that are trained, by name.
    """

    step: int
    scores: Sequence[tuple[int, float]]
    weights: dict[str, Any]
    optimizer: dict[str, Any]


def save(path: Path, checkpoint: Checkpoint) -> None:
    """Replace the file by this checkpoint."""
    import torch

    with writing(path), replacing(path) as temporary:
        torch.save(
            {
                "step": checkpoint.step,
                "scores": [list(pair) for pair in checkpoint.scores],
                "weights": checkpoint.weights,
                "optimizer": checkpoint.optimizer,
            },
            temporary,
        )


def load(path: Path, device: str) -> Checkpoint | None:
    """The checkpoint in a file, None if there is none; ModelError if it is damaged."""
    import torch

    if not path.is_file():
        return None
    try:
        read = torch.load(path, map_location=device, weights_only=True)
        scores = [(int(step), float(score)) for step, score in read["scores"]]
        return Checkpoint(int(read["step"]), scores, read["weights"], read["optimizer"])
    except (*_DAMAGE, pickle.UnpicklingError) as error:
        reason = str(error).strip().splitlines()[0] if str(error).strip() else repr(error)
        raise ModelError(
            f"{path}: the checkpoint is damaged ({reason}); remove it to start again"
        ) from error
