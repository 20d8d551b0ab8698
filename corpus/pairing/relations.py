"""Reasons why a document has no counterpart, by its resemblance to paired documents.

Documents of one language are compared by bottom-k sketches of their shingles (Broder 1997): among
the hashes up to the smaller of both sketches' maxima, the shared ones estimate resemblance and
containment without bias.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from duizhao.corpus.pairing.evidence import FEATURES, Vectors
from duizhao.corpus.pairing.outcome import Scored, Unpaired
from duizhao.corpus.pairing.profile import Profile
from duizhao.corpus.pairing.sequence import in_order

DUPLICATE = 0.98
"""Least resemblance of duplicates: two formats or copies of the same text."""
REVISION = 0.4
"""Least resemblance of two versions of a text."""
EXCERPT = 0.7
"""Least share of an excerpt's shingles that the longer document contains."""
NEAREST = 8
"""Number of documents of the same language with which a document is compared."""
HELD = 0.5
"""Least probability of a pair for which the reason names a counterpart that is already paired."""
PART = 0.25
"""Least match in order (sequence.py) for a text to be part of another document's counterpart."""

_PASSAGES = FEATURES.index("passages")


def compare(one: Profile, other: Profile) -> tuple[float, float]:
    """(resemblance, share of `one` that is in `other`), each 0 to 1."""
    a, b = one.sketch, other.sketch
    if not len(a) or not len(b):
        return 0.0, 0.0
    # a sketch with all hashes of a document is complete up to the largest number
    most = min(
        (sketch[-1] for sketch, p in ((a, one), (b, other)) if len(sketch) < p.shingles),
        default=max(a[-1], b[-1]),
    )
    a, b = a[a <= most], b[b <= most]
    if not len(a):
        return 0.0, 0.0
    both = len(np.intersect1d(a, b, assume_unique=True))
    return both / (len(a) + len(b) - both), both / len(a)


def without_duplicates(
    profiles: Sequence[Profile],
) -> tuple[list[Profile], list[Unpaired]]:
    """One document of each group of duplicates, the longest; an entry for each of the others.

    Documents with different symbols are not duplicates, however similar: an addendum or corrigendum
    may repeat the text of its document.
    """
    order = sorted(range(len(profiles)), key=lambda at: order_key(profiles[at]))
    related = _Relatives(profiles)
    stands_for: dict[int, int] = {}
    for at in order:
        for other in related.nearest(at):
            if (
                other not in stands_for
                and order_key(profiles[other]) < order_key(profiles[at])
                and profiles[other].symbol == profiles[at].symbol
                and compare(profiles[at], profiles[other])[0] >= DUPLICATE
            ):
                stands_for[at] = other
                break
    entries = [
        Unpaired(profiles[at], "duplicate", profiles[other].path)
        for at, other in sorted(stands_for.items())
    ]
    return [p for at, p in enumerate(profiles) if at not in stands_for], entries


def order_key(profile: Profile) -> tuple[int, str]:
    """Sorts the longest document first."""
    return -profile.sentences, profile.path


def explain(
    sources: Sequence[Profile],
    targets: Sequence[Profile],
    scored: Scored,
    kept: NDArray[np.int64],
    sentences: Vectors | None = None,
) -> tuple[Unpaired, ...]:
    """An entry for each document that is in none of the `kept` candidates, sources first.

    `sentences` returns the unit vectors of all sentences of a document; it is needed to recognise a
    document that translates a part of a paired document.
    """
    taken = [set(scored.left[kept].tolist()), set(scored.right[kept].tolist())]
    partner = [
        dict(zip(scored.left[kept].tolist(), scored.right[kept].tolist(), strict=True)),
        dict(zip(scored.right[kept].tolist(), scored.left[kept].tolist(), strict=True)),
    ]
    found: list[Unpaired] = []
    for side, profiles in enumerate((sources, targets)):
        mine, its = (scored.left, scored.right) if side == 0 else (scored.right, scored.left)
        others = (targets, sources)[side]
        related = _Relatives(profiles)
        for index, profile in enumerate(profiles):
            if index in taken[side]:
                continue
            entry = related.explain(index, taken[side])
            if entry is None:
                own = np.flatnonzero(mine == index)
                held = own[[int(its[at]) in partner[1 - side] for at in own]]
                # the most similar by passages, even if it is paired with another document
                held = held[np.argsort(-scored.features[held, _PASSAGES], kind="stable")][:1]
                if sentences and len(held) and _is_part(profile, others[its[held[0]]], sentences):
                    entry = _part(profile, int(its[held[0]]), others, partner[1 - side], profiles)
                else:
                    best = own[np.argmax(scored.log_odds[own])] if len(own) else None
                    entry = _from_candidates(
                        profile, best, its, others, scored, partner[1 - side], profiles
                    )
            found.append(entry)
    return tuple(found)


def _from_candidates(
    profile: Profile,
    best: np.int64 | None,
    its: NDArray[np.int64],
    others: Sequence[Profile],
    scored: Scored,
    partner: dict[int, int],
    profiles: Sequence[Profile],
) -> Unpaired:
    if best is None:
        return Unpaired(profile, "no_counterpart")
    rival = int(its[best])
    likely = 1 / (1 + np.exp(-np.clip(scored.log_odds[best], -50, 50)))
    if rival in partner and likely >= HELD:
        return _part(profile, rival, others, partner, profiles)
    if likely >= HELD / 5:
        return Unpaired(
            profile, "uncertain", others[rival].path, f"likely by {likely:.2f} only; check by eye"
        )
    return Unpaired(profile, "no_counterpart")


def _is_part(profile: Profile, other: Profile, sentences: Vectors) -> bool:
    """Whether the sentences of a document match those of the other one in order."""
    one, whole = (sentences(each).astype(np.float32) for each in (profile, other))
    return in_order(one @ whole.T) >= PART


def _part(
    profile: Profile,
    other: int,
    others: Sequence[Profile],
    partner: dict[int, int],
    profiles: Sequence[Profile],
) -> Unpaired:
    detail = f"which is paired with {profiles[partner[other]].path}"
    return Unpaired(profile, "part_of_counterpart", others[other].path, detail)


class _Relatives:
    """Documents of one language by the hashes of their sketches."""

    def __init__(self, profiles: Sequence[Profile]) -> None:
        from scipy.sparse import csr_matrix

        self.profiles = profiles
        sketches = [profile.sketch for profile in profiles]
        flat = np.concatenate([np.empty(0, np.uint64), *sketches])
        known, columns = np.unique(flat, return_inverse=True)
        starts = np.concatenate(([0], np.cumsum([len(sketch) for sketch in sketches])))
        shape = (len(profiles), max(len(known), 1))
        self.matrix = csr_matrix((np.ones(len(flat), np.float32), columns, starts), shape=shape)
        self.turned = self.matrix.T.tocsr()

    def nearest(self, index: int) -> list[int]:
        """The documents whose sketches share most with this one's, without itself."""
        near = (self.matrix[index] @ self.turned).tocsr()
        order = near.indices[np.argsort(-near.data, kind="stable")]
        return [other for other in order[: NEAREST + 1].tolist() if other != index]

    def explain(self, index: int, taken: set[int]) -> Unpaired | None:
        """The entry of a document that resembles another one, None if it resembles none."""
        profile = self.profiles[index]
        best: tuple[tuple[bool, float], Unpaired] | None = None
        for other in self.nearest(index):
            rival = self.profiles[other]
            resemblance, inside = compare(profile, rival)
            if resemblance >= REVISION and other in taken:
                key = (True, resemblance)
            elif inside >= EXCERPT and profile.shingles < rival.shingles:
                key = (False, inside)
            else:
                continue
            if best is None or key > best[0]:
                reason = "revision" if key[0] else "excerpt"
                detail = f"{key[1]:.0%} of its wording is in both"
                best = key, Unpaired(profile, reason, rival.path, detail)
        return best[1] if best else None
