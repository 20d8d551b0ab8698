"""Worker processes of a batch, each of which loads the model once.

Each worker is a process at the end of a pipe, so that the group of a worker that died is known, and
a worker that takes too long can be ended without disturbing the others. It is started as
``python -m duizhao.flows.batch.workers DESCRIPTOR PARENT``, because a Dask worker, which may start
it, cannot have child processes of multiprocessing. It reports when it is ready; if it dies before
that, no document is the cause.
"""

from __future__ import annotations

import contextlib
import os
import queue
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from multiprocessing.connection import Connection
from typing import TYPE_CHECKING, Any

from duizhao.corpus.errors import BatchClosed, Retry, exit_code, one_line, retry_of
from duizhao.flows.batch.outcomes import Outcome
from duizhao.flows.runtime.processes import inherited, start_connected
from duizhao.flows.terminal.console import Console

if TYPE_CHECKING:
    from duizhao.flows.batch.documents import Group
    from duizhao.flows.batch.needs import Needs

THREAD_VARIABLES = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")

START_SECONDS = 600
"""Seconds for a worker to start on a busy machine; the end of one that dies is noticed at once."""

FROM_OUTSIDE = tuple(
    int(getattr(signal, name))
    for name in ("SIGKILL", "SIGTERM", "SIGINT", "SIGHUP")
    if hasattr(signal, name)  # Windows has only some of them
)
"""Signals from the user, or from the kernel when memory is short: not caused by a document."""

OnProgress = Callable[[str, int, int], None] | None


class WorkerLost(Exception):  # noqa: N818 - it describes an event
    """The worker died or was ended while it processed a group, which is not done.

    `retry` depends on the cause: a worker killed from outside is no evidence against its documents.
    """

    def __init__(self, message: str, retry: Retry = Retry.NEVER) -> None:
        super().__init__(message)
        self.retry = retry


class NotUp(Exception):  # noqa: N818 - it describes an event
    """The worker ended before it was ready."""


class WorkerError(Exception):
    """The worker is running and reports why the group could not be processed."""

    def __init__(self, message: str, retry: Retry, exit_code: int = 1) -> None:
        super().__init__(message)
        self.retry = retry
        self.exit_code = exit_code


class Worker:
    """A process that takes one group after another.

    `threads` is also the number of threads of numpy's libraries, unless the user has set it: more
    threads than cores wait for each other, which makes a busy machine many times slower.
    """

    _is_up = False

    def __init__(self, threads: int) -> None:
        limits = {name: str(threads) for name in THREAD_VARIABLES if threads}
        self.process, self._end = start_connected(
            "duizhao.flows.batch.workers",
            os.getpid(),
            environment=limits | os.environ,
        )

    def run(
        self,
        group: Group,
        seconds: float,
        on_progress: OnProgress = None,
    ) -> list[Outcome]:
        """Process a group.

        NotUp if the process does not start; WorkerLost if it dies at work, or reports no progress
        for `seconds`.
        """
        return list(self._ask(group, seconds, on_progress))

    def check(self, needs: Needs) -> None:
        """Let the worker check that it has what documents need; WorkerError if it has not."""
        self._ask(needs, START_SECONDS, None)

    def _ask(self, work: Group | Needs, seconds: float, on_progress: OnProgress) -> list[Outcome]:
        self._come_up()
        self._pipe(lambda: self._end.send(work))
        while True:
            if not self._pipe(lambda: self._end.poll(seconds)):
                raise WorkerLost(f"no progress for {seconds:.0f} s (--timeout)")
            kind, content = self._pipe(self._end.recv)
            if kind == "done":
                outcomes: list[Outcome] = content
                return outcomes
            if kind == "error":
                raise WorkerError(*content)
            if on_progress:
                on_progress(*content)

    def _come_up(self) -> None:
        if self._is_up:
            return
        try:
            if not self._pipe(lambda: self._end.poll(START_SECONDS)):
                raise WorkerLost(f"no answer for {START_SECONDS} s")
            self._pipe(self._end.recv)
        except WorkerLost as error:
            raise NotUp(f"no worker started: {error}") from error
        self._is_up = True

    def _pipe(self, use: Callable[[], Any]) -> Any:
        try:
            return use()
        except (EOFError, OSError) as error:
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.process.wait(5)
            code = self.process.returncode
            if code is not None and code < 0:
                retry = Retry.LATER if -code in FROM_OUTSIDE else Retry.NEVER
                raise WorkerLost(f"the worker was killed by signal {-code}", retry) from error
            raise WorkerLost(f"the worker ended with code {code}") from error

    def end(self) -> None:
        """End the process, even if it is busy."""
        self.process.kill()
        self.process.wait()


class Workers:
    """A fixed number of workers; a lost one is replaced, until all are ended."""

    def __init__(self, count: int, threads: int) -> None:
        self._threads = threads
        self._free: queue.SimpleQueue[Worker | None] = queue.SimpleQueue()
        self._all: set[Worker] = set()
        self._lock = threading.Lock()
        self.closed = False
        for _ in range(count):
            self._free.put(self._start())

    @contextlib.contextmanager
    def one(self) -> Iterator[Worker]:
        """A free worker; waits for one. BatchClosed if all have been ended."""
        worker = self._free.get()
        try:
            if self.closed or worker is None:
                raise BatchClosed("the batch is being ended")
            yield worker
        except BaseException as error:
            if worker is not None and not isinstance(error, WorkerError):
                with self._lock:
                    self._all.discard(worker)
                worker.end()
                worker = None if self.closed else self._start()
            raise
        finally:
            self._free.put(worker)

    def end(self) -> None:
        """End all workers, including busy ones, and start no further group."""
        with self._lock:
            self.closed = True
            for worker in self._all:
                worker.end()
            self._all.clear()

    def _start(self) -> Worker | None:
        with self._lock:
            if self.closed:
                return None
            worker = Worker(self._threads)
            self._all.add(worker)
            return worker


class _PipeConsole(Console):
    """Sends the worker's progress to the batch."""

    def __init__(self, pipe: Connection) -> None:
        self._pipe = pipe

    def progress(self, text: str, done: float, total: int) -> None:
        """Send it through the pipe."""
        self._pipe.send(("progress", (text, done, total)))


def serve(
    pipe: Connection, parent: int, process: Callable[[Group], list[Outcome]] | None = None
) -> None:
    """Report that the process is up, then work until the pipe is closed.

    `process` replaces `process_group`.
    """
    from duizhao.flows.batch.documents import process_group
    from duizhao.flows.batch.needs import Needs, check_needs
    from duizhao.flows.runtime.processes import end_with_parent
    from duizhao.flows.terminal import console, safe

    process = process or process_group
    end_with_parent(parent)
    with safe.guarded(), console.use(_PipeConsole(pipe)):
        safe.escape_everything()
        pipe.send(("up", ()))
        while True:
            try:
                work = pipe.recv()
            except EOFError:
                return
            try:
                if isinstance(work, Needs):
                    check_needs(work)
                    pipe.send(("done", []))
                else:
                    pipe.send(("done", process(work)))
            except Exception as error:  # as text: not every error can be pickled
                pipe.send(("error", (one_line(error), retry_of(error), exit_code(error))))


if __name__ == "__main__":
    serve(inherited(int(sys.argv[1])), int(sys.argv[2]))
