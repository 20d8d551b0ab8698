"""What the aligner refuses."""

from __future__ import annotations

from duizhao.corpus.document import DuizhaoError


class NotParallel(DuizhaoError):  # noqa: N818 - a verdict on the pair, not a failure of ours
    """The two texts are not translations of each other; `figure` says how little they share.

    `figure` is the share of sentences (of the shorter side) that found a partner, between 0 and 1.
    """

    def __init__(self, message: str, figure: float) -> None:
        super().__init__(message)
        self.figure = figure
