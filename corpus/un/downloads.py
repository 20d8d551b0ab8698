"""Robust downloads: retries with back-off, Retry-After, resuming, a polite rate.

The retry loop does not use a library: a wait that the server requests replaces the back-off and may
end the attempts, which takes as many lines with tenacity or stamina.
"""

from __future__ import annotations

import email.utils
import io
import json
import re
import time
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

from duizhao.corpus.errors import DownloadError, InputError, ServiceError

if TYPE_CHECKING:
    import httpx

Progress = Callable[[str, int, int | None], None]

AGENT = "duizhao (parallel corpus builder; one request a second)"
ATTEMPTS = 5
FIRST_WAIT = 1.0
LONGEST_WAIT = 120.0
SIZE_LIMIT = 500 * 2**20
# status codes after which the same request may succeed
AGAIN = frozenset({408, 425, 429, 500, 502, 503, 504})


class _TryAgainError(Exception):
    """The attempt failed, but another one may succeed."""

    def __init__(self, reason: str, wait: float | None = None) -> None:
        super().__init__(reason)
        self.wait = wait


@dataclass(frozen=True, slots=True)
class Download:
    """A finished download: the file `part`, and the final `address` after redirects."""

    part: Path
    address: str
    modified: str | None


class Downloader:
    """Fetches files one after another, at a limited number of requests per second."""

    def __init__(
        self,
        *,
        client: httpx.Client | None = None,
        requests_per_second: float = 1.0,
        progress: Progress | None = None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        import httpx

        self._own = client is None
        self._client = client or httpx.Client(
            follow_redirects=True, timeout=httpx.Timeout(60, connect=20)
        )
        self._interval = 1 / requests_per_second if requests_per_second > 0 else 0.0
        self._progress = progress
        self._sleep = sleep
        self._last = float("-inf")

    def __enter__(self) -> Downloader:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._own:
            self._client.close()

    def fetch(self, url: str, path: Path, *, label: str) -> Download:
        """Fetch to ``path.part``; DownloadError if the server does not have it."""
        import httpx

        reason = ""
        for attempt in range(ATTEMPTS):
            self._wait_turn()
            try:
                return self._attempt(url, path, label)
            except httpx.InvalidURL as error:
                raise InputError(f"{url}: not a valid address ({error})") from None
            except httpx.TooManyRedirects:
                raise DownloadError("too many redirects") from None
            except httpx.ConnectError as error:
                reason, wait = f"cannot connect ({error})", None
            except httpx.TransportError as error:
                reason, wait = str(error) or type(error).__name__, None
            except _TryAgainError as error:
                reason, wait = str(error), error.wait
            if wait is not None and wait > LONGEST_WAIT:
                raise ServiceError(
                    f"{label}: the server requests a wait of {wait:.0f} s ({reason}); run the same "
                    "command later to continue"
                )
            if attempt + 1 < ATTEMPTS:
                self._sleep(wait if wait is not None else min(FIRST_WAIT * 2**attempt, 30.0))
        raise ServiceError(
            f"{label}: not fetched from {_host(url)} after {ATTEMPTS} attempts: {reason}; run the "
            "same command again to continue"
        )

    def _wait_turn(self) -> None:
        now = time.monotonic()
        if (left := self._last + self._interval - now) > 0:
            self._sleep(left)
        self._last = time.monotonic()

    def _attempt(self, url: str, path: Path, label: str) -> Download:
        part, note = path.with_name(f"{path.name}.part"), path.with_name(f"{path.name}.part.json")
        start, headers = _resume(part, note, url)
        with self._client.stream(
            "GET", url, headers={"User-Agent": AGENT, "Accept-Encoding": "identity", **headers}
        ) as answer:
            if answer.status_code == 416 and start:
                part.unlink(missing_ok=True)
                raise _TryAgainError("the server cannot resume the last attempt", 0.0)
            _check_status(answer)
            start = _start_of(answer, start)
            total = _total(answer, start)
            validator = answer.headers.get("etag") or answer.headers.get("last-modified")
            _write_note(note, url, validator, total)
            self._receive(answer, part, start, total, label)
            address, modified = str(answer.url), answer.headers.get("last-modified")
        size = part.stat().st_size
        if total is not None and size < total:
            raise _TryAgainError(f"cut short: {size} of {total} bytes")
        note.unlink(missing_ok=True)
        return Download(part, address, modified)

    def _receive(
        self, answer: httpx.Response, part: Path, start: int, total: int | None, label: str
    ) -> None:
        done = start
        with part.open("ab" if start else "wb") as file:
            for piece in answer.iter_raw():
                file.write(piece)
                done += len(piece)
                if self._progress:
                    self._progress(label, done, total)
                if done > SIZE_LIMIT:
                    raise DownloadError(f"more than {SIZE_LIMIT // 2**20} MB")


def _resume(part: Path, note: Path, url: str) -> tuple[int, dict[str, str]]:
    """The size fetched so far, and the headers that request the rest of the same file."""
    try:
        known = json.loads(note.read_text(encoding="utf-8"))
        size = part.stat().st_size
    except (OSError, ValueError):
        return 0, {}
    validator = known.get("validator")
    if not size or known.get("url") != url or not validator or validator.startswith("W/"):
        return 0, {}
    return size, {"Range": f"bytes={size}-", "If-Range": validator}


def _write_note(note: Path, url: str, validator: str | None, total: int | None) -> None:
    note.write_text(json.dumps({"url": url, "validator": validator, "total": total}))


def _check_status(answer: httpx.Response) -> None:
    status = answer.status_code
    if status in AGAIN:
        raise _TryAgainError(f"HTTP {status}", _retry_after(answer.headers.get("retry-after")))
    if status in (404, 410):
        raise DownloadError(f"not found (HTTP {status})")
    if status in (401, 403):
        raise DownloadError(f"refused by the server (HTTP {status})")
    if status >= 400:
        raise DownloadError(f"HTTP {status}")
    if status == 204:
        raise DownloadError("the server sent nothing (HTTP 204)")


def _retry_after(value: str | None) -> float | None:
    """Seconds of a Retry-After header, which has seconds or a date."""
    if not value:
        return None
    if value.strip().isdigit():
        return float(value)
    try:
        return max(0.0, email.utils.parsedate_to_datetime(value).timestamp() - time.time())
    except ValueError:
        return None


def _start_of(answer: httpx.Response, wanted: int) -> int:
    """The byte at which the body begins: 0 if the server sends the whole file again."""
    if answer.status_code != 206:
        return 0
    match = re.match(r"bytes (\d+)-", answer.headers.get("content-range", ""))
    if not match or int(match[1]) != wanted:
        raise _TryAgainError("the server sent a different part of the file than requested")
    return wanted


def _total(answer: httpx.Response, start: int) -> int | None:
    if match := re.search(r"/(\d+)$", answer.headers.get("content-range", "")):
        return int(match[1])
    length = answer.headers.get("content-length", "")
    return start + int(length) if length.isdigit() else None


def _host(url: str) -> str:
    return re.sub(r"^\w+://([^/?]+).*", r"\1", url)


def check_content(path: Path, format: str) -> None:
    """DownloadError unless the file is complete and has this format."""
    data = path.read_bytes()
    if not data.strip():
        raise DownloadError("the server sent an empty file")
    start = data[:4096].lstrip().lower()
    if start.startswith((b"<!doctype html", b"<html")) or b"<html" in start[:1024]:
        title = re.search(rb"<title[^>]*>(.*?)</title>", data[:65536], re.DOTALL | re.IGNORECASE)
        name = " ".join(title[1].decode("utf-8", "replace").split())[:80] if title else ""
        raise DownloadError(
            f"the server sent a web page instead of the file{f' ({name!r})' if name else ''}"
        )
    if format == "pdf":
        if b"%PDF-" not in data[:1024]:
            raise DownloadError("not a PDF")
        if b"%%EOF" not in data[-2048:]:
            raise DownloadError("the PDF is cut short (its end is missing)")
    elif format == "docx":
        _check_docx(data)
    elif format == "doc" and not data.startswith(b"\xd0\xcf\x11\xe0"):
        raise DownloadError("not a Word file")


def _check_docx(data: bytes) -> None:
    if not data.startswith(b"PK"):
        raise DownloadError("not a Word file")
    try:
        names = zipfile.ZipFile(io.BytesIO(data)).namelist()
    except (zipfile.BadZipFile, OSError, ValueError):
        raise DownloadError("the Word file is cut short") from None
    if "word/document.xml" not in names:
        raise DownloadError("a zip archive, but not a Word file")
