"""The gain by `duizhao adapt` on UN text, on which the model was trained, and on other domains.

    python -m duizhao.evaluation.benchmarks.adaptation --data ../shared/data --out OUT
    python -m duizhao.evaluation.benchmarks.adaptation --data ../shared/data --out OUT --text unpc

For each text: build or collect its pairs, adapt the default model, and print scores before and
after with intervals and p-values, minutes, CPU minutes and memory. Models and their comparisons
are stored in OUT; the same command continues where it stopped.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

Pair = tuple[str, str]

UNPC_TRAIN, UNPC_DEV = 3400, 3500
"""Of 4,000 pairs: 3,400 to train, 100 to choose the best step, 500 to test."""


def unpc(data: Path, folder: Path) -> list[Path]:
    """The UN Parallel Corpus' development set: 3,500 pairs to train on, 500 to test."""
    sides = [
        (data / "unpc" / f"dev.{side}").read_text(encoding="utf-8").splitlines()
        for side in ("zh", "en")
    ]
    pairs = list(zip(*sides, strict=True))
    return [
        *_moses(folder / "train", pairs[:UNPC_TRAIN]),
        *_moses(folder / "validation", pairs[UNPC_TRAIN:UNPC_DEV]),
        *_moses(folder / "test", pairs[UNPC_DEV:]),
    ]


def academic(data: Path, folder: Path) -> list[Path]:
    """Academic texts in English with their Chinese translation, by their gold alignment."""
    place = data / "align" / "academic"
    english, chinese, gold = (
        (place / f"001.{ending}").read_text(encoding="utf-8").splitlines()
        for ending in ("en", "zh", "gold")
    )
    pairs = []
    for line in filter(None, gold):
        sources, targets = (json.loads(side) for side in line.split(":"))
        if sources and targets:
            text = "".join(chinese[number] for number in targets)
            pairs.append((text, " ".join(english[number] for number in sources)))
    return _moses(folder / "academic", pairs)


def real_file(chinese: str, english: str) -> Callable[[Path, Path], list[Path]]:
    """A real pair of documents, built first."""

    def build(data: Path, folder: Path) -> list[Path]:
        out = folder / "corpus"
        files = [str(data / "real-files" / name) for name in (chinese, english)]
        if not (out / "corpus.jsonl").is_file():
            command = ["build", files[0], "--reference", files[1], "--out", str(out)]
            _duizhao([*command, "--no-report", "--quiet"])
        return [out]

    return build


TEXTS: dict[str, tuple[Callable[[Path, Path], list[Path]], int]] = {
    "unpc": (unpc, 1),
    "academic": (academic, 3),
    "china-indc": (real_file("china-indc.zh.pdf", "china-indc.en.pdf"), 3),
    "cc-by-nc-sa": (real_file("cc-by-nc-sa-4.0.zh.html", "cc-by-nc-sa-4.0.en.html"), 3),
}
"""The source of each text's pairs, and the epochs of training."""


def main() -> None:
    """Adapt to each text and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    parser.add_argument("--out", type=Path, required=True, help="folder for texts and models")
    parser.add_argument("--text", choices=TEXTS, action="append", help="default: all")
    options = parser.parse_args()
    for name in options.text or TEXTS:
        collect, epochs = TEXTS[name]
        folder = options.out / name
        folder.mkdir(parents=True, exist_ok=True)
        inputs = collect(options.data, folder)
        before, started = _children(), time.monotonic()
        model = folder / "model"
        shown = _duizhao(
            ["adapt", *map(str, inputs), "--out", str(model), "--epochs", str(epochs), "--json"]
        )
        after = _children()
        print(table(name, json.loads(shown)))
        print(
            f"{(time.monotonic() - started) / 60:.1f} minutes, "
            f"{after[0] - before[0]:.1f} CPU minutes, at most {after[1]:.2f} GB\n",
            flush=True,
        )


def table(name: str, record: dict[str, Any]) -> str:
    """The results as Markdown."""
    data = record["data"]
    lines = [
        f"{name}: {data['train']:,} pairs to train, {data['dev']:,} to choose the best step, "
        f"{data['test']:,} to test; best step {record['training']['best']}; "
        f"recommended: {'yes' if record['recommended'] else 'no'}",
        "",
        "| text | | base | adapted | p (bootstrap / randomization) |",
        "|---|---|--:|--:|--:|",
    ]
    for result in record["results"]:
        for metric, one in result["metrics"].items():
            values = [
                f"{one[side]:.1f} ± {one[f'{side}_margin']:.1f}" for side in ("before", "after")
            ]
            p = " / ".join(f"{value:.3f}" for value in one["p"].values())
            lines.append(f"| {result['text']} | {metric} | {' | '.join(values)} | {p} |")
        flags = [str(sum(own.values())) for own in result["flags"].values()]
        lines.append(f"| {result['text']} | flagged | {' | '.join(flags)} | |")
        if result["terms"]:
            found = [str(result["terms"][side]["found"]) for side in ("base", "adapted")]
            used = result["terms"]["base"]["used"]
            lines.append(f"| {result['text']} | terms right, of {used} | {' | '.join(found)} | |")
    return "\n".join(lines)


def _moses(stem: Path, pairs: Sequence[Pair]) -> list[Path]:
    for ending, side in ((".zh", 0), (".en", 1)):
        text = "".join(f"{pair[side]}\n" for pair in pairs)
        stem.with_suffix(ending).write_text(text, encoding="utf-8")
    return [stem.with_suffix(".zh")]


def _duizhao(arguments: Sequence[str]) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "duizhao", *arguments],
        check=True,
        stdout=subprocess.PIPE,
        text=True,
        env=dict(os.environ),
    )
    return done.stdout


def _children() -> tuple[float, float]:
    """CPU minutes of the child processes, and the largest memory of one in gigabytes."""
    import resource

    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return (used.ru_utime + used.ru_stime) / 60, used.ru_maxrss / 1e6


if __name__ == "__main__":
    main()
