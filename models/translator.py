"""Translation of any number of texts: each once, in good batches, remembered, checked.

    translator = Translator(load_engine(), memory=Memory())
    for translation in translator.translate(texts): ...

Texts are taken in large windows, so that memory does not grow with their number. In a window each
different text is looked up in the memory; those it lacks are sorted by length, packed by tokens
and fed to the engine without gaps, and written to the memory batch by batch.

What comes out is the same after a kill: a batch's make-up can move the last bit of a score, so
the texts that a window lacks are written down as its plan before it begins, and a run that takes
up again packs the same batches and translates those that are not in the memory yet.
"""

from __future__ import annotations

import hashlib
import struct
import time
import zlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice

from models.batching import clauses, pack
from models.engine import Decoding, Engine, ForcedScore, Translation
from models.guards import SYMBOL
from models.memory import Memory, normalise
from models.retries import Case, further_tries, joined, restored, with_stand_ins

_WINDOW_TEXTS = 16_384
_SCORE_DIGITS = 4


@dataclass(slots=True)
class Statistics:
    """What a translator has done so far; every count is of texts but `tokens`.

    `texts` = `repeated` (said before, in this run) + `remembered` (from the memory) +
    `translated` + empty ones; `tokens` are target tokens that the engine made, those of tries
    after a flag too; `done` counts finished texts, parts of a window by its source tokens.
    """

    texts: int = 0
    repeated: int = 0
    remembered: int = 0
    translated: int = 0
    flagged: int = 0
    retried: int = 0
    tokens: int = 0
    seconds: float = 0.0
    done: float = 0.0
    flags: Counter[str] = field(default_factory=Counter)

    @property
    def saved(self) -> int:
        """Texts that needed no translation: repeated ones and remembered ones."""
        return self.repeated + self.remembered


Report = Callable[[Statistics], None]
"""Called after every batch with the statistics so far."""


class Translator:
    """Translates texts with one engine, through one memory.

    `memory` None: nothing is kept beyond this translator's life. `guards`: flag what looks wrong,
    try it again and keep the better one (models/guards.py). `window` is how many texts are held
    at once.
    """

    def __init__(
        self,
        engine: Engine,
        decoding: Decoding | None = None,
        memory: Memory | None = None,
        *,
        guards: bool = True,
        window: int = _WINDOW_TEXTS,
    ) -> None:
        self.engine = engine
        self.decoding = decoding or Decoding()
        self.memory = memory or Memory.temporary()
        self.guards = guards
        self.window = window
        self.statistics = Statistics()

    def translate(
        self, texts: Iterable[str], report: Report | None = None
    ) -> Iterator[Translation]:
        """One translation for each text, in order; an empty text gives an empty translation."""
        stream = iter(texts)
        while window := [normalise(text) for text in islice(stream, self.window)]:
            yield from self._window(window, report)

    def score(self, sources: Sequence[str], targets: Sequence[str]) -> list[ForcedScore]:
        """Forced-decoding scores of pairs, each worked out once and remembered."""
        pairs = [
            (normalise(source), normalise(target))
            for source, target in zip(sources, targets, strict=True)
        ]
        setting = self.memory.setting(self.engine, None)
        unique = list(dict.fromkeys(pairs))
        known = self.memory.forced(setting, unique)
        missing = [pair for pair in unique if pair not in known]
        for start in range(0, len(missing), 2048):
            chunk = missing[start : start + 2048]
            scored = self.engine.score([s for s, _ in chunk], [t for _, t in chunk])
            made = {
                pair: ForcedScore(round(each.log_probability, _SCORE_DIGITS), each.tokens)
                for pair, each in zip(chunk, scored, strict=True)
            }
            self.memory.remember_forced(setting, made)
            known.update(made)
        return [known[pair] for pair in pairs]

    def _window(self, texts: list[str], report: Report | None) -> Iterator[Translation]:
        """Translate one window; its texts are normalised."""
        counts = Counter(texts)
        statistics = self.statistics
        before = statistics.done
        empty = counts.pop("", 0)
        made = self._engine_run(counts, self.decoding, report, done_from=before + empty)
        if self.guards:
            self._look_again(made, counts)
        statistics.texts += len(texts)
        statistics.repeated += sum(counts.values()) - len(counts)
        statistics.done = before + len(texts)
        final = {"": Translation("", 0.0, 0), **made}
        for text in texts:
            yield final[text]

    def _look_again(self, made: dict[str, Translation], counts: Counter[str]) -> None:
        """Try again what the guards flag, and put the better one with its flags into `made`."""
        cases = {
            source: case for source, first in made.items() if (case := Case(source, first)).flags
        }
        for decoding, sources in further_tries(cases.values(), self.decoding).items():
            again = self._engine_run(Counter(sources), decoding, None)
            for source in sources:
                cases[source].offer("beam", again[source])
        self._try_stand_ins(cases)
        self._try_clauses(cases)
        for source, case in cases.items():
            made[source] = case.result()
            self.statistics.flagged += counts[source]
            self.statistics.retried += counts[source] * (case.tries > 0)
            for flag in case.flags:
                self.statistics.flags[flag] += counts[source]

    def _try_stand_ins(self, cases: dict[str, Case]) -> None:
        """Translate with known resolutions in place of those that went wrong, and put them back."""
        tries = {
            source: stood_in
            for source, case in cases.items()
            if SYMBOL in case.remaining and (stood_in := with_stand_ins(source))[1]
        }
        if not tries:
            return
        again = self._engine_run(Counter(text for text, _ in tries.values()), self.decoding, None)
        for source, (text, stands_for) in tries.items():
            output = restored(again[text].text, stands_for)
            if output is not None:
                cases[source].offer("stand_in", replace(again[text], text=output))

    def _try_clauses(self, cases: dict[str, Case]) -> None:
        """Translate clause by clause what still has something wrong."""
        split = {
            source: parts
            for source, case in cases.items()
            if case.remaining and len(parts := clauses(source)) > 1
        }
        if not split:
            return
        every = Counter(part.strip() for parts in split.values() for part in parts)
        again = self._engine_run(every, self.decoding, None)
        for source, parts in split.items():
            cases[source].offer("clauses", joined(parts, [again[p.strip()] for p in parts]))

    def _engine_run(
        self,
        counts: Counter[str],
        decoding: Decoding,
        report: Report | None,
        done_from: float | None = None,
    ) -> dict[str, Translation]:
        """Translations of different texts, from the memory or else from the engine.

        `counts` says how many of the window's texts each stands for; `done_from` is where the
        window began in `Statistics.done`, None for a further try of texts already counted.
        """
        setting = self.memory.setting(self.engine, decoding)
        sources = list(counts)
        found = self.memory.translations(setting, sources)
        missing, plan = self._plan(setting, sources, found)
        batches = self._batches(missing, found)
        lengths = dict(zip(missing, self.engine.lengths(missing), strict=True)) if missing else {}
        first = done_from is not None
        done = 0.0
        if done_from is not None:
            self.statistics.remembered += len(found)
            self.statistics.translated += len(sources) - len(found)
            done = done_from + sum(counts[source] for source in found)
            self._tell(report, done)
        work = sum(lengths[text] for batch in batches for text in batch)
        rest = sum(counts.values()) - sum(counts[source] for source in found)
        finished = 0
        started = time.perf_counter()
        for batch, made in zip(
            batches, self.engine.translate_batches(batches, decoding), strict=True
        ):
            rounded = {
                source: replace(each, score=round(each.score, _SCORE_DIGITS))
                for source, each in zip(batch, made, strict=True)
                if source not in found
            }
            self.memory.remember(setting, rounded)
            found.update(rounded)
            now = time.perf_counter()
            self.statistics.seconds += now - started
            started = now
            self.statistics.tokens += sum(each.tokens for each in made)
            if first:
                finished += sum(lengths[text] for text in batch)
                self._tell(report, done + rest * finished / max(1, work))
        if plan is not None:
            self.memory.end_plan(setting, plan)
        return {source: found[source] for source in sources}

    def _plan(
        self, setting: int, sources: Sequence[str], found: dict[str, Translation]
    ) -> tuple[list[str], bytes | None]:
        """The texts that this window set out to translate, and the key of its plan.

        A run that takes up a killed one finds the plan, and packs what was missing then.
        """
        missing = [i for i, source in enumerate(sources) if source not in found]
        if not missing:
            return [], None
        key = hashlib.blake2b("\0".join(sources).encode(), digest_size=16).digest()
        packed = self.memory.plan(setting, key)
        if packed is None:
            packed = zlib.compress(struct.pack(f"<{len(missing)}I", *missing))
            self.memory.make_plan(setting, key, packed)
        else:
            numbers = zlib.decompress(packed)
            planned = struct.unpack(f"<{len(numbers) // 4}I", numbers)
            missing = sorted({*planned, *missing})
        return [sources[i] for i in missing], key

    def _batches(self, missing: list[str], found: dict[str, Translation]) -> list[list[str]]:
        """Pack the texts by length; without batches that are wholly in the memory."""
        if not missing:
            return []
        packed = pack(self.engine.lengths(missing), self.engine.batch_tokens)
        batches = [[missing[i] for i in batch] for batch in packed]
        return [batch for batch in batches if not all(text in found for text in batch)]

    def _tell(self, report: Report | None, done: float) -> None:
        self.statistics.done = done
        if report is not None:
            report(self.statistics)
