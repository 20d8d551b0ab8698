"""Interpolate the trained weights with those of the base: most of the gain, less forgetting.

Models interpolated between a base and its fine-tuned form are often better in the domain than the
base and no worse on other text (Wortsman et al. 2022, WiSE-FT). The share of the change is chosen
by the loss on the sentences that choose the best step: unlike scores of translations, it hardly
varies by chance between models that differ so little.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from duizhao.models.training.examples import Example
from duizhao.models.training.state import TrainingState
from duizhao.models.weights.marian_model import load_marian

SHARES = (0.0, 0.25, 0.5, 0.75, 1.0)
"""Shares of the change of each weight to compare; 0 is the base."""

KEPT = 0.9
"""Least part of the best gain that the chosen share must have."""


def blend(
    state: TrainingState, base: Path, best: Path, chosen_by: Sequence[Example]
) -> tuple[float, Mapping[float, float]]:
    """Load the chosen blend of two models into the state; its share, and the loss of each share."""
    old, new = _weights(base, state.device), _weights(best, state.device)
    losses = {}
    for share in SHARES:
        _put(state, old, new, share)
        losses[share] = state.loss(chosen_by)
    share = least_share(losses)
    _put(state, old, new, share)
    return share, losses


def least_share(losses: Mapping[float, float]) -> float:
    """The least share of the change that has most of the gain; the smallest one without a gain.

    >>> least_share({0.0: 2.00, 0.25: 1.98, 0.5: 1.965, 0.75: 1.962, 1.0: 1.97})
    0.5
    """
    wanted = losses[0.0] - KEPT * (losses[0.0] - min(losses.values()))
    return next(
        (share for share in sorted(losses) if share and losses[share] <= wanted), min(SHARES[1:])
    )


def _weights(folder: Path, device: str) -> dict[str, Any]:
    model = load_marian(folder)
    return {name: parameter.detach().to(device) for name, parameter in model.named_parameters()}


def _put(state: TrainingState, old: dict[str, Any], new: dict[str, Any], share: float) -> None:
    import torch

    with torch.no_grad():
        for name, parameter in state.trained.items():
            parameter.copy_(torch.lerp(old[name], new[name], share))
