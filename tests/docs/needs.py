"""What the pages of the documentation need beside the files that they write themselves.

An entry of NEEDS puts files into the folder in which a page is run, or starts a server, and yields
variables for the environment.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

from tests.support.hub import running_hub

Need = Callable[[Path], AbstractContextManager[dict[str, str]]]


@contextmanager
def hub(folder: Path) -> Iterator[dict[str, str]]:
    """A stand-in for the Hugging Face hub, for `duizhao push`."""
    with running_hub() as running:
        yield {"HF_ENDPOINT": running.address, "HF_TOKEN": "hf_secret", "HF_HUB_DISABLE_XET": "1"}


NEEDS: dict[str, Need] = {
    "docs/tutorial/folder-to-hub.md": hub,
    "docs/tutorial/folder-to-hub.zh.md": hub,
}
