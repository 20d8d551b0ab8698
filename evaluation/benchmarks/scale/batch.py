"""A large batch with damaged documents, run to its end, and checks of the result.

    python -m duizhao.evaluation.benchmarks.scale.batch SHARED/data --documents 2000 --broken 100

The documents are cut from un-documents and the UN development set where both sides are at the same
place (see documents.py), so that all but the damaged ones are good; 2,000 documents of twenty
sentences are more than the texts contain, so the cuts overlap. Checked at the end: exit code 1;
each damaged document listed with its reason, and no other; all others in the corpus; and some
sampled documents against single builds, each from an empty cache, which must have the same rows to
the last digit. Then the corpus is published again with the usual cleaning and splits, which must
share no sentence. Prints a line for each check; exit code 1 if one fails.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from duizhao.evaluation.benchmarks.processes import Ran, run
from duizhao.evaluation.benchmarks.scale.documents import (
    break_documents,
    make_documents,
    read_texts,
)

DUIZHAO = [sys.executable, "-c", "from duizhao.flows.cli import main; main()"]
NAMES = ("id", "source_document", "target_document")
"""Fields in which a row of a single build differs, because it names documents by their files."""


def main() -> None:
    """Make the documents, run, check."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("data", type=Path, help="the shared data folder, with unpc/dev.zh")
    parser.add_argument("--documents", type=int, default=2000)
    parser.add_argument("--sentences", type=int, default=20)
    parser.add_argument("--broken", type=int, default=100)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--beam", type=int, default=1)
    parser.add_argument("--effort", default="normal")
    parser.add_argument("--builds", type=int, default=5, help="documents compared with builds")
    parser.add_argument("--home", type=Path, help="keep caches and outputs here")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        home = chosen.home or Path(scratch)
        folder = home / "documents"
        make_documents(read_texts(chosen.data), folder, chosen.documents, chosen.sentences)
        spoilt = break_documents(folder, chosen.broken)
        (home / "spoilt.json").write_text(json.dumps(spoilt, indent=1))
        how = ["--beam", str(chosen.beam), "--effort", chosen.effort]
        environment = environment_in(home)
        batch = [*DUIZHAO, "batch", str(folder), "--out", str(home / "out"), "--json", *how]
        batch += ["--workers", str(chosen.workers)]
        plain = [*batch, "--clean", "none", "--validation", "0", "--test", "0"]
        first = run(plain, environment, home / "batch.log")
        checks = dict(check_batch(first, spoilt, chosen.documents))
        sample = sorted(set(_ids(folder)) - set(spoilt))
        sample = random.Random(2).sample(sample, chosen.builds)
        rows = _rows(home / "out", sample)
        for name in sample:
            alone = _build(folder, name, home, how, environment)
            same = bool(alone) and alone == rows[name]
            checks[f"{name}: the {len(alone)} rows of a build from nothing"] = same
        second = run(batch, environment, home / "again.log")
        checks["the usual cleaning and splits: nothing is done again"] = (
            second.code == 1 and json.loads(second.output)["batch"]["finished"] == 0
        )
        checks["splits share no sentence"] = not _shared(home / "out")
        print_runs(first, second, checks)
    sys.exit(0 if all(checks.values()) else 1)


def environment_in(cache: Path) -> dict[str, str]:
    """An empty cache with the existing weights and compiled code, and no shared server."""
    from duizhao.corpus.alignment.compiled import compile_cache
    from duizhao.corpus.paths import models_folder

    return os.environ | {
        "DUIZHAO_CACHE": str(cache / "cache"),
        "DUIZHAO_SERVER_MINUTES": "0",
        "DUIZHAO_MODELS": str(models_folder()),
        "NUMBA_CACHE_DIR": os.environ.get("NUMBA_CACHE_DIR", str(compile_cache())),
    }


def check_batch(ran: Ran, spoilt: Mapping[str, str], documents: int) -> Iterator[tuple[str, bool]]:
    """The checks of the batch's result."""
    yield "exit code 1", ran.code == 1
    record = json.loads(ran.output or "{}")
    failed = {name: reason for name, _, reason in record.get("failed", ())}
    for kind in dict.fromkeys(spoilt.values()):
        names = [name for name, one in spoilt.items() if one == kind]
        listed = sum(bool(failed.get(name)) for name in names)
        yield f"{kind}: {listed} of {len(names)} listed with their reason", listed == len(names)
    yield f"failed although good: {sorted(set(failed) - set(spoilt))}", set(failed) <= set(spoilt)
    counts = record.get("counts", {})
    good = documents - len(spoilt)
    yield f"{counts.get('done')} of {good} good ones in the corpus", counts.get("done") == good


def print_runs(first: Ran, second: Ran, checks: Mapping[str, bool]) -> None:
    """Print figures and checks."""
    work = json.loads(first.output or "{}").get("batch", {})
    seconds = max(0.1, work.get("seconds", 0.0))
    print(f"whole command {first.wall:.0f} s wall; {first.cpu:.0f} CPU s of batch and workers")
    print(f"documents: {work.get('finished')} in {seconds:.0f} s", end=": ")
    print(f"{work.get('finished', 0) / seconds * 3600:.0f} an hour", end=", ")
    print(f"{work.get('sentences', 0) / seconds:.1f} sentences/s")
    print(f"publishing again with cleaning and splits: {second.wall:.0f} s wall")
    print(f"peak MiB of each process: {first.memory()}")
    for what, true in checks.items():
        print(f"{'ok ' if true else 'NOT'} {what}")


def _ids(folder: Path) -> list[str]:
    return [path.name.removesuffix(".zh.txt") for path in folder.glob("*.zh.txt")]


def _rows(out: Path, documents: list[str]) -> dict[str, list[Any]]:
    found: dict[str, list[Any]] = {name: [] for name in documents}
    for path in sorted((out / "jsonl").glob("*.jsonl")):
        for line in path.open(encoding="utf-8"):
            row = json.loads(line)
            if row["source_document"] in found:
                found[row["source_document"]].append(_nameless(row))
    return found


def _build(
    folder: Path, name: str, home: Path, how: list[str], environment: Mapping[str, str]
) -> list[Any]:
    """The rows of a single build from an empty cache."""
    out = home / "builds" / name
    environment = {**environment, "DUIZHAO_CACHE": str(home / "cache-of-builds" / name)}
    command = [*DUIZHAO, "build", str(folder / f"{name}.zh.txt")]
    command += ["--reference", str(folder / f"{name}.en.txt"), "--no-report"]
    command += ["--out", str(out), "--formats", "jsonl", *how]
    ran = run(command, environment)
    if ran.code:
        return []
    lines = (out / "corpus.jsonl").open(encoding="utf-8")
    return [_nameless(json.loads(line)) for line in lines]


def _nameless(row: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name not in NAMES}


def _shared(out: Path) -> Counter[str]:
    """Texts that are in two splits."""
    seen: dict[str, str] = {}
    shared = Counter[str]()
    for path in sorted((out / "jsonl").glob("*.jsonl")):
        split = path.name.partition("-")[0]
        for line in path.open(encoding="utf-8"):
            row = json.loads(line)
            for text in (row["source"], row["target"]):
                if seen.setdefault(text, split) != split:
                    shared[text] += 1
    return shared


if __name__ == "__main__":
    main()
