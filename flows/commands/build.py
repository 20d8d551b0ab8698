"""`duizhao build`: a Chinese report in, a scored parallel corpus out."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Annotated, Any

import typer

from duizhao.flows.settings import MOST_BEAM, ComputeType, Device, Effort, Engine

ModelOption = Annotated[
    str | None,
    typer.Option(
        "--model",
        metavar="NAME|PATH",
        help="MarianMT model: a name on the Hugging Face hub or a local folder. "
        "Default: OPUS-MT zh-en in int8.",
    ),
]
EngineOption = Annotated[
    Engine | None,
    typer.Option("--engine", help="What runs the model; auto is ctranslate2 (no torch needed)."),
]
BeamOption = Annotated[
    int | None,
    typer.Option("--beam", min=1, max=MOST_BEAM, help="Beam size of the translation."),
]
DeviceOption = Annotated[
    Device | None,
    typer.Option("--device", help="Where the model runs; auto takes a GPU if there is one."),
]
ComputeTypeOption = Annotated[
    ComputeType | None,
    typer.Option("--compute-type", help="Arithmetic; auto is what pays on the device."),
]
BatchTokensOption = Annotated[
    int | None,
    typer.Option("--batch-tokens", min=1, help="Source tokens in a batch, padding counted."),
]
MinConfidenceOption = Annotated[
    float | None,
    typer.Option(
        "--min-confidence", min=0, max=1, help="Beads less sure than this go to the ledger."
    ),
]
EffortOption = Annotated[
    Effort | None,
    typer.Option("--effort", help="How much forced decoding the aligner may use."),
]
ThreadsOption = Annotated[
    int | None, typer.Option("--threads", min=1, help="Cores for the engine. Default: all.")
]
GlossaryOption = Annotated[
    str | None,
    typer.Option("--glossary", help="TSV file of terms (zh, en) to check translations against."),
]
FormatsOption = Annotated[
    str | None,
    typer.Option("--formats", help="Corpus files to write. Default: jsonl,tsv,tmx,parquet."),
]
ReportOption = Annotated[
    bool | None, typer.Option("--report/--no-report", help="Whether to write report.html.")
]
ConfigOption = Annotated[
    Path | None,
    typer.Option("--config", help="TOML file with settings (see `duizhao settings`)."),
]
JsonOption = Annotated[
    bool, typer.Option("--json", help="Print what run.json holds instead of the summary table.")
]


def build(
    report: Annotated[
        str,
        typer.Argument(
            metavar="REPORT",
            help="The Chinese report: a text, PDF, Word or HTML file, or a UN document symbol such "
            "as S/2021/130, which is fetched in both languages.",
        ),
    ],
    reference: Annotated[
        str | None,
        typer.Option(
            "--reference",
            "-r",
            help="The English document to align with and to score against. Without it the report "
            "is segmented and translated, and the translation is the target.",
        ),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option("--out", "-o", help="Folder for the corpus. Default: duizhao-NAME."),
    ] = None,
    model: ModelOption = None,
    engine: EngineOption = None,
    beam: BeamOption = None,
    min_confidence: MinConfidenceOption = None,
    effort: EffortOption = None,
    device: DeviceOption = None,
    compute_type: ComputeTypeOption = None,
    batch_tokens: BatchTokensOption = None,
    threads: ThreadsOption = None,
    glossary: GlossaryOption = None,
    formats: FormatsOption = None,
    page: ReportOption = None,
    config: ConfigOption = None,
    json: JsonOption = False,
) -> None:
    """Build a parallel corpus from one report, with scores where there is a reference."""
    from duizhao.flows.settings import resolve

    settings = resolve(
        config,
        model=model,
        engine=engine,
        beam=beam,
        min_confidence=min_confidence,
        effort=effort,
        device=device,
        compute_type=compute_type,
        batch_tokens=batch_tokens,
        threads=threads,
        glossary=glossary,
        formats=formats,
        report=page,
    ).settings
    run(report, reference, out, settings, as_json=json)


def run(
    report: str, reference: str | None, out: Path | None, settings: Any, *, as_json: bool = False
) -> None:
    """Run the build flow and say what came out; bad input stops it before anything is written."""
    from duizhao.corpus.files import folder
    from duizhao.flows import stages
    from duizhao.flows.build.inputs import pair_of
    from duizhao.flows.runtime import session as runtime
    from duizhao.flows.storage import pipes_held
    from duizhao.flows.terminal import console

    start = time.perf_counter()
    pair = pair_of(report, reference)
    out = out or Path(f"duizhao-{pair.name}")
    folder.check_output(out, folder.OUTPUTS)
    with (
        pipes_held(pair.source, pair.reference),
        runtime.session() as connect,
        console.use(console.TerminalConsole()),
    ):
        # while the server comes up: bad input stops the run here, good input is read only once
        stages.glossary(settings)
        stages.read(pair.source, "zh", "source", pair.source_id)
        if pair.reference:
            stages.read(pair.reference, "en", "target", pair.target_id)
        from duizhao.flows.build import record as account

        begun = time.perf_counter()
        from duizhao.flows.build.flow import build as build_flow

        with console.current().stage("start Prefect"):
            connect()
        started = time.perf_counter() - begun
        ids = (pair.source_id, pair.target_id)
        told = build_flow(pair.source, pair.reference, str(out), settings, ids)
    told["wall"] = time.perf_counter() - start
    told["seconds"] = account.with_overhead(told["seconds"], started, told["wall"])
    if as_json:
        import json

        print(json.dumps(told, ensure_ascii=False, indent=2))
        return
    from duizhao.flows.build.summary import print_summary

    print_summary(told)
