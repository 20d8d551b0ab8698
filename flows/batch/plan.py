"""The plan of a batch: its documents, the names of their outcomes, and which ones are missing."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from duizhao.corpus.errors import InputError
from duizhao.corpus.files.folder import check_output
from duizhao.flows.batch.documents import Planned, base_key, document_key
from duizhao.flows.batch.fingerprints import Fingerprints, fingerprints
from duizhao.flows.batch.manifest import Entry
from duizhao.flows.batch.options import BatchOptions, Plan
from duizhao.flows.batch.outcomes import DONE, FAILED, STATE, Outcome, OutcomeKey, outcome_names
from duizhao.flows.batch.progress import PROGRESS
from duizhao.flows.batch.published import PUBLISHED, read_published, write_published
from duizhao.flows.settings import Settings
from duizhao.flows.storage import Place, is_remote, plain_path
from duizhao.flows.terminal import console
from duizhao.models.cores import usable_cores

PLAN = "plan.jsonl"
CONTENTS = "contents.json"
UNKNOWN = "unknown"
"""Stands for the content of a file that was never reachable; part of no outcome's name."""


@dataclass(frozen=True, slots=True)
class Job:
    """A planned batch; `todo` are the documents to process.

    `left` are documents in a store that cannot be reached now. `outdated` are files of failures
    that are tried again.
    """

    out: str
    documents: Sequence[Planned]
    todo: Sequence[Planned]
    sizes: Mapping[str, int]
    settings: Settings
    options: BatchOptions
    plan: Plan
    left: Sequence[Outcome] = ()
    outdated: Sequence[str] = ()


def check_batch_output(out: str) -> str:
    """The absolute path of the output folder; InputError if it cannot be used.

    A folder that is not empty and does not belong to a batch is rejected, because a batch writes
    and removes files.
    """
    if not is_remote(out):
        out = str(Path(plain_path(out)).absolute())
        check_output(Path(out))
    place = Place.of(out)
    if not (place / STATE).is_empty() or (place.local and (place.local / STATE).is_dir()):
        return out
    if not place.is_empty():
        raise InputError(
            f"{out}: is not empty and no batch was started there; choose a new folder with --out"
        )
    return out


def plan_job(out: str, entries: Sequence[Entry], settings: Settings, options: BatchOptions) -> Job:
    """Determine which documents have to be processed; nothing of the batch changes yet."""
    if not settings.threads:
        cores = 1 if options.cluster else max(1, usable_cores() // options.processes)
        settings = settings.model_copy(update={"threads": cores})
    state = Place.of(out) / STATE
    prints = fingerprints(p for entry in entries for p in (entry.source, entry.reference) if p)
    contents = _contents(state, prints)
    base = base_key(settings)
    counted = console.counted(entries, "planning", "documents")
    documents = [Planned(entry, document_key(entry, base, contents)) for entry in counted]
    names = outcome_names(state)
    todo: list[Planned] = []
    left: list[Outcome] = []
    outdated: list[str] = []
    for one in documents:
        name = names.get(one.key)
        if reason := _unreachable(one.entry, prints):
            if name is None:  # otherwise the last known content applies
                left.append(Outcome(one.entry.id, one.key, "left", "read", reason))
            continue
        failed = name is not None and name.endswith(FAILED)
        if name is None or not options.resume or (options.retry_failed and failed):
            todo.append(one)
            if name is not None and failed:
                outdated.append(name)
    if options.keep_planned:
        documents += _gone(state, documents, names)
    sizes = {path: _size(fingerprint) for path, fingerprint in prints.by_path.items()}
    settings = _with_absolute_model(settings)
    plan = options.plan(settings)
    return Job(out, documents, todo, sizes, settings, options, plan, left, outdated)


def begin(job: Job) -> None:
    """Make this the plan of the folder, for `duizhao status` and the next run.

    Finished outcomes stay until their documents are processed again: a run that ends early must not
    lose published rows.
    """
    state = Place.of(job.out) / STATE
    if not state.exists(PUBLISHED):  # a corpus of an earlier version
        write_published(state, _done_before(state))
    for name in job.outdated:
        state.remove(name)
    lines = [json.dumps(e.as_dict() | {"key": key}, ensure_ascii=False) for e, key in job.documents]
    state.write(PLAN, ("\n".join(lines) + "\n").encode())
    state.remove(PROGRESS)


def _unreachable(entry: Entry, prints: Fingerprints) -> str:
    """The reason why a document's files cannot be reached now, "" if they can."""
    reasons = prints.unreachable
    return reasons.get(entry.source) or reasons.get(entry.reference or "") or ""


def _with_absolute_model(settings: Settings) -> Settings:
    """The settings for workers of a cluster, whose current folders differ.

    Names of outcomes depend neither on this path nor on the folders of the documents.
    """
    model = settings.model
    if model and (folder := Path(model).expanduser()).is_dir():
        model = str(folder.absolute())
    return settings.model_copy(update={"model": model})


def planned(state: Place) -> list[Planned]:
    """Each document of the latest plan; FileNotFoundError if there is none."""
    documents = []
    for line in state.read(PLAN).decode().split("\n")[:-1]:  # a value may contain U+2028
        record = json.loads(line)
        key = OutcomeKey(record.pop("key"))
        documents.append(Planned(Entry(**record), key))
    return documents


def _before(state: Place) -> list[Planned]:
    try:
        return planned(state)
    except FileNotFoundError:
        return []


def _gone(
    state: Place, documents: Iterable[Planned], names: Mapping[OutcomeKey, str]
) -> list[Planned]:
    """Documents of the previous plan that are not in this one, and have an outcome or rows."""
    known = {one.entry.id for one in documents}
    gone = [one for one in _before(state) if one.entry.id not in known]
    published = read_published(state) if gone else {}
    return [one for one in gone if one.key in names or one.entry.id in published]


def _done_before(state: Place) -> dict[str, OutcomeKey]:
    """The documents of the previous plan that are done."""
    before = _before(state)
    names = outcome_names(state) if before else {}
    return {one.entry.id: one.key for one in before if names.get(one.key, "").endswith(DONE)}


def leaving(state: Place, entries: Iterable[Entry]) -> list[str]:
    """Ids of documents that are done or published but not part of this batch."""
    known = {entry.id for entry in entries}
    return [name for name in _done_before(state) | read_published(state) if name not in known]


def note_leaving(state: Place, entries: Iterable[Entry]) -> None:
    """Report documents that leave the corpus, before the plan is replaced."""
    if gone := leaving(state, entries):
        console.current().note(
            f"{len(gone)} documents of the corpus (such as {gone[0]}) are not in this manifest "
            "and will be removed from it; their outcomes are kept, so a manifest with them "
            "restores them at once"
        )


def _contents(state: Place, prints: Fingerprints) -> dict[str, str]:
    """The hash of each local file, and the fingerprint of each file in an object store.

    Hashes are stored with size and time, so that a file is not read again for its hash. A file
    that cannot be reached now keeps its last known hash or fingerprint.
    """
    try:
        known = json.loads(state.read(CONTENTS))
    except (OSError, ValueError):
        known = {}
    contents: dict[str, str] = {}
    stored: dict[str, list[str]] = {}
    for path in console.counted(list(prints.by_path), "planning", "files"):
        fingerprint = prints.by_path[path]
        if not fingerprint:
            contents[path] = ""
            continue
        entry = known.get(path)
        if entry and entry[0] == fingerprint:
            contents[path] = entry[1]
        else:
            contents[path] = fingerprint if is_remote(path) else _hash(path)
        if contents[path]:
            stored[path] = [fingerprint, contents[path]]
    for path in prints.unreachable:
        if entry := known.get(path):
            stored[path] = entry
        contents[path] = entry[1] if entry else UNKNOWN
    if stored != known:
        state.write(CONTENTS, json.dumps(stored, ensure_ascii=False).encode())
    return contents


def _hash(path: str) -> str:
    try:
        with Path(path).open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return ""  # the worker reports the error


def _size(fingerprint: str) -> int:
    size, _, _ = fingerprint.partition("-")
    return int(size) if size.isdigit() else 0
