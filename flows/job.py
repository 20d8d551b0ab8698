"""What a batch has to do: the documents, the names of their outcomes, and which are not there."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from corpus.cleaning.plan import default_plan, parse_plan
from corpus.document import InputError
from corpus.splits import Shares
from flows.documents import STATE, base_key, document_key, outcome_names
from flows.manifest import Entry
from flows.publish import Plan
from flows.settings import Settings, plain
from flows.storage import Place
from models.cores import usable_cores

PLAN = "plan.jsonl"


TITLE = "Chinese-English parallel corpus of United Nations documents"
RUNNERS = ("local", "dask", "ray")


@dataclass(frozen=True, slots=True)
class Options:
    """How a batch is run, and how its corpus is put together.

    `timeout` is in seconds without a sign of life, after which a worker is ended; `again` does
    all documents anew, `retry_failed` those that failed before.
    """

    plan: Plan
    workers: int = 1
    runner: str = "local"
    cluster: str | None = None
    timeout: float = 1800.0
    again: bool = False
    retry_failed: bool = False


@dataclass(frozen=True, slots=True)
class Job:
    """A batch as it was planned; `todo` are places in `entries` and `keys`."""

    out: str
    entries: Sequence[Entry]
    keys: Sequence[str]
    todo: Sequence[int]
    settings: Mapping[str, Any]
    options: Options


def options_of(
    settings: Settings,
    *,
    workers: int | None = None,
    runner: str = "local",
    cluster: str | None = None,
    timeout: float = 1800.0,
    again: bool = False,
    retry_failed: bool = False,
    cleaning: Sequence[str] | None = None,
    validation: float = 0.05,
    test: float = 0.05,
    title: str = TITLE,
) -> Options:
    """Options from plain values; `cleaning` None: the usual steps, ("none",): no step."""
    if runner not in RUNNERS:
        raise InputError(f"runner {runner!r}: there are {', '.join(RUNNERS)}")
    steps = (
        default_plan()
        if cleaning is None
        else parse_plan(step for step in cleaning if step != "none")
    )
    plan = Plan(steps, Shares(validation, test), settings.formats, title)
    count = workers or max(1, usable_cores() // 2)
    return Options(plan, count, runner, cluster, timeout, again, retry_failed)


def plan_job(out: str, entries: Sequence[Entry], settings: Settings, options: Options) -> Job:
    """Find out what is to do, and write down the plan for `duizhao status`."""
    if not settings.threads:
        cores = 1 if options.cluster else max(1, usable_cores() // options.workers)
        settings = replace(settings, threads=cores)
    state = Place.of(out) / STATE
    base = base_key(settings)
    keys = [document_key(entry, base) for entry in entries]
    names = outcome_names(state)
    todo = []
    for place, key in enumerate(keys):
        name = names.get(key)
        failed = name is not None and name.endswith(".failed.json")
        if name is None or options.again or (options.retry_failed and failed):
            todo.append(place)
            if name is not None:
                state.remove(name)
    lines = [
        json.dumps({"id": entry.id, "key": key}, ensure_ascii=False)
        for entry, key in zip(entries, keys, strict=True)
    ]
    state.write(PLAN, ("\n".join(lines) + "\n").encode())
    return Job(out, entries, keys, todo, plain(settings), options)


def planned(state: Place) -> list[tuple[str, str]]:
    """(id, key) of each document of the batch that was planned last; FileNotFoundError if none."""
    lines = state.read(PLAN).decode().splitlines()
    return [(told["id"], told["key"]) for told in map(json.loads, lines)]
