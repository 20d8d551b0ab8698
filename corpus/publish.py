"""A corpus with its card onto the Hugging Face hub, or any server that speaks its API.

Corpus files that an earlier push left on the hub and that this one does not have are deleted there
in the same commit: else old shards would be read together with new ones.
"""

from __future__ import annotations

import hashlib
import json
import os
from dataclasses import dataclass
from pathlib import Path

from corpus.document import DuizhaoError, InputError

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

KEPT_AT_HOME = ("edits.jsonl", "status.jsonl", "manifest.jsonl", "manifest.tsv")


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

    InputError where the folder has no corpus or no card that the hub would take, or where the
    repository's name is not one (``name`` or ``owner/name``).
    """
    from huggingface_hub.errors import HFValidationError
    from huggingface_hub.utils._validators import validate_repo_id

    try:
        validate_repo_id(repository)
    except HFValidationError as error:
        raise InputError(f"{repository!r} is not a repository on the hub: {error}") from error
    if not folder.is_dir():
        raise InputError(f"{folder}: there is no such folder")
    _check_card(folder)
    _check_seal(folder)
    files = sorted({path for pattern in PATTERNS for path in folder.rglob(pattern)})
    files = [path for path in files if _goes(path.relative_to(folder))]
    if not files:
        raise InputError(f"{folder}: no corpus files in it ({', '.join(PATTERNS[:3])} ...)")
    files = [folder / CARD, *sorted(folder.glob("LICENSE*")), *files]
    return Upload(
        repository,
        tuple((path.relative_to(folder).as_posix(), path.stat().st_size) for path in files),
    )


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
        raise DuizhaoError(
            f"cannot send to {server} ({reason}); push again to go on, files that arrived are kept"
        ) from error
    return str(commit.commit_url)


def _check_seal(folder: Path) -> None:
    """InputError where the corpus is not whole: a batch at work, or one that was ended."""
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


def _is_as_told(path: Path, size: int, sha256: str) -> bool:
    """Whether a file has the content that the seal says; the size first, it costs nothing."""
    if path.stat().st_size != size:
        return False
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest() == sha256


def _check_card(folder: Path) -> None:
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


def _goes(path: Path) -> bool:
    """Not hidden, and not a record of work that belongs to this machine."""
    return not any(part.startswith((".", "_")) for part in path.parts) and (
        path.name not in KEPT_AT_HOME and "state" not in path.parts
    )
