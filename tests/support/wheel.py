"""The wheel of this checkout, and a Python that has it installed and not the checkout."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import sysconfig
import venv
import zipfile
from dataclasses import dataclass
from pathlib import Path

from tests.support.paths import ROOT

SOURCES = ("duizhao", "corpus", "models", "evaluation", "flows")
FILES = ("pyproject.toml", "setup.py", "README.md", "LICENSE", "NOTICE")


def build_wheel(folder: Path) -> Path:
    """Build the wheel from a copy of the sources, as `pip install .` does."""
    source = folder / "source"
    source.mkdir()
    for name in SOURCES:
        unwanted = shutil.ignore_patterns("__pycache__")
        shutil.copytree(ROOT / name, source / name, ignore=unwanted)
    for name in FILES:
        shutil.copy(ROOT / name, source / name)
    pip = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation"]
    subprocess.run([*pip, "--wheel-dir", folder, source], check=True)
    (wheel,) = folder.glob("duizhao-*.whl")
    return wheel


@dataclass(frozen=True, slots=True)
class Installed:
    """A virtual environment with the wheel, which borrows all other packages from this Python."""

    python: Path
    packages: Path

    def environment(self, **changes: str) -> dict[str, str]:
        """The variables for a process of it: nothing leads to the checkout."""
        kept = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
        return kept | changes

    def run(
        self, *arguments: object, cwd: Path, **changes: str
    ) -> subprocess.CompletedProcess[str]:
        """Run this Python in a folder."""
        return subprocess.run(
            [str(self.python), *map(str, arguments)],
            cwd=cwd,
            env=self.environment(**changes),
            capture_output=True,
            text=True,
        )


def install(wheel: Path, folder: Path) -> Installed:
    """Unpack the wheel into a new virtual environment."""
    venv.create(folder, with_pip=False, symlinks=True)
    packages = Path(sysconfig.get_path("purelib", vars={"base": str(folder)}))
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(packages)
    # the .pth files in that folder, such as the one of an editable duizhao, are not followed
    (packages / "others.pth").write_text(sysconfig.get_path("purelib") + "\n")
    return Installed(folder / "bin" / "python", packages)
