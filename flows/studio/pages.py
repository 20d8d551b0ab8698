"""The HTML of the studio: its own page, reports of projects, and how a document was read."""

from __future__ import annotations

import json
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from duizhao.corpus.document import Language
from duizhao.corpus.errors import InputError, WrongState
from duizhao.corpus.files.edits import NAME as EDITS
from duizhao.corpus.files.formats import FORMATS
from duizhao.corpus.reading import read
from duizhao.evaluation.inspection import page as inspection
from duizhao.evaluation.report.data import page_data
from duizhao.evaluation.report.folder import read_folder
from duizhao.evaluation.report.page import (
    json_for_html,
    messages_json,
    page_environment,
    page_script,
    page_style,
    render_page,
)
from duizhao.flows.settings import Settings, resolve
from duizhao.flows.studio import run
from duizhao.flows.studio.queue import Queue

ASSETS = Path(__file__).parent / "assets"
SCRIPTS = ("base", "start", "jobs", "preview", "projects", "export", "sheet", "search", "main")
"""Concatenated in this order."""
HOME = "/"
"""The address of the studio's page, to which the others link."""


@cache
def studio_page() -> str:
    """The page of the studio; its data is loaded from /events and by the actions."""
    script = "\n".join((ASSETS / "js" / f"{name}.js").read_text("utf-8") for name in SCRIPTS)
    template = page_environment(ASSETS).get_template("studio.html.jinja")
    return template.render(
        style=page_style() + (ASSETS / "studio.css").read_text("utf-8"),
        messages_json=messages_json("studio", "kind", "reason", reported=True),
        data_json=json_for_html(_choices()),
        script=page_script("theme.js", "elements.js", "token.js", own=script),
    )


def _choices() -> dict[str, Any]:
    """The options of a job with their choices and defaults, and the formats of an export."""
    settings = resolve().settings
    options = {
        name: {"value": getattr(settings, name), "choices": _literals(name)}
        for name in run.offered()
    }
    return {"options": options, "formats": list(FORMATS)}


def _literals(name: str) -> list[Any]:
    """The values that a setting may have, [] for a number or a text."""
    schema = Settings.model_json_schema()["properties"][name]
    values: list[Any] = (schema.get("items") or schema).get("enum") or []
    return [value for value in values if value not in run.ALWAYS]


def report(place: Path) -> str:
    """The report of a project.

    It is written from the rows: report.html in a folder from elsewhere could hold any script.
    """
    changed = [
        path.stat().st_mtime_ns
        for path in (place / "run.json", place / "batch.json", place / EDITS)
        if path.is_file()
    ]
    return _report(place, tuple(changed))


@lru_cache(4)
def _report(place: Path, _changed: tuple[int, ...]) -> str:
    return render_page(page_data(read_folder(place)) | {"home": HOME})


def reading(queue: Queue, job: object, number: int) -> str:
    """How a document of a job was read, as `duizhao inspect --html` shows it."""
    found = queue.get(job)
    documents = (queue.jobs.preview(found) or {}).get("documents") or []
    if not 0 <= number < len(documents):
        raise WrongState("this document was not read; load the studio again")
    document = documents[number]
    path = queue.jobs.inputs(found) / document["file"]
    if found.symbol:
        path = _fetched(found.symbol, document["file"])
    if document["language"] not in ("zh", "en"):
        raise InputError(document["problem"] or f"{path.name}: cannot be read")
    return _inspected(path, document["language"], json.dumps(document))


@lru_cache(8)
def _inspected(path: Path, language: Language, _preview: str) -> str:
    settings = resolve().settings
    read_document, ledger = read(
        path,
        language,
        ocr=settings.ocr,
        keep_contents=settings.keep_contents,
        limits=settings.limits,
    )
    return inspection.html(
        read_document, ledger, path, ocr=settings.ocr, limits=settings.limits, home=HOME
    )


def _fetched(symbol: str, file: str) -> Path:
    """A file of a UN document in the cache."""
    from duizhao.corpus.paths import cache_folder
    from duizhao.corpus.un.fetch import folder_name

    return cache_folder() / "un" / folder_name(symbol) / file
