"""How much a document may cost to read; beyond a limit it is refused with a message."""

from __future__ import annotations

from dataclasses import dataclass

from duizhao.corpus.document import InputError

MB = 2**20


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds on the reading of one document.

    The defaults leave room for large honest documents: reports of thousands of pages, Word files
    with hundreds of megabytes of pictures.

    Attributes:
        file_bytes: size of the file.
        unpacked_bytes: bytes unpacked from an archive (Word, OpenDocument, EPUB), all members
            that are read taken together.
        members: number of files in an archive.
        pages: number of pages of a PDF.
        depth: nesting of elements, lists or quotations.
        seconds: time from the first byte to the last sentence.
        memory_bytes: memory of the process that reads the document, without what it needs to
            start.
    """

    file_bytes: int = 1024 * MB
    unpacked_bytes: int = 512 * MB
    members: int = 20_000
    pages: int = 20_000
    depth: int = 5_000
    seconds: float = 600.0
    memory_bytes: int = 3072 * MB


class LimitError(InputError):
    """Reading the document would exceed a limit; it is refused, and trying again does not help."""


class ReaderError(InputError):
    """A reader failed in a way that nobody foresaw: a fault of ours, reported in one line.

    `details` is the traceback in the process that read the document.
    """

    def __init__(self, message: str, details: str = "") -> None:
        super().__init__(message)
        self.details = details


def out_of_memory(limits: Limits) -> LimitError:
    """The error for a document that needs too much memory."""
    return LimitError(f"reading it takes more than {limits.memory_bytes // MB} MB of memory")


def too_deep(limits: Limits) -> LimitError:
    """The error for a document whose elements are nested too deeply."""
    return LimitError(f"nested more than {limits.depth} levels deep")
