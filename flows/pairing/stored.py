"""Profiles as text, for files and caches: arrays as base64 of their bytes."""

from __future__ import annotations

from base64 import b64decode, b64encode
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from duizhao.corpus.pairing.profile import Profile
from duizhao.flows.results import StoredProfile

Scalar = TypeVar("Scalar", bound=np.generic)


def pack(profile: Profile) -> StoredProfile:
    """The profile as text."""
    return StoredProfile(
        path=profile.path,
        language=profile.language,
        sentences=profile.sentences,
        characters=profile.characters,
        tokens=array_text(profile.tokens),
        numeric=array_text(profile.numeric),
        vectors=array_text(profile.vectors),
        sketch=array_text(profile.sketch),
        shingles=profile.shingles,
        symbol=profile.symbol,
        stem=profile.stem,
    )


def unpack(stored: StoredProfile) -> Profile:
    """The profile that was packed."""
    return Profile(
        path=stored.path,
        language=stored.language,
        sentences=stored.sentences,
        characters=stored.characters,
        tokens=text_array(stored.tokens, np.uint32),
        numeric=text_array(stored.numeric, np.bool_),
        vectors=vectors_of(stored.vectors),
        sketch=text_array(stored.sketch, np.uint64),
        shingles=stored.shingles,
        symbol=stored.symbol,
        stem=stored.stem,
    )


def array_text(array: NDArray[np.generic]) -> str:
    """The bytes of an array as base64."""
    return b64encode(np.ascontiguousarray(array).tobytes()).decode()


def text_array(text: str, kind: type[Scalar]) -> NDArray[Scalar]:
    """The flat array of this type."""
    return np.frombuffer(b64decode(text), dtype=kind)


DIMENSION = 512
"""Dimension of the sentence embeddings (duizhao.models.embedding)."""


def vectors_of(text: str) -> NDArray[np.float16]:
    """Vectors of sentences or passages, shape (count, DIMENSION)."""
    return text_array(text, np.float16).reshape(-1, DIMENSION)
