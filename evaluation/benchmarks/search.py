"""Time to index and to search a large corpus.

    python -m duizhao.evaluation.benchmarks.search DATA --rows 1000000

The UN development set (DATA/unpc) is repeated with another number in every row until there are so
many rows. Each query runs five times on an index that is warm; the medians of the time and of the
CPU time are printed.
"""

from __future__ import annotations

import argparse
import os
import statistics
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from duizhao.corpus.bitext import Row
from duizhao.corpus.files.jsonl import write
from duizhao.evaluation.search import search
from duizhao.evaluation.search.index import index_file, open_index

QUERIES = (
    "落实",
    "会员国",
    "可持续发展",
    "儿童权利公约",
    "国",
    "implementation",
    '"human rights"',
    "develop*",
    "落实 implement*",
    '"climate change" 气候',
)


def rows(data: Path, number: int) -> Iterator[Row]:
    """Rows in which each repetition differs by a number."""
    chinese, english = (
        (data / "unpc" / f"dev.{language}").read_text("utf-8").split("\n")[:4000]
        for language in ("zh", "en")
    )
    for at in range(number):
        turn, line = divmod(at, len(chinese))
        yield Row(
            id=f"doc{turn:04d}-{line:06d}",
            source_document=f"doc{turn:04d}",
            target_document=f"doc{turn:04d}",
            source_ids=(line,),
            target_ids=(line,),
            source_blocks=(line,),
            target_blocks=(line,),
            section="",
            source=f"{chinese[line]}（{turn}）",
            target=f"{english[line]} ({turn})",
            machine_translation="",
            target_kind="human",
            bead_type="1-1",
            alignment_score=1.0,
            confidence=0.99,
            metadata={"date": f"{1990 + turn % 35}-01-01"},
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("data", type=Path)
    parser.add_argument("--rows", type=int, default=1_000_000)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        os.environ["DUIZHAO_CACHE"] = f"{folder}/cache"
        corpus = Path(folder, "corpus.jsonl")
        with corpus.open("wb") as file:
            write(rows(options.data, options.rows), file)
        start, start_cpu = time.perf_counter(), time.process_time()
        open_index(corpus).close()
        seconds, cpu = time.perf_counter() - start, time.process_time() - start_cpu
        size = index_file(corpus).stat().st_size / 2**20
        print(
            f"{options.rows:,} rows indexed in {seconds:.0f} s ({cpu:.0f} s of CPU); the index has "
            f"{size:,.0f} MiB, the corpus {corpus.stat().st_size / 2**20:,.0f} MiB",
            flush=True,
        )
        for query in QUERIES:
            times, cpu_times = [], []
            for _ in range(5):
                start, start_cpu = time.perf_counter(), time.process_time()
                found = search([corpus], query, limit=50)
                times.append(time.perf_counter() - start)
                cpu_times.append(time.process_time() - start_cpu)
            best = ", ".join(f"{one.text} {one.share:.0%}" for one in found.translations[:4])
            taken = (
                f"{statistics.median(times):6.3f} s {statistics.median(cpu_times):6.3f} s of CPU"
            )
            print(f"{taken}  {found.total:8,} rows  {query}  {best}", flush=True)


if __name__ == "__main__":
    main()
