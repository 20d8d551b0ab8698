"""The flow of an adaptation: prepare, rehearse, train, compare, publish; each is a Prefect task.

Unfinished work is in a folder beside the model, `.NAME.adapting`. After an interruption the same
command continues there; the folder is removed when the model is complete.
"""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, TypeVar

from prefect import flow, task
from prefect.cache_policies import NO_CACHE

from duizhao.corpus.errors import ModelSettingError
from duizhao.corpus.translation import Translation
from duizhao.evaluation.adaptation.before_after import BeforeAfter, Text, before_after
from duizhao.evaluation.adaptation.card import BaseModel
from duizhao.evaluation.metrics.translation import measure
from duizhao.flows import stages
from duizhao.flows.adapting import work as work_folder
from duizhao.flows.adapting.base import base_model
from duizhao.flows.adapting.prepare import Prepared, prepare
from duizhao.flows.adapting.record import Made
from duizhao.flows.settings import Settings
from duizhao.flows.terminal import console
from duizhao.models.cores import usable_cores
from duizhao.models.training.examples import Pair, rehearsal_needed
from duizhao.models.training.loop import Trained, train
from duizhao.models.training.plan import Options
from duizhao.models.training.rehearsal import general_sentences, general_test
from duizhao.models.weights.conversion import need_torch
from duizhao.models.weights.english_pieces import has_english_output
from duizhao.models.weights.locate import ModelFiles
from duizhao.models.weights.to_marian import marian_form

T = TypeVar("T")

REHEARSAL = "rehearsal.json"
UNUSED_SHOWN = 5


@dataclass(frozen=True, slots=True)
class Request:
    """The arguments of the command."""

    corpora: tuple[str, ...]
    out: str
    settings: Settings
    options: Options


@flow(name="adapt", validate_parameters=False, persist_result=False)
def adapt(request: Request) -> dict[str, Any]:
    """Adapt a model; returns the record that is in the model's folder (adapt.json)."""
    out = Path(request.out)
    with work_folder.held(out) as work:
        return _adapted(request, out, work)


def _adapted(request: Request, out: Path, work: Path) -> dict[str, Any]:
    settings = request.settings.model_copy(update={"translate": "all"})
    options = request.options
    need_torch("adapt", "trains with torch")
    device = _device(settings.device)
    files = stages.locate_model(settings)
    base = base_model(files)
    prepared = _run("prepare", lambda: _prepared(prepare(request.corpora, settings.min_confidence)))
    fingerprint = _fingerprint(prepared, base, options, device)
    if (record := work_folder.finished(out, fingerprint)) is not None:
        return record
    work_folder.check(work, fingerprint)
    rehearsal = _run("rehearse", lambda: _rehearsal(prepared, settings, options, work))
    trained, base_score = _run(
        "train", lambda: _train(prepared, rehearsal, files, settings, options, work, device)
    )
    results = _run("compare", lambda: _compare(prepared, trained, settings))
    made = Made(prepared, trained, base_score, len(rehearsal), base, results, options, device)
    record = {"fingerprint": fingerprint, "model": str(out), **made.record()}
    work_folder.publish(trained.folder, out, made.card(out.name), record)
    return record


def _run(name: str, work: Callable[[], tuple[T, str]]) -> T:
    """Run a step as a task; the work is not a parameter, because Prefect would traverse it."""

    @task(name=name, task_run_name=name, cache_policy=NO_CACHE, persist_result=False)
    def step() -> T:
        start = time.perf_counter()
        with console.current().stage(name):
            result, text = work()
        console.current().done(name, text, time.perf_counter() - start, False)
        return result

    return step()


def _prepared(prepared: Prepared) -> tuple[Prepared, str]:
    parts = f"{len(prepared.train):,} pairs to train, {len(prepared.dev):,} to choose the best"
    text = f"{parts}, {len(prepared.test):,} to test, held out by {prepared.held_out_by}"
    if removed := ", ".join(f"{name} {count:,}" for name, count in prepared.removed.items()):
        text += f"; removed: {removed}"
    if unused := [Path(name).name for name in prepared.unused]:
        more = f" and {len(unused) - UNUSED_SHOWN:,} more" if len(unused) > UNUSED_SHOWN else ""
        text += f"; without pairs: {', '.join(unused[:UNUSED_SHOWN])}{more}"
    return prepared, text


def _rehearsal(
    prepared: Prepared, settings: Settings, options: Options, work: Path
) -> tuple[list[Pair], str]:
    """The base model's translations of general sentences; stored, for other runs of this work."""
    path = work / REHEARSAL
    if path.is_file():
        pairs = [(source, target) for source, target in json.loads(path.read_text("utf-8"))]
        return pairs, f"{len(pairs):,} general sentences, translated before"
    sentences = general_sentences()
    count = rehearsal_needed(len(prepared.train), len(sentences), options.share, options.epochs)
    sentences = sentences[:count]
    made = _translate(sentences, settings)
    pairs = [
        (source, one.text)
        for source, one in zip(sentences, made, strict=True)
        if one.text.strip() and not one.flags
    ]
    work_folder.write(path, json.dumps(pairs, ensure_ascii=False))
    return pairs, f"{len(pairs):,} general sentences, translated by the base model"


def _train(
    prepared: Prepared,
    rehearsal: Sequence[Pair],
    files: ModelFiles,
    settings: Settings,
    options: Options,
    work: Path,
    device: str,
) -> tuple[tuple[Trained, float], str]:
    sources = [source for source, _ in prepared.dev]
    references = [target for _, target in prepared.dev]
    quick = settings.model_copy(update={"beam": 1})

    def score(settings: Settings) -> float:
        made = [one.text for one in _translate(sources, settings)]
        return measure("chrf++", made, references).score().value

    base_score = score(quick)
    trained = train(
        marian_form(files),
        prepared.train,
        rehearsal,
        prepared.dev,
        work,
        lambda folder: score(_with_model(quick, folder)),
        options=options,
        english=_english(files),
        device=device,
        report=console.current().progress,
    )
    best = max(score for _, score in trained.scores)
    return (trained, base_score), (
        f"{trained.steps:,} of {trained.plan.steps:,} steps, the best after {trained.best:,}; "
        f"chrF++ of held-out sentences {base_score:.1f} before, {best:.1f} after; "
        f"{trained.share:.0%} of the change is kept"
    )


def _compare(
    prepared: Prepared, trained: Trained, settings: Settings
) -> tuple[tuple[BeforeAfter, BeforeAfter], str]:
    general = general_test()
    texts = (
        Text("held-out documents", *_sides(prepared.test), prepared.documents),
        Text("general text", *_sides(general)),
    )
    glossary = stages.glossary(settings)
    adapted = _with_model(settings, trained.folder)
    # one model after the other, so that they are not in memory together
    before = [_translate(text.sources, settings) for text in texts]
    after = [_translate(text.sources, adapted) for text in texts]
    domain, other = (
        before_after(text, base, new, glossary, workers=usable_cores())
        for text, base, new in zip(texts, before, after, strict=True)
    )
    gains = ", ".join(f"{one.text} BLEU {one.change('bleu').gain:+.1f}" for one in (domain, other))
    return (domain, other), gains


def _translate(texts: Sequence[str], settings: Settings) -> list[Translation]:
    """Translate without the memory: each model is used for a few texts, once."""
    return list(stages.translate_texts(texts, settings.model_copy(update={"memory": False})))


def _with_model(settings: Settings, folder: Path) -> Settings:
    return settings.model_copy(update={"model": str(folder)})


def _sides(pairs: Sequence[Pair]) -> tuple[list[str], list[str]]:
    return [source for source, _ in pairs], [target for _, target in pairs]


def _english(files: ModelFiles) -> bool:
    """Whether the model's output is restricted to English pieces."""
    from duizhao.models.weights.conversion import READY

    folder = files.folder if files.form == "ctranslate2" else files.folder / READY
    return has_english_output(folder)


def _device(wanted: str) -> str:
    """The device to train on; ModelSettingError if a GPU is requested and there is none."""
    import torch

    if wanted == "cuda" and not torch.cuda.is_available():
        raise ModelSettingError("device cuda: torch finds no GPU here; use cpu or auto")
    if wanted == "cpu":
        return "cpu"
    return "cuda" if torch.cuda.is_available() else "cpu"


def _fingerprint(prepared: Prepared, base: BaseModel, options: Options, device: str) -> str:
    """A hash of everything that determines the model, without the times of checkpoints."""
    values = asdict(replace(options, checkpoint_seconds=0.0))
    parts = [prepared.fingerprint(), base.hash, device, json.dumps(values, sort_keys=True)]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()
