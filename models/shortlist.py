"""A word list for the default model: which target pieces a source can call for.

More than half of the work of decoding is the choice among 65,000 pieces at every step, of which a
sentence can use a few thousand. The list has the `ALWAYS` most frequent pieces that are not
Chinese, and for each source piece those beyond them that the model itself says for it. It ships as
``data/opus-mt-zh-en-int8.shortlist.tsv`` (source piece, then its target pieces, tab-separated) and is
made from the model alone, by

    python -m models.shortlist models/data/opus-mt-zh-en-int8.shortlist.tsv

in some minutes. CTranslate2 reads it as ``vmap.txt`` beside the model. Derived from OPUS-MT
(CC-BY 4.0, see NOTICE).
"""

from __future__ import annotations

import json
import os
import re
import sys
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from models.cores import usable_cores
from models.errors import WeightsError
from models.weights import default_folder, default_model

ALWAYS = 12_000
_FILE = Path(__file__).parent / "data" / "opus-mt-zh-en-int8.shortlist.tsv"
_CHINESE = re.compile(r"[\u2e80-\u9fff\uf900-\uffef]")
_ENDINGS = ("s", "es", "d", "ed", "ing", "ly", "al", "'", "n", "ian", "an")


def use_shortlist(folder: Path) -> bool:
    """Put the list beside the default model, where CTranslate2 finds it; whether it is there.

    Other models have no list, and where the folder cannot be written the default does without.
    """
    if folder != default_folder() or not _FILE.is_file():
        return False
    made = folder / f"vmap-{_FILE.stat().st_size}-{ALWAYS}.txt"
    vmap = folder / "vmap.txt"
    if made.is_file() and vmap.is_file():
        return True
    try:
        with tempfile.NamedTemporaryFile(
            "w", encoding="utf-8", dir=folder, suffix=".tmp", delete=False
        ) as stream:
            stream.writelines(_vmap(_pieces(folder), _FILE))
        Path(stream.name).replace(vmap)
        made.touch()
    except OSError:
        return False
    return True


def always(pieces: Sequence[str]) -> list[str]:
    """The most frequent pieces that are not Chinese; the vocabulary is sorted by frequency."""
    return [piece for piece in pieces if not _CHINESE.search(piece) and " " not in piece][:ALWAYS]


def _vmap(pieces: Sequence[str], shortlist: Path) -> Iterator[str]:
    """Lines as CTranslate2 reads them: source piece, tab, target pieces with spaces between."""
    yield "\t" + " ".join(always(pieces)) + "\n"
    for line in shortlist.read_text(encoding="utf-8").split("\n"):
        source, _, targets = line.partition("\t")
        if targets:
            yield f"{source}\t{targets.replace(chr(9), ' ')}\n"


def _pieces(folder: Path) -> list[str]:
    read: list[str] = json.loads((folder / "shared_vocabulary.json").read_text(encoding="utf-8"))
    return read


def build(path: Path, batch: int = 1024, hypotheses: int = 2) -> None:
    """Ask the model for the translations of every source piece alone, and write the list."""
    import ctranslate2
    import sentencepiece

    folder = default_model()
    pieces = _pieces(folder)
    vocabulary = set(pieces)
    common = set(always(pieces))
    tokenizer: Any = sentencepiece.SentencePieceProcessor(str(folder / "source.spm"))
    sources = [tokenizer.id_to_piece(i) for i in range(tokenizer.get_piece_size())]
    sources = sorted((piece for piece in sources if piece in vocabulary), key=len)
    translator = ctranslate2.Translator(
        str(folder), compute_type="int8", inter_threads=usable_cores(), intra_threads=1
    )
    lines = []
    for start in range(0, len(sources), batch):
        chunk = sources[start : start + batch]
        results = translator.translate_batch(
            [[piece] for piece in chunk],
            max_batch_size=128,
            beam_size=hypotheses,
            num_hypotheses=hypotheses,
            max_decoding_length=6,
        )
        for piece, result in zip(chunk, results, strict=True):
            said = [target for hypothesis in result.hypotheses for target in hypothesis]
            wanted = _forms([piece, *said], vocabulary)
            rare = sorted(w for w in wanted if w not in common and not _CHINESE.search(w))
            if rare:
                lines.append("\t".join([piece, *rare]) + "\n")
        print(f"{start + len(chunk)} of {len(sources)}", file=sys.stderr, flush=True)
    if not lines:
        raise WeightsError("the model said nothing; fetch it again")
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    temporary.write_text("".join(sorted(lines)), encoding="utf-8")
    temporary.replace(path)


def _forms(said: Iterable[str], vocabulary: set[str]) -> set[str]:
    """The pieces and their other forms that the vocabulary has: case, endings, word start."""
    forms = set()
    for piece in said:
        stem = piece.lstrip("▁")
        if not stem:
            continue
        stems = {stem, *(stem + ending for ending in _ENDINGS)}
        stems |= {stem.removesuffix(ending) for ending in _ENDINGS if len(stem) > len(ending) + 2}
        for one in stems:
            for form in (one, one.lower(), one.capitalize(), one.upper()):
                forms |= {form, f"▁{form}"} & vocabulary
    return forms


if __name__ == "__main__":
    build(Path(sys.argv[1]))
