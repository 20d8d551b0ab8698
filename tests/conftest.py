"""The three marks, the environment of all tests, and shared fixtures."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from filelock import FileLock

from duizhao.corpus.paths import cache_folder, models_folder
from tests.support.cli import Cli
from tests.support.paths import ROOT
from tests.support.prefect import migrate_ahead
from tests.support.wheel import Installed, build_wheel, install

MARKS = ("unit", "model", "system")


def pytest_configure() -> None:
    """Share the weights and the compiled code with all runs; tests have caches of their own.

    Processes of pytest-xdist share the cores: threads that wait for one another on busy cores make
    torch several times slower.
    """
    if workers := os.environ.get("PYTEST_XDIST_WORKER_COUNT"):
        threads = str(max(1, (os.cpu_count() or 1) // int(workers)))
        for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
            os.environ.setdefault(name, threads)
    os.environ.setdefault("NUMBA_CACHE_DIR", str(cache_folder() / "numba"))
    os.environ.setdefault("DUIZHAO_MODELS", str(models_folder()))
    os.environ["DUIZHAO_SERVER_MINUTES"] = "0"  # a test that keeps a server ends it too


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call() -> None:
    """Keep pytest's variable out of the environment, which is then the same in all tests.

    The process that reads documents is only used again in the environment that it started in.
    """
    os.environ.pop("PYTEST_CURRENT_TEST", None)


@pytest.hookimpl(tryfirst=True)
def pytest_fixture_setup() -> None:
    """Do the same for fixtures."""
    os.environ.pop("PYTEST_CURRENT_TEST", None)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Reject tests that do not have exactly one of the three marks."""
    wrong = [
        item.nodeid
        for item in items
        if len({mark.name for mark in item.iter_markers()} & set(MARKS)) != 1
    ]
    if wrong:
        names = "\n".join(sorted({name.partition("[")[0] for name in wrong}))
        raise pytest.UsageError(f"these tests need exactly one of the marks {MARKS}:\n{names}")


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of real UN documents; tests that need it are skipped where it is absent."""
    folder = Path(os.environ.get("DUIZHAO_SHARED", ROOT.parent / "shared"))
    if not (folder / "data").is_dir():
        pytest.skip("shared data is not on this machine (DUIZHAO_SHARED)")
    return folder / "data"


@pytest.fixture
def cli(tmp_path: Path) -> Iterator[Cli]:
    """The command line with a cache of its own, and one Prefect server for all its commands."""
    line = Cli(tmp_path / "cache", {"DUIZHAO_SERVER_MINUTES": "5"})
    yield line
    if (line.cache / "prefect").is_dir():  # a command has started a server
        line("server", "stop")


@pytest.fixture(scope="session")
def prefect_server() -> Iterator[dict[str, str]]:
    """One Prefect server for all flows of a test process; the variables that name it."""
    from duizhao.flows.runtime.private import start_server
    from duizhao.flows.runtime.session import quieten

    quieten()
    server = start_server()
    try:
        from prefect.settings import (
            PREFECT_API_AUTH_STRING,
            PREFECT_API_URL,
            PREFECT_FLOWS_HEARTBEAT_FREQUENCY,
            temporary_settings,
        )

        server.wait()
        changes = {
            PREFECT_API_URL: server.api_url,
            PREFECT_API_AUTH_STRING: server.secret,
            PREFECT_FLOWS_HEARTBEAT_FREQUENCY: None,
        }
        with temporary_settings(changes):
            yield {
                "PREFECT_API_URL": server.api_url,
                "PREFECT_API_AUTH_STRING": server.secret,
                "PREFECT_HOME": str(server.folder),
            }
    finally:
        server.stop()


@pytest.fixture(scope="module")
def environment(
    prefect_server: dict[str, str], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[dict[str, str]]:
    """The environment of a test module's flows: the Prefect server and an empty cache."""
    with pytest.MonkeyPatch.context() as patch:
        cache = tmp_path_factory.mktemp("cache")
        migrate_ahead(cache)  # for commands that start a server of their own
        for name, value in (prefect_server | {"DUIZHAO_CACHE": str(cache)}).items():
            patch.setenv(name, value)
        yield dict(os.environ)


@pytest.fixture(scope="session")
def unread_model(tmp_path_factory: pytest.TempPathFactory) -> str:
    """DUIZHAO_MODELS for tests that name the default model and never load it: empty files."""
    from duizhao.models.weights.default import DEFAULT_MODEL, FILES

    models = tmp_path_factory.mktemp("models")
    (models / DEFAULT_MODEL).mkdir()
    for file in FILES:
        with (models / DEFAULT_MODEL / file.name).open("wb") as stream:
            stream.truncate(file.size)  # takes no room on the disk
    return str(models)


@pytest.fixture(scope="session")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel of this checkout, built once for all processes of pytest-xdist."""
    base = tmp_path_factory.getbasetemp()
    shared = base.parent if os.environ.get("PYTEST_XDIST_WORKER") else base
    with FileLock(shared / "wheel.lock"):
        folder = shared / "wheel"
        if not folder.exists():
            build = tmp_path_factory.mktemp("wheel_build")
            build_wheel(build)
            build.rename(folder)
    (built,) = folder.glob("duizhao-*.whl")
    return built


@pytest.fixture(scope="session")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Installed:
    """A Python with the wheel, without the checkout."""
    return install(wheel, tmp_path_factory.mktemp("installed"))
