"""General text against forgetting: the base model's own translations of sentences of ours.

A model that is trained on one kind of text only gets worse at all others. Mixed in, its own
translations of general sentences hold it where it was (Robins 1995; Freitag and Al-Onaizan 2016
use an ensemble with the base model instead). The sentences were written for duizhao. Others, with
our English versions, test how good a model is at general text; they are never trained on.
"""

from __future__ import annotations

from importlib import resources

from duizhao.models.training.examples import Pair


def general_sentences() -> list[str]:
    """Chinese sentences of many kinds, to be translated by the base model."""
    return _read("general.zh.txt")


def general_test() -> list[Pair]:
    """Other sentences of these kinds with our translations, to test general quality."""
    pairs = [line.split("\t") for line in _read("general.tsv")]
    return [(source, target) for source, target in pairs]


def _read(name: str) -> list[str]:
    file = resources.files("duizhao.models") / "data" / name
    return file.read_text(encoding="utf-8").splitlines()
