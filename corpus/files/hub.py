"""A corpus with its card onto the Hugging Face hub, or any server that speaks its API.

What goes is what the seal (batch.json) names, with the card and a licence: never what else lies
in the folder. Corpus files that an earlier push left on the hub and that this one does not have are
deleted there in the same commit: else old shards would be read together with new ones.
"""

from __future__ import annotations

import hashlib
import json
import logging
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

from duizhao.corpus.errors import DuizhaoError, InputError, ServiceError

CARD = "README.md"
PATTERNS = (
    "*.parquet",
    "*.jsonl",
    "*.jsonl.gz",
    "*.tmx",
    "*.tmx.gz",
    "*.tsv",
    "*.tsv.gz",
)
"""What a corpus consists of, beside its card and licence."""

SEAL = "batch.json"
SEAL_OF_A_RUN = "run.json"
NAMED = 5
"""Files that are named in a line; of more their number is told."""


@dataclass(frozen=True, slots=True)
class Upload:
    """What a push sends: paths under the folder with their sizes in bytes."""

    repository: str
    files: tuple[tuple[str, int], ...]

    @property
    def bytes(self) -> int:
        """Size of all files."""
        return sum(size for _, size in self.files)


def plan_push(folder: Path, repository: str) -> Upload:
    """What `push` would send. No network.

    InputError where the folder has no corpus or no card that the hub would take, where a file
    lies among the corpus that is not of it, or where the repository's name is not one (``name``
    or ``owner/name``). A line names what else is in the folder and is not sent.
    """
    from huggingface_hub.errors import HFValidationError
    from huggingface_hub.utils._validators import validate_repo_id

    try:
        validate_repo_id(repository)
    except HFValidationError as error:
        raise InputError(f"{repository!r} is not a repository on the hub: {error}") from error
    _check_folder(folder)
    configs = _card_configs(folder)
    named = _sealed(folder)
    if not any(fnmatch(name, pattern) for name in named for pattern in PATTERNS):
        raise InputError(f"{folder}: no corpus files in it ({', '.join(PATTERNS[:3])} ...)")
    licences = sorted(path.name for path in folder.glob("LICENSE*") if path.is_file())
    ours = {CARD, SEAL, *licences, *named}
    foreign = [name for name in _present(folder) if name not in ours]
    _check_foreign(folder, foreign, list(_data_files(configs)))
    if foreign:
        logging.getLogger(__name__).warning("not sent, not of this corpus: %s", _some(foreign))
    names = [CARD, *licences, *sorted(set(named) - {CARD})]
    return Upload(repository, tuple((name, (folder / name).stat().st_size) for name in names))


def push(folder: Path, upload: Upload, *, private: bool = True, message: str | None = None) -> str:
    """Send the files in one commit; returns its address. The repository is made if need be.

    The token is that of ``hf auth login`` or HF_TOKEN, the server that of HF_ENDPOINT.
    DuizhaoError says in one line why the hub refused.
    """
    from huggingface_hub import HfApi, get_token
    from huggingface_hub.errors import HfHubHTTPError

    if not get_token():
        raise InputError("no token for the hub; run `hf auth login` or set HF_TOKEN")
    api = HfApi(library_name="duizhao")
    try:
        api.create_repo(upload.repository, repo_type="dataset", private=private, exist_ok=True)
        commit = api.upload_folder(
            repo_id=upload.repository,
            repo_type="dataset",
            folder_path=folder,
            allow_patterns=[name for name, _ in upload.files],
            delete_patterns=list(PATTERNS),
            commit_message=message or "Corpus made by duizhao",
        )
    except HfHubHTTPError as error:
        reason = " ".join(str(error).split())
        raise DuizhaoError(f"the hub refused {upload.repository}: {reason}") from error
    except Exception as error:  # the library has had three HTTP clients, each with its own errors
        server = os.environ.get("HF_ENDPOINT", "the hub")
        reason = " ".join(str(error).split()) or type(error).__name__
        raise ServiceError(
            f"cannot send to {server} ({reason}); push again to go on, files that arrived are kept"
        ) from error
    return str(commit.commit_url)


def _check_folder(folder: Path) -> None:
    """InputError where a push has no folder of a batch to begin with."""
    scheme, _, rest = folder.as_posix().partition(":/")
    if not folder.is_dir() and rest and scheme.isalnum():
        raise InputError(
            f"{scheme}://{rest.lstrip('/')}: only a local folder can be pushed; copy the corpus to "
            "this machine, with its batch.json, and push the copy"
        )
    if not folder.is_dir():
        raise InputError(f"{folder}: there is no such folder")
    if (folder / SEAL_OF_A_RUN).is_file() and not (folder / SEAL).exists():
        raise InputError(
            f"{folder}: made by `duizhao build` or `duizhao clean`, which write no dataset card; "
            "push the folder of a `duizhao batch` (its --clean takes the same steps)"
        )


def _sealed(folder: Path) -> list[str]:
    """Names of the files that the seal has.

    InputError where the corpus is not whole: a batch at work, or one that was ended.
    """
    again = "run the same `duizhao batch` again to its end"
    try:
        seal = json.loads((folder / SEAL).read_text("utf-8"))
        files = {name: (told["bytes"], told["sha256"]) for name, told in seal["files"].items()}
    except FileNotFoundError:
        raise InputError(f"{folder}: no {SEAL}, so the corpus is not whole; {again}") from None
    except (ValueError, KeyError, TypeError) as error:
        raise InputError(f"{folder / SEAL}: cannot be read ({error!r}); {again}") from None
    for name, told in files.items():
        path = folder / name
        if not path.is_file() or (name != CARD and not _is_as_told(path, *told)):
            raise InputError(f"{path}: is not as the batch wrote it; {again}")
    return list(files)


def _present(folder: Path) -> list[str]:
    """Names of all files in the folder but hidden ones, in order."""
    paths = (path.relative_to(folder) for path in folder.rglob("*") if path.is_file())
    return sorted(
        path.as_posix() for path in paths if not any(part.startswith(".") for part in path.parts)
    )


def _check_foreign(folder: Path, foreign: Sequence[str], patterns: Sequence[str]) -> None:
    """InputError where whoever reads the corpus by its card would read a foreign file with it."""
    taken = [name for name in foreign if any(fnmatch(name, one) for one in patterns)]
    if taken:
        raise InputError(
            f"{folder}: {_some(taken)} would be read as part of the corpus, but no batch wrote it; "
            "move it out of the folder and push again"
        )


def _data_files(told: Any) -> Iterator[str]:
    """The paths and patterns in a card's `configs`, in whichever of the hub's forms.

    >>> list(_data_files([{"data_files": [{"split": "train", "path": "data/train-*.parquet"}]}]))
    ['data/train-*.parquet']
    """
    if isinstance(told, str):
        yield told
    elif isinstance(told, list):
        for one in told:
            yield from _data_files(one)
    elif isinstance(told, dict):
        for name in ("data_files", "path") if {"data_files", "path"} & set(told) else told:
            yield from _data_files(told.get(name))


def _some(names: Sequence[str]) -> str:
    more = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
    return ", ".join(names[:NAMED]) + more


def _is_as_told(path: Path, size: int, sha256: str) -> bool:
    """Whether a file has the content that the seal says; the size first, it costs nothing."""
    if path.stat().st_size != size:
        return False
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest() == sha256


def _card_configs(folder: Path) -> Any:
    """What the card says of the corpus files; InputError where the hub would not take the card."""
    from huggingface_hub import DatasetCard

    path = folder / CARD
    if not path.is_file():
        raise InputError(f"{folder}: no {CARD} in it; `duizhao batch` writes one")
    text = path.read_text("utf-8", errors="replace")
    if not text.lstrip("\ufeff").startswith("---"):
        raise InputError(f"{path}: does not begin with YAML; `duizhao batch` writes a whole card")
    try:
        data = DatasetCard(text, ignore_metadata_errors=False).data
    except Exception as error:  # the YAML library's own errors have no common base
        raise InputError(
            f"{path}: its YAML cannot be read ({' '.join(str(error).split())})"
        ) from None
    for name in ("license", "configs"):
        if not data.get(name):
            raise InputError(
                f"{path}: its YAML has no {name!r}; `duizhao batch` writes a whole one"
            )
    return data.get("configs")
