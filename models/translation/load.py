"""Load an engine: `load_engine(model, engine)`."""

from __future__ import annotations

import os
import threading
from functools import lru_cache
from typing import Any, Literal

from duizhao.corpus.errors import ModelNameError, ModelSettingError, WeightsError
from duizhao.models.translation.engine import Engine
from duizhao.models.weights.default import DEFAULT_MODEL, FetchProgress, verify
from duizhao.models.weights.locate import ModelFiles, locate

EngineName = Literal["auto", "ctranslate2", "transformers"]
ENGINES = ("auto", "ctranslate2", "transformers")
DEVICES = ("auto", "cpu", "cuda")

_LOADING = threading.Lock()


def load_engine(
    model: str | None = None,
    engine: EngineName = "auto",
    *,
    device: str = "auto",
    compute_type: str = "auto",
    threads: int | None = None,
    threads_each: int = 1,
    batch_tokens: int | None = None,
    english_only: bool = True,
    progress: FetchProgress | None = None,
) -> Engine:
    """The engine for a model, fetched and converted if needed, and loaded once per process.

        >>> load_engine().translate(["安全理事会,"])[0].text     # doctest: +SKIP
        'Security Council,'

    `model` is None (the default model), a directory, or a Hugging Face name; the engine "auto" is
    ctranslate2. `device`, `compute_type`, `threads` and `batch_tokens` default to what is best on
    the machine. For ctranslate2, `threads_each` is the number of threads per batch, and
    `english_only=False` lets the default model choose Chinese pieces too
    (models/weights/english_pieces.py). Raises ModelError (corpus/errors.py).
    """
    if engine not in ENGINES:
        raise ModelNameError(f"unknown engine {engine!r}; use one of {', '.join(ENGINES)}")
    if device not in DEVICES:
        raise ModelSettingError(f"unknown device {device!r}; use one of {', '.join(DEVICES)}")
    options: dict[str, Any] = {
        "device": device,
        "compute_type": compute_type,
        "threads": threads,
        "batch_tokens": batch_tokens,
    }
    if engine != "transformers":
        options |= {"threads_each": threads_each, "english_only": english_only}
    with _LOADING:  # so that threads share one engine
        files = locate(model, progress)
        # the process id: a forked worker must not use its parent's threads
        return _loaded(os.getpid(), files, engine == "transformers", **options)


@lru_cache(maxsize=2)
def _loaded(_process: int, files: ModelFiles, transformers: bool, **options: Any) -> Engine:
    # the translation memory would store output of damaged weights as that of the intact model
    if files.name == DEFAULT_MODEL and (damaged := verify(files.folder)):
        raise WeightsError(
            f"{files.folder}: {', '.join(damaged)} damaged; to fetch it again: duizhao model fetch"
        )
    if transformers:
        from duizhao.models.translation.marian import MarianEngine
        from duizhao.models.weights.to_marian import marian_form

        marian: Engine = MarianEngine(marian_form(files), files.name, files.hash, **options)
        return marian
    from duizhao.models.translation.ctranslate import CTranslateEngine

    folder = files.folder
    if files.form == "transformers":
        from duizhao.models.weights.to_ctranslate import converted

        folder = converted(files)
    return CTranslateEngine(folder, files.name, files.hash, **options)
