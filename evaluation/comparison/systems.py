"""The input of a comparison: systems' translations of the same segments.

They are read from text files (one segment per line), or from folders of `duizhao build` or `batch`.
Two runs may align a document differently, so their beads are joined until they agree: a segment is
the smallest group of sentences that consists of whole beads in every run.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from duizhao.corpus.bitext import Row
from duizhao.corpus.errors import InputError
from duizhao.corpus.files.read import ENDINGS, read_rows
from duizhao.evaluation.metrics.lines import check_same_length, read_lines

Node = tuple[str, str, int]


@dataclass(frozen=True, slots=True)
class Segments:
    """Segments side by side; all lists are equally long.

    `left_out` counts groups of sentences that are incomplete in some run, because a sentence is in
    its ledger.
    """

    references: Sequence[str]
    systems: Mapping[str, Sequence[str]]
    sources: Sequence[str] | None = None
    documents: Sequence[str] | None = None
    sections: Sequence[str] | None = None
    left_out: int = 0


def is_run(path: str) -> bool:
    """Whether this is a folder or a corpus file and not plain text."""
    return path != "-" and (Path(path).is_dir() or path.endswith(ENDINGS))


def load(
    hypotheses: Sequence[str], reference: str | None = None, source: str | None = None
) -> Segments:
    """Read text files and their reference, or runs, which have references of their own."""
    runs = [path for path in hypotheses if is_run(path)]
    if not runs:
        if reference is None:
            first, *others = hypotheses
            raise InputError(
                "name the reference with --reference: duizhao compare "
                f"{' '.join(others) or 'HYPOTHESIS...'} --reference {first}"
            )
        return from_files(reference, hypotheses, source)
    if reference is not None or len(runs) != len(hypotheses):
        raise InputError(
            f"{runs[0]} is a run with its own reference: give runs only (duizhao compare RUN_A "
            "RUN_B), or text files only (duizhao compare HYP_A HYP_B --reference REF)"
        )
    if source is not None:
        raise InputError("runs have their own sources; leave --source out")
    return from_runs({name: list(read_rows(Path(path))) for name, path in _named(runs)})


def from_files(reference: str, hypotheses: Sequence[str], source: str | None = None) -> Segments:
    """Read text files with one segment per line."""
    if [reference, source, *hypotheses].count("-") > 1:
        raise InputError("only one of the files can be standard input (-)")
    references = read_lines(reference)
    systems = {}
    for name, path in _named(hypotheses):
        systems[name] = read_lines(path)
        check_same_length(reference, references, path, systems[name])
    sources = read_lines(source) if source else None
    if source and sources is not None:
        check_same_length(reference, references, source, sources)
    return Segments(references, systems, sources)


def from_runs(runs: Mapping[str, Sequence[Row]]) -> Segments:
    """Join the beads of runs until they agree."""
    rows = {
        name: [row for row in found if row.target_kind == "human"] for name, found in runs.items()
    }
    for name, found in rows.items():
        if not found:
            raise InputError(f"{name}: the run has no reference to compare with")
    groups = _Groups()
    for row in (row for found in rows.values() for row in found):
        groups.join(_nodes(row))
    parts: dict[Node, dict[str, list[Row]]] = defaultdict(lambda: defaultdict(list))
    for name, found in rows.items():
        for row in found:
            parts[groups.root(_nodes(row)[0])][name].append(row)
    whole = [group for group in parts.values() if _agree(group, list(runs))]
    if not whole:
        raise InputError(
            f"{' and '.join(runs)} have no segment in common; compare runs of the same documents"
        )
    first = next(iter(runs))
    return Segments(
        references=[" ".join(row.target for row in group[first]) for group in whole],
        systems={
            name: [" ".join(row.machine_translation for row in group[name]) for group in whole]
            for name in runs
        },
        sources=["".join(row.source for row in group[first]) for group in whole],
        documents=[group[first][0].source_document for group in whole],
        sections=[group[first][0].section for group in whole],
        left_out=len(parts) - len(whole),
    )


class _Groups:
    """Union-find over sentences."""

    def __init__(self) -> None:
        self._parent: dict[Node, Node] = {}

    def root(self, node: Node) -> Node:
        parent = self._parent.setdefault(node, node)
        while parent != node:
            self._parent[node] = self._parent[parent]
            node, parent = parent, self._parent[parent]
        return node

    def join(self, nodes: Sequence[Node]) -> None:
        root = self.root(nodes[0])
        for node in nodes[1:]:
            self._parent[self.root(node)] = root


def _nodes(row: Row) -> list[Node]:
    document = row.source_document
    return [("source", document, number) for number in row.source_ids] + [
        ("target", document, number) for number in row.target_ids
    ]


def _agree(group: Mapping[str, Sequence[Row]], names: Iterable[str]) -> bool:
    """Whether every run has exactly the same sentences in this group."""
    sentences = [{node for row in group.get(name, ()) for node in _nodes(row)} for name in names]
    return all(one == sentences[0] for one in sentences)


def _named(paths: Sequence[str]) -> list[tuple[str, str]]:
    """(name, path) of each: the file's name if that is unique, otherwise the path."""
    repeated = [path for path in paths if list(paths).count(path) > 1]
    if repeated:
        raise InputError(f"{repeated[0]}: named twice; compare different systems")
    names = ["standard input" if path == "-" else Path(path).name or path for path in paths]
    if len(set(names)) < len(names):
        names = list(paths)
    return list(zip(names, paths, strict=True))
