"""UN documents by symbol, from the Official Document System (ODS).

    fetched = fetch_document("S/2021/130", out=Path("un"))
    fetched.path("zh")                       # un/S_2021_130/zh.docx

The folder also gets ``source.json`` with address, date, SHA-256, size and a note on the licence. A
file with the recorded SHA-256 is not fetched again; an interrupted download is resumed.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from duizhao.corpus.errors import DownloadError, InputError
from duizhao.corpus.replacing import replacing
from duizhao.corpus.un.downloads import Downloader, Progress, check_content

if TYPE_CHECKING:
    import httpx

# The address at which the ODS serves a document by its symbol; the option --address and
# DUIZHAO_ODS_ADDRESS replace it.
ADDRESS = "https://documents.un.org/api/symbol/access?s={symbol}&l={language}&t={format}"
FORMATS = ("docx", "pdf", "doc")
LANGUAGES = {"zh": "Chinese", "en": "English", "fr": "French", "es": "Spanish", "ru": "Russian",
             "ar": "Arabic"}  # fmt: skip
LICENCE = (
    "Official United Nations documents, those with a symbol, are in general not under copyright "
    "(ST/AI/189/Add.9/Rev.2, paragraph 2); publications for sale are. Check before you publish."
)
_SYMBOL = re.compile(
    r"[A-Z][A-Z0-9]{0,11}(?:\.[A-Z0-9]+)?(?:/[A-Za-z0-9][A-Za-z0-9.\-_ ]*(?:\([A-Za-z0-9. ]+\))?)+"
    r"|A/[A-Z0-9/\-.]+ ?\([A-Za-z. 0-9]+\)[A-Za-z0-9/. ]*"
)


@dataclass(frozen=True, slots=True)
class FetchedFile:
    """A file as `source.json` describes it."""

    file: str
    language: str
    format: str
    address: str
    fetched: str
    sha256: str
    size: int
    modified: str | None = None


@dataclass(frozen=True, slots=True)
class Missing:
    """A file that could not be fetched, and the reason."""

    language: str
    format: str
    reason: str


@dataclass(frozen=True, slots=True)
class Fetched:
    """The files fetched of a document, in `folder`."""

    symbol: str
    folder: Path
    files: tuple[FetchedFile, ...]
    missing: tuple[Missing, ...]

    def path(self, language: str) -> Path:
        """The file of a language, in the first available of the requested formats."""
        for file in self.files:
            if file.language == language:
                return self.folder / file.file
        reasons = "; ".join(
            f"{each.format}: {each.reason}" for each in self.missing if each.language == language
        )
        raise DownloadError(
            f"{self.symbol}: no {LANGUAGES.get(language, language)} text available "
            f"({reasons or 'not requested'}); check whether the document exists in that language"
        )


def is_symbol(text: str) -> bool:
    """Whether a text is a UN document symbol and not the name of an existing file.

    >>> is_symbol("S/2021/130"), is_symbol("reports/S_2021_130.pdf")
    (True, False)
    """
    has_ending = re.search(r"\.(?:txt|pdf|docx?|html?|md|tmx|tsv|xlf|xliff|jsonl)$", text, re.I)
    return bool(_SYMBOL.fullmatch(text.strip())) and not has_ending and not Path(text).exists()


def folder_name(symbol: str) -> str:
    """The name of a document's folder: ``S_2021_130``."""
    return re.sub(r"[^A-Za-z0-9.()-]+", "_", symbol.strip().strip("/"))


def fetch_document(
    symbol: str,
    *,
    out: Path,
    languages: Sequence[str] = ("zh", "en"),
    formats: Sequence[str] = ("docx", "pdf"),
    address: str | None = None,
    requests_per_second: float = 1.0,
    refresh: bool = False,
    progress: Progress | None = None,
    client: httpx.Client | None = None,
    sleep: Callable[[float], None] = time.sleep,
) -> Fetched:
    """Fetch a document in each available language and format.

    `address` is a template with ``{symbol}``, ``{language}`` and ``{format}``. InputError for an
    impossible symbol, language or format; DuizhaoError if the server cannot be reached. Files that
    the server does not have are in `Fetched.missing`.
    """
    symbol = normal_symbol(symbol)
    template = address or os.environ.get("DUIZHAO_ODS_ADDRESS") or ADDRESS
    _check_request(template, languages, formats)
    folder = out / folder_name(symbol)
    folder.mkdir(parents=True, exist_ok=True)
    known = {} if refresh else _known(folder, symbol)
    files: list[FetchedFile] = []
    missing: list[Missing] = []
    with Downloader(
        client=client, requests_per_second=requests_per_second, progress=progress, sleep=sleep
    ) as downloader:
        for language in languages:
            for format in formats:
                name = f"{language}.{format}"
                if name in known:
                    files.append(known[name])
                    continue
                url = _url(template, symbol, language, format)
                try:
                    files.append(_fetch_file(downloader, url, folder, language, format, symbol))
                except DownloadError as error:
                    missing.append(Missing(language, format, str(error)))
    fetched = Fetched(symbol, folder, tuple(files), tuple(missing))
    _write_source(fetched)
    return fetched


def normal_symbol(symbol: str) -> str:
    """The symbol as the UN writes it; InputError if it is not one."""
    text = re.sub(r"\s+", " ", symbol.replace("／", "/").strip())
    if text and not text[0].isupper():
        text = text.upper()
    if not _SYMBOL.fullmatch(text):
        raise InputError(f"{symbol}: not a UN document symbol, such as S/2021/130")
    return text


def _check_request(template: str, languages: Sequence[str], formats: Sequence[str]) -> None:
    for field in ("{symbol}", "{language}", "{format}"):
        if field not in template:
            raise InputError(f"{template}: the address has no {field}; see duizhao fetch --help")
    for language in languages:
        if language not in LANGUAGES:
            raise InputError(f"{language}: not a UN language; use {', '.join(LANGUAGES)}")
    for format in formats:
        if format not in FORMATS:
            raise InputError(f"{format}: not a format of the ODS; use {', '.join(FORMATS)}")


def _url(template: str, symbol: str, language: str, format: str) -> str:
    return (
        template.replace("{symbol}", quote(symbol, safe="/()"))
        .replace("{language}", language)
        .replace("{format}", format)
    )


def _fetch_file(
    downloader: Downloader, url: str, folder: Path, language: str, format: str, symbol: str
) -> FetchedFile:
    path = folder / f"{language}.{format}"
    got = downloader.fetch(url, path, label=f"{symbol} {language}.{format}")
    try:
        check_content(got.part, format)
    except DownloadError:
        got.part.unlink(missing_ok=True)
        raise
    digest = hashlib.sha256(got.part.read_bytes()).hexdigest()
    size = got.part.stat().st_size
    got.part.replace(path)
    return FetchedFile(
        file=path.name,
        language=language,
        format=format,
        address=got.address,
        fetched=datetime.now(UTC).isoformat(timespec="seconds"),
        sha256=digest,
        size=size,
        modified=got.modified,
    )


def _known(folder: Path, symbol: str) -> dict[str, FetchedFile]:
    """The unchanged files of an earlier run."""
    try:
        record = json.loads((folder / "source.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    out = {}
    for entry in record.get("files", []):
        try:
            file = FetchedFile(**entry)
            data = (folder / file.file).read_bytes()
        except (TypeError, OSError):
            continue
        if record.get("symbol") == symbol and hashlib.sha256(data).hexdigest() == file.sha256:
            out[file.file] = file
    return out


def _write_source(fetched: Fetched) -> None:
    record: dict[str, Any] = {
        "symbol": fetched.symbol,
        "files": [asdict(file) for file in fetched.files],
        "missing": [asdict(each) for each in fetched.missing],
        "licence": LICENCE,
    }
    # keep the files of other languages from an earlier run
    names = {file.file for file in fetched.files}
    earlier = _known(fetched.folder, fetched.symbol)
    record["files"] += [asdict(file) for name, file in earlier.items() if name not in names]
    text = json.dumps(record, ensure_ascii=False, indent=2) + "\n"
    with replacing(fetched.folder / "source.json") as temporary:
        temporary.write_text(text, encoding="utf-8")
