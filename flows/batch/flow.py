"""The flow of many documents: groups to workers, outcomes to files, files to one corpus.

A group of documents is a Prefect task with retries; each document's own fate is an outcome
(flows/batch/outcomes.py), so that a bad document never fails its group, and a group never fails the
batch. What is sent to Prefect is small: ids, keys, counts.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import httpx
from prefect import flow, task
from prefect.cache_policies import NO_CACHE
from prefect.exceptions import PrefectException
from prefect.futures import PrefectFuture, as_completed
from prefect.task_runners import TaskRunner, ThreadPoolTaskRunner
from prefect.tasks import exponential_backoff

from duizhao.corpus.errors import DuizhaoError, Retry, ServiceError, one_line
from duizhao.flows.batch.assemble import publish, read_seal
from duizhao.flows.batch.document_runs import DocumentRuns
from duizhao.flows.batch.groups import alone, in_this_thread, in_worker, left, packed
from duizhao.flows.batch.leaving import tell_leaving
from duizhao.flows.batch.lock import Check, hold
from duizhao.flows.batch.manifest import Entry, groups, text_bytes
from duizhao.flows.batch.outcomes import STATE, Outcome
from duizhao.flows.batch.plan import Job, Options, check_batch_output, plan_job
from duizhao.flows.batch.progress import Tally, keep, shown
from duizhao.flows.batch.publish_progress import PublishProgress
from duizhao.flows.batch.workers import Workers
from duizhao.flows.build.record import versions
from duizhao.flows.runtime.cluster import check_answers
from duizhao.flows.runtime.session import configured_api
from duizhao.flows.settings import Settings, from_plain
from duizhao.flows.storage import Place
from duizhao.flows.terminal import console

DOCUMENTS_A_GROUP = 32
BYTES_A_GROUP = 300_000
"""About 3,000 sentences of Chinese text: enough to pack full batches, minutes of work to lose."""

GROUPS_ON_A_CLUSTER = 64
"""At least, where there are as many documents: how many workers it has, now or later, is not known
here."""

Group = dict[str, Any]

PREFECT_TROUBLE = (httpx.HTTPError, PrefectException)
"""What Prefect raises where its server went away, or refuses."""

# The job, the workers and the corpus of the batch that runs in this process. They are not
# parameters, because Prefect looks through every parameter and sends those of a flow to its server.
_job: Job | None = None
_published: dict[str, Any] | None = None
_still_ours: Check | None = None
_workers: Workers | None = None
_tally: Tally | None = None


def _the_job() -> Job:
    assert _job is not None, "a batch is started through run_batch"
    return _job


def _worth_a_retry(_task: Any, _run: Any, state: Any) -> bool:
    error = state.result(raise_on_failure=False)
    return not isinstance(error, DuizhaoError) or error.retry is Retry.SOON


def group_task(work: Callable[..., list[dict[str, Any]]]) -> Any:
    """A task with retries. It needs no time limit of Prefect's: silent workers are ended."""
    made = task(
        name="documents",
        task_run_name="documents {first} and {more} more",
        cache_policy=NO_CACHE,
        persist_result=False,
        retries=2,
        retry_delay_seconds=exponential_backoff(backoff_factor=2),
        retry_jitter_factor=0.5,
        retry_condition_fn=_worth_a_retry,
    )
    return made(work)


@group_task
def local_group_task(first: str, more: int, group: Group, timeout: float) -> list[dict[str, Any]]:
    """A group of documents, processed by one of this machine's workers."""
    assert _workers is not None
    assert _tally is not None
    return [asdict(one) for one in in_worker(_workers, group, timeout, _tally.hear)]


@group_task
def remote_group_task(first: str, more: int, group: Group, timeout: float) -> list[dict[str, Any]]:
    """A group of documents, processed where a Dask or Ray worker runs this task."""
    return [asdict(one) for one in in_this_thread(group, timeout)]


@task(name="publish", task_run_name="publish", cache_policy=NO_CACHE, persist_result=False)
def publish_task() -> str:
    """One corpus of all outcomes."""
    job = _the_job()
    out = Place.of(job.out)
    progress = PublishProgress(out / STATE)
    with console.current().stage("publish"):
        made_by = _made_by(job.settings)
        plan = job.options.plan
        check = _still_ours or (lambda: None)
        left = _tally.left if _tally else []
        try:
            publish(out, job.entries, job.keys, plan, made_by, progress.show, check, left)
        finally:
            progress.end()
    return job.out


@flow(name="batch", validate_parameters=False, persist_result=False)
def batch_flow(name: str, documents: int) -> dict[str, Any]:
    """A batch of documents; see `run_batch`, which hands it its job."""
    global _published, _tally
    job = _the_job()
    _tally = tally = Tally(len(job.todo) + len(job.left))
    tally.add(job.left)
    if job.todo:
        _process(job, tally)
    elif job.left:
        keep(tally, Place.of(job.out) / STATE)
    publish_task()
    told = read_seal(Place.of(job.out)) or {}
    told["batch"] = tally.told()
    _published = told
    try:
        _leave_artifacts(told)
    except Exception as error:  # never worth a batch
        console.current().note(f"the summary is not on Prefect's pages: {_trouble(error)}")
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
    out = check_batch_output(out)
    if options.runs is None:  # before a private server takes the place of one that is named
        options = replace(options, runs=configured_api() is not None)
    with hold(Place.of(out) / STATE) as still_ours:
        if not options.keep_planned:
            tell_leaving(Place.of(out) / STATE, entries)
        with console.current().stage("plan"):
            job = plan_job(out, entries, settings, options)
        done = len(job.entries) - len(job.todo) - len(job.left)
        shown = f"{len(job.entries)} documents, {done} done before"
        if job.left:
            shown += f", {len(job.left)} left ({job.left[0].reason})"
        if not options.cluster:
            shown += f"; worker processes: {options.workers}"
        console.current().note(shown)
        with console.current().stage("start Prefect"):
            before_flow()
        return run_batch(job, still_ours) | {"out": out}


def run_batch(job: Job, still_ours: Check) -> dict[str, Any]:
    """Run the batch flow with the task runner that the job names.

    What Prefect is troubled by after the corpus is there is only noted; before, it ends the batch.
    """
    global _job, _workers, _still_ours, _published
    _job, _still_ours = job, still_ours
    named = batch_flow.with_options(
        flow_run_name=f"batch of {len(job.entries)} documents", task_runner=_runner(job.options)
    )
    if job.options.runner == "local" and job.todo:
        _workers = Workers(min(job.options.workers, len(job.todo)), job.settings["threads"])
    try:
        return dict(named(job.out, len(job.entries)))
    except PREFECT_TROUBLE as error:
        if _published is None:
            raise ServiceError(
                f"{_trouble(error)}; what is done is kept, the same command goes on from there"
            ) from error
        console.current().note(f"{_trouble(error)}; the corpus is written all the same")
        return _published
    finally:
        _job = _published = None
        if _workers:
            _workers.end()
            _workers = None


def _trouble(error: Exception) -> str:
    """What Prefect raised, in one line."""
    what = "went away" if isinstance(error, httpx.TransportError) else "cannot go on"
    reason = " ".join(str(error).split())[:300]
    return f"the Prefect server {what} ({type(error).__name__}: {reason})"


def _runner(options: Options) -> TaskRunner[Any]:
    if options.runner == "dask":
        # read as Dask is imported, here and in its workers: else a line for all that they do
        os.environ.setdefault("DASK_LOGGING__DISTRIBUTED", "error")
        from prefect_dask.task_runners import DaskTaskRunner

        if options.cluster:
            check_answers(options.cluster, "Dask's scheduler", "dask scheduler")
            return DaskTaskRunner(address=options.cluster)
        cluster = {"n_workers": options.workers, "threads_per_worker": 1, "dashboard_address": None}
        return DaskTaskRunner(cluster_kwargs=cluster)
    if options.runner == "ray":
        from duizhao.flows.runtime.clusters import runner

        return runner(options.workers, options.cluster)
    return ThreadPoolTaskRunner(max_workers=options.workers)


def _process(job: Job, tally: Tally) -> None:
    """Send all groups; the documents of one that a cluster lost are sent again one by one."""
    runs = DocumentRuns() if job.options.runs else None

    def arrived(future: PrefectFuture[Any] | None, outcomes: Sequence[Outcome]) -> None:
        tally.add(outcomes)
        if runs:
            runs.add(future.task_run_id if future else None, outcomes)

    with console.current().stage("documents"), shown(tally, Place.of(job.out) / STATE):
        try:
            lost = _send(job, _groups(job), arrived)
            if lost and job.options.runner != "local":
                lost = _send(job, [one for group, _ in lost for one in alone(group)], arrived)
            for group, error in lost:
                # documents have processes of their own: what the cluster lost is not their fault
                arrived(None, left(group, one_line(error)))
        except BaseException:
            # else the task runner would wait for the groups that are at work
            if _workers:
                _workers.end()
            raise
    if runs and (missing := runs.finish()):
        console.current().note(f"{missing} documents are not on Prefect's pages: it was too slow")


def _groups(job: Job) -> list[Group]:
    entries = [job.entries[number] for number in job.todo]
    keys = {job.entries[number].id: job.keys[number] for number in job.todo}
    sizes = [text_bytes(entry.source, job.sizes.get(entry.source, 0)) for entry in entries]
    shares = GROUPS_ON_A_CLUSTER if job.options.cluster else job.options.workers
    most = min(DOCUMENTS_A_GROUP, max(1, -(-len(entries) // shares)))
    state = (Place.of(job.out) / STATE).name
    return [
        packed(group, [keys[one.id] for one in group], state, job.settings, job.options.again)
        for group in groups(entries, sizes, most, BYTES_A_GROUP)
    ]


def _send(
    job: Job,
    sent: Sequence[Group],
    arrived: Callable[[PrefectFuture[Any], Sequence[Outcome]], None],
) -> list[tuple[Group, Exception]]:
    """Have groups processed; those that came to nothing, with why."""
    work = local_group_task if job.options.runner == "local" else remote_group_task
    futures = {}
    for group in sent:
        entries = group["entries"]
        named = (entries[0]["id"], len(entries) - 1, group, job.options.timeout)
        futures[work.submit(*named)] = group
    lost: list[tuple[Group, Exception]] = []
    for future in as_completed(list(futures)):
        try:
            result = future.result(raise_on_failure=False)
        except Exception as error:
            result = error
        if isinstance(result, list):
            arrived(future, [Outcome(**outcome) for outcome in result])
        else:
            why = result if isinstance(result, Exception) else RuntimeError(f"{result!r}")
            lost.append((futures[future], why))
    return lost


def _made_by(settings: Mapping[str, Any]) -> dict[str, str]:
    from duizhao.flows import stages

    made = from_plain(settings)
    files = stages.locate_model(made)
    found = versions()
    # where a folder lies on this machine is nobody else's affair
    name = Path(files.name).name if Path(files.name).is_dir() else files.name
    return {
        "duizhao": found["duizhao"],
        "model": f"{name} (SHA-256 {files.hash[:16]})",
        "decoding": stages.decoding(made).key(),
        "alignment": f"effort {made.effort}, minimum confidence {made.min_confidence}",
    }


def _leave_artifacts(told: Mapping[str, Any]) -> None:
    from prefect.artifacts import create_markdown_artifact, create_table_artifact

    counts = [{"what": name, "number": value} for name, value in told["counts"].items()]
    create_table_artifact(table=counts, key="batch-summary", description="What the batch made")
    lines = [
        f"- {kind}: `{name}` ({stage}): {reason}"
        for kind, some in (("failed", told["failed"]), ("left", told["batch"]["left"]))
        for name, stage, reason in some[:200]
    ]
    if lines:
        create_markdown_artifact(markdown="\n".join(lines), key="batch-failed")
