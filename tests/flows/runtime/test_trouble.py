"""A Prefect server that is overloaded is a temporary error, and is tried again."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import httpx
import pytest

from duizhao.corpus.errors import Retry, ServiceError
from duizhao.flows.runtime.trouble import as_service_errors, is_busy
from tests.support.cli import Cli


class Overloaded(BaseHTTPRequestHandler):
    """Answers 503 to everything but the question whether it is there."""

    def do_GET(self) -> None:
        """Answer without a body."""
        self.send_response(200 if self.path.endswith("/health") else 503)
        self.send_header("Content-Length", "0")
        self.end_headers()

    do_POST = do_GET  # noqa: N815

    def log_message(self, *_: object) -> None:
        """Nothing is printed."""


@pytest.fixture
def overloaded() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Overloaded) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@pytest.mark.system
def test_a_build_with_an_overloaded_server_tries_again_with_a_message(
    cli: Cli, tmp_path: Path, overloaded: str
) -> None:
    report = tmp_path / "a.zh.txt"
    report.write_text("安全理事会决定继续处理此案。\n", "utf-8")
    env = {"PREFECT_API_URL": f"{overloaded}/api", "PREFECT_CLIENT_MAX_RETRIES": "0"}
    done = cli.apart("build", report, "--out", tmp_path / "out", env=env)
    assert done.code == 1
    assert done.err.count("the Prefect server is overloaded") == 3
    assert done.err.count("trying again") == 2
    assert "run the same command again" in done.err.strip().splitlines()[-1]
    assert "unexpected" not in done.err
    assert not (tmp_path / "out").exists()


@pytest.mark.unit
def test_errors_of_a_server_are_service_errors_and_others_are_not(overloaded: str) -> None:
    with pytest.raises(ServiceError, match="503") as caught, as_service_errors():
        httpx.get(f"{overloaded}/api/flows", trust_env=False).raise_for_status()
    assert caught.value.retry is Retry.SOON
    assert is_busy(caught.value.__cause__ or caught.value)
    with pytest.raises(ServiceError, match="has ended") as gone, as_service_errors():
        httpx.get("http://127.0.0.1:9/api", trust_env=False)
    assert not is_busy(gone.value.__cause__ or gone.value)
    with pytest.raises(ZeroDivisionError), as_service_errors():
        _ = 1 / 0
