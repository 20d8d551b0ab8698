"""The quality of translations from traditional and from simplified characters.

    python -m duizhao.evaluation.benchmarks.translation.traditional DATA [--lines 300]

The lines of ``DATA/unpc/dev.zh`` are translated as they are and converted to traditional characters
(OpenCC: characters alone, and with the words of Taiwan), beam 1, without guards.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

import sacrebleu

from duizhao.models.translation.engine import Decoding
from duizhao.models.translation.load import load_engine
from duizhao.models.translation.memory import Memory
from duizhao.models.translation.translator import Translator

FORMS = {"simplified": "", "traditional": "s2t", "traditional, words of Taiwan": "s2twp"}


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("data", type=Path)
    parser.add_argument("--lines", type=int, default=300)
    options = parser.parse_args()
    source, references = (
        (options.data / f"unpc/dev.{language}").read_text("utf-8").split("\n")[: options.lines]
        for language in ("zh", "en")
    )
    work = Translator(load_engine(), Decoding(beam=1), Memory.temporary(), guards=False)
    for name, conversion in FORMS.items():
        texts = converted(source, conversion) if conversion else source
        made = [one.text for one in work.translate(texts)]
        bleu = sacrebleu.corpus_bleu(made, [references]).score
        chrf = sacrebleu.corpus_chrf(made, [references], word_order=2).score
        changed = sum(a != b for a, b in zip(source, texts, strict=True))
        print(f"{name}: BLEU {bleu:.1f}, chrF++ {chrf:.1f} ({changed} lines differ)", flush=True)


def converted(texts: Sequence[str], conversion: str) -> list[str]:
    """The texts in traditional characters."""
    from opencc import OpenCC

    converter = OpenCC(conversion)
    return [converter.convert(text) for text in texts]


if __name__ == "__main__":
    main()
