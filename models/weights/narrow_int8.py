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

import numpy as np
import numpy.typing as npt

from duizhao.models.weights.ctranslate_file import parse_variables

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
            factor = np.minimum(1.0, LARGEST_PAIR / _pair_sums(weight[part]).clip(min=1))
            weight[part] = np.round(weight[part] * factor[:, None].astype(np.float32))
            scale[part] *= factor.astype(np.float32)
    if not changed:
        return {}
    names = [entry.name for entry in folder.iterdir() if entry.suffix in (".json", ".txt")]
    others = {name: (folder / name).read_bytes() for name in names}
    return {**others, "model.bin": bytes(data)}


def _pair_sums(weight: npt.NDArray[np.int8]) -> npt.NDArray[np.int16]:
    """The largest magnitude per row to which two neighbours (0 and 1, 2 and 3...) can add up.

    They are multiplied by non-negative bytes, so only neighbours of one sign add up.
    """
    pairs = weight.reshape(len(weight), -1, 2).astype(np.int16)
    ups, downs = pairs.clip(min=0).sum(axis=2), (-pairs).clip(min=0).sum(axis=2)
    sums: npt.NDArray[np.int16] = np.maximum(ups, downs).max(axis=1).astype(np.int16)
    return sums
