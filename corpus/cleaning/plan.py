"""The table of steps, and plans, which are lists of steps.

To add a step, write its module and add one line to STEPS. The order is that of the default plan:
first the steps that look at single rows; boilerplate before duplicates, which would leave a copy.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from duizhao.corpus.cleaning import (
    boilerplate,
    characters,
    exact_duplicates,
    language,
    length,
    length_ratio,
    low_confidence,
    low_recognition,
    near_duplicates,
    numbers,
    untranslated,
)
from duizhao.corpus.cleaning.step import Step, Value
from duizhao.corpus.errors import InputError

STEPS: Mapping[str, Step] = {
    module.STEP.name: module.STEP
    for module in (
        language,
        untranslated,
        length_ratio,
        numbers,
        low_confidence,
        low_recognition,
        length,
        characters,
        boilerplate,
        exact_duplicates,
        near_duplicates,
    )
}


@dataclass(frozen=True, slots=True)
class Planned:
    """A step with all its parameters."""

    step: Step
    values: Mapping[str, Value]

    def __str__(self) -> str:
        values = ",".join(f"{name}={value}" for name, value in self.values.items())
        return f"{self.step.name}:{values}" if values else self.step.name


def planned(name: str, values: Mapping[str, str | Value] | None = None) -> Planned:
    """A step by name with some parameters set; InputError lists the existing ones."""
    step = STEPS.get(name)
    if step is None:
        raise InputError(f"unknown cleaning step {name!r}; use one of {', '.join(STEPS)}")
    known = {parameter.name: parameter for parameter in step.parameters}
    chosen: dict[str, Value] = {key: parameter.default for key, parameter in known.items()}
    for key, value in (values or {}).items():
        if key not in known:
            raise InputError(f"step {name} has no parameter {key!r}; it has {', '.join(known)}")
        try:
            chosen[key] = known[key].parse(value)
        except ValueError as error:
            raise InputError(f"step {name}: {error}") from error
    return Planned(step, chosen)


def default_plan() -> list[Planned]:
    """The steps of a batch by default."""
    return [planned(step.name) for step in STEPS.values() if step.by_default]


def parse_plan(texts: Iterable[str]) -> list[Planned]:
    """The steps, in order, from texts ``name`` or ``name:parameter=value,parameter=value``."""
    return [_parse(text) for text in texts]


def _parse(text: str) -> Planned:
    name, _, settings = text.partition(":")
    values: dict[str, str | Value] = {}
    for setting in filter(None, settings.split(",")):
        key, equals, value = setting.partition("=")
        if not equals:
            raise InputError(f"cleaning step {text!r}: write name:parameter=value,...")
        values[key.strip()] = value.strip()
    return planned(name.strip(), values)


def describe(plan: Sequence[Planned]) -> list[dict[str, object]]:
    """The plan as JSON, for the record of a run."""
    return [{"step": one.step.name, "parameters": dict(one.values)} for one in plan]
