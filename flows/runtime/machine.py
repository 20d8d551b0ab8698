"""Which machine this is and which of its processes are alive: for locks and servers left behind."""

from __future__ import annotations

import contextlib
import os
import socket
import time
from pathlib import Path

_IMPORTED = time.monotonic()


def machine() -> str:
    """Where process numbers mean the same: the host, and the container on it."""
    with contextlib.suppress(OSError):
        namespace = str(Path("/proc/self/ns/pid").readlink())
        return f"{socket.gethostname()}.{''.join(filter(str.isdigit, namespace))}"
    return socket.gethostname()


def alive(process: int) -> bool:
    """Whether there is such a process here."""
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def started(process: int) -> str:
    """When a process began, as the kernel counts: two of the same number differ; "" if unknown."""
    try:
        stat = Path(f"/proc/{process}/stat").read_text()
    except OSError:
        return ""
    return stat.rpartition(")")[2].split()[19]


def age() -> float:
    """Seconds since this process began; where the kernel does not tell, since this import."""
    try:
        since_boot = float(Path("/proc/uptime").read_text().split()[0])
        return since_boot - int(started(os.getpid())) / os.sysconf("SC_CLK_TCK")
    except (OSError, ValueError):
        return time.monotonic() - _IMPORTED


def command_line(process: int) -> str:
    """The words a process was started with, "" where that cannot be told."""
    try:
        return Path(f"/proc/{process}/cmdline").read_bytes().replace(b"\0", b" ").decode()
    except (OSError, UnicodeDecodeError):
        return ""
