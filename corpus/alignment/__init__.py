"""Sentence alignment: `align` returns the beads of two texts; see docs/alignment.md."""

from duizhao.corpus.alignment.aligner import align
from duizhao.corpus.alignment.bead import Bead, check_cover, parse_bead
from duizhao.corpus.errors import NotParallel

__all__ = ["Bead", "NotParallel", "align", "check_cover", "parse_bead"]
