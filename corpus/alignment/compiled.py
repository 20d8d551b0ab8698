"""numba's `njit` with a compile cache that outlives the process.

By default numba stores compiled code next to the module, which fails in a read-only installation.
This module stores it in the user's cache folder (``DUIZHAO_CACHE`` or, if set,
``NUMBA_CACHE_DIR``), in a folder named by the code, so that all installations of the same code
share it. Import this module only where the aligner runs: numba takes half a second to load.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
import shutil
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import numba
from numba.core.caching import UserProvidedCacheLocator

from duizhao.corpus.paths import cache_folder

_LOCATORS = "CACHE_LOCATOR_CLASSES"
"""numba's setting for the classes that choose a folder; releases before 0.62 do not have it."""


def compile_cache() -> Path:
    """The folder of compiled code."""
    folder = os.environ.get("NUMBA_CACHE_DIR")
    return Path(folder) if folder else cache_folder() / "numba"


numba.config.CACHE_DIR = str(compile_cache())  # type: ignore[attr-defined]


class ByContent(UserProvidedCacheLocator):
    """One folder for the compiled functions of the aligner, named by all of their modules.

    By default numba names the folder after the module's folder, and does not notice changes in
    functions that a compiled function calls.
    """

    @classmethod
    def get_suitable_cache_subpath(cls, py_file: str) -> str:
        """Return the name of the folder."""
        return _folder_name()


MOST_KEPT = 4
"""Folders of other versions that stay: several installations may use one cache."""


@cache
def _folder_name() -> str:
    """The name of this code's folder; when it is new, the oldest of other code are removed."""
    name = f"alignment-{_code_hash()}"
    cache_of_all = compile_cache()
    with contextlib.suppress(OSError):  # only the order of removal is lost
        os.utime(cache_of_all / name)
    if not (cache_of_all / name).exists():
        remove_oldest(cache_of_all)
    return name


def remove_oldest(folder: Path) -> None:
    """Remove compiled code but for the `MOST_KEPT` newest versions."""
    with contextlib.suppress(OSError):  # only space is lost
        names = re.compile("alignment-[0-9a-f]{16}")
        found = [path for path in folder.iterdir() if names.fullmatch(path.name)]
        versions = sorted(found, key=lambda path: path.stat().st_mtime)
        for version in versions[:-MOST_KEPT]:
            shutil.rmtree(version, ignore_errors=True)


@cache
def _code_hash() -> str:
    """A hash of the modules that have compiled functions."""
    contents = (path.read_bytes() for path in sorted(Path(__file__).parent.rglob("*.py")))
    code = b"\0".join(content for content in contents if b"njit" in content)
    return hashlib.sha256(code).hexdigest()[:16]


def njit(function: Callable[..., Any]) -> Callable[..., Any]:
    """Compile a function of arrays and numbers; the result is cached on disk."""
    before = getattr(numba.config, _LOCATORS, None)
    setattr(numba.config, _LOCATORS, f"{__name__}.{ByContent.__name__}")
    try:
        compiled: Callable[..., Any] = numba.njit(cache=True, fastmath=False, nogil=True)(function)
    finally:
        setattr(numba.config, _LOCATORS, before)
    return compiled
