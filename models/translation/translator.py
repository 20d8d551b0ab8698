"""Translate any number of texts, each once, in batches of similar length, remembered and checked.

    translator = Translator(load_engine(), memory=Memory())
    for translation in translator.translate(texts): ...

Texts are taken in large windows, so that memory use does not grow with their number. Each distinct
text of a window is looked up in the translation memory, in simplified characters; missing ones are
split where they are too long, packed by length, translated, and written to the memory batch by
batch. A killed run loses at most its last batch. CTranslate2 translates a text to the same result
in any batch (batching.py); with the transformers engine, the last digit of a score may depend on
the batch.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from duizhao.corpus.translation import COPIED, Translation
from duizhao.models.guards.check import SYMBOL
from duizhao.models.translation.batching import bound, clauses, pack, padded
from duizhao.models.translation.engine import Decoding, Engine, ForcedScore
from duizhao.models.translation.memory import Memory, normalise
from duizhao.models.translation.packed_engine import joined
from duizhao.models.translation.retries import Case, further_tries, restored, with_stand_ins
from duizhao.models.translation.simplified import for_the_model

_WINDOW_TEXTS = 16_384
_WINDOW_CHARACTERS = 4_000_000
_SCORE_DIGITS = 4


@dataclass(slots=True)
class Statistics:
    """The counts of a translator so far: of texts, except `tokens`.

    `texts` = `repeated` (seen before in this run) + `remembered` (from the memory) + `translated`
    + empty ones; `copied` counts those without a Chinese character. `tokens` are target tokens of
    the engine, including further attempts. `done` counts finished texts, and parts of a window by
    their source tokens. `trying` is the number of flagged texts being tried again at the moment.
    """

    texts: int = 0
    repeated: int = 0
    remembered: int = 0
    translated: int = 0
    copied: int = 0
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

    Without a `memory`, nothing outlives this translator. With `guards`, translations that look
    wrong are flagged, tried again, and the better one is kept (models/guards/check.py). `window`
    is the number of texts held at once.
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
        while window := self._next_window(stream):
            yield from self._window(window, report)

    def score(self, sources: Sequence[str], targets: Sequence[str]) -> list[ForcedScore]:
        """Forced-decoding scores of pairs, each computed once and remembered."""
        pairs = [
            (for_the_model(normalise(source)), normalise(target))
            for source, target in zip(sources, targets, strict=True)
        ]
        setting = self.memory.setting(self.engine, None)
        unique = list(dict.fromkeys(pairs))
        known = self.memory.forced(setting, unique)
        missing = [pair for pair in unique if pair not in known]
        for start in range(0, len(missing), 2048):
            chunk = missing[start : start + 2048]
            scored = self.engine.score([s for s, _ in chunk], [t for _, t in chunk])
            scores = {
                pair: ForcedScore(round(each.log_probability, _SCORE_DIGITS), each.tokens)
                for pair, each in zip(chunk, scored, strict=True)
            }
            self.memory.remember_forced(setting, scores)
            known.update(scores)
        return [known[pair] for pair in pairs]

    def _next_window(self, stream: Iterator[str]) -> list[str]:
        """The texts of the next window, normalised: up to `window`, fewer if they are long."""
        texts: list[str] = []
        characters = 0
        while len(texts) < self.window and characters < _WINDOW_CHARACTERS:
            text = next(stream, None)
            if text is None:
                break
            texts.append(for_the_model(normalise(text)))
            characters += len(text)
        return texts

    def _window(self, texts: list[str], report: Report | None) -> Iterator[Translation]:
        """Translate one window of normalised texts."""
        counts = Counter(texts)
        statistics = self.statistics
        before = statistics.done
        empty = counts.pop("", 0)
        results = self._engine_run(counts, self.decoding, report, done_from=before + empty)
        statistics.copied += sum(
            counts[text] for text, result in results.items() if COPIED in result.flags
        )
        if self.guards:
            self._retry(results, counts, report)
        statistics.texts += len(texts)
        statistics.repeated += sum(counts.values()) - len(counts)
        statistics.done = before + len(texts)
        results[""] = Translation("", 0.0, 0)
        for text in texts:
            yield results[text]

    def _retry(
        self, results: dict[str, Translation], counts: Counter[str], report: Report | None
    ) -> None:
        """Translate flagged texts again and put the better translation into `results`."""
        cases = {
            source: case
            for source, first in results.items()
            if COPIED not in first.flags and (case := Case(source, first)).flags
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
        self.memory.keep(self.memory.setting(self.engine, self.decoding), list(results), kept)
        results.update(kept)
        for source, case in cases.items():
            self.statistics.flagged += counts[source]
            self.statistics.retried += counts[source] * (case.tries > 0)
            for flag in case.flags:
                self.statistics.flags[flag] += counts[source]

    def _try_stand_ins(self, cases: dict[str, Case], report: Report | None) -> None:
        """Translate with known resolutions in place of those translated wrongly."""
        tries = {
            source: replaced
            for source, case in cases.items()
            if SYMBOL in case.remaining and (replaced := with_stand_ins(source))[1]
        }
        texts = Counter(text for text, _ in tries.values())
        again = self._engine_run(texts, self.decoding, report)
        for source, (text, stands_for) in tries.items():
            output = restored(again[text].text, stands_for)
            if output is not None:
                cases[source].offer("stand_in", replace(again[text], text=output))

    def _try_clauses(self, cases: dict[str, Case], report: Report | None) -> None:
        """Translate texts that are still flagged clause by clause."""
        split = {
            source: parts
            for source, case in cases.items()
            if case.to_mend and len(parts := clauses(source)) > 1
        }
        every = Counter(part.strip() for parts in split.values() for part in parts)
        again = self._engine_run(every, self.decoding, report)
        for source, parts in split.items():
            whole = joined(parts, [again[part.strip()] for part in parts])
            cases[source].offer("clauses", _rounded(whole))

    def _engine_run(
        self,
        counts: Counter[str],
        decoding: Decoding,
        report: Report | None,
        done_from: float | None = None,
    ) -> dict[str, Translation]:
        """Translations of different texts, from the memory or otherwise from the engine.

        `counts` has the number of equal texts in the window; `done_from` is the value of
        `Statistics.done` at the start of the window, None for another attempt at counted texts.
        """
        if not counts and done_from is None:
            return {}
        statistics = self.statistics
        setting = self.memory.setting(self.engine, decoding, again=done_from is None)
        known = self.memory.translations(setting, list(counts))
        missing = [text for text in counts if text not in known]
        parts = dict(zip(missing, self.engine.parts(missing), strict=True))
        batches, lengths = self._batches(parts, decoding)
        users: dict[str, list[str]] = {}
        for text, own in parts.items():
            for part in own:
                users.setdefault(part, []).append(text)
        done = statistics.done
        if done_from is not None:
            statistics.remembered += len(known)
            statistics.translated += len(missing)
            done = done_from + sum(counts[text] for text in known)
            self._advance(report, done)
        rest = sum(counts[text] for text in missing) if done_from is not None else 0
        work, finished = max(1, sum(lengths.values())), 0
        translated: dict[str, Translation] = {}
        started = time.perf_counter()
        for batch, results in zip(
            batches, self.engine.translate_batches(batches, decoding), strict=True
        ):
            translated.update(zip(batch, results, strict=True))
            touched = dict.fromkeys(text for part in batch for text in users[part])
            whole = {
                text: _rounded(joined(parts[text], [translated[part] for part in parts[text]]))
                for text in touched
                if all(part in translated for part in parts[text])
            }
            self.memory.remember(setting, whole)
            known.update(whole)
            now = time.perf_counter()
            statistics.seconds += now - started
            started = now
            statistics.tokens += sum(each.tokens for each in results)
            finished += sum(lengths[part] for part in batch)
            self._advance(report, done + rest * finished / work)
        return {text: known[text] for text in counts}

    def _batches(
        self, parts: Mapping[str, Sequence[str]], decoding: Decoding
    ) -> tuple[list[list[str]], dict[str, int]]:
        """The parts of the texts packed into batches, and the tokens of each part."""
        items = list(dict.fromkeys(part for own in parts.values() for part in own))
        if not items:
            return [], {}
        whole = self.engine.lengths(list(parts))
        most = bound(whole, self.engine.batch_bound(decoding.beam), self.engine.workers)
        lengths = self.engine.lengths(items)
        packed = pack([(padded(length),) for length in lengths], most)
        return [[items[i] for i in batch] for batch in packed], dict(
            zip(items, lengths, strict=True)
        )

    def _advance(self, report: Report | None, done: float) -> None:
        self.statistics.done = done
        if report is not None:
            report(self.statistics)


def _rounded(translation: Translation) -> Translation:
    return replace(translation, score=round(translation.score, _SCORE_DIGITS))
