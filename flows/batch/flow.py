"""The flow of many documents: groups to workers, outcomes to files, files to one corpus.

First a worker checks that everything which all documents need is available; a wrong option ends the
batch at this point. A group of documents is a Prefect task with retries. Each document has its own
outcome (flows/batch/outcomes.py): a bad document never fails its group, and a group never fails the
batch.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, ParamSpec, TypeVar

from prefect import Task, flow, task
from prefect.cache_policies import NO_CACHE
from prefect.client.schemas.objects import State, TaskRun
from prefect.futures import PrefectFuture, as_completed
from prefect.task_runners import TaskRunner, ThreadPoolTaskRunner
from prefect.tasks import exponential_backoff

from duizhao.corpus.errors import DuizhaoError, Retry, ServiceError, one_line
from duizhao.flows import stages
from duizhao.flows.batch.document_runs import DocumentRuns
from duizhao.flows.batch.documents import Group
from duizhao.flows.batch.groups import (
    alone,
    check_this_thread,
    check_worker,
    in_this_thread,
    in_worker,
    left,
)
from duizhao.flows.batch.lock import Check, hold
from duizhao.flows.batch.manifest import Entry, grouped, text_bytes
from duizhao.flows.batch.needs import Needs, may_be_scan
from duizhao.flows.batch.options import BatchOptions
from duizhao.flows.batch.outcomes import STATE, Outcome
from duizhao.flows.batch.plan import Job, begin, check_batch_output, note_leaving, plan_job
from duizhao.flows.batch.progress import PublishProgress, Tally, keep, shown
from duizhao.flows.batch.publishing.assemble import publish, read_seal
from duizhao.flows.batch.publishing.seal import BatchRecord
from duizhao.flows.batch.summary import create_artifacts
from duizhao.flows.batch.workers import Workers
from duizhao.flows.build.record import versions
from duizhao.flows.runtime.session import configured_api
from duizhao.flows.runtime.trouble import described, is_trouble
from duizhao.flows.settings import Settings
from duizhao.flows.storage import Place
from duizhao.flows.terminal import console

DOCUMENTS_A_GROUP = 32
BYTES_A_GROUP = 300_000
"""About 3,000 Chinese sentences: enough for full batches, and a crash loses minutes at most."""

GROUPS_ON_A_CLUSTER = 64
"""Least number of groups if there are enough documents; the number of workers is unknown here."""


P = ParamSpec("P")
R = TypeVar("R")


@dataclass(slots=True)
class _Run:
    """A batch that is running: its job, its workers, and its results so far."""

    job: Job
    still_ours: Check
    workers: Workers | None
    tally: Tally
    published: BatchRecord | None = None

    @property
    def out(self) -> Place:
        """The folder of the corpus."""
        return Place.of(self.job.out)


def _worth_a_retry(_task: Task[..., Any], _run: TaskRun, state: State[Any]) -> bool:
    error = state.result(raise_on_failure=False)
    return not isinstance(error, DuizhaoError) or error.retry is Retry.SOON


def group_task(work: Callable[P, R]) -> Task[P, R]:
    """A task with retries. It needs no time limit of Prefect, because silent workers are ended."""
    decorate = task(
        name="documents",
        task_run_name="documents {first} and {more} more",
        cache_policy=NO_CACHE,
        persist_result=False,
        retries=2,
        retry_delay_seconds=exponential_backoff(backoff_factor=2),
        retry_jitter_factor=0.5,
        retry_condition_fn=_worth_a_retry,
    )
    return decorate(work)


@task(
    name="check",
    task_run_name="check",
    cache_policy=NO_CACHE,
    persist_result=False,
    retries=2,
    retry_delay_seconds=exponential_backoff(backoff_factor=2),
    retry_condition_fn=_worth_a_retry,
)
def remote_check_task(needs: Needs) -> None:
    """Check the Dask or Ray worker that runs this task."""
    check_this_thread(needs)


@group_task
def remote_group_task(first: str, more: int, group: Group, timeout: float) -> list[Outcome]:
    """A group of documents, processed where a Dask or Ray worker runs this task."""
    return in_this_thread(group, timeout)


def _local_group_task(
    workers: Workers, tally: Tally
) -> Task[[str, int, Group, float], list[Outcome]]:
    def work(first: str, more: int, group: Group, timeout: float) -> list[Outcome]:
        """A group of documents, processed by one of this machine's workers."""
        return in_worker(workers, group, timeout, tally.on_progress)

    return group_task(work)


def start_batch(
    out: str,
    entries: Sequence[Entry],
    settings: Settings,
    options: BatchOptions,
    before_flow: Callable[[], object] = lambda: None,
) -> BatchRecord:
    """Plan and run a batch under its folder's lock; returns batch.json with the work of this run.

    `before_flow` is called after planning (the Prefect server may start meanwhile).
    """
    out = check_batch_output(out)
    if options.subflows is None:  # determined before a private server replaces a named one
        named = configured_api() is not None
        options = options.model_copy(update={"subflows": named})
    with hold(Place.of(out) / STATE) as still_ours:
        if not options.keep_planned:
            note_leaving(Place.of(out) / STATE, entries)
        with console.current().stage("plan"):
            job = plan_job(out, entries, settings, options)
        done = len(job.documents) - len(job.todo) - len(job.left)
        planned = f"{len(job.documents)} documents, {done} done before"
        if job.left:
            planned += f", {len(job.left)} left ({job.left[0].reason})"
        if not options.cluster:
            planned += f"; worker processes: {options.processes}"
        console.current().note(planned)
        with console.current().stage("start Prefect"):
            before_flow()
        return run_batch(job, still_ours)


def run_batch(job: Job, still_ours: Check) -> BatchRecord:
    """Run the batch flow with the task runner of the options.

    An error of Prefect ends the batch; once the corpus is written, it is only reported.
    """
    runner = _runner(job.options)
    workers = None
    if job.options.runner == "local" and job.todo:
        workers = Workers(min(job.options.processes, len(job.todo)), job.settings.threads)
    run = _Run(job, still_ours, workers, Tally(len(job.todo) + len(job.left)))
    try:
        return _flow_of(run, runner)(job.out, len(job.documents))
    except Exception as error:
        if not is_trouble(error):
            raise
        if run.published is None:
            raise ServiceError(
                f"{described(error)}; finished documents are kept, the same command continues"
            ) from error
        console.current().note(f"{described(error)}; the corpus is complete")
        return run.published
    finally:
        if workers:
            workers.end()


def _flow_of(run: _Run, runner: TaskRunner[Any]) -> Callable[[str, int], BatchRecord]:
    """The Prefect flow of a run.

    The run is not a parameter, because Prefect traverses all parameters and sends those of a flow
    to its server.
    """

    @task(name="publish", task_run_name="publish", cache_policy=NO_CACHE, persist_result=False)
    def publish_task() -> None:
        """Assemble one corpus from all outcomes."""
        _publish(run)

    @flow(
        name="batch",
        flow_run_name=f"batch of {len(run.job.documents)} documents",
        task_runner=runner,
        validate_parameters=False,
        persist_result=False,
    )
    def batch(out: str, documents: int) -> BatchRecord:
        """Process the documents, and assemble the corpus in the folder `out`."""
        if run.job.todo:
            _check(run)
        begin(run.job)
        run.tally.start(run.job.left)
        if run.job.todo:
            _process(run)
        elif run.job.left:
            keep(run.tally, run.out / STATE)
        publish_task()
        seal = read_seal(run.out)
        assert seal is not None, "it has just been written"
        record: BatchRecord = {**seal, "batch": run.tally.as_dict(), "out": run.job.out}
        run.published = record
        try:
            create_artifacts(record)
        except Exception as error:  # must not fail the batch
            console.current().note(f"the summary is not on Prefect's pages: {described(error)}")
        return record

    return batch


def _check(run: _Run) -> None:
    """Raise NotReady, before anything has changed, if a worker lacks what every document needs."""
    files = [path for one in run.job.todo for path in (one.entry.source, one.entry.reference)]
    needs = Needs(
        run.job.settings,
        (run.out / STATE).name,
        aligns=any(one.entry.reference for one in run.job.todo),
        scans=any(may_be_scan(path) for path in files if path),
    )
    with console.current().stage("check"):
        if run.workers:
            check_worker(run.workers, needs)
        else:
            remote_check_task.submit(needs).result()


def _publish(run: _Run) -> None:
    progress = PublishProgress(run.out / STATE)
    with console.current().stage("publish"):
        try:
            publish(
                run.out,
                run.job.documents,
                run.job.plan,
                _made_by(run.job.settings),
                progress.show,
                run.still_ours,
                run.tally.left,
            )
        finally:
            progress.end()


def _runner(options: BatchOptions) -> TaskRunner[Any]:
    if options.runner == "local":
        return ThreadPoolTaskRunner(max_workers=options.processes)
    from duizhao.flows.runtime import clusters

    start = clusters.dask_runner if options.runner == "dask" else clusters.ray_runner
    return start(options.processes, options.cluster)


def _process(run: _Run) -> None:
    """Send all groups; the documents of one that a cluster lost are sent again one by one."""
    runs = DocumentRuns() if run.job.options.subflows else None

    def arrived(future: PrefectFuture[Any] | None, outcomes: Sequence[Outcome]) -> None:
        run.tally.add(outcomes)
        if runs:
            runs.add(future.task_run_id if future else None, outcomes)

    with console.current().stage("documents"), shown(run.tally, run.out / STATE):
        try:
            lost = _send(run, _groups(run.job), arrived)
            if lost and not run.workers:
                lost = _send(run, [one for group, _ in lost for one in alone(group)], arrived)
            for group, error in lost:
                # documents run in separate processes, so they did not cause the loss
                arrived(None, left(group, one_line(error)))
        except BaseException:
            # otherwise the task runner would wait for the groups that are being processed
            if run.workers:
                run.workers.end()
            raise
    if runs and (missing := runs.finish()):
        console.current().note(f"{missing} documents are not on Prefect's pages: it was too slow")


def _groups(job: Job) -> list[Group]:
    sizes = [text_bytes(one.entry.source, job.sizes.get(one.entry.source, 0)) for one in job.todo]
    shares = GROUPS_ON_A_CLUSTER if job.options.cluster else job.options.processes
    most = min(DOCUMENTS_A_GROUP, max(1, -(-len(job.todo) // shares)))
    state = (Place.of(job.out) / STATE).name
    return [
        Group(tuple(documents), state, job.settings, not job.options.resume)
        for documents in grouped(job.todo, sizes, most, BYTES_A_GROUP)
    ]


def _send(
    run: _Run,
    groups: Sequence[Group],
    arrived: Callable[[PrefectFuture[Any], Sequence[Outcome]], None],
) -> list[tuple[Group, Exception]]:
    """Submit groups and wait; returns those without a result, with the error."""
    work = _local_group_task(run.workers, run.tally) if run.workers else remote_group_task
    futures: dict[PrefectFuture[Any], Group] = {}
    for group in groups:
        first, more = group.documents[0].entry.id, len(group.documents) - 1
        futures[work.submit(first, more, group, run.job.options.timeout)] = group
    lost: list[tuple[Group, Exception]] = []
    for future in as_completed(list(futures)):
        try:
            result = future.result(raise_on_failure=False)
        except Exception as error:
            result = error
        if isinstance(result, list):
            arrived(future, result)
        else:
            why = result if isinstance(result, Exception) else RuntimeError(f"{result!r}")
            lost.append((futures[future], why))
    return lost


def _made_by(settings: Settings) -> dict[str, str]:
    files = stages.locate_model(settings)
    model = f"{files.public_name} (SHA-256 {files.hash[:16]})" if files.hash else files.name
    translated = settings.translate == "all"
    return {
        "duizhao": versions()["duizhao"],
        "model": model if translated else f"{model}; nothing is machine-translated",
        "decoding": stages.decoding(settings).key(),
        "alignment": f"effort {settings.effort}, minimum confidence {settings.min_confidence}",
    }
