"""The template of the private Prefect server's database: migrated once, copied for each run.

The file starts with the SHA-256 of the rest. A damaged template is removed and written again by the
server of the next run, which needs 3 s for the migration.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import sqlite3
from pathlib import Path

_HASH = 65
"""Bytes of the first line: the SHA-256 in hexadecimal digits, and a line feed."""


def copy_template(template: Path, database: Path) -> bool:
    """Copy the database out of the template; False, without a copy, if no template is intact."""
    try:
        stored = template.read_bytes()
    except OSError:
        return False
    if not stored[_HASH:] or stored[:_HASH] != _hash_line(stored[_HASH:]):
        with contextlib.suppress(OSError):
            template.unlink()
        return False
    database.write_bytes(stored[_HASH:])
    return True


def save_template(database: Path, template: Path) -> None:
    """Save a migrated database as the template, completely or not at all; errors are ignored.

    The database may be in use.
    """
    copy = template.with_name(f"{template.name}.{os.getpid()}")
    try:
        with (
            contextlib.closing(sqlite3.connect(database)) as source,
            contextlib.closing(sqlite3.connect(copy)) as target,
        ):
            source.backup(target)
        content = copy.read_bytes()
        copy.write_bytes(_hash_line(content) + content)
        copy.replace(template)
    except (OSError, sqlite3.Error):
        with contextlib.suppress(OSError):
            copy.unlink()


def _hash_line(content: bytes) -> bytes:
    return hashlib.sha256(content).hexdigest().encode() + b"\n"
