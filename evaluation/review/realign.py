"""Align again around fixed beads, which stay unchanged.

Beads between two fixed ones can only pair sentences between them. A gap with sentences on one side
only becomes deletions or insertions.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING, Literal

from duizhao.corpus.alignment.bead import Bead, check_cover
from duizhao.corpus.document import Document
from duizhao.corpus.files.alignment_file import Work
from duizhao.evaluation.review.edits import ReviewBead

if TYPE_CHECKING:
    from duizhao.corpus.alignment.signals.forced import Score
    from duizhao.models.embedding import SpanEmbedder

Realign = Callable[[Work, Sequence[ReviewBead]], list[Bead]]
"""Alignment and beads of a review to new beads around the corrected ones."""

AlignTexts = Callable[[Sequence[str], Sequence[str], Sequence[str], Sequence[Bead]], list[Bead]]
"""(source, target, translation, fixed beads) to beads that cover both texts."""


def align_around(work: Work, beads: Sequence[ReviewBead], align: AlignTexts) -> list[Bead]:
    """Beads that cover both documents, including the fixed ones of `beads`.

    The whole texts are aligned at once, so that the aligner can use all of both; if it changes a
    fixed bead, the gaps are aligned one by one.
    """
    moved = [one.bead for one in beads if one.moved and one.bead.source and one.bead.target]
    beads = uncrossed(beads)
    source = [sentence.text for sentence in work.source.sentences]
    target = [sentence.text for sentence in work.target.sentences]
    translation = [one.text for one in work.translations]
    fixed = [one.bead for one in beads if one.fixed]
    aligned = list(align(source, target, translation, fixed))
    names = {str(bead) for bead in aligned}
    if not all(str(bead) in names for bead in fixed):
        aligned = []
        for (a, b), (c, d), bead in _gaps(beads, len(source), len(target)):
            if a < b and c < d:
                inside = align(source[a:b], target[c:d], translation[a:b], ())
                aligned += [_shifted(one, a, c) for one in inside]
            else:
                aligned += [Bead((number,), ()) for number in range(a, b)]
                aligned += [Bead((), (number,)) for number in range(c, d)]
            if bead is not None:
                aligned.append(bead)
    check_cover(aligned, len(source), len(target))
    return _paired_again(aligned, moved)


def uncrossed(beads: Sequence[ReviewBead]) -> list[ReviewBead]:
    """The beads in the order of both documents: those of moved text are taken apart.

    Each side keeps its place in its own document.
    """
    kept: list[ReviewBead] = []
    apart: list[ReviewBead] = []
    for one in beads:
        if not (one.moved and one.bead.target):
            kept.append(one)
            continue
        if one.bead.source:
            kept.append(replace(one, bead=Bead(one.bead.source, ())))
        apart.append(replace(one, bead=Bead((), one.bead.target)))
    for one in apart:
        ends = (n for n, other in enumerate(kept) if other.bead.target[:1] > one.bead.target)
        kept.insert(next(ends, len(kept)), one)
    return kept


def _paired_again(beads: Sequence[Bead], moved: Sequence[Bead]) -> list[Bead]:
    """The beads with the two sides of moved text as one, at the place of the source."""
    by_source = {bead.source: bead for bead in moved}
    targets = {bead.target for bead in moved}
    return [
        by_source.get(bead.source, bead) if bead.source else bead
        for bead in beads
        if bead.source or bead.target not in targets
    ]


Gap = tuple[tuple[int, int], tuple[int, int], Bead | None]


def _gaps(beads: Sequence[ReviewBead], sources: int, targets: int) -> Iterator[Gap]:
    """(source range, target range) before each fixed bead, and the bead; at the end the last gap.

    A fixed bead with one side only keeps its place on the other side.
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


def realigner(effort: Literal["fast", "normal", "best"], scorer: Callable[[], Score]) -> Realign:
    """A function that aligns again around the corrected beads.

    It loads the sentence embeddings at its first call, and the forced decoding of `scorer` unless
    the effort is `fast`.
    """

    @cache
    def models() -> tuple[SpanEmbedder, Score | None]:
        from duizhao.models.embedding import SpanEmbedder

        return SpanEmbedder(), None if effort == "fast" else scorer()

    def realign(work: Work, beads: Sequence[ReviewBead]) -> list[Bead]:
        from duizhao.corpus.alignment import align

        embed, score = models()
        counts = (len(work.source.sentences), len(work.target.sentences))

        def align_texts(
            source: Sequence[str],
            target: Sequence[str],
            translation: Sequence[str],
            fixed: Sequence[Bead],
        ) -> list[Bead]:
            whole = (len(source), len(target)) == counts
            return align(
                source,
                target,
                translation if any(translation) else None,
                embed=embed,
                score=score,
                source_structure=places(work.source) if whole else None,
                target_structure=places(work.target) if whole else None,
                fixed=fixed,
                effort=effort,
                check_parallel=False,
            )

        return align_around(work, beads, align_texts)

    return realign


def places(document: Document) -> list[tuple[int, str, str | None]]:
    """Block number, kind and mark of each sentence, for the aligner's structure signal."""
    return [
        (block.id, block.kind, block.mark) for block in document.blocks for _ in block.sentences
    ]
