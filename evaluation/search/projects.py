"""The corpora below a folder that build, batch and clean wrote."""

from __future__ import annotations

from pathlib import Path

from duizhao.corpus.errors import InputError
from duizhao.corpus.files.read import corpus_files

MARKS = ("run.json", "batch.json", "corpus.jsonl")
"""A folder with one of these is a corpus."""
DEPTH = 3
"""Levels of folders to search."""


def projects(folder: Path) -> list[Path]:
    """The corpora at most three levels below `folder`, in order; InputError if there is none."""
    found = sorted(
        {
            mark.parent
            for depth in range(DEPTH + 1)
            for name in MARKS
            for mark in folder.glob("/".join([*["*"] * depth, name]))
            if not any(part.startswith(".") for part in mark.relative_to(folder).parts)
            and has_rows(mark.parent)
        }
    )
    if not found:
        raise InputError(
            f"{folder.resolve()}: no corpus in this folder; name the folders to search"
        )
    return found


def has_rows(folder: Path) -> bool:
    """Whether a folder has a readable corpus."""
    try:
        return bool(corpus_files(folder))
    except InputError:
        return False
