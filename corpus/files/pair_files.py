"""The files of sentence pairs among the paths that a user gives: folders are searched."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from duizhao.corpus.errors import InputError
from duizhao.corpus.files.read import ENDINGS, NOT_CORPUS, corpus_files, split_of_name
from duizhao.corpus.reading import formats

UNITS = ("tmx", "tsv", "csv", "json", "xliff")
"""The formats of pairs that other programs write."""

_OUR_FILES = ("run.json", "batch.json", "corpus.jsonl", "corpus.parquet")
_OUR_DATA = ("jsonl/*.jsonl*", "data/*.jsonl*", "data/*.parquet")
_ENDINGS = (*ENDINGS, *(ending for name in UNITS for ending in formats.BY_NAME[name].suffixes))
_MOSES = (".zh", ".en")


@dataclass(frozen=True, slots=True)
class PairFile:
    """One file of pairs, or the two files of a Moses pair, the Chinese one first.

    `split` is "" without one. `given` is False for a file that was found in a folder.
    """

    files: tuple[Path, ...]
    split: str = ""
    given: bool = True


def pair_files(paths: Iterable[Path]) -> tuple[list[PairFile], list[Path]]:
    """The files of pairs, and the other files of the folders; InputError for a wrong path.

    A folder of build, batch or clean gives its corpus. Any other folder gives all files with the
    ending of a format of pairs, in it and below.
    """
    found: dict[Path, PairFile] = {}
    others: list[Path] = []
    for path in paths:
        if path.is_dir():
            own = list(_in_folder(path, others))
            if not own:
                raise InputError(
                    f"{path}: no corpus and no file of sentence pairs in it; give a folder of "
                    "`duizhao build` or `batch`, TMX, XLIFF, TSV, CSV, JSON, or Moses files "
                    "(.zh and .en)"
                )
        elif not path.is_file():
            raise InputError(f"{path}: no such file or folder; check the path")
        else:
            own = [PairFile(_moses(path) or (path,), split_of_name(path))]
        for one in own:
            found.setdefault(one.files[0].resolve(), one)
    return list(found.values()), others


def _in_folder(folder: Path, others: list[Path]) -> Iterator[PairFile]:
    if _is_ours(folder):
        for file in corpus_files(folder):
            yield PairFile((file.path,), file.split, given=False)
        return
    for path in sorted(folder.iterdir()):
        if path.name.startswith("."):
            continue
        if path.is_dir():
            if not path.is_symlink():
                yield from _in_folder(path, others)
        elif path.suffix in _MOSES:
            files = path.with_suffix(".zh"), path.with_suffix(".en")
            if not all(file.is_file() for file in files):
                others.append(path)
            elif path == files[0]:
                yield PairFile(files, split_of_name(path), given=False)
        elif _may_have_pairs(path):
            yield PairFile((path,), split_of_name(path), given=False)
        else:
            others.append(path)


def _is_ours(folder: Path) -> bool:
    """Whether a folder is a corpus of build, batch or clean, or a data set of the hub."""
    if any((folder / name).is_file() for name in _OUR_FILES):
        return True
    has_data = any(True for pattern in _OUR_DATA for _ in folder.glob(pattern))
    return has_data and not any(
        path.is_file() and (path.suffix in _MOSES or _may_have_pairs(path))
        for path in folder.iterdir()
    )


def _may_have_pairs(path: Path) -> bool:
    """By its name: a ledger is JSON lines too, but has no pairs."""
    name = path.name.lower()
    return name.endswith(_ENDINGS) and not (name.endswith(ENDINGS) and name.startswith(NOT_CORPUS))


def _moses(path: Path) -> tuple[Path, Path] | None:
    """Both files of a Moses pair, the Chinese one first; None if this is none of them."""
    if path.suffix not in _MOSES:
        return None
    files = path.with_suffix(".zh"), path.with_suffix(".en")
    for file in files:
        if not file.is_file():
            raise InputError(f"{path}: the other side, {file}, is missing")
    return files
