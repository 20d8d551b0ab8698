"""Two texts aligned as a command asks: which way round, with which models, and what it takes.

`Embedding` and `Forced` are put in the place of the embedder and of a translator's `score`; they
say what forced decoding will cost, and count what both have cost.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from duizhao.corpus.errors import InputError

if TYPE_CHECKING:
    from duizhao.corpus.alignment import Bead
    from duizhao.corpus.alignment.aligner import EffortName
    from duizhao.corpus.alignment.signals.forced import ForcedScore, Score

PROBE = 32
"""Pairs that are scored first, to say how long all will take."""
AT_ONCE = 1024

Note = Callable[[str], None]
Progress = Callable[[str, int, int], None]


@dataclass(slots=True)
class Embedding:
    """An embedder that counts its `seconds`."""

    embed: Any
    seconds: float = 0.0

    def __call__(self, sentences: Sequence[str], spans: Sequence[tuple[int, int]]) -> Any:
        """Embed, and count."""
        start = time.perf_counter()
        made = self.embed(sentences, spans)
        self.seconds += time.perf_counter() - start
        return made


@dataclass(slots=True)
class Forced:
    """Scores pairs by forced decoding; says before what it will cost, and counts its `seconds`.

    With `flipped` the model translates from the target to the source: it is asked how well the
    target explains the source.
    """

    score: Score
    note: Note
    progress: Progress
    flipped: bool = False
    pairs: int = 0
    seconds: float = 0.0

    def __call__(self, sources: Sequence[str], targets: Sequence[str]) -> list[ForcedScore]:
        """The score of each pair, in order."""
        start = time.perf_counter()
        count = len(sources)
        if self.flipped:
            sources, targets = targets, sources
        # a sample of all lengths, and of what the memory knows, shows what the rest will take
        step = max(count // PROBE, 1)
        order = [*range(0, count, step)]
        size = len(order)
        order += [at for at in range(count) if at % step]
        found: dict[int, ForcedScore] = {}
        while len(found) < count:
            places = order[len(found) : len(found) + size]
            made = self.score([sources[at] for at in places], [targets[at] for at in places])
            found.update(zip(places, made, strict=True))
            taken = time.perf_counter() - start
            if size != AT_ONCE:
                size = AT_ONCE
                about = taken / len(found) * count
                self.note(
                    f"forced decoding: {count:,} pairs, about {max(about, 1):.0f} s "
                    "(--effort fast: none)"
                )
            self.progress(f"{len(found):,} of {count:,} pairs", len(found), count)
        self.pairs += count
        self.seconds += time.perf_counter() - start
        return [found[at] for at in range(count)]


@dataclass(frozen=True, slots=True)
class Request:
    """What `duizhao align` is asked for; a language that is None is found from the text."""

    source: Sequence[str]
    target: Sequence[str]
    translation: Sequence[str] | None
    translate: bool
    signals: frozenset[str]
    effort: EffortName
    model: str | None
    languages: tuple[str | None, str | None]
    check_parallel: bool = True


def aligned(request: Request, note: Note) -> tuple[list[Bead], str]:
    """The beads, and a line on the time that they took.

    English to Chinese is aligned from its Chinese side, as the default model knows only that
    direction; with a translation of the English given, as it stands, and the model is asked how
    well the Chinese explains the English.
    """
    start = time.perf_counter()
    languages = _languages(request)
    backward = request.model is None and languages == ("en", "zh")
    known = backward or request.model is not None or languages == ("zh", "en")
    if request.translate and not known:
        raise InputError(
            f"--translate: the default model translates Chinese to English, not {languages[0]} to "
            f"{languages[1]}; name a model with --model, or give a translation with --mt"
        )
    swap = backward and request.translation is None
    source, target = request.source, request.target
    if swap:
        note("SOURCE is English and TARGET Chinese: aligned from the Chinese side")
        source, target = target, source
    wants_forced = "forced" in request.signals and request.effort != "fast"
    if wants_forced and not known:
        note(
            f"{languages[0]} to {languages[1]}: aligned without forced decoding, for which the "
            "default model knows Chinese to English only (--model names another)"
        )
    translator: Any = None
    if request.translate or (wants_forced and known):
        translator = _translator(request.model)
    translation = request.translation
    if request.translate:
        translation = _translated(translator, source, note)
    embed = None
    if "embedding" in request.signals:
        from duizhao.models.embedding import SpanEmbedder

        embed = Embedding(SpanEmbedder())
    if embed is None and (translation is None or "overlap" not in request.signals):
        note(
            "without a translation or embeddings it is not checked whether the texts are "
            "translations of each other"
        )
    from duizhao.flows.terminal.console import TerminalConsole

    terminal = TerminalConsole()
    forced = None
    if translator is not None and wants_forced:
        forced = Forced(translator.score, note, terminal.progress, flipped=backward and not swap)
    from duizhao.corpus.alignment import align

    aligning = time.perf_counter()
    with terminal.stage("aligning"):
        beads = align(
            source,
            target,
            translation,
            embed=embed,
            score=forced,
            signals=request.signals,
            effort=request.effort,
            check_parallel=request.check_parallel,
        )
    if swap:
        beads = [replace(bead, source=bead.target, target=bead.source) for bead in beads]
    now = time.perf_counter()
    apart = (embed.seconds if embed else 0.0) + (forced.seconds if forced else 0.0)
    told = [
        *([f"models and translation {aligning - start:.1f} s"] if translator is not None else []),
        *took(embed, forced),
        f"the alignment {now - aligning - apart:.1f} s",
    ]
    return beads, ", ".join(told)


def took(embed: Embedding | None, forced: Forced | None) -> list[str]:
    """Such as ``embeddings 2.1 s``, ``forced decoding 35.0 s (4,812 pairs)``."""
    said = [f"embeddings {embed.seconds:.1f} s"] if embed else []
    if forced:
        said.append(f"forced decoding {forced.seconds:.1f} s ({forced.pairs:,} pairs)")
    return said


def _languages(request: Request) -> tuple[str, str]:
    """The language codes of both sides; "another language" for what is neither given nor known."""
    from duizhao.corpus.language import LEAST_CHINESE, check, chinese_share

    def found(lines: Sequence[str]) -> str:
        sample = "\n".join(lines[:: max(len(lines) // 500, 1)])
        if chinese_share(sample) >= LEAST_CHINESE:
            return "zh"
        try:
            check(sample, "en", "")
        except InputError:
            return "another language"
        return "en"

    source, target = request.languages
    return source or found(request.source), target or found(request.target)


def _translator(model: str | None) -> Any:
    from duizhao.flows.terminal.fetching import fetching
    from duizhao.models.translation.load import load_engine
    from duizhao.models.translation.memory import Memory
    from duizhao.models.translation.translator import Translator

    with fetching() as progress:
        engine = load_engine(model, progress=progress)
    return Translator(engine, memory=Memory())


def _translated(translator: Any, texts: Sequence[str], note: Note) -> list[str]:
    from duizhao.flows.terminal.translating import progress_bar

    note(f"translating {len(texts):,} sentences")
    with progress_bar(len(texts)) as report:
        return [each.text for each in translator.translate(texts, report)]
