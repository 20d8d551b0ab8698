"""The model that is adapted: its name, licence and attribution."""

from __future__ import annotations

import json

from duizhao.evaluation.adaptation.card import BaseModel
from duizhao.models.weights.default import CREDIT, DEFAULT_MODEL
from duizhao.models.weights.locate import ModelFiles

LICENCE = "cc-by-4.0"
"""That of the default model."""


def base_model(files: ModelFiles) -> BaseModel:
    """The facts about a model; an adapted one has the licence and attribution of its base."""
    if files.name == DEFAULT_MODEL:
        return BaseModel(DEFAULT_MODEL, files.hash, LICENCE, CREDIT)
    record = files.folder / "adapt.json"
    if record.is_file():
        base = json.loads(record.read_text("utf-8"))["base"]
        credit = f"{files.public_name}, adapted from {base['name']}: {base['credit']}"
        return BaseModel(files.public_name, files.hash, base["licence"], credit)
    return BaseModel(files.public_name, files.hash, "", "")
