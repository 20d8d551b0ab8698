"""Old Word files (.doc), OpenDocument (.odt) and RTF, by way of LibreOffice if it is installed."""

from __future__ import annotations

import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

from duizhao.corpus.document import Language
from duizhao.corpus.errors import InputError
from duizhao.corpus.reading.draft import Reading, Source
from duizhao.corpus.reading.safe_xml import Archive
from duizhao.corpus.reading.word import docx
from duizhao.corpus.scratch import scratch

SECONDS = 180.0
_NAMES = ("soffice", "libreoffice")
_OLE = b"\xd0\xcf\x11\xe0"
# no macro runs, and no picture or text is loaded from elsewhere
_PROFILE = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry"
 xmlns:xs="http://www.w3.org/2001/XMLSchema">
<item oor:path="/org.openoffice.Office.Common/Security/Scripting">
<prop oor:name="BlockUntrustedRefererLinks" oor:op="fuse"><value>true</value></prop>
<prop oor:name="DisableMacrosExecution" oor:op="fuse"><value>true</value></prop>
<prop oor:name="DisableActiveContent" oor:op="fuse"><value>true</value></prop></item>
</oor:items>
"""


def read_drafts(source: Source, language: Language) -> Reading:
    """Blocks and furniture of a file, as its conversion to .docx has them."""
    suffix, kind = _kind(source)
    program = next((path for name in _NAMES if (path := shutil.which(name))), None)
    if program is None:
        raise InputError(
            f"{source.name}: {kind}; save it as .docx, or install LibreOffice "
            "(apt install libreoffice-writer, brew install --cask libreoffice), which converts it"
        )
    with scratch("office") as folder:
        converted = _convert(program, source, suffix, folder)
    reading = docx.read_drafts(replace(source, data=converted), language)
    return replace(reading, metadata={**reading.metadata, "converted_by": "LibreOffice"})


def _kind(source: Source) -> tuple[str, str]:
    """The ending of the file and what it is; InputError for what no conversion helps."""
    if source.data.startswith(b"PK"):
        Archive.open(source.data, source.name, source.limits).read("content.xml")  # within limits
        return "odt", "an OpenDocument file (.odt)"
    if not source.data.startswith(_OLE):
        return "rtf", "an RTF file"
    if _stream("EncryptedPackage") in source.data or _stream("EncryptionInfo") in source.data:
        raise InputError(f"{source.name}: protected by a password; save it without one")
    if _stream("WordDocument") not in source.data:
        raise InputError(f"{source.name}: an old Office file, but not a Word document")
    return "doc", "an old Word file (.doc)"


def _stream(name: str) -> bytes:
    """A stream's name as the directory of an OLE file holds it."""
    return name.encode("utf-16-le")


def _convert(program: str, source: Source, suffix: str, folder: Path) -> bytes:
    original = folder / f"input.{suffix}"
    original.write_bytes(source.data)
    # a profile of its own: a LibreOffice that is open on the desktop does not get in the way
    profile = folder / "profile"
    (profile / "user").mkdir(parents=True)
    (profile / "user" / "registrymodifications.xcu").write_text(_PROFILE, encoding="utf-8")
    command = [
        program, "--headless", "--norestore", f"-env:UserInstallation={profile.as_uri()}",
        "--convert-to", "docx:MS Word 2007 XML", "--outdir", str(folder), str(original),
    ]  # fmt: skip
    seconds = min(SECONDS, source.limits.seconds)
    try:
        done = subprocess.run(
            command, stdin=subprocess.DEVNULL, capture_output=True, timeout=seconds, check=False
        )
    except subprocess.TimeoutExpired:
        raise InputError(
            f"{source.name}: LibreOffice did not convert it within {seconds:g} s; save it as .docx"
        ) from None
    result = folder / "input.docx"
    if not result.exists():
        output = done.stderr.decode("utf-8", "replace").strip().splitlines()
        raise InputError(
            f"{source.name}: LibreOffice could not convert it"
            f"{f' ({output[-1][:200]})' if output else ''}; save it as .docx"
        )
    if result.stat().st_size > source.limits.file_bytes:
        raise InputError(f"{source.name}: too large once it is converted to .docx")
    return result.read_bytes()
