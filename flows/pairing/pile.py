"""The files of a pile: what is in the given folders, without what is plainly no document."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from duizhao.corpus.errors import InputError
from duizhao.flows.batch.folder_manifest import UNFINISHED, is_utf8, shown


def files_of(sources: Sequence[str], without: Sequence[Path] = ()) -> list[str]:
    """The files named, and those in the folders named and below, each once, in order.

    Hidden and unfinished files, and those in `without`, are not taken. InputError for a name that
    is no file, and if there is none at all.
    """
    left_out = {path.resolve() for path in without}
    found: dict[Path, str] = {}
    for named in sources:
        top = Path(named)
        if not is_utf8(named):
            raise InputError(f"{shown(named)}: the name is not UTF-8; rename it")
        if not top.exists():
            raise InputError(f"{named}: no such file or folder")
        paths = sorted(top.rglob("*")) if top.is_dir() else [top]
        for path in paths:
            inside = path.relative_to(top).parts if top.is_dir() else ()
            if path.is_file() and not _is_unfit(inside) and path.resolve() not in left_out:
                found.setdefault(path.resolve(), str(path))
    if not found:
        raise InputError(f"{', '.join(sources)}: no document in it")
    return list(found.values())


def _is_unfit(parts: Sequence[str]) -> bool:
    """Whether a file below a folder is hidden, or unfinished by its name."""
    if any(part.startswith((".", "~$")) for part in parts):
        return True
    return bool(parts) and parts[-1].lower().endswith(UNFINISHED)
