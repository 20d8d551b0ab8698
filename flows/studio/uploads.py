"""Files uploaded from the browser, written to disk in pieces, with limits."""

from __future__ import annotations

import re
import shutil
import unicodedata
from collections.abc import AsyncIterator
from pathlib import Path

from duizhao.corpus.errors import InputError, LimitError, writing
from duizhao.corpus.replacing import replacing

MOST_FILES = 2_000
"""Most files of one job."""
SPARE_BYTES = 500 * 2**20
"""Bytes of free space on the disk that an upload must leave."""
LONGEST_NAME = 120
"""Most characters of a file name."""
_RESERVED = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\.|$)", re.IGNORECASE)


def safe_name(name: str) -> str:
    """The name for a file in our folder; InputError for a path or a name with control characters.

    >>> safe_name("报告 2021.zh.docx")
    '报告 2021.zh.docx'
    """
    name = unicodedata.normalize("NFC", name)
    wrong = any(unicodedata.category(character) in ("Cc", "Cf", "Cs") for character in name)
    if not name.strip(" .") or "/" in name or "\\" in name or wrong:
        raise InputError(f"{name!r}: not a file name; rename the file")
    if name.startswith(".") or _RESERVED.match(name) or re.search(r'[<>:"|?*]', name):
        raise InputError(f"{name!r}: a file of this name cannot be used; rename it")
    if len(name) > LONGEST_NAME or len(name.encode()) > 240:
        raise InputError(f"{name[:40]}…: the file name is too long; rename it")
    return name


async def receive(pieces: AsyncIterator[bytes], path: Path, most: int) -> int:
    """Write the pieces to `path`; returns the number of bytes.

    LimitError, and no file, if they are more than `most` or would fill the disk.
    """
    count = 0
    with writing(path):
        most_here = min(most, shutil.disk_usage(path.parent).free - SPARE_BYTES)
        with replacing(path) as temporary, temporary.open("wb") as file:
            async for piece in pieces:
                count += len(piece)
                if count > most:
                    raise LimitError(f"{path.name}: larger than {most // 2**20:,} MB")
                if count > most_here:
                    raise LimitError(f"{path.name}: there is not enough room on the disk")
                file.write(piece)
    if not count:
        path.unlink()
        raise InputError(f"{path.name}: the file is empty")
    return count
