"""Load a `MarianMTModel` from a folder, with one line for whatever is wrong with it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from duizhao.corpus.errors import ModelError


def load_marian(folder: Path, dtype: str = "float32") -> Any:
    """The model, on the CPU; ModelError if the folder has none or its weights are damaged."""
    import torch
    from safetensors import SafetensorError
    from transformers import MarianMTModel
    from transformers.utils import logging

    logging.disable_progress_bar()  # type: ignore[no-untyped-call]
    try:
        return MarianMTModel.from_pretrained(
            str(folder), dtype=getattr(torch, dtype), local_files_only=True
        )
    except (OSError, RuntimeError, ValueError, KeyError, SafetensorError) as error:
        reason = (str(error).strip().splitlines() or [repr(error)])[0]
        raise ModelError(f"{folder}: cannot be loaded by transformers: {reason}") from error
