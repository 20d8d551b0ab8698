"""The default model writes English: its Chinese pieces are left out of the choice.

More than half of the work of decoding is the choice among 65,000 pieces at every step; 31,000 of
them are Chinese and stand in the vocabulary because both sides share it. CTranslate2 takes a list
of the pieces to choose from as ``vmap.txt`` beside the model. With it the model is a third faster
and says the same (docs/measurements.md); shorter lists, made from what each source piece can call
for, are faster still but spell rare names wrong without a sign of it.
"""

from __future__ import annotations

import json
import re
import tempfile
from collections.abc import Sequence
from pathlib import Path

from duizhao.models.weights.default import default_folder

_CHINESE = re.compile(r"[\u2e80-\u9fff\uf900-\uffef]")
_VMAP = "vmap.txt"


def use_english_pieces(folder: Path) -> bool:
    """Put the list beside the default model, where CTranslate2 finds it; whether it is there.

    Other models choose from their whole vocabulary, and so does the default one where its folder
    cannot be written.
    """
    if folder != default_folder():
        return False
    vmap = folder / _VMAP
    if vmap.is_file():
        return True
    pieces = json.loads((folder / "shared_vocabulary.json").read_text(encoding="utf-8"))
    try:
        with tempfile.NamedTemporaryFile(
            "w", encoding="utf-8", newline="\n", dir=folder, suffix=".tmp", delete=False
        ) as stream:
            # no source pieces before the tab: for every source
            stream.write("\t" + " ".join(english_pieces(pieces)) + "\n")
        Path(stream.name).replace(vmap)
    except OSError:
        return False
    return True


def english_pieces(pieces: Sequence[str]) -> list[str]:
    """The pieces without Chinese characters or punctuation."""
    return [piece for piece in pieces if not _CHINESE.search(piece) and " " not in piece]
