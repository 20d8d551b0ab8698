"""Recognise pages in parallel, or load them from the cache."""

from __future__ import annotations

import contextlib
import os
import threading
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor

from duizhao.corpus.reading.draft import Source
from duizhao.corpus.reading.scan import cache
from duizhao.corpus.reading.scan.recognition.engine import Image, load
from duizhao.corpus.reading.scan.recognition.page import RecognisedPage
from duizhao.corpus.reading.scan.recognition.page_image import recognise

WORKERS = max(1, len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 1)
"""Pages that are recognised at the same time: one for each core."""

STACK_BYTES = 16 * 2**20


def recognise_pages(
    images: Iterable[tuple[int, Image, float]], total: int, source: Source
) -> Iterator[tuple[int, RecognisedPage]]:
    """Recognise pages given as (number, image, dpi), in their order.

    As many pages at once as there are cores; few images are in memory at any time.
    """
    waiting: deque[tuple[int, Future[RecognisedPage]]] = deque()
    done = 0
    with _pool() as pool:
        for number, image, dpi in images:
            if source.more_time:
                source.more_time(source.limits.page_seconds)
            waiting.append((number, pool.submit(_page, image, dpi)))
            if len(waiting) > WORKERS:
                yield _next(waiting)
                done += 1
                _report(source, done, total)
        while waiting:
            yield _next(waiting)
            done += 1
            _report(source, done, total)


@contextlib.contextmanager
def _pool() -> Iterator[ThreadPoolExecutor]:
    """Threads with stacks of an ordinary size, although those of the process may be large."""
    before = threading.stack_size(STACK_BYTES)
    try:
        with ThreadPoolExecutor(WORKERS) as pool:
            yield pool
    finally:
        threading.stack_size(before)


def _next(waiting: deque[tuple[int, Future[RecognisedPage]]]) -> tuple[int, RecognisedPage]:
    number, future = waiting.popleft()
    return number, future.result()


def _report(source: Source, done: int, total: int) -> None:
    if source.progress:
        source.progress(done, total)


def _page(image: Image, dpi: float) -> RecognisedPage:
    key = cache.key_of(image, dpi)
    page = cache.load(key)
    if page is None:
        page = recognise(load(), image, dpi)
        cache.save(key, page)
    return page
