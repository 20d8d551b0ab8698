"""The settings that are keyword arguments of the Python API, with the names of `Settings`."""

from __future__ import annotations

from typing import Literal, TypedDict


class Options(TypedDict, total=False):
    """Keyword arguments of `duizhao.build` and others; `duizhao settings` describes each."""

    model: str
    engine: Literal["auto", "ctranslate2", "transformers"]
    translate: Literal["all", "none"]
    beam: int
    device: Literal["auto", "cpu", "cuda"]
    compute_type: str
    batch_tokens: int
    threads: int
    effort: Literal["fast", "normal", "best"]
    ocr: Literal["auto", "always", "never"]
    min_confidence: float
    glossary: str
    max_sentences: int
    memory: bool
    keep_contents: bool
    limit_file_mb: int
    limit_unpacked_mb: int
    limit_members: int
    limit_pages: int
    limit_depth: int
    limit_seconds: float
    limit_page_seconds: float
    limit_memory_mb: int
