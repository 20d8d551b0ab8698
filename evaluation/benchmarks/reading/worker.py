"""Read files with one library, in the interpreter that has it.

    python worker.py READER < requests > readings

A request is a line of JSON with `path` and `language`. So is a reading: `content`, its `format`
(`text`, `markdown`, or `blocks` as [kind, text, sentences]), `seconds` and `peak_mb`. A file that
the library cannot read has an `error` instead. This script also runs without duizhao.
"""

from __future__ import annotations

import importlib
import json
import logging
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

Reader = Callable[[str, str], Any]


def duizhao(path: str, language: str) -> Any:
    from duizhao.corpus.reading.draft import Source
    from duizhao.corpus.reading.parsing import parse

    source = Source(path, Path(path).read_bytes(), Path(path), keep_contents=True)
    document, _ = parse(source, "zh" if language == "zh" else "en", "source", "sheet")
    return [
        (block.kind, block.text, [sentence.text for sentence in block.sentences])
        for block in document.blocks
    ]


def pdf_oxide(path: str, _language: str) -> Any:
    from pdf_oxide import PdfDocument

    return PdfDocument(path).to_markdown_all()


def kreuzberg(path: str, _language: str) -> Any:
    from kreuzberg import ExtractionConfig, extract_file_sync

    return extract_file_sync(path, config=ExtractionConfig(use_cache=False)).content


def pdftext(path: str, _language: str) -> Any:
    from pdftext.extraction import plain_text_output

    return plain_text_output(path, sort=False, hyphens=False)


def pdfplumber(path: str, _language: str) -> Any:
    import pdfplumber

    with pdfplumber.open(path) as pdf:
        return "\n\n".join(page.extract_text() for page in pdf.pages)


def markitdown(path: str, _language: str) -> Any:
    from markitdown import MarkItDown

    return MarkItDown(enable_plugins=False).convert(path).text_content


READERS: dict[str, tuple[Reader, str, str]] = {
    "duizhao": (duizhao, "blocks", "duizhao.corpus.reading.parsing"),
    "pdf-oxide": (pdf_oxide, "markdown", "pdf_oxide"),
    "kreuzberg": (kreuzberg, "text", "kreuzberg"),
    "pdftext": (pdftext, "text", "pdftext.extraction"),
    "pdfplumber": (pdfplumber, "text", "pdfplumber"),
    "markitdown": (markitdown, "markdown", "markitdown"),
}


def peak_mb(*, reset: bool = False) -> float:
    """The peak memory of this process in MiB since the last reset (Linux)."""
    if reset:
        Path("/proc/self/clear_refs").write_text("5")
        return 0.0
    status = Path("/proc/self/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0]) / 1024


def main() -> None:
    read, form, module = READERS[sys.argv[1]]
    importlib.import_module(module)
    logging.disable(logging.CRITICAL)
    # the output of a library must not mix with the readings
    out = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    for line in sys.stdin:
        request = json.loads(line)
        peak_mb(reset=True)
        start = time.perf_counter()
        reading: dict[str, Any] = {"format": form}
        try:
            reading["content"] = read(request["path"], request["language"])
        except Exception as error:  # a library may raise any error
            reading["error"] = f"{type(error).__name__}: {error}"
        reading["seconds"] = time.perf_counter() - start
        reading["peak_mb"] = peak_mb()
        print(json.dumps(reading), file=out, flush=True)


if __name__ == "__main__":
    main()
