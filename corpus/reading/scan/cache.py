"""Recognised pages in the cache folder, by the image of the page.

A page is recognised once, whichever document, run or language asks for it. Its key is the hash of
the pixels and of all that decides the result: the code in `recognition/` and the models.
"""

from __future__ import annotations

import contextlib
import gzip
import hashlib
import json
import zlib
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from duizhao.corpus.paths import cache_folder
from duizhao.corpus.reading.scan.recognition import page as recognised
from duizhao.corpus.reading.scan.recognition.engine import Image
from duizhao.corpus.reading.scan.recognition.page import RecognisedPage
from duizhao.corpus.replacing import replacing

PACKAGES = ("rapidocr", "onnxruntime")


def key_of(image: Image, dpi: float) -> str:
    """The key of a page's image."""
    digest = hashlib.sha256(_version().encode())
    digest.update(f"{image.shape} {dpi}".encode())
    digest.update(image.tobytes())
    return digest.hexdigest()


def load(key: str) -> RecognisedPage | None:
    """The page of this key; None if it is not there, or not as it was saved."""
    try:
        seal, _, content = gzip.decompress(_file(key).read_bytes()).partition(b"\n")
        if seal.decode() == hashlib.sha256(content).hexdigest():
            return recognised.from_json(json.loads(content))
    except (OSError, EOFError, zlib.error, ValueError, KeyError, TypeError):
        return None
    return None


def save(key: str, page: RecognisedPage) -> None:
    """Save a page. A full or read-only disk costs the time of the next run, nothing else."""
    content = json.dumps(recognised.to_json(page), ensure_ascii=False).encode()
    seal = hashlib.sha256(content).hexdigest().encode()
    with contextlib.suppress(OSError), replacing(_file(key)) as temporary:
        temporary.write_bytes(gzip.compress(seal + b"\n" + content, mtime=0))


def _file(key: str) -> Path:
    return cache_folder() / "recognition" / key[:2] / f"{key}.json.gz"


@cache
def _version() -> str:
    """The hash of the code that recognises, and the releases of the models' packages."""
    digest = hashlib.sha256()
    for file in sorted(Path(recognised.__file__).parent.glob("*.py")):
        digest.update(file.name.encode() + file.read_bytes())
    for name in PACKAGES:
        try:
            digest.update(f"{name} {version(name)}".encode())
        except PackageNotFoundError:
            digest.update(name.encode())
    return digest.hexdigest()
