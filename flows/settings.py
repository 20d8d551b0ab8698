"""One settings object for every command, and where each of its values comes from.

The first that names a value wins: an option on the command line, the environment
(``DUIZHAO_MODEL``, ``DUIZHAO_BEAM`` ...), a TOML file, the default. The TOML file is the one
that ``--config`` or DUIZHAO_CONFIG names, else ``duizhao.toml`` in the current folder, else
``config.toml`` in the user's configuration folder:

    model = "Helsinki-NLP/opus-mt-zh-en"
    beam = 2
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from enum import StrEnum
from pathlib import Path
from typing import Any

from duizhao.corpus.errors import InputError

FORMATS = ("jsonl", "tsv", "tmx", "parquet")
MOST_BEAM = 32
"""Beyond this a beam only costs: the bound of every command."""


class Engine(StrEnum):
    """What runs the model."""

    auto = "auto"
    ctranslate2 = "ctranslate2"
    transformers = "transformers"


class Device(StrEnum):
    """Where the model runs."""

    auto = "auto"
    cpu = "cpu"
    cuda = "cuda"


class ComputeType(StrEnum):
    """The engine's arithmetic."""

    auto = "auto"
    int8 = "int8"
    int8_float32 = "int8_float32"
    int8_float16 = "int8_float16"
    int8_bfloat16 = "int8_bfloat16"
    int16 = "int16"
    float16 = "float16"
    bfloat16 = "bfloat16"
    float32 = "float32"


class Effort(StrEnum):
    """How much forced decoding the aligner may use."""

    fast = "fast"
    normal = "normal"
    best = "best"


def _setting(default: Any, text: str, **checks: Any) -> Any:
    return field(default=default, metadata={"help": text, **checks})


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything that a user can set and that changes what a run does."""

    model: str = _setting(
        "",
        "The MarianMT model: a local folder or a name on the Hugging Face hub; "
        "empty: the default, OPUS-MT zh-en in int8.",
    )
    engine: str = _setting(
        "auto",
        "What runs the model; auto is ctranslate2.",
        choices=Engine,
    )
    beam: int = _setting(
        0, "Beam size of the translation; 0: the engine's default.", least=0, most=MOST_BEAM
    )
    device: str = _setting(
        "auto", "Where the model runs; auto takes a GPU if there is one.", choices=Device
    )
    compute_type: str = _setting(
        "auto",
        "Arithmetic of the engine; auto is what pays on the device.",
        choices=ComputeType,
    )
    batch_tokens: int = _setting(
        0, "Source tokens in a batch, padding counted; 0: what suits the device.", least=0
    )
    threads: int = _setting(0, "Threads of the engine; 0: as many as there are cores.", least=0)
    effort: str = _setting(
        "normal",
        "How much forced decoding the aligner may use on ambiguous beads.",
        choices=Effort,
    )
    min_confidence: float = _setting(
        0.0,
        "Beads less sure than this (0 to 1) go to the ledger, not into the corpus.",
        least=0.0,
        most=1.0,
    )
    glossary: str = _setting(
        "", "TSV file of terms (zh, en) to check translations against; empty: our UN terms."
    )
    formats: tuple[str, ...] = _setting(
        FORMATS, "Corpus files to write, with commas between.", choices=FORMATS
    )
    max_sentences: int = _setting(
        20_000, "A batch refuses documents with more sentences than this.", least=1
    )
    report: bool = _setting(True, "Write report.html.")
    memory: bool = _setting(True, "Use the translation memory that all runs share.")

    def __post_init__(self) -> None:
        """InputError for a value out of its range."""
        for entry in fields(self):
            value = getattr(self, entry.name)
            for one in value if isinstance(value, tuple) else (value,):
                _check(entry.name, one, entry.metadata)


def _check(name: str, value: Any, checks: Mapping[str, Any]) -> None:
    choices = checks.get("choices")
    if choices and value not in tuple(choices):
        raise InputError(f"{name}: {value!r} is not one of {', '.join(choices)}")
    least, most = checks.get("least"), checks.get("most")
    # `not` around the comparisons: nan is in no range
    if (least is not None and not value >= least) or (most is not None and not value <= most):
        span = f"at least {least}" if most is None else f"between {least} and {most}"
        raise InputError(f"{name}: {value} must be {span}")


@dataclass(frozen=True, slots=True)
class Resolved:
    """The settings, and by name where each value comes from."""

    settings: Settings
    origins: Mapping[str, str]


def resolve(config: Path | None = None, **options: Any) -> Resolved:
    """Settings from options (None: not given), environment, TOML file and defaults."""
    path = config_file(config)
    written = _read_toml(path) if path else {}
    values: dict[str, Any] = {}
    origins: dict[str, str] = {}
    for entry in fields(Settings):
        name = entry.name
        variable = f"DUIZHAO_{name.upper()}"
        if options.get(name) is not None:
            values[name], origins[name] = _parse(name, options[name], "option"), "option"
        elif os.environ.get(variable, "") != "":
            values[name] = _parse(name, os.environ[variable], variable)
            origins[name] = f"environment {variable}"
        elif name in written:
            values[name], origins[name] = _parse(name, written[name], str(path)), str(path)
        else:
            origins[name] = "default"
    return Resolved(Settings(**values), origins)


def config_file(given: Path | None = None) -> Path | None:
    """The TOML file that counts, None where there is none; InputError if a named one is missing."""
    named = given or (Path(text) if (text := os.environ.get("DUIZHAO_CONFIG")) else None)
    if named:
        if not named.is_file():
            raise InputError(f"{named}: no such settings file")
        return named
    import platformdirs

    for path in (
        Path("duizhao.toml"),
        Path(platformdirs.user_config_dir("duizhao"), "config.toml"),
    ):
        if path.is_file():
            return path
    return None


def plain(settings: Settings) -> dict[str, Any]:
    """The settings as JSON can hold them."""
    return {name: list(v) if isinstance(v, tuple) else v for name, v in asdict(settings).items()}


def from_plain(values: Mapping[str, Any]) -> Settings:
    """The settings that `plain` told, or some of them."""
    told: dict[str, Any] = {n: tuple(v) if isinstance(v, list) else v for n, v in values.items()}
    return Settings(**told)


def _read_toml(path: Path) -> dict[str, Any]:
    try:
        written = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise InputError(f"{path}: not a TOML file that can be read: {error}") from error
    known = {entry.name for entry in fields(Settings)}
    if unknown := sorted(set(written) - known):
        raise InputError(
            f"{path}: unknown setting {unknown[0]!r}; known: {', '.join(sorted(known))}"
        )
    return written


def _parse(name: str, value: Any, origin: str) -> Any:
    default: Any = next(entry.default for entry in fields(Settings) if entry.name == name)
    try:
        if isinstance(default, bool):
            return _boolean(value)
        if isinstance(default, tuple):
            parts = value.split(",") if isinstance(value, str) else value
            return tuple(part.strip() for part in parts if part.strip())
        return type(default)(value)
    except (AttributeError, OverflowError, TypeError, ValueError) as error:
        kind = {int: "a whole number", float: "a number", bool: "true or false"}
        wanted = kind.get(type(default), "a list")
        raise InputError(f"{name} ({origin}): {value!r} is not {wanted}") from error


def _boolean(value: Any) -> bool:
    if isinstance(value, bool):
        return value
    words = {"1": True, "true": True, "yes": True, "on": True}
    words |= {"0": False, "false": False, "no": False, "off": False}
    try:
        return words[str(value).strip().lower()]
    except KeyError as error:
        raise ValueError(value) from error
