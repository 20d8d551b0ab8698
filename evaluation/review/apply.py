"""Write the corpus anew with the edits of a review, in a folder of its own."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections import Counter
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path
from typing import Any

from duizhao.corpus.bitext import Bitext
from duizhao.corpus.errors import InputError
from duizhao.corpus.files.alignment_file import NAME as WORK
from duizhao.corpus.files.alignment_file import Work, write_work
from duizhao.corpus.files.formats import FORMATS, writer
from duizhao.corpus.files.jsonl import write_ledger
from duizhao.evaluation.review.log import NAME as EDITS
from duizhao.evaluation.review.log import locked, now
from duizhao.evaluation.review.outcome import calibration, reviewed_bitext
from duizhao.evaluation.review.session import Session, open_session

NAME = "reviewed"

WRITTEN = {f"corpus.{name}" for name in FORMATS} | {
    *("ledger.jsonl", "scores.json", "run.json", WORK, "report.html", "edits-applied.jsonl")
}
"""Every file that an apply may write."""


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
    _check(out, session)
    bitext = reviewed_bitext(session)
    partial = out.with_name(f".{out.name}.{os.getpid()}")
    try:
        shutil.rmtree(partial, ignore_errors=True)
        partial.mkdir(parents=True)
        told = _write(partial, session, bitext)
        with locked(out) if out.is_dir() else nullcontext():
            _check(out, session)  # a review of it may have begun meanwhile
            _swap(partial, out)
    except OSError as error:
        raise InputError(
            f"{out}: cannot be written to ({error.strerror or error}); give another --out"
        ) from None
    finally:
        shutil.rmtree(partial, ignore_errors=True)
    return told | {"out": str(out), "torn": session.torn}


def _check(out: Path, session: Session) -> None:
    """InputError unless `out` is new, empty, or what an earlier apply of this review wrote."""
    folder = session.folder.path.resolve()
    if out.resolve() == folder or out.resolve() in folder.parents:
        raise InputError(f"{out}: is or holds the build itself; give another folder")
    if out.exists() and not out.is_dir():
        raise InputError(f"{out}: is a file; give another folder")
    if not out.is_dir() or not any(out.iterdir()):
        return
    if (out / EDITS).exists():
        raise InputError(
            f"{out / EDITS}: has edits of its own, which would be lost; give another --out"
        )
    try:
        told = json.loads((out / "run.json").read_text(encoding="utf-8"))["review"]["alignment"]
    except (OSError, ValueError, KeyError, TypeError):
        told = None
    if told != session.alignment:
        raise InputError(
            f"{out}: holds something that is not this review's; give an empty or new folder"
        )


def _swap(partial: Path, out: Path) -> None:
    """Put the new folder in the place of the old one; files that are not ours go with it.

    At every moment either the old or the new folder is whole, under its name or as
    ``.NAME.before``, so nothing is lost when the process is killed here.
    """
    before = out.with_name(f".{out.name}.before")
    if before.is_dir():  # an earlier apply was killed below
        if out.is_dir():
            _keep_others(before, out)
        else:
            before.replace(out)
    if out.is_dir():
        out.replace(before)
    partial.replace(out)
    if before.is_dir():
        _keep_others(before, out)


def _keep_others(before: Path, out: Path) -> None:
    """Move what an apply does not write into the new folder, and take the old one away."""
    for path in before.iterdir():
        if path.name not in WRITTEN and not (out / path.name).exists():
            path.replace(out / path.name)
    shutil.rmtree(before)


def _write(partial: Path, session: Session, bitext: Bitext) -> dict[str, Any]:
    from duizhao.evaluation.metrics.scores import score_rows
    from duizhao.evaluation.report import write_report

    folder = session.folder.path
    for name in FORMATS:
        if (folder / f"corpus.{name}").is_file():
            with (partial / f"corpus.{name}").open("wb") as file:
                count = writer(name)(bitext.rows, file)
            assert count == len(bitext.rows), f"{count} rows written to corpus.{name}"
    with (partial / "ledger.jsonl").open("wb") as file:
        write_ledger(bitext.ledger, file)
    scores = score_rows(bitext.rows, whole=whole_document(session.work))
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
    kept = [bead for bead in session.beads if not bead.left_out]
    return {
        "edits": len(standing),
        "by_kind": dict(sorted(Counter(edit["op"] for edit in standing).items())),
        "reviewers": sorted({edit["by"] for edit in standing}),
        "first": session.edits[0]["at"] if session.edits else None,
        "last": session.edits[-1]["at"] if session.edits else None,
        "checked": sum(bead.checked for bead in kept),
        "beads": len(kept),
        "judged": calibration(session),
        "alignment": session.alignment,
    }


def whole_document(work: Work) -> dict[str, tuple[str, str]]:
    """Both whole documents as a build scores them: every sentence, whatever the beads."""
    made = "\n".join(translation.text for translation in work.translations)
    return {work.source.id: (made, "\n".join(block.text for block in work.target.blocks))}


def _json(path: Path, value: Any) -> None:
    path.write_text(json.dumps(value, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
