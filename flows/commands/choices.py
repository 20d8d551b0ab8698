"""Options that take several names from a list: repeated, or separated by commas."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from enum import StrEnum

import typer


def metavar(kind: type[StrEnum]) -> str:
    """The placeholder shown in the help: ``bleu|chrf++|ter,...``."""
    return f"{'|'.join(kind)},..."


def names(kind: type[StrEnum]) -> Callable[[Sequence[str] | None], list[str] | None]:
    """The option's callback: it returns each name once, in order, or None if there are none.

    >>> names(Metric)(["bleu,ter", "bleu"])
    ['bleu', 'ter']
    """

    def checked(values: Sequence[str] | None) -> list[str] | None:
        given = [name.strip() for value in values or () for name in value.split(",")]
        for name in given:
            if name not in set(kind):
                raise typer.BadParameter(f"{name!r} is not one of {', '.join(kind)}")
        return list(dict.fromkeys(given)) or None

    return checked
