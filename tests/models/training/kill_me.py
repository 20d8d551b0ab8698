"""A training in a process of its own, for a test that kills it: kill_me.py BASE WORK."""

from __future__ import annotations

import sys
from pathlib import Path

from tests.models.training.small import train_tiny

if __name__ == "__main__":
    train_tiny(Path(sys.argv[1]), Path(sys.argv[2]))
