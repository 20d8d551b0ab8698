"""Documents are paired by their content: names, order and formats do not matter."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence

import numpy as np
import pytest

from duizhao.corpus.document import Document, Language
from duizhao.corpus.pairing import Pairing, Profile, make_profile, pair
from duizhao.corpus.pairing.relations import compare
from duizhao.corpus.reading import read_bytes
from tests.support.paths import DATA

pytestmark = pytest.mark.model


def blocks(language: Language) -> list[str]:
    rows = json.loads((DATA / f"report.{language}.json").read_text("utf-8"))
    return [row["text"] for row in rows]


def document(texts: Sequence[str], language: Language, name: str) -> Document:
    data = "\n\n".join(texts).encode()
    return read_bytes(data, language, name=name, document_id=name)[0]


@pytest.fixture(scope="module")
def profile() -> Callable[..., Profile]:
    from duizhao.models.embedding import SpanEmbedder

    embedder = SpanEmbedder()

    def make(texts: Sequence[str], language: Language, name: str) -> Profile:
        return make_profile(document(texts, language, name), name, embedder.embed)

    return make


@pytest.fixture(scope="module")
def sections(profile: Callable[..., Profile]) -> tuple[list[Profile], list[Profile]]:
    """The sample report cut into sections of eight blocks on both sides."""
    chinese, english = blocks("zh"), blocks("en")
    assert len(chinese) == len(english)
    starts = range(0, len(chinese) - 7, 8)
    return (
        [profile(chinese[at : at + 8], "zh", f"{at}.txt") for at in starts],
        [profile(english[at : at + 8], "en", f"x{at}.txt") for at in starts],
    )


def found(result: Pairing) -> dict[str, str]:
    return {one.source.path: one.target.path for one in result.pairs}


def test_sections_of_one_report_are_paired_whatever_their_order(
    sections: tuple[list[Profile], list[Profile]],
) -> None:
    sources, targets = sections
    result = pair(sources, targets[::-1])
    expected = {one.path: other.path for one, other in zip(sources, targets, strict=True)}
    pairs = found(result)
    assert all(expected[source] == target for source, target in pairs.items())
    assert len(pairs) >= len(expected) - 1
    assert len(pairs) + sum(u.document.language == "zh" for u in result.unpaired) == len(sources)


def test_a_document_without_counterpart_stays_alone_with_a_reason(
    sections: tuple[list[Profile], list[Profile]],
) -> None:
    sources, targets = sections
    result = pair(sources, targets[1:])
    assert sources[0].path not in found(result)
    entry = next(entry for entry in result.unpaired if entry.document is sources[0])
    assert entry.reason in ("no_counterpart", "uncertain")


def test_an_exact_copy_is_reported_as_duplicate(
    sections: tuple[list[Profile], list[Profile]], profile: Callable[..., Profile]
) -> None:
    sources, targets = sections
    copy = profile(blocks("en")[8:16], "en", "copy.txt")
    result = pair(sources, [*targets, copy])
    reasons = {entry.document.path: (entry.reason, entry.other) for entry in result.unpaired}
    assert reasons["x8.txt"] == ("duplicate", "copy.txt")
    assert found(result)["8.txt"] == "copy.txt"


def test_an_excerpt_is_reported_beside_the_whole(
    sections: tuple[list[Profile], list[Profile]], profile: Callable[..., Profile]
) -> None:
    english = blocks("en")
    whole = profile(english[:24], "en", "whole.txt")
    part = profile(english[:6], "en", "part.txt")
    source = profile(blocks("zh")[:24], "zh", "ganze.txt")
    result = pair([source], [part, whole])
    assert found(result) == {"ganze.txt": "whole.txt"}
    assert [(entry.document.path, entry.reason) for entry in result.unpaired] == [
        ("part.txt", "excerpt")
    ]


@pytest.mark.parametrize("side", [0, 1], ids=["Chinese in two files", "English in two files"])
def test_an_annex_in_its_own_file_is_a_part_of_the_counterpart(
    profile: Callable[..., Profile], side: int
) -> None:
    texts = {}

    def made(language: Language, start: int, end: int, name: str) -> Profile:
        part = blocks(language)[start:end]
        texts[name] = [one.text for one in document(part, language, name).sentences]
        return profile(part, language, name)

    def sentences(one: Profile) -> np.ndarray:
        from duizhao.models.embedding import SpanEmbedder

        return SpanEmbedder().embed(texts[one.path]).astype(np.float16)

    languages: tuple[Language, Language] = ("zh", "en")
    whole = [made(languages[1 - side], 0, 101, "whole.txt")]
    parts = [
        made(languages[side], 0, 69, "main.txt"),
        made(languages[side], 69, 101, "annex.txt"),
    ]
    result = pair(*((parts, whole) if side == 0 else (whole, parts)), sentences)
    assert [{one.source.path, one.target.path} for one in result.pairs] == [
        {"whole.txt", "main.txt"}
    ]
    assert [(one.document.path, one.reason, one.other) for one in result.unpaired] == [
        ("annex.txt", "part_of_counterpart", "whole.txt")
    ]


def test_a_symbol_in_the_name_decides_where_texts_are_alike(
    profile: Callable[..., Profile],
) -> None:
    chinese, english = blocks("zh")[:8], blocks("en")[:8]
    sources = [profile(chinese, "zh", f"A_80_604{end}.zh.txt") for end in ("", "_Add.1")]
    targets = [profile(english, "en", f"A-E_A_80_604{end}.txt") for end in ("_Add.1", "")]
    assert [one.symbol for one in sources] == ["A/80/604", "A/80/604/ADD.1"]
    pairs = found(pair(sources, targets))
    assert pairs.get("A_80_604.zh.txt", "A-E_A_80_604.txt") == "A-E_A_80_604.txt"


def test_nothing_to_pair() -> None:
    assert pair([], []) == Pairing((), ())


def test_sketches_estimate_resemblance_and_containment(profile: Callable[..., Profile]) -> None:
    english = blocks("en")
    whole, half = profile(english[:40], "en", "a"), profile(english[:20], "en", "b")
    resemblance, inside = compare(half, whole)
    exact = len(np.intersect1d(half.sketch, whole.sketch)) > 0
    assert exact
    assert inside > 0.9
    assert 0.3 < resemblance < 0.75
    assert compare(whole, whole) == (1.0, 1.0)
