"""duizhao compare: sacrebleu's significance values, and where systems differ."""

from __future__ import annotations

import io
import json
import os
import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from rich.console import Console

from duizhao.corpus.bitext import Row
from duizhao.corpus.errors import InputError
from duizhao.corpus.files.jsonl import write
from duizhao.evaluation.comparison.compare import compare
from duizhao.evaluation.comparison.page import marked, render
from duizhao.evaluation.comparison.systems import Segments, from_runs
from duizhao.evaluation.comparison.tables import escape, latex, markdown
from duizhao.evaluation.metrics import words
from duizhao.evaluation.metrics.correlation import correlate
from duizhao.evaluation.metrics.ngrams import by_frequency, outstanding
from duizhao.flows.terminal.comparison import print_comparison
from tests.evaluation.metrics.test_translation import HYPOTHESES, REFERENCES
from tests.support.cli import Cli

OTHERS = [line.replace("report", "paper").replace("2021", "2012") for line in HYPOTHESES]


@pytest.fixture
def files(tmp_path: Path) -> tuple[Path, Path, Path]:
    """A reference and two systems of 48 segments."""
    paths = tuple(tmp_path / name for name in ("ref.en", "one.en", "two.en"))
    for path, lines in zip(paths, (REFERENCES, HYPOTHESES, OTHERS), strict=True):
        path.write_text("".join(f"{line}\n" for line in lines * 8), "utf-8")
    return paths  # type: ignore[return-value]


def sacrebleu_paired(
    paths: tuple[Path, ...], kind: str, samples: int, seed: int
) -> list[dict[str, object]]:
    """The output of sacrebleu's command line for its paired test.

    2.6.0 stops at its own float32 values when it writes JSON (chrF); the encoder is told how.
    """
    program = (
        "import json; json.JSONEncoder.default = lambda self, value: float(value);"
        "from sacrebleu.sacrebleu import main; main()"
    )
    command = [sys.executable, "-c", program, str(paths[0]), "-i", *map(str, paths[1:])]
    command += ["-m", "bleu", "chrf", "ter", "--chrf-word-order", "2"]
    command += [f"--paired-{kind}", f"--paired-{kind}-n", str(samples), "-f", "json"]
    environment = os.environ | {"SACREBLEU_SEED": str(seed)}
    done = subprocess.run(command, capture_output=True, text=True, check=True, env=environment)
    found: list[dict[str, object]] = json.loads(done.stdout)
    return found


@pytest.mark.system
@pytest.mark.parametrize("seed", [12345, 7])
def test_significance_equals_sacrebleus_command_line(
    cli: Cli, files: tuple[Path, Path, Path], seed: int
) -> None:
    options = ["--samples", "300", "--trials", "400", "--seed", str(seed), "--json"]
    code, out, err = cli("compare", *files[1:], "-r", files[0], *options)
    assert code == 0, err
    ours = json.loads(out)
    for test, kind, samples in (("bootstrap", "bs", 300), ("randomization", "ar", 400)):
        theirs = sacrebleu_paired(files, kind, samples, seed)[1]
        found = {one["metric"]: one for one in ours["significance"][test]}
        assert set(found) == {"BLEU", "chrF2++", "TER"}
        for metric, one in found.items():
            their = theirs[metric]
            assert isinstance(their, dict)
            assert one["score"] == their["score"]
            assert one["p"] == their["p_value"]
            assert one["mean"] == their["mean"]
            assert one["margin"] == their["ci"]
            assert f"{kind}:{samples}|seed:{seed}" in one["signature"]


@pytest.mark.unit
def test_wins_buckets_words_and_examples() -> None:
    found = compare(
        Segments(REFERENCES, {"one": HYPOTHESES, "two": OTHERS}, sources=["源"] * 6),
        metrics=("bleu", "chrf++"),
        tests=("bootstrap",),
        samples={"bootstrap": 50, "randomization": 50},
        terms=["trust fund", "mandate"],
    )
    assert found["wins"] == [{"system": "two", "wins": 0, "ties": 5, "losses": 1}]
    assert [(row["words"], row["segments"]) for row in found["lengths"]] == [
        ("0 to 9", 5),
        ("10 to 19", 1),
    ]
    numbers = found["words"]["numbers"]
    assert numbers["one"]["matched"] == 6
    assert numbers["two"]["matched"] == 5
    assert (numbers["one"]["reference"], numbers["one"]["hypothesis"]) == (7, 6)
    assert found["words"]["terms"]["one"]["recall"] == 0
    assert sum(found["distribution"]["segments"]["one"]) == 6
    (example,) = found["examples"]
    assert (example["segment"], example["source"]) == (1, "源")
    assert example["difference"] < 0
    grams = found["ngrams"]["two"]["worse"]
    assert "15 january 2021" in [gram["ngram"] for gram in grams]
    assert found["ngrams"]["two"]["better"] == []


@pytest.mark.unit
def test_names_and_numbers_are_found() -> None:
    text = "The mission met Ms. Spehar in Cyprus on 3 May 2021. UNFICYP has 1,250 people (4.5%)."
    assert words.names(text) == ["Ms", "Spehar", "Cyprus", "UNFICYP"]
    assert words.numbers(text) == ["3", "2021", "1250", "4.5"]
    assert words.names("“Council of Europe” and A Member State") == ["Europe", "Member", "State"]


@pytest.mark.unit
def test_terms_are_found_longest_first_in_any_case(tmp_path: Path) -> None:
    path = tmp_path / "terms.tsv"
    path.write_text("# glossary\n信托基金\ttrust fund\n基金\tfund\n任务\tmandate\n", "utf-8")
    extract = words.terms(words.read_terms(path))
    assert extract("The Trust Fund, a fund; mandates") == ["trust fund", "fund"]
    path.write_text("# nothing\n", "utf-8")
    with pytest.raises(InputError, match="has no terms"):
        words.read_terms(path)


@pytest.mark.unit
def test_rare_words_and_outstanding_phrases() -> None:
    references = ["the peace accord holds", "the peace talks"]
    found = by_frequency({"a": ["the peace deal holds", "the talks"]}, references)
    assert [(row["frequency"], row["words"]) for row in found] == [("1", 3), ("2 to 4", 4)]
    assert found[0]["f1"]["a"] == pytest.approx(2 * 2 / (2 + 3))
    grams = outstanding(["the peace deal"], ["the peace accord"], ["the peace accord"])
    assert grams["better"][0] == {"ngram": "the peace accord", "baseline": 0, "system": 1}
    assert grams["worse"] == []


def row(number: int, sources: range, targets: range, translation: str, **others: object) -> Row:
    """A row of a run."""
    return Row(
        id=f"D-{number}",
        source_document="D",
        target_document="D.en",
        source_ids=tuple(sources),
        target_ids=tuple(targets),
        source_blocks=(0,),
        target_blocks=(0,),
        section="一、导言" if number < 2 else "二、结论",
        source="".join(f"第{n}句。" for n in sources),
        target=" ".join(f"Sentence {n}." for n in targets),
        machine_translation=translation,
        target_kind="human",
        bead_type=f"{len(sources)}-{len(targets)}",
        alignment_score=0.0,
        confidence=1.0,
    )


@pytest.mark.unit
def test_runs_that_align_differently_are_compared_over_what_they_share() -> None:
    one = [
        row(0, range(0, 1), range(0, 1), "A0."),
        row(1, range(1, 3), range(1, 2), "A1. A2."),
        row(2, range(3, 4), range(2, 4), "A3."),
        row(3, range(4, 5), range(4, 5), "A4."),
    ]
    two = [
        row(0, range(0, 1), range(0, 1), "B0."),
        row(1, range(1, 2), range(1, 2), "B1."),
        row(2, range(2, 4), range(2, 4), "B2. B3."),
    ]
    found = from_runs({"one": one, "two": two})
    assert found.references == ["Sentence 0.", "Sentence 1. Sentence 2. Sentence 3."]
    assert found.systems == {"one": ["A0.", "A1. A2. A3."], "two": ["B0.", "B1. B2. B3."]}
    assert found.left_out == 1
    assert found.sections == ["一、导言", "一、导言"]


@pytest.mark.unit
def test_runs_without_anything_in_common_are_refused() -> None:
    one = [row(0, range(1), range(1), "A")]
    with pytest.raises(InputError, match="no segment in common"):
        from_runs({"one": one, "two": [replace(one[0], source_document="E")]})
    with pytest.raises(InputError, match="no reference"):
        from_runs({"one": one, "two": [replace(one[0], target_kind="machine")]})


@pytest.mark.unit
def test_run_folders_are_compared_from_the_command_line(cli: Cli, tmp_path: Path) -> None:
    for name, text in (("first", "Sentence 0."), ("second", "Phrase.")):
        (tmp_path / name).mkdir()
        with (tmp_path / name / "corpus.jsonl").open("wb") as file:
            write([row(n, range(n, n + 1), range(n, n + 1), text) for n in range(4)], file)
    page = tmp_path / "page.html"
    options = ["--samples", "20", "--trials", "20", "--json", "--page", page]
    code, out, err = cli("compare", tmp_path / "first", tmp_path / "second", *options)
    assert code == 0, err
    found = json.loads(out)
    assert list(found["systems"]) == ["first", "second"]
    assert len(found["sections"]) == 2
    assert found["sections"][1]["section"] == "二、结论"
    assert "By section</span></h2>" in page.read_text("utf-8")


@pytest.mark.unit
@pytest.mark.parametrize(
    ("arguments", "words_"),
    [
        (("one.en", "-r", "ref.en"), "two systems or more"),
        (("one.en", "one.en", "-r", "ref.en"), "named twice"),
        (("one.en", "short.en", "-r", "ref.en"), "has 48 lines but"),
        (("-", "-", "-r", "ref.en"), "only one of the files"),
        (("one.en", ".", "-r", "ref.en"), "is a run with its own reference"),
        ((".", "-r", "ref.en"), "is a run with its own reference"),
        (("one.en", "-r", "ref.en", "--translate"), "needs --source"),
        (("ref.en", "one.en", "two.en"), "one.en {}/two.en --reference {}/ref.en"),
        (("ref.en",), "duizhao compare HYPOTHESIS... --reference {}/ref.en"),
    ],
)
def test_wrong_use_is_reported_with_the_remedy(
    cli: Cli, files: tuple[Path, Path, Path], arguments: tuple[str, ...], words_: str
) -> None:
    folder = files[0].parent
    (folder / "short.en").write_text("one\n")
    command = [str(folder / one) if not one.startswith("-") else one for one in arguments]
    code, out, err = cli("compare", *command)
    assert (code, out) == (2, "")
    assert words_.replace("{}", str(folder)) in err
    assert err.count("\n") == 1


@pytest.mark.unit
@pytest.mark.parametrize("given", [["-m", "chrf++,bleu"], ["-m", "chrf++", "--metric", "bleu"]])
def test_metrics_are_separated_by_commas_or_repeated(
    cli: Cli, files: tuple[Path, Path, Path], given: list[str]
) -> None:
    quick = ("--test", "bootstrap", "--samples", "20", "--json")
    done = cli("compare", *files[1:], "-r", files[0], *given, *quick)
    assert done.code == 0, done.err
    assert list(json.loads(done.out)["systems"]["one.en"]) == ["chrf++", "bleu"]
    wrong = cli("compare", *files[1:], "-r", files[0], "-m", "bleu,meteor")
    assert wrong.code == 2
    assert "'meteor' is not one of" in " ".join(wrong.err.split())


@pytest.mark.unit
def test_impossible_requests_are_reported_before_the_work(
    cli: Cli, files: tuple[Path, Path, Path], tmp_path: Path
) -> None:
    arguments = ["compare", *files[1:], "--reference", files[0]]
    code, out, told = cli(*arguments, "--page", tmp_path / "nodir" / "x.html")
    assert (code, out) == (2, "")
    assert "nodir" in told
    assert "BLEU" not in told
    code, _, told = cli(*arguments, "--terms", tmp_path / "none.tsv")
    assert code == 2
    assert "none.tsv" in told
    segments = Segments(REFERENCES, {"a": HYPOTHESES, "b": REFERENCES})
    with pytest.raises(InputError, match="--trials"):
        compare(
            segments, tests=["randomization"], samples={"bootstrap": 1000, "randomization": 10**9}
        )


@pytest.mark.unit
@pytest.mark.parametrize("width", [40, 200])
def test_the_tables_fit_a_narrow_terminal(comparison: dict[str, object], width: int) -> None:
    console = Console(width=width, record=True, file=io.StringIO())
    print_comparison(comparison, console, details=True)
    text = console.export_text()
    assert max(len(line) for line in text.splitlines() if "nrefs" not in line) <= width
    assert "54.2 ±" in text


@pytest.mark.unit
def test_the_verdict_comes_first_and_the_rest_fits_one_screen(
    comparison: dict[str, object],
) -> None:
    console = Console(width=80, record=True, file=io.StringIO())
    print_comparison(comparison, console)
    lines = console.export_text().splitlines()
    assert lines[0].startswith("100%_x: ")
    assert "significantly" in " ".join(lines[:3])
    assert len(lines) <= 24


@pytest.fixture(scope="module")
def comparison() -> dict[str, object]:
    """A comparison of two systems with awkward names and texts."""
    texts = [line + " <b>&</b>" for line in OTHERS]
    segments = Segments(REFERENCES, {"a_b|c&<d>": HYPOTHESES, "100%_x": texts})
    samples = {"bootstrap": 40, "randomization": 40}
    return compare(segments, metrics=("bleu", "chrf++"), samples=samples)  # type: ignore[arg-type]


@pytest.mark.unit
def test_tables_for_papers(comparison: dict[str, object]) -> None:
    table = markdown(comparison).splitlines()
    assert table[0] == "| System | BLEU | p | chrF++ | p |"
    assert table[2].startswith(r"| a_b\|c&<d> | ")
    assert re.search(r"\| 100%_x \| \d+\.\d ± \d+\.\d\*? \| 0\.\d+ / 0\.\d+ \|", table[3])
    text = latex(comparison)
    assert r"a\_b\textbar{}c\&\textless{}d\textgreater{}" in text
    assert r"100\%\_x" in text
    assert "bs:40" in text
    assert text.count("{") == text.count("}")
    assert escape("50% ± 1") == r"50\% $\pm$ 1"


@pytest.mark.unit
def test_the_page_is_whole_and_escapes_what_it_shows(comparison: dict[str, object]) -> None:
    page = render(comparison)
    assert "<b>&</b>" not in page
    assert "a_b|c&amp;&lt;d&gt;" in page
    assert "://" not in page.replace("http://www.w3.org/2000/svg", "")
    assert page.startswith("<!doctype html>")
    assert len(page.encode()) < 500_000


@pytest.mark.unit
def test_of_many_documents_those_that_differ_most_are_shown() -> None:
    names = [f"D{n}" for n in range(260)]
    references = ["The Council met again."] * 260
    other = [*references[:-1], "Nothing of the kind."]
    systems = {"one": references, "two": other}
    samples = {"bootstrap": 5, "randomization": 5}
    found = compare(
        Segments(references, systems, documents=names, sections=[""] * 260),
        metrics=("chrf++",),
        samples=samples,  # type: ignore[arg-type]
    )
    assert len(found["documents"]) == 260
    page = render(found)
    assert "D259" in page
    assert "D258" not in page
    assert "Only 200 of 260 documents: those that differ most" in page


@pytest.mark.unit
def test_words_that_the_reference_has_not_are_marked() -> None:
    assert marked("a small <cat> sat", "A cat sat") == (
        'a <mark class="only mt">small &lt;cat&gt;</mark> sat'
    )


@pytest.mark.unit
def test_correlation_against_numbers_worked_by_hand() -> None:
    found = correlate([1, 2, 3, 4], [1, 4, 9, 16])
    assert found.spearman == pytest.approx(1)
    assert found.pearson == pytest.approx(0.9844, abs=1e-4)
    assert correlate([1, 1, 2], [3, 3, 1]).spearman == pytest.approx(-1)
    assert correlate([1, 1, 1], [1, 2, 3]).pearson is None
    assert correlate([1, 2], [1, 2]).spearman is None


@pytest.mark.system
def test_the_published_output_against_a_worse_one(shared: Path, tmp_path: Path) -> None:
    """UN development set: dropping every 40th word is significant in each metric and test."""
    lines = (shared / "unpc/dev.opus-mt.en").read_text("utf-8").split("\n")[:300]
    references = (shared / "unpc/dev.en").read_text("utf-8").split("\n")[:300]
    worse = [" ".join(w for n, w in enumerate(line.split()) if n % 40 != 7) for line in lines]
    found = compare(
        Segments(references, {"opus-mt": lines, "worse": worse}),
        metrics=("bleu", "chrf++"),
        samples={"bootstrap": 200, "randomization": 200},
    )
    for test in found["significance"].values():
        assert all(one["p"] < 0.05 and one["difference"] < 0 for one in test)
