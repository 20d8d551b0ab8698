"""XML and zip archives from strangers: no external entity, no network, no bomb.

Word, TMX and XLIFF files are XML that anyone may have written. `parse` expands only entities that
the file itself defines, as far as libxml2 deems that harmless, and never opens another file.
`Archive` reads members of a zip file within limits, counted while unpacking: the sizes in the
archive's own directory may be wrong.
"""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from duizhao.corpus.errors import InputError, LimitError
from duizhao.corpus.reading import characters
from duizhao.corpus.reading.bounds.limits import MB, Limits, remedy

if TYPE_CHECKING:
    from lxml import etree

RATIO_LIMIT = 200
RATIO_FREE = 20 * MB
HUGE = 8 * MB
# ISO/IEC 29500 "Strict" files differ from ordinary ones in the names of their namespaces alone
_STRICT = (
    (
        b"http://purl.oclc.org/ooxml/officeDocument/relationships",
        b"http://schemas.openxmlformats.org/officeDocument/2006/relationships",
    ),
    (
        b"http://purl.oclc.org/ooxml/wordprocessingml/main",
        b"http://schemas.openxmlformats.org/wordprocessingml/2006/main",
    ),
    (
        b"http://purl.oclc.org/ooxml/drawingml/",
        b"http://schemas.openxmlformats.org/drawingml/2006/",
    ),
)


def parse(data: bytes, name: str, removed: Counter[str] | None = None) -> etree._Element:
    """The root element; InputError where the XML is damaged or would unfold without end.

    With `removed` the text is cleaned (`characters.clean`), and what was removed is added to it.
    """
    from lxml import etree

    huge, entities = len(data) > HUGE, len(data) <= HUGE
    try:
        try:
            root = _parse(data, huge=huge, entities=entities)
        except etree.XMLSyntaxError as error:
            too_deep = "Excessive depth" in str(error.msg)
            external = entities and re.search(r"Entity '.*' not defined", str(error.msg))
            if not too_deep and not external:
                raise
            root = _parse(data, huge=huge or too_deep, entities=False)
    except etree.XMLSyntaxError as error:
        line = f", line {error.lineno}" if error.lineno else ""
        raise InputError(
            f"{name}{line}: damaged XML ({' '.join(str(error.msg).split())}); save the file again"
        ) from None
    if removed is not None:
        clean_tree(root, removed)
    return root


def _parse(data: bytes, *, huge: bool, entities: bool) -> etree._Element:
    """The root element.

    With `entities`, those that the file itself defines are expanded; libxml2 limits how far they
    may unfold, but not in huge trees. Without, and for external ones, ``&name;`` stays in the text.
    """
    from lxml import etree

    parser = etree.XMLParser(
        resolve_entities="internal" if entities else False,
        no_network=True,
        load_dtd=False,
        dtd_validation=False,
        huge_tree=huge,
        remove_comments=True,
        remove_pis=True,
    )
    root: etree._Element = etree.fromstring(data, parser)
    for entity in list(root.iter(etree.Entity)):
        text = (entity.text or "") + (entity.tail or "")
        before, above = entity.getprevious(), entity.getparent()
        if before is not None:
            before.tail = (before.tail or "") + text
        elif above is not None:
            above.text = (above.text or "") + text
        if above is not None:
            above.remove(entity)
    return root


def clean_tree(root: etree._Element, removed: Counter[str]) -> None:
    """Clean the text of every element (`characters.clean`); count in `removed` what went."""
    if not characters.removed(["".join(root.itertext())]):
        return
    for element in root.iter():
        for attribute in ("text", "tail"):
            text = getattr(element, attribute)
            if text and characters.REMOVED.search(text):
                removed.update(characters.removed([text]))
                setattr(element, attribute, characters.clean(text))


@dataclass(frozen=True, slots=True)
class Archive:
    """A zip archive held in memory; `removed` counts the invisible characters of its XML."""

    name: str
    zip: zipfile.ZipFile
    limits: Limits
    removed: Counter[str] = field(default_factory=Counter)
    unpacked: list[int] = field(default_factory=lambda: [0])

    @classmethod
    def open(cls, data: bytes, name: str, limits: Limits) -> Archive:
        try:
            archive = zipfile.ZipFile(io.BytesIO(data))
        except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError):
            raise InputError(
                f"{name}: the archive is damaged or cut short; fetch or save it again"
            ) from None
        if len(archive.filelist) > limits.members:
            raise LimitError(
                f"{name}: an archive of more than {limits.members} files; {remedy('limit_members')}"
            )
        return cls(name, archive, limits)

    def names(self) -> set[str]:
        return set(self.zip.namelist())

    def read(self, member: str) -> bytes | None:
        """The bytes of a member, None where there is none."""
        try:
            info = self.zip.getinfo(member)
        except KeyError:
            return None
        left = self.limits.unpacked_bytes - self.unpacked[0]
        most = max(RATIO_FREE, info.compress_size * RATIO_LIMIT)
        limit = min(left, most)
        if info.file_size > limit:
            raise self._too_large(member, most < left)
        parts = []
        size = 0
        try:
            with self.zip.open(info) as stream:
                while part := stream.read(MB):
                    size += len(part)
                    if size > limit:
                        raise self._too_large(member, most < left)
                    parts.append(part)
        except (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, ValueError):
            raise InputError(
                f"{self.name}: {member} is damaged or cut short; fetch or save the file again"
            ) from None
        except RuntimeError:
            raise InputError(f"{self.name}: protected by a password; save it without one") from None
        self.unpacked[0] += size
        return b"".join(parts)

    def _too_large(self, member: str, bomb: bool) -> LimitError:
        """The error for too many bytes, in relation to the packed size or in all."""
        if bomb:
            return LimitError(
                f"{self.name}: {member} unpacks to more than {RATIO_LIMIT} times its packed size, "
                "as a zip bomb does; not read"
            )
        return LimitError(
            f"{self.name}: unpacks to more than {self.limits.unpacked_bytes // MB} MB at {member}; "
            f"{remedy('limit_unpacked_mb')}"
        )

    def checksum(self, member: str) -> tuple[int, int]:
        """The same for members of the same content."""
        info = self.zip.getinfo(member)
        return info.CRC, info.file_size

    def xml(self, member: str) -> etree._Element | None:
        """The root element of a member, None where there is none."""
        data = self.read(member)
        if data is None:
            return None
        if b"purl.oclc.org/ooxml" in data[:4096]:
            for strict, usual in _STRICT:
                data = data.replace(strict, usual)
        return parse(data, f"{self.name}: {member}", self.removed)

    def warnings(self) -> list[str]:
        """The warning about invisible characters, if there were any."""
        return [text] if (text := characters.warning(self.name, self.removed)) else []
