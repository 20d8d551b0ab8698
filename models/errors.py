"""What can go wrong with a model, in one line that says the way out.

ModelError (exit code 1)
├── WeightsError      the weights cannot be fetched or are damaged
├── MissingPackage    an optional package (torch) is not installed
├── MemoryFileError   the translation memory cannot be read or written
└── ModelNameError    no such model, or a folder that holds none (wrong usage: exit code 2)
"""

from __future__ import annotations


class ModelError(Exception):
    """A model cannot do what was asked; the message says what, where and the way out."""

    exit_code = 1


class WeightsError(ModelError):
    """The weights cannot be fetched, or what was fetched is not what was asked for.

    `passing`: another try may well go better (a broken download, a server that was busy).
    """

    def __init__(self, message: str, *, passing: bool = False) -> None:
        super().__init__(message)
        self.passing = passing


class MissingPackage(ModelError):  # noqa: N818 - reads as what it is
    """An optional package is needed; the message says how to install it."""


class MemoryFileError(ModelError):
    """The translation memory's file cannot be used."""


class ModelNameError(ModelError):
    """The model named on the command line or in the settings does not exist."""

    exit_code = 2
