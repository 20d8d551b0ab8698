"""What a window sets out to translate, written down so that a run after a kill packs it alike."""

from __future__ import annotations

import hashlib
import struct
import zlib
from collections.abc import Container, Sequence
from dataclasses import dataclass

from duizhao.models.translation.batching import bound, pack, padded
from duizhao.models.translation.engine import Decoding, Engine
from duizhao.models.translation.memory import Memory


@dataclass(frozen=True, slots=True)
class Plan:
    """The texts to translate with their parts, the bound of a batch, and the key in the memory.

    The key is None where nothing is to be translated.
    """

    parts: dict[str, list[str]]
    bound: int
    key: bytes | None

    def batches(
        self, engine: Engine, found: Container[str]
    ) -> tuple[list[list[str]], dict[str, int]]:
        """The parts packed by length, without batches that only `found` texts need; all lengths."""
        items = list(dict.fromkeys(part for own in self.parts.values() for part in own))
        if not items:
            return [], {}
        lengths = engine.lengths(items)
        wanted = {part for text, own in self.parts.items() if text not in found for part in own}
        packed = pack([(padded(length),) for length in lengths], self.bound)
        batches = [[items[i] for i in batch] for batch in packed]
        return (
            [batch for batch in batches if not wanted.isdisjoint(batch)],
            dict(zip(items, lengths, strict=True)),
        )

    def users(self) -> dict[str, list[str]]:
        """The texts that have each part."""
        users: dict[str, list[str]] = {}
        for text, own in self.parts.items():
            for part in own:
                users.setdefault(part, []).append(text)
        return users


def make_plan(
    engine: Engine,
    memory: Memory,
    setting: int,
    decoding: Decoding,
    sources: Sequence[str],
    found: Container[str],
) -> Plan:
    """The plan of a window: the one that a killed run left, or a new one, written down."""
    missing = [i for i, source in enumerate(sources) if source not in found]
    if not missing:
        return Plan({}, 0, None)
    key = hashlib.blake2b("\0".join(sources).encode(), digest_size=16).digest()
    packed = memory.plan(setting, key)
    if packed is None:
        lengths = engine.lengths([sources[i] for i in missing])
        most = bound(lengths, engine.batch_bound(decoding.beam), engine.workers)
        packed = zlib.compress(struct.pack(f"<{len(missing) + 1}I", most, *missing))
        memory.make_plan(setting, key, packed)
    numbers = zlib.decompress(packed)
    most, *planned = struct.unpack(f"<{len(numbers) // 4}I", numbers)
    texts = [sources[i] for i in sorted({*planned, *missing})]
    return Plan(dict(zip(texts, engine.parts(texts), strict=True)), most, key)
