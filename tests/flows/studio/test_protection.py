"""The studio refuses other web pages, and limits uploads."""

from __future__ import annotations

import io
import json
import subprocess
import sys
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from starlette.testclient import TestClient

from duizhao.corpus.reading.bounds.limits import MB
from duizhao.flows.build.inputs import pair_of, read_pair
from duizhao.flows.settings import Settings
from duizhao.flows.studio.actions import Actions
from duizhao.flows.studio.app import make_app
from duizhao.flows.studio.preview import of_files
from duizhao.flows.studio.queue import Queue
from duizhao.flows.studio.reviews import Reviews
from tests.support.paths import ROOT
from tests.support.report_folders import make_folder

pytestmark = pytest.mark.system

TOKEN = "a-token-of-the-test"
HERE = "http://127.0.0.1:8765"
LARGEST = 3 * MB


@pytest.fixture
def actions(tmp_path: Path) -> Iterator[Actions]:
    """A studio with one project; its queue moves only when a test starts it."""
    folder = tmp_path / "studio"
    make_folder(folder / "water")
    queue = Queue(folder)
    reviews = Reviews(Settings(), "anna")
    yield Actions(folder, queue, reviews, 4 * LARGEST)
    queue.close()
    reviews.close_all()


@pytest.fixture
def client(actions: Actions) -> TestClient:
    return TestClient(make_app(actions, LARGEST, TOKEN, 8765), base_url=HERE)


def ask(client: TestClient, action: str, body: Any = None, **headers: str) -> httpx.Response:
    given = {"X-Duizhao-Token": TOKEN, "Origin": HERE, **headers}
    return client.post(f"/do/{action}", json=body or {}, headers=given)


def upload(
    client: TestClient, job: str, name: str, content: Any, path: str = "/upload", **headers: str
) -> httpx.Response:
    given = {"X-Duizhao-Token": TOKEN, "Origin": HERE, "X-Duizhao-Job": job} | headers
    return client.post(path, content=content, headers=given | {"X-Duizhao-Name": name})


def new_job(client: TestClient, *files: str) -> str:
    return str(ask(client, "new", {"files": list(files)}).json()["job"])


def files_below(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.rglob("*") if path.is_file())


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Origin": "https://evil.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Origin": "http://127.0.0.1:9999"}, 403),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Host": "evil.example:8765"}, 421),
        ({"Host": "127.0.0.1:9999"}, 421),
        ({"X-Duizhao-Token": "wrong"}, 403),
        ({"X-Duizhao-Token": ""}, 403),
        ({"Content-Type": "text/plain"}, 415),
    ],
)
def test_requests_from_elsewhere_are_refused(
    client: TestClient, actions: Actions, headers: dict[str, str], status: int
) -> None:
    before = files_below(actions.folder)
    given = {"X-Duizhao-Token": TOKEN, "Origin": HERE, "Content-Type": "application/json"}
    for path in ("/do/new", "/do/delete", "/upload", "/sheet"):
        if path in ("/upload", "/sheet") and status == 415:
            continue  # an upload may have any type
        answer = client.post(path, content=b'{"files": ["a.txt"]}', headers=given | headers)
        assert answer.status_code == status, path
        assert "access-control-allow-origin" not in answer.headers
    assert files_below(actions.folder) == before


def test_nothing_is_shown_without_the_token(client: TestClient) -> None:
    project = ask(client, "projects").json()["projects"][0]["id"]
    for path in ("/", f"/projects/{project}/report", f"/projects/{project}/review/"):
        door = client.get(path)  # the tab opens the page again with its token
        assert door.status_code == 200
        assert "sessionStorage" in door.text
        assert "studio.page_title" not in door.text
        assert "供水" not in door.text
        assert client.get(f"{path}?token=wrong").status_code == 403
    for path in ("/events", f"/projects/{project}/exports/corpus.tmx", "/jobs/x/reading/0"):
        assert client.get(path).status_code == 403
        assert client.get(f"{path}?token=wrong").status_code == 403


def test_the_page_of_the_studio_forbids_itself_the_network(client: TestClient) -> None:
    page = client.get(f"/?token={TOKEN}")
    assert page.status_code == 200
    for part in ("default-src 'none'", "connect-src 'self'", "form-action 'none'"):
        assert part in page.text
    assert page.headers["x-frame-options"] == "DENY"
    assert page.headers["cache-control"] == "no-store"


def test_a_declared_size_of_3_gb_is_refused_before_it_is_sent(
    client: TestClient, actions: Actions
) -> None:
    job = new_job(client, "a.txt")
    answer = upload(client, job, "a.txt", b"x", **{"Content-Length": str(3 * 2**30)})
    assert answer.status_code == 413
    assert list(actions.queue.jobs.inputs(actions.queue.get(job)).iterdir()) == []


def test_an_upload_without_a_size_ends_at_the_limit(client: TestClient, actions: Actions) -> None:
    job = new_job(client, "a.txt")
    sent = 0

    def pieces() -> Iterator[bytes]:
        nonlocal sent
        for _ in range(50):
            sent += MB
            yield b"x" * MB

    answer = upload(client, job, "a.txt", pieces())
    assert answer.status_code == 413
    assert "larger than 3 MB" in answer.json()["error"]
    assert list(actions.queue.jobs.inputs(actions.queue.get(job)).iterdir()) == []


NAMES = (
    *("../a.txt", "..%2Fa.txt", "%2Fetc%2Fpasswd", "..%5Ca.txt", "..", ""),
    *(".a", "a%00.txt", "con.txt", "x" * 200),
)


def test_a_name_that_is_a_path_is_refused(client: TestClient, actions: Actions) -> None:
    job = new_job(client, "a.txt")
    before = files_below(actions.folder.parent)
    for name in NAMES:
        assert upload(client, job, name, b"text").status_code == 400, name
    assert files_below(actions.folder.parent) == before
    assert ask(client, "new", {"files": ["../a.txt"]}).status_code == 409


def test_files_are_taken_only_by_a_new_job_and_once(client: TestClient) -> None:
    job = new_job(client, "a.txt")
    assert upload(client, job, "%E6%8A%A5%E5%91%8A.txt", "报告。".encode()).status_code == 200
    assert upload(client, job, "%E6%8A%A5%E5%91%8A.txt", b"x").status_code == 400
    assert upload(client, "20260101-000000-00000000", "a.txt", b"x").status_code == 400
    assert upload(client, "../..", "a.txt", b"x").status_code == 400
    assert upload(client, job, "b.txt", b"").status_code == 400
    assert ask(client, "read", {"job": job}).status_code == 200
    assert upload(client, job, "c.txt", b"x").status_code == 400


def test_a_zip_bomb_is_reported_and_cannot_be_built(
    client: TestClient, actions: Actions, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("DUIZHAO_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("DUIZHAO_LIMIT_UNPACKED_MB", "16")
    bomb = io.BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("word/document.xml", b"<a/>" * (16 * MB))
    assert len(bomb.getvalue()) < MB
    job = new_job(client, "bomb.docx")
    assert upload(client, job, "bomb.docx", bomb.getvalue()).status_code == 200
    ask(client, "read", {"job": job})
    actions.queue.start()
    end = time.monotonic() + 60
    while actions.queue.get(job).state == "reading":
        assert time.monotonic() < end
        time.sleep(0.1)
    assert actions.queue.get(job).state == "unusable"
    preview = ask(client, "preview", {"job": job}).json()["preview"]
    assert "16 MB" in preview["documents"][0]["problem"]
    assert ask(client, "start", {"job": job}).status_code == 409


def test_projects_are_deleted_by_name_and_foreign_files_stay(
    client: TestClient, actions: Actions
) -> None:
    place = actions.folder / "water"
    names = [path.name for path in place.iterdir() if path.name != "run.json"]
    run = json.loads((place / "run.json").read_text())
    project = ask(client, "projects").json()["projects"][0]["id"]
    wanted = {"project": project, "name": "water"}
    # a folder whose seal does not list its files is not ours to delete
    assert ask(client, "delete", wanted).status_code == 409
    (place / "run.json").write_text(json.dumps(run | {"files": {name: {} for name in names}}))
    (place / "mine.txt").write_text("mine")
    assert ask(client, "delete", wanted | {"name": "other"}).status_code == 409
    assert ask(client, "delete", wanted | {"project": "../.."}).status_code == 409
    assert sorted(path.name for path in place.iterdir()) == sorted([*names, "run.json", "mine.txt"])
    assert ask(client, "delete", wanted).json() == {"left": ["mine.txt"]}
    assert (place / "mine.txt").read_text() == "mine"
    (place / "mine.txt").unlink()
    (place / "run.json").write_text(json.dumps(run | {"files": {}}))
    (place / "corpus.jsonl").write_text("")
    assert ask(client, "delete", wanted).status_code == 200
    assert [path.name for path in place.iterdir()] == ["corpus.jsonl"]  # the seal does not list it


def test_the_review_of_a_project_works_inside_the_studio(
    client: TestClient, actions: Actions
) -> None:
    project = ask(client, "projects").json()["projects"][0]
    assert (project["name"], project["reviewable"], project["edits"]) == ("water", True, 0)
    page = client.get(f"/projects/{project['id']}/review/?token={TOKEN}")
    assert "review-bar" in page.text
    edit = {"op": "check", "bead": "[0]:[0]", "checked": True, "after": 0}
    headers = {"X-Duizhao-Token": TOKEN, "Origin": HERE}
    answer = client.post(f"/projects/{project['id']}/review/edits", json=edit, headers=headers)
    assert answer.json()["review"]["by"] == "anna"
    assert ask(client, "projects").json()["projects"][0]["edits"] == 1
    refused = client.post(f"/projects/{project['id']}/review/edits", json=edit)
    assert refused.status_code == 403


def test_a_report_is_written_from_the_rows(client: TestClient, actions: Actions) -> None:
    (actions.folder / "water/report.html").write_text("<script>alert(1)</script>")
    project = ask(client, "projects").json()["projects"][0]["id"]
    page = client.get(f"/projects/{project}/report?token={TOKEN}")
    assert "供水" in page.text
    assert "alert(1)" not in page.text


def test_search_covers_all_projects(
    client: TestClient, actions: Actions, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("DUIZHAO_CACHE", str(tmp_path / "cache"))
    found = ask(client, "search", {"query": "供水"}).json()
    assert found["total"] == 1
    assert found["hits"][0]["name"] == "water"
    assert ask(client, "search", {"query": "。"}).status_code == 409
    (actions.folder / "water/run.json").unlink()
    (actions.folder / "water/corpus.jsonl").unlink()
    nothing = ask(client, "search", {"query": "供水"})
    assert "no project to search yet" in nothing.json()["error"]


def test_the_folder_of_a_deleted_project_is_removed(client: TestClient, actions: Actions) -> None:
    place = actions.folder / "water"
    files = {path.name: {} for path in place.iterdir() if path.name != "run.json"}
    (place / "run.json").write_text(json.dumps({"files": files}))
    (place / "exports").mkdir()
    (place / "exports" / "corpus.tmx").write_text("")
    project = ask(client, "projects").json()["projects"][0]["id"]
    assert ask(client, "delete", {"project": project, "name": "water"}).json() == {"left": []}
    assert not place.exists()
    assert ask(client, "projects").json() == {"projects": []}


def test_only_an_edited_export_is_applied_and_no_upload_is_left(
    client: TestClient, actions: Actions
) -> None:
    project = ask(client, "projects").json()["projects"][0]["id"]
    corpus = files_below(actions.folder / "water")

    def apply(name: str, content: bytes, project: str = project) -> httpx.Response:
        return upload(client, "", name, content, path="/sheet", **{"X-Duizhao-Project": project})

    assert ask(client, "export", {"project": project, "formats": ["xlsx"]}).status_code == 200
    exported = (actions.folder / "water/exports/corpus.xlsx").read_bytes()
    (actions.folder / "water/exports/corpus.xlsx").unlink()
    assert apply("../a.xlsx", exported).status_code == 400
    assert apply("a.xlsx", exported, "0" * 16).status_code == 400
    assert apply("a.xlsx", b"text").json()["error"].startswith("a.xlsx: not an XLSX file")
    assert apply("a.xlsx", b"x" * (LARGEST + 1)).status_code == 413
    assert apply("a.xlsx", exported).json() == {
        "edits": 0, "rows": None, "problems": [], "notes": [],
    }  # fmt: skip
    actions.reviews.close_all()
    assert files_below(actions.folder / "water") == corpus
    assert list((actions.folder / ".studio").glob("sheet-*")) == []


def test_a_translation_memory_alone_is_its_own_reference(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("DUIZHAO_CACHE", str(tmp_path / "cache"))
    memory = make_folder(tmp_path / "corpus") / "corpus.tmx"
    how = Settings().reading
    pair = read_pair(pair_of(str(memory), None), how)
    assert (pair.reference, pair.target_id) == (str(memory), "corpus.en")
    preview = of_files([memory], Settings())
    assert [one["bilingual"] for one in preview["documents"]] == [True]
    # with one language only, it is a report
    text = memory.read_text("utf-8").replace('xml:lang="en"', 'xml:lang="fr"')
    (tmp_path / "french.tmx").write_text(text, encoding="utf-8")
    pair = read_pair(pair_of(str(tmp_path / "french.tmx"), None), how)
    assert pair.reference is None


def test_a_job_that_cannot_be_written_leaves_no_folder(tmp_path: Path) -> None:
    program = """if True:
    import resource, sys
    from pathlib import Path
    from duizhao.corpus.errors import StorageError
    from duizhao.flows.studio.jobs import Jobs
    jobs = Jobs(Path(sys.argv[1]))
    resource.setrlimit(resource.RLIMIT_FSIZE, (10, 10))
    try:
        jobs.create("report")
    except StorageError as error:
        print(error)
    """
    done = subprocess.run(
        [sys.executable, "-c", program, tmp_path],
        capture_output=True, text=True, check=True, cwd=ROOT,
    )  # fmt: skip
    assert done.stdout.endswith("job.json: cannot be written: File too large\n")
    assert list((tmp_path / ".studio/jobs").iterdir()) == []
