"""One hierarchy of errors, and one module that decides exit codes and retries."""

from __future__ import annotations

import errno
import re
import sqlite3

import pytest

from duizhao.corpus import errors
from duizhao.corpus.errors import (
    DuizhaoError,
    InputError,
    ModelNameError,
    Retry,
    UnreadableError,
    exit_code,
    is_expected,
    one_line,
    retry_of,
    unreadable,
)

pytestmark = pytest.mark.unit

LINE = re.compile(r"^    ([│├└─ ]*)(\w+)  +([012])  +(never|later|soon)\b")


def classes_below(root: type[DuizhaoError]) -> dict[str, type[DuizhaoError]]:
    found = {root.__name__: root}
    for one in root.__subclasses__():
        found |= classes_below(one)
    return found


def test_the_tree_in_the_docstring_is_the_tree_of_the_classes() -> None:
    drawn: dict[str, tuple[str, int, str]] = {}
    path: list[str] = []
    for line in (errors.__doc__ or "").splitlines():
        if match := LINE.match(line):
            path = [*path[: len(match[1]) // 4], match[2]]
            parent = path[-2] if len(path) > 1 else "Exception"
            drawn[match[2]] = (parent, int(match[3]), match[4])
    here = {
        name: (one.__bases__[0].__name__, one.exit_code, one.retry.value)
        for name, one in classes_below(DuizhaoError).items()
        if one.__module__ == errors.__name__
    }
    assert drawn == here


def test_every_error_of_ours_is_defined_in_one_module() -> None:
    import importlib
    import pkgutil

    import duizhao.corpus
    import duizhao.evaluation
    import duizhao.flows
    import duizhao.models

    for package in (duizhao.corpus, duizhao.evaluation, duizhao.flows, duizhao.models):
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if not re.search(r"benchmarks|comet_runner|clusters", module.name):
                importlib.import_module(module.name)
    elsewhere = [
        name
        for name, one in classes_below(DuizhaoError).items()
        if one.__module__.startswith("duizhao.") and one.__module__ != errors.__name__
    ]
    assert elsewhere == []


@pytest.mark.parametrize(
    ("error", "code", "retry", "expected"),
    [
        (DuizhaoError("no"), 1, Retry.NEVER, True),
        (InputError("no"), 2, Retry.NEVER, True),
        (ModelNameError("no"), 2, Retry.LATER, True),
        (OSError(errno.ENOSPC, "full"), 1, Retry.SOON, True),
        (sqlite3.OperationalError("locked"), 1, Retry.LATER, True),
        (MemoryError(), 1, Retry.LATER, True),
        (KeyError("row"), 1, Retry.NEVER, False),
        (KeyboardInterrupt(), 130, Retry.NEVER, True),
    ],
)
def test_exit_code_and_retry_of_errors_of_any_origin(
    error: BaseException, code: int, retry: Retry, expected: bool
) -> None:
    assert (exit_code(error), retry_of(error), is_expected(error)) == (code, retry, expected)
    assert "\n" not in one_line(error)


def test_a_missing_file_is_the_fault_of_its_path_and_a_broken_disk_is_not() -> None:
    missing = unreadable("a.txt", FileNotFoundError(errno.ENOENT, "No such file or directory"))
    broken = unreadable("a.txt", OSError(errno.EIO, "Input/output error"))
    assert (type(missing), retry_of(missing)) == (InputError, Retry.NEVER)
    assert (type(broken), retry_of(broken)) == (UnreadableError, Retry.LATER)
    assert str(broken) == "a.txt: cannot be read: Input/output error"


def test_an_unexpected_error_names_its_place() -> None:
    try:
        {}["row"]
    except KeyError as error:
        line = one_line(error)
    assert re.fullmatch(
        r"unexpected, please report: KeyError: 'row' \(tests/corpus/test_errors\.py:\d+\)", line
    )
