"""The files that describe an adapted model: its record (adapt.json) and its card (README.md)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from importlib.metadata import version
from typing import Any

from duizhao.evaluation.adaptation.before_after import BeforeAfter, verdict
from duizhao.evaluation.adaptation.card import BaseModel, CardFacts, card
from duizhao.flows.adapting.prepare import Prepared
from duizhao.models.training.loop import Trained
from duizhao.models.training.plan import Options


@dataclass(frozen=True, slots=True)
class Made:
    """A finished adaptation.

    `base_score` is the chrF++ of the base model on the sentences that chose the best step,
    `rehearsal` the number of general sentences, `results` the comparison on held-out documents and
    on general text.
    """

    prepared: Prepared
    trained: Trained
    base_score: float
    rehearsal: int
    base: BaseModel
    results: tuple[BeforeAfter, BeforeAfter]
    options: Options
    device: str

    def record(self) -> dict[str, Any]:
        """The output of ``duizhao adapt --json``, except for the model's folder."""
        decided = verdict(*self.results)
        prepared, trained = self.prepared, self.trained
        return {
            "recommended": decided.recommended,
            "reasons": list(decided.reasons),
            "base": asdict(self.base),
            "duizhao": version("duizhao"),
            "data": {
                "files": dict(prepared.hashes),
                "read": prepared.read,
                "removed": dict(prepared.removed),
                "train": len(prepared.train),
                "dev": len(prepared.dev),
                "test": len(prepared.test),
                "held_out_by": prepared.held_out_by,
                "rehearsal": self.rehearsal,
            },
            "training": {
                **asdict(trained.plan),
                "done": trained.steps,
                "best": trained.best,
                "dev_chrf++": [[0, self.base_score], *map(list, trained.scores)],
                "share": trained.share,
                "dev_loss": [[share, loss] for share, loss in trained.losses.items()],
                "options": asdict(self.options),
                "device": self.device,
            },
            "results": [one.as_dict() for one in self.results],
        }

    def card(self, title: str) -> str:
        """The text of README.md."""
        return card(
            CardFacts(
                title,
                self.base,
                self.prepared.hashes,
                _counts(self),
                _training(self),
                self.results,
                verdict(*self.results),
            )
        )


def _counts(made: Made) -> Mapping[str, str]:
    prepared = made.prepared
    counts = {
        "pairs read": prepared.read,
        "trained on": made.trained.examples,
        "held out to choose the best model": len(prepared.dev),
        "held out for the test": len(prepared.test),
        "general sentences in the base model's own translation": made.rehearsal,
        "left out: too long for training": made.trained.left_out,
        **{f"left out: {name}": count for name, count in prepared.removed.items()},
    }
    return {name: f"{count:,}" for name, count in counts.items()} | {
        "held out by": prepared.held_out_by
    }


def _training(made: Made) -> Mapping[str, str]:
    trained, options = made.trained, made.options
    scores = [(0, made.base_score), *trained.scores]
    return {
        "duizhao": version("duizhao"),
        "device": made.device,
        "steps": f"{trained.steps:,} of {trained.plan.steps:,} planned",
        "best step": f"{trained.best:,}",
        "kept of the change of the weights": f"{trained.share:.0%}",
        "loss on held-out sentences, by that share": ", ".join(
            f"{share:.0%}: {loss:.3f}" for share, loss in trained.losses.items()
        ),
        "tokens in a batch": f"{options.tokens:,}",
        "learning rate": f"{options.learning_rate:g}",
        "label smoothing": f"{options.smoothing:g}",
        "seed": str(options.seed),
        "chrF++ on held-out sentences, by step": ", ".join(
            f"{step:,}: {score:.1f}" for step, score in scores
        ),
    }
