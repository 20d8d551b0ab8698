"""The review server keeps other web pages out, and does edits for its own."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import httpx
import pytest
from report_folders import make_folder
from starlette.testclient import TestClient

from corpus.document import DuizhaoError
from evaluation.review.log import locked
from evaluation.review.server import make_app
from evaluation.review.session import Session, open_session

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
    assert client.get("/").status_code == 403
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


def test_a_page_that_is_behind_is_told_so(client: TestClient) -> None:
    client.get(f"/?token={TOKEN}")
    post(client, CHECK)
    answer = post(client, CHECK)
    assert answer.status_code == 409
    assert "load it again" in answer.json()["error"]


@pytest.mark.parametrize("body", [b"[]", b"no json", b'{"op": "fly", "after": 0}'])
def test_nonsense_is_answered_with_a_reason(client: TestClient, body: bytes) -> None:
    client.get(f"/?token={TOKEN}")
    headers = {"X-Duizhao-Token": TOKEN, "Content-Type": "application/json"}
    answer = client.post("/edits", content=body, headers=headers)
    assert answer.status_code in (400, 409)
    assert answer.json()["error"]


def test_an_edit_names_its_own_author_never_the_request(
    client: TestClient, session: Session
) -> None:
    client.get(f"/?token={TOKEN}")
    post(client, CHECK | {"by": "mallory", "at": "1970", "edit": 77})
    assert session.edits[0]["by"] == "anna"
    assert session.edits[0]["edit"] == 1


def test_only_one_review_of_a_folder_at_a_time(tmp_path: Path) -> None:
    folder = make_folder(tmp_path / "out")
    with locked(folder), pytest.raises(DuizhaoError, match="already"), locked(folder):
        pass
    with locked(folder):
        pass
