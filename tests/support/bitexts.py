"""Small bitexts for tests of the stages after alignment."""

from __future__ import annotations

from duizhao.corpus.bitext import Row
from duizhao.corpus.document import Block, Document, Language, Sentence


def document(name: str, language: Language, *blocks: list[str]) -> Document:
    """A document from its sentences, a list a block; the first block is the heading of all."""
    made = []
    number = 0
    for place, sentences in enumerate(blocks):
        between = " " if language == "en" else ""
        text, spans = "", []
        for sentence in sentences:
            text += between if text else ""
            start = len(text)
            text += sentence
            spans.append(Sentence(number, place, start, len(text), sentence))
            number += 1
        kind = "heading" if place == 0 else "paragraph"
        made.append(Block(place, kind, text, tuple(spans), section=0))
    result = Document(name, language, tuple(made))
    result.check()
    return result


def row(number: int = 1, **changes: object) -> Row:
    """A row with something in every field."""
    values: dict[str, object] = {
        "id": f"S_2021_130-{number:06d}",
        "source_document": "S_2021_130",
        "target_document": "S_2021_130.en",
        "source_ids": (0, 1),
        "target_ids": (0,),
        "source_blocks": (0,),
        "target_blocks": (0,),
        "section": "一. 导言",
        "source": "会议开始。会议结束。",
        "target": 'The "meeting" began and ended.',
        "machine_translation": "The meeting began. It ended.",
        "target_kind": "human",
        "bead_type": "2-1",
        "alignment_score": 3.25,
        "confidence": 0.9,
        "signals": {"overlap": 2.0, "length": 1.25},
        "mt_score": -0.5,
        "mt_flags": ("number",),
        "metadata": {"theme": "健康"},
    }
    return Row(**(values | changes))  # type: ignore[arg-type]
