"""Benchmark of the aligner: accuracy, seconds and memory on texts with gold alignment.

    python -m duizhao.evaluation.benchmarks.alignment DATA          # all sets, each signal removed
    python -m duizhao.evaluation.benchmarks.alignment DATA --speed  # seconds by length, no model

DATA is a folder with ``align/mac-dev``, ``align/academic`` and ``unpc``. Translations are made
with the default model and remembered in the translation memory, as forced scores are: each line
says how many pairs were new to the memory, and the seconds of embeddings and of forced decoding
apart from the aligner's own. The yardsticks stand beside ours as they are, untuned. Memory is the
process's peak so far. Writes ``calibration.svg`` (the weights were learned from these texts) and
``speed.svg`` to --output, with --judged also ``calibration-cross-validated.svg``.
"""

from __future__ import annotations

import argparse
import copy
import json
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from duizhao.corpus.alignment import Bead, align
from duizhao.corpus.alignment.weights import ALL
from duizhao.evaluation.benchmarks.alignment.baselines import bleualign, gale_church
from duizhao.evaluation.benchmarks.alignment.data import (
    Damage,
    Gold,
    academic,
    damaged,
    mac_dev,
    unpc,
)
from duizhao.evaluation.benchmarks.plots import line_plot
from duizhao.evaluation.metrics.alignment import Pair, score

SPEED_LENGTHS = (1_000, 3_000, 10_000, 30_000, 100_000)


def data_sets(data: Path) -> dict[str, list[Gold]]:
    """The sets with gold alignment, and damaged UN text."""
    un = unpc(data)
    return {
        "mac-dev": mac_dev(data),
        "academic": academic(data),
        "unpc damaged": [damaged(un[k], un[k + 1], Damage(), k) for k in range(4)],
    }


def translated(sets: dict[str, list[Gold]], translator: Any) -> dict[str, list[Gold]]:
    """The sets with the default model's translations (for UN text, the published ones)."""
    return {
        name: [
            document
            if name.startswith("unpc")
            else replace(
                document,
                translation=tuple(each.text for each in translator.translate(document.source)),
            )
            for document in documents
        ]
        for name, documents in sets.items()
    }


class Timed:
    """A function that counts its seconds and its arguments."""

    def __init__(self, function: Callable[[Sequence[Any], Sequence[Any]], Any]) -> None:
        self.function = function
        self.seconds = 0.0
        self.asked = 0

    def __call__(self, one: Sequence[Any], other: Sequence[Any]) -> Any:
        """The result of the function."""
        start = time.perf_counter()
        made = self.function(one, other)
        self.seconds += time.perf_counter() - start
        self.asked += len(other)
        return made


class Parts:
    """The seconds of an aligner by part: embeddings, forced decoding, the rest."""

    def __init__(self, engine: Any) -> None:
        from duizhao.models.embedding import SpanEmbedder
        from duizhao.models.translation.memory import Memory
        from duizhao.models.translation.translator import Translator

        self.embed = Timed(SpanEmbedder())
        self.engine = Timed(engine.score)  # pairs that are not in the memory
        counting = copy.copy(engine)
        counting.score = self.engine
        self.translator = Translator(counting, memory=Memory())
        self.score = Timed(self.translator.score)

    def now(self) -> tuple[float, float, int, int]:
        """Seconds of embeddings and of forced decoding, pairs requested, pairs scored."""
        return self.embed.seconds, self.score.seconds, self.score.asked, self.engine.asked


def measured(
    documents: Sequence[Gold], aligner: Callable[[Gold], list[Bead]], parts: Parts
) -> tuple[list[Pair], dict[str, float]]:
    """(gold, predicted) of each document, and the seconds of all by part."""
    before, start = parts.now(), time.perf_counter()
    pairs: list[Pair] = [(document.beads, aligner(document)) for document in documents]
    seconds = time.perf_counter() - start
    embedding, forced, asked, new = (
        now - then for now, then in zip(parts.now(), before, strict=True)
    )
    return pairs, {
        "seconds": seconds - embedding - forced,
        "embedding_seconds": embedding,
        "forced_seconds": forced,
        "forced_pairs": asked,
        "forced_pairs_new": new,
    }


def row(set_name: str, name: str, pairs: Any, took: dict[str, float]) -> dict[str, Any]:
    """One line of the table."""
    import resource

    result = score(pairs, resamples=300)
    low, high = result.strict_interval or (0.0, 0.0)
    return {
        "set": set_name,
        "aligner": name,
        "strict": result.strict.f1,
        "interval": [low, high],
        "lax": result.lax.f1,
        "megabytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
        **took,
    }


def accuracy(
    data: Path,
    output: Path,
    *,
    forced: bool,
    names: Sequence[str] | None = None,
    only: Sequence[str] | None = None,
) -> list[dict[str, Any]]:
    """Every set with every aligner, or some of them; prints the lines one by one."""
    from duizhao.models.translation.load import load_engine

    parts = Parts(load_engine())
    chosen = {name: one for name, one in data_sets(data).items() if not names or name in names}
    sets = translated(chosen, parts.translator)
    done = parts.translator.statistics
    print(f"translations: {done.translated} made, {done.remembered} from the memory")

    def ours(without: str | None, translation: bool) -> Callable[[Gold], list[Bead]]:
        return lambda document: align(
            document.source,
            document.target,
            document.translation if translation else None,
            embed=parts.embed,
            score=parts.score if forced else None,
            signals=[signal for signal in ALL if signal != without],
        )

    aligners: dict[str, Callable[[Gold], list[Bead]]] = {
        "Gale-Church": lambda document: gale_church(document.source, document.target),
        "Bleualign-like": lambda document: bleualign(
            document.source, document.target, document.translation or document.source
        ),
        "ours": ours(None, True),
        "ours, no translation": ours(None, False),
    }
    for signal in ("overlap", "copied", "embedding", "length", *(("forced",) if forced else ())):
        aligners[f"ours without {signal}"] = ours(signal, True)
    rows = []
    judged: list[tuple[float, bool]] = []
    for set_name, documents in sets.items():
        for name, aligner in aligners.items():
            if only and name not in only:
                continue
            pairs, took = measured(documents, aligner, parts)
            rows.append(row(set_name, name, pairs, took))
            show(rows[-1])
            if name == "ours":
                judged += [
                    (
                        bead.confidence,
                        (bead.source, bead.target) in {(g.source, g.target) for g in gold},
                    )
                    for gold, found in pairs
                    for bead in found
                ]
    if judged:
        plot_calibration(judged, output / "calibration.svg")
    return rows


def plot_calibration(judged: Sequence[tuple[float, bool]], path: Path) -> None:
    """Print and draw the share of right beads by confidence, from (confidence, right) pairs."""
    corners = calibration(judged)
    for low, mean, share, count in corners:
        print(f"confidence from {low:.1f}: mean {mean:.3f}, right {share:.3f}, {count} beads")
    line_plot(
        path,
        {"beads": [(mean, share) for _, mean, share, _ in corners], "ideal": [(0, 0), (1, 1)]},
        "mean confidence",
        "share of beads that are right",
    )


def calibration(judged: Sequence[tuple[float, bool]]) -> list[tuple[float, float, float, int]]:
    """(lower edge, mean confidence, share right, beads) of each tenth that has beads."""
    tenths = []
    for tenth in range(10):
        inside = [each for each in judged if min(int(each[0] * 10), 9) == tenth]
        if inside:
            tenths.append(
                (
                    tenth / 10,
                    sum(confidence for confidence, _ in inside) / len(inside),
                    sum(right for _, right in inside) / len(inside),
                    len(inside),
                )
            )
    return tenths


def show(line: dict[str, Any]) -> None:
    """Print a line of the table."""
    low, high = line["interval"]
    print(
        f"{line['set']:<13} {line['aligner']:<24} strict {line['strict']:.4f} "
        f"({low:.3f}-{high:.3f}) lax {line['lax']:.4f} {line['seconds']:7.1f} s "
        f"+ embeddings {line['embedding_seconds']:.1f} s + forced {line['forced_seconds']:.1f} s "
        f"({line['forced_pairs']:,} pairs, {line['forced_pairs_new']:,} new) "
        f"{line['megabytes']:6d} MB",
        flush=True,
    )


def speed(data: Path, output: Path, lengths: Sequence[int]) -> list[dict[str, Any]]:
    """Seconds for texts of these lengths, concatenated from literary chapters."""
    import resource

    chapters = mac_dev(data)
    rows = []
    for length in (300, *lengths):
        source: list[str] = []
        target: list[str] = []
        translation: list[str] = []
        while len(source) < length:
            for chapter in chapters:
                source += chapter.source
                target += chapter.target
                translation += chapter.translation or ()
        source, translation = source[:length], translation[:length]
        target = target[: int(length * 4 / 3)]
        start = time.perf_counter()
        align(source, target, translation, signals=["overlap", "copied", "length"])
        rows.append(
            {
                "source": len(source),
                "target": len(target),
                "seconds": time.perf_counter() - start,
                "megabytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
            }
        )
        note = " (compiling included)" if length == 300 else ""
        print(
            f"{len(source):7d} x {len(target):7d}: {rows[-1]['seconds']:7.2f} s, "
            f"{rows[-1]['megabytes']:5d} MB{note}",
            flush=True,
        )
    line_plot(
        output / "speed.svg",
        {"seconds": [(each["source"], each["seconds"]) for each in rows[1:]]},
        "source sentences",
        "seconds",
        logarithmic=True,
    )
    return rows


def main() -> None:
    """Run the benchmark from the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("--speed", action="store_true", help="only seconds against length")
    parser.add_argument("--longest", type=int, default=SPEED_LENGTHS[-1])
    parser.add_argument("--no-forced", action="store_true", help="without forced decoding")
    parser.add_argument("--sets", nargs="+", help="such as mac-dev; default: all")
    parser.add_argument(
        "--aligners",
        nargs="+",
        help="such as 'ours' and 'ours, no translation', which is --translate none; default: all",
    )
    parser.add_argument(
        "--judged",
        type=Path,
        help="JSON list of [confidence, right] of beads of texts that the weights were not learned "
        "from; only its calibration plot is drawn",
    )
    parser.add_argument("--output", type=Path, default=Path("benchmarks"))
    options = parser.parse_args()
    options.output.mkdir(parents=True, exist_ok=True)
    if options.judged:
        judged = json.loads(options.judged.read_text(encoding="utf-8"))
        plot_calibration(judged, options.output / "calibration-cross-validated.svg")
        return
    if options.speed:
        lengths = [length for length in SPEED_LENGTHS if length <= options.longest]
        rows = speed(options.data, options.output, lengths)
    else:
        rows = accuracy(
            options.data,
            options.output,
            forced=not options.no_forced,
            names=options.sets,
            only=options.aligners,
        )
    name = "alignment-speed.json" if options.speed else "alignment.json"
    (options.output / name).write_text(json.dumps(rows, indent=1), encoding="utf-8")


if __name__ == "__main__":
    main()
