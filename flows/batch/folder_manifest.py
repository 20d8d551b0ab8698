"""Pairs of a folder: files whose names match, such as a.zh.pdf and a.en.docx."""

from __future__ import annotations

import glob
import os
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from duizhao.corpus.errors import InputError
from duizhao.flows.terminal import console

PATTERN = "{id}.zh.*,{id}.en.*"
NOTED = 5
"""Most files that a message names."""

UNFINISHED = ("~", ".swp", ".swo", ".tmp", ".part", ".partial", ".crdownload", ".download")
"""Endings of unfinished files of editors and downloads."""


class Pair(NamedTuple):
    """Files with the same id; `reference` None where there is no English one."""

    id: str
    source: str
    reference: str | None


def find_pairs(folder: str, pattern: str = PATTERN) -> list[Pair]:
    """The pairs in the order of their files; notes name the files that are left out."""
    source, _, reference = (part.strip() for part in pattern.partition(","))
    if "{id}" not in source or (reference and "{id}" not in reference):
        raise InputError(f"pattern {pattern!r}: needs {{id}} in each part, as in {PATTERN!r}")
    if not is_utf8(str(Path(folder).resolve())):
        raise InputError(f"{shown(folder)}: the folder's name is not UTF-8; rename it")
    references = _matches(folder, reference) if reference else {}
    sources = _matches(folder, source)
    if alone := sorted(set(references) - set(sources)):
        _note(f"{folder}: no Chinese file for", [Path(references[name]).name for name in alone])
    return [Pair(name, path, references.get(name)) for name, path in sources.items()]


def _matches(folder: str, pattern: str) -> dict[str, str]:
    """Paths by id; the first in order if an id has several."""
    paths: dict[str, str] = {}
    more: list[str] = []
    unfit: list[str] = []
    unnamed: list[str] = []
    for name, path in _candidates(folder, pattern):
        if not is_utf8(path):
            unnamed.append(shown(path.rpartition("/")[2]))
        elif _is_unfit(path, pattern):
            unfit.append(path.rpartition("/")[2])
        elif name in paths:
            more.append(path.rpartition("/")[2])
        else:
            paths[name] = path
    if unnamed:
        _note(f"{folder}: left out, the name is not UTF-8 (rename it):", unnamed)
    if unfit:
        _note(f"{folder}: left out, hidden or unfinished:", unfit)
    if more:
        _note(f"{folder}: left out, another file has the same id:", more)
    return paths


def _candidates(folder: str, pattern: str) -> Iterator[tuple[str, str]]:
    """Id and path of each file that the pattern fits, in order."""
    before, _, after = pattern.partition("{id}")
    pattern_of_ids = re.compile(re.escape(before) + r"(?P<id>[^/]+?)" + _regular(after))
    root = Path(folder).resolve()
    for path in sorted(root.glob(glob.escape(before) + "*" + after)):
        match = pattern_of_ids.fullmatch(path.relative_to(root).as_posix())
        if match and path.is_file():
            yield match["id"], str(path)


def _is_unfit(path: str, pattern: str) -> bool:
    """Whether a file is hidden or unfinished by its name, unless the pattern names such files."""
    wanted = pattern.split("/")
    parts = path.split("/")[-len(wanted) :]
    for part, component in zip(parts, wanted, strict=True):
        if part.startswith((".", "~$")) and not component.startswith((".", "~$")):
            return True
    return any(path.lower().endswith(end) and not pattern.endswith(end) for end in UNFINISHED)


def is_utf8(text: str) -> bool:
    """Whether a name can be written as UTF-8: file names may be any bytes.

    >>> is_utf8("报告"), is_utf8("\\udcb1\\udca8")
    (True, False)
    """
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def shown(name: str) -> str:
    """A name of any bytes as text.

    >>> shown("\\udcb1.zh.txt")
    '\\\\xb1.zh.txt'
    """
    return os.fsencode(name).decode("utf-8", "backslashreplace")


def _note(what: str, names: Sequence[str]) -> None:
    """Report files of a folder that the batch leaves out."""
    others = f" and {len(names) - NOTED} more" if len(names) > NOTED else ""
    console.current().note(f"{what} {', '.join(names[:NOTED])}{others}")


def _regular(pattern: str) -> str:
    return re.escape(pattern).replace(r"\*", "[^/]*").replace(r"\?", "[^/]")
