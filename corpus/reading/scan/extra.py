"""The extra `scan`: whether it is installed, and how to install it."""

from __future__ import annotations

from importlib.util import find_spec

from duizhao.corpus.errors import InputError

EXTRA = "pip install '.[scan]'"


def installed() -> bool:
    """Whether pages can be recognised."""
    return all(find_spec(name) for name in ("rapidocr", "onnxruntime", "cv2"))


def need_extra(name: str, what: str) -> InputError:
    """The error for a document that needs recognition where the extra is not installed."""
    return InputError(f"{name}: {what}; to recognise its text install the extra: {EXTRA}")
