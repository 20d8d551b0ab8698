"""Corrections of an alignment by a person: what each edit does to the list of beads.

Every edit replaces a run of beads by another, a `Splice`; so each can be taken back, and the page
hears only of what changed. The beads cover both documents once, in order, before and after each
edit. An edit names beads by their sentences (``[3,4]:[5]``), so that a file of edits can be read
by people and holds whatever the rows are called.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

from duizhao.corpus.alignment.bead import Bead
from duizhao.corpus.errors import EditError
from duizhao.corpus.files.alignment_file import Work, bead_of

Maker = Literal["aligner", "person", "realigned"]

DELETED = "deleted_in_review"
"""The ledger's reason for a bead that a reviewer took out."""


@dataclass(frozen=True, slots=True)
class ReviewBead:
    """A bead as the review has it.

    `left_out` is the ledger's reason, "" for a bead of the corpus. `source_text` and
    `target_text` are texts set by hand (None: the sentences as they stand). `edits` are the
    numbers of the edits that made it what it is, `row` the id of the row it was built as.
    """

    bead: Bead
    left_out: str = ""
    made: Maker = "aligner"
    checked: bool = False
    source_text: str | None = None
    target_text: str | None = None
    edits: tuple[int, ...] = ()
    row: str = ""

    @property
    def name(self) -> str:
        """How edits name it: ``[3,4]:[5]``."""
        return str(self.bead)

    @property
    def fixed(self) -> bool:
        """Whether a person stands behind it: re-alignment leaves it as it is."""
        return self.checked or self.made == "person" or self.left_out == DELETED or self.edited

    @property
    def edited(self) -> bool:
        """Whether one of its texts was set by hand."""
        return self.source_text is not None or self.target_text is not None


@dataclass(frozen=True, slots=True)
class Splice:
    """At place `start`, `removed` beads give way to `inserted`."""

    start: int
    removed: tuple[ReviewBead, ...]
    inserted: tuple[ReviewBead, ...]

    def apply(self, beads: list[ReviewBead]) -> None:
        """Do it."""
        beads[self.start : self.start + len(self.removed)] = self.inserted

    def inverse(self) -> Splice:
        """What takes it back."""
        return Splice(self.start, self.inserted, self.removed)


def review_beads(
    work: Work, rows: Mapping[str, str], reasons: Mapping[tuple[str, int], str]
) -> list[ReviewBead]:
    """The beads of a build as a review begins with them.

    `rows` maps the name of each bead in the corpus to its row's id, `reasons` (side, sentence) to
    the ledger's reason for the others.
    """
    found = []
    for bead in work.beads:
        row = rows.get(str(bead), "")
        first = ("source", bead.source[0]) if bead.source else ("target", bead.target[0])
        reason = "" if row else reasons.get(first) or _reason(bead) or "not_in_corpus"
        found.append(ReviewBead(bead, reason, row=row))
    return found


def plan(beads: Sequence[ReviewBead], number: int, edit: Mapping[str, Any], work: Work) -> Splice:
    """What the edit would do; EditError says why it cannot be done."""
    operation = edit.get("op")
    if not isinstance(operation, str) or operation not in OPERATIONS:
        raise EditError(f"no edit {operation!r}; there are {', '.join(OPERATIONS)}")
    try:
        return OPERATIONS[operation](beads, number, edit, work)
    except (KeyError, TypeError, ValueError, OverflowError) as error:
        raise EditError(f"{operation}: {error!r} is missing or not as it should be") from None


def _merge(beads: Sequence[ReviewBead], number: int, edit: Mapping[str, Any], work: Work) -> Splice:
    """Neighbouring beads become one. ``beads``: their names, in order."""
    names = list(edit["beads"])
    if len(names) < 2:
        raise EditError("merge: takes two beads or more")
    start = _find(beads, names[0])
    parts = tuple(beads[start : start + len(names)])
    if [part.name for part in parts] != names:
        raise EditError("merge: these beads are not neighbours")
    bead = _by_hand(
        tuple(i for part in parts for i in part.bead.source),
        tuple(j for part in parts for j in part.bead.target),
    )
    texts: dict[str, str | None] = {"source": None, "target": None}
    for side, between in (("source", ""), ("target", " ")):
        if any(getattr(part, f"{side}_text") is not None for part in parts):
            pieces = [text_of(part, side, work) for part in parts]
            texts[side] = between.join(piece for piece in pieces if piece)
    merged = ReviewBead(
        bead,
        _reason(bead),
        "person",
        source_text=texts["source"],
        target_text=texts["target"],
        edits=_together(parts, number),
    )
    return Splice(start, parts, (merged,))


def _split(
    beads: Sequence[ReviewBead], number: int, edit: Mapping[str, Any], _work: Work
) -> Splice:
    """A bead becomes two. ``source_at``, ``target_at``: how many sentences the first one gets."""
    start = _find(beads, edit["bead"])
    old = beads[start]
    cuts = {"source": int(edit["source_at"]), "target": int(edit["target_at"])}
    ids = {"source": old.bead.source, "target": old.bead.target}
    texts: list[dict[str, str | None]] = [{}, {}]
    for side, cut in cuts.items():
        if not 0 <= cut <= len(ids[side]):
            raise EditError(f"split: the {side} side has only {len(ids[side])} sentences")
        text = getattr(old, f"{side}_text")
        if text is not None and 0 < cut < len(ids[side]):
            raise EditError(f"split: the {side} text was set by hand; undo that first")
        texts[0][side] = text if cut else None
        texts[1][side] = None if cut else text
    cut_source, cut_target = cuts["source"], cuts["target"]
    first = _by_hand(old.bead.source[:cut_source], old.bead.target[:cut_target])
    second = _by_hand(old.bead.source[cut_source:], old.bead.target[cut_target:])
    if str(old.bead) in (str(first), str(second)):
        raise EditError("split: one part would be empty")
    parts = [
        ReviewBead(
            bead,
            _reason(bead),
            "person",
            source_text=own["source"],
            target_text=own["target"],
            edits=_together([old], number),
        )
        for bead, own in ((first, texts[0]), (second, texts[1]))
    ]
    return Splice(start, (old,), tuple(parts))


def _move(beads: Sequence[ReviewBead], number: int, edit: Mapping[str, Any], _work: Work) -> Splice:
    """Sentences at a bead's edge go to its neighbour. ``side``, ``to`` (previous, next)."""
    start = _find(beads, edit["bead"])
    side, to, count = _side(edit), edit["to"], int(edit.get("count", 1))
    if to not in ("previous", "next"):
        raise EditError("move: `to` is previous or next")
    other = start + (1 if to == "next" else -1)
    if not 0 <= other < len(beads):
        raise EditError(f"move: there is no {to} bead")
    giver, taker = beads[start], beads[other]
    own = _ids(giver.bead, side)
    if not 1 <= count <= len(own):
        raise EditError(f"move: the {side} side has {len(own)} sentences")
    for part in (giver, taker):
        if getattr(part, f"{side}_text") is not None:
            raise EditError(
                f"move: the {side} text of {part.name} was set by hand; undo that first"
            )
    if to == "next":
        stay, gone = own[:-count], own[-count:]
        taken = gone + _ids(taker.bead, side)
    else:
        gone, stay = own[:count], own[count:]
        taken = _ids(taker.bead, side) + gone
    edits = _together([giver, taker], number)
    pair = [_with_side(giver, side, stay, edits), _with_side(taker, side, taken, edits)]
    old = [giver, taker]
    if to == "previous":
        pair.reverse()
        old.reverse()
    left = tuple(part for part in pair if part.bead.source or part.bead.target)
    return Splice(min(start, other), tuple(old), left)


def _delete(
    beads: Sequence[ReviewBead], number: int, edit: Mapping[str, Any], _work: Work
) -> Splice:
    """The bead leaves the corpus; its sentences stay in the ledger."""
    start = _find(beads, edit["bead"])
    old = beads[start]
    if old.left_out:
        raise EditError("delete: this bead is left out already")
    return Splice(start, (old,), (replace(old, left_out=DELETED, edits=(*old.edits, number)),))


def _restore(
    beads: Sequence[ReviewBead], number: int, edit: Mapping[str, Any], _work: Work
) -> Splice:
    """A bead that was deleted, or left out for low confidence, comes into the corpus."""
    start = _find(beads, edit["bead"])
    old = beads[start]
    if not old.left_out:
        raise EditError("restore: this bead is in the corpus")
    if _reason(old.bead) and old.left_out != DELETED:
        raise EditError("restore: this bead has only one side; merge it with its partner")
    new = replace(old, left_out=_reason(old.bead), edits=(*old.edits, number))
    return Splice(start, (old,), (new,))


def _text(beads: Sequence[ReviewBead], number: int, edit: Mapping[str, Any], work: Work) -> Splice:
    """Texts are set by hand; the text of a side's sentences again takes that back.

    ``texts``: by side, one or both (or one as ``side`` and ``text``).
    """
    start = _find(beads, edit["bead"])
    old = beads[start]
    texts = edit["texts"] if "texts" in edit else {_side(edit): edit["text"]}
    if not isinstance(texts, Mapping) or not texts:
        raise EditError("text: `texts` has a text for source, target or both")
    values: dict[str, Any] = {"edits": (*old.edits, number)}
    for side, given in texts.items():
        text = " ".join(str(given).split())
        if not _ids(old.bead, _side({"side": side})):
            raise EditError(f"text: this bead has no {side} side")
        if not text:
            raise EditError("text: a text cannot be empty; delete the bead instead")
        as_built = sentences_text(old.bead, side, work)
        values[f"{side}_text"] = None if text == " ".join(as_built.split()) else text
    return Splice(start, (old,), (replace(old, **values),))


def _check(
    beads: Sequence[ReviewBead], number: int, edit: Mapping[str, Any], _work: Work
) -> Splice:
    """The bead is marked as checked, or not (``checked``)."""
    start = _find(beads, edit["bead"])
    old = beads[start]
    checked = bool(edit["checked"])
    return Splice(start, (old,), (replace(old, checked=checked, edits=(*old.edits, number)),))


def _realign(
    beads: Sequence[ReviewBead], number: int, edit: Mapping[str, Any], work: Work
) -> Splice:
    """New beads between fixed points, found before and kept in the edit (``beads``)."""
    by_name = {old.name: old for old in beads}
    new: list[ReviewBead] = []
    for told in edit["beads"]:
        bead = bead_of(told)
        known = by_name.get(str(bead))
        new.append(
            known
            or ReviewBead(
                bead,
                _reason(bead)
                or ("low_confidence" if bead.confidence < work.min_confidence else ""),
                "realigned",
                edits=(number,),
            )
        )
    for side, document in (("source", work.source), ("target", work.target)):
        covered = [i for one in new for i in _ids(one.bead, side)]
        if covered != list(range(len(document.sentences))):
            raise EditError(f"realign: the beads do not cover the {side} document")
    return difference(beads, new)


Operation = Callable[[Sequence[ReviewBead], int, Mapping[str, Any], Work], Splice]

OPERATIONS: dict[str, Operation] = {
    "merge": _merge,
    "split": _split,
    "move": _move,
    "delete": _delete,
    "restore": _restore,
    "text": _text,
    "check": _check,
    "realign": _realign,
}


def difference(old: Sequence[ReviewBead], new: Sequence[ReviewBead]) -> Splice:
    """The one splice that makes `new` of `old`: what is between their common ends."""
    start = 0
    while start < min(len(old), len(new)) and old[start] is new[start]:
        start += 1
    end = 0
    while end < min(len(old), len(new)) - start and old[-1 - end] is new[-1 - end]:
        end += 1
    return Splice(start, tuple(old[start : len(old) - end]), tuple(new[start : len(new) - end]))


def text_of(bead: ReviewBead, side: str, work: Work) -> str:
    """The text of a side: set by hand, or its sentences."""
    text: str | None = getattr(bead, f"{side}_text")
    return sentences_text(bead.bead, side, work) if text is None else text


def sentences_text(bead: Bead, side: str, work: Work) -> str:
    """The sentences of a side as the documents have them."""
    from duizhao.corpus.bitext import join_sentences

    return join_sentences(work.source if side == "source" else work.target, _ids(bead, side))


def _find(beads: Sequence[ReviewBead], name: str) -> int:
    for place, bead in enumerate(beads):
        if bead.name == name:
            return place
    raise EditError(f"there is no bead {name} (any more); load the page again")


def _side(edit: Mapping[str, Any]) -> str:
    side = edit["side"]
    if side not in ("source", "target"):
        raise EditError("`side` is source or target")
    return str(side)


def _ids(bead: Bead, side: str) -> tuple[int, ...]:
    return bead.source if side == "source" else bead.target


def _by_hand(source: tuple[int, ...], target: tuple[int, ...]) -> Bead:
    return Bead(source, target, score=0.0, confidence=1.0)


def _with_side(
    old: ReviewBead, side: str, ids: tuple[int, ...], edits: tuple[int, ...]
) -> ReviewBead:
    bead = _by_hand(
        ids if side == "source" else old.bead.source, ids if side == "target" else old.bead.target
    )
    return ReviewBead(
        bead,
        _reason(bead),
        "person",
        source_text=old.source_text if bead.source else None,
        target_text=old.target_text if bead.target else None,
        edits=edits,
    )


def _together(parts: Sequence[ReviewBead], number: int) -> tuple[int, ...]:
    return (*sorted({edit for part in parts for edit in part.edits}), number)


def _reason(bead: Bead) -> str:
    """Why a bead cannot be in the corpus: one of its sides is empty; else ""."""
    if not bead.target:
        return "deletion"
    return "" if bead.source else "insertion"
