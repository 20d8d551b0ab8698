"""The card of an adapted model: README.md with the YAML that the Hugging Face hub reads."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from duizhao.evaluation.adaptation.before_after import BeforeAfter, Verdict
from duizhao.evaluation.comparison.tables import NAMES, p_text


@dataclass(frozen=True, slots=True)
class BaseModel:
    """The model that was adapted: its name, hash of its weights, licence code and attribution."""

    name: str
    hash: str
    licence: str
    credit: str


@dataclass(frozen=True, slots=True)
class CardFacts:
    """What the card states.

    `data` has the SHA-256 of each input file by its name, `training` and `counts` are lines of
    name and value.
    """

    title: str
    base: BaseModel
    data: Mapping[str, str]
    counts: Mapping[str, str]
    training: Mapping[str, str]
    results: Sequence[BeforeAfter]
    verdict: Verdict


def card(facts: CardFacts) -> str:
    """The text of README.md."""
    base = facts.base
    lines = [
        "---",
        *([f"license: {base.licence}"] if base.licence else ["license: unknown"]),
        "language:\n- zh\n- en",
        "pipeline_tag: translation",
        "library_name: transformers",
        "tags:\n- marian\n- duizhao",
        "---",
        "",
        f"# {facts.title}",
        "",
        f"A Chinese-English MarianMT model, adapted from {base.name} with `duizhao adapt`.",
        "",
        *([] if facts.verdict.recommended else ["**Not recommended.**", ""]),
        *facts.verdict.reasons,
        "",
        "```bash",
        "duizhao translate report.zh.txt --model FOLDER",
        "```",
        "",
        "The folder has the model for transformers (`MarianMTModel.from_pretrained`) and, in "
        "`ctranslate2/`, in int8 for CTranslate2.",
        "",
        "## Before and after",
        "",
        *_results(facts.results),
        "",
        "Margins are 95% bootstrap intervals; p is by paired bootstrap / approximate "
        "randomization. For TER, lower is better.",
        "",
        "## Data",
        "",
        *_table(("", ""), facts.counts.items()),
        "",
        *_table(("file", "SHA-256"), ((name, f"`{value}`") for name, value in facts.data.items())),
        "",
        "## Training",
        "",
        *_table(("", ""), facts.training.items()),
        "",
        "## Licence",
        "",
        f"The base model: {base.credit}" if base.credit else "The base model's licence is unknown.",
        f"Its weights have the SHA-256 `{base.hash}`; this model changes them by further training. "
        "The licences of the training texts may add further terms.",
    ]
    return "\n".join(lines) + "\n"


def _results(results: Sequence[BeforeAfter]) -> list[str]:
    rows = []
    for result in results:
        for one in result.changes:
            rows.append(
                (
                    f"{result.text} ({result.segments:,} segments)",
                    NAMES[one.metric],
                    _value(one.before, one.before_margin),
                    _value(one.after, one.after_margin),
                    " / ".join(p_text(p) for p in one.p.values()),
                )
            )
        before, after = result.flags.values()
        rows.append((result.text, "flagged", _sum(before), _sum(after), ""))
        if result.terms is not None:
            base, adapted, reference = result.terms.values()
            rows.append(
                (
                    result.text,
                    f"terms right, of {base.used:,} (reference {reference.found:,})",
                    f"{base.found:,}",
                    f"{adapted.found:,}",
                    "",
                )
            )
    return _table(("text", "", "base", "adapted", "p"), rows)


def _value(value: float, margin: float | None) -> str:
    return f"{value:.1f}" + ("" if margin is None else f" ± {margin:.1f}")


def _sum(flags: Mapping[str, int]) -> str:
    return f"{sum(flags.values()):,}"


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    """A Markdown table."""
    made = [f"| {' | '.join(head)} |", "|" + "---|" * len(head)]
    for row in rows:
        made.append("| " + " | ".join(str(cell).replace("|", "\\|") for cell in row) + " |")
    return made
