"""The aligner that the review page uses, with the models that a build would use."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from duizhao.corpus.alignment.bead import Bead
from duizhao.corpus.document import Document
from duizhao.corpus.files.alignment_file import Work
from duizhao.evaluation.review.edits import ReviewBead


def realigner(effort: str, model: str | None = None) -> Any:
    """(work, beads of the review) to new beads around the corrected ones.

    The models are loaded when it is first called. `effort` as in `duizhao align`: fast asks
    sentence embeddings only, the others also the translation model.
    """
    loaded: dict[str, Any] = {}

    def realign(work: Work, beads: Sequence[ReviewBead]) -> list[Bead]:
        from duizhao.corpus.alignment import align
        from duizhao.evaluation.review.realign import align_around

        if not loaded:
            loaded.update(_load(effort, model))
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
                effort=effort,  # type: ignore[arg-type]
                check_parallel=False,
                **loaded,
                **(structures if whole else {}),  # type: ignore[arg-type]
            )

        return align_around(work, beads, align_texts)

    return realign


def _load(effort: str, model: str | None) -> dict[str, Any]:
    from duizhao.models.embedding import SpanEmbedder

    loaded: dict[str, Any] = {"embed": SpanEmbedder()}
    if effort != "fast":
        from duizhao.models.translation.load import load_engine

        loaded["score"] = load_engine(model).score
    return loaded


def _structure(document: Document) -> list[tuple[int, str, str | None]]:
    """(block, kind, mark) of each sentence."""
    return [
        (block.id, block.kind, block.mark) for block in document.blocks for _ in block.sentences
    ]
