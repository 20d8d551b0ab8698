"""What a batch has to do: the documents, the names of their outcomes, and which are not there."""

from __future__ import annotations

import hashlib
import importlib.util
import json
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, NamedTuple

from duizhao.corpus.cleaning.plan import Planned as Step
from duizhao.corpus.cleaning.plan import default_plan, parse_plan
from duizhao.corpus.cleaning.splits import Shares
from duizhao.corpus.errors import InputError
from duizhao.corpus.files.card import TITLE
from duizhao.corpus.files.folder import check_output
from duizhao.flows.batch.assemble import Plan
from duizhao.flows.batch.documents import base_key, document_key
from duizhao.flows.batch.manifest import Entry
from duizhao.flows.batch.outcomes import STATE, Outcome, outcome_names
from duizhao.flows.batch.progress import PROGRESS
from duizhao.flows.settings import Settings, plain
from duizhao.flows.storage import Fingerprints, Place, fingerprints, is_remote, plain_path
from duizhao.flows.terminal import console
from duizhao.models.cores import usable_cores

PLAN = "plan.jsonl"
CONTENTS = "contents.json"
UNKNOWN = "unknown"
"""Stands for the content of a file that has never been reached: no outcome is named by it."""

MOST_TIMEOUT = 7 * 86400
"""A week; what waits for a worker cannot be told to wait for more than 24 days."""

RUNNERS = {"local": "", "dask": "prefect_dask", "ray": "prefect_ray"}
"""What runs the groups, and the package that it needs."""


@dataclass(frozen=True, slots=True)
class Options:
    """How a batch is run, and how its corpus is put together.

    `timeout` is in seconds without a sign of life, after which a worker is ended; `again` does
    all documents anew, `retry_failed` those that failed before; `keep_planned` keeps documents of
    the batch before whose files are not there any more; `runs` says whether each document gets a
    run on Prefect's pages, None: where the user has named a server.
    """

    plan: Plan
    workers: int = 1
    runner: str = "local"
    cluster: str | None = None
    timeout: float = 1800.0
    again: bool = False
    retry_failed: bool = False
    keep_planned: bool = False
    runs: bool | None = None


@dataclass(frozen=True, slots=True)
class Job:
    """A batch as it was planned; `todo` are places in `entries` and `keys`.

    `left` are documents that are in a store which cannot be reached now.
    """

    out: str
    entries: Sequence[Entry]
    keys: Sequence[str]
    todo: Sequence[int]
    sizes: Mapping[str, int]
    settings: Mapping[str, Any]
    options: Options
    left: Sequence[Outcome] = ()


class Planned(NamedTuple):
    """A document of a batch with the name of its outcome."""

    entry: Entry
    key: str


def options_of(
    settings: Settings,
    *,
    workers: int | None = None,
    runner: str = "local",
    cluster: str | None = None,
    timeout: float = 1800.0,
    again: bool = False,
    retry_failed: bool = False,
    keep_planned: bool = False,
    runs: bool | None = None,
    cleaning: Sequence[str] | None = None,
    validation: float = 0.05,
    test: float = 0.05,
    title: str = TITLE,
) -> Options:
    """Options from plain values; `cleaning` None: the usual steps, ("none",): no step."""
    _check_runner(runner, cluster, workers)
    steps = (
        default_plan()
        if cleaning is None
        else parse_plan(step for step in cleaning if step != "none")
    )
    # load_dataset reads the Parquet files that the card names: a corpus always has them
    formats = tuple(dict.fromkeys(("parquet", *settings.formats)))
    _check_numbers(timeout, workers, steps)
    plan = Plan(steps, Shares(validation, test), formats, title)
    count = workers or max(1, usable_cores() // 2)
    made = Options(plan, count, runner, cluster, timeout, again, retry_failed)
    return replace(made, keep_planned=keep_planned, runs=runs)


def _check_runner(runner: str, cluster: str | None, workers: int | None) -> None:
    if runner not in RUNNERS:
        raise InputError(f"runner {runner!r}: there are {', '.join(RUNNERS)}")
    package = RUNNERS[runner]
    if package and not importlib.util.find_spec(package):
        raise InputError(f"--runner {runner}: not installed; pip install 'duizhao[{runner}]'")
    if cluster and runner == "local":
        raise InputError("--cluster needs --runner dask or --runner ray")
    if cluster and workers:
        raise InputError("--workers: a running cluster has its own workers; leave --workers out")


def _check_numbers(timeout: float, workers: int | None, steps: Sequence[Step]) -> None:
    """InputError for numbers that are none, or out of all bounds (`nan` is in no range)."""
    if not 1 <= timeout <= MOST_TIMEOUT:
        raise InputError(f"timeout: {timeout:g} must be between 1 and {MOST_TIMEOUT} seconds")
    if workers is not None and workers < 1:
        raise InputError(f"workers: {workers} must be at least 1")
    for one in steps:
        for name, value in one.values.items():
            if isinstance(value, float) and not math.isfinite(value):
                raise InputError(f"step {one.step.name}: {name} must be a number, not {value}")


def check_batch_output(out: str) -> str:
    """The output folder with its whole path; InputError where it cannot be one.

    A folder that holds something and is no batch's is refused: a batch writes and removes files.
    """
    if not is_remote(out):
        out = str(Path(plain_path(out)).absolute())
        check_output(Path(out))
    place = Place.of(out)
    if not (place / STATE).is_empty() or (place.local and (place.local / STATE).is_dir()):
        return out
    if not place.is_empty():
        raise InputError(
            f"{out}: is not empty and no batch was begun there; choose a new folder with --out"
        )
    return out


def plan_job(out: str, entries: Sequence[Entry], settings: Settings, options: Options) -> Job:
    """Find out what is to do, and write down the plan for `duizhao status`."""
    if not settings.threads:
        cores = 1 if options.cluster else max(1, usable_cores() // options.workers)
        settings = settings.model_copy(update={"threads": cores})
    state = Place.of(out) / STATE
    prints = fingerprints(p for entry in entries for p in (entry.source, entry.reference) if p)
    contents = _contents(state, prints)
    base = base_key(settings)
    told = console.counted(entries, "planning", "documents")
    plan = [Planned(entry, document_key(entry, base, contents)) for entry in told]
    names = outcome_names(state)
    if options.keep_planned:
        plan += _gone(state, plan, names)
    todo: list[int] = []
    left: list[Outcome] = []
    for place, (entry, key) in enumerate(plan[: len(entries)]):
        name = names.get(key)
        if reason := _away(entry, prints):
            if name is None:  # else it is as it was when it could be reached
                left.append(Outcome(entry.id, key, "left", "read", reason))
            continue
        failed = name is not None and name.endswith(".failed.json")
        if name is None or options.again or (options.retry_failed and failed):
            todo.append(place)
            if name is not None:
                state.remove(name)
    lines = [json.dumps(one.as_dict() | {"key": key}, ensure_ascii=False) for one, key in plan]
    state.write(PLAN, ("\n".join(lines) + "\n").encode())
    state.remove(PROGRESS)
    sizes = {path: _size(told) for path, told in prints.found.items()}
    all_entries, keys = [one.entry for one in plan], [one.key for one in plan]
    shown = plain(_anywhere(settings))
    return Job(out, all_entries, keys, todo, sizes, shown, options, left)


def _away(entry: Entry, prints: Fingerprints) -> str:
    """Why nothing is known of a document's files now, "" where they can be reached."""
    away = prints.unreachable
    return away.get(entry.source) or away.get(entry.reference or "") or ""


def _anywhere(settings: Settings) -> Settings:
    """The settings with whole paths: the workers of a cluster have a current folder of their own.

    Names of outcomes do not depend on it, as they do not depend on where documents lie.
    """
    model = settings.model
    if model and (folder := Path(model).expanduser()).is_dir():
        model = str(folder.absolute())
    return settings.model_copy(update={"model": model})


def planned(state: Place) -> list[Planned]:
    """Each document of the batch that was planned last; FileNotFoundError if there was none."""
    found = []
    for line in state.read(PLAN).decode().split("\n")[:-1]:  # a value may have U+2028 in it
        told = json.loads(line)
        key = told.pop("key")
        found.append(Planned(Entry(**told), key))
    return found


def _gone(state: Place, plan: Iterable[Planned], names: Mapping[str, str]) -> list[Planned]:
    """Documents of the batch before that are not in this one, and were done."""
    try:
        before = planned(state)
    except FileNotFoundError:
        return []
    known = {one.entry.id for one in plan}
    return [one for one in before if one.entry.id not in known and one.key in names]


def _contents(state: Place, prints: Fingerprints) -> dict[str, str]:
    """What stands for the content of each file: its hash, or what the object store says of it.

    Hashes are kept beside size and time, so that a file is not read again for its hash; for a file
    that cannot be reached now, what was known of it last.
    """
    try:
        kept = json.loads(state.read(CONTENTS))
    except (OSError, ValueError):
        kept = {}
    found: dict[str, str] = {}
    told: dict[str, list[str]] = {}
    for path in console.counted(list(prints.found), "planning", "files"):
        fingerprint = prints.found[path]
        if not fingerprint:
            found[path] = ""
            continue
        before = kept.get(path)
        if before and before[0] == fingerprint:
            found[path] = before[1]
        else:
            found[path] = fingerprint if is_remote(path) else _hash(path)
        if found[path]:
            told[path] = [fingerprint, found[path]]
    for path in prints.unreachable:
        if before := kept.get(path):
            told[path] = before
        found[path] = before[1] if before else UNKNOWN
    if told != kept:
        state.write(CONTENTS, json.dumps(told, ensure_ascii=False).encode())
    return found


def _hash(path: str) -> str:
    try:
        with Path(path).open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return ""  # the worker says what is wrong with it


def _size(fingerprint: str) -> int:
    size, _, _ = fingerprint.partition("-")
    return int(size) if size.isdigit() else 0
