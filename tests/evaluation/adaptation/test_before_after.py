"""Before and after: the recommendation, and the facts on the card."""

from __future__ import annotations

import pytest

from duizhao.corpus.translation import Translation
from duizhao.evaluation.adaptation.before_after import (
    ADAPTED,
    BASE,
    BeforeAfter,
    Change,
    Text,
    before_after,
    verdict,
)
from duizhao.evaluation.adaptation.card import BaseModel, CardFacts, card
from duizhao.models.glossary import Glossary, Term
from duizhao.models.training.rehearsal import general_test

pytestmark = pytest.mark.unit

SURE, UNSURE = {"bootstrap": 0.001, "randomization": 0.002}, {"bootstrap": 0.01, "other": 0.2}


def result(name: str, *changes: tuple[str, float, float, dict[str, float]]) -> BeforeAfter:
    made = tuple(Change(m, before, 1.0, after, 1.0, p) for m, before, after, p in changes)
    return BeforeAfter(name, 500, made, {BASE: {}, ADAPTED: {"number_missing": 2}}, None, {})


GENERAL = result("general text", ("bleu", 30.0, 29.6, UNSURE))


@pytest.mark.parametrize(
    ("domain", "general", "recommended", "reason"),
    [
        (("bleu", 30.0, 32.0, SURE), GENERAL, True, "significantly better"),
        (("bleu", 30.0, 32.0, UNSURE), GENERAL, False, "not significantly better"),
        (("ter", 50.0, 52.0, SURE), GENERAL, False, "significantly worse"),
        (
            ("bleu", 30.0, 32.0, SURE),
            result("general text", ("bleu", 30.0, 29.4, UNSURE)),
            False,
            "loses 0.6 BLEU in general text",
        ),
    ],
)
def test_only_a_better_model_that_keeps_general_quality_is_recommended(
    domain: tuple[str, float, float, dict[str, float]],
    general: BeforeAfter,
    recommended: bool,
    reason: str,
) -> None:
    decided = verdict(result("held-out documents", domain), general)
    assert decided.recommended is recommended
    assert any(reason in one for one in decided.reasons)


def test_a_better_system_is_found_better_with_its_terms_and_flags() -> None:
    pairs = general_test()[:60]
    sources, references = [s for s, _ in pairs], [t for _, t in pairs]
    good = [Translation(text, -0.1, 9) for text in references]
    bad = [Translation(text.rpartition(" ")[0], -0.5, 9, ("too_short",)) for text in references]
    glossary = Glossary((Term("自行车", ("bicycle",)), Term("键盘", ("keyboard",))))
    found = before_after(Text("held-out documents", sources, references), bad, good, glossary)
    assert found.change("bleu").significant
    assert found.change("bleu").after == pytest.approx(100)
    assert found.change("ter").gain > 0
    assert found.flags == {BASE: {"too_short": 60}, ADAPTED: {}}
    assert found.terms is not None
    assert [found.terms[name].found for name in (BASE, ADAPTED, "reference")] == [1, 2, 2]
    decided = verdict(found, found)
    assert decided.recommended
    assert any("only 60 segments" in reason for reason in decided.reasons)

    text = card(
        CardFacts(
            "laws",
            BaseModel("opus-mt", "ab12", "cc-by-4.0", "OPUS-MT, CC-BY 4.0"),
            {"laws.tmx": "cd34"},
            {"pairs read": "500"},
            {"seed": "1"},
            [found, found],
            decided,
        )
    )
    assert text.startswith("---\nlicense: cc-by-4.0\nlanguage:\n- zh\n- en\n")
    for part in ("OPUS-MT, CC-BY 4.0", "`cd34`", "| held-out documents (60 segments) | BLEU |"):
        assert part in text
    assert "Not recommended" not in text
