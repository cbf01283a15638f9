"""A pack by its path: a folder or a zip file."""

import os
from pathlib import Path

from mockint.content.source import Folder, PackFiles, Part

ARCHIVE_SUFFIX = ".zip"

MAX_ARCHIVE = 64 * 1024 * 1024
"""The most bytes of a zip file, and of all that is in it, unpacked."""


def is_archive(path: Path) -> bool:
    """Whether a path is to be taken for a zip file, which need not be a sound one."""
    return path.suffix.lower() == ARCHIVE_SUFFIX and not path.is_dir()


def pack_of(place: Path) -> Path | None:
    """The pack that a folder or file is or lies in; None where it lies in none."""
    parts = {part.value for part in Part}
    if is_archive(place):
        return place
    if place.is_dir():
        if any((place / part).is_dir() for part in parts):
            return place
        folders = [place, place.parent]
    else:
        folders = [place.parent.parent] if place.suffix == ".toml" else []
    return next((folder.parent for folder in folders if folder.name in parts), None)


def pack_files(path: Path) -> PackFiles:
    """The files of the pack at ``path``; that there is none is a problem of its listing."""
    place = Path(os.path.realpath(path))
    if not is_archive(place):
        return Folder(place)
    # zipfile and what it imports take 10 ms, which those with folders need not pay.
    from mockint.content.archive import Archive  # noqa: PLC0415

    return Archive(place)


def found_packs(folder: Path) -> tuple[Path, ...]:
    """The folders and zip files in a folder of packs, by name; none where there is no folder."""
    try:
        entries = sorted(folder.iterdir())
    except OSError:
        return ()
    return tuple(
        entry
        for entry in entries
        if not entry.name.startswith(".") and (entry.is_dir() or is_archive(entry))
    )
