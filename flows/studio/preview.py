"""Reads the documents of a job before it is built, in a separate process.

``python -m duizhao.flows.studio.preview JOB`` writes ``preview.json`` into the job's folder: how
each document was read, which is the report and which its reference, and if no corpus can be built,
why. The documents are stored as results, so the build does not read them again.
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from duizhao.corpus.document import Language, Side
from duizhao.corpus.errors import DuizhaoError, InputError, LimitError, ReaderError, one_line
from duizhao.corpus.replacing import replacing
from duizhao.flows import results, stages
from duizhao.flows.bilingual import is_bilingual
from duizhao.flows.results import Key, ReadResult
from duizhao.flows.settings import Settings, resolve
from duizhao.flows.terminal import console

SHOWN = 4
"""Number of sentences to show of each document."""
LONGEST = 300
"""Most characters to show of each."""

Preview = dict[str, Any]


def main(place: Path) -> None:
    """Read the documents of the job in this folder."""
    job = json.loads((place / "job.json").read_bytes())
    settings = resolve().settings
    if job["symbol"]:
        preview = of_symbol(job["symbol"], settings)
    else:
        files = [place / "inputs" / name for name in job["files"]]
        preview = of_files(files, settings) if len(files) <= 2 else of_pile(place, settings)
    path = place / "preview.json"
    with replacing(path) as temporary:
        temporary.write_text(json.dumps(preview, ensure_ascii=False, indent=1), encoding="utf-8")


def of_symbol(symbol: str, settings: Settings) -> Preview:
    """Fetch a UN document in both languages and read it."""
    from duizhao.flows.build.inputs import pair_of

    try:
        pair = pair_of(symbol, None)
    except DuizhaoError as error:
        return _empty("build") | {"problem": "fetch", "detail": one_line(error)}
    given: list[tuple[str, Language]] = [(pair.source, "zh")]
    if pair.reference:
        given.append((pair.reference, "en"))
    documents = [_document(Path(path), [language], settings) for path, language in given]
    problem = "unreadable" if any(one["problem"] for one in documents) else ""
    names = [one["file"] for one in documents]
    return _empty("build") | {
        "documents": documents,
        "problem": problem,
        "report": names[0],
        "reference": names[1] if len(names) > 1 else None,
    }


def of_files(files: Sequence[Path], settings: Settings) -> Preview:
    """Read one or two files, and find out which is the report."""
    documents = [_document(path, ("zh", "en"), settings) for path in files]
    preview = _empty("build") | {"documents": documents}
    if not documents or any(one["problem"] for one in documents):
        return preview | {"problem": "unreadable"}
    chinese = [one for one in documents if one["language"] == "zh"]
    english = [one for one in documents if one["language"] == "en"]
    if not chinese:
        return preview | {"problem": "only_english"}
    if len(chinese) == 2:
        return preview | {"problem": "only_chinese"}
    return preview | {
        "report": chinese[0]["file"],
        "reference": english[0]["file"] if english else None,
    }


def of_pile(place: Path, settings: Settings) -> Preview:
    """Find the pairs of more than two files; writes the manifest for the batch."""
    from duizhao.flows.pairing.run import run

    try:
        record = run([str(place / "inputs")], place / "pairs.csv", settings)
    except InputError as error:
        return _empty("batch") | {"problem": "unreadable", "detail": one_line(error)}
    return _empty("batch") | {
        "pairs": [
            _without_folders(one, "source", "reference") | {"id": one["id"]}
            for one in record["pairs"]
        ],
        "unpaired": [_without_folders(one, "path", "other") for one in record["unpaired"]],
        "problem": "" if record["pairs"] else "no_pairs",
    }


def _without_folders(record: Mapping[str, Any], *names: str) -> Preview:
    return {**record, **{name: Path(record[name]).name for name in names}}


def _empty(kind: str) -> Preview:
    return {
        "kind": kind,
        "problem": "",
        "detail": "",
        "documents": [],
        "pairs": [],
        "unpaired": [],
        "report": None,
        "reference": None,
    }


def _document(path: Path, languages: Sequence[Language], settings: Settings) -> Preview:
    """How a file is read in the first of the languages in which it can be."""
    record: Preview = {"file": path.name, "bytes": path.stat().st_size, "problem": ""}
    with console.current().stage("read"):
        try:
            language, key = _read(path, languages, settings)
        except DuizhaoError as error:
            problem = one_line(error).removeprefix(f"{path}: ")
            return record | {"problem": problem, "language": "", "warnings": []}
    read = results.load(key)
    document, metadata = read.document, read.document.metadata
    return record | {
        "language": language,
        "bilingual": is_bilingual(document),
        "pages": metadata.get("pages"),
        "blocks": dict(Counter(block.kind for block in document.blocks).most_common()),
        "sentences": len(document.sentences),
        "leftOut": dict(Counter(entry.reason for entry in read.ledger).most_common()),
        "warnings": [
            str(warning).removeprefix(f"{path}: ") for warning in metadata.get("warnings", ())
        ],
        "sample": [one.text[:LONGEST] for one in document.sentences[:SHOWN]],
    }


def _read(
    path: Path, languages: Sequence[Language], settings: Settings
) -> tuple[Language, Key[ReadResult]]:
    """InputError of the first language if the file can be read in none."""
    first: InputError | None = None
    for language in languages:
        side: Side = "source" if language == "zh" else "target"
        try:
            return language, stages.read(str(path), language, side, None, settings.reading)
        except (LimitError, ReaderError):
            raise
        except InputError as error:
            first = first or error
    raise first or InputError(f"{path}: not read")


if __name__ == "__main__":
    from duizhao.flows.terminal.progress_file import command_console
    from duizhao.flows.terminal.safe import guarded

    own = command_console()
    with guarded(), console.use(own), own.whole_run():
        main(Path(sys.argv[1]))
