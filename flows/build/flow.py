"""The flow of one document pair: read, translate, align, score, write, each a Prefect task.

The tasks only call flows/stages.py and say on the console how it went. They hand each other keys
of results, never the results, which lie in files.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from prefect import flow, task
from prefect.cache_policies import NO_CACHE

from duizhao.corpus.document import Language, Side
from duizhao.corpus.errors import Retry, retry_of
from duizhao.corpus.files import folder
from duizhao.flows import results, stages
from duizhao.flows.build import record as account
from duizhao.flows.settings import Ocr, from_plain
from duizhao.flows.terminal import console


def _worth_a_retry(task: Any, _run: Any, state: Any) -> bool:
    """Retry after a temporary error, and report that."""
    error = state.result(raise_on_failure=False)
    if retry_of(error) is not Retry.SOON:
        return False
    console.current().note(f"{task.name}: {error}; trying again")
    return True


def stage_task(name: str) -> Callable[[Callable[..., str]], Any]:
    """A task with retries; caching is the stage's own affair (flows/results.py)."""
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
    path: str, language: Language, side: Side, document_id: str | None, ocr: Ocr
) -> str:
    """Read and segment one document."""

    def work() -> str:
        return stages.read(path, language, side, document_id, ocr=ocr)

    return _run(f"read {side}", work, _document)


@stage_task("translate")
def translate_task(source: str, settings: dict[str, Any]) -> str:
    """Translate a document's sentences."""
    return _run("translate", lambda: stages.translate(source, from_plain(settings)), _translation)


@stage_task("align")
def align_task(source: str, target: str, translation: str, settings: dict[str, Any]) -> str:
    """Align a document with its reference."""
    made = from_plain(settings)
    return _run("align", lambda: stages.align(source, target, translation, made), _beads)


@stage_task("score")
def score_task(
    source: str, target: str | None, translation: str, beads: str | None, settings: dict[str, Any]
) -> str:
    """Score the machine translation against the reference."""
    bitext = stages.assemble(source, target, translation, beads, from_plain(settings))
    return _run("score", lambda: stages.score(bitext.rows, source, target, translation), _scores)


@stage_task("write")
def write_task(out: str, run: dict[str, Any], settings: dict[str, Any]) -> str:
    """Write the folder, whole or not at all."""
    start = time.perf_counter()
    with folder.alone(Path(out)):
        told = account.write_folder(Path(out), run, from_plain(settings))
    seconds = time.perf_counter() - start
    console.current().done("write", f"{len(told['files']) + 1} files in {out}", seconds, False)
    return out


def _run(name: str, work: Callable[[], str], say: Callable[[str], str]) -> str:
    with console.current().stage(name):
        key = work()
    made = results.made(key)
    console.current().done(name, say(key), made.seconds, made.reused)
    return key


def _document(key: str) -> str:
    document = results.load(key).document
    return f"{len(document.blocks)} blocks, {len(document.sentences)} sentences"


def _translation(key: str) -> str:
    facts = results.made(key).facts
    text = f"{len(results.load(key))} sentences"
    saved = facts.get("repeated", 0) + facts.get("remembered", 0)
    return f"{text}, {saved} of them from the translation memory" if saved else text


def _beads(key: str) -> str:
    took = results.made(key).facts.get("took", ())
    return ", ".join((f"{len(results.load(key))} beads", *took))


def _scores(key: str) -> str:
    return account.score_line(results.load(key)) or "no reference, no scores"


@flow(name="build", validate_parameters=False, persist_result=False)
def build(
    report: str,
    reference: str | None,
    out: str,
    settings: dict[str, Any],
    ids: tuple[str | None, str | None] = (None, None),
) -> dict[str, Any]:
    """Make a scored parallel corpus of one report; returns what run.json holds.

    `ids` name the two documents in the corpus; None: by their files.
    """
    started = datetime.now(UTC)
    ocr = from_plain(settings).ocr
    source = read_task(report, "zh", "source", ids[0], ocr)
    target = read_task(reference, "en", "target", ids[1], ocr) if reference else None
    translation = translate_task(source, settings)
    beads = align_task(source, target, translation, settings) if target else None
    scores = score_task(source, target, translation, beads, settings)
    keys = {"source": source, "target": target, "translation": translation, "beads": beads}
    run = {"keys": keys | {"scores": scores}, "started": started.isoformat(timespec="seconds")}
    write_task(out, run, settings)
    told = account.read_run(Path(out))
    account.leave_artifacts(told)
    return told
