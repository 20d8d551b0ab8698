"""Hooks of mkdocs: where the package is, and links out of pages that are used twice."""

from __future__ import annotations

import re
import shutil
import tempfile
from pathlib import Path
from typing import Any

from mkdocs.plugins import event_priority

ROOT = Path(__file__).resolve().parent.parent
FOLDERS = ("corpus", "models", "evaluation", "flows")

_package = tempfile.TemporaryDirectory(prefix="duizhao-docs-")


@event_priority(100)  # before mkdocstrings reads its paths
def on_config(config: Any) -> Any:
    """Show mkdocstrings the package as it is installed: the folders inside `duizhao`."""
    package = Path(_package.name, "duizhao")
    if not package.is_dir():
        only_code = shutil.ignore_patterns("__pycache__", "assets", "data", "benchmarks")
        shutil.copytree(ROOT / "duizhao", package, ignore=only_code)
        for folder in FOLDERS:
            shutil.copytree(ROOT / folder, package / folder, ignore=only_code)
    config.plugins["mkdocstrings"].config.handlers["python"]["paths"] = [_package.name]
    return config


def on_page_markdown(markdown: str, page: Any, **_: Any) -> str:
    """CONTRIBUTING.md and CHANGELOG.md are pages of the site too: their links lose `docs/`."""
    name = {"contributing.md": "CONTRIBUTING.md", "changelog.md": "CHANGELOG.md"}.get(
        page.file.src_path
    )
    if name is None:
        return markdown
    text = (ROOT / name).read_text("utf-8")
    text = re.sub(r"\]\(docs/", "](", text)
    return text.replace("](CHANGELOG.md)", "](changelog.md)")
