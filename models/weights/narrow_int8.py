"""Narrow int8 weights slightly, so that no processor overflows on them.

CTranslate2 multiplies bytes by int8 weights and adds pairs of products in 16 bits where the
processor has no instruction for sums of four (x86 without VNNI: most before 2019, AMD before
Zen 4). Two products of up to 255 * 127 do not fit into 16 bits and saturate silently; oneDNN
recommends fewer bits for the weights there. Rows in which two neighbours of one sign add up to more
than 160 are scaled down to that: sums then hardly ever overflow, and log-probabilities are twice as
close to float32 (rms difference per sentence 0.40 instead of 0.81; limiting each weight to 80 costs
more precision, 0.49; `python -m duizhao.evaluation.benchmarks.narrow`), at the same speed. This is
done on every processor, so that results differ as little as possible between them.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from duizhao.models.weights.ctranslate_file import parse_variables, with_variables

LARGEST_PAIR = 160


def narrow_model(folder: Path) -> dict[str, bytes]:
    """The files of an int8 model for CTranslate2 to load from memory, weights narrowed.

    Empty if the model's weights are not int8. Raises ModelError if model.bin is damaged.
    """
    path = folder / "model.bin"
    data = bytearray(path.read_bytes())
    variables = parse_variables(data, path)
    changed: set[int] = set()
    for name, weight in variables.items():
        scale = variables.get(f"{name}_scale")
        place = weight.ctypes.data
        if weight.dtype != np.int8 or weight.ndim != 2 or scale is None or place in changed:
            continue
        changed.add(place)  # embeddings and projection share their bytes
        for start in range(0, len(weight), 4096):  # by rows, for memory
            part = slice(start, start + 4096)
            factor = LARGEST_PAIR / _pair_sums(weight[part]).clip(min=1)
            rows = start + np.flatnonzero(factor < 1)
            narrower = factor[rows - start].astype(np.float32)
            weight[rows] = np.round(weight[rows] * narrower[:, None])
            scale[rows] *= narrower
    if not changed:
        return {}
    names = [entry.name for entry in folder.iterdir() if entry.suffix in (".json", ".txt")]
    others = {name: (folder / name).read_bytes() for name in names}
    return {**others, "model.bin": bytes(data)}


def quantize_narrow(path: Path) -> None:
    """Replace the float32 weights of a CTranslate2 model's model.bin by narrowed int8 ones.

    In one step, for models adapted from int8: their weights are those of the base, which lie on the
    grid of its int8 form, changed by less than half a step of that grid. Rounding to the same grid
    would undo most of the training; on the narrower one, errors are as random as usual.
    """
    data = path.read_bytes()
    variables = parse_variables(memoryview(data), path)
    changed: dict[str, npt.NDArray[Any]] = {}
    aliases: dict[str, str] = {}
    names: dict[int, str] = {}
    for name, value in variables.items():
        place = value.ctypes.data
        first = names.setdefault(place, name) if value.size > 1 else name
        is_weight = name.endswith("/weight") and value.ndim == 2
        if first != name:
            aliases[name] = first
            if is_weight:
                aliases[f"{name}_scale"] = f"{first}_scale"
        elif is_weight:
            changed[name], changed[f"{name}_scale"] = _quantized(value)
        else:
            changed[name] = value
    path.write_bytes(with_variables(data, changed, aliases))


def _quantized(
    weight: npt.NDArray[np.float32],
) -> tuple[npt.NDArray[np.int8], npt.NDArray[np.float32]]:
    """The int8 weights of each row and their scale."""
    scale = 127 / np.abs(weight).max(axis=1).clip(min=1e-9)
    # one less than the limit, so that rounding does not exceed it
    factor = (LARGEST_PAIR - 1) / _pair_sums(weight * scale[:, None]).clip(min=1e-9)
    scale = (scale * np.minimum(1.0, factor)).astype(np.float32)
    return np.round(weight * scale[:, None]).astype(np.int8), scale


def _pair_sums(weight: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """The largest magnitude per row to which two neighbours (0 and 1, 2 and 3...) can add up.

    They are multiplied by non-negative bytes, so only neighbours of one sign add up.
    """
    wide = weight.astype(np.int16) if weight.dtype == np.int8 else weight
    # whole columns at a time: sums over pairs as an axis of their own are ten times slower
    first, second = np.ascontiguousarray(wide[:, 0::2]), np.ascontiguousarray(wide[:, 1::2])
    ups = (np.maximum(first, 0) + np.maximum(second, 0)).max(axis=1)
    downs = (np.minimum(first, 0) + np.minimum(second, 0)).min(axis=1)
    sums: npt.NDArray[Any] = np.maximum(ups, -downs)
    return sums
