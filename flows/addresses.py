"""The accepted addresses of remote files.

The library that opens them (fsspec) supports many more schemes, some of which read files from other
places: ``zip://x::file:///etc/passwd`` is a local file.
"""

from __future__ import annotations

from duizhao.corpus.errors import InputError
from duizhao.corpus.printable import without_passwords

SCHEMES = ("s3", "gs", "az", "abfs", "memory")
"""Object stores; `memory` is a store inside the process."""


def check_address(path: str) -> None:
    """Raise InputError if a path is an address that is not accepted.

    ``file://`` has been removed before.

    >>> check_address("s3://bucket/report.pdf"), check_address("report.pdf")
    (None, None)
    """
    if reason := wrong_address(path):
        raise InputError(f"{without_passwords(path)}: {reason}")


def wrong_address(path: str) -> str:
    """The reason why an address is not accepted; "" for an accepted one and for a local path."""
    scheme, separator, rest = path.partition("://")
    if not separator:
        return ""
    if scheme not in SCHEMES:
        known = ", ".join(f"{name}://" for name in SCHEMES if name != "memory")
        return f"{scheme}:// is not supported; use a local path or an address with {known}"
    if "::" in rest or "://" in rest:
        return "an address inside an address is not supported; name the file itself"
    return ""
