"""The translation memory: its content, also with several processes, one of them killed."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from duizhao.corpus.errors import DamagedMemory, MemoryFileError, ModelNameError
from duizhao.corpus.translation import Translation
from duizhao.models.memory_file import size
from duizhao.models.translation.detokenize import VERSION
from duizhao.models.translation.engine import Decoding, ForcedScore
from duizhao.models.translation.memory import Memory, normalise
from tests.support.cli import Cli
from tests.support.paths import ROOT


@dataclass
class Named:
    """The attributes of an engine that the memory uses."""

    name: str = "ctranslate2"
    model_name: str = "tiny"
    model_hash: str = "abc"
    compute_type: str = "int8"


@pytest.mark.unit
def test_a_translation_is_found_again_under_the_same_settings_only(tmp_path: Path) -> None:
    memory = Memory(tmp_path / "m.sqlite")
    beam1 = memory.setting(Named(), Decoding(beam=1))
    beam2 = memory.setting(Named(), Decoding(beam=2))
    float32 = memory.setting(Named(compute_type="float32"), Decoding(beam=1))
    made = Translation("Security Council", -0.1439, 3, ("output_limit",))
    memory.remember(beam1, {"安全理事会": made})
    assert memory.translations(beam1, ["安全理事会", "大会"]) == {"安全理事会": made}
    assert memory.translations(beam2, ["安全理事会"]) == {}
    assert memory.translations(float32, ["安全理事会"]) == {}
    assert Memory(memory.path).setting(Named(), Decoding(beam=1)) == beam1


@pytest.mark.unit
def test_the_version_of_detokenizing_is_part_of_the_key() -> None:
    assert f"detokenized={VERSION};" in Decoding().key()


@pytest.mark.unit
def test_what_is_there_stays_when_it_is_stored_again(tmp_path: Path) -> None:
    memory = Memory(tmp_path / "m.sqlite")
    setting = memory.setting(Named(), Decoding())
    memory.remember(setting, {"大会": Translation("General Assembly", -0.1, 3)})
    memory.remember(setting, {"大会": Translation("Assembly", -0.2, 2)})
    assert memory.translations(setting, ["大会"])["大会"].text == "General Assembly"
    assert [group.translations for group in memory.groups()] == [1]


@pytest.mark.unit
def test_thousands_of_sources_are_looked_up_at_once(tmp_path: Path) -> None:
    memory = Memory(tmp_path / "m.sqlite")
    setting = memory.setting(Named(), Decoding())
    many = {f"第{i}号决议": Translation(f"resolution {i}", -0.1, 4) for i in range(2500)}
    memory.remember(setting, many)
    assert memory.translations(setting, [*many, "另一句"]) == many
    assert [entry.source for entry in memory.entries()] == sorted(many)


@pytest.mark.unit
def test_forced_scores_are_kept_beside_the_translations(tmp_path: Path) -> None:
    memory = Memory(tmp_path / "m.sqlite")
    setting = memory.setting(Named(), None)
    memory.remember_forced(setting, {("大会", "the Assembly"): ForcedScore(-3.5, 3)})
    pairs = [("大会", "the Assembly"), ("大", "会the Assembly")]
    assert memory.forced(setting, pairs) == {pairs[0]: ForcedScore(-3.5, 3)}
    assert memory.groups()[0].forced_scores == 1


@pytest.mark.unit
def test_clear_forgets_one_model_or_all(tmp_path: Path) -> None:
    memory = Memory(tmp_path / "m.sqlite")
    one, two = (memory.setting(Named(model_name=n, model_hash=n), Decoding()) for n in "ab")
    for setting in (one, two):
        memory.remember(setting, {"大会": Translation("General Assembly", -0.1, 3)})
    assert memory.clear("a") == 1
    assert memory.translations(one, ["大会"]) == {}
    assert memory.translations(two, ["大会"])
    assert memory.clear() == 1
    assert memory.groups() == []


@pytest.mark.unit
def test_normalising_keeps_what_a_reader_sees() -> None:
    assert normalise("\ufeff 第\u200b 2532(2020)号 \u3000决议\t") == "第 2532(2020)号 决议"
    assert normalise("（a）") == "（a）"


@pytest.mark.unit
def test_a_damaged_file_is_reported_in_one_line(tmp_path: Path) -> None:
    path = tmp_path / "m.sqlite"
    path.write_bytes(b"this is no database, and longer than its header of one hundred bytes" * 9)
    with pytest.raises(MemoryFileError, match=r"m\.sqlite: .*`duizhao memory clear`") as error:
        Memory(path).setting(Named(), Decoding())
    assert "\n" not in str(error.value)


# writes 40 batches of 25 sentences, the same for every process, and says when each is in
WRITER = """
import sys
sys.path.insert(0, {root!r})
from pathlib import Path
from tests.models.translation.test_memory import Named
from duizhao.models.translation.engine import Decoding
from duizhao.corpus.translation import Translation
from duizhao.models.translation.memory import Memory
memory = Memory(Path(sys.argv[1]))
setting = memory.setting(Named(), Decoding())
for batch in range(40):
    sources = [f"第{{batch}}批第{{i}}句" for i in range(25)]
    missing = [s for s in sources if s not in memory.translations(setting, sources)]
    memory.remember(setting, {{s: Translation("text of " + s, -0.5, 7) for s in missing}})
    print(batch, flush=True)
    import time; time.sleep(0.005)
"""


def _writer(path: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", WRITER.format(root=str(ROOT)), str(path)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


@pytest.mark.system
def test_of_two_processes_one_is_killed_and_nothing_is_lost_doubled_or_locked(
    tmp_path: Path,
) -> None:
    path = tmp_path / "m.sqlite"
    killed, other = _writer(path), _writer(path)  # both make the file
    assert killed.stdout is not None
    said = [killed.stdout.readline() for _ in range(10)]
    killed.send_signal(signal.SIGKILL)
    killed.wait()
    _, errors = other.communicate(timeout=60)
    assert other.returncode == 0, errors
    assert killed.returncode == -signal.SIGKILL
    assert said[-1].strip() == "9"

    memory = Memory(path)
    entries = list(memory.entries())
    wanted = {f"第{batch}批第{i}句" for batch in range(40) for i in range(25)}
    assert {entry.source for entry in entries} == wanted
    assert len(entries) == len(wanted)
    assert all(entry.output == "text of " + entry.source for entry in entries)
    with sqlite3.connect(path) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    # fails where the killed process left a lock behind
    memory.remember(memory.setting(Named(), Decoding()), {"再来": Translation("again", -1.0, 2)})


@pytest.mark.unit
def test_a_forked_process_opens_its_own_connection(tmp_path: Path) -> None:
    memory = Memory(tmp_path / "m.sqlite")
    setting = memory.setting(Named(), Decoding())
    child = os.fork()
    if child == 0:
        memory.remember(setting, {"大会": Translation("General Assembly", -0.1, 3)})
        os._exit(0)
    assert os.waitpid(child, 0)[1] == 0
    assert memory.translations(setting, ["大会"])["大会"].text == "General Assembly"


@pytest.mark.unit
def test_memory_commands_show_export_and_clear(cli: Cli, tmp_path: Path) -> None:
    empty = cli("memory", "stats")
    assert empty.code == 0
    assert "0 translations" in empty.err

    memory = Memory(cli.cache / "memory.sqlite")
    setting = memory.setting(Named(), Decoding(beam=2))
    memory.remember(setting, {"大会": Translation("General\tAssembly", -0.1, 3)})
    stats = cli("memory", "stats").out.splitlines()
    assert stats[0].split("\t")[0] == "model"
    assert stats[1].split("\t")[:3] == ["tiny", "ctranslate2", "int8"]
    assert stats[1].split("\t")[4] == "1"

    exported = cli("memory", "export").out.splitlines()
    assert exported == ["source\ttranslation\tscore\tflags", "大会\tGeneral Assembly\t-0.1\t"]
    cli("memory", "export", "--to", "jsonl", "-o", str(tmp_path / "x.jsonl"))
    row = json.loads((tmp_path / "x.jsonl").read_text(encoding="utf-8"))
    assert (row["source"], row["engine"]) == ("大会", "ctranslate2")

    refused = cli("memory", "clear", stdin="n\n")
    assert refused.code == 1
    assert memory.groups()
    cleared = cli("memory", "clear", "--yes")
    assert "1 translation deleted" in cleared.err
    assert memory.groups() == []


@pytest.mark.unit
def test_export_has_sentences_with_what_was_kept_and_not_what_was_tried(cli: Cli) -> None:
    memory = Memory(cli.cache / "memory.sqlite")
    sentences = memory.setting(Named(), Decoding())
    tries = memory.setting(Named(), Decoding(), again=True)
    wider = memory.setting(Named(), Decoding(beam=6), again=True)
    first = Translation("resolution 2532-2020", -0.2, 6)
    memory.remember(sentences, {"第2532(2020)号": first, "大会": Translation("Assembly", -0.1, 3)})
    memory.remember(tries, {"第1325(2000)号": Translation("resolution 1325 (2000)", -0.1, 6)})
    memory.remember(wider, {"第2532(2020)号": Translation("resolution 2532", -0.3, 4)})
    flags = ("symbol_missing", "retry=stand_in:mended")
    kept = Translation("resolution 2532 (2020)", -0.1, 6, flags)
    memory.keep(sentences, ["第2532(2020)号", "大会"], {"第2532(2020)号": kept})

    found = {entry.source: entry for entry in memory.entries()}
    assert found.keys() == {"第2532(2020)号", "大会"}
    assert (found["第2532(2020)号"].output, found["第2532(2020)号"].flags) == (kept.text, flags)
    assert found["大会"].flags == ()
    assert memory.translations(sentences, ["第2532(2020)号"]) == {"第2532(2020)号": first}
    counts = [(group.translations, group.tries) for group in memory.groups()]
    assert counts == [(2, 1), (0, 1)]
    stats = cli("memory", "stats").out.splitlines()
    assert stats[1].split("\t")[4:6] == ["2", "1"]
    exported = cli("memory", "export").out
    assert "resolution 2532 (2020)\t-0.1\tsymbol_missing,retry=stand_in:mended\n" in exported
    assert "1325" not in exported
    # a guard that no longer finds anything in it
    memory.keep(sentences, ["第2532(2020)号", "大会"], {})
    assert {entry.source: entry.output for entry in memory.entries()}[
        "第2532(2020)号"
    ] == first.text


@pytest.mark.unit
def test_what_sqlite_has_not_merged_yet_counts_to_the_size(tmp_path: Path) -> None:
    memory = Memory(tmp_path / "m.sqlite")
    many = {f"第{i}句": Translation("text " * 40, -0.5, 7) for i in range(500)}
    memory.remember(memory.setting(Named(), Decoding()), many)
    assert size(memory.path) > 100_000


@pytest.mark.unit
def test_clear_of_a_model_that_made_nothing_names_those_that_did(cli: Cli) -> None:
    memory = Memory(cli.cache / "memory.sqlite")
    memory.remember(memory.setting(Named(), Decoding()), {"大会": Translation("Assembly", -0.1, 3)})
    with pytest.raises(ModelNameError, match=r"nosuch: .*it has those by tiny"):
        memory.check_model("nosuch")
    done = cli("memory", "clear", "--model", "nosuch", "--yes")
    assert (done.code, "it has those by tiny" in done.err) == (2, True)
    assert done.err.count("\n") == 1


@pytest.mark.unit
def test_a_damaged_memory_can_be_cleared(cli: Cli) -> None:
    path = cli.cache / "memory.sqlite"
    path.parent.mkdir()
    path.write_bytes(b"this is no database, and longer than its header of one hundred bytes" * 9)
    for command in ("stats", "export"):
        done = cli("memory", command)
        assert done.code == 1
        assert "is damaged" in done.err
        assert done.err.count("\n") == 1
    done = cli("memory", "clear", "--yes")
    assert (done.code, "could not be used and was removed" in done.err) == (0, True)
    assert not path.exists()
    assert Memory(path).groups() == []


@pytest.mark.unit
def test_clearing_names_the_embeddings_and_their_size(cli: Cli) -> None:
    embeddings = cli.cache / "embeddings.sqlite"
    cli.cache.mkdir(exist_ok=True)
    embeddings.write_bytes(bytes(2_500_000))
    refused = cli("memory", "clear", stdin="n\n")
    assert f"the embeddings in {embeddings} (2.5 MB)" in refused.err
    assert embeddings.exists()
    done = cli("memory", "clear", "--yes")
    assert (done.code, done.err) == (0, "2.5 MB of embeddings deleted\n")
    assert not embeddings.exists()


@pytest.mark.unit
def test_a_file_that_is_another_programs_can_be_cleared(cli: Cli, tmp_path: Path) -> None:
    path = cli.cache / "memory.sqlite"
    path.parent.mkdir()
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE translation (word TEXT)")
    done = cli("memory", "stats")
    assert (done.code, "`duizhao memory clear` removes it" in done.err) == (1, True)
    done = cli("memory", "clear", "--yes")
    assert (done.code, done.err.count("\n")) == (0, 1)
    assert Memory(path).groups() == []


@pytest.mark.unit
@pytest.mark.parametrize(
    ("pragma", "said"),
    [("query_only = 1", "cannot be written"), ("max_page_count = 20", "no room")],
)
def test_a_memory_that_is_read_only_or_full_says_which(
    tmp_path: Path, pragma: str, said: str
) -> None:
    memory = Memory(tmp_path / "m.sqlite")
    setting = memory.setting(Named(), Decoding())
    memory._connection().execute(f"PRAGMA {pragma}")
    many = {f"第{i}句": Translation("text " * 40, -0.5, 7) for i in range(500)}
    with pytest.raises(MemoryFileError, match=said) as caught:
        memory.remember(setting, many)
    assert not isinstance(caught.value, DamagedMemory)
    assert "\n" not in str(caught.value)
