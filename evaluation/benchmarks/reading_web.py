"""Web pages read by duizhao, trafilatura and readability-lxml: the share of text that each loses.

    python -m duizhao.evaluation.benchmarks.reading_web PAGE.html... --peers PYTHON

PYTHON is an interpreter that has trafilatura and readability-lxml (both Apache-2.0). The measure is
independent of all three: the sentences in the visible text of the page (those of at least 15
characters with a full stop), and the share of their characters that an output does not contain.
Navigation has few such sentences, but some that a reader rightly leaves out count as lost, for
duizhao too; --show prints what it lost.
"""

from __future__ import annotations

import argparse
import re
import subprocess
from pathlib import Path

import lxml.html

from duizhao.corpus.document import Language
from duizhao.corpus.reading import read
from duizhao.corpus.script import HAN_CHARACTER
from duizhao.corpus.segmentation.sentences import split

SHORTEST = 15
_INVISIBLE = ("script", "style", "noscript", "template", "head", "svg", "select")
_BLOCKS = re.compile(
    "address|article|aside|blockquote|button|dd|details|div|dl|dt|fieldset|figcaption|figure|"
    "footer|form|h[1-6]|header|hr|br|li|main|nav|ol|p|pre|section|table|td|th|tr|ul"
)
_END = re.compile(r"[。！？.!?][\"'”’」）)]*$")
PEERS = {
    "trafilatura": "import sys, trafilatura\n"
    "print(trafilatura.extract(sys.stdin.buffer.read(), include_comments=False) or '')",
    "readability-lxml": "import sys, lxml.html, readability\n"
    "data = sys.stdin.buffer.read()\n"
    "print(lxml.html.fromstring(readability.Document(data.decode('utf-8', 'replace')).summary())"
    ".text_content())",
}


def sentences(data: bytes) -> list[str]:
    """The sentences in the visible text of a page."""
    root = lxml.html.fromstring(data.decode("utf-8", "replace").encode(), parser=_parser())
    for element in list(root.iter(*_INVISIBLE)):
        element.drop_tree()
    for element in root.iter():
        if isinstance(element.tag, str) and _BLOCKS.fullmatch(element.tag):
            element.text = f"\n{element.text or ''}"
            element.tail = f"\n{element.tail or ''}"
    blocks = (" ".join(block.split()) for block in root.text_content().split("\n"))
    found = (text[start:end] for text in blocks for start, end in split(text))
    return [each for each in found if len(each) >= SHORTEST and _END.search(each)]


def _parser() -> lxml.html.HTMLParser:
    return lxml.html.HTMLParser(encoding="utf-8", huge_tree=True)


def lost(wanted: list[str], output: str) -> list[str]:
    """The sentences that an output does not contain, white space aside."""
    have = "".join(output.split())
    return [each for each in wanted if "".join(each.split()) not in have]


def ours(path: Path, language: Language) -> str:
    """The text of a page as duizhao reads it."""
    document, _ = read(path, language)
    return "\n".join(block.text for block in document.blocks)


def main() -> None:
    """Print the share of text that each tool loses, by page."""
    parser = argparse.ArgumentParser(description="Web pages through duizhao and other readers.")
    parser.add_argument("pages", nargs="+", type=Path)
    parser.add_argument("--peers", help="Python that has trafilatura and readability-lxml")
    parser.add_argument("--show", action="store_true", help="print what duizhao lost")
    options = parser.parse_args()
    names = ["duizhao", *(PEERS if options.peers else ())]
    print(f"{'page':<28} {'sentences':>9} " + " ".join(f"{name:>16}" for name in names))
    for path in options.pages:
        data = path.read_bytes()
        wanted = sentences(data)
        total = sum(map(len, wanted)) or 1
        chinese = len(HAN_CHARACTER.findall("".join(wanted)))
        outputs = {"duizhao": ours(path, "zh" if chinese > total / 5 else "en")}
        for name, program in PEERS.items() if options.peers else ():
            command = [options.peers, "-c", program]
            done = subprocess.run(command, input=data, capture_output=True, check=True)
            outputs[name] = done.stdout.decode()
        missing = {name: lost(wanted, text) for name, text in outputs.items()}
        shares = {name: sum(map(len, each)) / total for name, each in missing.items()}
        cells = " ".join(f"{share:>16.1%}" for share in shares.values())
        print(f"{path.name:<28} {len(wanted):>9} {cells}", flush=True)
        if options.show:
            for each in missing["duizhao"]:
                print(f"    {each[:120]}")


if __name__ == "__main__":
    main()
