"""duizhao: Chinese documents in, a Chinese-English parallel corpus out."""

from pathlib import Path

# In a checkout the subpackages lie next to this folder; an installed package has them inside it.
_checkout = Path(__file__).resolve().parent.parent
if (_checkout / "pyproject.toml").is_file():
    __path__.append(str(_checkout))
