"""The difference of int8 from float32 with published and with narrowed weights (narrow_int8.py).

    python -m duizhao.evaluation.benchmarks.narrow --shared ../shared

Prints log p per token of reference translations, and its difference from float32's per sentence.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import ctranslate2
import numpy as np
import sentencepiece

from duizhao.models.weights.default import default_model
from duizhao.models.weights.narrow_int8 import narrow_model
from duizhao.models.weights.target_pieces import load_target_pieces


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--shared", type=Path, default=Path("../shared"))
    parser.add_argument("--pairs", type=int, default=40, help="sentence pairs to score")
    options = parser.parse_args()
    folder = default_model()
    texts = [
        (options.shared / "data" / "unpc" / f"dev.{side}").read_text(encoding="utf-8").splitlines()
        for side in ("zh", "en")
    ]
    part = slice(1000, 1000 + options.pairs)
    source = sentencepiece.SentencePieceProcessor(str(folder / "source.spm"))
    pieces = source.encode(texts[0][part], out_type=str)
    targets = load_target_pieces(folder).encode_all(texts[1][part])
    ways: Mapping[str, tuple[str, dict[str, bytes] | None]] = {
        "float32": ("float32", None),
        "int8 as published": ("int8", None),
        "int8 narrowed": ("int8", narrow_model(folder)),
    }
    exact: Any = None
    for name, (compute_type, files) in ways.items():
        translator = ctranslate2.Translator(
            str(folder), files=files, compute_type=compute_type, inter_threads=1, intra_threads=1
        )
        started = time.process_time()
        scored = translator.score_batch(
            pieces, targets, max_batch_size=512, batch_type="tokens", max_input_length=0
        )
        seconds = time.process_time() - started
        sums = np.array([sum(each.log_probs) for each in scored])
        tokens = sum(len(each.log_probs) for each in scored)
        exact = sums if exact is None else exact
        far = float(np.sqrt(np.mean((sums - exact) ** 2)))
        print(f"{name:18} {sums.sum() / tokens:7.3f} a token, {far:.2f} from float32 a sentence "
              f"(rms), {seconds:.1f} CPU s")  # fmt: skip


if __name__ == "__main__":
    main()
