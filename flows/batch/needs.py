"""Check in a worker, before any document is sent, what every document of a batch needs.

Otherwise a wrong option would fail the documents one after another, possibly after hours.
"""

from __future__ import annotations

import os
from dataclasses import dataclass

from duizhao.corpus.errors import MissingPackage
from duizhao.corpus.reading.bounds.files import IMAGES
from duizhao.corpus.reading.scan.extra import EXTRA, installed
from duizhao.flows import results, stages
from duizhao.flows.settings import Settings
from duizhao.flows.storage import Place

SAMPLE = "会议开幕。"


@dataclass(frozen=True, slots=True)
class Needs:
    """The settings of a batch and the folder `state` of its outcomes.

    `aligns`: some document has a reference; `scans`: some file may be a scan.
    """

    settings: Settings
    state: str
    aligns: bool
    scans: bool


def may_be_scan(path: str) -> bool:
    """Whether text of the file may have to be recognised.

    >>> may_be_scan("a.PDF"), may_be_scan("a.docx")
    (True, False)
    """
    return path.lower().endswith((".pdf", *IMAGES))


def check_needs(needs: Needs) -> None:
    """Load and try what documents need; raises the error that every document would have."""
    settings = needs.settings
    state, name = Place.of(needs.state), f"check-{os.getpid()}"
    state.write(name, b"")
    state.remove(name)
    results.check_store()
    if needs.scans and settings.ocr == "always" and not installed():
        raise MissingPackage(f"--ocr always: recognition is not installed: {EXTRA}")
    if stages.uses_model(settings):
        stages.engine_of(settings).translate([SAMPLE], stages.decoding(settings))
        if settings.memory:
            stages.translator(settings)
    if needs.aligns:
        stages.check_embedder()
