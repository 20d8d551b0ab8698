"""Training: batches, gradients, and the same bits after a kill."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from itertools import islice
from pathlib import Path

import pytest

from duizhao.corpus.errors import ModelError
from duizhao.models.training.blend import least_share
from duizhao.models.training.checkpoint import load
from duizhao.models.training.examples import IGNORED, Encoder, batches
from duizhao.models.training.export import export
from duizhao.models.training.loop import (
    BEST,
    CANDIDATE,
    CHECKPOINT,
    PLAN,
    _best,
    _is_over,
)
from duizhao.models.training.plan import Options, rate
from duizhao.models.training.rehearsal import general_sentences, general_test
from duizhao.models.training.state import TrainingState
from duizhao.models.translation.engine import Decoding
from duizhao.models.translation.load import load_engine
from duizhao.models.weights.locate import locate
from duizhao.models.weights.to_marian import marian_form
from tests.models.training.small import STEPS, train_tiny
from tests.support.paths import ROOT
from tests.support.tiny_model import make_tiny_model

pytest.importorskip("torch")

pytestmark = pytest.mark.model


def test_an_epoch_has_every_pair_once_and_a_share_of_the_rehearsal() -> None:
    domain, rehearsal = [5, 9, 30, 12, 7, 8, 21, 3], [6, 6, 6, 6]
    order = batches(domain, rehearsal, share=0.25, tokens=40, seed=1)
    epochs: list[list[int]] = [[]]
    rehearsed: list[set[int]] = []
    for batch in islice(order, 40):
        assert max([*domain, *rehearsal][place] for place in batch) * len(batch) <= 40
        epochs[-1] += batch
        if len(epochs[-1]) == 10:
            assert sorted(place for place in epochs[-1] if place < 8) == list(range(8))
            rehearsed.append({place for place in epochs[-1] if place >= 8})
            epochs.append([])
    assert rehearsed[:2] == [{8, 9}, {10, 11}]
    again = batches(domain, rehearsal, share=0.25, tokens=40, seed=1)
    assert list(islice(again, 40))[7:9] == list(
        islice(batches(domain, rehearsal, share=0.25, tokens=40, seed=1), 7, 9)
    )


def test_the_learning_rate_rises_and_falls_to_nothing() -> None:
    rates = [rate(step, 20, 0.1) for step in range(20)]
    assert rates[:3] == [0.5, 1.0, 1.0]
    assert rates[3:] == sorted(rates[3:], reverse=True)
    assert 0 < rates[-1] < 0.1


def test_training_ends_after_evaluations_without_progress() -> None:
    scores = [(10, 50.0), (20, 51.0), (30, 50.5), (40, 51.0)]
    assert _best(scores) == 20
    assert not _is_over(scores[:3], 2)
    assert _is_over(scores, 2)


def test_pairs_longer_than_the_model_takes_are_left_out(tmp_path: Path) -> None:
    encoder = Encoder(make_tiny_model(tmp_path), english=False)
    assert len(encoder.encode([("报告", "report of " * 8), ("报告", "report of " * 20)])) == 1


def test_the_least_share_with_most_of_the_gain_is_kept() -> None:
    assert least_share({0.0: 2.0, 0.25: 1.98, 0.5: 1.965, 0.75: 1.962, 1.0: 1.97}) == 0.5
    assert least_share({0.0: 2.0, 0.25: 1.9, 0.5: 1.8, 0.75: 1.7, 1.0: 1.6}) == 1.0
    assert least_share({0.0: 2.0, 0.25: 2.1, 0.5: 2.2, 0.75: 2.3, 1.0: 2.4}) == 0.25


def test_the_general_sentences_and_the_general_test_share_nothing() -> None:
    sentences, pairs = general_sentences(), general_test()
    assert len(sentences) >= 200
    assert len(pairs) >= 100
    assert len(set(sentences)) == len(sentences)
    assert not set(sentences) & {source for source, _ in pairs}


@pytest.mark.parametrize("content", [b"", bytes(2000), b"garbage" * 100, b"PK\x03\x04"])
def test_a_damaged_checkpoint_is_named(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / CHECKPOINT
    path.write_bytes(content)
    with pytest.raises(ModelError, match=r"is damaged .*; remove it to start again"):
        load(path, "cpu")


def test_a_target_piece_that_the_model_cannot_output_is_not_learned() -> None:
    encoder = Encoder(marian_form(locate()), english=True)
    (example,) = encoder.encode([("他去了北京。", "He went to 北京 (Beijing).")])
    assert len(example.labels) == len(example.target)
    assert IGNORED in example.labels
    assert all(0 <= label < len(encoder.rows) for label in example.labels if label != IGNORED)
    learned = [encoder.rows[label] for label in example.labels if label != IGNORED]
    assert learned == [
        number
        for number, label in zip(example.target, example.labels, strict=True)
        if label != IGNORED
    ]


def test_a_killed_training_goes_on_and_gives_the_same_bits(tmp_path: Path) -> None:
    (tmp_path / "tiny").mkdir()
    base = make_tiny_model(tmp_path / "tiny")
    undisturbed, killed = tmp_path / "undisturbed", tmp_path / "killed"
    trained = train_tiny(base, undisturbed, lambda folder: 1.0)
    assert trained.steps == STEPS
    assert trained.best == STEPS // 2, "the first one of equals"

    process = subprocess.Popen(
        [sys.executable, "-m", "tests.models.training.kill_me", str(base), str(killed)],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    while not (killed / CANDIDATE).is_dir():
        assert process.poll() is None, "the training ended before it could be killed"
        time.sleep(0.02)
    process.kill()
    process.wait()
    saved = load(killed / CHECKPOINT, "cpu")
    assert saved is not None
    assert saved.step == STEPS // 2 - 1
    assert not (killed / BEST).exists()

    again = train_tiny(base, killed, lambda folder: 1.0)
    assert json.loads((killed / PLAN).read_text()) == json.loads((undisturbed / PLAN).read_text())
    assert again.scores == trained.scores
    for name in ("model.safetensors", "ctranslate2/model.bin", "config.json", "vocab.json"):
        assert (again.folder / name).read_bytes() == (trained.folder / name).read_bytes(), name
    one, other = (load(work / CHECKPOINT, "cpu") for work in (undisturbed, killed))
    assert one is not None
    assert other is not None
    assert one.step == other.step == STEPS
    assert all(one.weights[name].equal(other.weights[name]) for name in one.weights)


def test_a_trained_model_is_used_like_any_other_and_int8_keeps_what_it_has_learned(
    tmp_path: Path,
) -> None:
    """The weights move by less than half a step of the grid of the base's int8 weights."""
    pairs = general_test()[:12]
    base_folder, folder = marian_form(locate()), tmp_path / "model"
    encoder = Encoder(base_folder, english=True)
    examples = encoder.encode(pairs)
    state = TrainingState(base_folder, encoder, examples, Options(), "cpu")
    before_training = state.loss(examples)
    for step in range(3):
        state.step(step, range(len(examples)), 4)
    assert state.loss(examples) < before_training
    export(state.model, base_folder, folder, english=True)
    source, target = pairs[0]
    own, base = load_engine(str(folder)), load_engine()
    assert own.compute_type == base.compute_type
    (after,), (before,) = (engine.score([source], [target]) for engine in (own, base))
    (exact,) = load_engine(str(folder), "transformers").score([source], [target])
    gain = exact.log_probability - before.log_probability
    assert gain > 1
    assert after.log_probability - before.log_probability > 0.6 * gain
    assert own.translate([source], Decoding(beam=1))[0].text
