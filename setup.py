"""Installs the top-level folders as subpackages of one import package, `duizhao`.

`corpus/` becomes `duizhao.corpus`, and so on; `evaluation/benchmarks` stays in the checkout.
Folders of data (`models/data`) count as packages too, so that their files are installed. Everything
else about the package is in pyproject.toml.
"""

from __future__ import annotations

from setuptools import find_namespace_packages, setup

FOLDERS = ("corpus", "models", "evaluation", "flows")

setup(
    packages=[
        "duizhao",
        *(f"duizhao.{folder}" for folder in FOLDERS),
        *(
            f"duizhao.{folder}.{inner}"
            for folder in FOLDERS
            for inner in find_namespace_packages(folder, exclude=("benchmarks", "benchmarks.*"))
        ),
    ],
    package_dir={"duizhao": "duizhao", **{f"duizhao.{folder}": folder for folder in FOLDERS}},
)
