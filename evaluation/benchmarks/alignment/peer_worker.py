"""Runs another aligner in its own environment; started by peers.py, imports nothing from duizhao.

Reads a job from standard input, writes the beads and core seconds of each document to standard
output, both as JSON. Bertalign's model and its online language detection are replaced: vectors come
from a file, and the language from the script. Nothing in the tool's folder is changed.
"""

from __future__ import annotations

import contextlib
import json
import sys
import time
from collections.abc import Callable, Sequence
from importlib import import_module
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

Beads = list[tuple[list[int], list[int]]]
Aligner = Callable[[dict[str, Any]], Beads]


def vecalign() -> Aligner:
    """Vecalign with its defaults, but beads of up to 5 sentences, as in Bertalign."""
    utils = import_module("vecalign.dp_utils")
    largest = 5

    def align(document: dict[str, Any]) -> Beads:
        sides = []
        for side in ("source", "target"):
            rows, vectors = utils.read_in_embeddings(*document[f"{side}_vectors"])
            sides.append(utils.make_doc_embedding(rows, vectors, document[side], largest - 1))
        stack = utils.vecalign(
            *sides,
            final_alignment_types=utils.make_alignment_types(largest),
            del_percentile_frac=0.2,
            width_over2=(largest + 1) // 2 + 5,
            max_size_full_dp=300,
            costs_sample_size=20000,
            num_samps_for_norm=100,
        )
        return [(list(a), list(b)) for a, b in stack[0]["final_alignments"]]

    return align


def bertalign() -> Aligner:
    """Bertalign with its defaults: beads of up to 5 sentences."""
    vectors: dict[str, Any] = {}
    numpy = import_module("numpy")

    def encode(texts: Sequence[str]) -> Any:
        return numpy.array([vectors[text] for text in texts], dtype=numpy.float32)

    def detect(text: str) -> Any:
        return SimpleNamespace(lang="zh" if any("一" <= sign <= "鿿" for sign in text) else "en")

    _stand_in("torch", cuda=SimpleNamespace(is_available=lambda: False))
    _stand_in("googletrans", Translator=lambda **_: SimpleNamespace(detect=detect))
    _stand_in("sentence_splitter", SentenceSplitter=None)
    _stand_in("sentence_transformers", SentenceTransformer=lambda _: SimpleNamespace(encode=encode))
    tool = import_module("bertalign").Bertalign

    def align(document: dict[str, Any]) -> Beads:
        vectors.clear()
        for side in ("source", "target"):
            texts, numbers = document[f"{side}_vectors"]
            lines = Path(texts).read_text(encoding="utf-8").removesuffix("\n").split("\n")
            rows = numpy.fromfile(numbers, dtype=numpy.float32).reshape(len(lines), -1)
            vectors.update(zip(lines, rows, strict=True))
        aligner = tool("\n".join(document["source"]), "\n".join(document["target"]), is_split=True)
        aligner.align_sents()
        return [(list(map(int, a)), list(map(int, b))) for a, b in aligner.result]

    return align


def bleualign() -> Aligner:
    """Bleualign with its defaults; sentences that it leaves out are unpaired."""
    tool = import_module("bleualign.align").Aligner

    def align(document: dict[str, Any]) -> Beads:
        aligner = tool(
            {
                "srcfile": document["source"],
                "targetfile": document["target"],
                "srctotarget": [document["translation"]],
                "verbosity": 0,
            }
        )
        aligner.mainloop()
        return [(list(a), list(b)) for (a, b), _ in aligner.multialign]

    return align


TOOLS = {"vecalign": vecalign, "bertalign": bertalign, "bleualign": bleualign}


def _stand_in(name: str, **attributes: Any) -> None:
    module = ModuleType(name)
    module.__dict__.update(attributes)
    sys.modules[name] = module


def main() -> None:
    """Run one job."""
    job = json.load(sys.stdin)
    sys.path.insert(0, job["folder"])
    made = []
    # the tools print as they go
    with contextlib.redirect_stdout(sys.stderr):
        align = TOOLS[job["tool"]]()
        align(job["documents"][0])  # compiles
        for document in job["documents"]:
            start = time.process_time()
            beads = align(document)
            made.append({"beads": beads, "seconds": time.process_time() - start})
    json.dump(made, sys.stdout)


if __name__ == "__main__":
    main()
