"""numba's `njit` with a compile cache that outlives the process.

numba keeps compiled code beside the module by default, which a read-only installation forbids.
Here it goes under the user's cache directory (``DUIZHAO_CACHE`` or, if set, ``NUMBA_CACHE_DIR``).
Import this module only where the aligner runs: numba takes half a second to load.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numba
import platformdirs


def compile_cache() -> Path:
    """The folder of compiled code."""
    if folder := os.environ.get("NUMBA_CACHE_DIR"):
        return Path(folder)
    base = os.environ.get("DUIZHAO_CACHE") or platformdirs.user_cache_dir("duizhao")
    return Path(base) / "numba"


numba.config.CACHE_DIR = str(compile_cache())  # type: ignore[attr-defined]


def njit(function: Callable[..., Any]) -> Callable[..., Any]:
    """Compile a function of arrays and numbers; kept between processes."""
    compiled: Callable[..., Any] = numba.njit(cache=True, fastmath=False, nogil=True)(function)
    return compiled
