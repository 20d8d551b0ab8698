"""Documents of a corpus that a new plan does not have: they leave it, which is to be told."""

from __future__ import annotations

from collections.abc import Iterable

from duizhao.flows.batch.manifest import Entry
from duizhao.flows.batch.outcomes import outcome_names
from duizhao.flows.batch.plan import planned
from duizhao.flows.storage import Place
from duizhao.flows.terminal import console


def leaving(state: Place, entries: Iterable[Entry]) -> list[str]:
    """Ids of documents that were done in the batch before and are not in this one."""
    try:
        before = planned(state)
    except FileNotFoundError:
        return []
    known = {entry.id for entry in entries}
    gone = [one for one in before if one.entry.id not in known]
    done = outcome_names(state) if gone else {}
    return [one.entry.id for one in gone if done.get(one.key, "").endswith(".done.gz")]


def tell_leaving(state: Place, entries: Iterable[Entry]) -> None:
    """A line to read before the plan is replaced."""
    if gone := leaving(state, entries):
        console.current().note(
            f"{len(gone)} documents of the corpus so far (such as {gone[0]}) are not in this "
            "manifest and leave it; what was made of them is kept: a manifest that has them brings "
            "them back without work"
        )
