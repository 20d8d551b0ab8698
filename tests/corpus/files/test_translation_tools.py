"""Other programs read our exports: OmegaT, translate-toolkit, LibreOffice, the schemas of XLIFF.

`.ci/tools FOLDER` fetches some of them; DUIZHAO_TEST_TOOLS names the folder.
"""

from __future__ import annotations

import io
import json
import os
import re
import shutil
import subprocess
from pathlib import Path

import pypdfium2
import pytest
from lxml import etree

from duizhao.corpus.files.exports.options import ExportOptions
from duizhao.corpus.files.formats import writer
from tests.support.bitexts import row

pytestmark = pytest.mark.system


ROWS = (
    row(1, source="委员会访问了村庄。", target="The committee visited <the> village & left."),
    row(
        2,
        source="建议增加预算。",
        target="第二行 It recommends a larger budget.",
        section="二、结论",
    ),
    row(3, source="=1+1", target="A text that looks like a formula", source_document="other"),
)
READ = """
import json, sys
from translate.storage import tmx, xliff, xliff2
kinds = {"tmx": tmx.tmxfile, "xlf": xliff2.Xliff2File, "v12.xlf": xliff.xlifffile}
units = kinds[sys.argv[1]].parsefile(sys.argv[2]).units
print(json.dumps([[str(unit.source), str(unit.target)] for unit in units]))
"""


def tool(*names: str) -> Path:
    """What `.ci/tools` fetched; the test is skipped where it was not."""
    folder = os.environ.get("DUIZHAO_TEST_TOOLS")
    path = Path(folder or "/nonexistent", *names)
    if not path.exists():
        pytest.skip(f"{names[-1]} is not there; run .ci/tools and set DUIZHAO_TEST_TOOLS")
    return path


def exported(ending: str, folder: Path) -> Path:
    path = folder / f"corpus.{ending}"
    with path.open("wb") as file:
        writer(ending, ExportOptions("zh-CN", "en-US"))(list(ROWS), file)
    return path


@pytest.mark.parametrize("ending", ["tmx", "xlf", "v12.xlf"])
def test_translate_toolkit_reads_every_pair(ending: str, tmp_path: Path) -> None:
    python = tool("translate", "bin", "python")
    path = exported(ending, tmp_path)
    done = subprocess.run([python, "-c", READ, ending, path], capture_output=True, check=True)
    assert json.loads(done.stdout) == [[row.source, row.target] for row in ROWS]


@pytest.mark.parametrize(
    ("ending", "name"), [("xlf", "xliff-core-2.0.xsd"), ("v12.xlf", "xliff-core-1.2-strict.xsd")]
)
def test_xliff_is_valid_against_its_schema(ending: str, name: str, tmp_path: Path) -> None:
    translation = "usr/share/php/Symfony/Component/Translation"
    schema = tool("schemas", translation, "Resources/schemas", name)
    # the schema of xml:lang, which both import from elsewhere, is beside them
    text = re.sub(r'schemaLocation="[^"]*xml.xsd"', 'schemaLocation="xml.xsd"', schema.read_text())
    valid = etree.XMLSchema(etree.fromstring(text.encode(), base_url=str(schema)))
    valid.assertValid(etree.parse(exported(ending, tmp_path)))


@pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice is not installed")
def test_libreoffice_shows_every_text_of_a_workbook_and_a_word_file(tmp_path: Path) -> None:
    files = [exported("xlsx", tmp_path), exported("docx", tmp_path)]
    profile = f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}"
    for file in files:
        command = [
            "soffice",
            "--headless",
            profile,
            "--convert-to",
            "pdf",
            "--outdir",
            tmp_path,
            file,
        ]
        subprocess.run(command, check=True, capture_output=True, timeout=120)
        pdf = pypdfium2.PdfDocument((tmp_path / "corpus.pdf").read_bytes())
        text = "".join("".join(page.get_textpage().get_text_bounded().split()) for page in pdf)
        shown = [part for row in ROWS for part in (row.source, row.target)]
        assert [one for one in shown if "".join(one.split()) not in text] == [], file


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
