"""Turn errors of Prefect and of its server into errors of duizhao."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterator

from duizhao.corpus.errors import ServiceError

BUSY = frozenset({429, 500, 502, 503, 504})
"""Status codes of an overloaded server: SQLite is locked, or a request took too long."""


def is_trouble(error: BaseException) -> bool:
    """Whether Prefect or its server is the cause."""
    return isinstance(error, kinds())


def is_busy(error: BaseException) -> bool:
    """Whether the server was only overloaded, so that a retry may succeed."""
    response = getattr(error, "response", None)
    return is_trouble(error) and getattr(response, "status_code", None) in BUSY


def described(error: BaseException) -> str:
    """The error in one line."""
    went_away = "Transport" in " ".join(kind.__name__ for kind in type(error).__mro__)
    what = "is overloaded" if is_busy(error) else "has ended" if went_away else "cannot continue"
    reason = " ".join(str(error).split())[:300]
    return f"the Prefect server {what} ({type(error).__name__}: {reason})"


@contextlib.contextmanager
def as_service_errors() -> Iterator[None]:
    """Turn errors of Prefect inside into a ServiceError."""
    try:
        yield
    except Exception as error:
        if not is_trouble(error):
            raise
        raise ServiceError(f"{described(error)}; run the same command again to continue") from error


def kinds() -> tuple[type[BaseException], ...]:
    """The classes of such errors, as far as their modules are loaded."""
    # not imported: a module that is not loaded has raised nothing
    httpx, exceptions = sys.modules.get("httpx"), sys.modules.get("prefect.exceptions")
    return (
        *((httpx.HTTPError,) if httpx else ()),
        *((exceptions.PrefectException,) if exceptions else ()),
    )
