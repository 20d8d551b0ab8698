"""How many cores this process may use."""

from __future__ import annotations

import os
from pathlib import Path


def usable_cores() -> int:
    """Cores this process may use, at least 1.

    The minimum of the CPU affinity, the container's quota (cgroup v2), and OMP_NUM_THREADS if set
    (Dask sets it to 1 in its worker processes).
    """
    if hasattr(os, "sched_getaffinity"):
        cores = len(os.sched_getaffinity(0))
    else:
        cores = os.cpu_count() or 1
    limits = [cores, _quota(Path("/sys/fs/cgroup/cpu.max")), _named("OMP_NUM_THREADS")]
    return max(1, min(limit for limit in limits if limit))


def _quota(path: Path) -> int:
    """Whole cores of the container's quota; 0 if there is none."""
    try:
        quota, period = path.read_text().split()
        return max(1, int(quota) // int(period))
    except (OSError, ValueError):  # no cgroup v2, or "max"
        return 0


def _named(variable: str) -> int:
    """The number in an environment variable; 0 if it is unset or not a number."""
    value = os.environ.get(variable, "").split(",")[0].strip()
    return int(value) if value.isdigit() else 0
