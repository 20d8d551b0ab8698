"""Align two lists of sentences in either direction, with the models of the settings."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from duizhao.corpus.errors import InputError
from duizhao.flows.settings import Settings
from duizhao.flows.terminal import console
from duizhao.flows.timed_models import Embedding, Forced, took

if TYPE_CHECKING:
    from duizhao.corpus.alignment import Bead


@dataclass(frozen=True, slots=True)
class Request:
    """The sentences to align, and the options.

    `translation` has one text per source sentence; `translate` computes it. A language that is None
    is detected from the text; `signals` None means all.
    """

    source: Sequence[str]
    target: Sequence[str]
    translation: Sequence[str] | None
    settings: Settings
    translate: bool = False
    signals: frozenset[str] | None = None
    languages: tuple[str | None, str | None] = (None, None)
    check_parallel: bool = True


@dataclass(frozen=True, slots=True)
class Aligned:
    """The beads, and the time of each part of the work, such as ``embeddings 2.1 s``."""

    beads: list[Bead]
    took: tuple[str, ...]


def aligned(request: Request) -> Aligned:
    """Align the two texts.

    The default model translates Chinese to English only. English to Chinese is therefore aligned
    from the Chinese side; if a translation of the English is passed, the sides are not exchanged,
    and forced decoding scores the English given the Chinese.
    """
    from duizhao.corpus.alignment.weights import ALL
    from duizhao.flows import stages

    start = time.perf_counter()
    signals = frozenset(ALL) if request.signals is None else request.signals
    note = console.current().note
    settings = request.settings
    languages = _languages(request)
    backward = not settings.model and languages == ("en", "zh")
    known = backward or bool(settings.model) or languages == ("zh", "en")
    if request.translate and not known:
        raise InputError(
            f"--translate: the default model translates Chinese to English, not {languages[0]} to "
            f"{languages[1]}; name a model with --model, or give a translation with --mt"
        )
    swap = backward and request.translation is None
    source, target = request.source, request.target
    if swap:
        note("SOURCE is English and TARGET Chinese: aligning from the Chinese side")
        source, target = target, source
    wants_forced = "forced" in signals and settings.effort != "fast"
    if wants_forced and not known:
        note(
            f"{languages[0]} to {languages[1]}: aligning without forced decoding, because the "
            "default model translates Chinese to English only (--model names another)"
        )
    translator = None
    if request.translate or (wants_forced and known):
        with console.current().stage("model"):
            translator = stages.translator(settings)
    translation = request.translation
    if request.translate:
        note(f"translating {len(source):,} sentences")
        translation = [one.text for one in stages.translate_texts(source, settings)]
    embed = None
    if "embedding" in signals:
        embed = Embedding(stages.embedder(memory=settings.memory))
    if embed is None and (translation is None or "overlap" not in signals):
        note(
            "without a translation or embeddings, it cannot be checked whether the texts are "
            "translations of each other"
        )
    forced = None
    if translator is not None and wants_forced:
        show = console.current().progress
        forced = Forced(translator.score, note, show, flipped=backward and not swap)
    from duizhao.corpus.alignment import align

    aligning = time.perf_counter()
    with console.current().stage("aligning"):
        beads = align(
            source,
            target,
            translation,
            embed=embed,
            score=forced,
            signals=signals,
            effort=settings.effort,
            check_parallel=request.check_parallel,
        )
    if swap:
        beads = [replace(bead, source=bead.target, target=bead.source) for bead in beads]
    now = time.perf_counter()
    apart = (embed.seconds if embed else 0.0) + (forced.seconds if forced else 0.0)
    parts = (
        *([f"models and translation {aligning - start:.1f} s"] if translator is not None else []),
        *took(embed, forced),
        f"the alignment {now - aligning - apart:.1f} s",
    )
    return Aligned(beads, parts)


def _languages(request: Request) -> tuple[str, str]:
    """The language codes of both sides; "another language" if it cannot be detected."""
    from duizhao.corpus.language import LEAST_CHINESE, check, chinese_share

    def detected(lines: Sequence[str]) -> str:
        sample = "\n".join(lines[:: max(len(lines) // 500, 1)])
        if chinese_share(sample) >= LEAST_CHINESE:
            return "zh"
        try:
            check(sample, "en", "")
        except InputError:
            return "another language"
        return "en"

    source, target = request.languages
    return source or detected(request.source), target or detected(request.target)
