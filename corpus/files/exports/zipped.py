"""Zip archives without the time of writing, so that the same rows give the same bytes."""

from __future__ import annotations

import re
import zipfile
from typing import IO, BinaryIO

FIRST_DAY = (1980, 1, 1, 0, 0, 0)
"""The earliest date that a zip archive can hold."""

_DATES = re.compile(rb"<dcterms:(created|modified)\b[^>]*>[^<]*</dcterms:\1>")


def copy_without_times(archive: IO[bytes], file: BinaryIO) -> None:
    """Copy an Office file without the dates of its members and of its properties."""
    with (
        zipfile.ZipFile(archive) as old,
        zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for name in old.namelist():
            member = zipfile.ZipInfo(name, FIRST_DAY)
            member.compress_type = zipfile.ZIP_DEFLATED
            member.external_attr = 0o600 << 16
            if name == "docProps/core.xml":
                new.writestr(member, _DATES.sub(b"", old.read(name)))
                continue
            with old.open(name) as source, new.open(member, "w") as target:
                while part := source.read(1 << 20):
                    target.write(part)
