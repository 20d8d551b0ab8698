"""General text against forgetting: the base model's own translations of general sentences.

A model that is trained on one kind of text only becomes worse on all others. Its own translations
of general sentences, mixed into the training text, prevent this (Robins 1995; Freitag and
Al-Onaizan 2016 use an ensemble with the base model instead). The sentences were written for
duizhao. Others, with English versions written for duizhao, test a model on general text; they are
never used for training.
"""

from __future__ import annotations

from importlib import resources

from duizhao.models.training.examples import Pair


def general_sentences() -> list[str]:
    """Chinese sentences of many kinds, to be translated by the base model."""
    return _read("general.zh.txt")


def general_test() -> list[Pair]:
    """Other sentences of these kinds with human translations, to test general quality."""
    pairs = [line.split("\t") for line in _read("general.tsv")]
    return [(source, target) for source, target in pairs]


def _read(name: str) -> list[str]:
    file = resources.files("duizhao.models") / "data" / name
    return file.read_text(encoding="utf-8").splitlines()
