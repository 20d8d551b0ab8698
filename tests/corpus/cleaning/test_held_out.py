"""Holding rows out: whole documents, nothing shared, the same each time."""

from __future__ import annotations

from dataclasses import replace

import pytest

from duizhao.corpus.cleaning.held_out import hold_out
from duizhao.corpus.row import Row
from tests.support.bitexts import row

pytestmark = pytest.mark.unit


def rows(documents: int, each: int) -> list[Row]:
    return [
        row(
            document * each + number,
            source_document=f"d{document}",
            source=f"第{document}份文件的第{number}句。",
            target=f"Sentence {number} of document {document}.",
            source_ids=(number,),
        )
        for document in range(documents)
        for number in range(each)
    ]


def documents_of(part: tuple[Row, ...]) -> set[str]:
    return {one.source_document for one in part}


def test_whole_documents_are_held_out_and_always_the_same_ones() -> None:
    corpus = rows(40, 10)
    parts = hold_out(corpus, {})
    assert parts.by == "documents"
    assert not documents_of(parts.train) & documents_of((*parts.dev, *parts.test))
    assert not documents_of(parts.dev) & documents_of(parts.test)
    assert (len(parts.test), len(parts.dev), len(parts.train)) == (80, 40, 280)
    assert hold_out(corpus[::-1], {}).test == parts.test[::-1]


def test_a_file_without_documents_is_divided_into_runs_of_rows() -> None:
    corpus = rows(1, 400)
    parts = hold_out(corpus, {}, {"d0"})
    assert parts.by == "runs of rows"
    assert len(parts.test) == 80
    numbers = [one.source_ids[0] for one in parts.test]
    starts = [n for n in numbers if n - 1 not in numbers]
    assert all(n % 20 == 0 for n in starts)


def test_small_files_that_name_no_document_are_held_out_whole() -> None:
    corpus = rows(20, 10)
    names = {f"d{number}" for number in range(20)}
    parts = hold_out(corpus, {}, names)
    assert parts.by == "documents"
    assert not documents_of(parts.train) & documents_of((*parts.dev, *parts.test))


def test_a_large_file_that_names_no_document_is_divided() -> None:
    corpus = [
        replace(one, source_document="large") if one.source_document in {"d0", "d1"} else one
        for one in [*rows(2, 800), *rows(12, 10)[20:]]
    ]
    parts = hold_out(corpus, {}, {"large"})
    assert parts.by == "documents and runs of rows"
    assert "large" in documents_of(parts.train) & documents_of(parts.test)
    small = {f"d{number}" for number in range(2, 12)}
    held = documents_of((*parts.test, *parts.dev))
    assert not held & small & documents_of(parts.train)


def test_training_has_no_sentence_of_what_is_held_out() -> None:
    corpus = rows(40, 10)
    parts = hold_out(corpus, {})
    place = corpus.index(parts.train[0])
    corpus[place] = replace(corpus[place], target=parts.test[0].target.upper())
    again = hold_out(corpus, {})
    assert again.test == parts.test
    assert corpus[place] not in again.train
    assert again.shared == 1


def test_the_splits_of_a_batch_are_kept() -> None:
    parts = hold_out(rows(4, 10), {"d0": "test", "d1": "validation", "d2": "train", "d3": "train"})
    assert documents_of(parts.test) == {"d0"}
    assert documents_of(parts.dev) == {"d1"}
    assert documents_of(parts.train) == {"d2", "d3"}
    assert parts.by == "the corpus' own split"


@pytest.mark.parametrize("given", [[], ["test"], ["validation"]])
def test_a_split_that_the_corpus_lacks_is_taken_from_the_others(given: list[str]) -> None:
    """A small batch has all of its documents in `train`."""
    splits = dict.fromkeys((f"d{number}" for number in range(40)), "train")
    splits |= {f"d{number}": split for number, split in enumerate(given)}
    parts = hold_out(rows(40, 10), splits)
    assert parts.train
    assert parts.dev
    assert parts.test
    for number, split in enumerate(given):
        part = parts.test if split == "test" else parts.dev
        assert documents_of(part) == {f"d{number}"}
