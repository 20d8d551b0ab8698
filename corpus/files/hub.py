"""Push a corpus with its card to the Hugging Face hub, or to any server with its API.

Only the files named by the seal (batch.json), the card and licences are sent, nothing else from
the folder. Corpus files of an earlier push that are no longer in the folder are deleted on the hub
in the same commit; otherwise old shards would be read together with new ones.
"""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

from duizhao.corpus.errors import DuizhaoError, InputError, ServiceError
from duizhao.corpus.files import seal
from duizhao.corpus.files.card import with_licence
from duizhao.corpus.files.rights import UNKNOWN, normal

CARD = "README.md"
PATTERNS = ("*.parquet", "*.jsonl", "*.jsonl.gz", "*.tmx", "*.tmx.gz", "*.tsv", "*.tsv.gz")
"""The files of a corpus, besides its card and licence."""

NAMED = 5
"""Files named in a message; of further ones only the number is given."""


@dataclass(frozen=True, slots=True)
class Upload:
    """The files of a push: paths in the folder with their sizes in bytes."""

    repository: str
    files: tuple[tuple[str, int], ...]

    @property
    def bytes(self) -> int:
        """Size of all files."""
        return sum(size for _, size in self.files)


def plan_push(folder: Path, repository: str) -> Upload:
    """The files that `push` would send; uses no network.

    InputError if the folder has no corpus or no card that the hub accepts, if a foreign file would
    be read as part of the corpus, or if the repository's name is invalid (``name`` or
    ``owner/name``). A warning names other files in the folder, which are not sent.
    """
    from huggingface_hub.errors import HFValidationError
    from huggingface_hub.utils._validators import validate_repo_id

    try:
        validate_repo_id(repository)
    except HFValidationError as error:
        raise InputError(f"{repository!r} is not a repository on the hub: {error}") from error
    _check_folder(folder)
    configs = _card_data(folder).get("configs")
    named = _sealed(folder)
    if not any(fnmatch(name, pattern) for name in named for pattern in PATTERNS):
        raise InputError(f"{folder}: no corpus files in it ({', '.join(PATTERNS[:3])} ...)")
    licences = sorted(path.name for path in folder.glob("LICENSE*") if path.is_file())
    ours = {CARD, seal.BATCH, *licences, *named}
    foreign = [name for name in _present(folder) if name not in ours]
    _check_foreign(folder, foreign, list(_data_files(configs)))
    if foreign:
        logging.getLogger(__name__).warning(
            "not sent, because not part of this corpus: %s", _some(foreign)
        )
    names = [CARD, *licences, *sorted(set(named) - {CARD})]
    return Upload(repository, tuple((name, (folder / name).stat().st_size) for name in names))


def has_licence(folder: Path) -> bool:
    """Whether the card names a licence."""
    return bool(_card_data(folder).get("license") != UNKNOWN)


def set_licence(folder: Path, licence: str) -> None:
    """Write the licence into the card of the folder."""
    path = folder / CARD
    text = with_licence(path.read_text("utf-8"), normal(licence))
    fresh = path.with_name(f".{CARD}.{os.getpid()}")
    fresh.write_text(text, "utf-8")
    fresh.replace(path)


def push(folder: Path, upload: Upload, *, private: bool = True, message: str | None = None) -> str:
    """Send the files in one commit and return its address; creates the repository if needed.

    Uses the token of ``hf auth login`` or HF_TOKEN, and the server in HF_ENDPOINT. DuizhaoError
    gives the hub's reason for a refusal in one line.
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
            commit_message=message or "Corpus built with duizhao",
        )
    except HfHubHTTPError as error:
        reason = " ".join(str(error).split())
        raise DuizhaoError(f"the hub refused {upload.repository}: {reason}") from error
    except Exception as error:  # the library's HTTP errors differ between versions
        server = os.environ.get("HF_ENDPOINT", "the hub")
        reason = " ".join(str(error).split()) or type(error).__name__
        raise ServiceError(
            f"cannot send to {server} ({reason}); push again to continue: what was sent is kept"
        ) from error
    return str(commit.commit_url)


def _check_folder(folder: Path) -> None:
    """InputError unless this is a local folder that is not a build's."""
    scheme, _, rest = folder.as_posix().partition(":/")
    if not folder.is_dir() and rest and scheme.isalnum():
        raise InputError(
            f"{scheme}://{rest.lstrip('/')}: only a local folder can be pushed; copy the corpus to "
            "this machine, with its batch.json, and push the copy"
        )
    if not folder.is_dir():
        raise InputError(f"{folder}: no such folder; check the path")
    if (folder / seal.RUN).is_file() and not (folder / seal.BATCH).exists():
        raise InputError(
            f"{folder}: written by `duizhao build` or `duizhao clean`; push the folder of a "
            "`duizhao batch` (its --clean takes the same steps)"
        )


def _sealed(folder: Path) -> list[str]:
    """Names of the files in the seal; InputError if the corpus is incomplete or was changed."""
    again = "run the same `duizhao batch` again to the end"
    path = folder / seal.BATCH
    try:
        files = json.loads(path.read_text("utf-8"))["files"]
        changed = [
            name
            for name, recorded in files.items()
            if not (folder / name).is_file()
            or (name != CARD and not seal.matches(folder / name, recorded))
        ]
    except FileNotFoundError:
        raise InputError(
            f"{folder}: no {path.name}, so the corpus is incomplete; {again}"
        ) from None
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise InputError(f"{path}: cannot be read ({error!r}); {again}") from None
    if changed:
        raise InputError(f"{folder / changed[0]}: has changed since the batch wrote it; {again}")
    return list(files)


def _present(folder: Path) -> list[str]:
    """Names of all files in the folder except hidden ones, in order."""
    paths = (path.relative_to(folder) for path in folder.rglob("*") if path.is_file())
    return sorted(
        path.as_posix() for path in paths if not any(part.startswith(".") for part in path.parts)
    )


def _check_foreign(folder: Path, foreign: Sequence[str], patterns: Sequence[str]) -> None:
    """InputError if the card's patterns would include a foreign file."""
    taken = [name for name in foreign if any(fnmatch(name, one) for one in patterns)]
    if taken:
        raise InputError(
            f"{folder}: {_some(taken)} would be read as part of the corpus, but was not written by "
            "a batch; move it out of the folder and push again"
        )


def _data_files(configs: Any) -> Iterator[str]:
    """The paths and patterns in a card's `configs`, in any of the hub's forms.

    >>> list(_data_files([{"data_files": [{"split": "train", "path": "data/train-*.parquet"}]}]))
    ['data/train-*.parquet']
    """
    if isinstance(configs, str):
        yield configs
    elif isinstance(configs, list):
        for one in configs:
            yield from _data_files(one)
    elif isinstance(configs, dict):
        for name in {"data_files", "path"} & set(configs) or configs:
            yield from _data_files(configs[name])


def _some(names: Sequence[str]) -> str:
    more = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
    return ", ".join(names[:NAMED]) + more


def _card_data(folder: Path) -> Any:
    """The card's YAML; InputError if the hub would not accept the card."""
    from huggingface_hub import DatasetCard

    path = folder / CARD
    if not path.is_file():
        raise InputError(f"{folder}: no {CARD} in it; `duizhao batch` writes one")
    text = path.read_text("utf-8", errors="replace")
    if not text.lstrip("\ufeff").startswith("---"):
        raise InputError(
            f"{path}: does not start with YAML; `duizhao batch` writes a complete card"
        )
    try:
        data = DatasetCard(text, ignore_metadata_errors=False).data
    except Exception as error:  # the YAML library's own errors have no common base
        raise InputError(
            f"{path}: its YAML cannot be read ({' '.join(str(error).split())})"
        ) from None
    for name in ("license", "configs"):
        if not data.get(name):
            raise InputError(
                f"{path}: its YAML has no {name!r}; `duizhao batch` writes a complete one"
            )
    return data
