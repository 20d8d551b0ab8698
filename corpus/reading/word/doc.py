"""Old Word files (.doc), by way of LibreOffice where it is installed."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from dataclasses import replace
from pathlib import Path

from duizhao.corpus.document import Language
from duizhao.corpus.errors import InputError
from duizhao.corpus.reading.draft import Reading, Source
from duizhao.corpus.reading.word import docx

SECONDS = 180
_NAMES = ("soffice", "libreoffice")


def read_drafts(source: Source, language: Language) -> Reading:
    """Blocks and furniture of a .doc file, as its conversion to .docx has them."""
    if _stream("EncryptedPackage") in source.data or _stream("EncryptionInfo") in source.data:
        raise InputError(f"{source.name}: protected by a password; save it without one")
    if _stream("WordDocument") not in source.data:
        raise InputError(f"{source.name}: an old Office file, but not a Word document")
    program = next((path for name in _NAMES if (path := shutil.which(name))), None)
    if program is None:
        raise InputError(
            f"{source.name}: an old Word file (.doc); save it as .docx, or install LibreOffice "
            "(apt install libreoffice-writer, brew install --cask libreoffice), which converts it"
        )
    with tempfile.TemporaryDirectory(prefix="duizhao-doc-") as folder:
        converted = _convert(program, source, Path(folder))
    reading = docx.read_drafts(replace(source, data=converted), language)
    return replace(reading, metadata={**reading.metadata, "converted_by": "LibreOffice"})


def _stream(name: str) -> bytes:
    """A stream's name as the directory of an OLE file holds it."""
    return name.encode("utf-16-le")


def _convert(program: str, source: Source, folder: Path) -> bytes:
    original = folder / "input.doc"
    original.write_bytes(source.data)
    # a profile of its own: a LibreOffice that is open on the desktop does not get in the way
    profile = (folder / "profile").as_uri()
    command = [
        program, "--headless", "--norestore", f"-env:UserInstallation={profile}",
        "--convert-to", "docx", "--outdir", str(folder), str(original),
    ]  # fmt: skip
    try:
        done = subprocess.run(command, capture_output=True, timeout=SECONDS, check=False)
    except subprocess.TimeoutExpired:
        raise InputError(
            f"{source.name}: LibreOffice did not convert it within {SECONDS} s; save it as .docx"
        ) from None
    result = folder / "input.docx"
    if not result.exists():
        said = done.stderr.decode("utf-8", "replace").strip().splitlines()
        raise InputError(
            f"{source.name}: LibreOffice could not convert it"
            f"{f' ({said[-1]})' if said else ''}; save it as .docx"
        )
    return result.read_bytes()
