"""The outcomes that the published rows of each document come from.

A corpus does not shrink because of a run: a document that this run did not finish keeps the rows of
the outcome recorded here. This applies to documents that were left, that failed because of the run
(a time-out, a crash, a file that is missing now), or that failed although their files have not
changed since they succeeded, so that the options or the code are the cause.
"""

from __future__ import annotations

import json
from collections.abc import Mapping

from duizhao.corpus.errors import DuizhaoError
from duizhao.flows.batch.outcomes import Outcome, OutcomeFile, OutcomeKey, same_files
from duizhao.flows.storage import Place

PUBLISHED = "published.jsonl"


def read_published(state: Place) -> dict[str, OutcomeKey]:
    """The key of the published outcome by document id; {} before the first corpus."""
    published: dict[str, OutcomeKey] = {}
    try:
        for line in state.read(PUBLISHED).split(b"\n"):
            if line:
                name, key = json.loads(line)
                published[name] = OutcomeKey(key)
    except FileNotFoundError:
        return {}
    except ValueError as error:
        raise DuizhaoError(
            f"{state.name}/{PUBLISHED}: damaged ({error}); remove it to publish only documents "
            "that are done"
        ) from None
    return published


def write_published(state: Place, published: Mapping[str, OutcomeKey]) -> None:
    """Record the published outcomes."""
    lines = [json.dumps(pair) + "\n" for pair in published.items()]
    state.write(PUBLISHED, "".join(lines).encode())


def kept_key(
    outcome: Outcome, published: Mapping[str, OutcomeKey], files: Mapping[OutcomeKey, OutcomeFile]
) -> OutcomeKey | None:
    """The key whose rows a document keeps after the latest `outcome`; None if it loses them."""
    key = published.get(outcome.id)
    if outcome.status == "done" or key is None or key not in files or not files[key].is_done:
        return None
    if outcome.status == "left" or outcome.cause == "run" or same_files(key, outcome.key):
        return key
    return None
