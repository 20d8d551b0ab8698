"""The review server refuses other web pages, and applies the edits of its own."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import httpx
import pytest
from starlette.testclient import TestClient

from duizhao.corpus.errors import DuizhaoError
from duizhao.corpus.files.folder import alone
from duizhao.evaluation.review.server import make_app
from duizhao.evaluation.review.session import Session, locked, open_session
from duizhao.flows.terminal.browser import open_later
from tests.support.report_folders import make_folder

pytestmark = pytest.mark.system

TOKEN = "a-token-of-the-test"
HERE = "http://127.0.0.1:8765"


@pytest.fixture
def session(tmp_path: Path) -> Session:
    return open_session(make_folder(tmp_path / "out"), "anna")


@pytest.fixture
def client(session: Session) -> TestClient:
    def aligner(work: Any, _beads: Any) -> list[Any]:
        return list(work.beads)

    return TestClient(make_app(session, aligner, TOKEN, 8765), base_url=HERE)


def post(client: TestClient, body: dict[str, Any], **headers: str) -> httpx.Response:
    given = {"X-Duizhao-Token": TOKEN, "Origin": HERE, **headers}
    return client.post("/edits", json=body, headers=given)


CHECK = {"op": "check", "bead": "[0]:[0]", "checked": True, "after": 0}


def test_the_page_needs_the_token(client: TestClient) -> None:
    door = client.get("/")
    assert door.status_code == 200
    assert "供水" not in door.text
    assert client.get("/?token=wrong").status_code == 403
    page = client.get(f"/?token={TOKEN}")
    assert page.status_code == 200
    assert "review-bar" in page.text
    assert page.headers["referrer-policy"] == "no-referrer"
    assert page.headers["cache-control"] == "no-store"
    assert "access-control-allow-origin" not in page.headers


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://127.0.0.1:9999"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Host": "evil.example:8765"},
        {"Host": "127.0.0.1:9999"},
        {"X-Duizhao-Token": "wrong"},
        {"Content-Type": "text/plain"},
    ],
)
def test_requests_from_elsewhere_are_refused_and_change_nothing(
    client: TestClient, session: Session, headers: dict[str, str]
) -> None:
    client.get(f"/?token={TOKEN}")
    answer = post(client, CHECK, **headers)
    assert answer.status_code in (403, 415, 421)
    assert session.edits == []
    assert not session.path.exists()
    assert post(client, CHECK).status_code == 200


def test_a_preflight_of_another_page_gets_no_leave(client: TestClient) -> None:
    answer = client.options(
        "/edits",
        headers={"Origin": "https://evil.example", "Access-Control-Request-Method": "POST"},
    )
    assert answer.status_code == 403
    assert "access-control-allow-origin" not in answer.headers


def test_an_edit_is_on_the_disk_before_it_is_acknowledged(
    client: TestClient, session: Session
) -> None:
    client.get(f"/?token={TOKEN}")
    answer = post(client, CHECK).json()
    lines = session.path.read_text(encoding="utf-8").splitlines()
    assert len(lines) == 2
    saved = json.loads(lines[1])
    assert (saved["edit"], saved["op"], saved["by"]) == (1, "check", "anna")
    assert answer["review"]["edits"] == 1
    assert (answer["start"], answer["removed"], len(answer["beads"])) == (0, 1, 1)


def test_an_outdated_page_is_notified(client: TestClient) -> None:
    client.get(f"/?token={TOKEN}")
    post(client, CHECK)
    answer = post(client, CHECK)
    assert answer.status_code == 409
    assert "load it again" in answer.json()["error"]


@pytest.mark.parametrize(
    "body",
    [
        b"[]",
        b"no json",
        b'{"op": "fly", "after": 0}',
        b'{"op": [], "after": 0}',
        b'{"op": "text", "after": 0, "bead": "[0]:[0]", "side": "target", "text": "\\ud800x"}',
        b'{"op": "split", "after": 0, "bead": "[0]:[0]", "source_at": 1e999, "target_at": 0}',
        b"[" * 100_000,
    ],
)
def test_nonsense_is_answered_with_a_reason(client: TestClient, body: bytes) -> None:
    client.get(f"/?token={TOKEN}")
    headers = {"X-Duizhao-Token": TOKEN, "Content-Type": "application/json"}
    answer = client.post("/edits", content=body, headers=headers)
    assert answer.status_code in (400, 409)
    assert answer.json()["error"]
    assert post(client, CHECK).status_code == 200, "and nothing of it was saved"


def test_an_edit_names_its_own_author_never_the_request(
    client: TestClient, session: Session
) -> None:
    client.get(f"/?token={TOKEN}")
    post(client, CHECK | {"by": "mallory", "at": "1970", "edit": 77})
    assert session.edits[0]["by"] == "anna"
    assert session.edits[0]["edit"] == 1


def test_a_second_tab_does_not_move_the_sections_of_the_first(
    client: TestClient, session: Session
) -> None:
    def sections(html: str) -> tuple[list[str], dict[str, int]]:
        data = json.loads(html.split('id="data">')[1].split("</script>")[0])
        place = data["fields"].index("section")
        return data["sections"], {bead[0]: bead[place] for bead in data["beads"]}

    page = f"/?token={TOKEN}"
    titles, before = sections(client.get(page).text)
    # the heading goes, so a page made from nothing would number the sections anew
    post(client, {"op": "merge", "beads": ["[0]:[0]", "[1]:[1]"], "after": 0})
    after = sections(client.get(page).text)
    assert after[0][: len(titles)] == titles
    assert all(before[key] == place for key, place in after[1].items() if key in before)


def test_the_browser_may_come_from_the_file_that_opens_it(client: TestClient) -> None:
    headers = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate"}
    assert client.get(f"/?token={TOKEN}", headers=headers).status_code == 200
    assert client.get("/?token=guess", headers=headers).status_code == 403
    assert client.post(f"/edits?token={TOKEN}", json=CHECK, headers=headers).status_code == 403


def test_on_port_80_the_host_has_no_port(session: Session) -> None:
    client = TestClient(
        make_app(session, lambda work, _beads: list(work.beads), TOKEN, 80),
        base_url="http://127.0.0.1",
    )
    assert client.get(f"/?token={TOKEN}").status_code == 200


def test_the_address_is_handed_to_the_browser_in_a_file_of_ones_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[str] = []
    monkeypatch.setattr("webbrowser.open", opened.append)
    monkeypatch.setenv("DISPLAY", ":7")
    file = tmp_path / ".review.html"
    with open_later("http://127.0.0.1:1/?token=secret", file):
        while not opened:
            time.sleep(0.01)
        assert "secret" not in opened[0]
        assert "token=secret" in file.read_text()
        assert "content=\"default-src 'none'; " in file.read_text()
        assert file.stat().st_mode & 0o77 == 0
    assert not file.exists()
    opened.clear()
    for name in ("DISPLAY", "WAYLAND_DISPLAY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr("sys.platform", "linux")
    with open_later("http://127.0.0.1:1/?token=secret", file):
        assert not file.exists()


def test_only_one_review_of_a_folder_at_a_time(tmp_path: Path) -> None:
    folder = make_folder(tmp_path / "out")
    with locked(folder), pytest.raises(DuizhaoError, match="already"), locked(folder):
        pass
    with locked(folder):
        pass
    # a build of the same folder, too
    with locked(folder), pytest.raises(DuizhaoError, match="review"), alone(folder):
        pass


def test_the_page_can_apply_the_review_and_ask_for_its_state(
    client: TestClient, session: Session
) -> None:
    client.get(f"/?token={TOKEN}")
    headers = {"X-Duizhao-Token": TOKEN}
    assert client.post("/state", json={}, headers=headers).json() == {"edits": 0}
    assert client.post("/apply", json={}, headers=headers).status_code == 409  # nothing to apply
    post(client, CHECK)
    answer = client.post("/apply", json={}, headers=headers).json()
    assert answer["rows"] > 0
    assert (session.folder.path / "reviewed" / "run.json").is_file()
    assert client.post("/apply", json={}).status_code == 403
    assert client.post("/state", json={}).status_code == 403
