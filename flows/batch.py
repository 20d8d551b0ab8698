"""The flow of many documents: groups to workers, outcomes to files, files to one corpus.

A group of documents is a Prefect task, with retries and time limits; each document's own fate is
an outcome (flows/documents.py), so that a bad document never fails its group, and a group never
fails the batch. What is sent to Prefect is small: ids, keys, counts.
"""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from prefect import flow, task
from prefect.cache_policies import NO_CACHE
from prefect.futures import as_completed
from prefect.task_runners import TaskRunner, ThreadPoolTaskRunner

from flows import console
from flows.account import versions
from flows.documents import STATE, Outcome, keep_failure, process_group
from flows.folder import check_output
from flows.job import Job, Options, plan_job
from flows.lock import hold
from flows.manifest import Entry, groups
from flows.publish import publish, read_seal
from flows.settings import Settings, from_plain
from flows.storage import Place, fingerprint, is_remote
from flows.workers import WorkerLost, Workers

DOCUMENTS_A_GROUP = 32
BYTES_A_GROUP = 300_000
"""About 3,000 sentences of Chinese text: enough to pack full batches, minutes of work to lose."""

DEATHS = 2
"""A document that was alone with a worker when it died, so many times, is what killed it."""


@dataclass(slots=True)
class Tally:
    """What has become of the documents so far."""

    total: int
    status: Counter[str] = field(default_factory=Counter)
    sentences: int = 0
    started: float = field(default_factory=time.monotonic)
    left: list[Outcome] = field(default_factory=list)

    def add(self, outcomes: Sequence[Outcome]) -> None:
        """Count the outcomes of a group."""
        for outcome in outcomes:
            self.status[outcome.status] += 1
            self.sentences += outcome.counts.get("zh_sentences", 0)
            if outcome.status == "left":
                self.left.append(outcome)

    def told(self) -> dict[str, Any]:
        """For progress.json, which `duizhao status` reads."""
        seconds = time.monotonic() - self.started
        done = sum(self.status.values())
        return {
            "total": self.total,
            "finished": done,
            "failed": self.status["failed"],
            "sentences": self.sentences,
            "seconds": round(seconds, 1),
            "seconds_left": round(seconds / done * (self.total - done)) if done else None,
            "at": time.time(),
        }


# The job and the workers of the batch that runs in this process. They are not parameters, because
# Prefect looks through every parameter and sends those of a flow to its server.
_job: Job | None = None
_local_workers: Workers | None = None


def _the_job() -> Job:
    assert _job is not None, "a batch is started through run_batch"
    return _job


@task(name="documents", task_run_name="documents {first} and {more} more", cache_policy=NO_CACHE,
      persist_result=False, retries=2, retry_delay_seconds=[1, 10])  # fmt: skip
def local_group_task(
    first: str, more: int, group: dict[str, Any], timeout: float
) -> list[dict[str, Any]]:
    """A group of documents, processed by one of this machine's workers."""
    assert _local_workers is not None
    return [asdict(outcome) for outcome in _in_worker(_local_workers, group, timeout)]


@task(name="documents", task_run_name="documents {first} and {more} more", cache_policy=NO_CACHE,
      persist_result=False, retries=2, retry_delay_seconds=[1, 10])  # fmt: skip
def remote_group_task(first: str, more: int, group: dict[str, Any]) -> list[dict[str, Any]]:
    """A group of documents, processed where a Dask or Ray worker runs this task."""
    return [asdict(outcome) for outcome in process_group(*_unpacked(group))]


@task(name="publish", task_run_name="publish", cache_policy=NO_CACHE, persist_result=False)
def publish_task() -> str:
    """One corpus of all outcomes."""
    job = _the_job()
    with console.current().stage("publish"):
        show = console.current().progress
        made_by = _made_by(job.settings)
        publish(Place.of(job.out), job.entries, job.keys, job.options.plan, made_by, show)
    return job.out


@flow(name="batch", validate_parameters=False, persist_result=False)
def batch_flow(name: str, documents: int) -> dict[str, Any]:
    """A batch of documents; see `run_batch`, which hands it its job."""
    job = _the_job()
    tally = Tally(len(job.todo))
    state = Place.of(job.out) / STATE
    if job.todo:
        _process(job, state, tally)
    publish_task()
    told = read_seal(Place.of(job.out)) or {}
    told["batch"] = tally.told() | {"left": [[o.id, o.stage, o.reason] for o in tally.left]}
    _leave_artifacts(told)
    return told


def start_batch(
    out: str,
    entries: Sequence[Entry],
    settings: Settings,
    options: Options,
    before_flow: Callable[[], object] = lambda: None,
) -> dict[str, Any]:
    """Plan and run a batch under its folder's lock; what batch.json holds, and what was done.

    `before_flow` is called when the plan stands (the Prefect server may come up meanwhile).
    """
    if not is_remote(out):
        out = str(Path(out).absolute())
        check_output(Path(out))
    with hold(Place.of(out) / STATE):
        job = plan_job(out, entries, settings, options)
        done = len(entries) - len(job.todo)
        shown = f"{len(entries)} documents, {done} done before; worker processes: {options.workers}"
        console.current().note(shown)
        with console.current().stage("start Prefect"):
            before_flow()
        return run_batch(job) | {"out": out}


def run_batch(job: Job) -> dict[str, Any]:
    """Run the batch flow with the task runner that the job names."""
    global _job, _local_workers
    _job = job
    named = batch_flow.with_options(
        flow_run_name=f"batch of {len(job.entries)} documents", task_runner=_runner(job.options)
    )
    if job.options.runner == "local" and job.todo:
        _local_workers = Workers(min(job.options.workers, len(job.todo)), job.settings["threads"])
    try:
        return dict(named(job.out, len(job.entries)))
    finally:
        _job = None
        if _local_workers:
            _local_workers.end()
            _local_workers = None


def _runner(options: Options) -> TaskRunner[Any]:
    if options.runner == "dask":
        from prefect_dask.task_runners import DaskTaskRunner

        if options.cluster:
            return DaskTaskRunner(address=options.cluster)
        cluster = {"n_workers": options.workers, "threads_per_worker": 1, "dashboard_address": None}
        return DaskTaskRunner(cluster_kwargs=cluster)
    if options.runner == "ray":
        from prefect_ray.task_runners import RayTaskRunner

        started = {"num_cpus": options.workers}
        ray: TaskRunner[Any] = RayTaskRunner(address=options.cluster, init_kwargs=started)
        return ray
    return ThreadPoolTaskRunner(max_workers=options.workers)


def _process(job: Job, state: Place, tally: Tally) -> None:
    entries = [job.entries[number] for number in job.todo]
    keys = {job.entries[number].id: job.keys[number] for number in job.todo}
    sizes = [_size(entry.source) for entry in entries]
    most = min(DOCUMENTS_A_GROUP, max(1, -(-len(entries) // job.options.workers)))
    futures = []
    for group in groups(entries, sizes, most, BYTES_A_GROUP):
        packed = {
            "entries": [asdict(entry) for entry in group],
            "keys": [keys[entry.id] for entry in group],
            "state": state.name,
            "settings": dict(job.settings),
        }
        named = (group[0].id, len(group) - 1, packed)
        if job.options.runner == "local":
            futures.append(local_group_task.submit(*named, job.options.timeout))
        else:
            futures.append(remote_group_task.submit(*named))
    with console.current().stage("documents"):
        for future in as_completed(futures):
            result = future.result(raise_on_failure=False)
            if isinstance(result, list):
                tally.add([Outcome(**outcome) for outcome in result])
            told = tally.told()
            state.write("progress.json", json.dumps(told).encode())
            _show(told)


def _size(path: str) -> int:
    size, _, _ = fingerprint(path).partition("-")
    return int(size) if size.isdigit() else 0


def _show(told: Mapping[str, Any]) -> None:
    rate = told["sentences"] / max(0.1, told["seconds"])
    text = f"{told['finished']} of {told['total']} documents, {rate:.0f} sentences/s"
    console.current().progress(text, told["finished"], told["total"])


def _unpacked(
    group: Mapping[str, Any],
) -> tuple[list[Entry], list[str], str, dict[str, Any]]:
    entries = [Entry(**entry) for entry in group["entries"]]
    return entries, list(group["keys"]), group["state"], dict(group["settings"])


def _in_worker(workers: Workers, group: Mapping[str, Any], timeout: float) -> list[Outcome]:
    """Process a group; if its worker is lost, its documents one by one, to find which it was."""
    entries, keys, state, settings = _unpacked(group)
    try:
        with workers.one() as worker:
            return worker.run((entries, keys, state, settings), timeout)
    except WorkerLost:
        outcomes = []
        for entry, key in zip(entries, keys, strict=True):
            outcomes.append(_alone(workers, (entry, key, state, settings), timeout))
        return outcomes


def _alone(
    workers: Workers, one: tuple[Entry, str, str, dict[str, Any]], timeout: float
) -> Outcome:
    entry, key, state, settings = one
    reason = ""
    for _ in range(DEATHS):
        try:
            with workers.one() as worker:
                return worker.run(([entry], [key], state, settings), timeout)[0]
        except WorkerLost as error:
            reason = str(error)
    outcome = Outcome(entry.id, key, "failed", "process", f"lost {DEATHS} workers: {reason}")
    keep_failure(Place.of(state), outcome)
    return outcome


def _made_by(settings: Mapping[str, Any]) -> dict[str, str]:
    from flows import stages

    made = from_plain(settings)
    files = stages.locate_model(made)
    found = versions()
    return {
        "duizhao": found["duizhao"],
        "model": f"{files.name} (SHA-256 {files.hash[:16]})",
        "decoding": stages.decoding(made).key(),
        "alignment": f"effort {made.effort}, minimum confidence {made.min_confidence}",
    }


def _leave_artifacts(told: Mapping[str, Any]) -> None:
    from prefect.artifacts import create_markdown_artifact, create_table_artifact

    counts = [{"what": name, "number": value} for name, value in told["counts"].items()]
    create_table_artifact(table=counts, key="batch-summary", description="What the batch made")
    if told["failed"]:
        lines = [f"- `{name}` ({stage}): {reason}" for name, stage, reason in told["failed"][:200]]
        create_markdown_artifact(markdown="\n".join(lines), key="batch-failed")
