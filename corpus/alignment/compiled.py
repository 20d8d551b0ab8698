"""numba's `njit` with a compile cache that outlives the process.

By default numba stores compiled code next to the module, which fails in a read-only installation.
Here it goes to the user's cache folder (``DUIZHAO_CACHE`` or, if set, ``NUMBA_CACHE_DIR``). Import
this module only where the aligner runs: numba takes half a second to load.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numba

from duizhao.corpus.paths import cache_folder


def compile_cache() -> Path:
    """The folder of compiled code."""
    folder = os.environ.get("NUMBA_CACHE_DIR")
    return Path(folder) if folder else cache_folder() / "numba"


numba.config.CACHE_DIR = str(compile_cache())  # type: ignore[attr-defined]


def njit(function: Callable[..., Any]) -> Callable[..., Any]:
    """Compile a function of arrays and numbers; the result is cached on disk."""
    compiled: Callable[..., Any] = numba.njit(cache=True, fastmath=False, nogil=True)(function)
    return compiled
