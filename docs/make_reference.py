"""Write the pages of docs/reference from the code: `python docs/make_reference.py`.

With --check nothing is written, and the exit code is 1 if a page differs from the code. A test
does the same, so the pages cannot go out of date.
"""

from __future__ import annotations

import argparse
import enum
import inspect
import io
import sys
import typing
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path

FOLDER = Path(__file__).resolve().parent / "reference"
NOTE = "<!-- Written by docs/make_reference.py from the code: edit the code, not this page. -->\n"


def pages() -> dict[str, str]:
    """Name and text of each page."""
    makers = {
        "commands.md": commands,
        "settings.md": settings,
        "columns.md": columns,
        "exit-codes.md": exit_codes,
        "tmx.md": tmx,
    }
    return {name: NOTE + maker().rstrip() + "\n" for name, maker in makers.items()}


# --- commands


def commands() -> str:
    """Every command with its arguments and options, as typer knows them."""
    import typer.main

    from duizhao.flows.cli import app

    return page_of(typer.main.get_command(app), "duizhao")


def page_of(root: typing.Any, program: str) -> str:
    """The page of a command line."""
    parts = [
        "# Commands",
        f"`{program} COMMAND --help` prints the same in a terminal. Exit codes are on "
        "[a page of their own](exit-codes.md).",
    ]
    parts += [_command(path, command) for path, command in _walk(root, program) if path != program]
    return "\n\n".join(parts)


def _walk(command: typing.Any, path: str) -> Iterator[tuple[str, typing.Any]]:
    yield path, command
    for name, child in sorted(getattr(command, "commands", {}).items()):
        yield from _walk(child, f"{path} {name}")


def _command(path: str, command: typing.Any) -> str:
    level = "##" if path.count(" ") == 1 else "###"
    parts = [f"{level} {path}", _paragraphs(command.help or "")]
    if hasattr(command, "commands"):
        return "\n\n".join(parts)
    arguments = [p for p in command.params if p.param_type_name == "argument" and not p.hidden]
    options = [p for p in command.params if p.param_type_name == "option" and not p.hidden]
    usage = " ".join([path, *(["[OPTIONS]"] if options else []), *map(_usage, arguments)])
    parts.append(f"```text\n{usage}\n```")
    if arguments:
        rows = [(f"`{_name(p)}`", _cell(p.help or "")) for p in arguments]
        parts.append(_table(("argument", "meaning"), rows))
    if options:
        hints = typing.get_type_hints(inspect.unwrap(command.callback))
        rows3 = [(_flags(p, hints), _default(p), _cell(p.help or "")) for p in options]
        parts.append(_table(("option", "default", "meaning"), rows3))
    return "\n\n".join(parts)


def _name(parameter: typing.Any) -> str:
    return str(parameter.metavar or parameter.name).upper().strip("{}[].")


def _usage(parameter: typing.Any) -> str:
    name = _name(parameter) + ("..." if parameter.nargs == -1 else "")
    return name if parameter.required else f"[{name}]"


def _flags(parameter: typing.Any, hints: dict[str, typing.Any]) -> str:
    names = [*parameter.opts, *parameter.secondary_opts]
    if getattr(parameter, "is_flag", False):
        return ", ".join(f"`{name}`" for name in names)
    values = [parameter.metavar] if parameter.metavar else _values(hints.get(parameter.name, str))
    shown = " \\| ".join(f"`{value}`" for text in values for value in text.split("|"))
    return ", ".join(f"`{name}`" for name in names) + f" {shown}"


def _values(hint: typing.Any) -> list[str]:
    """What an option takes, from the annotation of its parameter."""
    if isinstance(hint, type) and issubclass(hint, enum.Enum):
        return [str(member.value) for member in hint]
    parts = [part for part in typing.get_args(hint) if part is not type(None)]
    if typing.get_origin(hint) is typing.Literal:
        return list(map(str, parts))
    if parts:  # Annotated[X, ...], X | None, list[X]
        return _values(parts[0])
    names = {"int": "N", "float": "NUMBER", "Path": "PATH"}
    return [names.get(getattr(hint, "__name__", ""), "TEXT")]


def _default(parameter: typing.Any) -> str:
    default = parameter.default
    if callable(default) or default is None or default == () or default == []:
        return "required" if parameter.required else ""
    if isinstance(default, bool):
        if not default:
            return ""
        return "on" if parameter.secondary_opts else ""
    if isinstance(default, (list, tuple)):
        default = ",".join(str(getattr(item, "value", item)) for item in default)
    text = str(getattr(default, "value", default))
    return f"`{_escape(text)}`" if text else ""


# --- settings


def settings() -> str:
    """Every setting with its variable, default and meaning."""
    from duizhao.flows.settings import Settings

    rows = []
    for name, default, text in _settings(Settings):
        rows.append((f"`{name}`", f"`DUIZHAO_{name.upper()}`", default, _cell(text)))
    return "\n\n".join(
        [
            "# Settings",
            "Every command takes its settings from the same four places. The first that names a "
            "value wins:",
            "1. the option on the command line (`--beam 2`);\n"
            "2. the environment (`DUIZHAO_BEAM=2`);\n"
            "3. a TOML file: the one that `--config` or `DUIZHAO_CONFIG` names, else "
            "`duizhao.toml` in the current folder, else `config.toml` in the user's configuration "
            "folder;\n"
            "4. the default.",
            '```toml title="duizhao.toml"\nbeam = 2\neffort = "fast"\n'
            'formats = ["jsonl", "tmx"]\n```',
            "`duizhao settings` prints each setting with its value and where the value comes from.",
            _table(("setting", "variable", "default", "meaning"), rows),
            "The cache is `~/.cache/duizhao` on Linux unless `cache` names another folder.",
            "## Other variables",
            "These are read from the environment only:",
            _table(("variable", "meaning"), [(f"`{n}`", _cell(t)) for n, t in PLACES.items()]),
        ]
    )


PLACES = {
    "DUIZHAO_CONFIG": "The TOML file with settings.",
    "NUMBA_CACHE_DIR": "The folder for compiled code. Default: a folder in the cache.",
    "PREFECT_API_URL": "A running Prefect server. Without it a run starts a private one.",
    "HF_TOKEN": "The token of the Hugging Face hub, for `push`.",
    "HF_ENDPOINT": "The address of another hub.",
}
"""Variables that are not settings, by hand: other libraries read most of them."""


def _settings(kind: typing.Any) -> Iterator[tuple[str, str, str]]:
    """Name, default and help of each setting, from a pydantic model or a dataclass."""
    if hasattr(kind, "model_fields"):
        for name, entry in kind.model_fields.items():
            yield name, _shown(entry.get_default(call_default_factory=True)), entry.description
        return
    for entry in fields(kind):
        yield entry.name, _shown(entry.default), entry.metadata["help"]


def _shown(default: object) -> str:
    if isinstance(default, (tuple, list)):
        return "`" + ",".join(str(getattr(item, "value", item)) for item in default) + "`"
    if isinstance(default, bool):
        return f"`{str(default).lower()}`"
    text = str(getattr(default, "value", default))
    return f"`{text}`" if text and default is not None else ""


# --- columns

COLUMNS = {
    "id": "The document's id and the row's number in it: `report.zh-000012`.",
    "source_document": "The id of the Chinese document.",
    "target_document": "The id of the English document; empty if there is none.",
    "source_ids": "The numbers of the Chinese sentences in their document, from 0.",
    "target_ids": "The numbers of the English sentences in their document, from 0.",
    "source_blocks": "The numbers of the Chinese blocks (paragraphs, headings, list items ...).",
    "target_blocks": "The numbers of the English blocks.",
    "section": "The title of the section that the Chinese text is in.",
    "source": "The Chinese text.",
    "target": "The English text.",
    "machine_translation": "The machine translation of the Chinese text.",
    "target_kind": "`human`: the target is the text of the English document; `machine`: there is "
    "no English document, and the target is the machine translation.",
    "bead_type": "How many sentences are paired, Chinese-English: `1-1`, `2-1` ...",
    "alignment_score": "The aligner's score of the bead: the weighted sum of its signals.",
    "confidence": "The probability that the pair is right, from 0 to 1.",
    "signals": "What each signal of the aligner adds to the score "
    "(see [alignment](../alignment.md)).",
    "mt_score": "The mean log-probability a token of the machine translation.",
    "mt_flags": "What the guards found in the machine translation "
    "(see [translation](../translation.md#guards)).",
    "metadata": "Further columns of a batch's manifest, and what a review changed.",
    "split": "`train`, `validation` or `test`; in the files of a batch only.",
}


def columns() -> str:
    """The columns of a row, with their types in Python and in Parquet."""
    from duizhao.corpus.bitext import Row

    parquet = _parquet_types()
    hints = typing.get_type_hints(Row)
    rows = []
    for entry in fields(Row):
        stored = parquet.get(entry.name)
        if stored is None:
            stored = "`translation." + {"source": "zh", "target": "en"}[entry.name] + "`"
        else:
            stored = f"`{stored}`"
        kind = _escape(_type(hints[entry.name]))
        rows.append((f"`{entry.name}`", COLUMNS[entry.name], f"`{kind}`", stored))
    tsv = _tsv_columns()
    return "\n\n".join(
        [
            "# Columns of a row",
            "A row is a bead: one or more Chinese sentences and their English counterpart. "
            "`corpus.jsonl` has one JSON object a line with these names. In Parquet the two texts "
            "are one column, `translation`, with the fields `zh` and `en`, as libraries for "
            "machine translation expect it.",
            _table(("column", "meaning", "type", "in Parquet"), rows),
            "## TSV",
            "`corpus.tsv` has these columns, with the names in its first line:",
            ", ".join(f"`{name}`" for name in tsv),
            "## Ledger",
            "`ledger.jsonl` has a line for everything that a document contains and the corpus does "
            "not:",
            _table(("field", "type"), _ledger_fields()),
        ]
    )


def _type(hint: object) -> str:
    if isinstance(hint, type) and not typing.get_args(hint):
        return hint.__name__
    text = str(hint).replace("typing.", "").replace("collections.abc.", "")
    return text.replace("NoneType", "None").replace(" | ", " or ")


def _sample_row() -> typing.Any:
    """A row in which no column is empty."""
    from duizhao.corpus.bitext import Row

    return Row(
        id="report-000001",
        source_document="report.zh",
        target_document="report.en",
        source_ids=(0,),
        target_ids=(0,),
        source_blocks=(0,),
        target_blocks=(0,),
        section="一. 导言",
        source="委员会通过了该报告。",
        target="The Committee adopted the report.",
        machine_translation="The Commission adopted the report.",
        target_kind="human",
        bead_type="1-1",
        alignment_score=12.3,
        confidence=0.99,
        signals={"length": 1.0},
        mt_score=-0.2,
        mt_flags=("number_missing",),
        metadata={"year": "2021"},
    )


def _written(name: str) -> bytes:
    from duizhao.corpus.files.formats import writer

    file = io.BytesIO()
    writer(name)([_sample_row()], file)
    return file.getvalue()


def _parquet_types() -> dict[str, str]:
    from pyarrow.parquet import read_schema

    schema = read_schema(io.BytesIO(_written("parquet")))
    return {field.name: str(field.type) for field in schema}


def _tsv_columns() -> list[str]:
    return _written("tsv").decode("utf-8").splitlines()[0].split("\t")


def _ledger_fields() -> list[tuple[str, str]]:
    from duizhao.corpus.document import LedgerEntry

    hints = typing.get_type_hints(LedgerEntry)
    return [
        (f"`{entry.name}`", f"`{_escape(_type(hints[entry.name]))}`")
        for entry in fields(LedgerEntry)
    ]


# --- exit codes


def exit_codes() -> str:
    """The exit codes, and every error class with its code."""
    from duizhao.corpus import errors

    rows = []
    classes = [
        kind
        for kind in vars(errors).values()
        if isinstance(kind, type) and issubclass(kind, errors.DuizhaoError)
    ]
    for kind in classes:
        retry = {"never": "no", "later": "later", "soon": "yes"}[kind.retry.value]
        rows.append(
            (f"`{kind.__name__}`", str(kind.exit_code), retry, _cell((kind.__doc__ or "").strip()))
        )
    return "\n\n".join(
        [
            "# Exit codes",
            "Every command ends with one of these codes. Messages go to standard error, one line "
            "each, and name the file, the position and the remedy; results go to standard output.",
            _table(
                ("code", "meaning"),
                [
                    ("0", "Done."),
                    (
                        "1",
                        "The work failed, or part of it: two texts that are not parallel, "
                        "documents of a batch that failed or were skipped, a download that does "
                        "not exist.",
                    ),
                    ("2", "Wrong usage: an option, a setting or a file cannot be used."),
                    (
                        str(errors.INTERRUPTED),
                        "Interrupted with Ctrl-C. Run the same command again to continue.",
                    ),
                    ("143", "Ended by SIGTERM. Run the same command again to continue."),
                ],
            ),
            "## Errors",
            "The exceptions behind the codes, for those who call duizhao from Python. *Retry* says "
            "whether the same work may succeed if it is tried again; *later* means: after "
            "something other than the input has changed.",
            _table(("exception", "code", "retry", "meaning"), rows),
        ]
    )


# --- TMX


def tmx() -> str:
    """The attributes and properties of a TMX file, taken from one that is written here."""
    from lxml import etree

    tree = etree.fromstring(_written("tmx"))
    header = tree.find("header")
    unit = tree.find("body/tu")
    assert header is not None
    assert unit is not None
    shown = [
        (f"`{name}`", f"`{value}`")
        for name, value in header.attrib.items()
        if name not in ("creationtoolversion", "creationdate")
    ]
    rows = [_property(prop, "`tu`") for prop in unit.findall("prop")]
    for side in unit.findall("tuv"):
        language = side.get("{http://www.w3.org/XML/1998/namespace}lang")
        rows += [_property(prop, f"`tuv` `{language}`") for prop in side.findall("prop")]
    return "\n\n".join(
        [
            "# TMX",
            "`corpus.tmx` is TMX 1.4: one `tu` for each row, with a `tuv` for each language. It is "
            "valid against the DTD of the format. Where a row comes from and how certain it is are "
            "in `prop` elements, which translation tools show or ignore.",
            "## Header",
            _table(("attribute", "value"), shown),
            "## Properties",
            _table(("property", "of", "column", "example"), rows),
            "Properties without a value are left out. [Columns](columns.md) explains each column.",
            "## Dates and languages",
            "`duizhao export` writes `creationdate` (of the build) into the header and each `tu`. "
            "A row that a [review](../review.md) changed has `changedate` and `changeid`, the time "
            "and the reviewer of its last edit. `--source-lang` and `--target-lang` set `srclang` "
            "and `xml:lang`, such as zh-CN and en-US. `x-moved` is `yes` for text that a review "
            "paired across other text.",
        ]
    )


def _property(prop: typing.Any, place: str) -> tuple[str, str, str, str]:
    name = str(prop.get("type"))
    column = name.removeprefix("x-").replace("-", "_")
    known = f"`{column}`" if column in COLUMNS else ""
    return f"`{name}`", place, known, f"`{_escape(str(prop.text))}`"


# --- Markdown


def _table(head: tuple[str, ...], rows: typing.Sequence[tuple[str, ...]]) -> str:
    lines = [head, tuple("---" for _ in head), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def _escape(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")


def _cell(text: str) -> str:
    """Running text in a cell: one line, and no character that Markdown or HTML would take."""
    line = " ".join(text.split())
    return _escape(line).replace("<", "&lt;").replace("*", "\\*")


def _paragraphs(text: str) -> str:
    parts = inspect.cleandoc(text.replace("\f", "")).split("\n\n")
    return "\n\n".join(" ".join(part.split()).replace("<", "&lt;") for part in parts)


def main() -> int:
    """Write the pages, or compare them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; compare only")
    check = parser.parse_args().check
    stale = []
    for name, text in pages().items():
        path = FOLDER / name
        if path.is_file() and path.read_text("utf-8") == text:
            continue
        stale.append(name)
        if not check:
            path.write_text(text, encoding="utf-8")
    for name in stale:
        print(f"{'out of date' if check else 'written'}: docs/reference/{name}")
    return 1 if check and stale else 0


if __name__ == "__main__":
    sys.exit(main())
