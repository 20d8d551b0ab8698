"""Bytes to text: detect and report the encoding of a file.

Tried in this order: byte-order mark; UTF-16 without one (zero bytes, or what Chinese looks like
in it); UTF-8; GB18030, which holds all of GBK and GB2312; Big5; then what charset-normalizer
finds. UTF-8 is strict enough that other text hardly ever passes for it.
"""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass, replace

from duizhao.corpus.errors import InputError
from duizhao.corpus.reading import characters
from duizhao.corpus.script import EAST_ASIAN_CHARACTER, everyday

BOMS = (
    # the longer ones first: UTF-32's mark begins with that of UTF-16
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)


# Marks of an everyday Chinese text
PUNCTUATION = "、。·—…‘’“”〈〉《》「」『』【】〔〕，：；？！（）％－"
# 0x1A and 0x1C end old DOS and mainframe files
CONTROLS = re.compile(r"[\x00-\x08\x0e-\x19\x1b\x1d-\x1f\x7f]")
# A text may have stray control characters; a file with more than so many, and more than this
# share of them, is binary.
MOST_STRAY = 4
MOST_STRAY_SHARE = 0.01
SAMPLE = 1 << 16


@dataclass(frozen=True, slots=True)
class Decoded:
    """Text, the name of its encoding, whether it had a byte-order mark, and warnings."""

    text: str
    encoding: str
    bom: bool = False
    warnings: tuple[str, ...] = ()


def decode(data: bytes, name: str) -> Decoded:
    """The text of a file; InputError where it is empty, binary or in no known encoding.

    >>> decode("联合国".encode("gb18030"), "a.txt").encoding
    'gb18030'
    """
    if not data.strip():
        raise InputError(f"{name}: the file is empty")
    for bom, encoding in BOMS:
        if data.startswith(bom):
            return _with_bom(data[len(bom) :], encoding, name)
    utf16 = _utf16_without_bom(data)
    if utf16 is not None:
        return _checked(Decoded(data.decode(utf16), utf16), name)
    try:
        return _checked(Decoded(data.decode("utf-8"), "utf-8"), name)
    except UnicodeDecodeError:
        pass
    if _binary_bytes(data):
        raise InputError(f"{name}: this is a binary file; give a text, PDF, Word or HTML file")
    # a few bytes of GB18030 may look like a damaged character of UTF-8: 大会。
    cut = None if _is_gb(data) else _utf8_with_a_few_broken_bytes(data)
    if cut is not None:
        return _checked(Decoded(cut, "utf-8", warnings=(_damage(data, "utf-8", name),)), name)
    return _checked(_legacy(data, name), name)


def read_text(data: bytes, name: str) -> Decoded:
    """As `decode`, cleaned by `characters.clean`; a warning counts what was removed."""
    decoded = decode(data, name)
    counts = characters.removed([decoded.text])
    warnings = [*decoded.warnings, *filter(None, [characters.warning(name, counts)])]
    text = characters.upright(characters.clean(decoded.text))
    return replace(decoded, text=text, warnings=tuple(warnings))


def _damage(data: bytes, encoding: str, name: str) -> str:
    """The warning about bytes that cannot be read: how many places, and the line of the first."""
    text = data.decode(encoding, errors="replace")
    line = text.count("\n", 0, text.find("\ufffd")) + 1
    places = text.count("\ufffd")
    more = f" and {places - 1} more places" if places > 1 else ""
    return f"{name}, line {line}{more}: damaged {encoding.upper()}, shown as U+FFFD"


def _with_bom(data: bytes, encoding: str, name: str) -> Decoded:
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError:
        text = data.decode(encoding, errors="replace")
        if text.count("\ufffd") > 0.1 * len(text):
            raise InputError(f"{name}: this is a binary file that begins like {encoding}") from None
        return _checked(Decoded(text, encoding, True, (_damage(data, encoding, name),)), name)
    return _checked(Decoded(text, encoding, bom=True), name)


def _checked(decoded: Decoded, name: str) -> Decoded:
    text = decoded.text
    if _has_many_controls(text):
        raise InputError(f"{name}: this is a binary file; give a text, PDF, Word or HTML file")
    if not characters.clean(text).strip():
        raise InputError(f"{name}: the file is empty (white space only)")
    return decoded


def _has_many_controls(text: str) -> bool:
    """Whether control characters, other than those of a terminal's escape sequences, are common."""
    sample = characters.ESCAPE.sub("", text[:SAMPLE])
    count = len(CONTROLS.findall(sample))
    return count > MOST_STRAY and count > MOST_STRAY_SHARE * len(sample)


def _binary_bytes(data: bytes) -> bool:
    """Many control bytes: no text in a legacy encoding."""
    return _has_many_controls(data[:SAMPLE].decode("latin-1"))


def _utf16_without_bom(data: bytes) -> str | None:
    """Recognise UTF-16 by line ends, spaces, digits and CJK high bytes, which every text has."""
    sample = data[: 65536 & ~1]
    if len(data) % 2 or len(sample) < 4:
        return None
    if b"\x00" not in sample and _is_utf8(data):
        return None
    for encoding in ("utf-16-le", "utf-16-be"):
        try:
            data.decode(encoding)
            text = sample.decode(encoding, errors="ignore")
        except UnicodeDecodeError:
            continue
        plausible = sum(
            1
            for char in text
            if EAST_ASIAN_CHARACTER.match(char)
            or " " <= char <= "~"
            or char in "\n\r\t\f"
            or "\u2010" <= char <= "\u2026"
        )
        # a byte-swapped or 8-bit text read as UTF-16 scatters over all of Unicode
        if plausible > 0.95 * len(text) and (b"\x00" in sample or not _is_gb(data)):
            return encoding
    return None


def _is_utf8(data: bytes) -> bool:
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _is_gb(data: bytes) -> bool:
    try:
        text = data.decode("gb18030")
    except UnicodeDecodeError:
        return False
    return _common_share(text) > 0.8


def _utf8_with_a_few_broken_bytes(data: bytes) -> str | None:
    """UTF-8 that is damaged in places, or None where it is another encoding."""
    text = data.decode("utf-8", errors="replace")
    broken = text.count("\ufffd")
    multibyte = sum(1 for char in text if char > "\x7f" and char != "\ufffd")
    return text if multibyte and broken <= max(3, multibyte // 200) else None


def _common_share(text: str) -> float:
    """Share of the non-ASCII characters that an everyday Chinese text is made of."""
    wide = [char for char in text[:65536] if char > "\x7f"]
    common = sum(1 for char in wide if char in PUNCTUATION or everyday(char))
    return common / len(wide) if wide else 1.0


def _legacy(data: bytes, name: str) -> Decoded:
    candidates = []
    for encoding in ("gb18030", "big5"):
        text = data.decode(encoding, errors="replace")
        broken = text.count("\ufffd")
        wide = sum(1 for char in text if char > "\x7f" and char != "\ufffd")
        whole = broken == 0
        if wide and broken <= max(1, wide // 200) and _common_share(text) > 0.8:
            share = _common_share(text)
            candidates.append((whole, share, encoding == "gb18030", encoding, text))
    if candidates:
        whole, _, _, encoding, text = max(candidates)
        return Decoded(text, encoding, warnings=() if whole else (_damage(data, encoding, name),))
    western = _western(data)
    if western is not None:
        return Decoded(western, "cp1252")
    text = data.decode("utf-8", errors="replace")
    if text.count("\ufffd") <= 3:  # too few bytes to detect another encoding
        return Decoded(text, "utf-8", warnings=(_damage(data, "utf-8", name),))
    from charset_normalizer import from_bytes

    best = from_bytes(data).best()
    if best is None:
        raise InputError(f"{name}: in no known encoding; save it as UTF-8")
    return Decoded(str(best), best.encoding.replace("_", "-"))


def _western(data: bytes) -> str | None:
    """English as Windows writes it: ASCII with some curly quotes, dashes and accents."""
    try:
        text = data.decode("cp1252")
    except UnicodeDecodeError:
        return None
    wide = [char for char in text if char > "\x7f"]
    usual = sum(1 for char in wide if char in "‘’“”–—…•€£§°©®«»\xa0" or "À" <= char <= "ÿ")
    return text if len(wide) < 0.1 * len(text) and usual > 0.95 * len(wide) else None
