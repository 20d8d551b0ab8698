"""A training in a process of its own, for a test that kills it: kill_me.py BASE WORK."""

from __future__ import annotations

import sys
import time
from pathlib import Path

from tests.models.training.small import train_tiny


def wait(_folder: Path) -> float:
    """Judge a model for as long as it takes to be killed."""
    time.sleep(600)
    return 0.0


if __name__ == "__main__":
    train_tiny(Path(sys.argv[1]), Path(sys.argv[2]), wait)
