"""A batch from and to an object store, which answers 503 for a while (moto's server)."""

from __future__ import annotations

import hashlib
import os
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest

from flows.lock import Held, hold, holder
from flows.storage import Place, fingerprint
from models.paths import models_folder
from tests.batches import batch, make_documents

pytest.importorskip("s3fs")
pytest.importorskip("moto.server")


class Store:
    """moto's S3 behind a door that can be shut."""

    def __init__(self, application: Any) -> None:
        self.application = application
        self.shut_until = 0.0
        self.refused = 0
        self.puts = 0
        self.shut_at_put = 0

    def __call__(
        self, environ: dict[str, Any], start_response: Callable[..., Any]
    ) -> Iterable[bytes]:
        if environ["REQUEST_METHOD"] == "PUT":
            self.puts += 1
            if self.puts == self.shut_at_put:
                self.shut_until = time.monotonic() + 8
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
    thread = threading.Thread(target=server.serve_forever, daemon=True)
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
def environment(store: Store, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    from corpus.alignment.compiled import compile_cache
    from flows import runtime

    with runtime.session() as connect:
        connect()
        yield os.environ | {
            "DUIZHAO_MODELS": str(models_folder()),
            "NUMBA_CACHE_DIR": str(compile_cache()),
            "DUIZHAO_CACHE": str(tmp_path_factory.mktemp("cache")),
            "NO_PROXY": "127.0.0.1,localhost",
        }


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


def test_a_lock_in_an_object_store_says_who_and_goes_stale(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = Place.of("s3://corpus/locked/.duizhao")
    with hold(place):
        with pytest.raises(Held, match=f"process {os.getpid()} of "), hold(place):
            pass
        told = holder(place)
        assert told
        monkeypatch.setattr("flows.lock.STALE_SECONDS", -1.0)
        assert holder(place) is None, "a holder that is not heard of any more has lost it"
    assert holder(place) is None


def test_a_changed_object_has_another_fingerprint(store: Store) -> None:
    place = Place.of("s3://corpus")
    assert fingerprint("s3://corpus/prints/a.txt") == ""
    place.write("prints/a.txt", b"one")
    first = fingerprint("s3://corpus/prints/a.txt")
    place.write("prints/a.txt", b"two")
    assert first
    assert fingerprint("s3://corpus/prints/a.txt") != first
