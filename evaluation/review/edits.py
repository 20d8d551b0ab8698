"""Corrections of an alignment by a person: the effect of each edit on the list of beads.

Every edit replaces a run of beads by another one, a `Splice`, so each can be undone and the page
receives only what changed. The beads cover both documents once before and after each edit, in the
order of the source; those of moved text cross others. Edits name beads by their sentences
(``[3,4]:[5]``), so that people can read a file of edits and it does not depend on the names of
rows.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from duizhao.corpus.alignment.bead import Bead
from duizhao.corpus.bitext import join_sentences
from duizhao.corpus.errors import EditError
from duizhao.corpus.files.alignment_file import Work, bead_of

Maker = Literal["aligner", "person", "realigned"]
SIDES = ("source", "target")

DELETED = "deleted_in_review"
"""The ledger's reason for a bead that a reviewer deleted."""


@dataclass(frozen=True, slots=True)
class ReviewBead:
    """A bead in a review.

    `left_out` is the ledger's reason, "" for a bead of the corpus. `texts` are the texts edited by
    hand, by side; a side without one has its sentences' text. `edits` are the numbers of the edits
    that changed the bead, `row` is the id of its row in the build. A bead with sentences on one
    side only enters the corpus when a person types the text of the other side. `moved`: its target
    sentences are elsewhere in the order of the target document.
    """

    bead: Bead
    left_out: str = ""
    made: Maker = "aligner"
    checked: bool = False
    texts: Mapping[str, str] = field(default_factory=dict)
    edits: tuple[int, ...] = ()
    row: str = ""
    moved: bool = False

    @property
    def name(self) -> str:
        """Its name in edits: ``[3,4]:[5]``."""
        return str(self.bead)

    @property
    def fixed(self) -> bool:
        """Whether a person confirmed or created it, so that re-alignment leaves it unchanged."""
        return self.checked or self.made == "person" or self.left_out == DELETED or bool(self.texts)


@dataclass(frozen=True, slots=True)
class Splice:
    """Replaces the `removed` beads at place `start` by `inserted`."""

    start: int
    removed: tuple[ReviewBead, ...]
    inserted: tuple[ReviewBead, ...]

    def apply(self, beads: list[ReviewBead]) -> None:
        """Change the list."""
        beads[self.start : self.start + len(self.removed)] = self.inserted

    def inverse(self) -> Splice:
        """The splice that undoes this one."""
        return Splice(self.start, self.inserted, self.removed)


def review_beads(
    work: Work,
    rows: Mapping[str, str],
    reasons: Mapping[tuple[str, int], str],
    moved: Collection[str] = (),
) -> list[ReviewBead]:
    """The beads of a build at the start of a review.

    `rows` maps the name of each bead in the corpus to its row's id, `reasons` maps (side, sentence)
    to the ledger's reason for the others, `moved` has the names of beads that cross others.
    """
    beads = []
    for bead in work.beads:
        row = rows.get(str(bead), "")
        first = ("source", bead.source[0]) if bead.source else ("target", bead.target[0])
        reason = "" if row else reasons.get(first) or _one_sided(bead) or "not_in_corpus"
        beads.append(ReviewBead(bead, reason, row=row, moved=str(bead) in moved))
    return beads


@dataclass(frozen=True, slots=True)
class Change:
    """An edit about to be applied: its number and values, and the beads it applies to."""

    beads: Sequence[ReviewBead]
    number: int
    edit: Mapping[str, Any]
    work: Work

    def place(self, name: str | None = None) -> int:
        """The place of the bead with this name, by default the one that the edit names."""
        return find_bead(self.beads, self.edit["bead"] if name is None else name)

    def replaced(self, **values: Any) -> Splice:
        """The splice that changes these fields of the bead that the edit names."""
        start = self.place()
        old = self.beads[start]
        return Splice(start, (old,), (replace(old, edits=(*old.edits, self.number), **values),))

    def by_hand(self, bead: Bead, parts: Sequence[ReviewBead], texts: dict[str, str]) -> ReviewBead:
        """A bead that a person created from `parts`."""
        edits = (*sorted({edit for part in parts for edit in part.edits}), self.number)
        moved = any(part.moved for part in parts)
        missing = _missing(bead, texts)
        return ReviewBead(bead, missing, "person", texts=texts, edits=edits, moved=moved)


def plan(beads: Sequence[ReviewBead], number: int, edit: Mapping[str, Any], work: Work) -> Splice:
    """The splice of an edit; EditError says why it is impossible."""
    operation = edit.get("op")
    if not isinstance(operation, str) or operation not in OPERATIONS:
        raise EditError(f"no edit {operation!r}; there are {', '.join(OPERATIONS)}")
    try:
        return OPERATIONS[operation](Change(beads, number, edit, work))
    except (LookupError, TypeError, ValueError, AttributeError, OverflowError) as error:
        raise EditError(f"{operation}: {error!r} is missing or invalid") from None


def _merge(change: Change) -> Splice:
    """Neighbouring beads become one. ``beads``: their names, in order."""
    names = list(change.edit["beads"])
    if len(names) < 2:
        raise EditError("merge: needs two or more beads")
    start = change.place(names[0])
    parts = tuple(change.beads[start : start + len(names)])
    if [part.name for part in parts] != names:
        raise EditError("merge: these beads are not neighbours")
    bead = _bead(
        tuple(i for part in parts for i in part.bead.source),
        tuple(j for part in parts for j in part.bead.target),
    )
    texts = {
        side: between.join(filter(None, (text_of(part, side, change.work) for part in parts)))
        for side, between in (("source", ""), ("target", " "))
        if any(side in part.texts for part in parts)
    }
    return Splice(start, parts, (change.by_hand(bead, parts, texts),))


def _pair(change: Change) -> Splice:
    """Two beads with one side each become one, wherever they are. ``beads``: their names."""
    places = [change.place(name) for name in change.edit["beads"]]
    parts = [change.beads[place] for place in places]
    sides = sorted((bool(part.bead.source), bool(part.bead.target)) for part in parts)
    if sides != [(False, True), (True, False)]:
        raise EditError("pair: needs a bead without a reference and one without Chinese")
    source, target = sorted(parts, key=lambda part: not part.bead.source)
    first, last = min(places), max(places)
    bead = _bead(source.bead.source, target.bead.target)
    crosses = any(part.bead.target for part in change.beads[first + 1 : last])
    # the texts of the sentences, not those typed in place of missing sentences
    own = ((source, "source"), (target, "target"))
    texts = {side: part.texts[side] for part, side in own if side in part.texts}
    made = change.by_hand(bead, parts, texts)
    made = replace(made, moved=made.moved or crosses)
    run = tuple(change.beads[first : last + 1])
    kept = tuple(made if part is source else part for part in run if part is not target)
    return Splice(first, run, kept)


def _split(change: Change) -> Splice:
    """A bead becomes two. ``source_at``, ``target_at``: numbers of sentences of the first one."""
    start = change.place()
    old = change.beads[start]
    first: dict[str, str] = {}
    second: dict[str, str] = {}
    cuts = {side: int(change.edit[f"{side}_at"]) for side in SIDES}
    for side, cut in cuts.items():
        count = len(_ids(old.bead, side))
        if not 0 <= cut <= count:
            raise EditError(f"split: the {side} side has only {count} sentences")
        if side in old.texts:
            if 0 < cut < count:
                raise EditError(f"split: the {side} text was set by hand; undo that first")
            (first if cut else second)[side] = old.texts[side]
    source, target = cuts["source"], cuts["target"]
    beads = (
        _bead(old.bead.source[:source], old.bead.target[:target]),
        _bead(old.bead.source[source:], old.bead.target[target:]),
    )
    if old.name in map(str, beads):
        raise EditError("split: one part would be empty")
    parts = tuple(
        change.by_hand(bead, [old], texts)
        for bead, texts in zip(beads, (first, second), strict=True)
    )
    return Splice(start, (old,), parts)


def _move(change: Change) -> Splice:
    """Sentences at a bead's edge go to its neighbour. ``side``, ``to`` (previous, next)."""
    start = change.place()
    side, to, count = _side(change.edit), change.edit["to"], int(change.edit.get("count", 1))
    if to not in ("previous", "next"):
        raise EditError("move: `to` is previous or next")
    other = start + (1 if to == "next" else -1)
    if not 0 <= other < len(change.beads):
        raise EditError(f"move: there is no {to} bead")
    giver, taker = change.beads[start], change.beads[other]
    own = _ids(giver.bead, side)
    if not 1 <= count <= len(own):
        raise EditError(f"move: the {side} side has {len(own)} sentences")
    for part in (giver, taker):
        if side in part.texts:
            raise EditError(
                f"move: the {side} text of {part.name} was set by hand; undo that first"
            )
    if to == "next":
        stay, taken = own[:-count], own[-count:] + _ids(taker.bead, side)
    else:
        stay, taken = own[count:], _ids(taker.bead, side) + own[:count]
    pair = []
    for part, ids in ((giver, stay), (taker, taken)):
        bead = _with_side(part.bead, side, ids)
        pair.append((part, change.by_hand(bead, [giver, taker], _texts_of(part, bead))))
    if to == "previous":
        pair.reverse()
    kept = tuple(new for _, new in pair if new.bead.source or new.bead.target)
    return Splice(min(start, other), tuple(old for old, _ in pair), kept)


def _delete(change: Change) -> Splice:
    """The bead leaves the corpus; its sentences stay in the ledger."""
    if change.beads[change.place()].left_out:
        raise EditError("delete: this bead is already left out")
    return change.replaced(left_out=DELETED)


def _restore(change: Change) -> Splice:
    """A bead that was deleted, or left out for low confidence, enters the corpus."""
    old = change.beads[change.place()]
    if not old.left_out:
        raise EditError("restore: this bead is in the corpus")
    missing = _missing(old.bead, old.texts)
    if missing and old.left_out != DELETED:
        raise EditError("restore: this bead has only one side; merge it with its partner")
    return change.replaced(left_out=missing)


def _text(change: Change) -> Splice:
    """Texts are edited by hand; the original text of a side removes the edit.

    ``texts``: by side, one or both (or one as ``side`` and ``text``). A side without sentences
    gets a text, which brings the bead into the corpus; an empty one takes it out again.
    """
    edit = change.edit
    old = change.beads[change.place()]
    given = edit["texts"] if "texts" in edit else {_side(edit): edit["text"]}
    if not isinstance(given, Mapping) or not given:
        raise EditError("text: `texts` has a text for source, target or both")
    texts = dict(old.texts)
    for side, value in given.items():
        text = " ".join(str(value).split())
        if not text and _ids(old.bead, _side({"side": side})):
            raise EditError("text: a text cannot be empty; delete the bead instead")
        texts.pop(side, None)
        if text != " ".join(sentences_text(old.bead, side, change.work).split()):
            texts[side] = text
    if _missing(old.bead, old.texts) == _missing(old.bead, texts) or old.left_out == DELETED:
        return change.replaced(texts=texts)
    return change.replaced(texts=texts, left_out=_missing(old.bead, texts))


def _check(change: Change) -> Splice:
    """The bead is marked as checked, or not (``checked``)."""
    return change.replaced(checked=bool(change.edit["checked"]))


def _realign(change: Change) -> Splice:
    """New beads between fixed ones, computed before and stored in the edit (``beads``)."""
    work = change.work
    by_name = {old.name: old for old in change.beads}
    new: list[ReviewBead] = []
    for record in change.edit["beads"]:
        bead = bead_of(record)
        reason = _one_sided(bead)
        if not reason and bead.confidence < work.min_confidence:
            reason = "low_confidence"
        fresh = ReviewBead(bead, reason, "realigned", edits=(change.number,))
        new.append(by_name.get(str(bead), fresh))
    for side, document in (("source", work.source), ("target", work.target)):
        covered = [i for one in new for i in _ids(one.bead, side)]
        if sorted(covered) != list(range(len(document.sentences))):
            raise EditError(f"realign: the beads do not cover the {side} document")
    return difference(change.beads, new)


OPERATIONS: dict[str, Callable[[Change], Splice]] = {
    "merge": _merge,
    "pair": _pair,
    "split": _split,
    "move": _move,
    "delete": _delete,
    "restore": _restore,
    "text": _text,
    "check": _check,
    "realign": _realign,
}


def difference(old: Sequence[ReviewBead], new: Sequence[ReviewBead]) -> Splice:
    """The splice from `old` to `new`: the beads between their common beginning and end."""
    start = 0
    while start < min(len(old), len(new)) and old[start] is new[start]:
        start += 1
    end = 0
    while end < min(len(old), len(new)) - start and old[-1 - end] is new[-1 - end]:
        end += 1
    return Splice(start, tuple(old[start : len(old) - end]), tuple(new[start : len(new) - end]))


def text_of(bead: ReviewBead, side: str, work: Work) -> str:
    """The text of a side: edited by hand, or its sentences."""
    return bead.texts[side] if side in bead.texts else sentences_text(bead.bead, side, work)


def sentences_text(bead: Bead, side: str, work: Work) -> str:
    """The sentences of a side as in the documents."""
    return join_sentences(work.source if side == "source" else work.target, _ids(bead, side))


def find_bead(beads: Sequence[ReviewBead], name: str) -> int:
    """The index of the bead with this name; EditError if there is none."""
    # comparing the first numbers of a name first is quick and excludes most beads
    numbers = re.match(r"\[(\d{0,9})", name) if isinstance(name, str) else None
    first = numbers[1] if numbers else ""
    source = (int(first),) if first else ()
    for place, bead in enumerate(beads):
        if bead.bead.source[:1] == source and bead.name == name:
            return place
    raise EditError(f"there is no bead {name} (any more); load the page again")


def _side(edit: Mapping[str, Any]) -> str:
    side = edit["side"]
    if side not in SIDES:
        raise EditError("`side` is source or target")
    return str(side)


def _ids(bead: Bead, side: str) -> tuple[int, ...]:
    return bead.source if side == "source" else bead.target


def _bead(source: tuple[int, ...], target: tuple[int, ...]) -> Bead:
    for ids in (source, target):
        if ids and ids != tuple(range(ids[0], ids[0] + len(ids))):
            raise EditError(
                "the sentences would not follow each other, because text was moved; undo its pair"
            )
    return Bead(source, target, score=0.0, confidence=1.0)


def _with_side(bead: Bead, side: str, ids: tuple[int, ...]) -> Bead:
    return _bead(ids if side == "source" else bead.source, ids if side == "target" else bead.target)


def _texts_of(old: ReviewBead, bead: Bead) -> dict[str, str]:
    """The hand-edited texts, without those of sides that lost their sentences."""
    return {
        side: text
        for side, text in old.texts.items()
        if _ids(bead, side) or not _ids(old.bead, side)
    }


def _one_sided(bead: Bead) -> str:
    """The reason why a bead with an empty side cannot be in the corpus, else ""."""
    return _missing(bead, {})


def _missing(bead: Bead, texts: Mapping[str, str]) -> str:
    """The reason why a bead is left out that has neither sentences nor a text on a side."""
    if not bead.target and "target" not in texts:
        return "deletion"
    return "" if bead.source or "source" in texts else "insertion"
