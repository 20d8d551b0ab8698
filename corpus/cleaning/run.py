"""Run a plan over a corpus: each row stays or goes to the ledger.

Rows are streamed. The corpus is read once, and once more for each step that must have seen all of
it (boilerplate, duplicates), so `rows` is a function that returns a new iterator.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any

from duizhao.corpus.bitext import Row
from duizhao.corpus.cleaning.plan import Planned, describe
from duizhao.corpus.cleaning.step import Check, Finding, LookingCheck
from duizhao.corpus.document import LedgerEntry

STAGE = "clean"


@dataclass(frozen=True, slots=True)
class CleaningReport:
    """Rows read, rows kept, and rows removed by each step, in the order of the plan."""

    read: int
    kept: int
    taken: tuple[int, ...]
    plan: tuple[Planned, ...]

    def as_dict(self) -> dict[str, Any]:
        """JSON: ``{"read": ..., "kept": ..., "steps": [{"step", "parameters", "taken"}]}``."""
        steps = [
            entry | {"taken": taken}
            for entry, taken in zip(describe(self.plan), self.taken, strict=True)
        ]
        return {"read": self.read, "kept": self.kept, "steps": steps}


def clean(
    rows: Callable[[], Iterable[Row]],
    plan: Sequence[Planned],
    *,
    keep: Callable[[Row], object],
    remove: Callable[[LedgerEntry], object],
    progress: Callable[[int, int], None] | None = None,
) -> CleaningReport:
    """Pass each row to `keep`, or its sentences to `remove` as ledger entries.

    `rows` must return the same rows in the same order each time. `progress` is called from time to
    time with (rows done, rows in total; 0 while unknown). RuntimeError if the rows changed between
    two passes.
    """
    checks = [one.step.start(**one.values) for one in plan]
    taken = [0] * len(plan)
    gone = bytearray()
    passes = list(_passes(checks))
    count = kept = 0
    for turn, group in enumerate(passes):
        looking = _looking(checks[passes[turn + 1][0]]) if turn + 1 < len(passes) else None
        number = 0
        for number, row in enumerate(rows(), 1):
            if turn == 0:
                gone.append(0)
            elif number > count:
                raise RuntimeError("the corpus grew while it was being cleaned")
            if progress and number % 1000 == 0:
                progress(turn * count + number, len(passes) * count)
            if gone[number - 1]:
                continue
            taker = _first_against(checks, group, row)
            if taker is not None:
                place, finding = taker
                taken[place] += 1
                gone[number - 1] = 1
                for entry in removed(row, plan[place].step.name, finding):
                    remove(entry)
            elif looking is not None:
                looking.look(row)
            else:
                kept += 1
                keep(row)
        if turn and number != count:
            raise RuntimeError("the corpus shrank while it was being cleaned")
        count = number
        if looking is not None:
            looking.settle()
    return CleaningReport(count, kept, tuple(taken), tuple(plan))


def removed(row: Row, reason: str, finding: Finding, stage: str = STAGE) -> Iterator[LedgerEntry]:
    """Ledger entries of a row: one per sentence of each side, so that no sentence is lost.

    The texts of a bead's sentences are joined: its first entry has the text of the side, the others
    refer to it in ``with``. The first source entry has the whole row, to restore it.
    """
    sides: tuple[tuple[str, str | None, tuple[int, ...], tuple[int, ...], str], ...] = (
        ("source", row.source_document, row.source_ids, row.source_blocks, row.source),
        ("target", row.target_document, row.target_ids, row.target_blocks, row.target),
    )
    for side, document, ids, blocks, text in sides:
        for place, number in enumerate(ids):
            detail: dict[str, Any] = {"row": row.id}
            if place:
                detail["with"] = ids[0]
            else:
                detail |= finding
                if side == "source":
                    detail["removed"] = {one.name: getattr(row, one.name) for one in fields(row)}
            yield LedgerEntry(
                document=document or "",
                side=side,  # type: ignore[arg-type]
                stage=stage,
                reason=reason,
                text="" if place else text,
                sentence=number,
                block=blocks[0] if blocks and not place else None,
                detail=detail,
            )


def _passes(checks: Sequence[Check]) -> Iterator[list[int]]:
    """Indices of the checks that judge in the same pass: a `LookingCheck` begins a new pass."""
    group: list[int] = []
    for place, check in enumerate(checks):
        if isinstance(check, LookingCheck):
            yield group
            group = []
        group.append(place)
    yield group


def _looking(check: Check) -> LookingCheck:
    assert isinstance(check, LookingCheck)
    return check


def _first_against(
    checks: Sequence[Check], places: Sequence[int], row: Row
) -> tuple[int, Finding] | None:
    for place in places:
        finding = checks[place].judge(row)
        if finding is not None:
            return place, finding
    return None


def counts(report: CleaningReport) -> Mapping[str, int]:
    """Rows removed, by step name."""
    return {one.step.name: taken for one, taken in zip(report.plan, report.taken, strict=True)}
