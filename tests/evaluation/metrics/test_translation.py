"""`duizhao score` and `evaluation.metrics.translation` equal sacrebleu to the last digit."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from sacrebleu.metrics import BLEU, TER

from duizhao.evaluation.metrics.translation import METRICS, measure, score, segment_scores
from tests.support.cli import Cli

REFERENCES = [
    "The Secretary-General reported on 15 January 2021.",
    "The Council adopted resolution 2550 (2020).",
    "",
    "Member States are encouraged to contribute to the trust fund.",
    "A/RES/70/1",
    "The mission's mandate was extended until 30 June.",
]
HYPOTHESES = [
    "The Secretary-General submitted a report on 15 January 2021.",
    "The Council adopted resolution 2550 (2020).",
    "Nothing.",
    "States Members are encouraged to give to the fund .",
    "A/RES/70/1",
    "",
]


@pytest.fixture
def files(tmp_path: Path) -> tuple[Path, Path]:
    """Hypothesis and reference, the first with white space at the ends of lines."""
    hypothesis, reference = tmp_path / "a.en", tmp_path / "ref.en"
    hypothesis.write_text("".join(f"{line} \r\n" for line in HYPOTHESES * 4), "utf-8")
    reference.write_text("".join(f"{line}\n" for line in REFERENCES * 4), "utf-8")
    return hypothesis, reference


def sacrebleu(*arguments: str | Path) -> list[dict[str, object]]:
    """The output of sacrebleu's command line, with twelve digits."""
    command = [sys.executable, "-m", "sacrebleu", *map(str, arguments), "-w", "12"]
    environment = {key: value for key, value in os.environ.items() if "SACREBLEU" not in key}
    done = subprocess.run(command, capture_output=True, text=True, check=True, env=environment)
    found = json.loads(done.stdout)
    return found if isinstance(found, list) else [found]


@pytest.mark.system
def test_scores_equal_sacrebleus_command_line_to_the_last_digit(
    cli: Cli, files: tuple[Path, Path]
) -> None:
    hypothesis, reference = files
    metrics = ["-m", "bleu", "chrf", "ter", "--chrf-word-order", "2", "--confidence"]
    theirs = sacrebleu(reference, "-i", hypothesis, *metrics)
    code, out, _ = cli("score", hypothesis, "--reference", reference, "--json")
    assert code == 0
    ours = json.loads(out)["scores"]
    assert [score["metric"] for score in ours] == ["BLEU", "chrF2++", "TER"]
    for our, their in zip(ours, theirs, strict=True):
        assert our["metric"] == their["name"]
        assert round(our["value"], 12) == their["score"]
        assert round(our["mean"], 12) == their["confidence_mean"]
        assert round(our["margin"], 12) == their["confidence_var"]
        assert our["signature"] == their["signature"]


@pytest.mark.system
def test_unpc_scores_equal_sacrebleu(shared: Path, tmp_path: Path) -> None:
    hypotheses, references = (
        [line.rstrip() for line in (shared / "unpc" / name).read_text("utf-8").split("\n")[:-1]]
        for name in ("dev.opus-mt.en", "dev.en")
    )
    published = score(hypotheses, references, metrics=("bleu",), bootstrap=0)
    assert round(published[0].value, 1) == 53.5  # Helsinki's figure

    paths = tmp_path / "reference", tmp_path / "hypothesis"
    for path, lines in zip(paths, (references, hypotheses), strict=True):
        path.write_text("\n".join(lines[:600]) + "\n", "utf-8")
    theirs = sacrebleu(
        *(paths[0], "-i", paths[1], "-m", "bleu", "chrf", "--chrf-word-order", "2"),
        *("--confidence", "--confidence-n", "100"),
    )
    metrics = ("bleu", "chrf++")
    ours = score(hypotheses[:600], references[:600], metrics=metrics, bootstrap=100)
    for our, their in zip(ours, theirs, strict=True):
        assert our.mean is not None
        assert our.margin is not None
        assert round(our.value, 12) == their["score"]
        assert round(our.mean, 12) == their["confidence_mean"]
        assert round(our.margin, 12) == their["confidence_var"]


@pytest.mark.unit
def test_segment_scores_equal_sacrebleus_sentence_level() -> None:
    for name, metric in (("bleu", BLEU(effective_order=True)), ("ter", TER())):
        theirs = [
            metric.sentence_score(hypothesis.strip(), [reference]).score
            for hypothesis, reference in zip(HYPOTHESES, REFERENCES, strict=True)
        ]
        assert segment_scores(HYPOTHESES, REFERENCES, name) == pytest.approx(theirs, abs=1e-9)


@pytest.mark.system
def test_scores_of_a_corpus_too_large_for_one_block_of_resamples_stay_the_same() -> None:
    """Resamples are drawn in blocks; sacrebleu draws them at once."""
    from sacrebleu.metrics.bleu import BLEU

    hypotheses, references = HYPOTHESES * 500, REFERENCES * 500
    their = BLEU(force=True).corpus_score(hypotheses, [references], n_bootstrap=1000)
    our = score(hypotheses, references, metrics=("bleu",))[0]
    assert (our.value, our.mean, our.margin) == (their.score, their._mean, their._ci)


@pytest.mark.system
def test_ter_over_processes_equals_ter_in_one() -> None:
    one = measure("ter", HYPOTHESES * 40, REFERENCES * 40)
    assert measure("ter", HYPOTHESES * 40, REFERENCES * 40, workers=2).rows == one.rows


@pytest.mark.unit
def test_the_trap_of_references_is_caught() -> None:
    with pytest.raises(ValueError, match="list of strings"):
        score(HYPOTHESES, [REFERENCES])  # type: ignore[list-item]
    with pytest.raises(ValueError, match="list of strings"):
        score("one", "one")
    with pytest.raises(ValueError, match="6 hypotheses but 5"):
        score(HYPOTHESES, REFERENCES[:5])
    with pytest.raises(ValueError, match="no segments"):
        score([], [])


@pytest.mark.unit
def test_packed_files_are_read(cli: Cli, files: tuple[Path, Path]) -> None:
    import gzip

    packed = files[0].with_suffix(".en.gz")
    packed.write_bytes(gzip.compress(files[0].read_bytes()))
    options: list[object] = ["-m", "bleu", "--bootstrap", "0", "--json"]
    assert cli("score", packed, "--reference", files[1], *options) == cli(
        "score", files[0], "--reference", files[1], *options
    )
    packed.write_bytes(b"not packed")
    assert cli("score", packed, "--reference", files[1])[0] == 2


@pytest.mark.unit
def test_standard_input_and_segments(cli: Cli, files: tuple[Path, Path]) -> None:

    hypothesis, reference = files
    arguments = ["score", "-", "--reference", reference, "--segments", "--json", "-m", "chrf++"]
    source = ["--source", str(hypothesis), "--bootstrap", "0"]
    done = cli(*arguments, *source, stdin=hypothesis.read_bytes())
    assert done.code == 0, done.out
    found = json.loads(done.out)
    assert found["scores"][0]["low"] is None
    assert len(found["segments"]) == len(REFERENCES) * 4
    assert found["segments"][1]["chrf++"] == pytest.approx(100)
    assert found["segments"][1]["source"] == HYPOTHESES[1]


@pytest.mark.unit
@pytest.mark.parametrize(
    ("content", "word"),
    [(b"one\n", "has 24 lines but"), (b"", "is empty"), (bytes(range(256)), "binary file")],
)
def test_unusable_files_are_named_in_one_line(
    cli: Cli, files: tuple[Path, Path], tmp_path: Path, content: bytes, word: str
) -> None:
    broken = tmp_path / "broken.en"
    broken.write_bytes(content)
    code, out, err = cli("score", files[0], "-r", broken)
    assert (code, out) == (2, "")
    assert word in err
    assert "broken.en" in err
    assert err.count("\n") == 1


@pytest.mark.unit
def test_a_missing_file_and_a_folder_are_named(
    cli: Cli, files: tuple[Path, Path], tmp_path: Path
) -> None:
    for path in (tmp_path / "none.en", tmp_path):
        code, _, err = cli("score", files[0], "-r", path)
        assert code == 2
        assert str(path) in err
        assert err.count("\n") == 1


@pytest.mark.model
def test_scores_without_a_reference_and_how_well_they_tell(cli: Cli, tmp_path: Path) -> None:
    """Forced decoding and embeddings; an empty hypothesis is scored too, not dropped."""
    texts = {
        "source": ["安理会开会。", "会议通过了议程。", "安理会今天开会。", "报告"],
        "good": ["The Council met.", "The agenda was adopted.", "The Council met today.", ""],
        "reference": ["The Council met.", "The agenda was adopted.", "The Council met.", "Report"],
    }
    for name, lines in texts.items():
        (tmp_path / name).write_text("".join(f"{line}\n" for line in lines), "utf-8")
    files = [tmp_path / "good", tmp_path / "reference"]
    metrics = ["-m", "mt_score", "-m", "similarity"]
    code, _, err = cli("score", files[0], "--reference", files[1], *metrics)
    assert (code, "give it with --source" in err) == (2, True)
    options = [*metrics, "--source", tmp_path / "source", "--json", "--segments"]
    code, out, err = cli("score", files[0], "--reference", files[1], *options)
    assert code == 0, err
    found = json.loads(out)
    segments = found["segments"]
    assert all(segment["mt_score"] <= 0 for segment in segments)
    assert all(-1 <= segment["similarity"] <= 1.001 for segment in segments)
    assert segments[0]["similarity"] > segments[3]["similarity"]
    assert found["reference_free"]["mt_score"]["correlation_to_chrf"]["segments"] == 4


@pytest.mark.unit
def test_a_seed_under_zero_is_refused_in_one_line(cli: Cli, files: tuple[Path, Path]) -> None:
    code, _, told = cli("score", files[0], "--reference", files[1], "--seed", "-1")
    assert code == 2
    assert "--seed" in told
    assert "Traceback" not in told


@pytest.mark.unit
def test_a_resample_that_scores_exactly_zero_has_an_interval() -> None:
    """sacrebleu itself fails here: statistics.mean takes no mixture of float and numpy.float32."""
    for metric in METRICS:
        scores = measure(metric, ["abc", "the cat sat"], ["xyz", "the cat sat"])
        result = scores.score(bootstrap=1000)
        assert result.low is not None
        assert result.low <= result.value <= (result.high or 0.0)


@pytest.mark.unit
def test_chinese_references_are_cut_into_characters_and_the_signature_says_so() -> None:
    hypotheses, references = ["大会通过了该决议。"], ["大会通过了这项决议。"]
    bleu = measure("bleu", hypotheses, references).score()
    assert "tok:zh" in bleu.signature
    assert bleu.value > 30
    assert "asian:yes" in measure("ter", hypotheses, references).score().signature
    assert "tok:13a" in measure("bleu", ["The resolution."], ["The resolution."]).score().signature
    forced = measure("bleu", hypotheses, references, tokenize="13a").score()
    assert "tok:13a" in forced.signature


@pytest.mark.unit
def test_the_former_order_of_the_files_is_refused_with_the_new_command(
    cli: Cli, files: tuple[Path, Path]
) -> None:
    code, out, err = cli("score", *files)
    assert (code, out) == (2, "")
    assert f"duizhao score {files[0]} --reference {files[1]}" in err
