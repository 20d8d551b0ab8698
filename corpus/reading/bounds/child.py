"""The process in which documents are read, so that a hostile file can only harm that process.

`duizhao.corpus.reading.bounds.call` starts it and sends requests through standard input: pickled
tuples (function, arguments, limits, whether progress is wanted). The answers are pickled tuples
as well: ("progress", done, total) and ("more_time", seconds) any number of times, then one of

    ("result", value, peak memory in bytes)
    ("error", the DuizhaoError, peak memory in bytes)
    ("limit", a LimitError without the document's name, peak memory in bytes)
    ("unexpected", "ValueError: ... (reading/html.py:120)", the traceback, peak memory in bytes)
"""

from __future__ import annotations

import contextlib
import os
import pickle
import sys
import threading
import traceback
from pathlib import Path
from typing import Any, BinaryIO

from duizhao.corpus.errors import DuizhaoError
from duizhao.corpus.reading.bounds.limits import MB, Limits, out_of_memory, too_deep

STACK_BYTES = 512 * MB
"""Stack of the thread that reads; only what is used of it costs memory."""

FRAMES_PER_LEVEL = 12
"""Python calls that a reader needs for one level of nesting, at most."""

GRACE_SECONDS = 30.0
"""After so long over its time the process ends itself: the one that should end it is gone."""


def main() -> None:
    """Answer requests until standard input ends or the parent process is gone."""
    requests = sys.stdin.buffer
    answers = os.fdopen(os.dup(1), "wb")
    # what a library prints must not get among the answers
    null = os.open(os.devnull, os.O_WRONLY)
    os.dup2(null, 1)
    sys.stdout = sys.stderr
    threading.stack_size(STACK_BYTES)
    worker = threading.Thread(target=_serve, args=(requests, answers, _memory_in_use()))
    worker.daemon = True
    worker.start()
    parent = os.getppid()
    while worker.is_alive():
        worker.join(0.5)
        if os.getppid() != parent:
            os._exit(1)


def _serve(requests: BinaryIO, answers: BinaryIO, base: int) -> None:
    while True:
        try:
            function, arguments, limits, wants_progress = pickle.load(requests)
        except (EOFError, OSError):
            return
        _restrict(limits, base)

        def progress(done: int, total: int) -> None:
            _send(answers, ("progress", done, total))

        def more_time(seconds: float) -> None:
            _send(answers, ("more_time", seconds))
            _postpone_end(seconds)

        extra = {"progress": progress, "more_time": more_time} if wants_progress else {}
        try:
            result = function(*arguments, **extra)
            packed = pickle.dumps(("result", result, peak()), protocol=5)
        except DuizhaoError as error:
            packed = pickle.dumps(("error", error, peak()))
        except MemoryError:
            packed = pickle.dumps(("limit", out_of_memory(limits), peak()))
        except RecursionError:
            packed = pickle.dumps(("limit", too_deep(limits), peak()))
        except BaseException as error:
            if _is_out_of_memory(error):
                packed = pickle.dumps(("limit", out_of_memory(limits), peak()))
            else:
                packed = pickle.dumps(("unexpected", _place(error), traceback.format_exc(), peak()))
        try:
            answers.write(packed)
            answers.flush()
        except OSError:
            return


def _send(answers: BinaryIO, message: tuple[Any, ...]) -> None:
    with contextlib.suppress(OSError):
        answers.write(pickle.dumps(message))
        answers.flush()


def _restrict(limits: Limits, base: int) -> None:
    """Set the limits of the process for the next document."""
    sys.setrecursionlimit(1000 + FRAMES_PER_LEVEL * limits.depth)
    try:
        import resource
        import signal
    except ImportError:  # Windows: the parent process watches the time and the memory
        return
    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    wanted = base + STACK_BYTES + limits.memory_bytes
    if hard != resource.RLIM_INFINITY:
        wanted = min(wanted, hard)
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_AS, (wanted, hard))
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    # the default action of the signal ends the process, even inside a library
    signal.setitimer(signal.ITIMER_REAL, limits.seconds + GRACE_SECONDS)


def _postpone_end(seconds: float) -> None:
    try:
        import signal

        left, _ = signal.getitimer(signal.ITIMER_REAL)
        signal.setitimer(signal.ITIMER_REAL, left + seconds)
    except (ImportError, AttributeError):  # Windows
        return


def _memory_in_use() -> int:
    """Address space of this process; 0 where the system does not say."""
    try:
        pages = int(Path("/proc/self/statm").read_text().split()[0])
    except (OSError, ValueError):
        return 0
    return pages * os.sysconf("SC_PAGE_SIZE")


def peak() -> int:
    """The most memory that this process has used so far, in bytes; 0 where unknown.

    Not ru_maxrss: on Linux it starts with the peak of the process that started this one.
    """
    try:
        status = Path("/proc/self/status").read_text()
        return next(int(line.split()[1]) for line in status.splitlines() if "VmHWM" in line) * 1024
    except (OSError, StopIteration):
        pass
    try:
        import resource
    except ImportError:
        return 0
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024


def _is_out_of_memory(error: BaseException) -> bool:
    """Whether a C++ library reports in words of its own that it got no memory."""
    return any(sign in str(error) for sign in ("bad_alloc", "Failed to allocate memory"))


def _place(error: BaseException) -> str:
    """Type, message and place in our code of an unforeseen error, in one line."""
    package = str(Path(__file__).resolve().parent.parent.parent)
    frames = traceback.extract_tb(error.__traceback__)
    ours = [frame for frame in frames if frame.filename.startswith(package)] or list(frames)
    where = f" ({Path(ours[-1].filename).name}, line {ours[-1].lineno})" if ours else ""
    text = " ".join(str(error).split())[:200]
    return f"{type(error).__name__}{f': {text}' if text else ''}{where}"
