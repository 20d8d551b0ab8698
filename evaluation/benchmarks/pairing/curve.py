"""Seconds and memory of pairing up to 10,000 by 10,000 documents, without reading them.

A set of real documents is repeated. Each copy has different tokens and wording, and its vectors are
transformed (dimensions exchanged, some signs changed), so that the cosines within a copy are
unchanged and those between copies are about those of unrelated texts.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import psutil

from duizhao.corpus.pairing import Profile, pair
from duizhao.evaluation.benchmarks.pairing.profiles import Reader, Vectors

SIZES = (500, 1000, 2000, 5000, 10_000)


def run(
    sources: Sequence[Profile],
    targets: Sequence[Profile],
    truth: dict[int, int],
    reader: Reader,
    largest: int,
) -> None:
    """Print a line for each size."""
    for size in (size for size in SIZES if size <= largest):
        copies = -(-size // len(sources))
        many = [
            [one for copy in range(copies) for one in map(_Turn(copy), side)][:size]
            for side in (sources, targets)
        ]
        expected = {
            f"{sources[i].path}#{copy}": f"{targets[j].path}#{copy}"
            for i, j in truth.items()
            for copy in range(copies)
        }
        present = {one.path for side in many for one in side}
        start = time.perf_counter()
        result = pair(many[0], many[1], lambda profile: _sentences(profile, reader))
        seconds = time.perf_counter() - start
        right = sum(expected.get(p.source.path) == p.target.path for p in result.pairs)
        possible = sum(i in present and j in present for i, j in expected.items())
        print(
            f"{size} by {size}: {seconds:.0f} s, "
            f"{psutil.Process().memory_info().rss >> 20} MB, "
            f"precision {right / len(result.pairs):.4f}, recall {right / possible:.4f}",
            flush=True,
        )


class _Turn:
    """Makes the copy of a profile."""

    def __init__(self, copy: int) -> None:
        self.copy = copy
        chance = np.random.default_rng(copy)
        self.order = chance.permutation(512)
        self.signs = chance.choice((-1, 1), 512).astype(np.float16)

    def __call__(self, profile: Profile) -> Profile:
        if not self.copy:
            return replace(profile, path=f"{profile.path}#0")
        mask = np.uint64(0x9E3779B97F4A7C15 * self.copy % 2**64)
        return replace(
            profile,
            path=f"{profile.path}#{self.copy}",
            tokens=profile.tokens ^ np.uint32(mask & np.uint64(0xFFFFFFFF)),
            vectors=self.turned(profile.vectors),
            sketch=np.sort(profile.sketch + mask),
        )

    def turned(self, vectors: Vectors) -> Vectors:
        return vectors[:, self.order] * self.signs


def _sentences(profile: Profile, reader: Reader) -> Vectors:
    path, _, copy = profile.path.rpartition("#")
    vectors = reader(replace(profile, path=path))
    return _Turn(int(copy)).turned(vectors) if int(copy) else vectors
