"""Hostile documents through the readers: outcome, seconds and peak memory of each.

    python -m evaluation.benchmarks.robustness.hostile --seconds 60 --memory 1024

Makes the documents in a temporary folder, reads each in a fresh process, and prints a table. The
memory is that of the process that reads, at its peak; the command fails if a document ends in
anything but a text, a refusal in one line or a limit.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from duizhao.corpus.errors import DuizhaoError, LimitError, ReaderError
from duizhao.corpus.reading import Limits, read
from duizhao.evaluation.benchmarks.robustness.hostile_files import MAKERS

MB = 2**20
MODULE = "duizhao.evaluation.benchmarks.robustness.hostile"


def one(path: Path, limits: Limits) -> dict[str, object]:
    """Read a document in a child of this process and return the outcome."""
    from duizhao.corpus.reading.bounds import call

    start = time.monotonic()
    try:
        document, ledger = read(path, "zh", limits=limits)
        kind = "read"
        text = f"{len(document.blocks)} blocks, {len(ledger)} in the ledger"
    except ReaderError as error:
        kind, text = "FAULT", str(error)
    except LimitError as error:
        kind, text = "limit", str(error)
    except DuizhaoError as error:
        kind, text = "refused", str(error)
    seconds = time.monotonic() - start
    call.close()
    return {"kind": kind, "text": text.replace(f"{path}: ", ""), "seconds": seconds} | _peaks()


def _peaks() -> dict[str, float]:
    """Peak memory in MB of the reading process, and of its parent."""
    try:
        import resource
    except ImportError:
        return {"child": 0.0, "parent": 0.0}
    unit = 1 if sys.platform == "darwin" else 1024
    child = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * unit / MB
    status = Path("/proc/self/status")
    peaks = re.findall(r"VmHWM:\s+(\d+)", status.read_text()) if status.exists() else []
    return {"child": child, "parent": int(peaks[0]) / 1024 if peaks else 0.0}


def main() -> None:
    """Make the documents, read them and print the table."""
    parser = argparse.ArgumentParser(description="Hostile documents through the readers.")
    parser.add_argument("--seconds", type=float, default=60.0, help="limit for each document")
    parser.add_argument("--memory", type=int, default=1024, help="limit in MB")
    parser.add_argument("--only", default="", help="documents whose name contains this")
    parser.add_argument("--one", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    limits = Limits(seconds=options.seconds, memory_bytes=options.memory * MB)
    if options.one:
        print(json.dumps(one(options.one, limits)))
        return
    faults = count = 0
    print(f"{'document':<28} {'outcome':<8} {'seconds':>7} {'peak MB':>8} {'parent':>7}")
    for name, make in MAKERS.items():
        if options.only not in name:
            continue
        with tempfile.TemporaryDirectory(prefix="duizhao-hostile-") as folder:
            path = make(Path(folder))
            command = [
                sys.executable, "-m", MODULE, "--one", str(path),
                "--seconds", str(options.seconds), "--memory", str(options.memory),
            ]  # fmt: skip
            done = subprocess.run(command, capture_output=True, text=True, check=False)
        count += 1
        if done.returncode or not done.stdout:
            faults += 1
            print(f"{name:<28} CRASH    {done.stderr.strip().splitlines()[-1:]}", flush=True)
            continue
        facts = json.loads(done.stdout.splitlines()[-1])
        late = facts["seconds"] > options.seconds + 30
        over = facts["child"] > options.memory + 256
        faults += facts["kind"] == "FAULT" or late or over or "\n" in facts["text"]
        mark = " !!" if late or over else ""
        shown = facts["text"].encode("unicode_escape").decode() if "\x1b" in name else facts["text"]
        print(
            f"{name:<28} {facts['kind']:<8} {facts['seconds']:>7.1f} {facts['child']:>8.0f} "
            f"{facts['parent']:>7.0f}  {shown[:150]}{mark}",
            flush=True,
        )
    print(f"{count} documents, {faults} faults")
    sys.exit(1 if faults else 0)


if __name__ == "__main__":
    os.environ.setdefault("PYTHONUTF8", "1")
    main()
