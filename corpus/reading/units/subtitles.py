"""Subtitles (SubRip .srt, WebVTT .vtt): a unit for each caption, without time and markup."""

from __future__ import annotations

import re

from duizhao.corpus.document import Language
from duizhao.corpus.errors import InputError
from duizhao.corpus.reading import encoding
from duizhao.corpus.reading.draft import LeftOut, Reading, Source
from duizhao.corpus.reading.units import segmented

_TIME = r"(?:\d{1,4}:)?\d{1,2}:\d{2}[,.]\d{1,3}"
TIMING = re.compile(rf"[ \t]*{_TIME}[ \t]*-->[ \t]*{_TIME}[^\n]*")
_TAG = re.compile(r"</?(?:[a-z]+|\d)(?:[ .][^<>]{0,200})?>|<\d[\d:.]*>|\{\\[^{}]{0,100}\}", re.I)
_RUBY = re.compile(r"<r[tp]>(.*?)(?:</r[tp]>|(?=<r[tp]>|</ruby>|$))", re.IGNORECASE | re.DOTALL)
_ENTITIES = {"&amp;": "&", "&lt;": "<", "&gt;": ">", "&nbsp;": " ", "&lrm;": "", "&rlm;": ""}


def read_drafts(source: Source, language: Language) -> Reading:
    """The captions in their order; notes, styles and anything else between them to the ledger."""
    decoded = encoding.read_text(source.data, source.name)
    lines = re.split(r"\r\n|\r|\n", decoded.text)
    units: list[tuple[str, int | None]] = []
    left_out: list[LeftOut] = []
    number = 0
    while number < len(lines):
        if not TIMING.fullmatch(lines[number]):
            if _is_comment(lines, number):
                left_out.append(LeftOut("subtitle_note", lines[number].strip(), line=number + 1))
            number += 1
            continue
        start = number + 1
        number = start
        while number < len(lines) and lines[number].strip() and not _begins(lines, number):
            number += 1
        text = "\n".join(lines[start:number])
        for ruby in _RUBY.findall(text):
            left_out.append(LeftOut("ruby", _TAG.sub("", ruby), line=start + 1))
        text = _TAG.sub("", _RUBY.sub("", text))
        for entity, char in _ENTITIES.items():
            text = text.replace(entity, char)
        units.append((text, start + 1))
    if not units:
        raise InputError(f"{source.name}: no captions in it; is it a subtitle file?")
    return segmented.reading(units, language, decoded.warnings, left_out, encoding=decoded.encoding)


def _begins(lines: list[str], number: int) -> bool:
    """Whether a caption begins here, which some files do not set off by an empty line."""
    if TIMING.fullmatch(lines[number]):
        return True
    following = lines[number + 1] if number + 1 < len(lines) else ""
    return lines[number].strip().isdigit() and TIMING.fullmatch(following) is not None


def _is_comment(lines: list[str], number: int) -> bool:
    """Text between captions that is neither a number, a name nor the file's head."""
    line = lines[number].strip()
    following = lines[number + 1] if number + 1 < len(lines) else ""
    return bool(line) and not line.startswith("WEBVTT") and not TIMING.fullmatch(following)
