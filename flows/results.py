"""Results of stages as files named by what made them, so that nothing is done twice.

A result's key is the hash of its stage, the code of that stage, and everything that went in
(texts, model, settings): the same question has the same key in every run, process and batch. They
lie in the folder or the object store that DUIZHAO_RESULTS names, else in the cache folder. A result
is there whole or not at all, so that a killed run leaves whole results only.

    key = key_of("read", sha256, "zh")
    if not have(key):
        save(key, value)
    load(key)
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import time
from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from duizhao.corpus.alignment.bead import Bead
from duizhao.corpus.document import Document, LedgerEntry
from duizhao.corpus.files.alignment_file import bead_of, document_json, document_of
from duizhao.corpus.paths import cache_folder
from duizhao.corpus.translation import Translation
from duizhao.flows.storage import Place, is_remote, plain_path

ROOT = Path(__file__).resolve().parent.parent

CODE = {
    "read": (
        "corpus/readers/**/*.py",
        "corpus/reading/block_kinds.py",
        "corpus/document.py",
        "corpus/reading/encoding.py",
        "corpus/reading/furniture.py",
        "corpus/reading/joining.py",
        "corpus/language.py",
        "corpus/reading/layout.py",
        "corpus/segmentation/rules.py",
        "corpus/segmentation/sentences.py",
        "corpus/reading/footnotes.py",
        "corpus/files/alignment_file.py",
    ),
    "translate": ("models/*.py",),
    "align": ("corpus/alignment/**/*.py", "corpus/alignment/**/*.json", "models/*.py"),
    "rows": ("corpus/bitext.py", "corpus/cleaning/splits.py", "evaluation/metrics/translation.py"),
    "publish": (
        "corpus/cleaning/*.py",
        "corpus/writers/*.py",
        "corpus/cleaning/splits.py",
        "corpus/card.*",
        "flows/batch/assemble.py",
        "flows/batch/shards.py",
        "flows/batch/record.py",
    ),
    "score": (
        "evaluation/metrics/translation.py",
        "evaluation/metrics/scores.py",
        "evaluation/metrics/correlation.py",
    ),
}
"""Whose code decides a stage's result: an upgrade redoes just the stages that it touches."""

KEPT_IN_MEMORY = 64


@dataclass(frozen=True, slots=True)
class ReadResult:
    """A document and what was left out of it."""

    document: Document
    ledger: tuple[LedgerEntry, ...]


@dataclass(frozen=True, slots=True)
class Made:
    """How a result came about in this process: seconds it took; reused: found, not made.

    `facts` is what the stage tells of its work (sentences saved by the translation memory ...).
    """

    seconds: float
    reused: bool
    facts: Mapping[str, Any] = field(default_factory=dict)


_memory: OrderedDict[str, Any] = OrderedDict()
_made: dict[str, Made] = {}
_anew: set[str] | None = None
"""Inside `anew`: the keys that were made since it began."""


@cache
def code_version(stage: str) -> str:
    """A hash over the source files that decide the stage's results."""
    total = hashlib.sha256()
    for pattern in CODE[stage]:
        for path in sorted(ROOT.glob(pattern)):
            total.update(f"{path.relative_to(ROOT)}\n".encode())
            total.update(path.read_bytes())
    return total.hexdigest()[:16]


def key_of(stage: str, *parts: Any) -> str:
    """The key of a result: ``stage-hash``; `parts` are whatever JSON can hold."""
    told = json.dumps([stage, code_version(stage), *parts], ensure_ascii=False, sort_keys=True)
    return f"{stage}-{hashlib.sha256(told.encode()).hexdigest()}"


def once(key: str, make: Callable[[dict[str, Any]], Any]) -> str:
    """Make and keep the result unless it is there; returns the key.

    `make` gets a dictionary to write facts about its work into.
    """
    start = time.perf_counter()
    if have(key):
        _made.setdefault(key, Made(0.0, reused=True))
        return key
    facts: dict[str, Any] = {}
    save(key, make(facts))
    if facts:
        _write(_facts_name(key), json.dumps(facts, ensure_ascii=False))
    _made[key] = Made(time.perf_counter() - start, reused=False, facts=facts)
    return key


def facts(key: str) -> dict[str, Any]:
    """What the stage told of its work when the result was made, in whatever run; {} if nothing."""
    try:
        told = json.loads(_read_file(_facts_name(key)))
    except (OSError, ValueError):
        return {}
    return told if isinstance(told, dict) else {}


def _facts_name(key: str) -> str:
    return _name(key).removesuffix(".json") + ".facts.json"


def made(key: str) -> Made:
    """How the result came about in this process."""
    return _made.get(key, Made(0.0, reused=True))


def forget() -> None:
    """Let go of what this process holds in memory; the files stay."""
    _memory.clear()
    _made.clear()


@contextlib.contextmanager
def anew() -> Iterator[None]:
    """Inside, no result of before is taken: each is made again, once."""
    global _anew
    _anew = set()
    try:
        yield
    finally:
        _anew = None


def have(key: str) -> bool:
    """Whether the result is there and can be read."""
    if _anew is not None and key not in _anew:
        return False
    if key in _memory:
        return True
    try:
        load(key)
    except (OSError, ValueError, KeyError, TypeError):
        return False
    return True


def load(key: str) -> Any:
    """The result; OSError or ValueError where there is none that can be read."""
    if key in _memory:
        _memory.move_to_end(key)
        return _memory[key]
    value = _DECODE[key.partition("-")[0]](json.loads(_read_file(_name(key))))
    _remember(key, value)
    return value


def save(key: str, value: Any) -> None:
    """Write the result under its key, whole or not at all."""
    told = json.dumps(_ENCODE[key.partition("-")[0]](value), ensure_ascii=False)
    _write(_name(key), told)
    if _anew is not None:
        _anew.add(key)
    # what others get is what was written: JSON makes lists of tuples, and so on
    _remember(key, _DECODE[key.partition("-")[0]](json.loads(told)))


def _name(key: str) -> str:
    stage, _, digest = key.partition("-")
    return f"{stage}/{digest[:2]}/{digest}.json"


def _root() -> str:
    named = os.environ.get("DUIZHAO_RESULTS")
    return plain_path(named) if named else str(cache_folder() / "results")


@cache
def _place(address: str) -> Place:
    return Place.of(address)


def _read_file(name: str) -> bytes:
    root = _root()
    return _place(root).read(name) if is_remote(root) else Path(root, name).read_bytes()


def _write(name: str, text: str) -> None:
    root = _root()
    if is_remote(root):
        _place(root).write(name, text.encode())
        return
    path = Path(root, name)
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        fresh.write_text(text, encoding="utf-8")
        fresh.replace(path)
    finally:
        fresh.unlink(missing_ok=True)


def _remember(key: str, value: Any) -> None:
    _memory[key] = value
    while len(_memory) > KEPT_IN_MEMORY:
        _memory.popitem(last=False)


def _read_json(result: ReadResult) -> dict[str, Any]:
    return {
        "document": document_json(result.document),
        "ledger": [asdict(entry) for entry in result.ledger],
    }


def _read(told: Mapping[str, Any]) -> ReadResult:
    ledger = tuple(LedgerEntry(**entry) for entry in told["ledger"])
    return ReadResult(document_of(told["document"]), ledger)


def _translations(told: list[dict[str, Any]]) -> tuple[Translation, ...]:
    return tuple(
        Translation(one["text"], one["score"], one["tokens"], tuple(one["flags"])) for one in told
    )


def _beads(told: list[dict[str, Any]]) -> tuple[Bead, ...]:
    return tuple(map(bead_of, told))


def _list_of_dicts(values: Any) -> list[dict[str, Any]]:
    return [asdict(value) for value in values]


_ENCODE: dict[str, Callable[[Any], Any]] = {
    "read": _read_json,
    "translate": _list_of_dicts,
    "align": _list_of_dicts,
    "score": dict,
}
_DECODE: dict[str, Callable[[Any], Any]] = {
    "read": _read,
    "translate": _translations,
    "align": _beads,
    "score": dict,
}
