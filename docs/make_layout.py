"""Draw the layout: folders as boxes, imports as arrows (needs graphviz's `dot` and `tred`).

Run `python -m docs.make_layout` after moving code. Arrows that follow from others are left out
(the transitive reduction). tests/test_layout.py checks the imports themselves, module by module.
"""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

from tests.test_layout import LAYERS, arrows

PICTURE = Path(__file__).parent / "images" / "layout.svg"
COLOURS = dict(
    zip(reversed(LAYERS), ("#efe3f7", "#dcebfa", "#dff3e4", "#fdf1d6", "#f7e0dd"), strict=True)
)
ENTRIES = {"flows.cli", "flows.api", "flows.deployments"}
"""Modules at the top of `flows`; its other modules serve the folders."""
BITEXT = {"corpus.bitext", "corpus.keys"}
ROWS_TO_FILES = {
    "corpus.files.tmx",
    "corpus.files.parquet",
    "corpus.files.exports.xml",
    "corpus.files.exports.options",
}
"""What `Bitext.to_tmx` and `to_datasets` need; the other modules of the folder import Bitext."""


def box(module: str) -> str:
    """The box of a module: its folder, or one of the few groups named above."""
    layer, _, rest = module.partition(".")
    if module in ENTRIES:
        return f"{layer}: cli, api, deployments"
    if module in BITEXT:
        return f"{layer}: bitext, keys"
    if module in ROWS_TO_FILES:
        return "corpus/files: rows to files"
    folder, dot, _ = rest.partition(".")
    if dot:
        return f"{layer}/{folder}"
    return layer if layer == "duizhao" else f"{layer}: foundations"


def lines() -> Iterator[str]:
    """The graph in the DOT language."""
    imports = {
        (box(name), box(other))
        for name, others in arrows().items()
        for other in others
        if ".benchmarks" not in name and box(name) != box(other)
    }
    yield "digraph layout {"
    yield 'rankdir=TB; nodesep=.25; ranksep=.5; fontname="sans-serif"; bgcolor="white";'
    yield 'node [shape=box style="filled,rounded" fontname="sans-serif" fontsize=11];'
    yield 'edge [color="#66778899" arrowsize=.6];'
    boxes = sorted({end for pair in imports for end in pair})
    for layer in LAYERS:
        yield f'subgraph "cluster_{layer}" {{ label="{layer}"; style=rounded; color="#bbbbbb";'
        for name in boxes:
            if name.startswith(layer):
                yield f'"{name}" [fillcolor="{COLOURS[layer]}"];'
        yield "}"
    yield from (f'"{start}" -> "{end}";' for start, end in sorted(imports))
    yield "}"


def main() -> None:
    """Write the picture."""
    reduced = subprocess.run(
        ["tred"], input="\n".join(lines()), text=True, capture_output=True, check=True
    )
    if reduced.stderr:
        raise SystemExit(f"the boxes import each other in a circle: {reduced.stderr.strip()}")
    subprocess.run(
        ["dot", "-Tsvg", "-o", str(PICTURE)], input=reduced.stdout, text=True, check=True
    )
    print(PICTURE)


if __name__ == "__main__":
    main()
