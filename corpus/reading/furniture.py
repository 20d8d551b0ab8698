"""Page furniture of UN documents: what is printed on the page but is no part of the text.

    >>> reason("21-01922 6/14")
    'job_number'
    >>> reason("S/2021/130 was adopted") is None
    True

`reason` judges a line by itself; `duizhao.corpus.reading.layout` adds what only the neighbours tell
(a bare page number, a running head).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from duizhao.corpus.script import HAN_CHARACTER

# A/75/836, S/RES/2532(2020), E/CN.4/2004/7/Add.1, A/C.3/75/L.1/Rev.1, ST/SG/AC.10/11, CAT/C/GBR/6
SYMBOL = (
    r"(?:A|S|E|T|ST|CAT|CCPR|CEDAW|CERD|CRC|CRPD|CMW|CED|CESCR|DP|FCCC|HRI|HSP|ICCD|ID|IDB|ISBA|"
    r"JIU|LOS|MP|NPT|PBC|PCNICC|SPLOS|TD|TRADE|UNEP|UNW|UNIDIR|AC|BWC|CCW|CD|DEC|ECE|EB|ECA|ESCAP|"
    r"CBD|KJ|APLC|CONF|INCB|ITC|IOM|UNCTAD|UPR|WFP|WTO|IAEA|INFCIRC|UNFPA|UNHCR|HCR|HS)"
    r"(?:/[A-Z]{1,6}(?:\.\d{1,4})?|/\d{1,4}|/(?:Add|Rev|Corr|Amend|Summary)\.?\s?\d{1,3}"
    r"|/[A-Z]{1,4}\.\d{1,4}|/[A-Z][A-Za-z]{0,8}\.?\d{0,4})+"
    r"(?:\s?[(（]\d{4}[)）]|\s?[(（](?:Part|第)[^)）]{1,12}[)）]|\s?[(（](?:SUPP|Vol\.?|Sect\.|Resumption)[^)）]{0,8}[)）])?\*?"
)
JOB = r"(?:GE\.|V\.)?\d{2}-\d{5}(?:\s?\([EFSCRA]\)|[EFSCRA]\b)?"
PAGE_OF = r"/?\d{1,4}\s?/\s?\d{1,4}|/\d{1,4}"
BARCODE = r"\*\s?\d{6,9}[A-Z]?\s?\*"
EXTRA = r"\([EFSCRA]\)|\d{6}|\d{1,4}"

FULL = {
    "barcode": re.compile(BARCODE),
    "document_symbol": re.compile(rf"(?=.*\d){SYMBOL}(?:\s?[-–—]\s?{SYMBOL})?"),
    "page_number": re.compile(
        rf"(?:{PAGE_OF})|[-–—]\s?\d{{1,4}}\s?[-–—]"
        r"|(?:[Pp]age|PAGE)\s\d{1,4}(?:\s(?:of|/)\s\d{1,4})?"
        r"|第\s?\d{1,4}\s?页(?:[，,\s]*共\s?\d{1,4}\s?页)?"
    ),
    "link": re.compile(r"<?(?:https?://|www\.)[^\s<>，。；、）]+>?"),
    "separator": re.compile(r"[_—─＿]{6,}|[-=]{10,}"),
    "recycle": re.compile(r"(?:Please recycle|请回收|♻)\s*♻?"),
}
JOB_LINE = re.compile(
    rf"(?=.*(?:{JOB}))(?:(?:{JOB}|{PAGE_OF}|{BARCODE}|{EXTRA}|{SYMBOL})(?:\s+|$))+", re.ASCII
)
SYMBOL_LINE = re.compile(rf"(?=.*\d)(?=.*{SYMBOL})(?:(?:{SYMBOL}|{PAGE_OF})(?:\s+|$))+")
PRINTED_PAGE = re.compile(r"(?<![\d-])(\d{1,4})\s?/\s?(\d{1,4})(?!\d)")
FRACTION = re.compile(r"\d{1,4}\s?/\s?\d{1,4}")
BARE_NUMBER = re.compile(r"\d{1,4}|[ivxlc]{1,6}")
# the masthead of a first page, which includes everything above its last line
DISTRIBUTION = re.compile(r"(?:Distr\.|Original\s?:|原件\s?[:：]|原文\s?[:：]).*", re.IGNORECASE)
MASTHEAD = re.compile(
    r"United Nations(?: Nations Unies)?|General Assembly|Security Council|Chinese|English|中文|英文"
    r"|Economic and Social Council|Human Rights Council|联\s*合\s*国|大\s*会|大|会|人权理事会"
    r"|安\s*全\s*理\s*事\s*会|经济及社会理事会|\d{1,2} [A-Z][a-z]+ \d{4}"
    r"|\d{4}\s?年\s?\d{1,2}\s?月\s?\d{1,2}\s?日|General|普遍|Limited|限制"
)
MASTHEAD_LINES = 20
# dates below the job number of a first page: 220421
JOB_DATE = re.compile(r"\d{6}")
# A paragraph that ends like this goes on with the address on the next line.
LEADS_TO_LINK = re.compile(
    r"(?:[:：(（<]|见|查阅|访问|网址|网站|载于|登录|\b(?:at|from|see|website|visit|via|on|address))\s*$",
    re.IGNORECASE,
)


@lru_cache(maxsize=1 << 14)
def reason(text: str) -> str | None:
    """Why this line is furniture, regardless of its neighbours; None if it is not."""
    text = text.strip()
    if len(text) > 200 or (HAN_CHARACTER.match(text) and text[0] not in "第请"):
        return None
    if JOB_LINE.fullmatch(text):
        return "job_number"
    for name, pattern in FULL.items():
        if pattern.fullmatch(text):
            return name
    if SYMBOL_LINE.fullmatch(text):
        return "document_symbol"
    return None


def printed_page(text: str) -> tuple[int, int] | None:
    """The page and the number of pages in a foot such as ``21-01922 6/14``."""
    match = PRINTED_PAGE.search(text)
    return (int(match[1]), int(match[2])) if match else None


def total(text: str) -> str:
    """The part of ``6/14`` after the stroke."""
    return text.rpartition("/")[2].strip()


def masthead(texts: Sequence[str]) -> set[int]:
    """Numbers of the lines of the masthead, where the text begins with one."""
    top = texts[:MASTHEAD_LINES]
    last = max((i for i, text in enumerate(top) if DISTRIBUTION.fullmatch(text)), default=-1)
    found = {
        number
        for number, text in enumerate(top[: last + 1])
        if DISTRIBUTION.fullmatch(text) or _all_masthead(text)
    }
    # "Chinese" may follow "Original: English"
    while found and last + 1 < len(top) and MASTHEAD.fullmatch(top[last + 1]):
        last += 1
        found.add(last)
    return found


def _all_masthead(text: str) -> bool:
    """Columns of a masthead on one line: ``大 会 Distr.: General``."""
    rest = text.strip()
    while rest:
        match = MASTHEAD.match(rest) or DISTRIBUTION.match(rest)
        if match is None:
            return reason(rest) is not None
        rest = rest[match.end() :].strip()
    return True
