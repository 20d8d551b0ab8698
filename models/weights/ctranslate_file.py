"""Read and write CTranslate2's ``model.bin``: named arrays, as its converters write them.

The layout is that of `ctranslate2.specs.model_spec.ModelSpec._serialize`, little-endian: version,
name of the specification, its revision, the variables (name, shape, type, bytes), the aliases
(name, name of the variable that they share).
"""

from __future__ import annotations

import struct
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from duizhao.corpus.errors import ModelError

Array = npt.NDArray[Any]
_VERSIONS = range(4, 7)
# order of CTranslate2's DataType; bfloat16 is read as its raw 16 bits
_TYPES = (np.float32, np.int8, np.int16, np.int32, np.float16, np.uint16)


def read_variables(path: Path) -> dict[str, Array]:
    """Every variable and alias of a model, as read-only views of the file mapped into memory.

    Raises ModelError if the file is damaged or of an unsupported version.
    """
    return parse_variables(np.memmap(path, dtype=np.uint8, mode="r").data, path)


def parse_variables(data: bytearray | memoryview, path: Path) -> dict[str, Array]:
    """The same from bytes in memory; the arrays are views, writable if `data` is."""
    try:
        return _parse(memoryview(data))
    except (struct.error, IndexError, ValueError, KeyError) as error:
        raise ModelError(
            f"{path}: is not a CTranslate2 model, or is damaged ({error}); fetch it again"
        ) from error


def _parse(data: memoryview) -> dict[str, Array]:
    offset = 0

    def number(form: str) -> int:
        nonlocal offset
        (value,) = struct.unpack_from("<" + form, data, offset)
        offset += struct.calcsize("<" + form)
        return int(value)

    def string() -> str:
        nonlocal offset
        length = number("H")
        value = bytes(data[offset : offset + length - 1]).decode("utf-8")
        offset += length
        return value

    version = number("I")
    if version not in _VERSIONS:
        raise ValueError(f"version {version}")
    string()  # name of the specification
    number("I")  # its revision
    variables: dict[str, Array] = {}
    for _ in range(number("I")):
        name = string()
        shape = [number("I") for _ in range(number("B"))]
        kind = _TYPES[number("B")]
        size = number("I")
        variables[name] = np.frombuffer(data[offset : offset + size], dtype=kind).reshape(shape)
        offset += size
    for _ in range(number("I")):
        alias, shared = string(), string()
        variables[alias] = variables[shared]
        if f"{shared}_scale" in variables:
            variables.setdefault(f"{alias}_scale", variables[f"{shared}_scale"])
    return variables


def with_variables(
    data: bytes, variables: Mapping[str, Array], aliases: Mapping[str, str]
) -> bytes:
    """The file `data` with these variables and aliases in place of its own."""
    name_bytes = struct.unpack_from("<H", data, 4)[0]
    parts = [data[: 4 + 2 + name_bytes + 4]]  # version, name of the specification, revision

    def string(value: str) -> bytes:
        encoded = value.encode("utf-8") + b"\0"
        return struct.pack("<H", len(encoded)) + encoded

    parts.append(struct.pack("<I", len(variables)))
    for name, value in variables.items():
        parts.append(string(name))
        parts.append(struct.pack(f"<B{value.ndim}I", value.ndim, *value.shape))
        parts.append(struct.pack("<BI", _TYPES.index(value.dtype.type), value.nbytes))
        parts.append(value.tobytes())
    parts.append(struct.pack("<I", len(aliases)))
    for alias, shared in aliases.items():
        parts += [string(alias), string(shared)]
    return b"".join(parts)


def dequantized(variables: Mapping[str, Array], name: str) -> npt.NDArray[np.float32]:
    """A weight in float32: int8 and int16 are divided by the scale stored with them."""
    weight = variables[name]
    if weight.dtype == np.uint16:  # bfloat16: the upper half of a float32
        return (weight.astype(np.uint32) << 16).view(np.float32)
    values = weight.astype(np.float32)
    scale = variables.get(f"{name}_scale")
    if scale is None or weight.dtype not in (np.int8, np.int16):
        return values
    scale = scale.astype(np.float32)
    values /= scale[:, None] if scale.ndim else scale
    return values
