"""OmegaT uses our TMX."""

from __future__ import annotations

import io
import shutil
import subprocess
from pathlib import Path

import pytest

from duizhao.corpus.files.exports.options import ExportOptions
from duizhao.corpus.files.formats import writer
from tests.support.bitexts import row

pytestmark = pytest.mark.system


def test_omegat_fills_in_the_translations_of_the_memory(tmp_path: Path) -> None:
    omegat = shutil.which("omegat")
    if omegat is None:
        pytest.skip("OmegaT is not installed")
    for folder in ("source", "target", "omegat", "glossary", "dictionary", "tm/auto"):
        (tmp_path / folder).mkdir(parents=True)
    pair = row(1, source="委员会访问了村庄。", target="The committee visited the village.")
    memory = io.BytesIO()
    writer("tmx", ExportOptions("zh-CN", "en-US"))([pair], memory)
    (tmp_path / "tm/auto/corpus.tmx").write_bytes(memory.getvalue())
    (tmp_path / "source/text.txt").write_text(f"{pair.source}\n", encoding="utf-8")
    folders = "".join(
        f"<{name}>__DEFAULT__</{name}>"
        for name in ("source_dir", "target_dir", "tm_dir", "glossary_dir", "dictionary_dir")
    )
    (tmp_path / "omegat.project").write_text(
        f'<omegat><project version="1.0">{folders}<source_lang>ZH-CN</source_lang>'
        "<target_lang>EN-US</target_lang><sentence_seg>true</sentence_seg>"
        "<support_default_translations>true</support_default_translations></project></omegat>",
        encoding="utf-8",
    )
    config = f"--config-dir={tmp_path / 'config'}"
    subprocess.run(
        [omegat, "--mode=console-translate", config, str(tmp_path)],
        check=True,
        capture_output=True,
        timeout=120,
    )
    assert (tmp_path / "target/text.txt").read_text("utf-8").strip() == pair.target
