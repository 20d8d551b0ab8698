"""`duizhao fetch` with a local server in place of the UN's Official Document System."""

from __future__ import annotations

import io
import json
import threading
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from duizhao.corpus.errors import DuizhaoError, InputError
from duizhao.corpus.un.fetch import fetch_document, is_symbol
from tests.support.cli import Cli

pytestmark = pytest.mark.unit

PDF = b"%PDF-1.7\n" + b"x" * 200_000 + b"\n%%EOF\n"
ERROR_PAGE = b"<!DOCTYPE html><html><head><title>Document not found</title></head><body>no</body>"


def docx() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("word/document.xml", "<document/>")
    return buffer.getvalue()


@dataclass
class Ods:
    """The server's answers by (language, format), and the requests it received."""

    address: str = ""
    plans: dict[tuple[str, str], list[Any]] = field(default_factory=dict)
    requests: list[dict[str, str]] = field(default_factory=list)

    def next_plan(self, language: str, format: str) -> Any:
        plans = self.plans.get((language, format), [404])
        return plans.pop(0) if len(plans) > 1 else plans[0]


@pytest.fixture
def ods() -> Iterator[Ods]:
    """A running server; an answer is a status, bytes, or (kind, value)."""
    state = Ods()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *args: Any) -> None:
            pass

        def do_GET(self) -> None:
            query = {key: value[0] for key, value in parse_qs(urlsplit(self.path).query).items()}
            state.requests.append({**query, "range": self.headers.get("Range", "")})
            plan = state.next_plan(query["l"], query["t"])
            if isinstance(plan, int):
                self.answer(plan, b"")
            elif isinstance(plan, bytes):
                self.file(plan)
            elif plan[0] == "wait":
                self.answer(429, b"", {"Retry-After": str(plan[1])})
            elif plan[0] == "page":
                self.answer(200, plan[1], {"Content-Type": "text/html"})
            elif plan[0] == "cut":
                # the line breaks in the middle of the body
                self.send_response(200)
                self.send_header("Content-Length", str(len(plan[1])))
                self.send_header("ETag", '"1"')
                self.end_headers()
                self.wfile.write(plan[1][: len(plan[1]) // 2])
                self.close_connection = True
            elif plan[0] == "short":
                # whole by its length, but a file that was cut on the server
                self.answer(200, plan[1][: len(plan[1]) // 2])
            elif plan[0] == "redirect":
                self.answer(302, b"", {"Location": plan[1]})

        def file(self, data: bytes) -> None:
            wanted = self.headers.get("Range", "")
            headers = {"ETag": '"1"', "Last-Modified": "Mon, 08 Feb 2021 00:00:00 GMT"}
            if wanted and self.headers.get("If-Range") == '"1"':
                start = int(wanted.removeprefix("bytes=").rstrip("-"))
                headers["Content-Range"] = f"bytes {start}-{len(data) - 1}/{len(data)}"
                self.answer(206, data[start:], headers)
            else:
                self.answer(200, data, headers)

        def answer(self, status: int, data: bytes, headers: dict[str, str] | None = None) -> None:
            self.send_response(status)
            for name, value in (headers or {}).items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    state.address = (
        f"http://127.0.0.1:{server.server_port}/access?s={{symbol}}&l={{language}}&t={{format}}"
    )
    yield state
    server.shutdown()
    server.server_close()


@dataclass
class Clock:
    """Records waits without waiting."""

    waits: list[float] = field(default_factory=list)

    def sleep(self, seconds: float) -> None:
        self.waits.append(seconds)


def get(ods: Ods, out: Path, clock: Clock | None = None, **options: Any) -> Any:
    options.setdefault("requests_per_second", 0)
    return fetch_document(
        "S/2021/130",
        out=out,
        address=ods.address,
        sleep=(clock or Clock()).sleep,
        **options,
    )


def test_both_languages_in_both_formats_with_their_source(ods: Ods, tmp_path: Path) -> None:
    for language in ("zh", "en"):
        ods.plans[language, "docx"] = [docx()]
        ods.plans[language, "pdf"] = [PDF]
    fetched = get(ods, tmp_path)
    folder = tmp_path / "S_2021_130"
    assert {path.name for path in folder.iterdir()} == {
        "zh.docx", "zh.pdf", "en.docx", "en.pdf", "source.json",
    }  # fmt: skip
    assert fetched.path("zh") == folder / "zh.docx"
    assert ods.requests[0]["s"] == "S/2021/130"
    source = json.loads((folder / "source.json").read_text())
    entry = next(each for each in source["files"] if each["file"] == "en.pdf")
    assert entry["size"] == len(PDF)
    assert len(entry["sha256"]) == 64
    assert entry["modified"] == "Mon, 08 Feb 2021 00:00:00 GMT"
    assert "ST/AI/189" in source["licence"]


def test_what_is_there_is_not_fetched_again_unless_it_changed(ods: Ods, tmp_path: Path) -> None:
    ods.plans["zh", "pdf"] = [PDF]
    get(ods, tmp_path, languages=["zh"], formats=["pdf"])
    get(ods, tmp_path, languages=["zh"], formats=["pdf"])
    assert len(ods.requests) == 1
    (tmp_path / "S_2021_130" / "zh.pdf").write_bytes(b"%PDF- changed")
    get(ods, tmp_path, languages=["zh"], formats=["pdf"])
    assert (tmp_path / "S_2021_130" / "zh.pdf").read_bytes() == PDF


def test_a_missing_language_is_reported(ods: Ods, tmp_path: Path) -> None:
    ods.plans["en", "pdf"] = [PDF]
    fetched = get(ods, tmp_path, formats=["pdf"])
    assert [(each.language, each.reason) for each in fetched.missing] == [
        ("zh", "not found (HTTP 404)")
    ]
    with pytest.raises(DuizhaoError, match="no Chinese text available"):
        fetched.path("zh")


def test_a_web_page_in_place_of_a_file_is_not_kept(ods: Ods, tmp_path: Path) -> None:
    ods.plans["zh", "pdf"] = [("page", ERROR_PAGE)]
    fetched = get(ods, tmp_path, languages=["zh"], formats=["pdf"])
    assert "a web page instead of the file ('Document not found')" in fetched.missing[0].reason
    assert not list((tmp_path / "S_2021_130").glob("zh.pdf*"))


def test_a_truncated_file_on_the_server_is_reported(ods: Ods, tmp_path: Path) -> None:
    ods.plans["zh", "pdf"] = [("short", PDF)]
    ods.plans["zh", "docx"] = [("short", docx())]
    fetched = get(ods, tmp_path, languages=["zh"])
    assert [each.reason for each in fetched.missing] == [
        "the Word file is cut short",
        "the PDF is cut short (its end is missing)",
    ]


def test_a_broken_line_goes_on_where_it_broke(ods: Ods, tmp_path: Path) -> None:
    ods.plans["zh", "pdf"] = [("cut", PDF), PDF]
    fetched = get(ods, tmp_path, languages=["zh"], formats=["pdf"])
    assert fetched.path("zh").read_bytes() == PDF
    start = int(ods.requests[1]["range"].removeprefix("bytes=").rstrip("-"))
    assert 0 < start <= len(PDF) // 2


def test_an_interrupted_run_goes_on_in_the_next_one(ods: Ods, tmp_path: Path) -> None:
    ods.plans["zh", "pdf"] = [("cut", PDF)] * 6
    with pytest.raises(DuizhaoError, match="run the same command again"):
        get(ods, tmp_path, languages=["zh"], formats=["pdf"])
    ods.plans["zh", "pdf"] = [PDF]
    get(ods, tmp_path, languages=["zh"], formats=["pdf"])
    assert ods.requests[-1]["range"].startswith("bytes=")
    assert (tmp_path / "S_2021_130" / "zh.pdf").read_bytes() == PDF


def test_the_wait_that_the_server_requests_is_respected(ods: Ods, tmp_path: Path) -> None:
    ods.plans["zh", "pdf"] = [("wait", 7), 503, PDF]
    clock = Clock()
    get(ods, tmp_path, clock, languages=["zh"], formats=["pdf"])
    assert clock.waits == [7, 2.0]


def test_a_requested_wait_of_an_hour_ends_the_attempts(ods: Ods, tmp_path: Path) -> None:
    ods.plans["zh", "pdf"] = [("wait", 3600)]
    with pytest.raises(DuizhaoError, match="requests a wait of 3600 s"):
        get(ods, tmp_path, languages=["zh"], formats=["pdf"])


def test_a_server_that_only_fails_is_given_up(ods: Ods, tmp_path: Path) -> None:
    ods.plans["zh", "pdf"] = [500]
    clock = Clock()
    with pytest.raises(DuizhaoError, match="after 5 attempts: HTTP 500"):
        get(ods, tmp_path, clock, languages=["zh"], formats=["pdf"])
    assert clock.waits == [1.0, 2.0, 4.0, 8.0]


def test_requests_keep_their_distance(ods: Ods, tmp_path: Path) -> None:
    ods.plans["zh", "pdf"] = [PDF]
    clock = Clock()
    get(ods, tmp_path, clock, requests_per_second=0.001)
    assert len(clock.waits) == 3
    assert all(900 < wait <= 1000 for wait in clock.waits)


def test_no_server_at_all(tmp_path: Path) -> None:
    clock = Clock()
    with pytest.raises(DuizhaoError, match=r"not fetched from 127\.0\.0\.1:9"):
        fetch_document(
            "S/2021/130",
            out=tmp_path,
            address="http://127.0.0.1:9/{symbol}{language}{format}",
            requests_per_second=0,
            sleep=clock.sleep,
        )


@pytest.mark.parametrize(
    ("symbol", "message"),
    [("report.pdf", "not a UN document symbol"), ("2021/130", "not a UN document symbol")],
)
def test_what_is_no_symbol(symbol: str, message: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=message):
        fetch_document(symbol, out=tmp_path)


def test_what_is_a_symbol() -> None:
    symbols = [
        "S/2021/130", "A/RES/78/1", "A/81/6 (Sect. 13)", "S/RES/2532(2020)", "E/CN.4/2004/7/Add.1",
        "ST/SGB/2019/2", "A/HRC/RES/46/1", "CEDAW/C/GC/37", "A/C.3/75/L.1/Rev.1",
        "A/80/604/Add.1", "S/PRST/2021/1", "FCCC/CP/2021/12",
    ]  # fmt: skip
    assert [symbol for symbol in symbols if not is_symbol(symbol)] == []
    assert not is_symbol("report.zh.txt")
    assert not is_symbol("data/report.pdf")


def test_the_command_prints_paths_and_fails_where_a_language_lacks(
    cli: Cli, ods: Ods, tmp_path: Path
) -> None:

    ods.plans["en", "pdf"] = [PDF]
    options = ["--formats", "pdf", "--out", tmp_path, "--rate", "10", "--address", ods.address]
    result = cli("fetch", "S/2021/130", *options)
    assert result.code == 1
    assert result.out.split() == [str(tmp_path / "S_2021_130" / "en.pdf")]
    assert "no Chinese text" in result.err
