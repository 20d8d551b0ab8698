"""Flows to deploy on a Prefect server (prefect.yaml): a scheduled batch, a watched folder.

Their parameters are plain values, so that they can be started from Prefect's page, its command
line or a schedule. Each run continues from the finished documents, so a retry after a crash and
frequent scheduled runs repeat no work.
"""

from __future__ import annotations

import contextlib
import inspect
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, TypeVar, get_type_hints
from uuid import UUID

from prefect import flow, get_run_logger

from duizhao.corpus.errors import DocumentsLeft, DuizhaoError, FolderBusy, Retry
from duizhao.flows.batch.flow import start_batch
from duizhao.flows.batch.folder_manifest import PATTERN
from duizhao.flows.batch.manifest import Entry, read_manifest
from duizhao.flows.batch.options import BatchOptions, batch_options
from duizhao.flows.runtime import trouble
from duizhao.flows.settings import Settings, resolve
from duizhao.flows.terminal import console
from duizhao.flows.terminal.safe import safe

SETTLED_SECONDS = 10.0
"""Seconds without a change after which a file is taken to be complete."""


RETRY_SECONDS = 60
"""Seconds before the first retry of a batch with documents left; doubled before each further one.
"""


ROW_SETTINGS = (
    "model",
    "translate",
    "beam",
    "min_confidence",
    "effort",
    "ocr",
    "keep_contents",
    "unit",
    "licence",
    "origin",
    "tags",
    "tsv_bom",
    "tsv_escape",
)
"""Settings that are also parameters of the flows."""

F = TypeVar("F", bound=Callable[..., Any])


def takes_options(*left_out: str) -> Callable[[F], F]:
    """Add the options of a batch to the parameters of a flow, except those `left_out`.

    Prefect reads names, types and defaults from the signature; the flow receives them in `options`.
    """

    def decorate(function: F) -> F:
        types = get_type_hints(function)
        own = [
            one.replace(annotation=types[name])
            for name, one in inspect.signature(function).parameters.items()
            if one.kind is not inspect.Parameter.VAR_KEYWORD
        ]
        added: dict[str, tuple[Any, Any]] = {
            name: (field.annotation, field.default)
            for name, field in BatchOptions.model_fields.items()
            if name not in left_out
        }
        for name in ROW_SETTINGS:
            annotation: Any = Settings.model_fields[name].annotation
            added[name] = (annotation | None, None)
        added["formats"] = (str, "parquet,jsonl")
        more = [
            inspect.Parameter(
                name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=annotation
            )
            for name, (annotation, default) in added.items()
        ]
        vars(function)["__signature__"] = inspect.Signature([*own, *more])
        return function

    return decorate


def _resolved(config: str | None, options: Mapping[str, Any]) -> tuple[Settings, BatchOptions]:
    """The settings and the options from the parameters of a flow."""
    own = {name: value for name, value in options.items() if name in BatchOptions.model_fields}
    rest = {name: value for name, value in options.items() if name not in own}
    return resolve(Path(config) if config else None, **rest).settings, batch_options(**own)


class LogConsole(console.Console):
    """Writes to the log of the flow run what `duizhao batch` shows in the terminal."""

    def __init__(self) -> None:
        self._log: Any = get_run_logger()

    def done(self, name: str, text: str, seconds: float, reused: bool) -> None:
        """Log a finished stage."""
        self._log.info("%s: %s (%.1f s)", name, safe(text), seconds)

    def note(self, text: str) -> None:
        """Log a message."""
        self._log.info(safe(text))


@flow(name="duizhao-batch", retries=3, retry_delay_seconds=RETRY_SECONDS, log_prints=False)
@takes_options("resume", "subflows", "keep_planned")
def scheduled_batch(
    manifest: str,
    out: str,
    pattern: str = PATTERN,
    config: str | None = None,
    **options: Any,
) -> dict[str, int]:
    """Build one corpus from the documents of a manifest or folder; returns its counts.

    The parameters are the options of `duizhao batch`, with the same defaults; `config` names a
    TOML file for all other settings. Failed documents do not fail the flow: they are listed in its
    artifacts and in documents.jsonl, and counted as `failed`.
    """
    _back_off()
    with _no_retry_of_wrong_input(), console.use(LogConsole()):
        settings, batch = _resolved(config, options)
        record = start_batch(out, read_manifest(manifest, pattern), settings, batch)
    counts: dict[str, int] = record["counts"]
    check_none_left(record)
    return counts


def _back_off() -> None:
    """Wait longer before each retry; Prefect's own delay is the same for all retries of a flow."""
    from prefect.runtime import flow_run

    retries = (flow_run.run_count or 1) - 1
    if retries > 1:
        time.sleep(RETRY_SECONDS * (2 ** (retries - 1) - 1))


@contextlib.contextmanager
def _no_retry_of_wrong_input() -> Iterator[None]:
    """Cancel the retries of this run if they cannot help: wrong parameters, manifest, settings.

    Unlike a task, a Prefect flow has no condition for its retries: the server decides by the number
    that it stores for the run.
    """
    try:
        yield
    except DuizhaoError as error:
        if error.retry is Retry.SOON:
            raise
        from prefect.client.orchestration import get_client
        from prefect.client.schemas.objects import FlowRunPolicy
        from prefect.runtime import flow_run

        with contextlib.suppress(*trouble.kinds()), get_client(sync_client=True) as client:
            client.update_flow_run(UUID(flow_run.id), empirical_policy=FlowRunPolicy(retries=0))
        raise


def check_none_left(record: Mapping[str, Any]) -> None:
    """Raise if documents were left because of a temporary error: a retry continues with them."""
    if number := record["counts"]["left"]:
        first = [f", such as {n} ({stage}): {why}" for n, stage, why in record["batch"]["left"][:1]]
        raise DocumentsLeft(f"{number} documents left{''.join(first)}")


@flow(name="duizhao-watch", log_prints=False)
@takes_options("resume", "subflows", "keep_planned", "runner", "cluster", "retry_failed")
def watch_folder(
    folder: str,
    out: str,
    pattern: str = PATTERN,
    wait_for_reference: bool = True,
    config: str | None = None,
    **options: Any,
) -> dict[str, int]:
    """Build the documents that arrived in a folder since the last run; run it every minute or so.

    A pair is processed when both files have not changed for ten seconds; if `wait_for_reference` is
    false, a report without reference is processed too, and again when its reference arrives. One
    corpus contains all documents, even after their files were removed from the folder. The other
    parameters are those of `scheduled_batch`.
    """
    entries = arrived(read_manifest_or_none(folder, pattern), wait_for_reference)
    log = get_run_logger()
    if not entries:
        log.info("nothing has arrived in %s yet", folder)
        return {}
    settings, batch = _resolved(config, {**options, "keep_planned": True})
    if batch.workers is None:
        batch = batch.model_copy(update={"workers": 1})
    try:
        with console.use(LogConsole()):
            record = start_batch(out, entries, settings, batch)
    except FolderBusy as error:
        log.info("%s", error)
        return {}
    counts: dict[str, int] = record["counts"]
    return counts


def read_manifest_or_none(folder: str, pattern: str) -> list[Entry]:
    """The pairs in a folder, [] if there is none yet."""
    try:
        return read_manifest(folder, pattern)
    except DuizhaoError:
        if not Path(folder).is_dir():
            raise
        return []


def arrived(entries: list[Entry], wait_for_reference: bool) -> list[Entry]:
    """The entries whose files all exist and have not changed for `SETTLED_SECONDS`."""
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
