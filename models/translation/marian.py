"""The transformers engine: any MarianMT model, run by torch.

Slower than CTranslate2 (see docs/measurements.md); for comparison, for models that cannot be
converted, and for fine-tuned ones. Every decoding option has the same meaning as in CTranslate2,
whose beam search ends as soon as it has as many finished hypotheses as beams.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, TypeVar

from duizhao.corpus.errors import ModelError, ModelSettingError
from duizhao.models.cores import usable_cores
from duizhao.models.translation.engine import Decoding, ForcedScore
from duizhao.models.translation.packed_engine import Hypothesis, PackedEngine
from duizhao.models.weights.conversion import need_torch
from duizhao.models.weights.marian_model import load_marian
from duizhao.models.weights.to_marian import NEVER, TORCH_NEEDED

# python -m duizhao.evaluation.benchmarks.translation --sweep
CPU_BATCH_TOKENS = 1024
_GPU_BATCH_TOKENS = 16384
_UNKNOWN = "<unk>"
_Result = TypeVar("_Result")
# output tokens whose probabilities over the whole vocabulary are computed at once
_SCORED_AT_ONCE = 256


class MarianEngine(PackedEngine):
    """A Marian model in transformers' form: `folder` is what `save_pretrained` writes.

    On a CPU it uses float32 and `threads` threads (by default all cores), on a GPU float16.
    Raises ModelError if the folder has no such model.
    """

    name = "transformers"

    def __init__(
        self,
        folder: Path,
        model_name: str,
        model_hash: str,
        *,
        device: str = "auto",
        compute_type: str = "auto",
        threads: int | None = None,
        batch_tokens: int | None = None,
    ) -> None:
        need_torch(model_name, TORCH_NEEDED)
        import sentencepiece
        import torch

        self.folder = folder
        self.model_name = model_name
        self.model_hash = model_hash
        if device == "cuda" and not torch.cuda.is_available():
            raise ModelSettingError(
                "device cuda: torch finds no GPU; use cpu or auto, or check with nvidia-smi"
            )
        if device == "auto":
            device = "cuda" if torch.cuda.is_available() else "cpu"
        self.device = device
        self.compute_type = _compute_type(compute_type, device)
        if device == "cpu":
            torch.set_num_threads(threads or usable_cores())
        try:
            self._model: Any = load_marian(folder, self.compute_type).eval().to(device)
            self._source = sentencepiece.SentencePieceProcessor(str(folder / "source.spm"))
            self._ids = _vocabulary(folder / "vocab.json")
            # models trained with a vocabulary for each side have a second file
            own = folder / "target_vocab.json"
            self._target_ids = _vocabulary(own) if own.is_file() else self._ids
            self._known = self._ids.keys()
        except (OSError, RuntimeError, ValueError, KeyError) as error:
            reason = str(error).strip().splitlines()[0]
            raise ModelError(f"{folder}: cannot be loaded by transformers: {reason}") from error
        self._words = {number: piece for piece, number in self._target_ids.items()}
        config: Any = self._model.config
        self.positions = int(config.max_position_embeddings)
        self._end_id, self._pad_id = int(config.eos_token_id), int(config.pad_token_id)
        self._begin_id = int(config.decoder_start_token_id)
        self._unknown_id = self._target_ids.get(_UNKNOWN, self._pad_id)
        # set once here, so that generate need not suppress <pad> at every step
        self._model.final_logits_bias[:, self._pad_id] = NEVER
        self.batch_tokens = batch_tokens or (
            CPU_BATCH_TOKENS if device == "cpu" else _GPU_BATCH_TOKENS
        )
        self.wide_batch_tokens = self.batch_tokens

    def _start(
        self, batch: Sequence[Sequence[str]], decoding: Decoding, max_tokens: int
    ) -> Callable[[], list[Hypothesis]]:
        return lambda: self._run(lambda: self._generate(batch, decoding, max_tokens))

    def _start_score(
        self, sources: Sequence[Sequence[str]], targets: Sequence[Sequence[str]]
    ) -> Callable[[], list[ForcedScore]]:
        def wait() -> list[ForcedScore]:
            ids, mask = self._padded([self._numbers(pieces, self._ids) for pieces in sources])
            ends = [self._numbers(pieces, self._target_ids) for pieces in targets]
            return self._forced(self._encoded(ids, mask), mask, ends)

        return lambda: self._run(wait)

    def _run(self, work: Callable[[], _Result]) -> _Result:
        """Call `work`; report torch's errors, such as running out of memory, as ModelError."""
        try:
            return work()
        except RuntimeError as error:
            reason = (str(error).strip().splitlines() or ["no reason given"])[0]
            raise ModelError(
                f"{self.model_name}: torch stopped: {reason}; if it ran out of memory, use "
                f"smaller batches (--batch-tokens {max(1, self.batch_tokens // 4)})"
            ) from error

    def _encoded(self, ids: Any, mask: Any) -> Any:
        """The encoder's output for the source ids."""
        import torch

        with torch.inference_mode():
            return self._model.get_encoder()(input_ids=ids, attention_mask=mask).last_hidden_state

    def _numbers(self, pieces: Sequence[str], ids: dict[str, int]) -> list[int]:
        """Ids of the pieces and of `</s>`, as Marian's tokenizer returns them."""
        unknown = ids.get(_UNKNOWN, self._end_id)
        return [*(ids.get(piece, unknown) for piece in pieces), self._end_id]

    def _padded(self, rows: Sequence[Sequence[int]]) -> tuple[Any, Any]:
        """Rows as one tensor padded on the right, and the mask of what is not padding."""
        import torch

        width = max(map(len, rows))
        padded = [[*row, *[self._pad_id] * (width - len(row))] for row in rows]
        real = [[1] * len(row) + [0] * (width - len(row)) for row in rows]
        return torch.tensor(padded, device=self.device), torch.tensor(real, device=self.device)

    def _generate(
        self, batch: Sequence[Sequence[str]], decoding: Decoding, max_tokens: int
    ) -> list[Hypothesis]:
        import torch
        from transformers import GenerationConfig
        from transformers.modeling_outputs import BaseModelOutput

        ids, mask = self._padded([self._numbers(pieces, self._ids) for pieces in batch])
        # every option is set here, overriding the model's own generation_config.json
        options: Any = GenerationConfig(  # type: ignore[no-untyped-call]
            do_sample=False,
            num_beams=decoding.beam,
            num_return_sequences=1,
            early_stopping=decoding.beam > 1,
            length_penalty=decoding.length_penalty,
            no_repeat_ngram_size=decoding.no_repeat_ngram,
            repetition_penalty=1.0,
            max_length=None,
            max_new_tokens=min(max_tokens, self.positions),
            min_new_tokens=1,
            forced_eos_token_id=None,
            bos_token_id=None,
            eos_token_id=self._end_id,
            pad_token_id=self._pad_id,
            decoder_start_token_id=self._begin_id,
        )
        encoded = self._encoded(ids, mask)
        own = self._model.generation_config
        bias = self._model.final_logits_bias
        with torch.inference_mode():
            # <unk> may be in a target to score, but must not be output
            before = bias[:, self._unknown_id].clone()
            try:
                bias[:, self._unknown_id] = NEVER
                self._model.generation_config = options
                output = self._model.generate(
                    encoder_outputs=BaseModelOutput(last_hidden_state=encoded),
                    attention_mask=mask,
                    generation_config=options,
                )
            finally:
                bias[:, self._unknown_id] = before
                self._model.generation_config = own
        rows: list[list[int]] = []
        finished: list[bool] = []
        for row in output[:, 1:].tolist():
            ended = self._end_id in row
            rows.append(
                row[: row.index(self._end_id) + 1] if ended else _stripped(row, self._pad_id)
            )
            finished.append(ended)
        # generate can only return scores with the probabilities of the whole vocabulary at every
        # step, which are gigabytes; one forward pass over its output gives the same
        scores = self._forced(encoded, mask, rows)
        return [
            Hypothesis(self._text(row), score.log_probability / score.tokens, score.tokens, ended)
            for row, score, ended in zip(rows, scores, finished, strict=True)
        ]

    def _text(self, row: Sequence[int]) -> str:
        """The text of target ids, up to `</s>`."""
        pieces = [self._words[number] for number in row if number != self._end_id]
        return "".join(pieces).replace("▁", " ").strip()

    def _forced(self, encoded: Any, mask: Any, rows: Sequence[Sequence[int]]) -> list[ForcedScore]:
        """log p of each row of target ids (ending in `</s>`) given its source, in one pass."""
        import torch
        from transformers.modeling_outputs import BaseModelOutput

        targets, real = self._padded(rows)
        begin = torch.full((len(rows), 1), self._begin_id, device=self.device)
        inputs = torch.cat([begin, targets[:, :-1]], dim=1)
        with torch.inference_mode():
            hidden = self._model.model(
                encoder_outputs=BaseModelOutput(last_hidden_state=encoded),
                attention_mask=mask,
                decoder_input_ids=inputs,
                use_cache=False,
            ).last_hidden_state
            kept = real.bool()
            states, wanted = hidden[kept], targets[kept]
            parts = []
            for start in range(0, len(wanted), _SCORED_AT_ONCE):
                part = slice(start, start + _SCORED_AT_ONCE)
                logits = self._model.lm_head(states[part]) + self._model.final_logits_bias
                logits = logits.float()
                chosen = logits.gather(1, wanted[part, None])[:, 0]
                parts.append(chosen - logits.logsumexp(dim=1))
            of_tokens = torch.cat(parts).tolist()
        scores = []
        position = 0
        for row in rows:
            total = sum(of_tokens[position : position + len(row)])
            scores.append(ForcedScore(float(total), len(row)))
            position += len(row)
        return scores


def _compute_type(wanted: str, device: str) -> str:
    """The precision to use; ModelSettingError for one that this engine does not support."""
    if wanted == "auto":
        return "float32" if device == "cpu" else "float16"
    if wanted not in ("float32", "bfloat16", "float16"):
        raise ModelSettingError(
            f"compute type {wanted}: the transformers engine does not support it; use float32, "
            "bfloat16 or float16, or --engine ctranslate2"
        )
    return wanted


def _vocabulary(path: Path) -> dict[str, int]:
    """Ids by piece; SentencePiece has different ids of its own."""
    read = json.loads(path.read_text(encoding="utf-8"))
    return {str(piece): int(number) for piece, number in read.items()}


def _stripped(row: list[int], pad: int) -> list[int]:
    """The row without the padding at its end."""
    while len(row) > 1 and row[-1] == pad:
        row = row[:-1]
    return row
