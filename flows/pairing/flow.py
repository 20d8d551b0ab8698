"""The flow of a pile: survey, pair, write; each is a Prefect task.

Only paths and counts go through Prefect: profiles are results in the store.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from prefect import flow, task
from prefect.cache_policies import NO_CACHE

from duizhao.corpus.document import Language
from duizhao.corpus.pairing import Pairing, Profile, pair
from duizhao.flows.pairing import output
from duizhao.flows.pairing.pile import files_of
from duizhao.flows.pairing.stored import unpack
from duizhao.flows.pairing.survey import sentence_vectors, survey
from duizhao.flows.reading import AS_USUAL, ReadOptions
from duizhao.flows.results import Surveyed
from duizhao.flows.terminal import console

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

T = TypeVar("T")

VECTORS_KEPT = 256
"""Most documents whose sentence vectors stay in memory."""


@dataclass(slots=True)
class _Work:
    """A pile on its way through the tasks."""

    paths: Sequence[str]
    out: Path
    how: ReadOptions
    surveyed: Sequence[Surveyed] = ()
    pairing: Pairing = field(default_factory=lambda: Pairing((), ()))


@flow(name="pair", validate_parameters=False, persist_result=False)
def pair_documents(
    sources: Sequence[str], out: str, how: ReadOptions = AS_USUAL
) -> output.PairingRecord:
    """Pair the documents of a pile and write the manifest; returns pairs, unpaired and counts."""
    path = Path(out)
    beside = output.unpaired_file(path)
    work = _Work(files_of(sources, (path, beside)), path, how)
    _run("survey", _survey, work)
    _run("pair", _pair, work)
    return _run("write", _write, work)


def _run(name: str, run: Callable[[_Work], tuple[T, str]], work: _Work) -> T:
    """Run a step as a task. The work is not a parameter, because Prefect would traverse it."""

    @task(name=name, task_run_name=name, cache_policy=NO_CACHE, persist_result=False)
    def step() -> T:
        start = time.perf_counter()
        with console.current().stage(name):
            result, text = run(work)
        console.current().done(name, text, time.perf_counter() - start, False)
        return result

    return step()


def _survey(work: _Work) -> tuple[None, str]:
    work.surveyed = survey(work.paths, work.how)
    counts = Counter(_kind(one) for one in work.surveyed)
    order = ("Chinese", "English", "in both languages", "unreadable")
    return None, ", ".join(f"{counts[kind]:,} {kind}" for kind in order if counts[kind])


def _kind(one: Surveyed) -> str:
    if one.profile is None:
        return "unreadable"
    if one.arrangement:
        return "in both languages"
    return "Chinese" if one.profile.language == "zh" else "English"


def _pair(work: _Work) -> tuple[None, str]:
    profiles = [unpack(one.profile) for one in work.surveyed if one.profile and not one.arrangement]

    @lru_cache(VECTORS_KEPT)
    def vectors(path: str, language: Language) -> NDArray[np.float16]:
        console.current().progress(f"reading all of {Path(path).name}", 0, 0)
        return sentence_vectors(path, language, work.how)

    def sentences(profile: Profile) -> NDArray[np.float16]:
        return vectors(profile.path, profile.language)

    sides = [[p for p in profiles if p.language == language] for language in ("zh", "en")]
    work.pairing = pair(sides[0], sides[1], sentences)
    return None, f"{len(work.pairing.pairs):,} pairs"


def _write(work: _Work) -> tuple[output.PairingRecord, str]:
    bilingual = [one for one in work.surveyed if one.profile and one.arrangement]
    unreadable = [one for one in work.surveyed if not one.profile]
    pairs = output.pair_lines(work.pairing, bilingual)
    unpaired = output.unpaired_lines(work.pairing, unreadable)
    if not output.write(work.out, pairs, unpaired):
        console.current().warn(f"{work.out}: no pair was found; the earlier manifest is kept")
    reasons = Counter(line["reason"] for line in unpaired)
    record: output.PairingRecord = {
        "manifest": str(work.out),
        "unpaired_file": str(output.unpaired_file(work.out)),
        "counts": {
            "documents": len(work.surveyed),
            "pairs": len(pairs),
            "in_both_languages": len(bilingual),
            "unpaired": len(unpaired),
            "reasons": dict(sorted(reasons.items())),
        },
        "pairs": pairs,
        "unpaired": unpaired,
    }
    return record, f"{len(pairs):,} lines in {work.out}, {len(unpaired):,} beside it"
