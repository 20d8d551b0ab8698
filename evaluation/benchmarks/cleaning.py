"""Shares that cleaning removes: of good pairs (false alarms), and of pairs damaged on purpose.

    python -m duizhao.evaluation.benchmarks.cleaning ZH EN
    python -m duizhao.evaluation.benchmarks.cleaning ZH EN --opusfilter PYTHON --opuscleaner PYTHON
    python -m duizhao.evaluation.benchmarks.cleaning --speed 1000000

ZH and EN are line-aligned good text. Each pair is damaged once in each way, and each step that
judges single rows is applied to it. The confidence of the aligner is not used. PYTHON is the
interpreter of an environment with OpusFilter (its filters run with their defaults) or OpusCleaner.
`--speed` measures CPU time and memory of the default plan on rows of invented words.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

from duizhao.corpus.bitext import Row
from duizhao.corpus.cleaning.plan import STEPS, default_plan, planned
from duizhao.corpus.cleaning.run import clean, counts
from duizhao.corpus.cleaning.step import LookingCheck

Pair = tuple[str, str]

OPUSFILTER = """
import json, sys
from opusfilter import filters, lid
pairs = json.load(sys.stdin)
steps = {
    "LengthRatioFilter (zh char, en word)": filters.LengthRatioFilter(unit=["char", "word"]),
    "NonZeroNumeralsFilter": filters.NonZeroNumeralsFilter(),
    "SimilarityFilter": filters.SimilarityFilter(),
    "CharacterScoreFilter": filters.CharacterScoreFilter(scripts=["Han", "Latin"]),
    "LangidFilter": lid.LangidFilter(languages=["zh", "en"]),
    "TerminalPunctuationFilter": filters.TerminalPunctuationFilter(),
}
found = {}
for name, step in steps.items():
    found[name] = [not step.accept(score) for score in step.score(pairs)]
json.dump(found, sys.stdout)
"""

OPUSCLEANER = """
import json, subprocess, sys, pathlib, importlib.util
folder = pathlib.Path(importlib.util.find_spec("opuscleaner").origin).parent / "filters"
pairs = json.load(sys.stdin)
text = "".join(f"{a}\\t{b}\\n" for a, b in pairs)
steps = {
    "num_mismatch": ["num_mismatch.py"],
    "src_trg_ratio": ["src_trg_ratio.py"],
    "alpha_ratio": ["alpha_ratio.py", "--src-lang", "zh", "--trg-lang", "en"],
}
found = {}
for name, (script, *options) in steps.items():
    done = subprocess.run([sys.executable, folder / script, *options], input=text,
                          capture_output=True, text=True)
    if done.returncode:
        print(name, done.stderr[-300:], file=sys.stderr)
        continue
    kept = set(done.stdout.splitlines())
    found[name] = [f"{a}\\t{b}" not in kept for a, b in pairs]
json.dump(found, sys.stdout)
"""


def main(arguments: Sequence[str] | None = None) -> None:
    """Print a table of removed shares, with a row for each step and a column for each damage."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("source", nargs="?", type=Path, help="good Chinese text, a line a segment")
    parser.add_argument("target", nargs="?", type=Path, help="its English, line by line")
    parser.add_argument("--opusfilter", metavar="PYTHON", help="interpreter that has OpusFilter")
    parser.add_argument("--opuscleaner", metavar="PYTHON", help="interpreter that has OpusCleaner")
    parser.add_argument("--speed", type=int, metavar="ROWS", help="time the default plan instead")
    options = parser.parse_args(arguments)
    if options.speed:
        print_speed(options.speed)
        return
    if options.source is None or options.target is None:
        parser.error("give ZH and EN (or --speed ROWS)")
    sides = [path.read_text("utf-8").split("\n")[:-1] for path in (options.source, options.target)]
    pairs = [(a.strip(), b.strip()) for a, b in zip(*sides, strict=True)]
    damaged = damages(pairs)
    tables: dict[str, dict[str, dict[str, float]]] = {}
    for kind, found in damaged.items():
        for step, share in ours(found).items():
            tables.setdefault("duizhao", {}).setdefault(step, {})[kind] = share
        for name, python, program in (
            ("OpusFilter", options.opusfilter, OPUSFILTER),
            ("OpusCleaner", options.opuscleaner, OPUSCLEANER),
        ):
            if python:
                for step, share in others(python, program, found).items():
                    tables.setdefault(name, {}).setdefault(step, {})[kind] = share
    print(f"{len(pairs):,} pairs; share of pairs taken, in per cent\n")
    print("| | " + " | ".join(f"{kind} ({len(damaged[kind]):,})" for kind in damaged) + " |")
    print("|---|" + "--:|" * len(damaged))
    for name, steps in tables.items():
        for step, shares in steps.items():
            cells = " | ".join(f"{100 * shares[kind]:.1f}" for kind in damaged)
            print(f"| {name}: {step} | {cells} |")


def damages(pairs: Sequence[Pair], seed: int = 7) -> dict[str, list[Pair]]:
    """The pairs unchanged, and damaged in each way (only those that it changes)."""
    rng = random.Random(seed)
    count = len(pairs)

    def neighbour(place: int) -> Pair:
        return pairs[place][0], pairs[(place + 1) % count][1]

    def copied(place: int) -> Pair:
        text = pairs[place][place % 2]
        return text, text

    def swapped(place: int) -> Pair:
        return pairs[place][1], pairs[place][0]

    def cut(place: int) -> Pair:
        words = pairs[place][1].split()
        return pairs[place][0], " ".join(words[: max(1, len(words) // 3)])

    def grown(place: int) -> Pair:
        more = " ".join(pairs[(place + shift) % count][1] for shift in range(3))
        return pairs[place][0], more

    def figure(place: int) -> Pair:
        def other(match: re.Match[str]) -> str:
            digits = match.group()
            return str((int(digits) + rng.randrange(1, 9)) % 10 ** len(digits)).zfill(len(digits))

        return pairs[place][0], re.sub(r"(?<![\d.,])\d{2,4}(?![\d.,])", other, pairs[place][1])

    made: dict[str, Callable[[int], Pair]] = {
        "next line's English": neighbour,
        "copied": copied,
        "sides swapped": swapped,
        "English cut to a third": cut,
        "two more sentences": grown,
        "figures changed": figure,
    }
    found = {"good": list(pairs)}
    for kind, make in made.items():
        changed = ((make(place), pair) for place, pair in enumerate(pairs))
        found[kind] = [one for one, pair in changed if one != pair]
    return found


def ours(pairs: Sequence[Pair]) -> dict[str, float]:
    """Share that each step of duizhao removes, and those of a batch together."""
    rows = list(rows_of(pairs))
    result: dict[str, float] = {}
    together = set()
    for name, step in STEPS.items():
        check = step.start(**planned(name).values)
        if isinstance(check, LookingCheck) or name == "low_confidence":
            continue
        taken = {number for number, row in enumerate(rows) if check.judge(row) is not None}
        result[name + ("" if step.by_default else " (on request)")] = len(taken) / len(rows)
        if step.by_default:
            together |= taken
    return result | {"default steps together": len(together) / len(rows)}


def others(python: str, program: str, pairs: Sequence[Pair]) -> dict[str, float]:
    """Share that each filter of another tool removes, run in its own environment."""
    done = subprocess.run(
        [python, "-c", program],
        input=json.dumps(pairs),
        text=True,
        stdout=subprocess.PIPE,
        check=True,
    )
    found: Mapping[str, list[bool]] = json.loads(done.stdout)
    shares = {name: sum(taken) / len(pairs) for name, taken in found.items()}
    together = sum(any(one) for one in zip(*found.values(), strict=True)) / len(pairs)
    return shares | {"together": together}


def rows_of(pairs: Sequence[Pair]) -> Iterator[Row]:
    """1-1 rows of one document."""
    for number, (source, target) in enumerate(pairs):
        yield _row(number, "A", source, target)


def print_speed(rows: int) -> None:
    """Time and memory of the default plan."""
    import resource

    start = time.process_time()
    report = clean(
        lambda: _invented(rows), default_plan(), keep=lambda row: None, remove=lambda entry: None
    )
    seconds = time.process_time() - start
    made = time.process_time()
    for _ in _invented(rows):
        pass
    passes = 4
    seconds -= passes * (time.process_time() - made)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    rate = rows / seconds
    print(
        f"rows {rows:,}; {seconds:.1f} CPU seconds without making them; {rate:,.0f} rows a second"
    )
    print(f"peak memory {peak:,.0f} MB; taken {dict(counts(report))}")


def _invented(rows: int) -> Iterator[Row]:
    """Rows of UN length, some of them repeated."""
    rng = random.Random(1)
    characters = [chr(0x4E00 + n) for n in range(2000)]
    words = ["".join(rng.choices("abcdefghij", k=rng.randrange(2, 9))) for _ in range(5000)]
    for number in range(rows):
        if number % 10 == 0:
            rng.seed(number // 20)
        source = "".join(rng.choices(characters, k=rng.randrange(8, 80))) + "。"
        target = " ".join(rng.choices(words, k=len(source) * 2 // 3)) + "."
        yield _row(number, f"D{number // 200}", source, target)


def _row(number: int, document: str, source: str, target: str) -> Row:
    return Row(
        id=f"{document}-{number:06d}",
        source_document=document,
        target_document=document,
        source_ids=(number,),
        target_ids=(number,),
        source_blocks=(0,),
        target_blocks=(0,),
        section="",
        source=source,
        target=target,
        machine_translation="",
        target_kind="human",
        bead_type="1-1",
        alignment_score=0.0,
        confidence=1.0,
    )


if __name__ == "__main__":
    main()
