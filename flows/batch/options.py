"""The options of a batch, declared once: for the command, the flows on a server, and the plan."""

from __future__ import annotations

import importlib.util
import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from duizhao.corpus import tsv
from duizhao.corpus.cleaning.plan import Planned as Step
from duizhao.corpus.cleaning.plan import default_plan, describe, parse_plan
from duizhao.corpus.cleaning.splits import Shares
from duizhao.corpus.errors import InputError
from duizhao.corpus.files.card import TITLE
from duizhao.corpus.files.rights import NOTHING_KNOWN, Rights
from duizhao.corpus.units import Unit
from duizhao.flows.settings import Settings, validated
from duizhao.models.cores import usable_cores

Runner = Literal["local", "dask", "ray"]
PACKAGES: dict[Runner, str] = {"dask": "prefect_dask", "ray": "prefect_ray"}
"""The package that a runner needs."""

MOST_TIMEOUT = 7 * 86400
"""Seconds, a week: the system calls that wait for a worker accept at most 24 days."""


@dataclass(frozen=True, slots=True)
class Plan:
    """How the corpus is assembled from the outcomes."""

    cleaning: Sequence[Step]
    shares: Shares
    formats: Sequence[str]
    title: str
    unit: Unit = "sentence"
    tsv_form: tsv.Form = tsv.PLAIN
    rights: Rights = NOTHING_KNOWN

    def as_dict(self) -> dict[str, Any]:
        """The plan as JSON."""
        return {
            "cleaning": describe(list(self.cleaning)),
            "shares": asdict(self.shares),
            "formats": list(self.formats),
            "title": self.title,
            "unit": self.unit,
            "rights": asdict(self.rights) | {"tags": list(self.rights.tags)},
            **({"tsv": asdict(self.tsv_form)} if self.tsv_form != tsv.PLAIN else {}),
        }


class BatchOptions(BaseModel):
    """How a batch is run, and how its corpus is assembled.

    Raises InputError for options that contradict each other; `batch_options` also raises it for
    values of a wrong type or out of range.
    """

    # the schema is built at the first use: `duizhao --help` only needs the fields
    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)

    workers: int | None = Field(
        default=None,
        ge=1,
        description="Worker processes, each of which loads the model once; not with --cluster, "
        "which has workers of its own. [default: one for every two cores]",
    )
    runner: Runner = Field(
        default="local",
        description="local: processes on this machine; dask, ray: a cluster, started on this "
        "machine or named by --cluster.",
    )
    cluster: str | None = Field(
        default=None, description="Address of a running Dask or Ray cluster."
    )
    retry_failed: bool = Field(default=False, description="Process failed documents again.")
    resume: bool = Field(
        default=True, description="Continue an earlier run; otherwise process all documents again."
    )
    clean: tuple[str, ...] | None = Field(
        default=None,
        description="A cleaning step, in order; may be repeated; `none` for no cleaning. "
        "[default: the usual steps; --min-confidence is one of them]",
    )
    validation: float = Field(
        default=0.05, description="Share of documents in the validation split."
    )
    test: float = Field(default=0.05, description="Share of documents in the test split.")
    title: str = Field(default=TITLE, description="Title of the dataset card.")
    timeout: float = Field(
        default=1800.0,
        ge=1,
        le=MOST_TIMEOUT,
        description="Seconds without progress after which a worker is ended; a week at most.",
    )
    subflows: bool | None = Field(
        default=None,
        description="Record a run on Prefect's pages for each document. [default: if "
        "PREFECT_API_URL or the Prefect profile names a server]",
    )
    keep_planned: bool = Field(
        default=False,
        description="Keep documents of the previous plan whose files are gone.",
    )

    @model_validator(mode="after")
    def _check(self) -> BatchOptions:
        package = PACKAGES.get(self.runner)
        if package and not importlib.util.find_spec(package):
            raise InputError(
                f"--runner {self.runner}: not installed; pip install 'duizhao[{self.runner}]'"
            )
        if self.cluster and self.runner == "local":
            raise InputError("--cluster needs --runner dask or --runner ray")
        if self.cluster and self.workers:
            raise InputError("--workers: a cluster has its own workers; leave --workers out")
        Shares(self.validation, self.test)
        for one in self.steps:
            for name, value in one.values.items():
                if isinstance(value, float) and not math.isfinite(value):
                    raise InputError(f"step {one.step.name}: {name} must be a number, not {value}")
        return self

    @property
    def steps(self) -> Sequence[Step]:
        """The cleaning steps.

        By default without `low_confidence`: the setting `min_confidence` has removed those rows.
        """
        if self.clean is None:
            return [one for one in default_plan() if one.step.name != "low_confidence"]
        return parse_plan(step for step in self.clean if step != "none")

    @property
    def processes(self) -> int:
        """The number of worker processes on this machine."""
        return self.workers or max(1, usable_cores() // 2)

    def plan(self, settings: Settings) -> Plan:
        """How the corpus is assembled; it always has the Parquet files that the card names."""
        formats = tuple(dict.fromkeys(("parquet", *settings.formats)))
        shares = Shares(self.validation, self.test)
        form = settings.tsv_form
        rights = Rights(settings.licence, settings.origin, settings.tags)
        return Plan(self.steps, shares, formats, self.title, settings.unit, form, rights)


def batch_options(**options: Any) -> BatchOptions:
    """Options from plain values; InputError for an invalid one."""
    return validated(BatchOptions, options, dict.fromkeys(options, "option"))
