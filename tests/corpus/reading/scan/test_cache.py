"""Recognised pages are cached by their image, and a damaged cache file is ignored."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from duizhao.corpus.reading.scan import cache
from duizhao.corpus.reading.scan.recognition.page import Box, Line, RecognisedPage, Run

pytestmark = pytest.mark.unit

RUN = Run("决议", 10, 30, (0.9, 0.8), alternatives=((1, "义", 0.1),))
LINE = Line(Box(10, 5, 30, 20), (RUN,), 18, 12, 12, 2.0)
PAGE = RecognisedPage(60, 80, 100, (LINE,), ((1, 5, 9),), ((2, 3, 4),), 90, 1.5)


@pytest.fixture
def key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("DUIZHAO_CACHE", str(tmp_path))
    return cache.key_of(np.zeros((80, 60, 3), dtype=np.uint8), 100)


def test_a_page_is_read_back_as_it_was(key: str) -> None:
    assert cache.load(key) is None
    cache.save(key, PAGE)
    assert cache.load(key) == PAGE


def test_other_pixels_and_another_resolution_are_another_page(key: str) -> None:
    image = np.zeros((80, 60, 3), dtype=np.uint8)
    assert cache.key_of(image, 100) == key
    assert cache.key_of(image, 200) != key
    image[5, 5] = 1
    assert cache.key_of(image, 100) != key


def test_a_damaged_file_is_recognised_anew(key: str, tmp_path: Path) -> None:
    cache.save(key, PAGE)
    (file,) = tmp_path.rglob("*.json.gz")
    data = file.read_bytes()
    for damaged in (data[:-9], b"", b"text", data[:20] + b"\x00" + data[21:]):
        file.write_bytes(damaged)
        assert cache.load(key) is None
