"""Evidence from file names: a UN symbol, a stem, a language tag."""

from __future__ import annotations

import re
import unicodedata

_TAG = re.compile(
    r"(?:^|(?<=[\W_]))(?:zh|cn|chn|chi|zho|chinese|zh[-_]?(?:cn|tw|hans|hant)|hans|hant|simplified|"
    r"en|eng|english|en[-_]?(?:us|gb)|c|e)(?=[\W_]|$)|中文版?|英文版?|中文|英文|汉语|英语|简体|繁体",
    re.IGNORECASE,
)
_SYMBOL = re.compile(
    r"(?<![A-Za-z0-9])(?:A|S|E|ST|T|CCPR|CEDAW|CERD|CRC|CAT|CRPD|CMW|DP|HRI|HSP|ID|ISBA|TD|UNEP|FCCC|"
    r"CBD|LC|NPT|PC|SC)(?:[/_][A-Z]{1,8}(?:\.\d+)?){0,3}[/_]\d{1,4}(?:[/_](?:[A-Z]+\.)?\d+)*"
    r"(?:[/_.\s-]*(?:Add|Corr|Rev|L)\.?\s?\d+)*(?![A-Za-z0-9])"
)
_SUFFIX = re.compile(r"(Add|Corr|Rev|L)\.?\s?(\d+)", re.IGNORECASE)
_ENDING = re.compile(r"\.[A-Za-z0-9]{1,8}$")


def stem(name: str) -> str:
    """A file name without ending and language tags, in lower case.

    >>> stem("Report_2021-ZH.pdf"), stem("report_2021.en.docx"), stem("年度报告（中文版）.docx")
    ('report 2021', 'report 2021', '年度报告')
    """
    text = unicodedata.normalize("NFKC", _ENDING.sub("", name))
    return " ".join(re.split(r"[\W_]+", _TAG.sub(" ", text).lower())).strip()


def symbol(text: str) -> str | None:
    """The first UN document symbol of a text in one spelling, None if there is none.

    >>> symbol("A_80_604_Add.1.zh.pdf"), symbol("see S/2021/130 of 9 February"), symbol("Page 4/14")
    ('A/80/604/ADD.1', 'S/2021/130', None)
    """
    match = _SYMBOL.search(unicodedata.normalize("NFKC", text))
    if not match:
        return None
    found = match[0]
    suffixes = [f"{kind.upper()}.{number}" for kind, number in _SUFFIX.findall(found)]
    base = _SUFFIX.sub("", found).replace("_", "/").strip(" /.-").upper()
    return "/".join([base, *suffixes])
