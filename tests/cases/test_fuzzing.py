"""No input makes a reader end with a traceback: some 30 seconds of the benchmark `fuzzing`."""

from __future__ import annotations

from itertools import islice

import pytest
from hypothesis import HealthCheck, given, seed, settings
from hypothesis import strategies as st

from duizhao.evaluation.benchmarks.robustness.fuzzing import WRONG, mutations, outcome, samples
from tests.cases.sources import ROOT, ZH, shared_cases

pytestmark = pytest.mark.system

TEXT_NAMES = [name for name in samples() if not name.endswith((".docx", ".epub"))]


@pytest.mark.parametrize("name", samples())
def test_the_samples_themselves_are_read(name: str) -> None:
    assert outcome(name, samples()[name], "zh") == ("read", "")


@pytest.mark.parametrize("number", range(4))
def test_mutated_files_are_read_or_refused(number: int) -> None:
    report = (ROOT / "corpus" / "samples" / "report.zh.txt").read_bytes()
    files = samples() | {"report.zh.txt": report} | shared_cases()
    wrong = [
        (place, name, found)
        for place, (name, data) in enumerate(islice(mutations(files, number), 80))
        if (found := outcome(name, data, "zh" if place % 2 else "en"))[0] in WRONG
    ]
    assert not wrong


@seed(1)
@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.sampled_from(TEXT_NAMES), st.text(), st.sampled_from(["utf-8", "utf-16", "gb18030"]))
def test_any_text_is_read_or_refused(name: str, text: str, encoding: str) -> None:
    data = f"{ZH}{text}{ZH}".encode(encoding, "ignore")
    found = outcome(name, data, "zh")
    assert found[0] not in WRONG, found


@seed(1)
@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.sampled_from(sorted(samples())), st.binary(max_size=400))
def test_any_bytes_are_read_or_refused(name: str, data: bytes) -> None:
    assert outcome(name, data, "zh")[0] not in WRONG
    assert outcome(name, samples()[name][:20] + data, "zh")[0] not in WRONG
