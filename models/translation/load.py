"""The one way to an engine: `load_engine(model, engine)`."""

from __future__ import annotations

import os
import threading
from functools import lru_cache
from typing import Literal, cast

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
    """The engine for a model, fetched and converted where needed; loaded once a process.

        >>> load_engine().translate(["安全理事会,"])[0].text     # doctest: +SKIP
        'Security Council,'

    `model` is None (the default model), a directory, or a Hugging Face name; "auto" is
    ctranslate2. `device`, `compute_type`, `threads` and `batch_tokens` are chosen for the machine
    unless given (`threads_each`: how many threads a batch has); `english_only` False gives the
    default model its Chinese pieces back (models/weights/english_pieces.py). Raises ModelError
    (corpus/errors.py).
    """
    if engine not in ENGINES:
        raise ModelNameError(f"no engine {engine!r}; there are {', '.join(ENGINES)}")
    if device not in DEVICES:
        raise ModelSettingError(f"no device {device!r}; there are {', '.join(DEVICES)}")
    with _LOADING:  # tasks in several threads load one engine, not several
        files = locate(model, progress)
        # the process id: a forked worker must not use its parent's threads
        return _loaded(
            os.getpid(),
            files,
            "transformers" if engine == "transformers" else "ctranslate2",
            device,
            compute_type,
            threads,
            threads_each,
            batch_tokens,
            english_only,
        )


@lru_cache(maxsize=2)
def _loaded(
    _process: int,
    files: ModelFiles,
    engine: str,
    device: str,
    compute_type: str,
    threads: int | None,
    threads_each: int,
    batch_tokens: int | None,
    english_only: bool,
) -> Engine:
    # what spoilt weights say would be remembered as the sound model's word
    if files.name == DEFAULT_MODEL and (spoilt := verify(files.folder)):
        raise WeightsError(
            f"{files.folder}: {', '.join(spoilt)} damaged; to fetch it again: duizhao model fetch"
        )
    if engine == "transformers":
        from duizhao.models.translation.marian import load_marian

        return cast(
            Engine,
            load_marian(
                files,
                device=device,
                compute_type=compute_type,
                threads=threads,
                batch_tokens=batch_tokens,
            ),
        )
    from duizhao.models.translation.ctranslate import CTranslateEngine

    folder = files.folder
    if files.form == "transformers":
        from duizhao.models.weights.to_ctranslate import converted

        folder = converted(files)
    return CTranslateEngine(
        folder,
        files.name,
        files.hash,
        device=device,
        compute_type=compute_type,
        threads=threads,
        threads_each=threads_each,
        batch_tokens=batch_tokens,
        english_only=english_only,
    )
