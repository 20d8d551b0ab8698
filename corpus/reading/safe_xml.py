"""XML and zip archives from strangers: no external entity, no network, no bomb.

Word, TMX and XLIFF files are XML that anyone may have written. `parse` never resolves an entity
that the file defines, and never opens another file. `Archive` reads members of a zip file up to a
limit, counted while unpacking: the sizes in the archive's own directory may lie.
"""

from __future__ import annotations

import io
import zipfile
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from duizhao.corpus.errors import InputError

if TYPE_CHECKING:
    from lxml import etree

# The text of the longest UN document (a budget, 2,000 pages) is some 60 MB of WordprocessingML.
MEMBER_LIMIT = 400 * 2**20
RATIO_LIMIT = 200
RATIO_FREE = 20 * 2**20


def parse(data: bytes, name: str) -> etree._Element:
    """The root element; InputError where the XML is damaged or would unfold without end."""
    from lxml import etree

    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        dtd_validation=False,
        huge_tree=len(data) > 8 * 2**20,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        root: etree._Element = etree.fromstring(data, parser)
    except etree.XMLSyntaxError as error:
        line = f", line {error.lineno}" if error.lineno else ""
        raise InputError(f"{name}{line}: damaged XML ({error.msg}); save the file again") from None
    return root


@dataclass(frozen=True, slots=True)
class Archive:
    """A zip archive held in memory."""

    name: str
    zip: zipfile.ZipFile

    @classmethod
    def open(cls, data: bytes, name: str) -> Archive:
        try:
            return cls(name, zipfile.ZipFile(io.BytesIO(data)))
        except (zipfile.BadZipFile, ValueError, OSError):
            raise InputError(
                f"{name}: the archive is damaged or cut short; fetch or save it again"
            ) from None

    def names(self) -> set[str]:
        return set(self.zip.namelist())

    def read(self, member: str) -> bytes | None:
        """The bytes of a member, None where there is none."""
        try:
            info = self.zip.getinfo(member)
        except KeyError:
            return None
        limit = min(MEMBER_LIMIT, max(RATIO_FREE, info.compress_size * RATIO_LIMIT))
        parts = []
        size = 0
        try:
            with self.zip.open(info) as stream:
                while part := stream.read(2**20):
                    size += len(part)
                    if size > limit:
                        raise InputError(
                            f"{self.name}: {member} unpacks to more than {limit // 2**20} MB, "
                            "as a zip bomb does; it is not read"
                        )
                    parts.append(part)
        except (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError):
            raise InputError(
                f"{self.name}: {member} is damaged or cut short; fetch or save the file again"
            ) from None
        except RuntimeError:
            raise InputError(f"{self.name}: protected by a password; save it without one") from None
        return b"".join(parts)

    def xml(self, member: str) -> etree._Element | None:
        """The root element of a member, None where there is none."""
        data = self.read(member)
        return None if data is None else parse(data, f"{self.name}: {member}")
