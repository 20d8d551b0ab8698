"""Several image files on the command line are the pages of one document.

    path = one_document(["page-1.png", "page-2.png"], limits)

Other files are never joined: two documents in one command are a mistake.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Sequence
from pathlib import Path

from duizhao.corpus.errors import InputError, MissingFile, unreadable, writing
from duizhao.corpus.paths import cache_folder
from duizhao.corpus.reading.bounds.files import IMAGES, archive
from duizhao.corpus.reading.bounds.limits import Limits
from duizhao.corpus.reading.scan.images import natural
from duizhao.corpus.replacing import replacing


def one_document(files: Sequence[str], limits: Limits, hint: str = "") -> str:
    """The path of the only file, or of a zip archive of several images in the cache folder.

    The order is as given; the alphabetical order of a shell pattern becomes the natural one, with
    page-2 before page-10. InputError if there are several files and one of them is not an image;
    `hint` ends its message.
    """
    if len(files) == 1:
        return files[0]
    paths = [Path(file) for file in files]
    for path in paths:
        if not path.name.lower().endswith(IMAGES):
            raise InputError(
                f"{path}: several files are one document only if all are images "
                f"({', '.join(IMAGES)}); give one file{hint}"
            )
        if not path.is_file():
            raise MissingFile(f"{path}: no such file")
    if files == sorted(files):
        paths.sort(key=lambda path: natural(str(path)))
    names = [path.name for path in paths]
    if names != sorted(set(names), key=natural):
        # the reader sorts the pages by their names
        width = len(str(len(names)))
        names = [f"{number:0{width}} {name}" for number, name in enumerate(names, 1)]
    name = document_name([path.stem for path in paths])
    try:
        data = archive(name, list(zip(names, paths, strict=True)), limits)
    except OSError as error:
        raise unreadable(paths[0], error) from None
    out = cache_folder() / "pages" / hashlib.sha256(data).hexdigest()[:16] / f"{name}.zip"
    with writing(out), replacing(out) as temporary:
        temporary.write_bytes(data)
    return str(out)


def document_name(stems: Sequence[str]) -> str:
    """What the names of the pages have in common, without the numbers of the pages."""
    common = os.path.commonprefix(list(stems))  # noqa: RUF071, of names, not of paths
    common = common.rstrip("0123456789").rstrip(" -_.(")
    return common or stems[0]
