"""Installs the top-level folders as subpackages of one import package, `duizhao`.

`corpus/` becomes `duizhao.corpus`, and so on; `evaluation/benchmarks` stays in the checkout.
Everything else about the package is in pyproject.toml.
"""

from setuptools import find_packages, setup

FOLDERS = ("corpus", "models", "evaluation", "flows")
LEFT_OUT = ("evaluation.benchmarks", "evaluation.benchmarks.*")

packages = [
    name
    for folder in FOLDERS
    for name in (folder, *(f"{folder}.{inner}" for inner in find_packages(folder)))
    if name not in LEFT_OUT
]

setup(
    packages=["duizhao", *(f"duizhao.{name}" for name in packages)],
    package_dir={"duizhao": "duizhao", **{f"duizhao.{folder}": folder for folder in FOLDERS}},
)
