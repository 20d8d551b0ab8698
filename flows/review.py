"""The aligner that the review page uses, with the models that a build would use."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from duizhao.corpus.alignment.bead import Bead
from duizhao.corpus.document import Document
from duizhao.corpus.files.alignment_file import Work
from duizhao.evaluation.review.edits import ReviewBead
from duizhao.flows import stages
from duizhao.flows.settings import Settings


def realigner(settings: Settings) -> Any:
    """(work, beads of the review) to new beads around the corrected ones.

    The models are loaded at the first call. With the effort `fast` they are the sentence embeddings
    only, otherwise the translation model too.
    """
    loaded: dict[str, Any] = {}

    def realign(work: Work, beads: Sequence[ReviewBead]) -> list[Bead]:
        from duizhao.corpus.alignment import align
        from duizhao.evaluation.review.realign import align_around

        if not loaded:
            loaded.update(_load(settings))
        structures = {
            "source_structure": _structure(work.source),
            "target_structure": _structure(work.target),
        }

        def align_texts(
            source: Sequence[str],
            target: Sequence[str],
            translation: Sequence[str],
            fixed: Sequence[Bead],
        ) -> list[Bead]:
            whole = len(source) == len(work.source.sentences) and len(target) == len(
                work.target.sentences
            )
            return align(
                source,
                target,
                translation,
                fixed=fixed,
                effort=settings.effort,
                check_parallel=False,
                **loaded,
                **(structures if whole else {}),  # type: ignore[arg-type]
            )

        return align_around(work, beads, align_texts)

    return realign


def _load(settings: Settings) -> dict[str, Any]:
    from duizhao.models.embedding import SpanEmbedder

    loaded: dict[str, Any] = {"embed": SpanEmbedder()}
    if settings.effort != "fast":
        loaded["score"] = stages.engine_of(settings).score
    return loaded


def _structure(document: Document) -> list[tuple[int, str, str | None]]:
    """(block, kind, mark) of each sentence."""
    return [
        (block.id, block.kind, block.mark) for block in document.blocks for _ in block.sentences
    ]
