"""The documents of a pile as files of several formats, read and profiled."""

from __future__ import annotations

import hashlib
import html
import io
import sqlite3
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from duizhao.corpus.document import Document, Language
from duizhao.corpus.pairing import Profile, make_profile
from duizhao.corpus.pairing.profile import LONGEST
from duizhao.corpus.reading import read_bytes
from duizhao.evaluation.benchmarks.pairing.piles import Content

Vectors = NDArray[Any]
FORMATS = ("txt", "html", "docx", "pdf", "md")


def render(paragraphs: Sequence[str], language: Language, ending: str) -> bytes:
    """A file with these paragraphs, in a format other than that of its counterpart."""
    if ending == "html":
        body = "".join(f"<p>{html.escape(text)}</p>" for text in paragraphs)
        page = f"<html><meta charset=utf-8><body><article>{body}</article></body></html>"
        return page.encode()
    if ending == "docx":
        return _docx(paragraphs)
    if ending == "pdf":
        return _pdf(paragraphs, language)
    return "\n\n".join(paragraphs).encode()


def _docx(paragraphs: Sequence[str]) -> bytes:
    import docx

    document = docx.Document()
    for text in paragraphs:
        document.add_paragraph(text)
    buffer = io.BytesIO()
    document.save(buffer)
    return buffer.getvalue()


def _pdf(paragraphs: Sequence[str], language: Language) -> bytes:
    from reportlab.lib.pagesizes import A4
    from reportlab.lib.styles import ParagraphStyle
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.cidfonts import UnicodeCIDFont
    from reportlab.platypus import Paragraph, SimpleDocTemplate

    pdfmetrics.registerFont(UnicodeCIDFont("STSong-Light"))
    font, wrap = ("STSong-Light", "CJK") if language == "zh" else ("Times-Roman", None)
    style = ParagraphStyle("text", fontName=font, wordWrap=wrap, leading=16, spaceAfter=10)
    buffer = io.BytesIO()
    story = [Paragraph(html.escape(text), style) for text in paragraphs]
    SimpleDocTemplate(buffer, pagesize=A4, invariant=1).build(story)
    return buffer.getvalue()


def read_content(content: Content, language: Language, number: int) -> Document:
    """The document of a file, or of these sentences written to a file of one of the formats."""
    if isinstance(content, Path):
        ending, data = content.suffix.removeprefix("."), content.read_bytes()
    else:
        ending = FORMATS[number % len(FORMATS)]
        data = render([line for line in content if line.strip()], language, ending)
    name = f"{language}-{number:05d}.{ending}"
    return read_bytes(data, language, name=name, document_id=name)[0]


class Embedder:
    """Embeds texts, each once for all runs: their vectors are stored in `cache`."""

    def __init__(self, cache: Path) -> None:
        from duizhao.models.embedding import SpanEmbedder

        cache.mkdir(parents=True, exist_ok=True)
        self.embedder = SpanEmbedder()
        self.known = sqlite3.connect(cache / "vectors.sqlite")
        self.known.execute("create table if not exists vectors (key blob primary key, value blob)")

    def __call__(self, texts: Sequence[str]) -> Vectors:
        keys = {text: hashlib.sha256(text.encode()).digest()[:16] for text in texts}
        vectors = {text: value for text, key in keys.items() if (value := self._load(key))}
        new = [text for text in keys if text not in vectors]
        if new:
            made = self.embedder.embed(new).astype(np.float16)
            vectors |= {text: row.tobytes() for text, row in zip(new, made, strict=True)}
            with self.known:
                rows = [(keys[text], vectors[text]) for text in new]
                self.known.executemany("insert or ignore into vectors values (?, ?)", rows)
        flat = np.frombuffer(b"".join(vectors[text] for text in texts), dtype=np.float16)
        return flat.reshape(len(texts), -1)

    def _load(self, key: bytes) -> bytes | None:
        row = self.known.execute("select value from vectors where key = ?", (key,)).fetchone()
        return row[0] if row else None


def profiles_of(
    texts: Sequence[Content], language: Language, embed: Embedder
) -> tuple[list[Profile], list[list[str]]]:
    """Profiles, and all sentences as they are embedded."""
    profiles, sentences = [], []
    for number, content in enumerate(texts):
        document = read_content(content, language, number)
        sentences.append([sentence.text[:LONGEST] for sentence in document.sentences])
        # names are replaced, so that their order is no evidence
        profiles.append(replace(make_profile(document, document.id, embed), stem="", symbol=None))
    return profiles, sentences


class Reader:
    """All sentences of a document as vectors."""

    def __init__(self, sentences: dict[str, list[str]], embed: Embedder) -> None:
        self.sentences, self.embed = sentences, embed

    def __call__(self, profile: Profile) -> Vectors:
        return self.embed(self.sentences[profile.path])
