"""How much a document may cost to read; beyond a limit it is refused with a message."""

from __future__ import annotations

from dataclasses import dataclass

from duizhao.corpus.errors import LimitError

MB = 2**20


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds on the reading of one document.

    The defaults leave room for large honest documents: reports of thousands of pages, Word files
    with hundreds of megabytes of pictures. The settings ``limit_*`` replace them.

    Attributes:
        file_bytes: size of the file.
        unpacked_bytes: bytes unpacked from an archive (Word, OpenDocument, EPUB), all members
            that are read taken together.
        members: number of files in an archive.
        pages: number of pages of a PDF.
        depth: nesting of elements, lists or quotations.
        seconds: time from the first byte to the last sentence.
        page_seconds: time added for each page that is recognised from its image.
        memory_bytes: memory of the process that reads the document, without what it needs to
            start.
    """

    file_bytes: int = 1024 * MB
    unpacked_bytes: int = 512 * MB
    members: int = 20_000
    pages: int = 20_000
    depth: int = 5_000
    seconds: float = 600.0
    page_seconds: float = 60.0
    memory_bytes: int = 3072 * MB


DEFAULT_LIMITS = Limits()


def out_of_memory(limits: Limits) -> LimitError:
    """The error for a document that needs too much memory, without the document's name."""
    return LimitError(
        f"reading it takes more than {limits.memory_bytes // MB} MB of memory; "
        f"{remedy('limit_memory_mb')}"
    )


def too_slow(limits: Limits) -> LimitError:
    """The error for a document that takes too long, without the document's name."""
    return LimitError(f"not read within {limits.seconds:g} s; {remedy('limit_seconds')}")


def too_deep(limits: Limits) -> LimitError:
    """The error for a document nested too deeply, without the document's name."""
    return LimitError(f"nested more than {limits.depth} levels deep; {remedy('limit_depth')}")


def remedy(setting: str) -> str:
    """What to do about a document that exceeds a limit: flows/settings.py has the settings."""
    return f"if the file is sound, raise {setting} in the settings"
