"""The flows that a Prefect server starts, and prefect.yaml, which names them."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest
import yaml

from corpus.document import InputError
from flows.deployments import SETTLED_SECONDS, arrived, read_manifest_or_none
from flows.manifest import PATTERN

ROOT = Path(__file__).resolve().parent.parent


def put(path: Path, *, seconds_ago: float) -> None:
    path.write_text("text")
    then = time.time() - seconds_ago
    os.utime(path, (then, then))


def test_a_pair_has_arrived_when_both_files_are_there_and_still(tmp_path: Path) -> None:
    still = SETTLED_SECONDS + 5
    put(tmp_path / "whole.zh.txt", seconds_ago=still)
    put(tmp_path / "whole.en.txt", seconds_ago=still)
    put(tmp_path / "writing.zh.txt", seconds_ago=still)
    put(tmp_path / "writing.en.txt", seconds_ago=0)
    put(tmp_path / "alone.zh.txt", seconds_ago=still)
    entries = read_manifest_or_none(str(tmp_path), PATTERN)
    assert [entry.id for entry in arrived(entries, wait_for_reference=True)] == ["whole"]
    assert [entry.id for entry in arrived(entries, wait_for_reference=False)] == ["alone", "whole"]


def test_an_empty_inbox_is_no_error_and_a_missing_one_is(tmp_path: Path) -> None:
    assert read_manifest_or_none(str(tmp_path), PATTERN) == []
    with pytest.raises(InputError, match="no such manifest or folder"):
        read_manifest_or_none(str(tmp_path / "none"), PATTERN)


def test_every_deployment_names_a_flow_that_takes_its_parameters() -> None:
    from prefect.flows import load_flow_from_entrypoint

    told = yaml.safe_load((ROOT / "prefect.yaml").read_text(encoding="utf-8"))
    assert [one["name"] for one in told["deployments"]] == ["nightly", "inbox"]
    for deployment in told["deployments"]:
        path, _, name = deployment["entrypoint"].partition(":")
        flow = load_flow_from_entrypoint(f"{ROOT / path}:{name}")
        flow.validate_parameters(deployment["parameters"])
        assert deployment["concurrency_limit"]["limit"] == 1
