"""Accuracy and core seconds of duizhao and of other aligners on the same texts.

    python -m duizhao.evaluation.benchmarks.alignment.peers DATA [--sets mac-dev ...]
        [--bertalign FOLDER] [--vecalign FOLDER] [--bleualign FOLDER] [--hunalign BINARY]

DATA is a folder with ``align/mac-dev``, ``align/academic`` and ``unpc``. A FOLDER has the tool's
source (github.com/bfsujason/bertalign, thompsonb/vecalign, rsennrich/Bleualign) and, if it needs
one, its environment as ``.venv``: numba and faiss-cpu for Bertalign, numpy for Vecalign, whose
extension must be built in place. hunalign (github.com/danielvarga/hunalign) is compiled.

All of them use the same data: the translations of the default model (the published ones for UN
text) for duizhao, Bleualign and hunalign, which compares their words without a dictionary; and
vectors of the same embedding model for duizhao, Bertalign and Vecalign. Those two embed each run of
up to 4 sentences; duizhao computes the same vectors in one pass over the document. Seconds are core
seconds from texts and translations to beads, embeddings and forced decoding included, without
loading of models and compilation. No results are stored between runs.
"""

from __future__ import annotations

import argparse
import itertools
import json
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from duizhao.corpus.alignment import Bead, align
from duizhao.corpus.alignment.aligner import EffortName
from duizhao.evaluation.benchmarks.alignment import peer_worker
from duizhao.evaluation.benchmarks.alignment.accuracy import Parts, data_sets, translated
from duizhao.evaluation.benchmarks.alignment.data import Gold
from duizhao.evaluation.benchmarks.processes import ended_children
from duizhao.evaluation.metrics.alignment import score

LAYERS = 4
"""Most sentences of a span that Bertalign and Vecalign embed, for beads of up to 5."""
EMBEDDED = {"bertalign", "vecalign"}
EFFORTS: tuple[EffortName, ...] = ("fast", "normal", "best")


@dataclass(frozen=True, slots=True)
class Run:
    """The beads of each document of a set, and the core seconds of all."""

    beads: list[list[Bead]]
    seconds: float


@dataclass(frozen=True, slots=True)
class Vectors:
    """The distinct runs of sentences of a side and their vectors, as files."""

    texts: Path
    numbers: Path
    seconds: float


Sides = tuple[Vectors, Vectors]


def ours(documents: Sequence[Gold], engine: Any, effort: EffortName) -> Run:
    """The aligner of duizhao, without stored results."""
    from duizhao.models.embedding import SpanEmbedder

    start = time.process_time()
    beads = [
        align(
            document.source,
            document.target,
            document.translation,
            embed=SpanEmbedder(),
            score=engine.score,
            effort=effort,
        )
        for document in documents
    ]
    return Run(beads, time.process_time() - start)


def python_tool(documents: Sequence[Gold], sides: Sequence[Sides], tool: str, folder: Path) -> Run:
    """A tool in Python, in a separate process."""
    own = folder / ".venv" / "bin" / "python"
    job = {
        "tool": tool,
        "folder": str(folder),
        "documents": [
            {
                "source": document.source,
                "target": document.target,
                "translation": document.translation,
                "source_vectors": [str(source.texts), str(source.numbers)],
                "target_vectors": [str(target.texts), str(target.numbers)],
            }
            for document, (source, target) in zip(documents, sides, strict=True)
        ],
    }
    done = subprocess.run(
        [str(own if own.exists() else sys.executable), peer_worker.__file__],
        input=json.dumps(job),
        capture_output=True,
        text=True,
    )
    if done.returncode:
        raise SystemExit(f"{tool} failed:\n{done.stderr[-2000:]}")
    made = json.loads(done.stdout)
    embedding = sum(side.seconds for pair in sides for side in pair) if tool in EMBEDDED else 0.0
    return Run(
        [complete(each["beads"], document) for each, document in zip(made, documents, strict=True)],
        embedding + sum(each["seconds"] for each in made),
    )


def hunalign(documents: Sequence[Gold], sides: Sequence[Sides], binary: Path) -> Run:
    """hunalign between the translation and the target, with the dictionary that it learns."""
    beads, before = [], ended_children()
    for document in documents:
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            texts = {"s": document.translation or document.source, "t": document.target, "d": ()}
            for file, sentences in texts.items():
                lines = (" ".join(re.findall(r"\w+|[^\w\s]", each.lower())) for each in sentences)
                (folder / file).write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
            done = subprocess.run(
                [str(binary.absolute()), "-utf", "-realign", "d", "s", "t"],
                cwd=folder,
                capture_output=True,
                text=True,
                check=True,
            )
        rungs = [tuple(map(int, line.split()[:2])) for line in done.stdout.splitlines() if line]
        found = [
            (list(range(i, p)), list(range(j, q))) for (i, j), (p, q) in itertools.pairwise(rungs)
        ]
        beads.append(complete(found, document))
    return Run(beads, ended_children() - before)


def complete(beads: Sequence[tuple[list[int], list[int]]], document: Gold) -> list[Bead]:
    """The beads in order; sentences in none of them, and those of one side only, are gaps."""
    two_sided = sorted((a, b) for a, b in beads if a and b)
    made: list[Bead] = []
    i = j = 0
    for a, b in [*two_sided, ([len(document.source)], [len(document.target)])]:
        made += [Bead((k,), ()) for k in range(i, min(a))]
        made += [Bead((), (k,)) for k in range(j, min(b))]
        made.append(Bead(tuple(a), tuple(b)))
        i, j = max(a) + 1, max(b) + 1
    return made[:-1]


def embedded(sentences: Sequence[str], folder: Path, most: int) -> Vectors:
    """Embed all runs of up to `most` sentences, and PAD, which fills up the rows of short texts."""
    from duizhao.models.embedding import SpanEmbedder

    folder.mkdir(parents=True)
    lines = [re.sub(r"\s+", " ", sentence.strip()) for sentence in sentences]
    runs = [
        " ".join(lines[k : k + size])
        for size in range(1, most + 1)
        for k in range(len(lines) - size + 1)
    ]
    distinct = list(dict.fromkeys([*runs, "PAD"]))
    start = time.process_time()
    rows = SpanEmbedder().embed(distinct)
    vectors = Vectors(folder / "texts", folder / "numbers", time.process_time() - start)
    vectors.texts.write_text("".join(f"{each}\n" for each in distinct), encoding="utf-8")
    vectors.numbers.write_bytes(rows.tobytes())
    return vectors


def show(name: str, tool: str, documents: Sequence[Gold], run: Run) -> None:
    """Print a line of the table."""
    result = score(
        [(document.beads, beads) for document, beads in zip(documents, run.beads, strict=True)],
        resamples=2,
    )
    print(
        f"{name:<13} {tool:<16} strict {result.strict.f1:.4f}  lax {result.lax.f1:.4f}"
        f"  {run.seconds:7.1f} core seconds",
        flush=True,
    )


def main() -> None:
    """Run the benchmark from the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("--sets", nargs="+", default=["mac-dev", "academic", "unpc damaged"])
    parser.add_argument("--efforts", nargs="*", choices=EFFORTS, default=EFFORTS)
    for tool in (*EMBEDDED, "bleualign", "hunalign"):
        parser.add_argument(f"--{tool}", type=Path)
    options = parser.parse_args()
    from duizhao.models.translation.load import load_engine

    engine = load_engine()
    given = vars(options)
    named = {tool: given[tool] for tool in (*EMBEDDED, "bleualign") if given[tool]}
    tools: dict[str, Callable[[Sequence[Gold], Sequence[Sides]], Run]] = {
        tool: partial(python_tool, tool=tool, folder=folder.absolute())
        for tool, folder in named.items()
    }
    most = LAYERS if EMBEDDED & named.keys() else 0
    if options.hunalign:
        tools["hunalign"] = partial(hunalign, binary=options.hunalign)
    chosen = {
        name: golds for name, golds in data_sets(options.data).items() if name in options.sets
    }
    sets = translated(chosen, Parts(engine).translator)
    # compile and load before the first measurement
    ours([next(iter(sets.values()))[0]], engine, "normal")
    with tempfile.TemporaryDirectory() as folder:
        for name, documents in sets.items():
            for effort in options.efforts:
                show(name, f"duizhao {effort}", documents, ours(documents, engine, effort))
            places = [Path(folder, name, str(number)) for number in range(len(documents))]
            sides = [
                (
                    embedded(each.source, place / "source", most),
                    embedded(each.target, place / "target", most),
                )
                for each, place in zip(documents, places, strict=True)
            ]
            for tool, run in tools.items():
                show(name, tool, documents, run(documents, sides))


if __name__ == "__main__":
    main()
