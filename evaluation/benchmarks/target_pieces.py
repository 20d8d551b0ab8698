"""Quality of the rebuilt target pieces for forced decoding.

    python -m duizhao.evaluation.benchmarks.target_pieces --shared ../shared

Prints how often text is cut as by the published target.spm of the sister model, and the
log-probability a token of right and wrong targets with three ways to cut them, and how many target
tokens a CPU second are scored.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import sentencepiece

from duizhao.models.translation.ctranslate import CTranslateEngine
from duizhao.models.weights.default import DEFAULT_MODEL, FILES, default_model
from duizhao.models.weights.target_pieces import load_target_pieces

Cut = Callable[[Sequence[str]], list[list[str]]]


class _Cutting(CTranslateEngine):
    """The engine with another segmentation of its targets."""

    cut: Cut

    def _target_pieces(self, texts: Sequence[str]) -> list[list[str]]:
        return self.cut(texts)


def main() -> None:
    """Print the two tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--shared", type=Path, default=Path("../shared"))
    parser.add_argument("--pairs", type=int, default=200, help="sentence pairs to score")
    options = parser.parse_args()
    data: Path = options.shared / "data"
    folder = default_model()
    english = (data / "unpc" / "dev.en").read_text(encoding="utf-8").splitlines()
    chinese = (data / "unpc" / "dev.zh").read_text(encoding="utf-8").splitlines()
    published = sentencepiece.SentencePieceProcessor(
        model_file=str(data / "opus-mt-tokenizer" / "target.spm")
    )
    source = sentencepiece.SentencePieceProcessor(model_file=str(folder / "source.spm"))
    ways: dict[str, Cut] = {
        "rebuilt target pieces": load_target_pieces(folder).encode_all,
        "published target.spm": lambda texts: list(published.encode(list(texts), out_type=str)),
        "source.spm": lambda texts: list(source.encode(list(texts), out_type=str)),
    }

    vocabulary = set(json.loads((folder / "shared_vocabulary.json").read_text(encoding="utf-8")))
    wanted = ways["published target.spm"](english)
    possible = [i for i, cut in enumerate(wanted) if set(cut) <= vocabulary]
    ours = ways["rebuilt target pieces"]([english[i] for i in possible])
    same = sum(wanted[i] == cut for i, cut in zip(possible, ours, strict=True))
    share = same / len(possible)
    print(f"cut as published: {same} of {len(possible)} sentences of unpc/dev.en ({share:.3f})")

    engine = _Cutting(folder, DEFAULT_MODEL, FILES[0].sha256)
    sources = chinese[500 : 500 + options.pairs]
    right = english[500 : 500 + options.pairs]
    wrong = [*right[1:], right[0]]
    print(f"log p a token, {options.pairs} pairs of unpc/dev: right, wrong (shifted by one)")
    for name, cut in ways.items():
        engine.cut = cut
        means = []
        tokens = 0
        started = time.process_time()
        for targets in (right, wrong):
            scores = engine.score(sources, targets)
            made = sum(s.tokens for s in scores)
            means.append(sum(s.log_probability for s in scores) / made)
            tokens += made
        rate = tokens / (time.process_time() - started)
        print(f"  {name:24} {means[0]:6.2f} {means[1]:6.2f} {rate:6.0f} tokens a CPU second")


if __name__ == "__main__":
    main()
