"""Jobs survive their processes and the studio; all with real processes that read documents."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

import pytest

from duizhao.corpus.errors import InputError, WrongState
from duizhao.flows.studio import pages, run
from duizhao.flows.studio.jobs import Job
from duizhao.flows.studio.queue import Queue
from tests.docs.needs import un_documents
from tests.support.small_report import texts

pytestmark = pytest.mark.system


def given(queue: Queue, *names: str) -> Job:
    """A job with these texts of the small report."""
    job = queue.add("report")
    for name in names:
        (queue.jobs.inputs(job) / name).write_text(texts()[name], encoding="utf-8")
        queue.add_file(job.id, name)
    queue.read(job.id)
    return job


def wait_for(queue: Queue, job: Job, *states: str) -> Job:
    end = time.monotonic() + 120
    while queue.get(job.id).state not in states:
        assert time.monotonic() < end, queue.get(job.id)
        time.sleep(0.05)
    return queue.get(job.id)


def test_a_process_that_was_killed_is_started_again_also_by_another_studio(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DUIZHAO_CACHE", str(tmp_path / "cache"))
    first = Queue(tmp_path / "studio")
    first.start()
    job = given(first, "report.en.txt", "report.zh.txt")
    while not (process := first.get(job.id).process):
        time.sleep(0.01)
    os.kill(process, signal.SIGKILL)
    while first.get(job.id).process == process:
        time.sleep(0.01)
    assert first.close() == 1
    assert not run.is_running(first.get(job.id))
    second = Queue(tmp_path / "studio")
    second.start()
    try:
        read = wait_for(second, job, "ready", "unusable")
        assert read.state == "ready", read
        preview = second.jobs.preview(read)
        assert preview is not None
        assert (preview["report"], preview["reference"]) == ("report.zh.txt", "report.en.txt")
        assert [one["language"] for one in preview["documents"]] == ["en", "zh"]
        with pytest.raises(InputError, match="min-confidence"):
            second.enqueue(job.id, {"min_confidence": 7})
        second.stop_thread()
        second.enqueue(job.id, {"unit": "paragraph", "formats": ["tmx"]})
        words = run.command(second.jobs, second.get(job.id))
        assert words[words.index("build") + 1].endswith("inputs/report.zh.txt")
        assert words[words.index("--unit") + 1] == "paragraph"
        assert words[words.index("--formats") + 1] == "jsonl,parquet,tmx"
        with pytest.raises(WrongState):
            second.read(job.id)
    finally:
        second.close()


def test_documents_in_one_language_make_no_corpus(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DUIZHAO_CACHE", str(tmp_path / "cache"))
    queue = Queue(tmp_path / "studio")
    queue.start()
    try:
        job = wait_for(queue, given(queue, "report.en.txt"), "ready", "unusable")
        assert (job.state, queue.jobs.preview(job)["problem"]) == ("unusable", "only_english")  # type: ignore[index]
        queue.remove(job.id)
        assert not queue.jobs.place(job).exists()
    finally:
        queue.close()


def test_a_symbol_that_is_not_served_can_be_read_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DUIZHAO_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    queue = Queue(tmp_path / "studio")
    with un_documents(tmp_path) as served:
        address = served["DUIZHAO_ODS_ADDRESS"]
        monkeypatch.setenv("DUIZHAO_ODS_ADDRESS", address.replace("/?", "/missing?"))
        job = queue.add("S_2026_1", "S/2026/1")
        queue.read(job.id)
        queue.start()
        try:
            job = wait_for(queue, job, "ready", "unusable")
            preview = queue.jobs.preview(job)
            assert preview is not None
            assert (job.state, preview["problem"]) == ("unusable", "fetch")
            assert "not found (HTTP 404); name a file instead" in preview["detail"]
            monkeypatch.setenv("DUIZHAO_ODS_ADDRESS", address)
            queue.read(job.id)
            job = wait_for(queue, job, "ready", "unusable")
            preview = queue.jobs.preview(job)
            assert preview is not None
            assert (job.state, preview["report"], preview["reference"]) == (
                "ready", "zh.docx", "en.docx",
            )  # fmt: skip
            assert "<h1>zh.docx</h1>" in pages.reading(queue, job.id, 0)
            queue.stop_thread()
            queue.enqueue(job.id, {})
            words = run.command(queue.jobs, queue.get(job.id))
            assert words[words.index("build") + 1] == "S/2026/1"
        finally:
            queue.close()
