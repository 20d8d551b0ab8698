"""Access to the private Prefect server, and the template of its database."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import psutil
import pytest

from duizhao.flows.runtime.guard import Guard, authorization
from duizhao.flows.runtime.private import Server, start_server
from duizhao.flows.runtime.template import copy_template, save_template
from tests.support.paths import ROOT
from tests.support.prefect import migrate_ahead

SECRET = "s3cret"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A private server that is up."""
    with pytest.MonkeyPatch.context() as patch:
        cache = tmp_path_factory.mktemp("cache")
        migrate_ahead(cache)
        patch.setenv("DUIZHAO_CACHE", str(cache))
        started = start_server()
        try:
            started.wait()
            yield started
        finally:
            started.stop()


PATHS = ("/api/health", "/api/ready", "/api/flow_runs/filter", "/docs", "/openapi.json", "/")


@pytest.mark.system
@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"Authorization": ""}, 401),
        ({"Authorization": authorization("guessed")}, 401),
        ({"Host": "evil.example"}, 421),
        ({"Host": "localhost"}, 421),
        ({"Origin": "https://evil.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
    ],
)
def test_a_request_without_the_secret_or_from_a_web_page_is_refused(
    server: Server, change: dict[str, str], status: int
) -> None:
    with httpx.Client(base_url=f"http://127.0.0.1:{server.port}", trust_env=False) as client:
        for path in PATHS:
            ours = {"Authorization": authorization(server.secret)}
            answer = client.request("GET", path, headers=ours | change)
            assert (answer.status_code, answer.text) == (status, ""), path
            assert "access-control-allow-origin" not in answer.headers
        preflight = {"Origin": "https://evil.example", "Access-Control-Request-Method": "POST"}
        answer = client.options("/api/flow_runs/filter", headers=preflight)
        assert answer.status_code == 403
        assert "access-control-allow-origin" not in answer.headers


@pytest.mark.system
def test_a_request_of_the_run_is_answered(server: Server) -> None:
    with httpx.Client(trust_env=False) as client:
        ours = {"Authorization": authorization(server.secret)}
        answer = client.post(f"{server.api_url}/flow_runs/filter", headers=ours, json={})
    assert (answer.status_code, answer.json()) == (200, [])


UPGRADE = """GET /api/events/out HTTP/1.1\r
Host: {host}\r
Upgrade: websocket\r
Connection: Upgrade\r
Sec-WebSocket-Version: 13\r
Sec-WebSocket-Protocol: prefect\r
Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r
{more}\r
"""


@pytest.mark.system
@pytest.mark.parametrize(
    ("host", "more", "status"),
    [
        ("evil.example", "", b"403"),
        ("127.0.0.1:{port}", "Origin: https://evil.example\r\n", b"403"),
        ("127.0.0.1:{port}", "", b"101"),
    ],
)
def test_a_websocket_of_a_web_page_is_refused(
    server: Server, host: str, more: str, status: bytes
) -> None:
    request = UPGRADE.format(host=host.format(port=server.port), more=more)
    with socket.create_connection(("127.0.0.1", server.port), timeout=60) as connection:
        connection.sendall(request.encode())
        assert connection.recv(4096).split(b" ")[1] == status


@pytest.mark.system
def test_a_websocket_with_a_wrong_secret_is_closed(server: Server) -> None:
    from websockets.exceptions import ConnectionClosed
    from websockets.sync.client import connect
    from websockets.typing import Subprotocol

    address = f"ws://127.0.0.1:{server.port}/api/events/out"
    with connect(address, subprotocols=[Subprotocol("prefect")], proxy=None) as there:
        there.send(json.dumps({"type": "auth", "token": "guessed"}))
        with pytest.raises(ConnectionClosed):
            there.recv(timeout=60)


@pytest.mark.system
def test_the_secret_is_in_no_arguments_and_no_environment(server: Server) -> None:
    process = psutil.Process(server.process.pid)
    for words in (process.cmdline(), list(process.environ().values()), list(os.environ.values())):
        assert not [word for word in words if server.secret in word]
    assert server.secret not in repr(server)


FLOW = """
import os
from duizhao.flows.runtime.session import session
with session() as connect:
    connect()
    from prefect import flow, task
    from prefect.client.orchestration import get_client
    from prefect.events.worker import EventsWorker
    from prefect.settings import PREFECT_API_AUTH_STRING
    assert PREFECT_API_AUTH_STRING.value() not in os.environ.values()
    flow(lambda: task(lambda: None, name="one")(), name="nothing")()
    EventsWorker.drain_all(timeout=30)
    with get_client(sync_client=True) as client:
        while not client.read_task_runs():
            pass
        print([run.state_name for run in client.read_flow_runs()])
"""


@pytest.mark.system
@pytest.mark.timeout(120)
def test_a_flow_reaches_the_server_with_its_events(tmp_path: Path) -> None:
    """Prefect makes task runs from events, which it sends through a websocket."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "DUIZHAO_CACHE": str(tmp_path)}
    for name in ("PREFECT_API_URL", "PREFECT_API_AUTH_STRING"):
        environment.pop(name, None)
    environment["PREFECT_HOME"] = str(tmp_path / "home")
    done = subprocess.run(
        [sys.executable, "-c", FLOW], env=environment, capture_output=True, text=True, check=False
    )
    assert done.stdout.strip() == "['Completed']", done.stderr


@pytest.mark.unit
def test_the_guard_requires_one_host_no_page_and_the_secret() -> None:
    async def app(*_: object) -> None: ...

    guard = Guard(app, SECRET, 80)
    host, secret = (b"host", b"127.0.0.1:80"), (b"authorization", authorization(SECRET).encode())
    cases: list[tuple[str, list[tuple[bytes, bytes]], int]] = [
        ("http", [host, secret], 0),
        ("http", [host], 401),
        ("http", [host, (b"authorization", b"")], 401),
        ("http", [secret], 421),
        ("http", [host, (b"host", b"evil.example"), secret], 421),
        ("http", [host, secret, (b"origin", b"http://127.0.0.1:80")], 403),
        ("websocket", [host], 0),
        ("websocket", [host, (b"origin", b"null")], 403),
    ]
    for kind, headers, status in cases:
        assert guard.refusal({"type": kind, "headers": headers}) == status, headers


def database(path: Path) -> Path:
    import sqlite3
    from contextlib import closing

    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE flows (id)")
        connection.commit()
    return path


@pytest.mark.unit
@pytest.mark.parametrize("damage", ["empty", "cut", "changed", "foreign", "older"])
def test_a_damaged_template_is_not_used_and_removed(tmp_path: Path, damage: str) -> None:
    template, copy = tmp_path / "template.db", tmp_path / "copy.db"
    save_template(database(tmp_path / "prefect.db"), template)
    assert copy_template(template, copy)
    assert copy.read_bytes()[:6] == b"SQLite"
    copy.unlink()
    whole = template.read_bytes()
    template.write_bytes(
        {
            "empty": b"",
            "cut": whole[: len(whole) // 2],
            "changed": whole[:500] + b"?" + whole[501:],
            "foreign": b"not a database",
            "older": (tmp_path / "prefect.db").read_bytes(),  # without a hash
        }[damage]
    )
    assert not copy_template(template, copy)
    assert not copy.exists()
    assert not template.exists()


@pytest.mark.unit
def test_a_template_that_cannot_be_written_or_read_does_no_harm(tmp_path: Path) -> None:
    (tmp_path / "template.db").mkdir()
    save_template(database(tmp_path / "prefect.db"), tmp_path / "template.db")
    assert not copy_template(tmp_path / "template.db", tmp_path / "copy.db")
    save_template(tmp_path / "none" / "prefect.db", tmp_path / "other.db")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["prefect.db", "template.db"]


@pytest.mark.system
def test_a_damaged_template_is_written_again_by_the_next_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from importlib.metadata import version

    monkeypatch.setenv("DUIZHAO_CACHE", str(tmp_path))
    template = tmp_path / "prefect" / f"template-{version('prefect')}.db"
    template.parent.mkdir()
    template.write_bytes(b"SQLite format 3\0 damaged")
    for _ in range(2):
        server = start_server()
        try:
            server.wait()
            while not template.exists():
                assert server.process.poll() is None
        finally:
            server.stop()
    assert copy_template(template, tmp_path / "copy.db")
