"""The embeddings of documents in a file: the same bits, bounded, and never a cause of errors."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from dataclasses import fields
from pathlib import Path

import numpy as np
import pytest

from duizhao.models.embedding import SpanEmbedder, SpanTable
from duizhao.models.embedding_memory import EmbeddingMemory
from tests.support.paths import ROOT

TEXTS = [
    "联合国。",
    "安全理事会审议了秘书长关于2019冠状病毒病的报告。",
    "",
    "会议于2021年3月4日在日内瓦举行。",
]
SPANS = [(0, 1), (0, 2), (1, 4), (3, 4)]


def table(number: int, sentences: int = 2) -> SpanTable:
    rows = np.full((sentences, 512), number, dtype=np.float32)
    counts = np.arange(sentences + 1)
    return SpanTable(counts[:-1], counts, body=rows, head=rows + 1, tail=rows + 2)


def same(one: SpanTable | None, other: SpanTable) -> bool:
    return one is not None and all(
        np.array_equal(getattr(one, field.name), getattr(other, field.name))
        for field in fields(SpanTable)
    )


@pytest.mark.model
def test_a_document_is_read_once_and_the_embeddings_are_the_same_bits(tmp_path: Path) -> None:
    class Counting(EmbeddingMemory):
        saved = 0

        def save(self, sentences: Sequence[str], table: SpanTable) -> None:
            self.saved += 1
            super().save(sentences, table)

    plain = SpanEmbedder()(TEXTS, SPANS)
    first, second = (Counting(tmp_path / "embeddings.sqlite") for _ in range(2))
    assert SpanEmbedder(store=first)(TEXTS, SPANS).tobytes() == plain.tobytes()
    assert SpanEmbedder(store=second)(TEXTS, SPANS).tobytes() == plain.tobytes()
    assert SpanEmbedder(store=second)(TEXTS[1:], [(0, 1)]).shape == (1, 512)
    assert (first.saved, second.saved) == (1, 1)


@pytest.mark.unit
def test_the_documents_used_longest_ago_leave_a_full_file(tmp_path: Path) -> None:
    size = len(np.zeros((2, 512), dtype=np.float32).tobytes()) * 3
    memory = EmbeddingMemory(tmp_path / "embeddings.sqlite", most_bytes=int(size * 2.5))
    for number in range(2):
        memory.save([str(number)] * 2, table(number))
    assert memory.load(["0"] * 2) is not None
    memory.save(["2"] * 2, table(2))
    assert [memory.load([str(number)] * 2) is not None for number in range(3)] == [
        True,
        False,
        True,
    ]
    memory.save(["large"] * 9, table(3, 9))
    assert memory.load(["large"] * 9) is None, "larger than the file may be"


@pytest.mark.unit
def test_a_damaged_file_is_replaced_and_one_that_cannot_be_written_is_no_error(
    tmp_path: Path,
) -> None:
    path = tmp_path / "embeddings.sqlite"
    path.write_bytes(b"no database" * 1000)
    memory = EmbeddingMemory(path)
    assert memory.load(["a", "b"]) is None
    memory.save(["a", "b"], table(1))
    assert same(memory.load(["a", "b"]), table(1))
    changed = memory._connection()
    changed.execute("UPDATE document SET content = substr(content, 1, 3000) || x'00'")
    assert memory.load(["a", "b"]) is None, "damaged inside"
    (tmp_path / "file").touch()
    for text in ("a", "b"):
        EmbeddingMemory(tmp_path / "file" / "embeddings.sqlite").save([text], table(1, 1))


WORK = """
import sys
from pathlib import Path
from duizhao.models.embedding_memory import EmbeddingMemory
from tests.models.test_embedding_memory import same, table
memory = EmbeddingMemory(Path(sys.argv[1]))
for number in range(20):
    memory.save([str(number)] * 2, table(number))
    assert same(memory.load([str(number)] * 2), table(number))
"""


@pytest.mark.system
def test_processes_share_the_file(tmp_path: Path) -> None:
    path = tmp_path / "embeddings.sqlite"
    command = [sys.executable, "-c", WORK, str(path)]
    workers = [subprocess.Popen(command, cwd=ROOT) for _ in range(3)]
    assert [worker.wait() for worker in workers] == [0, 0, 0]
    memory = EmbeddingMemory(path)
    assert all(same(memory.load([str(number)] * 2), table(number)) for number in range(20))
