"""Documents for the benchmarks of batches: cut from real UN text, some of them spoilt."""

from __future__ import annotations

import random
from collections.abc import Sequence
from pathlib import Path

SPOILT = ("empty", "wrong language", "not parallel", "binary", "one line of 5 MB")

Pairs = Sequence[tuple[str, str]]


def read_pairs(data: Path) -> list[tuple[str, str]]:
    """Sentence pairs of un-documents, then of the UN development set, in their order."""
    pairs: list[tuple[str, str]] = []
    for chinese in (*sorted((data / "un-documents").glob("*.zh")), data / "unpc/dev.zh"):
        sides = [path.read_text(encoding="utf-8").split("\n") for path in _both(chinese)]
        pairs += [(zh, en) for zh, en in zip(*sides, strict=True) if zh.strip() and en.strip()]
    return pairs


def _both(chinese: Path) -> tuple[Path, Path]:
    return chinese, chinese.with_suffix(".en")


def make_documents(pairs: Pairs, folder: Path, documents: int, sentences: int) -> None:
    """Cut documents of as many sentences, evenly spaced over the text.

    Where there is not enough text their cuts overlap: each begins elsewhere, so that no two are
    the same, but sentences stand in several.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for number in range(documents):
        start = number * len(pairs) // documents
        taken = [pairs[(start + place) % len(pairs)] for place in range(sentences)]
        for side, language in enumerate(("zh", "en")):
            text = "\n".join(pair[side] for pair in taken) + "\n"
            (folder / f"doc{number:05d}.{language}.txt").write_text(text, encoding="utf-8")


def break_documents(folder: Path, count: int, seed: int = 1) -> dict[str, str]:
    """Spoil some of the documents; returns how, by document id."""
    chance = random.Random(seed)
    ids = sorted(path.name.removesuffix(".zh.txt") for path in folder.glob("*.zh.txt"))
    english = {name: (folder / f"{name}.en.txt").read_bytes() for name in ids}
    spoilt = {}
    for number, name in enumerate(sorted(chance.sample(ids, count))):
        kind = SPOILT[number % len(SPOILT)]
        path = folder / f"{name}.zh.txt"
        if kind == "empty":
            path.write_text("")
        elif kind == "wrong language":
            path.write_bytes(english[name])
        elif kind == "not parallel":  # of half the text away, which no cut overlaps
            other = ids[(ids.index(name) + len(ids) // 2) % len(ids)]
            (folder / f"{name}.en.txt").write_bytes(english[other])
        elif kind == "binary":
            path.write_bytes(chance.randbytes(10_000))
        else:
            path.write_text("字" * (5_000_000 // 3), encoding="utf-8")
        spoilt[name] = kind
    return spoilt
