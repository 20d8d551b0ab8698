"""The model in training, its optimiser, and one step."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from duizhao.models.training.checkpoint import Checkpoint
from duizhao.models.training.examples import IGNORED, Encoder, Example, by_size
from duizhao.models.training.plan import Options, Plan, rate
from duizhao.models.weights.marian_model import load_marian

# output tokens whose probabilities over the whole vocabulary are in memory at once
_AT_ONCE = 256
_FROZEN = ("shared", "embed_tokens", "embed_positions", "lm_head")


class TrainingState:
    """The model, its optimiser, and one step of training."""

    def __init__(
        self,
        base: Path,
        encoder: Encoder,
        examples: Sequence[Example],
        options: Options,
        device: str,
    ) -> None:
        import torch

        self.examples, self.options, self.device = examples, options, device
        self.model = load_marian(base).to(device).train()
        for name, parameter in self.model.named_parameters():
            parameter.requires_grad_(not any(part in name.split(".") for part in _FROZEN))
        self.trained: dict[str, Any] = {
            n: p for n, p in self.model.named_parameters() if p.requires_grad
        }
        self._bfloat16 = False
        rows = torch.tensor(encoder.rows, device=device)
        self._output = self.model.lm_head.weight.detach()[rows]
        self._bias = self.model.final_logits_bias[0].detach()[rows]
        config = self.model.config
        self._pad, self._begin = int(config.pad_token_id), int(config.decoder_start_token_id)
        self._optimizer = torch.optim.AdamW(
            self.trained.values(), lr=options.learning_rate, weight_decay=0.0
        )

    def use(self, plan: Plan) -> None:
        """Set the number of threads and the precision."""
        import torch

        if self.device == "cpu":
            torch.set_num_threads(plan.threads)
        self._bfloat16 = plan.bfloat16

    def step(self, number: int, batch: Sequence[int], steps: int) -> float:
        """Train on a batch; returns its loss per token."""
        import torch

        torch.manual_seed(self.options.seed * 1_000_003 + number)  # dropout
        for group in self._optimizer.param_groups:
            group["lr"] = self.options.learning_rate * rate(number, steps, self.options.warmup)
        loss = self.gradients(batch)
        torch.nn.utils.clip_grad_norm_(self.trained.values(), self.options.clip)
        self._optimizer.step()
        self.forget()
        return loss

    def gradients(self, batch: Sequence[int]) -> float:
        """Add the gradients of a batch; returns the loss per token."""
        import torch

        with torch.autocast(self.device, dtype=torch.bfloat16, enabled=self._bfloat16):
            return self._gradients(batch)

    def _gradients(self, batch: Sequence[int]) -> float:
        from torch.nn.functional import cross_entropy, linear

        states, wanted = self._outputs([self.examples[place] for place in batch])
        if not len(wanted):
            return 0.0
        # the output layer is not trained, so only the gradient at the last hidden states is needed,
        # which can be computed from the probabilities of a few tokens at a time
        cut = states.detach().requires_grad_()
        total = 0.0
        for start in range(0, len(wanted), _AT_ONCE):
            part = slice(start, start + _AT_ONCE)
            loss = cross_entropy(
                linear(cut[part], self._output, self._bias),
                wanted[part],
                label_smoothing=self.options.smoothing,
                reduction="sum",
            ) / len(wanted)
            loss.backward()  # type: ignore[no-untyped-call]
            total += float(loss.detach())
        states.backward(cut.grad)
        return total

    def loss(self, examples: Sequence[Example]) -> float:
        """The loss per token on other examples, without dropout and smoothing."""
        import torch
        from torch.nn.functional import cross_entropy, linear

        total, tokens = 0.0, 0
        self.model.eval()
        with torch.no_grad():
            for batch in by_size(examples, self.options.tokens):
                states, wanted = self._outputs(batch)
                for start in range(0, len(wanted), _AT_ONCE):
                    part = slice(start, start + _AT_ONCE)
                    logits = linear(states[part], self._output, self._bias)
                    total += float(cross_entropy(logits, wanted[part], reduction="sum"))
                tokens += len(wanted)
        self.model.train()
        return total / max(1, tokens)

    def _outputs(self, chosen: Sequence[Example]) -> tuple[Any, Any]:
        """The last hidden states before the tokens that are learned, and their labels."""
        import torch

        source = self._padded([one.source for one in chosen], self._pad)
        target = self._padded([one.target for one in chosen], self._pad)
        labels = self._padded([one.labels for one in chosen], IGNORED)
        begin = torch.full((len(chosen), 1), self._begin, device=self.device)
        hidden = self.model.model(
            input_ids=source,
            attention_mask=(source != self._pad).long(),
            decoder_input_ids=torch.cat([begin, target[:, :-1]], dim=1),
            use_cache=False,
        ).last_hidden_state
        kept = labels != IGNORED
        return hidden[kept], labels[kept]

    def forget(self) -> None:
        """Remove the gradients."""
        self._optimizer.zero_grad(set_to_none=True)

    def saved(self, step: int, scores: Sequence[tuple[int, float]]) -> Checkpoint:
        """The state after `step` steps."""
        weights = {name: parameter.detach() for name, parameter in self.trained.items()}
        return Checkpoint(step, scores, weights, self._optimizer.state_dict())

    def resume(self, saved: Checkpoint | None) -> tuple[int, list[tuple[int, float]]]:
        """Return to a saved state; the number of finished steps and the scores."""
        import torch

        if saved is None:
            return 0, []
        with torch.no_grad():
            for name, parameter in self.trained.items():
                parameter.copy_(saved.weights[name])
        self._optimizer.load_state_dict(saved.optimizer)
        return saved.step, list(saved.scores)

    def _padded(self, rows: Sequence[Sequence[int]], filler: int) -> Any:
        import torch

        width = max(map(len, rows))
        filled = [[*row, *[filler] * (width - len(row))] for row in rows]
        return torch.tensor(filled, device=self.device)


def has_fast_bfloat16(device: str) -> bool:
    """Whether the device computes in bfloat16: faster, with the weights kept in float32."""
    import torch

    if device == "cuda":
        return bool(torch.cuda.is_bf16_supported())
    supported = getattr(torch.cpu, "_is_avx512_bf16_supported", lambda: False)
    return bool(supported())
