"""The benchmark's table: BLEU, chrF++, tokens per second and memory of every system and beam."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from duizhao.evaluation.benchmarks.translation.systems import Job, Outcome, held, lines, run

# requirements: speed relative to bare CTranslate2 and to transformers in float32, and lost BLEU
_OF_BARE, _OF_TRANSFORMERS, _BLEU_LOSS = 0.95, 5.0, 0.3
_BARE = "bare-ctranslate2"
_HEAD = (
    "system\tbeam\tlines\tBLEU\tchrF++\ttokens/s\ttokens/CPU s\tof bare\tof transformers\tpeak MB"
)


@dataclass(frozen=True, slots=True)
class Row:
    """One system at one beam."""

    job: Job
    outcome: Outcome
    bleu: float
    chrf: float

    @property
    def rate(self) -> float:
        """Target tokens of the output per second."""
        return self.outcome.tokens / self.outcome.seconds


def table(
    base: Job,
    reference: str,
    systems: Sequence[str],
    beams: Sequence[int],
    torch_lines: int,
    repeat: int,
    outputs: Path | None = None,
) -> dict[str, Any]:
    """Print a line as soon as a system is done, and finally whether the requirements are met."""
    references = lines(reference, base.lines)
    rows: list[Row] = []
    few = min(base.lines, torch_lines)
    jobs = [
        replace(base, system=name, lines=few if _slow(name) else base.lines) for name in systems
    ]
    if any(job.lines < base.lines for job in jobs):  # ours on the very lines that they have
        jobs.append(replace(base, system="duizhao", lines=few))
    print(_HEAD + "\tsettings", flush=True)
    for beam in beams:
        for job in (replace(job, beam=beam) for job in jobs):
            outcome = min((run(job) for _ in range(repeat)), key=lambda done: done.seconds)
            rows.append(Row(job, outcome, *quality(outcome.outputs, references[: job.lines])))
            _show(rows[-1], rows)
            if outputs:
                outputs.mkdir(parents=True, exist_ok=True)
                lines_out = "".join(f"{line}\n" for line in outcome.outputs)
                (outputs / f"{job.system}-beam{beam}.en").write_text(lines_out, encoding="utf-8")
    verdicts = _verdicts(rows)
    print(*verdicts, sep="\n")
    return {"rows": [_plain(row, rows) for row in rows], "verdicts": verdicts}


def _slow(system: str) -> bool:
    """Whether a system is so slow that it gets fewer lines."""
    return "transformers" in system


def quality(outputs: Sequence[str], references: Sequence[str]) -> tuple[float, float]:
    """BLEU and chrF++ of sacrebleu, default settings."""
    import sacrebleu

    assert len(outputs) == len(references), f"{len(outputs)} outputs, {len(references)} references"
    bleu = sacrebleu.corpus_bleu(list(outputs), [list(references)]).score
    chrf = sacrebleu.corpus_chrf(list(outputs), [list(references)], word_order=2).score
    return round(bleu, 2), round(chrf, 2)


def _ratio(row: Row, rows: Sequence[Row], system: str) -> float | None:
    """The ratio of tokens per second to another system with the same lines and beam."""
    other = _like(row, rows, system)
    return round(row.rate / other.rate, 2) if other else None


def _like(row: Row, rows: Sequence[Row], system: str) -> Row | None:
    wanted = (system, row.job.beam, row.job.lines)
    found = (each for each in rows if (each.job.system, each.job.beam, each.job.lines) == wanted)
    return next(found, None)


def _plain(row: Row, rows: Sequence[Row]) -> dict[str, Any]:
    """The row as JSON has it, without the outputs."""
    outcome = row.outcome
    return {
        "system": row.job.system,
        "beam": row.job.beam,
        "lines": row.job.lines,
        "bleu": row.bleu,
        "chrf": row.chrf,
        "tokens_per_second": round(row.rate, 1),
        "tokens_per_cpu_second": round(outcome.tokens / outcome.cpu_seconds, 1),
        "of_bare": _ratio(row, rows, _BARE),
        "of_transformers": _ratio(row, rows, "transformers"),
        "peak_mb": round(outcome.peak_mb),
        "settings": {
            **outcome.settings,
            "tokens": outcome.tokens,
            "tokens_made": outcome.tokens_made,
            "seconds": round(outcome.seconds, 2),
        },
    }


def _show(row: Row, rows: Sequence[Row]) -> None:
    plain = _plain(row, rows)
    settings = ", ".join(f"{name}={value}" for name, value in plain.pop("settings").items())
    print(*("" if value is None else value for value in plain.values()), settings, sep="\t",
          flush=True)  # fmt: skip


def _verdicts(rows: Sequence[Row]) -> list[str]:
    """The requirements at each beam, and whether they are met."""
    said = []
    for row in (row for row in rows if row.job.system == "duizhao"):
        makes = f"beam {row.job.beam}, {row.job.lines} lines: duizhao makes"
        of_bare = _ratio(row, rows, _BARE)
        if of_bare is not None:
            like = _like(row, rows, "duizhao-whole-vocabulary")
            alike = f"; with the same vocabulary {_ratio(like, rows, _BARE)}" if like else ""
            said.append(
                f"{makes} {of_bare} of bare CTranslate2's tokens a second (at least {_OF_BARE}): "
                f"{held(of_bare >= _OF_BARE)}{alike}"
            )
        other = _like(row, rows, "transformers")
        if other is not None:
            times, gain = row.rate / other.rate, row.bleu - other.bleu
            said.append(
                f"{makes} {times:.1f} times transformers' tokens a second (at least "
                f"{_OF_TRANSFORMERS:.0f}), BLEU {gain:+.2f} (at least -{_BLEU_LOSS}): "
                f"{held(times >= _OF_TRANSFORMERS and gain >= -_BLEU_LOSS)}"
            )
    return said
