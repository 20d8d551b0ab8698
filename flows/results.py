"""Results of stages, stored as files named by the hash of everything that determines them.

A key is the hash of its stage, the code of that stage, and all inputs (texts, model, settings): the
same work has the same key in every run, process and batch. The files are in the folder or object
store named by DUIZHAO_RESULTS, else in the cache folder. A file is used only if it is complete and
starts with the hash of its content.

    key = READ.key(sha256, "zh")
    once(key, lambda facts: ReadResult(document, ledger))
    load(key).document

A stage is a folder of code with the folders it builds on, and nothing else is part of its keys.
tests/flows/test_stage_code.py compares `Stage.code` with what these folders import.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from types import NoneType
from typing import Any, Generic, TypeVar, cast

from pydantic import TypeAdapter

from duizhao.corpus.errors import PACKAGE, writing
from duizhao.corpus.paths import cache_folder
from duizhao.corpus.replacing import replacing
from duizhao.flows.stage_values import Beads as Beads
from duizhao.flows.stage_values import ReadResult as ReadResult
from duizhao.flows.stage_values import Scores as Scores
from duizhao.flows.stage_values import StoredProfile as StoredProfile
from duizhao.flows.stage_values import StoredVectors as StoredVectors
from duizhao.flows.stage_values import Surveyed as Surveyed
from duizhao.flows.stage_values import Terms as Terms
from duizhao.flows.stage_values import Translations as Translations
from duizhao.flows.storage import Place, is_remote, plain_path
from duizhao.flows.terminal import console

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)

KEPT_IN_MEMORY = 64


@dataclass(frozen=True, slots=True)
class Key(Generic[T_co]):
    """The name of a result: its stage, and the hash of everything that determines it."""

    stage: str
    digest: str

    def __str__(self) -> str:
        return f"{self.stage}-{self.digest}"

    @property
    def file(self) -> str:
        """The name of the file with the result."""
        return f"{self.stage}/{self.digest[:2]}/{self.digest}"


@dataclass(frozen=True, slots=True)
class Stage(Generic[T_co]):
    """A stage: the type of its results, and the folders and modules whose code determines them."""

    name: str
    value: type[T_co]
    code: tuple[str, ...]

    def key(self, *parts: Any) -> Key[T_co]:
        """The key of the result for these inputs, which must be JSON values."""
        given = json.dumps([self.name, code_hash(self), *parts], ensure_ascii=False, sort_keys=True)
        return Key(self.name, hashlib.sha256(given.encode()).hexdigest())


DOCUMENTS = ("corpus/document.py", "corpus/language.py", "corpus/script.py")
ENGINES = (
    "corpus/numerals.py",
    "corpus/script.py",
    "corpus/translation.py",
    "models/translation",
    "models/guards",
    "models/weights",
)

READ: Stage[ReadResult] = Stage(
    "read", ReadResult, ("corpus/reading", "corpus/segmentation", *DOCUMENTS)
)
TRANSLATE: Stage[Translations] = Stage("translate", Translations, ENGINES)
ALIGN: Stage[Beads] = Stage("align", Beads, ("corpus/alignment", "models/embedding.py", *ENGINES))
SCORE: Stage[Scores] = Stage(
    "score", Scores, ("evaluation/metrics", "corpus/translation.py", *DOCUMENTS)
)

TERMS: Stage[Terms] = Stage(
    "terms",
    Terms,
    (
        "corpus/script.py",
        "evaluation/terms",
        "models/embedding.py",
        "models/general_text.py",
    ),
)
"""The terms that the report of a build shows."""

SURVEY: Stage[Surveyed] = Stage(
    "survey",
    Surveyed,
    (
        "corpus/pairing",
        "corpus/alignment",
        "corpus/keys.py",
        "corpus/numerals.py",
        "models/embedding.py",
        *READ.code,
    ),
)
"""The profile of a document of a pile."""
VECTORS: Stage[StoredVectors] = Stage("vectors", StoredVectors, SURVEY.code)
"""The embeddings of all sentences of a document (flows/pairing/stored.py)."""

_ROWS = (*READ.code, *TRANSLATE.code, *ALIGN.code, *SCORE.code)
_ROWS += ("corpus/bitext.py", "corpus/keys.py", "corpus/row.py")
OUTCOME: Stage[None] = Stage("outcome", NoneType, tuple(dict.fromkeys(_ROWS)))
"""The rows of a document of a batch, which are stored in its folder."""

PUBLISH: Stage[None] = Stage(
    "publish",
    NoneType,
    (
        *DOCUMENTS,
        "corpus/bitext.py",
        "corpus/cleaning",
        "corpus/files",
        "corpus/keys.py",
        "corpus/row.py",
        "corpus/segmentation",
        "corpus/translation.py",
        "corpus/tsv.py",
        "corpus/units.py",
        "evaluation/metrics",
        "flows/batch/publishing",
    ),
)
"""The corpus of a batch."""

STAGES: dict[str, Stage[Any]] = {
    one.name: one for one in (READ, TRANSLATE, ALIGN, SCORE, TERMS, SURVEY, VECTORS)
}


@dataclass(slots=True)
class Facts:
    """Facts that a stage reports about its work, as far as they apply.

    Sentences translated, repeated within the document and remembered from earlier runs, target
    tokens generated, the engine's numeric precision; the time of each part of alignment.
    """

    translated: int = 0
    repeated: int = 0
    remembered: int = 0
    tokens: int = 0
    compute_type: str = ""
    took: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Origin:
    """The origin of a result in this process: computed in `seconds`, or reused."""

    seconds: float
    reused: bool
    facts: Facts = field(default_factory=Facts)


_memory: OrderedDict[Key[Any], Any] = OrderedDict()
_lock = threading.RLock()
"""Held while `_memory` is used: documents of a pile are read in several threads."""
_FACTS = TypeAdapter(Facts)
_origins: dict[Key[Any], Origin] = {}
_recomputed: set[Key[Any]] | None = None
"""Inside `recompute`: the keys computed since it began."""


@cache
def code_hash(stage: Stage[Any], package: Path = PACKAGE) -> str:
    """A hash over the files of the stage's folders and modules."""
    total = hashlib.sha256()
    for name in stage.code:
        top = package / name
        for path in sorted(top.rglob("*")) if top.is_dir() else [top]:
            if path.is_file() and "__pycache__" not in path.parts:
                total.update(f"{path.relative_to(package).as_posix()}\n".encode())
                total.update(path.read_bytes())
    return total.hexdigest()[:16]


def once(
    key: Key[T], make: Callable[[Facts], T], fits: Callable[[T], object] = lambda _: True
) -> Key[T]:
    """Compute and store the result unless it is stored already; returns the key.

    A stored result that is damaged, has another shape or does not `fit` its inputs is computed
    again, which is reported. `fits` may also raise.
    """
    start = time.perf_counter()
    if have(key) and _fits(key, fits):
        _origins.setdefault(key, Origin(0.0, reused=True))
        return key
    facts = Facts()
    save(key, make(facts))
    if facts != Facts():
        _write(f"{key.file}.facts.json", _FACTS.dump_json(facts))
    _origins[key] = Origin(time.perf_counter() - start, reused=False, facts=facts)
    return key


def _fits(key: Key[T], fits: Callable[[T], object]) -> bool:
    try:
        if fits(load(key)):
            return True
    except Exception:  # any error: the value is not a result of this stage
        pass
    _memory.pop(key, None)
    _note_damage(key)
    return False


def _note_damage(key: Key[Any]) -> None:
    console.current().note(
        f"the stored result of {key.stage} ({key.file}) is damaged; computing it again"
    )


def stored_facts(key: Key[Any]) -> Facts:
    """The facts that the stage reported when the result was computed, in this or another run."""
    try:
        return _FACTS.validate_json(_read(f"{key.file}.facts.json"))
    except (OSError, ValueError):
        return Facts()


def origin(key: Key[Any]) -> Origin:
    """The origin of the result in this process."""
    return _origins.get(key, Origin(0.0, reused=True))


def forget() -> None:
    """Release the results in this process's memory; the files stay."""
    _memory.clear()
    _origins.clear()


@contextlib.contextmanager
def recompute() -> Iterator[None]:
    """Inside, no earlier result is used: each is computed again, once."""
    global _recomputed
    _recomputed = set()
    try:
        yield
    finally:
        _recomputed = None


def check_store() -> None:
    """Raise the error with which a result could not be stored."""
    name = f"check-{os.getpid()}"
    _write(name, b"")
    root = _root()
    _place(root).remove(name) if is_remote(root) else Path(root, name).unlink()


def have(key: Key[Any]) -> bool:
    """Whether the result is stored and intact."""
    if _recomputed is not None and key not in _recomputed:
        return False
    if key in _memory:
        return True
    try:
        load(key)
    except OSError:
        return False
    except ValueError:
        _note_damage(key)
        return False
    return True


def load(key: Key[T]) -> T:
    """The result; OSError or ValueError if there is none that is intact."""
    with _lock:
        if key in _memory:
            _memory.move_to_end(key)
            return cast(T, _memory[key])
    value = _decode(key, _read(f"{key.file}.json"))
    _remember(key, value)
    return cast(T, value)


def save(key: Key[T], value: T) -> None:
    """Store the result under its key, completely or not at all."""
    content = _adapter(STAGES[key.stage]).dump_json(value)
    stored = hashlib.sha256(content).hexdigest().encode() + b"\n" + content
    _write(f"{key.file}.json", stored)
    if _recomputed is not None:
        _recomputed.add(key)
    # return what was stored: JSON turns tuples in free-form metadata into lists
    _remember(key, _decode(key, stored))


def _decode(key: Key[Any], stored: bytes) -> Any:
    digest, _, content = stored.partition(b"\n")
    if hashlib.sha256(content).hexdigest().encode() != digest:
        raise ValueError(f"{key}: the stored result is damaged")
    return _adapter(STAGES[key.stage]).validate_json(content)


@cache
def _adapter(stage: Stage[Any]) -> TypeAdapter[Any]:
    return TypeAdapter(stage.value)


def _root() -> str:
    named = os.environ.get("DUIZHAO_RESULTS")
    return plain_path(named) if named else str(cache_folder() / "results")


@cache
def _place(address: str) -> Place:
    return Place.of(address)


def _read(name: str) -> bytes:
    root = _root()
    return _place(root).read(name) if is_remote(root) else Path(root, name).read_bytes()


def _write(name: str, content: bytes) -> None:
    root = _root()
    if is_remote(root):
        _place(root).write(name, content)
        return
    path = Path(root, name)
    with writing(path), replacing(path) as temporary:
        temporary.write_bytes(content)


def _remember(key: Key[Any], value: Any) -> None:
    with _lock:
        _memory[key] = value
        while len(_memory) > KEPT_IN_MEMORY:
            _memory.popitem(last=False)
