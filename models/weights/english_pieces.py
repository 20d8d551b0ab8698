"""Restrict the default model's output to English pieces.

More than half of decoding is the choice among 65,000 pieces at every step; 31,000 of them are
Chinese, because both sides share the vocabulary. CTranslate2 reads a list of the pieces to choose
from, ``vmap.txt``, in the model's folder. With it the model is a third faster and its output the
same (docs/measurements.md). Shorter lists, with the pieces likely for each source piece, are faster
still but silently misspell rare names.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from duizhao.corpus.replacing import replacing
from duizhao.corpus.script import EAST_ASIAN_CHARACTER
from duizhao.models.weights.default import default_folder

_VMAP = "vmap.txt"


def use_english_pieces(folder: Path) -> bool:
    """Write the list to the default model's folder if needed; whether it is there.

    Other models choose from their whole vocabulary, and so does the default one if its folder is
    not writable.
    """
    if folder != default_folder():
        return False
    vmap = folder / _VMAP
    if vmap.is_file():
        return True
    pieces = json.loads((folder / "shared_vocabulary.json").read_text(encoding="utf-8"))
    try:
        with replacing(vmap) as temporary:
            # no source pieces before the tab: for every source
            line = "\t" + " ".join(english_pieces(pieces)) + "\n"
            temporary.write_text(line, encoding="utf-8", newline="\n")
    except OSError:
        return False
    return True


def english_pieces(pieces: Sequence[str]) -> list[str]:
    """The pieces without Chinese characters or punctuation."""
    chinese = EAST_ASIAN_CHARACTER.search
    return [piece for piece in pieces if not chinese(piece) and " " not in piece]
