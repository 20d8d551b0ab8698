"""Recognise pages side by side, from the cache where they are there already."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor

from duizhao.corpus.errors import InputError
from duizhao.corpus.reading.draft import Progress
from duizhao.corpus.reading.scan import cache
from duizhao.corpus.reading.scan.recognition.engine import Image, load
from duizhao.corpus.reading.scan.recognition.page import RecognisedPage
from duizhao.corpus.reading.scan.recognition.page_image import recognise

EXTRA = "pip install '.[scan]'"


def installed() -> bool:
    """Whether the extra `scan` is installed."""
    from importlib.util import find_spec

    return all(find_spec(name) for name in ("rapidocr", "onnxruntime", "cv2"))


def need_extra(name: str, what: str) -> InputError:
    """The error for a document that needs recognition where the extra is not installed."""
    return InputError(f"{name}: {what}; to recognise its text install the extra: {EXTRA}")


def recognise_pages(
    images: Iterable[tuple[int, Image, float]],
    total: int,
    progress: Progress | None = None,
) -> Iterator[tuple[int, RecognisedPage]]:
    """Recognise pages given as (number, image, dpi), in their order.

    As many pages at once as there are cores; few images are in memory at any time.
    """
    workers = max(1, len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 1)
    waiting: deque[tuple[int, Future[RecognisedPage]]] = deque()
    done = 0
    with ThreadPoolExecutor(workers) as pool:
        for number, image, dpi in images:
            waiting.append((number, pool.submit(_page, image, dpi)))
            if len(waiting) <= workers:
                continue
            first, future = waiting.popleft()
            yield first, future.result()
            done += 1
            if progress:
                progress(done, total)
        while waiting:
            first, future = waiting.popleft()
            yield first, future.result()
            done += 1
            if progress:
                progress(done, total)


def _page(image: Image, dpi: float) -> RecognisedPage:
    key = cache.key_of(image, dpi)
    page = cache.load(key)
    if page is None:
        page = recognise(load(), image, dpi)
        cache.save(key, page)
    return page
