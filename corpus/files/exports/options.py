"""Options of files for translation tools: language codes and the creation time."""

from __future__ import annotations

import re
from dataclasses import dataclass

from duizhao.corpus.errors import InputError

_CODE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*")


@dataclass(frozen=True, slots=True)
class ExportOptions:
    """Language codes (BCP 47, such as zh-CN), and when the rows were created, in ISO 8601.

    `created` is empty where the time is unknown: the same rows always give the same bytes.
    """

    source_language: str = "zh"
    target_language: str = "en"
    created: str = ""

    def __post_init__(self) -> None:
        for option, code, language in (
            ("--source-lang", self.source_language, "zh"),
            ("--target-lang", self.target_language, "en"),
        ):
            if not _CODE.fullmatch(code):
                raise InputError(f"{option}: {code!r} is not a language code such as {language}")
            if code.lower().partition("-")[0] != language:
                raise InputError(f"{option}: {code!r} must begin with {language}")


DEFAULT = ExportOptions()
