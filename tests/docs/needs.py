"""Files and servers that the pages of the documentation need in addition to their own files.

An entry of NEEDS puts files into the folder in which a page is run, or starts a server, and yields
variables for the environment.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from tests.support import small_report
from tests.support.hub import running_hub

Need = Callable[[Path], AbstractContextManager[dict[str, str]]]


@contextmanager
def reports(folder: Path) -> Iterator[dict[str, str]]:
    """The short report and its English version in several formats, and a folder with the pair."""
    small_report.write_texts(folder)
    (folder / "report.pdf").write_bytes(small_report.pdf("zh"))
    (folder / "report.en.docx").write_bytes(small_report.docx("en"))
    yield {}


@contextmanager
def inbox(folder: Path) -> Iterator[dict[str, str]]:
    """A folder with two pairs."""
    (folder / "inbox").mkdir()
    for name, text in small_report.texts().items():
        for start in ("", "second-"):
            (folder / "inbox" / f"{start}{name}").write_text(text, encoding="utf-8")
    yield {}


@contextmanager
def translations(folder: Path) -> Iterator[dict[str, str]]:
    """A source, its reference and two translations, line by line."""
    for name, lines in {
        "source.zh": ["委员会通过了该报告。", "会议于2023年5月9日举行。", "预算为1 200万元。"],
        "reference.en": [
            "The Committee adopted the report.",
            "The meeting was held on 9 May 2023.",
            "The budget amounts to 12 million yuan.",
        ],
        "baseline.en": ["The Committee passed report.", "Meeting was on 9 May.", "A budget is 12."],
        "ours.en": [
            "The Committee adopted the report.",
            "The meeting took place on 9 May 2023.",
            "The budget is 12 million yuan.",
        ],
    }.items():
        (folder / name).write_text("\n".join(lines) + "\n", encoding="utf-8")
    yield {}


@contextmanager
def hub(folder: Path) -> Iterator[dict[str, str]]:
    """A stand-in for the Hugging Face hub, for `duizhao push`."""
    with running_hub() as running:
        yield {
            "HF_ENDPOINT": running.address,
            "HF_TOKEN": "hf_secret",
            "HF_HUB_DISABLE_XET": "1",
        }


class _Documents(BaseHTTPRequestHandler):
    """Every symbol is the short report, as PDF and as Word file; nothing is below /missing."""

    def log_message(self, *_: object) -> None:
        """Be quiet."""

    def do_GET(self) -> None:
        address = urlsplit(self.path)
        if address.path == "/missing":
            return self.send_error(404)
        query = parse_qs(address.query)
        make = {"docx": small_report.docx, "pdf": small_report.pdf}[query["t"][0]]
        body = make(query["l"][0])
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


@contextmanager
def un_documents(folder: Path) -> Iterator[dict[str, str]]:
    """A stand-in for the UN's Official Document System, for `duizhao fetch` and `build SYMBOL`."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Documents)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    address = f"http://127.0.0.1:{server.server_address[1]}"
    try:
        yield {"DUIZHAO_ODS_ADDRESS": address + "/?s={symbol}&l={language}&t={format}"}
    finally:
        server.shutdown()
        server.server_close()


def together(*needs: Need) -> Need:
    """Several needs as one."""

    @contextmanager
    def all_of_them(folder: Path) -> Iterator[dict[str, str]]:
        with ExitStack() as stack:
            variables: dict[str, str] = {}
            for need in needs:
                variables |= stack.enter_context(need(folder))
            yield variables

    return all_of_them


NEEDS: dict[str, Need] = {
    "README.md": together(reports, inbox, un_documents),
    "docs/alignment.md": reports,
    "docs/batch.md": reports,
    "docs/cleaning.md": together(reports, hub),
    "docs/documents.md": together(reports, un_documents),
    "docs/evaluation.md": together(reports, translations),
    "docs/export.md": reports,
    "docs/pairing.md": reports,
    "docs/report.md": reports,
    "docs/review.md": reports,
    "docs/search.md": reports,
    "docs/terms.md": reports,
    "docs/segmentation.md": reports,
    "docs/translation.md": reports,
    "docs/tutorial/folder-to-hub.md": hub,
}
