"""The seal of a corpus folder: a JSON file, written last, with size and SHA-256 of each file.

A folder without its seal is not a corpus; one whose files match the seal is complete.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, TypedDict

RUN = "run.json"
"""The seal of `duizhao build`, `clean` and `apply`."""

BATCH = "batch.json"
"""The seal of `duizhao batch`."""


class FileFacts(TypedDict):
    """Size and hash of a file."""

    bytes: int
    sha256: str


def facts(path: Path) -> FileFacts:
    """Size and SHA-256 of a file, as the seal records them."""
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return {"bytes": path.stat().st_size, "sha256": digest}


def file_facts(folder: Path, leave_out: Iterable[str] = ()) -> dict[str, FileFacts]:
    """The facts of each file of a folder, except its seal and the files to leave out."""
    skipped = {RUN, *leave_out}
    return {path.name: facts(path) for path in sorted(folder.iterdir()) if path.name not in skipped}


def matches(path: Path, recorded: Mapping[str, Any]) -> bool:
    """Whether a file is as the seal recorded it; its size is compared first, at no cost."""
    if not path.is_file() or path.stat().st_size != recorded["bytes"]:
        return False
    return bool(facts(path)["sha256"] == recorded["sha256"])
