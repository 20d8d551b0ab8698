"""Renders the sample report from `report.beads`, the one place where its text is written.

    python tests/data/make_report.py

writes, beside this file, `report.zh.json` and `report.en.json` (gold blocks and sentences) and
`report.gold` (gold beads), and in `corpus/samples/` the pair that ships: `report.zh.txt`, hard-
wrapped as the text of a UN PDF is, and `report.en.txt`, a paragraph a line.

In `report.beads` a block begins with its kind in brackets; each further line is a bead,
``source ¦ source ⇒ target ¦ target``. A block marked ``rich`` (table, footnotes) is only for the
formats that have such things and is not in the text files.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
SAMPLES = HERE.parent.parent / "corpus" / "samples"

SYMBOL, JOB = "A/79/1402", "24-99017"
COLUMN, LIST_COLUMN = 36.0, 34.0
LINES_A_PAGE = 40
NOT_FIRST = "，。、；：？！”’）)》】%"
NOT_LAST = "“‘（(《【"
LINKS = {
    "第 69/283 号决议": "https://undocs.org/zh/A/RES/69/283",
    "第 73/226 号决议": "https://undocs.org/zh/A/RES/73/226",
    "第 61/106 号决议": "https://undocs.org/zh/A/RES/61/106",
    "A/78/1207": "https://undocs.org/zh/A/78/1207",
}


@dataclass(frozen=True)
class Bilingual:
    """A block in both languages: its kind and its beads, each (Chinese, English) sentences."""

    kind: str
    beads: tuple[tuple[tuple[str, ...], tuple[str, ...]], ...]
    rich: bool = False
    mark: str | None = None

    def sentences(self, side: int) -> list[str]:
        return [sentence for bead in self.beads for sentence in bead[side]]


def load(path: Path = HERE / "report.beads") -> list[Bilingual]:
    blocks = []
    for chunk in path.read_text(encoding="utf-8").strip().split("\n\n"):
        head, *lines = chunk.split("\n")
        kind, *flags = head.strip("[]").split()
        beads = []
        for line in lines:
            source, target = line.split("⇒")
            beads.append((_pieces(source), _pieces(target)))
        mark = next((flag for flag in flags if flag != "rich"), None)
        blocks.append(Bilingual(kind, tuple(beads), "rich" in flags, mark))
    return blocks


def _pieces(side: str) -> tuple[str, ...]:
    return tuple(piece.strip() for piece in side.split("¦") if piece.strip())


def gold_blocks(blocks: list[Bilingual], language: str) -> list[dict[str, Any]]:
    """Blocks as the readers should give them: kind, text, sentences, rich, mark."""
    side, glue = (0, "") if language == "zh" else (1, " ")
    rows = []
    for block in blocks:
        sentences = block.sentences(side)
        if sentences:
            rows.append(
                {
                    "kind": block.kind,
                    "text": glue.join(sentences),
                    "sentences": sentences,
                    "rich": block.rich,
                    "mark": block.mark,
                }
            )
    return rows


def gold_beads(blocks: list[Bilingual]) -> list[str]:
    """Beads over the text files' sentences, ``[0,1]:[2]``."""
    lines, next_ids = [], [0, 0]
    for block in blocks:
        for bead in () if block.rich else block.beads:
            sides = []
            for side in (0, 1):
                first = next_ids[side]
                next_ids[side] += len(bead[side])
                sides.append(",".join(map(str, range(first, next_ids[side]))))
            lines.append(f"[{sides[0]}]:[{sides[1]}]")
    return lines


def em(text: str) -> float:
    return sum(0.5 if ord(char) < 0x2000 else 1.0 for char in text)


def wrap(text: str, column: float) -> list[str]:
    """Lines as Word sets them: Latin words whole, no stop at a line's beginning."""
    tokens: list[str] = []
    for char in text:
        latin = char < "\u2000" and char not in " ()"
        glued = tokens and latin and tokens[-1][-1] < "\u2000" and tokens[-1][-1] not in " ()"
        if tokens and (glued or char in NOT_FIRST or tokens[-1][-1] in NOT_LAST):
            tokens[-1] += char
        else:
            tokens.append(char)
    lines, line = [], ""
    for token in tokens:
        if line and em((line + token).rstrip()) > column:
            lines.append(line.strip())
            line = ""
        line += token
    lines.append(line.strip())
    return lines


def render_wrapped(rows: list[dict[str, Any]]) -> str:
    """The Chinese text as a PDF's text comes: see `corpus/reading/text.py` for what it means."""
    printed: list[tuple[str, str, bool]] = []  # line, its lead, the block's last line?
    for row in rows:
        lead = {"heading": "  ", "paragraph": " "}.get(row["kind"], "")
        if row["text"].startswith("("):
            lead = " "
        column = LIST_COLUMN if row["text"].startswith("•") else COLUMN
        indent = 2.0 if lead == " " else 0.0
        lines = wrap("\u2003" * int(indent) + row["text"], column)
        printed += [
            (line.strip(), lead if number == 0 else "", number == len(lines) - 1)
            for number, line in enumerate(lines)
        ]
    annex = next(
        number for number, line in enumerate(printed) if line[0].endswith("秘书长的信的附件")
    )
    pages = [printed[:annex]]
    pages += [
        printed[start : start + LINES_A_PAGE] for start in range(annex, len(printed), LINES_A_PAGE)
    ]
    out = ""
    for number, page in enumerate(pages, 1):
        for place, (line, lead, last) in enumerate(page):
            if number > 1 and place == 0:
                lead += " "
            out += lead + line + (" " if last else "") + "\n\n"
        out = out[:-1]
        text = "".join(line for line, _, _ in page)
        links = [link for cited, link in LINKS.items() if cited in text]
        if number == len(pages):
            out += " \n"
        elif number % 2:
            out += "".join(link + "\n" for link in links)
        else:
            foot = f"{JOB} {number}/{len(pages)}"
            out += "\n  \n" + "".join(f"\n{link}\n" for link in links)
            out += f"\n{SYMBOL}  \n\n \n\n{foot} \n\n \n\n"
    return out


def main() -> None:
    blocks = load()
    SAMPLES.mkdir(exist_ok=True)
    for language in ("zh", "en"):
        rows = gold_blocks(blocks, language)
        (HERE / f"report.{language}.json").write_text(
            json.dumps(rows, ensure_ascii=False, indent=1) + "\n", encoding="utf-8"
        )
        plain = [row for row in rows if not row["rich"]]
        if language == "zh":
            text = render_wrapped(plain)
        else:
            text = "".join(row["text"] + "\n\n" for row in plain)
        (SAMPLES / f"report.{language}.txt").write_text(text, encoding="utf-8")
    (HERE / "report.gold").write_text("\n".join(gold_beads(blocks)) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
