"""Groups of documents: they go through the stages together, each with its own outcome.

The sentences of all documents of a group are translated together, so that the engine works in
full batches; everything else is done one document at a time. An error is the outcome of its
document (flows/batch/outcomes.py) and stops no other.

Workers of every kind run this code; nothing here uses Prefect.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import stat
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, NamedTuple, ParamSpec, TypeVar

from duizhao.corpus.bitext import Bitext
from duizhao.corpus.errors import (
    InputError,
    ModelError,
    Retry,
    blames_input,
    one_line,
    retry_of,
    unreadable,
)
from duizhao.corpus.keys import KeyedRow, text_keys
from duizhao.flows import results, stages
from duizhao.flows.batch.manifest import Entry
from duizhao.flows.batch.outcomes import (
    FORM,
    HALF,
    Outcome,
    OutcomeKey,
    keep_done,
    keep_failure,
)
from duizhao.flows.build.inputs import Pair, read_pair, read_side
from duizhao.flows.results import OUTCOME, Beads, Key, ReadResult, Translations
from duizhao.flows.settings import Settings, plain
from duizhao.flows.storage import Place, is_remote
from duizhao.flows.terminal import console

P = ParamSpec("P")
T = TypeVar("T")

NOT_IN_KEY = {
    *("threads", "batch_tokens", "memory", "report", "formats", "unit", "glossary"),
    *("licence", "origin", "tags", "tsv_bom", "tsv_escape"),
    *(name for name in Settings.model_fields if name.startswith("limit_")),
}
"""Settings that change speed, limits or files, but not the rows of a document."""

MOST_CHARACTERS = 20_000
"""Characters: longer text without the end of a sentence is not prose and would take hours."""


class Planned(NamedTuple):
    """A document of a batch, and the name of its outcome."""

    entry: Entry
    key: OutcomeKey


@dataclass(frozen=True, slots=True)
class Group:
    """Documents that a worker processes together; their outcomes are stored in `state`.

    With `fresh`, earlier results of the stages are not used.
    """

    documents: tuple[Planned, ...]
    state: str
    settings: Settings
    fresh: bool = False


def base_key(settings: Settings) -> str:
    """A hash of everything that determines the rows, except the documents."""
    decisive = {name: v for name, v in plain(settings).items() if name not in NOT_IN_KEY}
    parts = [decisive, stages.translation_parts(settings), results.code_hash(OUTCOME), FORM]
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()


def document_key(entry: Entry, base: str, contents: Mapping[str, str]) -> OutcomeKey:
    """The name of a document's outcome; `contents` has a hash or a fingerprint of each file.

    The names of the files are part of it, because their endings decide how they are read; their
    folder and time are not.
    """
    files = [
        [path.rpartition("/")[2], contents.get(path, "")] if path else None
        for path in (entry.source, entry.reference)
    ]
    return OutcomeKey(_half(files) + _half([base, entry.id, dict(entry.metadata)]))


def _half(parts: object) -> str:
    text = json.dumps(parts, sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:HALF]


def process_group(group: Group) -> list[Outcome]:
    """Take the documents through all stages and store their outcomes."""
    works = [_Work(entry, key) for entry, key in group.documents]
    with results.recompute() if group.fresh else contextlib.nullcontext():
        _process(works, Place.of(group.state), group.settings)
    results.forget()
    return [work.outcome() for work in works]


def _process(group: Sequence[_Work], place: Place, settings: Settings) -> None:
    for work in group:
        work.step("read", _read, work, settings)
    _translate_all([work for work in group if not work.reason], settings)
    for number, work in enumerate(group):
        console.current().progress(f"document {number + 1} of {len(group)}", number, len(group))
        work.step("align", _align, work, settings)
        bitext = work.step("write", _assemble, work, settings)
        work.keep(place, bitext)


def _read(work: _Work, settings: Settings) -> None:
    entry = work.entry
    for named in filter(None, (entry.source, entry.reference)):
        if not is_remote(named):
            _check_path(named)
    given = Pair(entry.id, entry.source, entry.reference, entry.id, f"{entry.id}.en")
    how = settings.reading
    pair = read_pair(given, how)
    stages.check_target(pair.source, pair.reference, settings)
    work.source = read_side(pair, "zh", how)
    _check_size(work, work.source, pair.source, settings)
    if pair.reference:
        work.target = read_side(pair, "en", how)
        _check_size(work, work.target, pair.reference, settings)


def _check_size(work: _Work, key: Key[ReadResult], path: str, settings: Settings) -> None:
    document = results.load(key).document
    work.counts[f"{document.language}_sentences"] = len(document.sentences)
    if len(document.sentences) > settings.max_sentences:
        raise InputError(
            f"{path}: {len(document.sentences)} sentences; a batch takes documents of up to "
            f"{settings.max_sentences} (setting max_sentences)"
        )
    longest = max(len(sentence.text) for sentence in document.sentences)
    if longest > MOST_CHARACTERS:
        raise InputError(
            f"{path}: {longest} characters without the end of a sentence; is it prose?"
        )


def _check_path(path: str) -> None:
    """InputError for an invalid path, and for a pipe or device, which would block.

    The reader reports missing files and folders.
    """
    try:
        mode = Path(path).stat().st_mode
    except FileNotFoundError:
        return
    except OSError as error:
        raise unreadable(path, error) from error
    except ValueError as error:
        raise InputError(f"{path!r}: not a valid path: {error}") from error
    if not stat.S_ISREG(mode) and not stat.S_ISDIR(mode):
        raise InputError(f"{path}: not a regular file; save it as one")


def _translate_all(group: Sequence[_Work], settings: Settings) -> None:
    """Translate the documents together; if that fails, one by one, to find the cause."""
    start = time.perf_counter()
    try:
        _translate(group, settings)
    except ModelError as error:  # not the documents' fault
        for work in group:
            work.stop("translate", error)
    except Exception:
        for work in group:
            work.step("translate", _translate, [work], settings)
    else:
        _share(time.perf_counter() - start, group)


def _share(seconds: float, group: Sequence[_Work]) -> None:
    """Divide the time of translating together among the documents, by their sentences."""
    sizes = [work.counts["zh_sentences"] for work in group]
    for work, size in zip(group, sizes, strict=True):
        work.seconds["translate"] = seconds * size / sum(sizes)


def _translate(group: Sequence[_Work], settings: Settings) -> None:
    """Translate the sentences that are not translated yet, all at once."""
    texts: dict[Key[Translations], list[str]] = {}
    for work in group:
        assert work.source
        sentences = [s.text for s in results.load(work.source).document.sentences]
        work.translation = stages.translation_key(sentences, settings)
        if not results.have(work.translation):
            texts[work.translation] = sentences
    if not texts:
        return
    together = [text for sentences in texts.values() for text in sentences]
    made = iter(stages.translate_texts(together, settings))
    for key, sentences in texts.items():
        results.save(key, tuple(next(made) for _ in sentences))


def _align(work: _Work, settings: Settings) -> None:
    if work.target:
        assert work.source
        assert work.translation
        work.beads = stages.align(work.source, work.target, work.translation, settings)


def _assemble(work: _Work, settings: Settings) -> Bitext:
    assert work.source
    assert work.translation
    bitext = stages.assemble(
        work.source, work.target, work.translation, work.beads, settings, work.entry.metadata
    )
    work.counts["rows"] = len(bitext.rows)
    work.counts["ledger"] = len(bitext.ledger)
    work.statistics = stages.score_statistics(bitext.rows)
    return bitext


@dataclass(slots=True)
class _Work:
    """A document on its way through the stages; `reason` is the error that stopped it."""

    entry: Entry
    key: OutcomeKey
    source: Key[ReadResult] | None = None
    target: Key[ReadResult] | None = None
    translation: Key[Translations] | None = None
    beads: Key[Beads] | None = None
    stage: str = ""
    reason: str = ""
    is_left: bool = False
    is_at_fault: bool = True
    counts: dict[str, int] = field(default_factory=dict)
    statistics: Mapping[str, Sequence[float]] = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=dict)

    def step(
        self, stage: str, run: Callable[P, T], *arguments: P.args, **named: P.kwargs
    ) -> T | None:
        """Run a stage unless an earlier one failed; an error stops only this document."""
        if self.reason:
            return None
        start = time.perf_counter()
        try:
            return run(*arguments, **named)
        except Exception as error:
            self.stop(stage, error)
        finally:
            self.seconds[stage] = time.perf_counter() - start
        return None

    def stop(self, stage: str, error: Exception) -> None:
        """Make the error the document's outcome."""
        self.stage, self.reason = stage, one_line(error)
        self.is_left = retry_of(error) is not Retry.NEVER
        self.is_at_fault = blames_input(error)

    def keep(self, place: Place, bitext: Bitext | None) -> None:
        """Store the outcome, unless the next run should try the document again."""
        if self.is_left:
            return
        outcome = self.outcome()
        start = time.perf_counter()
        try:
            if bitext is None:
                self.is_left = not keep_failure(place, outcome)
            else:
                keep_done(place, outcome, _keyed(self, bitext), bitext.ledger)
        except Exception as error:
            self.stop("write", error)
            self.is_left = True  # whatever the reason: nothing is stored
        self.seconds["keep"] = time.perf_counter() - start

    def outcome(self) -> Outcome:
        """The outcome so far."""
        status: Literal["done", "failed", "left"] = "done"
        if self.reason:
            status = "left" if self.is_left else "failed"
        return Outcome(
            self.entry.id,
            self.key,
            status,
            self.stage,
            self.reason,
            dict(self.counts),
            dict(self.statistics),
            {stage: round(seconds, 4) for stage, seconds in self.seconds.items()},
            "document" if self.is_at_fault else "run",
        )


def _keyed(work: _Work, bitext: Bitext) -> list[KeyedRow]:
    """The rows with the hashes of their sentences."""
    assert work.source
    source = results.load(work.source).document.sentences
    target = results.load(work.target).document.sentences if work.target else ()
    keyed = []
    for row in bitext.rows:
        chinese = [source[number].text for number in row.source_ids]
        english = [target[number].text for number in row.target_ids]
        keyed.append(KeyedRow(row, text_keys(row, chinese, english)))
    return keyed
