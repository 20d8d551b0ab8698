"""The documents of the benchmarks: both sides of a cut begin and end at the same place."""

from __future__ import annotations

from pathlib import Path

import pytest

from duizhao.evaluation.benchmarks.scale.documents import Text, make_documents, places_by_figures

pytestmark = pytest.mark.unit


def drifting() -> tuple[list[str], list[str]]:
    """Sixty lines a side, every third with a figure of its own; ten more in the English middle."""
    source, target = [], []
    for number in range(60):
        figure = str(1000 + number) if number % 3 == 0 else ""
        source.append(f"有{figure}人。" if figure else "一行。")
        target.append(f"Line {figure}." if figure else "A line.")
        if number == 30:
            target += ["A line on one side only."] * 10
    # a figure that stands near by chance
    source[5], target[13] = "有77人。", "In 77 days."
    return source, target


def test_places_are_found_by_figures_and_chance_is_not_believed() -> None:
    places = places_by_figures(*drifting())
    assert (5, 13) not in places
    assert (29, 29) in places
    assert (33, 43) in places
    assert {target - source for source, target in places} == {0, 10}
    assert not [source for source, _ in places if 30 < source < 33]


def test_no_document_has_two_sides_of_different_places(tmp_path: Path) -> None:
    source, target = drifting()
    text = Text(source, target, places_by_figures(source, target))
    make_documents([text], tmp_path, documents=8, sentences=12)
    contents = set()
    for number in range(8):
        chinese, english = (
            (tmp_path / f"doc{number:05d}.{language}.txt").read_text(encoding="utf-8")
            for language in ("zh", "en")
        )
        contents.add(chinese)
        known = [str(figure) for figure in range(1000, 1060, 3)]
        assert [f for f in known if f in chinese] == [f for f in known if f in english]
        assert len(chinese.splitlines()) >= 12
    assert len(contents) == 8, "no two documents are the same"
