"""Checks of the benchmark: long corpora, planted errors, a killed process."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections import Counter
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

from duizhao.evaluation.benchmarks.translation.systems import ROOT, Job, held, lines, run

# windows have 16,384 sentences: from the second on, memory must not grow
_GROWTH = 1.15
_MOST_FLAGGED = 2


def corpus(base: Job) -> list[dict[str, Any]]:
    """A long corpus, a tenth of it new: memory after each tenth, and the texts saved."""
    rows = []
    for size in sorted({max(1, base.corpus // 5), base.corpus}):
        done = run(replace(base, system="duizhao", corpus=size))
        print(f"{size} sentences: {done.seconds:.0f} s, peak {done.peak_mb:.0f} MB", flush=True)
        for name, value in done.settings.items():
            print(f"  {name}: {value}", flush=True)
        rows.append({"sentences": size, "seconds": done.seconds, "peak_mb": done.peak_mb}
                    | done.settings)  # fmt: skip
    short, long = rows[0], rows[-1]
    grown = long["peak_mb"] / short["peak_mb"]
    holds = grown <= _GROWTH and long["from the memory"] > 0
    print(
        f"peak memory {grown:.2f} times that of {short['sentences']} sentences (at most {_GROWTH}),"
        f" {long['from the memory']} from the memory: {held(holds)}"
    )
    return rows


def guards(source: str, outputs: dict[str, str]) -> dict[str, Any]:
    """The planted errors that are detected, by kind, and the real translations that are flagged."""
    from duizhao.evaluation.benchmarks.translation.planted import CLEAN, PAIRS, WRONG_INDEED, broken
    from duizhao.models.guards.check import check, flags

    planted = broken()
    kinds = Counter(flag for flag, _, _ in planted)
    caught = Counter(flag for flag, text, output in planted if flag in flags(text, output))
    for kind, count in kinds.items():
        print(f"planted {kind}: {caught[kind]} of {count} found")
    good = [*PAIRS.values(), *CLEAN]
    wrongly = sum(bool(check(text, output)) for text, output in good)
    print(f"good translations by hand: {wrongly} of {len(good)} flagged")
    results: dict[str, Any] = {"planted": len(planted), "found": caught.total(), "good": len(good),
                            "good_flagged": wrongly}  # fmt: skip
    sources = lines(source, 10**6)
    for name, file in outputs.items():
        known = WRONG_INDEED.get(Path(file).name, frozenset())
        pairs = list(zip(sources, lines(file, 10**6), strict=True))
        flagged = [number for number, pair in enumerate(pairs) if check(*pair)]
        clean = [number for number in range(len(pairs)) if number not in known]
        parts = [
            len(set(flagged) & set(clean[start : start + 500]))
            for start in range(0, len(clean) - 499, 500)
        ]
        verdict = held(max(parts, default=0) <= _MOST_FLAGGED)
        print(
            f"{name}, {len(pairs)} lines: {len(flagged)} flagged, {len(known & set(flagged))} of "
            f"them wrong indeed; of each 500 others {parts} (at most {_MOST_FLAGGED}): {verdict}"
        )
        for number in flagged:
            text, output = pairs[number]
            judged = "wrong indeed" if number in known else "clean"
            print(f"  line {number + 1} ({judged}): {' '.join(flags(text, output))}")
        results[name] = {"flagged": len(flagged), "of each 500 clean": parts}
    return results


def kill(base: Job) -> dict[str, Any]:
    """Two processes on one memory, one killed in the middle: nothing lost, doubled or locked."""
    from duizhao.corpus.paths import models_folder

    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        source = folder / "source.zh"
        source.write_text("\n".join(lines(base.source, base.lines)) + "\n", encoding="utf-8")

        def start(output: str, cache: str) -> subprocess.Popen[bytes]:
            command = [sys.executable, "-m", "duizhao", "translate"]
            command += [str(source), "-o", str(folder / output), "--beam", str(base.beam)]
            environment = {**os.environ, "DUIZHAO_CACHE": str(folder / cache)}
            environment |= {"DUIZHAO_MODELS": str(models_folder())}
            quiet = subprocess.DEVNULL
            return subprocess.Popen(command, cwd=ROOT, env=environment, stderr=quiet)

        assert start("whole.en", "whole").wait() == 0
        killed, other = start("killed.en", "both"), start("other.en", "both")
        memory = folder / "both" / "memory.sqlite"
        while killed.poll() is None and _stored(memory) < base.lines // 4:
            time.sleep(0.02)
        had = _stored(memory)
        killed.send_signal(signal.SIGKILL)
        ended = killed.wait(), other.wait()
        again = start("killed.en", "both").wait()
        with sqlite3.connect(memory) as connection:
            rows = connection.execute("SELECT setting, source FROM translation").fetchall()
            whole = connection.execute("PRAGMA integrity_check").fetchone()[0]
        wanted = (folder / "whole.en").read_bytes()
        results = {
            "lines": base.lines,
            "stored when one was killed": had,
            "exit codes: killed, other, started again": [*ended, again],
            "entries": len(rows),
            "doubled": len(rows) - len(set(rows)),
            "integrity": whole,
            "same bytes as without a kill": [
                (folder / output).read_bytes() == wanted for output in ("other.en", "killed.en")
            ],
        }
    for name, value in results.items():
        print(f"{name}: {value}")
    return results


def _stored(memory: Path) -> int:
    """The number of translations in the memory."""
    if memory.exists():
        with suppress(sqlite3.Error), sqlite3.connect(f"file:{memory}?mode=ro", uri=True) as db:
            return int(db.execute("SELECT count(*) FROM translation").fetchone()[0])
    return 0
