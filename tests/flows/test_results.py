"""Stored results that do not match the stage are computed again, which is reported."""

from __future__ import annotations

import hashlib
import io
import pickle
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from duizhao.corpus.errors import DamagedOutcome
from duizhao.flows import results, stages
from duizhao.flows.batch.outcomes import read_outcome
from duizhao.flows.results import STAGES, Key
from duizhao.flows.storage import Place
from duizhao.flows.terminal import console

pytestmark = pytest.mark.unit

SHAPES = (
    b"null",
    b"3",
    b'"x"',
    b"[1, 2]",
    b"[[[]]]",
    b"not JSON",
    b"NaN",
    b"[" * 100_000,
    b'{"document": null, "ledger": []}',
    b'[{"text": 3}]',
    pickle.dumps(["another", "version"]),
    b"ARROW1\0\0",
    b"",
)


class Notes(console.Console):
    """Keeps the notes."""

    def __init__(self) -> None:
        self.notes: list[str] = []

    def note(self, text: str) -> None:
        """Keep it."""
        self.notes.append(text)


@contextmanager
def notes() -> Iterator[list[str]]:
    kept = Notes()
    with console.use(kept):
        yield kept.notes


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("DUIZHAO_CACHE", str(tmp_path))
    results.forget()
    return tmp_path


def replace(key: Key[object], content: bytes, cache: Path, *, sealed: bool = True) -> None:
    """Replace a stored result by another value, with the correct hash."""
    digest = hashlib.sha256(content).hexdigest().encode() + b"\n" if sealed else b""
    path = cache / "results" / f"{key.file}.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(digest + content)
    results.forget()


@pytest.mark.parametrize("content", SHAPES, ids=lambda content: repr(content[:12]))
@pytest.mark.parametrize("sealed", [True, False])
def test_a_reading_of_another_shape_is_read_again(
    cache: Path, content: bytes, sealed: bool
) -> None:
    report = cache / "report.zh.txt"
    report.write_text("安全理事会审议了报告。\n", encoding="utf-8")
    key = stages.read(str(report), "zh", "source")
    whole = results.load(key)
    replace(key, content, cache, sealed=sealed)
    with notes() as said:
        assert stages.read(str(report), "zh", "source") == key
    assert results.load(key) == whole
    assert [line for line in said if "is damaged; computing it again" in line] == said != []
    with notes() as said:
        stages.read(str(report), "zh", "source")
    assert said == []


@pytest.mark.parametrize("name", STAGES)
def test_no_shape_of_a_result_is_an_error(cache: Path, name: str) -> None:
    key = STAGES[name].key("x")
    for content in SHAPES:
        replace(key, content, cache)
        assert not results.have(key) or content in (b"[]", b"{}") or name == "score"


def test_a_result_that_does_not_fit_its_input_is_computed_again(cache: Path) -> None:
    key = STAGES["translate"].key("two sentences")
    replace(key, b"[]", cache)

    def fails(_stored: object) -> bool:
        raise TypeError("of another version")

    for fits in (lambda stored: len(stored) == 2, fails):
        with notes() as said:
            results.once(key, lambda _facts: (), fits)
        assert len(said) == 1
        assert not results.origin(key).reused


@pytest.mark.parametrize("content", SHAPES, ids=lambda content: repr(content[:12]))
def test_an_outcome_of_another_shape_is_damaged(tmp_path: Path, content: bytes) -> None:
    import gzip

    place = Place.of(tmp_path)
    packed = io.BytesIO()
    with gzip.GzipFile(fileobj=packed, mode="wb") as file:
        file.write(content + b"\n" + b'{"row": null, "sentences": 3}\n')
    place.write("a.done.gz", packed.getvalue())
    place.write("a.failed.json", content)
    for name in ("a.done.gz", "a.failed.json"):
        with pytest.raises(DamagedOutcome, match="is damaged"):
            read_outcome(place, name)
