"""One settings object for every command, and the origin of each of its values.

Highest precedence first: an option on the command line, the environment (``DUIZHAO_MODEL``,
``DUIZHAO_BEAM`` ...), a TOML file, the default. The TOML file is the one given by ``--config`` or
DUIZHAO_CONFIG, else ``duizhao.toml`` in the current folder, else ``config.toml`` in the user's
configuration folder:

    model = "Helsinki-NLP/opus-mt-zh-en"
    beam = 2

A command declares an option from a field, and resolves its value:

    def translate(
        beam: Annotated[int | None, option("beam")] = None,
        config: Annotated[Path | None, config_option()] = None,
    ) -> None:
        settings = resolve(config, beam=beam).settings

Name, help text, range and choices of an option are those of the field, so that ``--help``, the
settings file, the environment and `duizhao settings` agree.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from duizhao.corpus import tsv
from duizhao.corpus.errors import InputError
from duizhao.corpus.files import formats as corpus_formats
from duizhao.corpus.row import MIN_CONFIDENCE
from duizhao.corpus.units import Unit
from duizhao.flows.setting_errors import bounds, complaint

if TYPE_CHECKING:
    from duizhao.corpus.reading.bounds.limits import Limits
    from duizhao.flows.reading import ReadOptions

PREFIX = "DUIZHAO_"
MOST_BEAM = 32
"""A wider beam only takes longer."""

Engine = Literal["auto", "ctranslate2", "transformers"]
Device = Literal["auto", "cpu", "cuda"]
ComputeType = Literal[
    "auto",
    "int8",
    "int8_float32",
    "int8_float16",
    "int8_bfloat16",
    "int16",
    "float16",
    "bfloat16",
    "float32",
]
Effort = Literal["fast", "normal", "best"]
Translate = Literal["all", "none"]
Ocr = Literal["auto", "always", "never"]
if TYPE_CHECKING:
    Format = str
else:
    Format = Literal[tuple(corpus_formats.FORMATS)]
"""The name of a corpus format, which pydantic checks."""
FORMATS: tuple[Format, ...] = ("jsonl", "tsv", "tmx", "parquet")
"""The formats that a build writes by default."""


M = TypeVar("M", bound=BaseModel)


class Settings(BaseModel):
    """The settings of all commands."""

    # the schema is built at the first use: `duizhao --help` only needs the fields
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False, defer_build=True)

    model: str = Field(
        default="",
        description="The MarianMT model: a local folder or a name on the Hugging Face hub; "
        "empty: OPUS-MT zh-en in int8.",
    )
    engine: Engine = Field(
        default="auto", description="The library that runs the model; auto is ctranslate2."
    )
    translate: Translate = Field(
        default="all",
        description="Which sentences are translated; none: pairs without machine translation and "
        "without its scores, aligned by embeddings and forced decoding.",
    )
    beam: int = Field(
        default=0,
        ge=0,
        le=MOST_BEAM,
        description="Beam size of the translation; 0: the engine's default.",
    )
    device: Device = Field(
        default="auto", description="Where the model runs; auto uses a GPU if there is one."
    )
    compute_type: ComputeType = Field(
        default="auto", description="Numeric precision; auto picks the best for the device."
    )
    batch_tokens: int = Field(
        default=0,
        ge=0,
        description="Source tokens per batch, including padding; 0: chosen for the device.",
    )
    threads: int = Field(default=0, ge=0, description="Threads of the engine; 0: one per core.")
    effort: Effort = Field(
        default="normal",
        description="How much forced decoding the aligner may use for doubtful beads.",
    )
    ocr: Ocr = Field(
        default="auto",
        description="Pages to recognise from their image: auto: those without usable text; always: "
        "all; never: none.",
    )
    keep_contents: bool = Field(
        default=False,
        description="Keep the entries of tables of contents, which otherwise go to the ledger.",
    )
    min_confidence: float = Field(
        default=MIN_CONFIDENCE,
        ge=0.0,
        le=1.0,
        description="Beads with a lower confidence (0 to 1) go to the ledger, not to the corpus.",
    )
    glossary: str = Field(
        default="",
        description="TSV file of terms (zh, en) to check translations against; empty: built-in UN "
        "terms.",
    )
    formats: tuple[Format, ...] = Field(
        default=FORMATS,
        description="Further corpus files, separated by commas; jsonl and parquet are always "
        "written: "
        f"{', '.join(tuple(corpus_formats.FORMATS)[:-1])} or {tuple(corpus_formats.FORMATS)[-1]}.",
    )
    unit: Unit = Field(
        default="sentence",
        description="What a row holds: the sentences of a bead, the beads of a paragraph, or a "
        "whole document.",
    )
    tsv_bom: bool = Field(
        default=False,
        description="Begin TSV files with a byte-order mark, so that Excel shows Chinese.",
    )
    tsv_escape: bool = Field(
        default=False,
        description="In TSV files, put an apostrophe before text that a spreadsheet would run as "
        "a formula (it starts with = + - or @).",
    )
    max_sentences: int = Field(
        default=20_000, ge=1, description="A batch rejects documents with more sentences."
    )
    licence: str = Field(
        default="",
        description="Licence of the texts, for the dataset card: a code such as cc-by-4.0, "
        "united-nations, a name or an address; empty: unknown.",
    )
    origin: str = Field(default="", description="Where the texts come from, for the dataset card.")
    tags: tuple[str, ...] = Field(
        default=(), description="Tags of the dataset card, separated by commas."
    )
    limit_file_mb: int = Field(
        default=1024, ge=1, description="Largest file that is read, in MB (2^20 bytes)."
    )
    limit_unpacked_mb: int = Field(
        default=512,
        ge=1,
        description="MB unpacked from one Word, OpenDocument or EPUB file; pictures are not "
        "unpacked.",
    )
    limit_members: int = Field(
        default=20_000, ge=1, description="Files in one archive: a Word, OpenDocument or EPUB file."
    )
    limit_pages: int = Field(default=20_000, ge=1, description="Pages of one PDF.")
    limit_depth: int = Field(
        default=5_000,
        ge=10,
        le=20_000,
        description="Largest depth of nested elements, lists or quotations of a document.",
    )
    limit_seconds: float = Field(
        default=600.0, ge=1, le=86_400, description="Seconds for reading one document."
    )
    limit_page_seconds: float = Field(
        default=60.0,
        ge=0,
        le=86_400,
        description="Additional seconds for each page that is recognised from its image.",
    )
    limit_memory_mb: int = Field(
        default=3072, ge=16, description="MB of memory for reading one document."
    )
    server_minutes: float = Field(
        default=5.0,
        ge=0,
        le=1440,
        description="Minutes that the private Prefect server runs after a command, so that the "
        "next one starts faster; 0: it ends with its command.",
    )
    report: bool = Field(default=True, description="Write report.html.")
    memory: bool = Field(default=True, description="Use the translation memory of all runs.")
    cache: str = Field(
        default="",
        description="Folder for downloads, results and the translation memory; empty: the "
        "user's cache folder.",
    )
    models: str = Field(
        default="", description="Folder for models; empty: a subfolder of the cache folder."
    )
    results: str = Field(
        default="",
        description="Folder or address (s3://...) for the results of stages; empty: a subfolder "
        "of the cache folder.",
    )
    ods_address: str = Field(
        default="",
        description="Address template of the UN document server, with {symbol}, {language} and "
        "{format}; empty: the UN's own.",
    )
    comet_python: str = Field(
        default="", description="Python of an environment in which COMET is installed."
    )
    comet_model: str = Field(
        default="", description="COMET model, a name or a checkpoint; empty: wmt22-comet-da."
    )
    chromium: str = Field(
        default="", description="Path of Chromium, for pictures of the report; empty: searched."
    )

    @field_validator("formats", "tags", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        if not isinstance(value, str):
            return value
        return tuple(part.strip() for part in value.split(",") if part.strip())

    @property
    def tsv_form(self) -> tsv.Form:
        """The dialect of TSV files."""
        return tsv.Form(bom=self.tsv_bom, escaped=self.tsv_escape)

    @property
    def reading(self) -> ReadOptions:
        """The options of the readers."""
        from duizhao.flows.reading import ReadOptions

        return ReadOptions(self.ocr, self.keep_contents, self.limits)

    @property
    def limits(self) -> Limits:
        """The bounds on reading one document."""
        from duizhao.corpus.reading.bounds.limits import MB, Limits

        return Limits(
            file_bytes=self.limit_file_mb * MB,
            unpacked_bytes=self.limit_unpacked_mb * MB,
            members=self.limit_members,
            pages=self.limit_pages,
            depth=self.limit_depth,
            seconds=self.limit_seconds,
            page_seconds=self.limit_page_seconds,
            memory_bytes=self.limit_memory_mb * MB,
        )


ENVIRONMENT = (
    "cache",
    "models",
    "results",
    "ods_address",
    "comet_python",
    "comet_model",
    "chromium",
)
"""Settings that the layers below and child processes read from the environment."""


@dataclass(frozen=True, slots=True)
class Resolved:
    """The settings, and the origin of each value by its name."""

    settings: Settings
    origins: Mapping[str, str]


def resolve(config: Path | None = None, **options: object) -> Resolved:
    """Settings from options (None: not set), environment, TOML file and defaults.

    InputError names the origin of an invalid value. Folders that the TOML file names are put into
    the environment, also for child processes.
    """
    path = config_file(config)
    written, environment = _read_sources(path)
    given = {name: value for name, value in options.items() if value is not None}
    origins = dict.fromkeys(Settings.model_fields, "default")
    origins |= dict.fromkeys(written, str(path))
    origins |= {name: f"environment {variable(name)}" for name in environment}
    origins |= dict.fromkeys(given, "option")
    settings = validated(Settings, {**written, **environment, **given}, origins)
    for name in ENVIRONMENT:
        if value := getattr(settings, name):
            os.environ[variable(name)] = value
    return Resolved(settings, origins)


def validated(model: type[M], values: Mapping[str, Any], origins: Mapping[str, str]) -> M:
    """The options or settings with these values; InputError names an invalid one and its origin."""
    try:
        return model.model_validate(values)
    except ValidationError as error:
        raise InputError(complaint(model, error.errors()[0], origins)) from None


def variable(name: str) -> str:
    """The environment variable of a setting.

    >>> variable("beam")
    'DUIZHAO_BEAM'
    """
    return f"{PREFIX}{name.upper()}"


def option(field: str, *names: str, of: type[BaseModel] = Settings, **more: Any) -> Any:
    """The typer option of a field: its flag, help text and range; `more` overrides them.

    `names` are further flags such as ``-w``, or replace the derived one if they begin with ``--``.
    """
    import typer

    info = of.model_fields[field]
    flag = f"--{field.replace('_', '-')}"
    if info.annotation is bool:
        flag = f"{flag}/--no-{field.replace('_', '-')}"
    if not any(name.startswith("--") for name in names):
        names = (flag, *names)
    return typer.Option(*names, **({"help": info.description} | bounds(info) | more))


def config_option() -> Any:
    """The typer option --config."""
    import typer

    return typer.Option("--config", help="TOML file of settings (see `duizhao settings`).")


def config_file(given: Path | None = None) -> Path | None:
    """The TOML file to use, None if there is none; InputError if the named one is missing."""
    named = given or (Path(text) if (text := os.environ.get("DUIZHAO_CONFIG")) else None)
    if named:
        if not named.is_file():
            raise InputError(f"{named}: no such settings file; check --config or DUIZHAO_CONFIG")
        return named
    import platformdirs

    for path in (
        Path("duizhao.toml"),
        Path(platformdirs.user_config_dir("duizhao"), "config.toml"),
    ):
        if path.is_file():
            return path
    return None


def plain(settings: Settings) -> dict[str, object]:
    """The settings as JSON values, without those that depend on this machine."""
    return settings.model_dump(mode="json", exclude={*ENVIRONMENT, "server_minutes"})


def _read_sources(path: Path | None) -> tuple[dict[str, Any], dict[str, Any]]:
    """The values of the TOML file and those of the environment, as pydantic-settings reads them."""
    from pydantic_settings import (
        BaseSettings,
        EnvSettingsSource,
        SettingsConfigDict,
        TomlConfigSettingsSource,
    )

    class Sources(Settings, BaseSettings):
        model_config = SettingsConfigDict(
            env_prefix=PREFIX, env_ignore_empty=True, enable_decoding=False
        )

    try:
        written = TomlConfigSettingsSource(Sources, path)() if path else {}
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise InputError(f"{path}: not a TOML file that can be read: {error}") from error
    return written, EnvSettingsSource(Sources)()
