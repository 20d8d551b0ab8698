"""The CTranslate2 engine: the default, int8 on the CPU, no torch needed."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from duizhao.corpus.errors import ModelError, ModelSettingError
from duizhao.models.cores import usable_cores
from duizhao.models.translation.batching import padded
from duizhao.models.translation.engine import Decoding, ForcedScore
from duizhao.models.translation.packed_engine import Hypothesis, PackedEngine
from duizhao.models.weights.english_pieces import english_model
from duizhao.models.weights.narrow_int8 import LARGEST_PAIR, narrow_model

_EOS = "</s>"

# as CTranslate2 recommends for a GPU; not measured
_GPU_BATCH_TOKENS = 16384


class CTranslateEngine(PackedEngine):
    """A Marian model in CTranslate2's format: `folder` has model.bin and source.spm.

    Uses `threads` cores (by default all) for as many batches at once, with `threads_each` threads
    per batch: one is faster than several threads on one batch. The weights are in memory once.
    Safe to call from several threads. Raises ModelError if the folder has no such model.
    """

    name = "ctranslate2"

    def __init__(
        self,
        folder: Path,
        model_name: str,
        model_hash: str,
        *,
        device: str = "auto",
        compute_type: str = "auto",
        threads: int | None = None,
        threads_each: int = 1,
        batch_tokens: int | None = None,
        english_only: bool = True,
    ) -> None:
        import ctranslate2
        import sentencepiece

        self.folder = folder
        self.model_name = model_name
        self.model_hash = model_hash
        device = _device(device)
        compute_type = _compute_type(compute_type, device)
        workers = max(1, (threads or usable_cores()) // threads_each) if device == "cpu" else 1
        try:
            narrowed = narrow_model(folder) if compute_type.startswith("int8") else {}
            english = english_model(folder, narrowed) if english_only else {}
            self._translator = ctranslate2.Translator(
                str(folder),
                files=english or narrowed or None,
                device=device,
                compute_type=compute_type,
                inter_threads=workers,
                intra_threads=threads_each,
                max_queued_batches=-1,  # PackedEngine bounds the queue
            )
            self._source = sentencepiece.SentencePieceProcessor(str(folder / "source.spm"))
            self._known = _source_vocabulary(folder)
        except (OSError, RuntimeError, ValueError) as error:
            raise ModelError(f"{folder}: cannot be loaded by CTranslate2: {error}") from error
        # both change probabilities slightly, so they are part of the translation memory's key
        self.compute_type = (
            compute_type
            + (f"-narrow{LARGEST_PAIR}" * bool(narrowed))
            + "-english-rows" * bool(english)
            + "-even"  # batches of even size (models/translation/batching.py)
        )
        self.device = device
        self.workers = workers
        usual = cpu_batch_tokens if device == "cpu" else (lambda _beam: _GPU_BATCH_TOKENS)
        self.batch_tokens = batch_tokens or usual(1)
        self.wide_batch_tokens = batch_tokens or usual(2)
        # probabilities of the whole vocabulary take 260 kB a token: single pairs are scored as fast
        # as batches of 512 tokens (530 tokens per CPU second), larger batches are slower
        self.score_tokens = 128 if device == "cpu" else None
        self.ahead = 2 * self.workers + 2
        own = _read_json(folder / "duizhao.json")
        self.positions = int(own.get("positions", 512))
        # adding </s> twice costs 2 BLEU, leaving it out makes the model loop: the model's own
        # configuration says whether CTranslate2 adds it
        self._add_eos = not _read_json(folder / "config.json").get("add_source_eos", False)

    def _ended(self, pieces: Sequence[str]) -> list[str]:
        return [*pieces, _EOS] if self._add_eos else list(pieces)

    def _filler(self, batch: Sequence[Sequence[str]]) -> list[list[str]]:
        """A text as long as the padded size of the batch (batching.py), in a list.

        Empty if a text of the batch has that length. The model outputs a few words for a filler,
        regardless of its length.
        """
        longest = max(map(len, batch), default=0) + 1
        size = min(padded(longest), self.positions)
        return [[_EOS] * (size - 1)] if longest < size else []

    def _start(
        self, batch: Sequence[Sequence[str]], decoding: Decoding, max_tokens: int
    ) -> Callable[[], list[Hypothesis]]:
        waiting = self._translator.translate_batch(
            [self._ended(pieces) for pieces in (*batch, *self._filler(batch))],
            max_batch_size=0,
            asynchronous=True,
            beam_size=decoding.beam,
            patience=1.0,
            num_hypotheses=1,
            length_penalty=decoding.length_penalty,
            coverage_penalty=0.0,
            repetition_penalty=1.0,
            no_repeat_ngram_size=decoding.no_repeat_ngram,
            disable_unk=True,
            max_input_length=0,  # no truncation: long texts were split before
            max_decoding_length=max_tokens,
            min_decoding_length=1,
            sampling_topk=1,
            sampling_temperature=1.0,
            return_scores=True,
            return_end_token=True,
        )
        return lambda: [
            _hypothesis(result, decoding.length_penalty)
            for result in self._results(waiting[: len(batch)])
        ]

    def _start_score(
        self, sources: Sequence[Sequence[str]], targets: Sequence[Sequence[str]]
    ) -> Callable[[], list[ForcedScore]]:
        waiting = self._translator.score_batch(
            [self._ended(pieces) for pieces in sources],
            [list(pieces) for pieces in targets],
            max_batch_size=0,
            max_input_length=0,
            asynchronous=True,
        )
        return lambda: [_forced(result) for result in self._results(waiting)]

    def _results(self, waiting: Sequence[Any]) -> list[Any]:
        """Wait for CTranslate2's results; report errors, such as lack of memory."""
        try:
            return [result.result() for result in waiting]
        except RuntimeError as error:
            reason = (str(error).strip().splitlines() or ["no reason given"])[0]
            fewer = max(1, self.wide_batch_tokens // 4)
            raise ModelError(
                f"{self.model_name}: CTranslate2 stopped: {reason}; if it ran out of memory, "
                f"use smaller batches (--batch-tokens {fewer}) or fewer --threads"
            ) from error


def cpu_batch_tokens(beam: int) -> int:
    """The most padded source tokens in a batch on a CPU.

    By `python -m duizhao.evaluation.benchmarks.translation --sweep`: more is slower at beam 4, and
    takes more memory; less is slower at beam 1.
    """
    return 2048 if beam == 1 else 1024


def _hypothesis(result: Any, length_penalty: float) -> Hypothesis:
    """The best hypothesis of CTranslate2, with its score as the mean over its tokens."""
    pieces: list[str] = result.hypotheses[0]
    finished = bool(pieces) and pieces[-1] == _EOS
    tokens = max(1, len(pieces))
    # CTranslate2 returns (sum of log p) / tokens ** length_penalty
    score = result.scores[0] * tokens ** (length_penalty - 1.0)
    # not by sentencepiece, whose source vocabulary need not have the target pieces
    text = "".join(pieces[:-1] if finished else pieces).replace("▁", " ").strip()
    return Hypothesis(text, float(score), tokens, finished)


def _forced(result: Any) -> ForcedScore:
    return ForcedScore(float(sum(result.log_probs)), len(result.log_probs))


def _device(wanted: str) -> str:
    """cpu or cuda; ModelSettingError if a GPU is wanted and there is none."""
    import ctranslate2

    gpus = ctranslate2.get_cuda_device_count()
    if wanted == "cuda" and not gpus:
        raise ModelSettingError(
            "device cuda: CTranslate2 finds no GPU; use cpu or auto, or check with nvidia-smi"
        )
    return ("cuda" if gpus else "cpu") if wanted == "auto" else wanted


def _compute_type(wanted: str, device: str) -> str:
    """The precision to use; auto is int8 on a CPU and float16 on a GPU.

    Raises ModelSettingError if the device does not support it, such as bfloat16 on a CPU.
    """
    import ctranslate2

    try:
        able = ctranslate2.get_supported_compute_types(device)
    except (RuntimeError, ValueError) as error:
        raise ModelSettingError(f"device {device}: {error}; use cpu") from error
    if wanted != "auto":
        if wanted not in able:
            raise ModelSettingError(
                f"compute type {wanted}: this {device} supports {', '.join(sorted(able))}; "
                "use one of them" + ", or --engine transformers" * (wanted == "bfloat16")
            )
        return wanted
    first = ("int8",) if device == "cpu" else ("float16", "int8_float16")
    return next((kind for kind in first if kind in able), "float32")


def _source_vocabulary(folder: Path) -> frozenset[str]:
    """The source vocabulary of a converted model."""
    for name in ("source_vocabulary.json", "shared_vocabulary.json"):
        if (folder / name).is_file():
            return frozenset(json.loads((folder / name).read_text(encoding="utf-8")))
    raise ValueError("its vocabulary (shared_vocabulary.json) is missing")


def _read_json(path: Path) -> dict[str, Any]:
    """A JSON object, empty if the file is absent."""
    if not path.is_file():
        return {}
    read = json.loads(path.read_text(encoding="utf-8"))
    return read if isinstance(read, dict) else {}
