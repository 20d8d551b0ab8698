"""The actions of the studio's page: each takes and returns JSON values."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

from starlette.routing import Router

from duizhao.corpus.errors import InputError, LimitError, StorageError, writing
from duizhao.corpus.files.exports.export import FOLDER as EXPORTS
from duizhao.corpus.files.exports.export import Export
from duizhao.corpus.files.exports.export import export as write_export
from duizhao.corpus.files.exports.options import ExportOptions
from duizhao.corpus.files.formats import FORMATS
from duizhao.corpus.un.fetch import is_symbol, normal_symbol
from duizhao.evaluation.review.apply import NAME as REVIEWED
from duizhao.evaluation.review.apply import add_sheet, apply_review
from duizhao.evaluation.search import Filters, search
from duizhao.evaluation.search.projects import projects as corpora_below
from duizhao.flows.studio import projects, run
from duizhao.flows.studio.jobs import HOME
from duizhao.flows.studio.queue import Queue
from duizhao.flows.studio.reviews import Reviews
from duizhao.flows.studio.uploads import MOST_FILES, safe_name

Values = dict[str, Any]
LONGEST_QUERY = 300
MOST_HITS = 200
SHEETS = "sheet-"
"""The beginning of the names of folders for uploaded workbooks."""


class Actions:
    """The queue, the projects and the reviews of one studio folder."""

    def __init__(self, folder: Path, queue: Queue, reviews: Reviews, most_bytes: int) -> None:
        self.folder, self.queue, self.reviews = folder, queue, reviews
        self._most_bytes = most_bytes
        for left in (folder / HOME).glob(f"{SHEETS}*"):  # by a studio that was killed
            shutil.rmtree(left, ignore_errors=True)

    def by_name(self) -> dict[str, Callable[[Values], Values]]:
        """All actions by the names that the page uses."""
        return {
            "new": self.new,
            "read": lambda wanted: self._moved(self.queue.read, wanted),
            "start": self.start,
            "stop": lambda wanted: self._moved(self.queue.stop, wanted),
            "remove": lambda wanted: self._moved(self.queue.remove, wanted),
            "preview": lambda wanted: {"preview": self.preview(wanted)},
            "projects": lambda _: {"projects": projects.for_page(self.folder)},
            "export": self.export,
            "delete": self.delete,
            "search": self.search,
        }

    def new(self, wanted: Values) -> Values:
        """A job for a UN symbol, or for files of these names that are uploaded next."""
        symbol = " ".join(str(wanted.get("symbol") or "").split())
        if symbol:
            if not is_symbol(symbol):
                raise InputError(f"{symbol!r}: not a UN document symbol such as S/2021/130")
            job = self.queue.add(normal_symbol(symbol).replace("/", "_"), normal_symbol(symbol))
            self.queue.read(job.id)
            return {"job": job.id}
        names = [safe_name(str(name)) for name in wanted.get("files") or ()]
        if not names:
            raise InputError("choose a file, or enter a symbol")
        if len(names) > MOST_FILES:
            raise InputError(f"more than {MOST_FILES:,} files; use `duizhao batch` for these")
        return {"job": self.queue.add(_title(names)).id}

    def place_for(self, job: str, name: str) -> Path:
        """The path for an uploaded file of a new job."""
        found = self.queue.get(job)
        if found.state != "new":
            raise InputError("this job has all its files")
        if len(found.files) >= MOST_FILES or self.queue.jobs.size(found) > self._most_bytes:
            raise LimitError(f"{name}: the files of this job are too many or too large")
        if name in found.files:
            raise InputError(f"{name}: there are two files of this name; rename one")
        return self.queue.jobs.inputs(found) / name

    def start(self, wanted: Values) -> Values:
        """Put a job into the queue; without `options`, with those of its last run."""
        options = wanted.get("options")
        if options is not None and not isinstance(options, dict):
            raise InputError("`options` is an object")
        self.queue.enqueue(wanted.get("job"), options)
        return {}

    def preview(self, wanted: Values) -> Values | None:
        """How the documents of a job were read."""
        return self.queue.jobs.preview(self.queue.get(wanted.get("job")))

    def _moved(self, move: Callable[[object], None], wanted: Values) -> Values:
        move(wanted.get("job"))
        return {}

    def place(self, project: object) -> Path:
        """The folder of a project."""
        return projects.place_of(self.folder, project)

    def review(self, project: object) -> Router:
        """The routes of a project's review."""
        return self.reviews.app(self.place(project))

    def export(self, wanted: Values) -> Values:
        """Write exports of a project, by default with the corrections of its review."""
        place = self.place(wanted.get("project"))
        formats = [str(name) for name in wanted.get("formats") or ()]
        if not formats or not set(formats) <= set(FORMATS):
            raise InputError(f"choose formats among {', '.join(FORMATS)}")
        corpus = place
        if wanted.get("reviewed"):
            corpus = Path(apply_review(place)["out"])
        languages = ExportOptions(
            str(wanted.get("source_lang") or "zh"), str(wanted.get("target_lang") or "en")
        )
        try:
            done = write_export(
                corpus,
                Export(formats, languages, without_mt=bool(wanted.get("without_mt"))),
                place / EXPORTS,
            )
        except OSError as error:
            raise StorageError(
                f"{error.filename or place}: cannot be written to ({error.strerror or error})"
            ) from None
        return {"files": [path.name for path in done.files], "rows": done.rows}

    @contextlib.contextmanager
    def place_for_sheet(self, name: str) -> Iterator[Path]:
        """The path for an uploaded workbook until it has been applied."""
        home = self.folder / HOME
        with writing(home):
            home.mkdir(parents=True, exist_ok=True)
            place = Path(tempfile.mkdtemp(prefix=SHEETS, dir=home))
        try:
            yield place / name
        except InputError as error:  # the page knows the file by its name
            raise type(error)(str(error).replace(f"{place}{os.sep}", "")) from None
        finally:
            shutil.rmtree(place, ignore_errors=True)

    def apply_sheet(self, project: object, file: Path) -> Values:
        """Add the changes of an edited workbook to the review, and write the reviewed corpus."""
        place = self.place(project)
        added, edits = self.reviews.change(
            place, lambda session: (add_sheet(session, file), len(session.edits))
        )
        rows = apply_review(place)["counts"]["rows"] if edits else None
        return {"edits": sum(added["edits"].values()), "rows": rows} | {
            name: added[name] for name in ("problems", "notes")
        }

    def exported(self, project: object, name: str) -> Path:
        """An exported file of a project."""
        for path in projects.exports(self.place(project)):
            if path.name == name:
                return path
        raise InputError("this file was not exported; export it again")

    def delete(self, wanted: Values) -> Values:
        """Delete a project whose name was typed as confirmation."""
        place = self.place(wanted.get("project"))
        name = str(place.relative_to(self.folder))
        if wanted.get("name") != name:
            raise InputError("the name does not match; nothing was deleted")
        self.reviews.close(place)
        self.queue.remove_of(name)
        return {"left": projects.delete(place)}

    def search(self, wanted: Values) -> Values:
        """Rows of all projects that match a query."""
        filters = Filters(
            document=str(wanted.get("document") or ""),
            since=str(wanted.get("since") or ""),
            until=str(wanted.get("until") or ""),
            min_confidence=_number(wanted.get("min_confidence"), 0),
        )
        corpora = corpora_below(self.folder) if projects.listed(self.folder) else ()
        if not corpora:
            raise InputError("there is no project to search yet; build a corpus first")
        found = search(
            corpora,
            str(wanted.get("query") or "")[:LONGEST_QUERY],
            filters=filters,
            limit=min(int(_number(wanted.get("limit"), 50)), MOST_HITS),
        )
        hits = [
            asdict(hit) | self._of_hit(Path(hit.corpus)) | {"corpus": "", "link": ""}
            for hit in found.hits
        ]
        return asdict(found) | {"hits": hits}

    def _of_hit(self, corpus: Path) -> Values:
        place = corpus.parent if corpus.name == REVIEWED else corpus
        name = str(place.relative_to(self.folder))
        return {"project": projects.id_of(name), "name": name}

    def offered(self) -> list[str]:
        """The options that a job may have."""
        return run.offered()


def _number(value: object, default: float) -> float:
    """A number of the page; InputError for anything else."""
    if value is None or value == "":
        return default
    if isinstance(value, bool) or not isinstance(value, int | float) or value < 0:
        raise InputError(f"{value!r} is not a number")
    return value


def _title(names: list[str]) -> str:
    """A name for the project of these files: that of the first one, without language and ending."""
    stem = Path(names[0]).stem
    short = re.sub(r"[ ._\-(（]*(zh|en|chinese|english|中文|英文)[)）]?$", "", stem, flags=re.I)
    return short or stem
