"""A batch from and to an object store, which answers 503 for a while (moto's server)."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest

from duizhao.corpus.errors import FolderBusy
from duizhao.corpus.translation import Translation
from duizhao.flows import results
from duizhao.flows.batch.fingerprints import fingerprint, fingerprints
from duizhao.flows.batch.lock import hold, holder
from duizhao.flows.runtime.processes import machine
from duizhao.flows.storage import Place
from tests.support.batches import QUICK, ROOT, batch, command, make_documents

pytestmark = pytest.mark.system

pytest.importorskip("s3fs")
pytest.importorskip("moto.server")


class Store:
    """moto's S3 behind a proxy that can be closed."""

    def __init__(self, application: Any) -> None:
        self.application = application
        self.shut_until = 0.0
        self.refused = 0
        self.puts = 0
        self.requests = 0
        self.shut_at_put = 0

    def __call__(
        self, environ: dict[str, Any], start_response: Callable[..., Any]
    ) -> Iterable[bytes]:
        self.requests += 1
        if environ["REQUEST_METHOD"] == "PUT":
            self.puts += 1
            if self.puts == self.shut_at_put:
                self.shut_until = time.monotonic() + 4
        if time.monotonic() < self.shut_until:
            self.refused += 1
            start_response("503 Slow Down", [("Content-Type", "application/xml")])
            return [b"<Error><Code>SlowDown</Code><Message>Reduce your rate.</Message></Error>"]
        return self.application(environ, start_response)  # type: ignore[no-any-return]


@pytest.fixture(scope="module")
def store() -> Iterator[Store]:
    from moto.server import DomainDispatcherApplication, create_backend_app
    from werkzeug.serving import make_server

    door = Store(DomainDispatcherApplication(create_backend_app))
    server = make_server("127.0.0.1", 0, door, threaded=True)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    changes = {
        "AWS_ENDPOINT_URL": f"http://127.0.0.1:{server.server_port}",
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_DEFAULT_REGION": "us-east-1",
    }
    before = {name: os.environ.get(name) for name in changes}
    os.environ.update(changes)
    import s3fs

    s3fs.S3FileSystem().mkdir("corpus")
    yield door
    server.shutdown()
    for name, value in before.items():
        os.environ.pop(name)
        if value is not None:
            os.environ[name] = value


@pytest.fixture(scope="module")
def environment(store: Store, environment: dict[str, str]) -> dict[str, str]:
    """As in all modules, with the store's address."""
    return dict(os.environ) | {"NO_PROXY": "127.0.0.1,localhost"}


def remote_contents(address: str) -> dict[str, str]:
    place = Place.of(address)
    return {
        name: hashlib.sha256(place.read(name)).hexdigest()
        for name in place.find()
        if not name.startswith(".duizhao") and name != "batch.json"
    }


def test_a_batch_on_an_object_store_survives_503s(
    environment: dict[str, str], store: Store, tmp_path: Path
) -> None:
    folder = make_documents(tmp_path / "documents", 5)
    bucket = Place.of("s3://corpus")
    lines = ["id,source,reference,theme"]
    for path in sorted(folder.glob("*.zh.txt")):
        name = path.name.removesuffix(".zh.txt")
        bucket.write(f"in/{path.name}", path.read_bytes())
        english = folder / f"{name}.en.txt"
        if english.exists():
            bucket.write(f"in/{english.name}", english.read_bytes())
        lines.append(f"{name},{path.name},{english.name if english.exists() else ''},health")
    bucket.write("in/list.csv", "\n".join(lines).encode())

    calm, _ = batch(environment, "s3://corpus/in/list.csv", "--out", "s3://corpus/calm")
    store.shut_at_put = store.puts + 4
    stormy, _ = batch(environment, "s3://corpus/in/list.csv", "--out", "s3://corpus/stormy")
    assert store.refused, "the store was shut for a while"
    assert (calm["counts"]["done"], calm["counts"]["failed"]) == (5, 5)
    assert stormy["counts"] == calm["counts"]
    assert remote_contents("s3://corpus/stormy") == remote_contents("s3://corpus/calm")
    rows = Place.of("s3://corpus/calm").read("jsonl/train-00000.jsonl").decode()
    assert '"metadata": {"theme": "health"}' in rows


def test_a_lock_in_an_object_store_names_its_holder_and_expires(store: Store) -> None:
    place = Place.of("s3://corpus/locked/.duizhao")
    with hold(place):
        with pytest.raises(FolderBusy, match=f"process {os.getpid()} of "), hold(place):
            pass
        told = holder(place)
        assert told
        place.write("lock.json", json.dumps({**told, "renewed": 0}).encode())
        assert holder(place) is None, "a holder that is not heard of any more has lost it"
    assert holder(place) is None


def test_a_lock_whose_process_on_this_machine_is_gone_is_taken_at_once(store: Store) -> None:
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    place = Place.of("s3://corpus/killed/.duizhao")
    told = {"process": gone.pid, "machine": machine(), "token": "x", "renewed": time.time()}
    place.write("lock.json", json.dumps(told).encode())
    assert holder(place) is None
    with hold(place):
        assert (holder(place) or {})["process"] == os.getpid()
    elsewhere = told | {"machine": "another"}
    place.write("lock.json", json.dumps(elsewhere).encode())
    with pytest.raises(FolderBusy), hold(place):
        pass


def test_of_two_that_take_a_lock_at_once_one_has_it(store: Store) -> None:
    place = Place.of("s3://corpus/raced/.duizhao")
    place.create("lock.json", b"{}")
    with pytest.raises(FileExistsError):
        place.create("lock.json", b"{}")
    place.remove("lock.json")
    begin, ended, have = threading.Barrier(4), threading.Barrier(4), []

    def take() -> None:
        begin.wait()
        try:
            with hold(Place.of("s3://corpus/raced/.duizhao")):
                have.append(threading.get_ident())
                ended.wait()
        except FolderBusy:
            ended.wait()

    threads = [threading.Thread(target=take) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(have) == 1


def test_a_lock_that_another_has_taken_is_noticed(store: Store) -> None:
    place = Place.of("s3://corpus/lost/.duizhao")
    with hold(place) as still_ours:
        still_ours()
        told = holder(place) or {}
        place.write("lock.json", json.dumps(told | {"token": "another"}).encode())
        with pytest.raises(FolderBusy):
            still_ours()
    assert (holder(place) or {})["token"] == "another", "it is not removed"


def test_a_batch_on_an_object_store_goes_on_at_once_after_a_sigkill(
    environment: dict[str, str], store: Store, tmp_path: Path
) -> None:
    folder = make_documents(tmp_path / "documents", 5, broken=False)
    calm, _ = batch(environment, folder, "--out", "s3://corpus/whole", code=0)
    process = subprocess.Popen(
        command("batch", folder, "--out", "s3://corpus/torn", *QUICK),
        env=environment | {"PYTHONPATH": str(ROOT)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    documents = Place.of("s3://corpus/torn/.duizhao")
    while not list(documents.find("documents")):
        assert process.poll() is None, "it ended before it could be killed"
        time.sleep(0.05)
    process.kill()
    process.wait()
    told, _ = batch(environment, folder, "--out", "s3://corpus/torn", code=0)
    assert told["counts"] == calm["counts"]
    assert remote_contents("s3://corpus/torn") == remote_contents("s3://corpus/whole")


def test_a_missing_store_and_missing_keys_are_reported_in_one_line(
    environment: dict[str, str], store: Store, tmp_path: Path
) -> None:
    quick = (
        "import duizhao.flows.storage as s; s.PAUSES = (0.1,); import s3fs; "
        "s3fs.S3FileSystem.retries = 1; "
        "from duizhao.flows.cli import main; main()"
    )
    away = {"AWS_ENDPOINT_URL": "http://127.0.0.1:9"}
    keyless = {"AWS_ACCESS_KEY_ID": "", "AWS_SECRET_ACCESS_KEY": "", "HOME": str(tmp_path)}
    keyless |= {"AWS_EC2_METADATA_DISABLED": "true"}
    for change, words in ((away, "http://127.0.0.1:9"), (keyless, "AWS_ACCESS_KEY_ID")):
        done = subprocess.run(
            [sys.executable, "-c", quick, "status", "s3://corpus/calm"],
            env=environment | {"PYTHONPATH": str(ROOT), **change},
            capture_output=True,
            text=True,
            timeout=300,
        )
        assert (done.returncode, done.stderr.count("\n")) == (1, 1), done.stderr
        assert words in done.stderr


def test_fingerprints_of_a_folder_take_one_request(store: Store) -> None:
    place = Place.of("s3://corpus")
    paths = [f"s3://corpus/many/{number}.txt" for number in range(5)]
    for path in paths:
        place.write(path.removeprefix("s3://corpus/"), path.encode())
    before = store.requests
    found = fingerprints([*paths, "s3://corpus/many/none.txt"]).by_path
    assert store.requests - before <= 2
    assert found.pop("s3://corpus/many/none.txt") == ""
    assert len(set(found.values())) == 5


def test_results_of_stages_lie_in_an_object_store_where_one_is_named(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DUIZHAO_RESULTS", "s3://corpus/results")
    results.forget()
    key = results.TRANSLATE.key(["会议开幕。"])
    assert not results.have(key)

    def make(facts: results.Facts) -> results.Translations:
        facts.tokens = 3
        return (Translation("The meeting opened.", -0.1, 3),)

    results.once(key, make)
    results.forget()
    assert results.have(key)
    assert results.load(key) == (Translation("The meeting opened.", -0.1, 3),)
    assert results.stored_facts(key) == results.Facts(tokens=3)
    assert Place.of("s3://corpus/results").exists(f"{key.file}.json")
    results.forget()


def test_a_changed_object_has_another_fingerprint(store: Store) -> None:
    place = Place.of("s3://corpus")
    assert fingerprint("s3://corpus/prints/a.txt") == ""
    place.write("prints/a.txt", b"one")
    first = fingerprint("s3://corpus/prints/a.txt")
    place.write("prints/a.txt", b"two")
    assert first
    assert fingerprint("s3://corpus/prints/a.txt") != first
