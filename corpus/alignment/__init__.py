"""Sentence alignment: `align` gives beads; see docs/alignment.md."""

from corpus.alignment.aligner import align
from corpus.alignment.bead import Bead, check_cover, parse_bead
from corpus.alignment.errors import NotParallel

__all__ = ["Bead", "NotParallel", "align", "check_cover", "parse_bead"]
