"""HTML: a printable page with the Chinese text beside the English text, in the report's colours.

One file without scripts that loads nothing; its content security policy allows its own style only.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable
from html import escape
from importlib import resources
from itertools import groupby
from typing import BinaryIO

from duizhao.corpus.files.exports.options import DEFAULT, ExportOptions
from duizhao.corpus.files.exports.table import level
from duizhao.corpus.row import Row

HEAD = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'sha256-{hash}'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>Bilingual text</title>
<style>{style}</style>
</head>
<body>
<main>
"""
FOOT = """</main>
<footer>duizhao: <span class="low">confidence under 0.5</span>
<span class="middle">under 0.9</span></footer>
</body>
</html>
"""


def write(rows: Iterable[Row], file: BinaryIO, options: ExportOptions = DEFAULT) -> int:
    """Write the rows; returns their number."""
    style = resources.files("duizhao.corpus.files.exports").joinpath("page.css").read_text("utf-8")
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    file.write(HEAD.format(hash=digest, style=style).encode())
    count = 0
    for document, own in groupby(rows, key=lambda row: row.source_document):
        file.write(_table_head(document, options).encode())
        section = None
        for number, row in enumerate(own, 1):
            if row.section != section and row.section.strip():
                title = _text(row.section)
                file.write(f'<tr class="section"><th colspan="3">{title}</th></tr>\n'.encode())
            section = row.section
            file.write(_line(number, row, options).encode("utf-8", "replace"))
            count += 1
        file.write(b"</tbody>\n</table>\n")
    file.write(FOOT.encode())
    return count


def _table_head(document: str, options: ExportOptions) -> str:
    return (
        f"<h1>{_text(document)}</h1>\n<table>\n<thead><tr>"
        '<th class="number" scope="col"><abbr title="number and confidence">no.</abbr></th>'
        f'<th scope="col" lang="{options.source_language}">中文</th>'
        f'<th scope="col" lang="{options.target_language}">English</th></tr></thead>\n<tbody>\n'
    )


def _line(number: int, row: Row, options: ExportOptions) -> str:
    sure = "" if row.target_kind == "machine" else f" <span>{row.confidence:.2f}</span>"
    kind = ' title="machine translation"' if row.target_kind == "machine" else ""
    return (
        f'<tr id="{escape(row.id)}" class="{level(row.confidence)}"{kind}>'
        f'<td class="number">{number}{sure}</td>'
        f'<td lang="{options.source_language}">{_text(row.source)}</td>'
        f'<td lang="{options.target_language}">{_text(row.target)}</td></tr>\n'
    )


def _text(text: str) -> str:
    return escape(text).replace("\n", "<br>")
