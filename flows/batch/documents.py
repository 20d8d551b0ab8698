"""Documents of a batch: a group goes through the stages together, each with its own outcome.

The sentences of all documents of a group are translated together, so that the engine works in
full batches; everything else is done a document at a time, and what goes wrong with one is its
outcome (flows/batch/outcomes.py) and stops no other.

No Prefect here: this is what workers run, whoever sends them the work.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import stat
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from duizhao.corpus.bitext import Bitext
from duizhao.corpus.errors import InputError, ModelError, Retry, one_line, retry_of, unreadable
from duizhao.corpus.keys import KeyedRow, text_keys
from duizhao.corpus.translation import Translation
from duizhao.flows import results, stages
from duizhao.flows.batch.manifest import Entry
from duizhao.flows.batch.outcomes import FORM, Outcome, keep_done, keep_failure
from duizhao.flows.settings import Settings, from_plain, plain
from duizhao.flows.storage import Place, is_remote
from duizhao.flows.terminal import console

NOT_IN_KEY = frozenset({"threads", "batch_tokens", "memory", "report", "formats", "glossary"})
"""Settings that change how the work is done or written, not what comes out of a batch."""

MOST_CHARACTERS = 20_000
"""Text this long without the end of a sentence is not text; it would keep the engine for hours."""


def base_key(settings: Settings) -> str:
    """A hash over everything but the documents that decides their rows."""
    told = {name: v for name, v in plain(settings).items() if name not in NOT_IN_KEY}
    code = [results.code_version(stage) for stage in ("read", "translate", "align", "rows")]
    return results.key_of("align", told, stages.translation_parts(settings), code, FORM)


def document_key(entry: Entry, base: str, contents: Mapping[str, str]) -> str:
    """The name of a document's outcome; `contents` has what stands for each file's content.

    The file's name is part of it, because its ending says how it is read; its folder and time
    are not.
    """
    files = [
        [path.rpartition("/")[2], contents.get(path, "")] if path else None
        for path in (entry.source, entry.reference)
    ]
    told = json.dumps([base, entry.id, files, dict(entry.metadata)], sort_keys=True, default=str)
    return hashlib.sha256(told.encode()).hexdigest()


def process_group(
    entries: Sequence[Entry],
    keys: Sequence[str],
    state: str,
    settings: dict[str, Any],
    fresh: bool = False,
) -> list[Outcome]:
    """Take the documents through all stages and keep their outcomes in the folder `state`.

    `fresh`: no stage's result of before is taken.
    """
    group = [_Work(entry, key) for entry, key in zip(entries, keys, strict=True)]
    with results.anew() if fresh else contextlib.nullcontext():
        _process(group, Place.of(state), from_plain(settings))
    results.forget()
    return [work.outcome() for work in group]


def _process(group: Sequence[_Work], place: Place, made: Settings) -> None:
    for work in group:
        work.step("read", _read, work, made)
    _translate_all([work for work in group if work.well], made)
    for number, work in enumerate(group):
        console.current().progress(f"document {number + 1} of {len(group)}", number, len(group))
        work.step("align", _align, work, made)
        bitext = work.step("write", _assemble, work, made)
        work.keep(place, bitext)


def _read(work: _Work, settings: Settings) -> None:
    entry = work.entry
    for named in filter(None, (entry.source, entry.reference)):
        if not is_remote(named):
            _check_path(named)
    work.source = stages.read(entry.source, "zh", "source", entry.id, ocr=settings.ocr)
    if entry.reference:
        name = f"{entry.id}.en"
        work.target = stages.read(entry.reference, "en", "target", name, ocr=settings.ocr)
    for key, path in ((work.source, entry.source), (work.target, entry.reference)):
        document = results.load(key).document if key else None
        if document is None:
            continue
        work.counts[f"{document.language}_sentences"] = len(document.sentences)
        if len(document.sentences) > settings.max_sentences:
            raise InputError(
                f"{path}: {len(document.sentences)} sentences; a batch takes documents of up to "
                f"{settings.max_sentences} (setting max_sentences)"
            )
        longest = max(len(sentence.text) for sentence in document.sentences)
        if longest > MOST_CHARACTERS:
            raise InputError(f"{path}: {longest} characters without the end of a sentence")


def _check_path(path: str) -> None:
    """InputError for a path that cannot be one, and for a pipe or device: it would be waited for.

    What is not there, and folders, the reader has words for.
    """
    try:
        mode = Path(path).stat().st_mode
    except FileNotFoundError:
        return
    except OSError as error:
        raise unreadable(path, error) from error
    except ValueError as error:
        raise InputError(f"{path!r}: is no path: {error}") from error
    if not stat.S_ISREG(mode) and not stat.S_ISDIR(mode):
        raise InputError(f"{path}: is no regular file; save it as one")


def _translate_all(group: Sequence[_Work], settings: Settings) -> None:
    """Translate the documents together; where that fails, one by one, to find whose fault it is."""
    start = time.perf_counter()
    try:
        _translate(group, settings)
    except ModelError as error:  # nobody's: the model or the memory cannot be used
        for work in group:
            work.stop("translate", error)
    except Exception:
        for work in group:
            work.step("translate", _translate, [work], settings)
    else:
        _share(time.perf_counter() - start, group)


def _share(seconds: float, group: Sequence[_Work]) -> None:
    """Note the time of translating together, each document's share by its sentences."""
    sizes = [work.counts["zh_sentences"] for work in group]
    for work, size in zip(group, sizes, strict=True):
        work.seconds["translate"] = seconds * size / sum(sizes)


def _translate(group: Sequence[_Work], settings: Settings) -> None:
    """Translate what the documents lack, all in one go."""
    texts: dict[str, list[str]] = {}
    for work in group:
        sentences = [s.text for s in results.load(work.source).document.sentences]
        work.translation = stages.translation_key(sentences, settings)
        if not results.have(work.translation):
            texts[work.translation] = sentences
    if not texts:
        return
    together = [text for sentences in texts.values() for text in sentences]
    made: Iterator[Translation] = iter(stages.translate_texts(together, settings, {}))
    for key, sentences in texts.items():
        results.save(key, [next(made) for _ in sentences])


def _align(work: _Work, settings: Settings) -> None:
    if work.target:
        work.beads = stages.align(work.source, work.target, work.translation, settings)


def _assemble(work: _Work, settings: Settings) -> Bitext:
    bitext = stages.assemble(
        work.source,
        work.target,
        work.translation,
        work.beads,
        settings,
        dict(work.entry.metadata),
    )
    work.counts["rows"] = len(bitext.rows)
    work.counts["ledger"] = len(bitext.ledger)
    work.statistics = stages.score_statistics(bitext.rows)
    return bitext


@dataclass(slots=True)
class _Work:
    """A document on its way through the stages."""

    entry: Entry
    key: str
    source: str = ""
    target: str | None = None
    translation: str = ""
    beads: str | None = None
    stage: str = ""
    reason: str = ""
    is_left: bool = False
    counts: dict[str, int] = field(default_factory=dict)
    statistics: Mapping[str, Sequence[float]] = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=dict)

    @property
    def well(self) -> bool:
        """Whether nothing has gone wrong so far."""
        return not self.reason

    def step(self, stage: str, run: Callable[..., Any], *arguments: Any) -> Any:
        """Run a stage unless something has gone wrong; what goes wrong is this document's own."""
        if not self.well:
            return None
        start = time.perf_counter()
        try:
            return run(*arguments)
        except Exception as error:
            self.stop(stage, error)
        finally:
            self.seconds[stage] = time.perf_counter() - start
        return None

    def stop(self, stage: str, error: Exception) -> None:
        """Take what went wrong as this document's outcome."""
        self.stage, self.reason = stage, one_line(error)
        self.is_left = retry_of(error) is not Retry.NEVER

    def keep(self, place: Place, bitext: Bitext | None) -> None:
        """Write the outcome; one that may pass is not kept."""
        if self.is_left:
            return
        outcome = self.outcome()
        start = time.perf_counter()
        try:
            if bitext is None:
                keep_failure(place, outcome)
            else:
                keep_done(place, outcome, _keyed(self, bitext), bitext.ledger)
        except Exception as error:
            self.stop("write", error)
            self.is_left = True  # it could not be kept, whatever it is
        self.seconds["keep"] = time.perf_counter() - start

    def outcome(self) -> Outcome:
        """How it stands."""
        status: Literal["done", "failed", "left"] = "done"
        if not self.well:
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
        )


def _keyed(work: _Work, bitext: Bitext) -> list[KeyedRow]:
    """The rows with the hashes of their sentences."""
    source = results.load(work.source).document.sentences
    target = results.load(work.target).document.sentences if work.target else ()
    keyed = []
    for row in bitext.rows:
        chinese = [source[number].text for number in row.source_ids]
        english = [target[number].text for number in row.target_ids]
        keyed.append(KeyedRow(row, text_keys(row, chinese, english)))
    return keyed
