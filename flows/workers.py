"""Worker processes of a batch on one machine: one model load each, killed or not.

Each worker is a process of its own at the end of a pipe, so that it is known which group a worker
that died was at, and a worker that takes too long can be ended without disturbing the others.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import queue
import threading
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from flows.console import Console
from flows.documents import Outcome
from flows.manifest import Entry

THREAD_VARIABLES = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")

_starting = threading.Lock()

Heard = Callable[[str, int, int], None]


class WorkerLost(Exception):  # noqa: N818 - reads as what it is
    """The worker died or was ended while it worked; its group is not done."""


class Worker:
    """A process that takes one group after another.

    `threads` is also how many threads numpy's libraries get: more of them than cores wait for
    each other, which makes a busy machine many times slower.
    """

    def __init__(self, threads: int) -> None:
        context = multiprocessing.get_context("spawn")
        self._end, other = context.Pipe()
        self.process = context.Process(target=_serve, args=(other, os.getpid()), daemon=True)
        with _environment({name: str(threads) for name in THREAD_VARIABLES}):
            self.process.start()
        other.close()

    def run(
        self,
        group: tuple[Sequence[Entry], Sequence[str], str, dict[str, Any]],
        seconds: float,
        heard: Heard | None = None,
    ) -> list[Outcome]:
        """Have a group processed; WorkerLost where it does not come back within `seconds`."""
        try:
            self._end.send(group)
            while True:
                if not self._end.poll(seconds):
                    raise WorkerLost(f"nothing heard for {seconds:.0f} s")
                kind, told = self._end.recv()
                if kind == "outcomes":
                    return list(told)
                if kind == "error":
                    raise told
                if heard:
                    heard(*told)
        except (EOFError, OSError) as error:
            self.process.join(5)
            code = self.process.exitcode
            how = f"killed by signal {-code}" if code and code < 0 else f"ended with code {code}"
            raise WorkerLost(f"the worker was {how}") from error

    def end(self) -> None:
        """End the process, whatever it is at."""
        self.process.kill()
        self.process.join()
        self._end.close()


class Workers:
    """A fixed number of workers; a lost one is replaced."""

    def __init__(self, count: int, threads: int) -> None:
        self._threads = threads
        self._free: queue.SimpleQueue[Worker] = queue.SimpleQueue()
        for _ in range(count):
            self._free.put(Worker(threads))

    @contextlib.contextmanager
    def one(self) -> Iterator[Worker]:
        """A worker that is free now; waits for one."""
        worker = self._free.get()
        try:
            yield worker
        except BaseException:
            worker.end()
            worker = Worker(self._threads)
            raise
        finally:
            self._free.put(worker)

    def end(self) -> None:
        """End all workers that are free."""
        with contextlib.suppress(queue.Empty):
            while True:
                self._free.get_nowait().end()


@contextlib.contextmanager
def _environment(values: dict[str, str]) -> Iterator[None]:
    """Set variables for a process that is started meanwhile, unless the user has set them."""
    with _starting:
        ours = {name: value for name, value in values.items() if name not in os.environ}
        os.environ.update(ours)
        try:
            yield
        finally:
            for name in ours:
                del os.environ[name]


class _Telling(Console):
    """Tells the batch how far its worker is."""

    def __init__(self, pipe: Any) -> None:
        self._pipe = pipe

    def progress(self, text: str, done: int, total: int) -> None:
        """Send it through the pipe."""
        self._pipe.send(("progress", (text, done, total)))


def _serve(pipe: Any, parent: int) -> None:
    """What a worker process does until its pipe is closed."""
    import signal

    from flows import console
    from flows.documents import process_group
    from flows.parent import end_with_parent

    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the batch, which ends us
    end_with_parent(parent)
    with console.use(_Telling(pipe)):
        while True:
            try:
                group = pipe.recv()
            except EOFError:
                return
            try:
                pipe.send(("outcomes", process_group(*group)))
            except Exception as error:
                pipe.send(("error", error))
