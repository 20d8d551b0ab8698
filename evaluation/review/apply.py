"""Write the corpus with the edits of a review to a separate folder."""

from __future__ import annotations

import json
import os
import shutil
import threading
from collections import Counter
from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path
from typing import Any

from duizhao.corpus import tsv
from duizhao.corpus.bitext import Bitext
from duizhao.corpus.errors import InputError
from duizhao.corpus.files import folder as folders
from duizhao.corpus.files.alignment_file import NAME as WORK
from duizhao.corpus.files.alignment_file import Work, write_work
from duizhao.corpus.files.card import TITLE, CardFacts, SplitFacts
from duizhao.corpus.files.edits import NAME as EDITS
from duizhao.corpus.files.edits import now
from duizhao.corpus.files.formats import FORMATS, endings
from duizhao.corpus.files.rights import Rights, rights_of
from duizhao.evaluation.review.edits import ReviewBead
from duizhao.evaluation.review.outcome import calibration, reviewed_bitext, selected
from duizhao.evaluation.review.session import Session, locked, open_session

NAME = "reviewed"
EDITS_APPLIED = "edits-applied.jsonl"
WRITTEN = {*folders.OUTPUTS, EDITS_APPLIED, folders.LOCK}
"""Every file that an apply may write."""
_swapping = threading.Lock()


def import_sheet(folder: Path, file: Path, by: str) -> dict[str, Any]:
    """Add the changes of an edited XLSX file to the edits of a review.

    Returns the number of new edits by kind, the `problems` (lines that were not applied) and
    `notes`. Importing a file again adds nothing.
    """
    with locked(folder):
        return add_sheet(open_session(folder, by), file)


def add_sheet(session: Session, file: Path) -> dict[str, Any]:
    """As `import_sheet`, to a review that is open."""
    from duizhao.evaluation.review.spreadsheet import plan_edits, read_sheet

    planned = plan_edits(session, read_sheet(file))
    for edit in planned.edits:
        session.edit(edit)
    return {
        "file": str(file),
        "edits": dict(sorted(Counter(edit["op"] for edit in planned.edits).items())),
        "problems": list(planned.problems),
        "notes": list(planned.notes),
    }


def apply_review(
    folder: Path,
    out: Path | None = None,
    *,
    checked_only: bool = False,
    min_confidence: float = 0.0,
    tsv_bom: bool | None = None,
    tsv_escape: bool | None = None,
) -> dict[str, Any]:
    """Write the reviewed corpus to `out` (``DIR/reviewed``); returns the contents of its run.json.

    Each format in the folder is written again, with the ledger, the scores of the reviewed rows
    and a page. The build and its edits stay unchanged, so the review can continue and be applied
    again. With `checked_only`, beads that nobody checked go to the ledger, and so do those below
    `min_confidence` that nobody checked or changed. A TSV file has the dialect of the build unless
    `tsv_bom` or `tsv_escape` are set. InputError if there are no edits and neither `checked_only`
    nor `min_confidence` is set.
    """
    folder = Path(folder)
    session = open_session(folder)
    if not session.edits and not checked_only and not min_confidence:
        raise InputError(
            f"{session.path}: no edits to apply; make some with `duizhao review {folder}`"
        )
    out = Path(out) if out else folder / NAME
    _check(out, session)
    kept = selected(session, checked_only, min_confidence)
    bitext = reviewed_bitext(session, kept)
    # a temporary folder for each call, because several pages of a studio may apply at once
    partial = out.with_name(f".{out.name}.{os.getpid()}.{threading.get_ident()}")
    try:
        shutil.rmtree(partial, ignore_errors=True)
        partial.mkdir(parents=True)
        form = _form(session, tsv_bom, tsv_escape)
        run = _write(partial, out, session, kept, bitext, form)
        with _swapping, folders.alone(out) if out.is_dir() else nullcontext():
            _check(out, session)  # a review of `out` may have started meanwhile
            _swap(partial, out)
    except OSError as error:
        raise InputError(
            f"{out}: cannot be written to ({error.strerror or error}); choose another --out"
        ) from None
    finally:
        shutil.rmtree(partial, ignore_errors=True)
    return run | {"out": str(out), "torn": session.torn}


def _check(out: Path, session: Session) -> None:
    """InputError unless `out` is new, empty, or was written by an earlier apply of this review."""
    folder = session.folder.path.resolve()
    if out.resolve() == folder or out.resolve() in folder.parents:
        raise InputError(f"{out}: is or contains the build itself; choose another folder")
    if out.exists() and not out.is_dir():
        raise InputError(f"{out}: is a file; choose another folder")
    if not out.is_dir() or not any(path.name != folders.LOCK for path in out.iterdir()):
        return
    if (out / EDITS).exists():
        raise InputError(f"{out / EDITS}: contains edits that would be lost; choose another --out")
    try:
        run = json.loads((out / folders.SEAL).read_text(encoding="utf-8"))
        alignment = run["review"]["alignment"]
    except (OSError, ValueError, KeyError, TypeError):
        alignment = None
    if alignment != session.alignment:
        raise InputError(f"{out}: contains files of something else; choose an empty or new folder")


def _swap(partial: Path, out: Path) -> None:
    """Replace the old folder by the new one, and move foreign files to it.

    At every moment either the old or the new folder is complete, under its name or as
    ``.NAME.before``, so nothing is lost if the process is killed here.
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
    """Move foreign files into the new folder and remove the old one."""
    for path in before.iterdir():
        if path.name not in WRITTEN and not (out / path.name).exists():
            path.replace(out / path.name)
    shutil.rmtree(before)


def _form(session: Session, bom: bool | None, escape: bool | None) -> tsv.Form:
    """The dialect of TSV files: that of the build where no other is requested."""
    built = session.folder.run.get("settings") or {}
    return tsv.Form(
        bom=bool(built.get("tsv_bom")) if bom is None else bom,
        escaped=bool(built.get("tsv_escape")) if escape is None else escape,
    )


def _write(
    partial: Path,
    out: Path,
    session: Session,
    kept: Sequence[ReviewBead],
    bitext: Bitext,
    form: tsv.Form,
) -> dict[str, Any]:
    from duizhao.evaluation.metrics.scores import score_rows
    from duizhao.evaluation.report import write_report

    formats = [
        name
        for name in FORMATS
        if all((session.folder.path / f"corpus.{end}").is_file() for end in endings(name))
    ]
    scores = score_rows(bitext.rows, whole=whole_document(session.work))
    folders.write_corpus(partial, bitext.rows, bitext.ledger, scores, formats, form)
    if bitext.rows:
        folders.write_card(partial, out, _card(session, partial, len(bitext.rows)))
    beads = tuple(one.bead for one in session.beads)
    write_work(replace(session.work, beads=beads), partial / WORK)
    if session.path.is_file():
        shutil.copyfile(session.path, partial / EDITS_APPLIED)
    run = dict(session.folder.run) | {"review": review_record(session, kept), "reviewed": now()}
    bead_types = Counter(row.bead_type for row in bitext.rows)
    run["counts"] = dict(run.get("counts") or {}) | {
        "rows": len(bitext.rows),
        "beads": dict(sorted(bead_types.items())),
    }
    run["scores"] = scores.get("aligned_beads") or {}
    folders.write_json(partial / folders.SEAL, run)  # the report reads it
    write_report(partial)
    run["files"] = folders.file_facts(partial)
    folders.write_json(partial / folders.SEAL, run)
    return run


def _card(session: Session, partial: Path, rows: int) -> CardFacts:
    settings = session.folder.run.get("settings") or {}
    tags = tuple(settings.get("tags") or ())
    given = Rights(settings.get("licence") or "", settings.get("origin") or "", tags)
    corpus = partial / "corpus.parquet"
    split = SplitFacts("train", corpus.name, rows, 1, corpus.stat().st_size)
    title = f"{TITLE}: {session.work.source.id}, reviewed"
    return CardFacts(title, [split], rights=[(rights_of({}, given), 1)])


def review_record(session: Session, beads: Sequence[ReviewBead] | None = None) -> dict[str, Any]:
    """The record of the review: edits in effect, by kind, their reviewers, first and last time."""
    standing = [session.edits[number - 1] for number, _ in session.done]
    beads = session.beads if beads is None else beads
    kept = [bead for bead in beads if not bead.left_out]
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
    """Both whole documents as a build scores them: every sentence, regardless of the beads."""
    translation = "\n".join(translation.text for translation in work.translations)
    return {work.source.id: (translation, "\n".join(block.text for block in work.target.blocks))}
