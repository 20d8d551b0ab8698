"""Prepare what a build will need while the private Prefect server starts.

The server takes seconds to start in a separate process, while this one waits for it. In that time,
the model is fetched and loaded and the aligner compiled if the report is not translated yet; the
libraries of the last stage are imported in any case.
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable

from duizhao.flows import results, stages
from duizhao.flows.results import Key, ReadResult
from duizhao.flows.settings import Settings
from duizhao.models.weights.default import is_fetched


def prepare(source: Key[ReadResult], aligned: bool, settings: Settings) -> None:
    """Start the preparations in threads; an error is raised again in the stage that needs them.

    The engine is loaded once: a stage that needs it earlier waits for the thread.
    """
    works: list[Callable[[], object]] = [_import_writers]
    if not _translated(source, settings):
        if stages.uses_model(settings):
            works.append(lambda: stages.engine_of(settings))
        if aligned:
            works.append(_prepare_alignment)
    for work in works:
        threading.Thread(target=_quietly, args=(work,), daemon=True, name="prepare").start()


def _translated(source: Key[ReadResult], settings: Settings) -> bool:
    if stages.uses_model(settings) and not settings.model and not is_fetched():
        return False
    texts = [sentence.text for sentence in results.load(source).document.sentences]
    return results.have(stages.translation_key(texts, settings))


def _prepare_alignment() -> None:
    from duizhao.corpus.alignment.warm_up import compile_all

    stages.check_embedder()
    compile_all()


def _import_writers() -> None:
    import pyarrow
    import pyarrow.parquet

    pyarrow.array([""])  # imports pandas


def _quietly(work: Callable[[], object]) -> None:
    with contextlib.suppress(Exception):  # any error: a thread would print its traceback
        work()
