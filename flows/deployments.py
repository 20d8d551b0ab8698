"""Flows to deploy on a Prefect server (prefect.yaml): a scheduled batch, a watched folder.

They take plain values, so that they can be started from Prefect's page, its command line or a
schedule, and call what the commands call. Run again, they go on from what is done: a retry after a
crash, and a schedule that fires too often, cost nothing.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from uuid import UUID

from prefect import flow, get_run_logger

from duizhao.corpus.errors import DocumentsLeft, DuizhaoError, FolderBusy, Retry
from duizhao.corpus.files.card import TITLE
from duizhao.flows.batch.flow import PREFECT_TROUBLE, start_batch
from duizhao.flows.batch.folder_manifest import PATTERN
from duizhao.flows.batch.manifest import Entry, read_manifest
from duizhao.flows.batch.plan import options_of
from duizhao.flows.settings import Settings, resolve
from duizhao.flows.terminal import console

SETTLED_SECONDS = 10.0
"""A file that has not changed for so long has arrived."""


RETRY_SECONDS = 60
"""Before the first retry of a batch with documents left; twice as long before each further one."""


class LogConsole(console.Console):
    """Tells in the flow run's log what `duizhao batch` shows in the terminal."""

    def __init__(self) -> None:
        self._log: Any = get_run_logger()

    def done(self, name: str, text: str, seconds: float, reused: bool) -> None:
        """A stage is done."""
        self._log.info("%s: %s (%.1f s)", name, text, seconds)

    def note(self, text: str) -> None:
        """A line to read."""
        self._log.info(text)


@flow(name="duizhao-batch", retries=3, retry_delay_seconds=RETRY_SECONDS, log_prints=False)
def scheduled_batch(
    manifest: str,
    out: str,
    workers: int | None = None,
    runner: str = "local",
    cluster: str | None = None,
    pattern: str = PATTERN,
    retry_failed: bool = False,
    timeout: float = 1800.0,
    model: str | None = None,
    beam: int | None = None,
    min_confidence: float | None = None,
    effort: str | None = None,
    formats: str = "parquet,jsonl",
    clean: list[str] | None = None,
    validation: float = 0.05,
    test: float = 0.05,
    title: str = TITLE,
    config: str | None = None,
) -> dict[str, int]:
    """Build one corpus from the documents of a manifest or folder; returns what it counted.

    The parameters are the options of `duizhao batch`, with the same defaults; `config` names a
    TOML file for all other settings. Documents that cannot be done do not fail the flow: they are
    in its artifacts, in documents.jsonl, and counted as `failed`.
    """
    _back_off()
    with _no_retry_of_wrong_input(), console.use(LogConsole()):
        settings = _settings(
            config, formats, model=model, beam=beam, min_confidence=min_confidence, effort=effort
        )
        options = options_of(
            settings,
            workers=workers,
            runner=runner,
            cluster=cluster,
            timeout=timeout,
            retry_failed=retry_failed,
            cleaning=clean,
            validation=validation,
            test=test,
            title=title,
        )
        told = start_batch(out, read_manifest(manifest, pattern), settings, options)
    counts: dict[str, int] = told["counts"]
    check_none_left(told)
    return counts


def _settings(config: str | None, formats: str, **options: Any) -> Settings:
    """Settings from a flow's parameters, over those of the TOML file that it names."""
    return resolve(Path(config) if config else None, formats=formats, **options).settings


def _back_off() -> None:
    """Wait longer before each retry: Prefect's own delay is the same for all retries of a flow."""
    from prefect.runtime import flow_run

    retries = (flow_run.run_count or 1) - 1
    if retries > 1:
        time.sleep(RETRY_SECONDS * (2 ** (retries - 1) - 1))


@contextlib.contextmanager
def _no_retry_of_wrong_input() -> Iterator[None]:
    """Take this run's retries away where its parameters, its manifest or its settings are wrong.

    A flow of Prefect's has no condition for its retries, as a task has: the server decides, by the
    number that it holds for the run.
    """
    try:
        yield
    except DuizhaoError as error:
        if error.retry is Retry.SOON:
            raise
        from prefect.client.orchestration import get_client
        from prefect.client.schemas.objects import FlowRunPolicy
        from prefect.runtime import flow_run

        with contextlib.suppress(*PREFECT_TROUBLE), get_client(sync_client=True) as client:
            client.update_flow_run(UUID(flow_run.id), empirical_policy=FlowRunPolicy(retries=0))
        raise


def check_none_left(told: Mapping[str, Any]) -> None:
    """Raise where documents are left for a reason that may pass: a retry goes on from there."""
    if number := told["counts"]["left"]:
        such = [f", such as {n} ({stage}): {why}" for n, stage, why in told["batch"]["left"][:1]]
        raise DocumentsLeft(f"{number} documents left{''.join(such)}")


@flow(name="duizhao-watch", log_prints=False)
def watch_folder(
    folder: str,
    out: str,
    pattern: str = PATTERN,
    wait_for_reference: bool = True,
    workers: int = 1,
    timeout: float = 1800.0,
    model: str | None = None,
    beam: int | None = None,
    min_confidence: float | None = None,
    effort: str | None = None,
    formats: str = "parquet,jsonl",
    clean: list[str] | None = None,
    validation: float = 0.05,
    test: float = 0.05,
    title: str = TITLE,
    config: str | None = None,
) -> dict[str, int]:
    """Build what has arrived in a folder since the last time; to be run every minute or so.

    A pair is taken when both files have been still for ten seconds; with
    `wait_for_reference` false a report alone is taken too, and built anew when its reference
    comes. What is built already is not done again, and one corpus holds it all; what is built
    stays in it when its files leave the folder. The other parameters are those of
    `scheduled_batch`.
    """
    entries = arrived(read_manifest_or_none(folder, pattern), wait_for_reference)
    log = get_run_logger()
    if not entries:
        log.info("nothing has arrived in %s yet", folder)
        return {}
    settings = _settings(
        config, formats, model=model, beam=beam, min_confidence=min_confidence, effort=effort
    )
    options = options_of(
        settings,
        workers=workers,
        timeout=timeout,
        keep_planned=True,
        cleaning=clean,
        validation=validation,
        test=test,
        title=title,
    )
    try:
        with console.use(LogConsole()):
            told = start_batch(out, entries, settings, options)
    except FolderBusy as error:
        log.info("%s", error)
        return {}
    counts: dict[str, int] = told["counts"]
    return counts


def read_manifest_or_none(folder: str, pattern: str) -> list[Entry]:
    """The pairs in a folder, [] where there is none yet."""
    try:
        return read_manifest(folder, pattern)
    except DuizhaoError:
        if not Path(folder).is_dir():
            raise
        return []


def arrived(entries: list[Entry], wait_for_reference: bool) -> list[Entry]:
    """The entries whose files are all there and have been still for a while."""
    return [
        entry
        for entry in entries
        if (entry.reference or not wait_for_reference)
        and all(_still(path) for path in (entry.source, entry.reference) if path)
    ]


def _still(path: str) -> bool:
    try:
        return time.time() - Path(path).stat().st_mtime >= SETTLED_SECONDS
    except OSError:
        return False
