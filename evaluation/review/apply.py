"""Write the corpus anew with the edits of a review, in a folder of its own."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

from corpus.bitext import Bitext
from corpus.document import InputError
from corpus.workfile import NAME as WORK
from corpus.workfile import write_work
from corpus.writers import FORMATS, writer
from corpus.writers.jsonl import write_ledger
from evaluation.review.log import now
from evaluation.review.outcome import calibration, reviewed_bitext
from evaluation.review.session import Session, open_session

NAME = "reviewed"


def apply_review(folder: Path, out: Path | None = None) -> dict[str, Any]:
    """Write the reviewed corpus to `out` (``DIR/reviewed``); returns what its run.json holds.

    Each format that the folder has is written again, with the ledger, the scores of the reviewed
    rows and a page. The build and its edits stay as they are, so a review can go on after this,
    and be applied again. InputError when there are no edits.
    """
    folder = Path(folder)
    session = open_session(folder)
    if not session.edits:
        raise InputError(
            f"{session.path}: no edits to apply; make some with `duizhao review {folder}`"
        )
    out = Path(out) if out else folder / NAME
    if out.resolve() == folder.resolve():
        raise InputError(f"{out}: is the build itself; give another folder")
    if out.exists() and not (out / "run.json").is_file() and any(out.iterdir()):
        raise InputError(f"{out}: holds something else; give an empty or new folder")
    bitext = reviewed_bitext(session)
    partial = out.with_name(f".{out.name}.{os.getpid()}")
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir(parents=True)
    try:
        told = _write(partial, session, bitext)
        if out.exists():
            shutil.rmtree(out)
        partial.replace(out)
    finally:
        shutil.rmtree(partial, ignore_errors=True)
    return told | {"out": str(out)}


def _write(partial: Path, session: Session, bitext: Bitext) -> dict[str, Any]:
    from evaluation.report import write_report
    from evaluation.scores import score_rows

    folder = session.folder.path
    for name in FORMATS:
        if (folder / f"corpus.{name}").is_file():
            with (partial / f"corpus.{name}").open("wb") as file:
                count = writer(name)(bitext.rows, file)
            assert count == len(bitext.rows), f"{count} rows written to corpus.{name}"
    with (partial / "ledger.jsonl").open("wb") as file:
        write_ledger(bitext.ledger, file)
    scores = score_rows(bitext.rows)
    _json(partial / "scores.json", scores)
    beads = tuple(one.bead for one in session.beads)
    write_work(replace(session.work, beads=beads), partial / WORK)
    shutil.copyfile(session.path, partial / "edits-applied.jsonl")
    told = dict(session.folder.run) | {"review": account(session), "reviewed": now()}
    counts = dict(told.get("counts") or {})
    counts |= {
        "rows": len(bitext.rows),
        "beads": dict(sorted(Counter(row.bead_type for row in bitext.rows).items())),
    }
    told["counts"] = counts
    told["scores"] = scores.get("aligned_beads") or {}
    _json(partial / "run.json", told)
    write_report(partial)
    told["files"] = {
        path.name: {
            "bytes": path.stat().st_size,
            "sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
        }
        for path in sorted(partial.iterdir())
        if path.name != "run.json"
    }
    _json(partial / "run.json", told)
    return told


def account(session: Session) -> dict[str, Any]:
    """What the review did: edits that stand, by kind, by whom, from when to when."""
    standing = [session.edits[number - 1] for number, _ in session.done]
    return {
        "edits": len(standing),
        "by_kind": dict(sorted(Counter(edit["op"] for edit in standing).items())),
        "reviewers": sorted({edit["by"] for edit in standing}),
        "first": session.edits[0]["at"] if session.edits else None,
        "last": session.edits[-1]["at"] if session.edits else None,
        "checked": sum(bead.checked for bead in session.beads),
        "beads": len(session.beads),
        "judged": calibration(session),
        "alignment": session.alignment,
    }


def _json(path: Path, value: Any) -> None:
    path.write_text(json.dumps(value, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
