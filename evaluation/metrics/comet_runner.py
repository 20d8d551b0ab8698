"""Run by the interpreter of COMET's own environment: python comet_runner.py QUESTION ANSWER.

Imports nothing from duizhao. QUESTION contains {"model", "data": [{"src", "mt", "ref"}]}; the
result, {"scores", "version"} or {"error"}, is written to ANSWER.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any


def answer(question: dict[str, Any]) -> dict[str, Any]:
    """Load the model and score, or report in one line what is missing."""
    python = sys.executable
    try:
        from importlib.metadata import version

        from comet import download_model, load_from_checkpoint
    except ImportError as error:
        return {
            "error": f"{python} cannot import COMET ({error}); "
            f"install it: {python} -m pip install unbabel-comet"
        }
    name = question["model"]
    path = Path(name)
    if not path.exists():
        try:
            path = Path(download_model(name))  # offline here: the hub's cache or nothing
        except Exception as error:
            return {
                "error": f"the COMET model {name} is not on this machine ({type(error).__name__}); "
                f'fetch it once: {python} -c "from comet import download_model; '
                f"download_model('{name}')\", or give a checkpoint in DUIZHAO_COMET_MODEL"
            }
    if path.is_dir():
        path = path / "checkpoints" / "model.ckpt"
    try:
        model = load_from_checkpoint(str(path))
    except Exception as error:
        return {"error": f"cannot load the COMET model {path}: {error}"}
    how = {"batch_size": 8, "gpus": 0, "num_workers": 0, "progress_bar": False}
    prediction = model.predict(question["data"], **how)
    return {"scores": [float(s) for s in prediction["scores"]], "version": version("unbabel-comet")}


if __name__ == "__main__":
    question = json.loads(Path(sys.argv[1]).read_text("utf-8"))
    Path(sys.argv[2]).write_text(json.dumps(answer(question)), "utf-8")
