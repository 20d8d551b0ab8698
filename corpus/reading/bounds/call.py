"""Run a reader in a process of its own, within limits.

    document, ledger = call("report.pdf", parse, source, "zh", limits=Limits(seconds=60))

The process is reused for the next document and started anew after a large one. It can be ended
at any moment, so that a document that takes too long, exhausts its memory or crashes a library
fails with one line and leaves this process and the machine alone.
"""

from __future__ import annotations

import atexit
import contextlib
import os
import pickle
import platform
import queue
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from enum import Enum
from importlib import import_module
from typing import Any, TypeVar

from duizhao.corpus.errors import DuizhaoError, LimitError, ReaderError
from duizhao.corpus.reading.bounds.limits import MB, Limits, out_of_memory, too_slow

T = TypeVar("T")
Progress = Callable[[int, int], None]

MOST_MEMORY_TO_REUSE = 300 * MB
MOST_IDLE = 4
WATCH_SECONDS = 0.25

_BOOT = (
    "import pickle, sys; sys.path[:] = pickle.load(sys.stdin.buffer); "
    "from duizhao.corpus.reading.bounds.child import main; main()"
)


def call(
    name: str,
    function: Callable[..., T],
    *arguments: object,
    limits: Limits,
    progress: Progress | None = None,
) -> T:
    """Call a function of a module in the other process and return its result.

    Function, arguments and result are pickled. A function that reports progress takes the keyword
    arguments `progress` and `more_time`, which adds seconds to its limit. Raises the DuizhaoError
    that the function raised; LimitError, with `name` in its message, if it exceeded the limits;
    ReaderError if it failed otherwise.
    """
    process = _take()
    try:
        answer = process.ask((function, arguments, limits, progress is not None), limits, progress)
    except BaseException:
        process.end()
        raise
    if isinstance(answer, _Ended):
        code = process.end()
        raise LimitError(f"{name}: {_cause(answer, code, limits)}")
    kind, *content, peak = answer
    _give_back(process, peak)
    if kind == "result":
        result: T = content[0]
        return result
    if kind == "limit":
        raise LimitError(f"{name}: {content[0]}")
    if kind == "error":
        error: DuizhaoError = content[0]
        raise error
    raise ReaderError(
        f"{name}: the reader failed unexpectedly: {content[0]}; please report it, with the file "
        "if you can",
        content[1],
    )


class _Ended(Enum):
    """Why there is no answer."""

    ITSELF = "the process ended"
    TIME = "it took too long"
    MEMORY = "it took too much memory"


class _Process:
    """A child process and the thread that receives its answers."""

    def __init__(self) -> None:
        self.environment = dict(os.environ)
        self._popen = subprocess.Popen(
            [sys.executable, "-c", _BOOT],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={**self.environment, "MALLOC_ARENA_MAX": "1"},
            # Ctrl-C in a terminal is for the parent process, which ends this one
            start_new_session=os.name == "posix",
        )
        self._answers: queue.SimpleQueue[tuple[Any, ...] | None] = queue.SimpleQueue()
        threading.Thread(target=self._receive, daemon=True).start()
        self._send(sys.path)

    @property
    def alive(self) -> bool:
        return self._popen.poll() is None

    def ask(
        self, request: object, limits: Limits, progress: Progress | None
    ) -> tuple[Any, ...] | _Ended:
        """The answer to a request, or why there is none."""
        deadline = time.monotonic() + limits.seconds
        self._send(request)
        while True:
            left = deadline - time.monotonic()
            try:
                answer = self._answers.get(timeout=max(0.0, min(left, WATCH_SECONDS)))
            except queue.Empty:
                if left <= 0:
                    return _Ended.TIME
                if _memory_of(self._popen.pid) > limits.memory_bytes:
                    return _Ended.MEMORY
                continue
            if answer is None:
                return _Ended.ITSELF
            if answer[0] == "more_time":
                deadline += answer[1]
                continue
            if answer[0] != "progress":
                return answer
            if progress is not None:
                progress(answer[1], answer[2])

    def end(self) -> int | None:
        """End the process, and what it started; its exit code if it had ended by itself."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            # one that crashed may need a moment to be gone
            self._popen.wait(0.05)
        code = self._popen.poll()
        if os.name == "posix":
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self._popen.pid, signal.SIGKILL)
        self._popen.kill()
        self._popen.wait()
        for pipe in (self._popen.stdin, self._popen.stdout):
            with contextlib.suppress(OSError):
                pipe.close() if pipe else None
        return code

    def _send(self, message: object) -> None:
        pipe = self._popen.stdin
        assert pipe is not None
        # a process that has ended is noticed when its answer does not come
        with contextlib.suppress(BrokenPipeError):
            pickle.dump(message, pipe, protocol=5)
            pipe.flush()

    def _receive(self) -> None:
        pipe = self._popen.stdout
        assert pipe is not None
        try:
            while True:
                self._answers.put(_Unpickler(pipe).load())
        except (EOFError, OSError, ValueError, pickle.UnpicklingError):
            self._answers.put(None)


class _Unpickler(pickle.Unpickler):
    """Accepts nothing but values and our own classes."""

    def find_class(self, module: str, name: str) -> Any:
        """The class; UnpicklingError for anything else, which only an attacker would send."""
        if module.startswith("duizhao."):
            found = super().find_class(module, name)
            if isinstance(found, type):
                return found
        raise pickle.UnpicklingError(f"{module}.{name}")


_idle: list[_Process] = []
_lock = threading.Lock()


def _take() -> _Process:
    with _lock:
        while _idle:
            process = _idle.pop()
            if process.alive and process.environment == os.environ:
                return process
            process.end()
    return _Process()


def _give_back(process: _Process, peak: int) -> None:
    with _lock:
        if peak <= MOST_MEMORY_TO_REUSE and len(_idle) < MOST_IDLE and process.alive:
            _idle.append(process)
            return
    process.end()


@atexit.register
def close() -> None:
    """End the idle processes."""
    with _lock:
        while _idle:
            _idle.pop().end()


def _forget() -> None:
    """In a forked process: the idle processes belong to the parent."""
    global _lock
    _lock = threading.Lock()
    _idle.clear()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget)


def _cause(ended: _Ended, code: int | None, limits: Limits) -> str:
    """Why a document could not be read; `code` is the exit code of a process that ended itself."""
    if ended is _Ended.TIME:
        return str(too_slow(limits))
    memory = str(out_of_memory(limits))
    if ended is _Ended.MEMORY:
        return memory
    name = ""
    if code is not None and code < 0:
        with contextlib.suppress(ValueError):
            name = f" ({signal.Signals(-code).name})"
    return f"reading it crashes a library{name}: repair the file; or {memory}"


def _memory_of(pid: int) -> int:
    """Memory of a process on systems where it cannot limit itself; 0 on Linux, where it can."""
    if platform.system() == "Linux":
        return 0
    with contextlib.suppress(Exception):
        return int(import_module("psutil").Process(pid).memory_info().rss)
    return 0
