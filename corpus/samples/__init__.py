"""The sample pair: a UN-style report in Chinese and its English version, written for duizhao.

Everything in them is invented: the river, the Commission, the people and the symbol. The Chinese
is laid out as the text of a UN PDF (hard-wrapped, furniture, page breaks in sentences), the
English has one paragraph per line. They are rendered by `tests/data/make_report.py`.
"""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path


def pair() -> tuple[Path, Path]:
    """Paths of the Chinese report and of its English counterpart."""
    folder = Path(str(files("duizhao.corpus.samples")))
    return folder / "report.zh.txt", folder / "report.en.txt"
