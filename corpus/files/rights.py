"""The licence, origin and tags of texts, for the dataset card.

They come from the options of a command, from the columns of a batch's manifest, or from a UN
symbol. Nothing is assumed: the licence of a text about which nothing is known is "unknown".
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

UNKNOWN = "unknown"
UN = "united-nations"

# fmt: off
CODES = frozenset([
    "afl-3.0", "agpl-3.0", "apache-2.0", "apple-amlr", "apple-ascl", "artistic-2.0",
    "bigscience-openrail-m", "bigscience-bloom-rail-1.0", "bsd", "bsd-2-clause", "bsd-3-clause",
    "bsd-3-clause-clear", "bsl-1.0", "c-uda", "cc", "cc-by-2.0", "cc-by-2.5", "cc-by-3.0",
    "cc-by-4.0", "cc-by-nc-2.0", "cc-by-nc-3.0", "cc-by-nc-4.0", "cc-by-nc-nd-3.0",
    "cc-by-nc-nd-4.0", "cc-by-nc-sa-2.0", "cc-by-nc-sa-3.0", "cc-by-nc-sa-4.0", "cc-by-nd-4.0",
    "cc-by-sa-3.0", "cc-by-sa-4.0", "cc0-1.0", "cdla-permissive-1.0", "cdla-permissive-2.0",
    "cdla-sharing-1.0", "creativeml-openrail-m", "deepfloyd-if-license", "ecl-2.0", "epl-1.0",
    "epl-2.0", "etalab-2.0", "eupl-1.1", "gfdl", "gpl", "gpl-2.0", "gpl-3.0", "isc", "lgpl",
    "lgpl-2.1", "lgpl-3.0", "lgpl-lr", "lppl-1.3c", "mit", "mpl-2.0", "ms-pl", "ncsa", "odbl",
    "odc-by", "ofl-1.1", "openrail", "osl-3.0", "pddl", "postgresql", "unlicense", "wtfpl",
    "zlib",
])
# fmt: on
"""Licences for which the hub has a code; any other is `other` with a name and a link."""

TEXTS = {
    UNKNOWN: "The licence of these texts is unknown. Ask the owner of the texts before you use or "
    "pass them on.",
    UN: "These are official documents of the United Nations. They may be used and passed on with "
    "the United Nations named as their source; they come without warranty of any kind, and the "
    "United Nations has not checked the alignment or the machine translations. See the United "
    "Nations' terms of use (https://www.un.org/en/about-us/terms-of-use).",
}


@dataclass(frozen=True, slots=True)
class Rights:
    """The licence of a text (a code of the hub, a name or an address), its origin and tags."""

    licence: str = ""
    origin: str = ""
    tags: tuple[str, ...] = ()


NOTHING_KNOWN = Rights()


def rights_of(metadata: Mapping[str, Any], given: Rights = NOTHING_KNOWN) -> Rights:
    """The rights of a document: from the columns of its manifest, else `given`, else its symbol.

    >>> rights_of({"licence": "CC-BY-4.0", "tags": "law; treaties"}, Rights(origin="a court"))
    Rights(licence='cc-by-4.0', origin='a court', tags=('law', 'treaties'))
    >>> rights_of({"symbol": "S/2021/130"}).licence
    'united-nations'
    """
    from duizhao.corpus.un.fetch import is_symbol

    def column(*names: str) -> str:
        return next((str(metadata[name]).strip() for name in names if metadata.get(name)), "")

    symbol = column("symbol")
    is_un = bool(symbol) and is_symbol(symbol)
    licence = column("licence", "license") or given.licence or (UN if is_un else "")
    origin = column("origin") or given.origin or (UN_ORIGIN if is_un else "")
    tags = (*given.tags, *re.split(r"[,;]", column("tags")), UN if is_un else "")
    return Rights(normal(licence), origin, tuple(dict.fromkeys(filter(None, map(str.strip, tags)))))


UN_ORIGIN = "United Nations, Official Document System"


def normal(licence: str) -> str:
    """A licence as the card names it.

    >>> normal("CC BY 4.0"), normal("UN"), normal(""), normal("Crown Copyright")
    ('cc-by-4.0', 'united-nations', 'unknown', 'Crown Copyright')
    """
    code = re.sub(r"[\s_]+", "-", licence.strip().lower())
    if code in ("un", UN, f"{UN}-terms-of-use"):
        return UN
    if code in ("", UNKNOWN):
        return UNKNOWN
    return code if code in CODES else licence.strip()


def yaml_of(licences: Iterable[str]) -> dict[str, str]:
    """The entries of the card's YAML for the licences of its documents.

    >>> yaml_of(["cc-by-4.0"]), yaml_of(["mit", "unknown"])
    ({'license': 'cc-by-4.0'}, {'license': 'unknown'})
    >>> yaml_of(["https://example.org/terms"])["license_link"]
    'https://example.org/terms'
    """
    distinct = sorted(set(licences))
    if UNKNOWN in distinct or not distinct:
        return {"license": UNKNOWN}
    if len(distinct) > 1:
        return {"license": "other", "license_name": "several", "license_link": "#licence"}
    (licence,) = distinct
    if licence in CODES:
        return {"license": licence}
    if licence == UN:
        link = "https://www.un.org/en/about-us/terms-of-use"
        return {"license": "other", "license_name": f"{UN}-terms-of-use", "license_link": link}
    link = licence if "://" in licence else "#licence"
    name = re.sub(r"[^a-z0-9.]+", "-", licence.partition("://")[2] or licence.lower()).strip("-")
    return {"license": "other", "license_name": name or "other", "license_link": link}


def text_of(licence: str) -> str:
    """The licence in words."""
    known = f"The licence of these texts: {licence}."
    return TEXTS.get(licence, known)


def counted(rights: Iterable[Rights]) -> list[tuple[Rights, int]]:
    """Distinct rights with the number of documents, the most frequent first."""
    return sorted(Counter(rights).items(), key=lambda item: (-item[1], str(item[0])))
