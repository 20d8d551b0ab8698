"""The summary of a build: a table in the terminal, artifacts on a Prefect server."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from duizhao.corpus.files import folder
from duizhao.flows.build.record import SCORES, score_text
from duizhao.flows.build.run_record import BuildRecord, Headline
from duizhao.flows.stage_values import TermsRecord
from duizhao.flows.terminal.output import print_table


def summary_rows(record: BuildRecord) -> list[tuple[str, str]]:
    """Name and value of each line of the summary."""
    number = record["counts"]
    rows = [
        ("Source", _side(record, "source")),
        ("Reference", _side(record, "target") if "target" in record["inputs"] else "none"),
        ("Model", _model(record)),
        ("Rows in the corpus", f"{number['rows']}"),
    ]
    if "target" in record["inputs"]:
        beads = sorted(number["beads"].items(), key=lambda item: -item[1])
        rows.append(("Beads by type", ", ".join(f"{kind}: {count}" for kind, count in beads)))
        rows.append(("Mean confidence", f"{number['mean_confidence']}"))
    for name, score in record["scores"].items():
        rows.append((SCORES[name], score_text(score)))
    left_out = ", ".join(f"{reason}: {count}" for reason, count in number["ledger"].items())
    rows.append(("Left out (ledger)", left_out or "nothing"))
    rows.append(("Translation", _translation(record)))
    flags = ", ".join(f"{flag}: {count}" for flag, count in number["flags"].items())
    rows.append(("Flags on translations", flags or "none"))
    if record["settings"].get("translate") != "none":
        rows.append(("Terms of the glossary", _terms(record["terms"])))
    spent = ", ".join(f"{name} {seconds:.1f}" for name, seconds in record["seconds"].items())
    rows.append(("Seconds by stage", spent))
    if "wall" in record:
        rows.append(("Seconds in all", f"{record['wall']:.1f}"))
    rows.append(("Files", _files(record)))
    return rows


def _model(record: BuildRecord) -> str:
    arithmetic = f"{record['compute_type']} on {record['device']}"
    return (
        f"{record['model']} ({record['engine']}, {arithmetic}, {record['decoding'].split(';')[0]})"
    )


def _side(record: BuildRecord, side: str) -> str:
    document = record["inputs"][side]
    return f"{document['document']}: {document['blocks']} blocks, {document['sentences']} sentences"


def _translation(record: BuildRecord) -> str:
    if record["settings"].get("translate") == "none":
        return "none (--translate none)"
    made = record["translation"]
    if made.get("reused"):
        return "kept from an earlier run, nothing translated"
    saved = made.get("repeated", 0) + made.get("remembered", 0)
    return f"{made.get('translated', 0)} sentences translated, {saved} saved by the memory"


def _terms(terms: TermsRecord) -> str:
    if terms["accuracy"] is None:
        return "none in the source"
    missed = ", ".join(f"{term}: {count}" for term, count in list(terms["missed"].items())[:5])
    text = f"{terms['found']} of {terms['used']} as in the glossary ({terms['accuracy']:.1%})"
    return f"{text}; most often not: {missed}" if missed else text


def _files(record: BuildRecord) -> str:
    return f"{record['out']}: {', '.join([*record['files'], folder.SEAL])}"


def print_summary(record: BuildRecord) -> None:
    """The summary as a table on standard output."""
    print_table("duizhao build", summary_rows(record))


def create_artifacts(record: BuildRecord) -> None:
    """Put the summary and the scores on the pages of the Prefect server."""
    from prefect.artifacts import create_markdown_artifact, create_table_artifact

    rows = summary_rows(record)
    create_table_artifact(
        table=[{"what": name, "value": value} for name, value in rows],
        key="build-summary",
        description=f"Corpus of {record['inputs']['source']['document']}",
    )
    if record["scores"]:
        create_markdown_artifact(markdown=_score_table(record["scores"]), key="build-scores")


def _score_table(scores: Mapping[str, Headline]) -> str:
    lines = ["| metric | value | 95% interval | signature |", "|---|---|---|---|"]
    for name, score in scores.items():
        low, high = score["low"], score["high"]
        interval = f"{low:.1f} to {high:.1f}" if low is not None else ""
        cells: Sequence[str] = (
            SCORES[name],
            f"{score['value']:.2f}",
            interval,
            f"`{score['signature']}`",
        )
        lines.append("| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |")
    return "\n".join(lines)
