"""The data and the baselines of the alignment benchmarks."""

from __future__ import annotations

import pytest

from duizhao.corpus.alignment import Bead
from duizhao.evaluation.benchmarks.alignment.data import Gold
from duizhao.evaluation.benchmarks.alignment.half_translated import condensed
from duizhao.evaluation.benchmarks.alignment.peers import complete

pytestmark = pytest.mark.unit

WORDS = ("report", "session", "budget", "harbour", "treaty", "election", "glacier", "orchard")
GOLD = Gold(
    "sample/0",
    tuple(f"第{n}句。" for n in range(40)),
    tuple(
        f"In the year {1950 + n}, the {WORDS[n % 8]} was discussed with great care, to no avail."
        for n in range(40)
    ),
    tuple(Bead((n,), (n,)) for n in range(40)),
)


def test_a_condensed_sentence_is_in_the_bead_of_the_neighbour_that_has_its_words() -> None:
    text = condensed(GOLD, 0.3, seed=1)
    assert text == condensed(GOLD, 0.3, seed=1)
    assert [i for bead in text.beads for i in bead.source] == list(range(40))
    assert [j for bead in text.beads for j in bead.target] == list(range(len(text.target)))
    joined = [bead for bead in text.beads if bead.type == "2-1"]
    assert 5 < len(joined) == 40 - len(text.target)
    for bead in joined:
        target = text.target[bead.target[0]]
        whole = [n for n in bead.source if f"{WORDS[n % 8]} was discussed" in target]
        assert whole, f"{target!r} keeps no sentence of {bead}"
        assert len(target) > len(GOLD.target[whole[0]])


def test_sentences_that_a_tool_leaves_out_are_gaps() -> None:
    text = Gold("sample/1", ("一", "二", "三"), ("1", "2", "3"), ())
    beads = complete([([1, 2], [1]), ([], [0])], text)
    assert " ".join(map(str, beads)) == "[0]:[] []:[0] [1,2]:[1] []:[2]"
