"""What a batch has to do: the documents, the names of their outcomes, and which are not there."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flows.documents import STATE, base_key, document_key, outcome_names
from flows.manifest import Entry
from flows.publish import Plan
from flows.settings import Settings, plain
from flows.storage import Place

PLAN = "plan.jsonl"


@dataclass(frozen=True, slots=True)
class Job:
    """A batch as the command planned it; `todo` are places in `entries` and `keys`.

    `timeout` is in seconds without a sign of life, after which a worker is ended.
    """

    out: str
    entries: Sequence[Entry]
    keys: Sequence[str]
    todo: Sequence[int]
    settings: Mapping[str, Any]
    plan: Plan
    workers: int = 1
    runner: str = "local"
    cluster: str | None = None
    timeout: float = 1800.0


def plan_job(
    out: str,
    entries: Sequence[Entry],
    settings: Settings,
    plan: Plan,
    *,
    again: bool = False,
    retry_failed: bool = False,
) -> Job:
    """Find out what is to do, and write down the plan for `duizhao status`.

    `again`: all of it; `retry_failed`: also what failed before.
    """
    state = Place.of(out) / STATE
    base = base_key(settings)
    keys = [document_key(entry, base) for entry in entries]
    names = outcome_names(state)
    todo = []
    for place, key in enumerate(keys):
        name = names.get(key)
        if name is None or again or (retry_failed and name.endswith(".failed.json")):
            todo.append(place)
            if name is not None:
                state.remove(name)
    lines = [
        json.dumps({"id": entry.id, "key": key}, ensure_ascii=False)
        for entry, key in zip(entries, keys, strict=True)
    ]
    state.write(PLAN, ("\n".join(lines) + "\n").encode())
    return Job(out, entries, keys, todo, plain(settings), plan)


def planned(state: Place) -> list[tuple[str, str]]:
    """(id, key) of each document of the batch that was planned last; FileNotFoundError if none."""
    lines = state.read(PLAN).decode().splitlines()
    return [(told["id"], told["key"]) for told in map(json.loads, lines)]
