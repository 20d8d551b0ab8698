"""A cleaning step: a name, declared parameters, and a check of rows.

A step is one module with one `STEP`. Its parameters are declared, so that help, docs and tests get
them from one place (as in OpusCleaner). A check returns None for a row that stays, and its
finding (numbers, the id of the duplicate) for a row that goes to the ledger.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, Protocol, runtime_checkable

from duizhao.corpus.bitext import Row

Value = float | int | str
Finding = Mapping[str, Any]


class Check(Protocol):
    """Judges row after row, in corpus order."""

    def judge(self, row: Row) -> Finding | None:
        """None to keep the row, otherwise the reason against it."""


@runtime_checkable
class LookingCheck(Check, Protocol):
    """A check that must have seen the whole corpus before it can judge.

    The corpus is read again for it. `look` and `judge` are called for the same rows in the
    same order, `settle` between the two.
    """

    def look(self, row: Row) -> None:
        """Record a row; store numbers rather than texts, as there may be millions of rows."""

    def settle(self) -> None:
        """Called after the last row."""


@dataclass(frozen=True, slots=True)
class RowCheck:
    """A check that looks at each row alone."""

    judge: Callable[[Row], Finding | None]


def by_row(judge: Callable[..., Finding | None]) -> Callable[..., Check]:
    """A function that starts a check, from a function of a row and the step's parameters."""
    return lambda **values: RowCheck(partial(judge, **values))


@dataclass(frozen=True, slots=True)
class Parameter:
    """A setting of a step; its type is that of its default, `low` and `high` are bounds."""

    name: str
    default: Value
    help: str
    low: float | None = None
    high: float | None = None
    choices: tuple[str, ...] = ()

    def parse(self, text: str | Value) -> Value:
        """A value from the command line or a file; ValueError explains what is wrong."""
        try:
            value: Value = type(self.default)(text)
        except ValueError as error:
            kind = {"int": "a whole number", "float": "a number"}[type(self.default).__name__]
            raise ValueError(f"{self.name} must be {kind}, not {text!r}") from error
        if self.choices and value not in self.choices:
            raise ValueError(f"{self.name} must be one of {', '.join(self.choices)}, not {text!r}")
        if not isinstance(value, str) and (
            (self.low is not None and value < self.low)
            or (self.high is not None and value > self.high)
        ):
            high = "" if self.high is None else f" and at most {self.high:g}"
            raise ValueError(f"{self.name} must be at least {self.low:g}{high}, not {text!r}")
        return value


@dataclass(frozen=True, slots=True)
class Step:
    """A cleaning step. `start` takes its parameters by name and returns a new check.

    Steps `by_default` are in the plan of a batch; the others are chosen by name.
    """

    name: str
    help: str
    start: Callable[..., Check]
    parameters: tuple[Parameter, ...] = ()
    by_default: bool = True
