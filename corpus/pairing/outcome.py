"""The result of pairing: pairs, and a reason for every unpaired document."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from duizhao.corpus.pairing.profile import Profile

Floats = NDArray[np.float64]
Indices = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Pair:
    """Two documents that are translations of each other.

    `confidence` is a probability. `reasons` are sentences for people, the strongest first.
    """

    source: Profile
    target: Profile
    confidence: float
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Unpaired:
    """A document without counterpart, and why.

    `reason` is one of ``duplicate``, ``revision``, ``excerpt``, ``part_of_counterpart``,
    ``uncertain`` and ``no_counterpart``; `other` is the path of the document that it duplicates,
    revises, is an excerpt of, or that contains its counterpart.
    """

    document: Profile
    reason: str
    other: str | None = None
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Pairing:
    """The result: pairs in the order of their sources, and every unpaired document."""

    pairs: tuple[Pair, ...]
    unpaired: tuple[Unpaired, ...]


@dataclass(frozen=True, slots=True)
class Scored:
    """Candidate pairs as columns: indices of both sides, features, log odds."""

    left: Indices
    right: Indices
    features: Floats
    log_odds: Floats
