"""Every error that duizhao raises on purpose, with its exit code and whether a retry may help.

                            exit code  retry
    DuizhaoError                1      never
    ├── InputError              2      never   a file, an option or a setting cannot be used
    │   ├── LimitError          2      never   reading the document would exceed a limit
    │   ├── OtherLanguage       2      never   the text is in the other one of the two languages
    │   ├── MissingFile         2      never   the file does not exist now
    │   ├── UnnamedPile         2      never   names do not show which documents belong together
    │   ├── ReaderError         1      never   a reader failed unexpectedly: a bug of duizhao
    │   └── UnreadableError     2      later   the disk or the network did not deliver the file
    ├── NotParallel             1      never   the two texts are not translations of each other
    ├── BrokenIdentity          1      never   a sentence would be lost or doubled: a bug of duizhao
    ├── EditError               1      never   an edit of a review cannot be applied
    ├── WrongState              1      never   the state of a studio's job has changed meanwhile
    ├── DownloadError           1      never   the server does not have the file
    ├── StorageError            1      soon    a disk or an object store cannot be used now
    ├── ServiceError            1      soon    a server or a cluster does not answer
    ├── FolderBusy              1      soon    another process is writing to the folder
    ├── DocumentsLeft           1      soon    a batch skipped documents; the next run tries again
    ├── DamagedOutcome          1      later   the stored outcome of a document cannot be read
    ├── BatchClosed             1      later   the batch is ending and starts nothing more
    ├── NotReady                1      later   a batch lacks what all its documents need
    └── ModelError              1      later   a model cannot do the requested work
        ├── WeightsError        1      later   the weights are damaged or cannot be fetched
        │   └── FetchError      1      soon    the download of the weights broke off
        ├── MissingPackage      1      later   an optional package is not installed
        ├── MemoryFileError     1      later   the translation memory cannot be used
        │   └── DamagedMemory   1      later   its file is damaged
        ├── ModelNameError      2      later   no such model
        ├── ModelSettingError   2      later   no such device, or a precision it does not support
        └── GlossaryError       2      later   the glossary cannot be used

The message is one line: what is wrong, where, and what to do about it. `exit_code`, `retry_of` and
`one_line` also accept errors of other libraries. No other module decides exit codes and retries.
"""

from __future__ import annotations

import contextlib
import errno
import sys
import traceback
from collections.abc import Iterator
from enum import Enum
from pathlib import Path
from typing import ClassVar

PACKAGE = Path(__file__).resolve().parent.parent

OF_THE_PATH = frozenset(
    {
        errno.ENOENT,
        errno.ENAMETOOLONG,
        errno.EINVAL,
        errno.ELOOP,
        errno.ENOTDIR,
        errno.EISDIR,
    }
)
"""Errors caused by the path itself: reading it again gives the same error."""

INTERRUPTED = 130
"""Exit code after Ctrl-C, as in a shell."""


class Retry(Enum):
    """Whether the same work may succeed on another try."""

    NEVER = "never"
    """The same input and options fail again: a document of a batch is recorded as failed."""
    LATER = "later"
    """Something other than the input has to change first; the document is left for the next run."""
    SOON = "soon"
    """It may succeed in seconds or minutes: flows retry by themselves."""


class DuizhaoError(Exception):
    """An error the user can fix; the message is one line: what is wrong, where, and the remedy."""

    exit_code: ClassVar[int] = 1
    retry: ClassVar[Retry] = Retry.NEVER
    blames_input: ClassVar[bool] = False
    """Whether the document itself is the cause, not the options, the machine or our code."""


class InputError(DuizhaoError):
    """The input cannot be used: an empty, damaged or unsuitable file, a wrong option or setting."""

    exit_code = 2
    blames_input = True


class LimitError(InputError):
    """Reading the document would exceed a limit of `duizhao.corpus.reading.bounds.limits`."""


class OtherLanguage(InputError):  # noqa: N818 - a property of the text
    """The text is Chinese where English was expected, or the other way round."""


class MissingFile(InputError):  # noqa: N818 - the name says enough
    """The file does not exist now: it was deleted, or its disk is not mounted."""

    blames_input = False


class UnnamedPile(InputError):  # noqa: N818 - a state of the folder
    """A folder of documents whose names do not show which belong together."""


class ReaderError(InputError):
    """A reader failed unexpectedly: a bug of duizhao, reported in one line.

    `details` is the traceback in the process that read the document.
    """

    exit_code = 1
    blames_input = False

    def __init__(self, message: str, details: str = "") -> None:
        super().__init__(message)
        self.details = details


class UnreadableError(InputError):
    """A file exists, but the disk or the network did not deliver it."""

    retry = Retry.LATER
    blames_input = False


class NotParallel(DuizhaoError):  # noqa: N818 - a verdict on the pair, not a failure
    """The two texts are not translations of each other.

    `figure` is the share of sentences (of the shorter side) that have a partner, from 0 to 1.
    """

    blames_input = True

    def __init__(self, message: str, figure: float) -> None:
        super().__init__(message)
        self.figure = figure


class BrokenIdentity(DuizhaoError):  # noqa: N818 - names the rule that is broken
    """A sentence would be lost or doubled: a bug of duizhao, raised before anything is written."""


class WrongState(DuizhaoError):  # noqa: N818 - the name says enough
    """The state of a studio's job has changed meanwhile, for instance in another browser tab."""


class EditError(DuizhaoError):
    """An edit of a review cannot be applied."""


class DownloadError(DuizhaoError):
    """The server does not have the file, or sent something else."""


class StorageError(DuizhaoError):
    """A disk or an object store cannot be used now; nothing is wrong with the documents."""

    retry = Retry.SOON


class ServiceError(DuizhaoError):
    """A server or a cluster does not answer, or refuses for now."""

    retry = Retry.SOON


class FolderBusy(DuizhaoError):  # noqa: N818 - a state, not a failure
    """Another process is writing to the folder."""

    retry = Retry.SOON


class DocumentsLeft(DuizhaoError):  # noqa: N818 - a state, not a failure
    """A batch skipped documents because of temporary errors; the next run tries them again."""

    retry = Retry.SOON


class DamagedOutcome(DuizhaoError):  # noqa: N818 - the name says enough
    """The stored outcome of a document cannot be read."""

    retry = Retry.LATER


class BatchClosed(DuizhaoError):  # noqa: N818 - a state, not a failure
    """The batch is ending: no further documents are started."""

    retry = Retry.LATER


class NotReady(DuizhaoError):  # noqa: N818 - a state, not a failure
    """Something that all documents of a batch need is missing; its corpus is unchanged.

    An instance has the exit code and retry of its cause, which a worker process reported.
    """

    retry = Retry.LATER

    def __init__(self, message: str, retry: Retry = Retry.LATER, exit_code: int = 1) -> None:
        super().__init__(message)
        vars(self).update(retry=retry, exit_code=exit_code)


class ModelError(DuizhaoError):
    """A model cannot do the requested work, for a reason other than the document."""

    retry = Retry.LATER


class WeightsError(ModelError):
    """The weights are damaged, are not the requested ones, or cannot be fetched."""


class FetchError(WeightsError):
    """The download of the weights broke off, or the server was busy."""

    retry = Retry.SOON


class MissingPackage(ModelError):  # noqa: N818 - the name says enough
    """An optional package is needed; the message says how to install it."""


class MemoryFileError(ModelError):
    """The file of the translation memory cannot be read or written."""


class DamagedMemory(MemoryFileError):  # noqa: N818 - the name says enough
    """The file of the translation memory is damaged; it can only be removed."""


class ModelNameError(ModelError):
    """There is no such model, or the folder does not contain one."""

    exit_code = 2


class ModelSettingError(ModelError):
    """There is no such device, or it does not support the numeric precision."""

    exit_code = 2


class GlossaryError(ModelError):
    """The glossary cannot be read or has no terms."""

    exit_code = 2


def unreadable(path: object, error: OSError) -> InputError:
    """The InputError for a file that cannot be read.

    >>> unreadable("a.txt", PermissionError(13, "Permission denied"))
    UnreadableError('a.txt: cannot be read: Permission denied')
    """
    of_the_path = error.errno is None or error.errno in OF_THE_PATH
    kind = InputError if of_the_path else UnreadableError
    return kind(f"{path}: cannot be read: {error.strerror or error}")


def blames_input(error: BaseException) -> bool:
    """Whether the document itself is the cause of the error."""
    return isinstance(error, DuizhaoError) and error.blames_input


@contextlib.contextmanager
def writing(path: object) -> Iterator[None]:
    """Turn an OSError into a StorageError that names the path, which "disk full" errors do not.

    >>> with writing("out/corpus.tmx"):
    ...     raise OSError(errno.ENOSPC, "No space left on device")
    Traceback (most recent call last):
    duizhao.corpus.errors.StorageError: out/corpus.tmx: cannot be written: No space left on device
    """
    try:
        yield
    except OSError as error:
        raise StorageError(f"{path}: cannot be written: {error.strerror or error}") from error


def is_expected(error: BaseException) -> bool:
    """Whether the message alone is enough for the user; any other error is a bug of duizhao."""
    return isinstance(error, (DuizhaoError, KeyboardInterrupt, *_resources()))


def exit_code(error: BaseException) -> int:
    """The exit code of a command that ends with this error."""
    if isinstance(error, KeyboardInterrupt):
        return INTERRUPTED
    return int(getattr(error, "exit_code", 1))


def retry_of(error: BaseException) -> Retry:
    """Whether the work may succeed on another try; for errors of any origin."""
    if isinstance(error, DuizhaoError):
        return error.retry
    if isinstance(error, OSError):  # a full disk, a network file system that went away ...
        return Retry.SOON
    return Retry.LATER if isinstance(error, _resources()) else Retry.NEVER


def one_line(error: BaseException) -> str:
    """The error in one line; for an unexpected one its type and its place in the code.

    >>> one_line(InputError("a.txt: the file is empty"))
    'a.txt: the file is empty'
    """
    if isinstance(error, KeyboardInterrupt):
        return "interrupted; run the same command again to continue"
    if is_expected(error):
        return str(error) or type(error).__name__
    words = str(error).strip().partition("\n")[0][:300]
    place = ""
    if frames := traceback.extract_tb(error.__traceback__):
        file = Path(frames[-1].filename)
        file = file.relative_to(PACKAGE) if file.is_relative_to(PACKAGE) else file
        place = f" ({file}:{frames[-1].lineno})"
    return f"unexpected, please report: {type(error).__name__}: {words}{place}"


def _resources() -> tuple[type[Exception], ...]:
    """Errors of the machine rather than of the work: disk, memory, database."""
    sqlite = sys.modules.get("sqlite3")  # absent if never imported
    return (OSError, MemoryError, *((sqlite.Error,) if sqlite else ()))
