"""Align again around fixed beads: each gap between them on its own, so that they hold.

Beads between two fixed ones can only pair what lies between them. A gap that has one side only
becomes deletions or insertions.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from duizhao.corpus.alignment.bead import Bead, check_cover
from duizhao.corpus.files.alignment_file import Work
from duizhao.evaluation.review.edits import ReviewBead

AlignTexts = Callable[[Sequence[str], Sequence[str], Sequence[str], Sequence[Bead]], list[Bead]]
"""(source, target, translation, fixed beads) to beads that cover both texts."""


def align_around(work: Work, beads: Sequence[ReviewBead], align: AlignTexts) -> list[Bead]:
    """Beads that cover both documents; those of `beads` that a person stands behind are kept.

    The whole texts are aligned at once, so that the aligner sees all of both; where it does not
    hold to a fixed bead, the gaps are aligned one by one.
    """
    source = [sentence.text for sentence in work.source.sentences]
    target = [sentence.text for sentence in work.target.sentences]
    translation = [one.text for one in work.translations]
    fixed = [one.bead for one in beads if one.fixed]
    found = list(align(source, target, translation, fixed))
    names = {str(bead) for bead in found}
    if not all(str(bead) in names for bead in fixed):
        found = []
        for (a, b), (c, d), bead in _gaps(beads, len(source), len(target)):
            if a < b and c < d:
                inside = align(source[a:b], target[c:d], translation[a:b], ())
                found += [_shifted(one, a, c) for one in inside]
            else:
                found += [Bead((number,), ()) for number in range(a, b)]
                found += [Bead((), (number,)) for number in range(c, d)]
            if bead is not None:
                found.append(bead)
    check_cover(found, len(source), len(target))
    return found


Gap = tuple[tuple[int, int], tuple[int, int], Bead | None]


def _gaps(beads: Sequence[ReviewBead], sources: int, targets: int) -> Iterator[Gap]:
    """(source range, target range) before each fixed bead, and the bead; at the end the last gap.

    A fixed bead with one side only stays where it stands now on the other side.
    """
    i = j = 0  # where the gap begins
    a = c = 0  # where the bead begins
    for one in beads:
        after_source = a + len(one.bead.source)
        after_target = c + len(one.bead.target)
        if one.fixed:
            yield (i, a), (j, c), one.bead
            i, j = after_source, after_target
        a, c = after_source, after_target
    yield (i, sources), (j, targets), None


def _shifted(bead: Bead, source: int, target: int) -> Bead:
    return Bead(
        tuple(number + source for number in bead.source),
        tuple(number + target for number in bead.target),
        bead.score,
        bead.confidence,
        bead.signals,
    )
