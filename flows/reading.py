"""The first stage: a file becomes a document and a ledger, stored as a result."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from duizhao.corpus.document import Language, Side
from duizhao.corpus.errors import InputError
from duizhao.corpus.reading.bounds.limits import DEFAULT_LIMITS, Limits
from duizhao.corpus.reading.draft import Ocr, Progress
from duizhao.corpus.reading.scan.extra import installed
from duizhao.flows import results
from duizhao.flows.results import READ, Facts, Key, ReadResult
from duizhao.flows.storage import bytes_of
from duizhao.flows.terminal import console


@dataclass(frozen=True, slots=True)
class ReadOptions:
    """How documents are read (the settings of these names)."""

    ocr: Ocr = "auto"
    keep_contents: bool = False
    limits: Limits = DEFAULT_LIMITS


AS_USUAL = ReadOptions()


def read(
    path: str,
    language: Language,
    side: Side,
    document_id: str | None = None,
    how: ReadOptions = AS_USUAL,
) -> Key[ReadResult]:
    """Read and segment a file within the limits; InputError if it cannot be used."""
    show = console.current().progress

    def pages(done: int, total: int) -> None:
        show(f"page {done} of {total}", done, total)

    key = read_silently(path, language, side, document_id, how, progress=pages)
    _warn(key)
    return key


def read_silently(
    path: str,
    language: Language,
    side: Side,
    document_id: str | None = None,
    how: ReadOptions = AS_USUAL,
    *,
    progress: Progress | None = None,
) -> Key[ReadResult]:
    """As `read`, without messages on the console: for many documents at once."""
    data = bytes_of(path, how.limits)
    document_id = document_id or Path(path).stem
    digest = hashlib.sha256(data).hexdigest()
    key = READ.key(digest, str(path), language, side, document_id, *key_parts(how))

    def make(_facts: Facts) -> ReadResult:
        from duizhao.corpus.reading import read_bytes

        document, ledger = read_bytes(
            data,
            language,
            name=path,
            side=side,
            document_id=document_id,
            progress=progress,
            ocr=how.ocr,
            keep_contents=how.keep_contents,
            limits=how.limits,
        )
        document.check()
        if not document.sentences:
            raise InputError(f"{path}: contains no sentence")
        return ReadResult(document, tuple(ledger))

    return results.once(key, make, _is_whole)


def key_parts(how: ReadOptions) -> list[str]:
    """The parts of a reading's key that depend on the options.

    The same file read without recognition may be rejected or have fewer pages. Limits are not part
    of it: they determine whether a file is read, not how.
    """
    parts: list[str] = [how.ocr] if how.ocr != "auto" or installed() else []
    return [*parts, "contents"] if how.keep_contents else parts


def _warn(key: Key[ReadResult]) -> None:
    for warning in results.load(key).document.metadata.get("warnings", ()):
        _warn_once(warning)


def _is_whole(result: ReadResult) -> bool:
    result.document.check()
    return bool(result.document.sentences)


@cache
def _warn_once(warning: str) -> None:
    console.current().note(f"warning: {warning}")
