"""Translation of any number of texts: each once, in good batches, remembered, checked.

    translator = Translator(load_engine(), memory=Memory())
    for translation in translator.translate(texts): ...

Texts are taken in large windows, so that memory does not grow with their number. In a window each
different text is looked up in the memory; those it lacks are sorted by length, packed by tokens
and fed to the engine without gaps, and written to the memory batch by batch.

What comes out is the same after a kill: CTranslate2 in int8 translates a text alike in any company
(models/translation/batching.py); for engines whose results a batch's make-up can move in the last
bit, the texts that a window lacks are written down as its plan before it begins, and a run that
takes up again packs the same batches and translates those that are not in the memory yet. Long
texts are split before they are packed, so that no batch is larger than the engine wants it.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from duizhao.corpus.translation import Translation
from duizhao.models.guards.check import SYMBOL
from duizhao.models.translation.batching import clauses
from duizhao.models.translation.engine import Decoding, Engine, ForcedScore
from duizhao.models.translation.memory import Memory, normalise
from duizhao.models.translation.packed_engine import joined
from duizhao.models.translation.plan import make_plan
from duizhao.models.translation.retries import Case, further_tries, restored, with_stand_ins

_WINDOW_TEXTS = 16_384
_WINDOW_CHARACTERS = 4_000_000
_SCORE_DIGITS = 4


@dataclass(slots=True)
class Statistics:
    """What a translator has done so far; every count is of texts but `tokens`.

    `texts` = `repeated` (said before, in this run) + `remembered` (from the memory) +
    `translated` + empty ones; `tokens` are target tokens that the engine made, those of tries
    after a flag too; `done` counts finished texts, parts of a window by its source tokens;
    `trying` is how many flagged texts are being tried again at the moment.
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
    trying: int = 0
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
    try it again and keep the better one (models/guards/check.py). `window` is how many texts are
    held at once.
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
        while window := self._taken(stream):
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

    def _taken(self, stream: Iterator[str]) -> list[str]:
        """The texts of the next window, normalised: `window` of them, fewer where they are long."""
        texts: list[str] = []
        characters = 0
        while len(texts) < self.window and characters < _WINDOW_CHARACTERS:
            text = next(stream, None)
            if text is None:
                break
            texts.append(normalise(text))
            characters += len(text)
        return texts

    def _window(self, texts: list[str], report: Report | None) -> Iterator[Translation]:
        """Translate one window; its texts are normalised."""
        counts = Counter(texts)
        statistics = self.statistics
        before = statistics.done
        empty = counts.pop("", 0)
        made = self._engine_run(counts, self.decoding, report, done_from=before + empty)
        if self.guards:
            self._look_again(made, counts, report)
        statistics.texts += len(texts)
        statistics.repeated += sum(counts.values()) - len(counts)
        statistics.done = before + len(texts)
        final = {"": Translation("", 0.0, 0), **made}
        for text in texts:
            yield final[text]

    def _look_again(
        self, made: dict[str, Translation], counts: Counter[str], report: Report | None
    ) -> None:
        """Try again what the guards flag, and put the better one with its flags into `made`."""
        cases = {
            source: case for source, first in made.items() if (case := Case(source, first)).flags
        }
        self.statistics.trying = sum(case.to_mend for case in cases.values())
        for decoding, sources in further_tries(cases.values(), self.decoding).items():
            again = self._engine_run(Counter(sources), decoding, report)
            for source in sources:
                cases[source].offer("beam", again[source])
        self._try_stand_ins(cases, report)
        self._try_clauses(cases, report)
        self.statistics.trying = 0
        kept = {source: case.result() for source, case in cases.items()}
        self.memory.keep(self.memory.setting(self.engine, self.decoding), list(made), kept)
        for source, case in cases.items():
            made[source] = kept[source]
            self.statistics.flagged += counts[source]
            self.statistics.retried += counts[source] * (case.tries > 0)
            for flag in case.flags:
                self.statistics.flags[flag] += counts[source]

    def _try_stand_ins(self, cases: dict[str, Case], report: Report | None) -> None:
        """Translate with known resolutions in place of those that went wrong, and put them back."""
        tries = {
            source: stood_in
            for source, case in cases.items()
            if SYMBOL in case.remaining and (stood_in := with_stand_ins(source))[1]
        }
        if not tries:
            return
        texts = Counter(text for text, _ in tries.values())
        again = self._engine_run(texts, self.decoding, report)
        for source, (text, stands_for) in tries.items():
            output = restored(again[text].text, stands_for)
            if output is not None:
                cases[source].offer("stand_in", replace(again[text], text=output))

    def _try_clauses(self, cases: dict[str, Case], report: Report | None) -> None:
        """Translate clause by clause what still has something wrong."""
        split = {
            source: parts
            for source, case in cases.items()
            if case.to_mend and len(parts := clauses(source)) > 1
        }
        if not split:
            return
        every = Counter(part.strip() for parts in split.values() for part in parts)
        again = self._engine_run(every, self.decoding, report)
        for source, parts in split.items():
            cases[source].offer(
                "clauses", _rounded(joined(parts, [again[p.strip()] for p in parts]))
            )

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
        first = done_from is not None
        setting = self.memory.setting(self.engine, decoding, again=not first)
        sources = list(counts)
        found = self.memory.translations(setting, sources)
        plan = make_plan(self.engine, self.memory, setting, decoding, sources, found)
        parts = plan.parts
        batches, lengths = plan.batches(self.engine, found)
        done = 0.0
        if done_from is not None:
            self.statistics.remembered += len(found)
            self.statistics.translated += len(sources) - len(found)
            done = done_from + sum(counts[source] for source in found)
            self._tell(report, done)
        work = sum(lengths[part] for batch in batches for part in batch)
        rest = sum(counts.values()) - sum(counts[source] for source in found)
        finished = 0
        made: dict[str, Translation] = {}
        users = plan.users()
        started = time.perf_counter()
        for batch, results in zip(
            batches, self.engine.translate_batches(batches, decoding), strict=True
        ):
            made.update(zip(batch, results, strict=True))
            touched = dict.fromkeys(text for part in batch for text in users[part])
            whole = {
                text: _rounded(joined(parts[text], [made[part] for part in parts[text]]))
                for text in touched
                if text not in found and all(part in made for part in parts[text])
            }
            self.memory.remember(setting, whole)
            found.update(whole)
            now = time.perf_counter()
            self.statistics.seconds += now - started
            started = now
            self.statistics.tokens += sum(each.tokens for each in results)
            if first:
                finished += sum(lengths[part] for part in batch)
                self._tell(report, done + rest * finished / max(1, work))
            else:
                self._tell(report, self.statistics.done)
        if plan.key is not None:
            self.memory.end_plan(setting, plan.key)
        return {source: found[source] for source in sources}

    def _tell(self, report: Report | None, done: float) -> None:
        self.statistics.done = done
        if report is not None:
            report(self.statistics)


def _rounded(translation: Translation) -> Translation:
    return replace(translation, score=round(translation.score, _SCORE_DIGITS))
