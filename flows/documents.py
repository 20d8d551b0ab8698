"""Documents of a batch: a group goes through the stages together, each with its own outcome.

The sentences of all documents of a group are translated together, so that the engine works in
full batches; everything else is done a document at a time, and what goes wrong with one is its
outcome and stops no other. An outcome is a file in ``DIR/.duizhao/documents``, named by all that
decides it, so that a batch that was stopped, however it was, goes on from what is there:

    KEY.done.gz       JSON lines: the account, then {"row": ...} and {"ledger": ...}
    KEY.failed.json   the account with the reason

No Prefect here: this is what workers run, whoever sends them the work.
"""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import time
import traceback
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

from corpus.bitext import Bitext, MachineTranslation, Row
from corpus.document import DuizhaoError, InputError, LedgerEntry
from corpus.writers.jsonl import as_dict, row_of
from flows import results, stages
from flows.manifest import Entry
from flows.settings import Settings, from_plain, plain
from flows.storage import Place, StorageError, fingerprint
from models.errors import ModelError

STATE = ".duizhao"
FOLDER = "documents"
NOT_IN_KEY = ("threads", "batch_tokens", "memory", "report", "formats")
"""Settings that change how the work is done or written, not what comes out."""

MOST_CHARACTERS = 20_000
"""Text this long without the end of a sentence is not text; it would keep the engine for hours."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a document. `left` means: not done for a reason that may pass."""

    id: str
    key: str
    status: Literal["done", "failed", "left"]
    stage: str = ""
    reason: str = ""
    counts: Mapping[str, int] = field(default_factory=dict)
    statistics: Mapping[str, Sequence[float]] = field(default_factory=dict)
    seconds: float = 0.0


def base_key(settings: Settings) -> str:
    """A hash over everything but the documents that decides their rows."""
    told = {name: v for name, v in plain(settings).items() if name not in NOT_IN_KEY}
    return results.key_of("align", told, stages.translation_parts(settings), _bitext_code())


def _bitext_code() -> list[str]:
    return [results.code_version(stage) for stage in ("read", "translate", "align")]


def document_key(entry: Entry, base: str) -> str:
    """The name of a document's outcome."""
    files = [
        [path, fingerprint(path)] if path else None for path in (entry.source, entry.reference)
    ]
    told = json.dumps([base, entry.id, files, dict(entry.metadata)], sort_keys=True, default=str)
    return hashlib.sha256(told.encode()).hexdigest()


def outcome_names(place: Place) -> dict[str, str]:
    """Names of outcome files by document key, from one look at the folder."""
    found: dict[str, str] = {}
    for name in place.find(FOLDER):
        key, _, ending = name.rpartition("/")[2].partition(".")
        if ending in ("done.gz", "failed.json"):
            found[key] = name
    return found


def process_group(
    entries: Sequence[Entry], keys: Sequence[str], state: str, settings: dict[str, Any]
) -> list[Outcome]:
    """Take the documents through all stages and keep their outcomes in the folder `state`."""
    made = from_plain(settings)
    place = Place.of(state)
    group = [_Work(entry, key) for entry, key in zip(entries, keys, strict=True)]
    for work in group:
        work.step("read", lambda work=work: _read(work, made))
    _translate([work for work in group if work.well], made)
    for work in group:
        work.step("align", lambda work=work: _align(work, made))
        bitext = work.step("write", lambda work=work: _assemble(work, made))
        work.keep(place, bitext)
    results.forget()
    return [work.outcome() for work in group]


def _read(work: _Work, settings: Settings) -> None:
    entry = work.entry
    work.source = stages.read(entry.source, "zh", "source", entry.id)
    if entry.reference:
        work.target = stages.read(entry.reference, "en", "target", f"{entry.id}.en")
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


def _translate(group: Sequence[_Work], settings: Settings) -> None:
    """Translate what the group's documents lack, all in one go."""
    texts: dict[str, list[str]] = {}
    for work in group:
        sentences = [s.text for s in results.load(work.source).document.sentences]
        work.translation = stages.translation_key(sentences, settings)
        if not results.have(work.translation):
            texts[work.translation] = sentences
    if not texts:
        return
    together = [text for sentences in texts.values() for text in sentences]
    made: Iterator[MachineTranslation] = iter(stages.translate_texts(together, settings, {}))
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
    passing: bool = False
    counts: dict[str, int] = field(default_factory=dict)
    statistics: Mapping[str, Sequence[float]] = field(default_factory=dict)
    seconds: float = 0.0

    @property
    def well(self) -> bool:
        """Whether nothing has gone wrong so far."""
        return not self.reason

    def step(self, stage: str, run: Any) -> Any:
        """Run a stage unless something has gone wrong; what goes wrong is this document's own."""
        if not self.well:
            return None
        start = time.perf_counter()
        try:
            return run()
        except (StorageError, ModelError, MemoryError) as error:
            # not the document's fault: the next run tries it again
            self._stop(stage, str(error) or type(error).__name__, passing=True)
        except DuizhaoError as error:
            self._stop(stage, str(error))
        except OSError as error:
            self._stop(stage, str(error), passing=True)
        except Exception as error:
            place = traceback.extract_tb(error.__traceback__)[-1]
            said = str(error).strip().partition("\n")[0][:300]
            told = f"{type(error).__name__}: {said} ({place.filename}:{place.lineno})"
            self._stop(stage, f"unexpected, please report: {told}")
        finally:
            self.seconds += time.perf_counter() - start
        return None

    def _stop(self, stage: str, reason: str, *, passing: bool = False) -> None:
        self.stage, self.reason, self.passing = stage, reason, passing

    def keep(self, place: Place, bitext: Bitext | None) -> None:
        """Write the outcome; one that may pass is not kept."""
        if self.passing:
            return
        outcome = self.outcome()
        if bitext is None:
            keep_failure(place, outcome)
            return
        name = f"{FOLDER}/{self.key[:2]}/{self.key}.done.gz"
        self.step("write", lambda: place.write(name, _packed(outcome, bitext)))

    def outcome(self) -> Outcome:
        """How it stands."""
        status: Literal["done", "failed", "left"] = "done"
        if not self.well:
            status = "left" if self.passing else "failed"
        return Outcome(
            self.entry.id,
            self.key,
            status,
            self.stage,
            self.reason,
            dict(self.counts),
            dict(self.statistics),
            round(self.seconds, 3),
        )


def keep_failure(place: Place, outcome: Outcome) -> None:
    """Keep the outcome of a document that cannot be done."""
    told = json.dumps(asdict(outcome), ensure_ascii=False).encode()
    place.write(f"{FOLDER}/{outcome.key[:2]}/{outcome.key}.failed.json", told)


def _packed(outcome: Outcome, bitext: Bitext) -> bytes:
    """The outcome with its rows and ledger; the same content gives the same bytes."""
    told = asdict(outcome) | {"seconds": 0.0}
    packed = io.BytesIO()
    with gzip.GzipFile(fileobj=packed, mode="wb", compresslevel=3, mtime=0) as file:
        for record in (
            told,
            *({"row": as_dict(row)} for row in bitext.rows),
            *({"ledger": as_dict(entry)} for entry in bitext.ledger),
        ):
            file.write(json.dumps(record, ensure_ascii=False).encode() + b"\n")
    return packed.getvalue()


def read_outcome(place: Place, name: str) -> tuple[Outcome, list[Row], list[LedgerEntry]]:
    """An outcome with its rows and ledger."""
    data = place.read(name)
    if name.endswith(".failed.json"):
        return Outcome(**json.loads(data)), [], []
    lines = [json.loads(line) for line in gzip.decompress(data).split(b"\n")[:-1]]
    rows = [row_of(line["row"]) for line in lines[1:] if "row" in line]
    ledger = [LedgerEntry(**line["ledger"]) for line in lines[1:] if "ledger" in line]
    return Outcome(**lines[0]), rows, ledger
