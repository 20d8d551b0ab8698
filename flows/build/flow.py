"""The flow of one document pair: read, translate, align, score, write; each is a Prefect task.

The tasks only call flows/stages.py and report on the console. They pass keys of results to each
other, never the results, which are files.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

from prefect import Task, flow, task
from prefect.cache_policies import NO_CACHE
from prefect.client.schemas.objects import State, TaskRun

from duizhao.corpus.document import Language, Side
from duizhao.corpus.errors import Retry, one_line, retry_of
from duizhao.corpus.translation import NOT_TRANSLATED
from duizhao.flows import results, stages
from duizhao.flows.build import record
from duizhao.flows.build.run_record import BuildRecord
from duizhao.flows.build.summary import create_artifacts
from duizhao.flows.results import Beads, Key, ReadResult, Scores, Translations
from duizhao.flows.runtime.trouble import described, is_busy
from duizhao.flows.settings import Settings
from duizhao.flows.terminal import console

P = ParamSpec("P")
R = TypeVar("R")
T = TypeVar("T")


PAUSES = (1.0, 5.0)
"""Seconds before the flow is tried again."""


def _worth_a_retry(task: Task[..., Any], _run: TaskRun, state: State[Any]) -> bool:
    """Retry after a temporary error, and report that."""
    error = state.result(raise_on_failure=False)
    if not isinstance(error, BaseException) or retry_of(error) is not Retry.SOON:
        return False
    console.current().note(f"{task.name}: {one_line(error)}; trying again")
    return True


def stage_task(name: str) -> Callable[[Callable[P, R]], Task[P, R]]:
    """A task with retries; the stage does its own caching (flows/results.py)."""
    return task(
        name=name,
        task_run_name=name,
        cache_policy=NO_CACHE,
        persist_result=False,
        retries=2,
        retry_delay_seconds=[1, 5],
        retry_condition_fn=_worth_a_retry,
    )


@stage_task("read")
def read_task(
    path: str, language: Language, side: Side, document_id: str | None, settings: Settings
) -> Key[ReadResult]:
    """Read and segment one document."""

    def work() -> Key[ReadResult]:
        return stages.read(path, language, side, document_id, settings.reading)

    return _run(f"read {side}", work, _document)


@stage_task("translate")
def translate_task(source: Key[ReadResult], settings: Settings) -> Key[Translations]:
    """Translate the sentences of a document."""
    return _run("translate", lambda: stages.translate(source, settings), _translation)


@stage_task("align")
def align_task(
    source: Key[ReadResult],
    target: Key[ReadResult],
    translation: Key[Translations],
    settings: Settings,
) -> Key[Beads]:
    """Align a document with its reference."""
    return _run("align", lambda: stages.align(source, target, translation, settings), _beads)


@stage_task("score")
def score_task(
    source: Key[ReadResult],
    target: Key[ReadResult] | None,
    translation: Key[Translations],
    beads: Key[Beads] | None,
    settings: Settings,
) -> Key[Scores]:
    """Score the machine translation against the reference."""
    bitext = stages.assemble(source, target, translation, beads, settings)
    return _run("score", lambda: stages.score(bitext.rows, source, target, translation), _scores)


@stage_task("write")
def write_task(out: str, keys: record.BuildKeys, settings: Settings, started: datetime) -> None:
    """Write the folder, completely or not at all; the caller of the flow holds its lock."""
    start = time.perf_counter()
    written = record.write_folder(Path(out), keys, settings, started)
    seconds = time.perf_counter() - start
    console.current().done("write", f"{len(written['files']) + 1} files in {out}", seconds, False)


def _run(name: str, work: Callable[[], Key[T]], describe: Callable[[Key[T]], str]) -> Key[T]:
    with console.current().stage(name):
        key = work()
    origin = results.origin(key)
    console.current().done(name, describe(key), origin.seconds, origin.reused)
    return key


def _document(key: Key[ReadResult]) -> str:
    document = results.load(key).document
    return f"{len(document.blocks)} blocks, {len(document.sentences)} sentences"


def _translation(key: Key[Translations]) -> str:
    if all(NOT_TRANSLATED in one.flags for one in results.load(key)):
        return "nothing (--translate none)"
    facts = results.origin(key).facts
    text = f"{len(results.load(key))} sentences"
    saved = facts.repeated + facts.remembered
    return f"{text}, {saved} of them from the translation memory" if saved else text


def _beads(key: Key[Beads]) -> str:
    return ", ".join((f"{len(results.load(key))} beads", *results.origin(key).facts.took))


def _scores(key: Key[Scores]) -> str:
    return record.score_line(results.load(key)) or "nothing to score"


def build(
    report: str,
    reference: str | None,
    out: str,
    settings: Settings,
    ids: tuple[str | None, str | None] = (None, None),
) -> BuildRecord:
    """Build a scored parallel corpus from one report; returns the content of run.json.

    `ids` name the two documents in the corpus; None: the names of their files. The flow is run
    again if its server is overloaded, with the results of the stages that are done. Once the folder
    is complete, an error of Prefect or its server is only reported.
    """
    written: BuildRecord | None = None

    @flow(name="build", validate_parameters=False, persist_result=False)
    def build_flow(
        report: str,
        reference: str | None,
        out: str,
        settings: Settings,
        ids: tuple[str | None, str | None],
    ) -> None:
        """The stages of a build, and its summary on Prefect's pages."""
        nonlocal written
        _run_stages(report, reference, out, settings, ids)
        written = record.read_run(Path(out))
        create_artifacts(written)

    for pause in (*PAUSES, None):
        try:
            build_flow(report, reference, out, settings, ids)
        except Exception as error:
            if written:
                console.current().warn(f"{described(error)}; the corpus in {out} is complete")
                break
            if pause is None or not is_busy(error):
                raise
            console.current().note(f"{described(error)}; trying again")
            time.sleep(pause)
        else:
            break
    assert written is not None, "the flow has ended"
    return written


def _run_stages(
    report: str,
    reference: str | None,
    out: str,
    settings: Settings,
    ids: tuple[str | None, str | None],
) -> None:
    started = datetime.now(UTC)
    source = read_task(report, "zh", "source", ids[0], settings)
    target = read_task(reference, "en", "target", ids[1], settings) if reference else None
    translation = translate_task(source, settings)
    beads = align_task(source, target, translation, settings) if target else None
    scores = score_task(source, target, translation, beads, settings)
    write_task(out, record.BuildKeys(source, target, translation, beads, scores), settings, started)
