"""Compiling ahead leaves nothing to compile for a real alignment."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest
from numba.core.dispatcher import Dispatcher

from duizhao.corpus.alignment import align, anchors, first_path, search
from duizhao.corpus.alignment.compiled import ByContent
from duizhao.corpus.alignment.signals import embedding, length, overlap
from duizhao.corpus.alignment.warm_up import compile_all

pytestmark = pytest.mark.unit

MODULES = (anchors, first_path, search, embedding, length, overlap)


def _compiled() -> dict[str, int]:
    return {
        f"{module.__name__}.{name}": len(value.signatures)
        for module in MODULES
        for name, value in vars(module).items()
        if isinstance(value, Dispatcher)
    }


def test_nothing_is_left_to_compile() -> None:
    compile_all()
    before = _compiled()
    generator = np.random.default_rng(1)
    vectors = generator.normal(size=(40, 512)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    source = [f"第{number}条规定了{number * 7}项义务。" for number in range(40)]
    target = [f"Article {number} has {number * 7} obligations." for number in range(40)]
    align(
        source,
        target,
        [line.replace("obligations", "duties") for line in target],
        embed=lambda _, spans: vectors[[first for first, _ in spans]],
        source_structure=[(number, "paragraph", None) for number in range(40)],
        target_structure=[(number, "heading", "1.") for number in range(40)],
    )
    assert before
    assert _compiled() == before


def test_compiled_code_is_in_a_folder_named_by_the_code_not_by_its_place() -> None:
    folders = {
        Path(value.stats.cache_path).name
        for module in MODULES
        for value in vars(module).values()
        if isinstance(value, Dispatcher)
    }
    assert folders == {ByContent.get_suitable_cache_subpath("/some/other/installation/search.py")}


def test_only_the_newest_versions_of_compiled_code_are_kept(tmp_path: Path) -> None:
    from duizhao.corpus.alignment.compiled import MOST_KEPT, remove_oldest

    for age in range(MOST_KEPT + 3):
        folder = tmp_path / f"alignment-{age:016x}"
        folder.mkdir()
        (folder / "index.nbi").touch()
        os.utime(folder, (1e9 - age, 1e9 - age))
    (tmp_path / "another").mkdir()
    remove_oldest(tmp_path)
    left = sorted(path.name for path in tmp_path.iterdir())
    assert left == [*(f"alignment-{age:016x}" for age in range(MOST_KEPT)), "another"]
    remove_oldest(tmp_path / "missing")
