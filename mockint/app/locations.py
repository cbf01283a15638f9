"""Where mockint keeps things; one function per place, nothing is created by asking.

The environment variable ``MOCKINT_HOME`` moves every place below one folder. Otherwise they are
where the platform wants them.
"""

import os
from pathlib import Path
from typing import Literal

from mockint.content.shipped import shipped_pack
from mockint.domain.errors import StorageError

HOME_VARIABLE = "MOCKINT_HOME"

_Place = Literal["data", "cache", "config", "log"]


def data_folder() -> Path:
    """Where sessions are kept."""
    return _place("data")


def packs_folder() -> Path:
    """Where a person puts packs of questions; it need not exist."""
    return data_folder() / "packs"


def cache_folder() -> Path:
    """Where things lie that can be made again: converted encoder, index of the bank."""
    return _place("cache")


def config_folder() -> Path:
    """Where settings are kept."""
    return _place("config")


def log_folder() -> Path:
    """Where logs are written."""
    return _place("log")


def settings_file() -> Path:
    """The settings, a TOML file that need not exist."""
    return config_folder() / "config.toml"


def database_file() -> Path:
    """The database of sessions."""
    return data_folder() / "mockint.db"


def log_file() -> Path:
    """What the grading process and the app write down when something goes wrong."""
    return log_folder() / "mockint.log"


def content_cache() -> Path:
    """The compiled index of questions and rubrics."""
    return cache_folder() / "content"


def encoder_cache() -> Path:
    """The converted encoder."""
    return cache_folder() / "encoders"


def vector_cache() -> Path:
    """What the encoder made of the questions' wordings."""
    return cache_folder() / "vectors"


def shipped_bank() -> Path:
    """The pack that comes with mockint.

    Raises:
        ContentError: The installation lacks it.
    """
    return shipped_pack()


def private_folder(path: Path) -> Path:
    """``path`` as a folder that its owner alone can enter, made if need be with those above it.

    Raises:
        StorageError: It cannot be made, or belongs to somebody else.
    """
    try:
        # A parent that others can write to would let them put a folder of theirs in place of this
        # one; those that were there already are the person's own affair.
        for folder in reversed((path, *path.parents)):
            folder.mkdir(mode=0o700, exist_ok=True)
        if path.stat().st_mode & 0o077:
            path.chmod(0o700)
    except OSError as error:
        why = error.strerror or str(error)
        raise StorageError(
            f"Cannot use the folder {path}: {why}. Make it writable, "
            f"or set {HOME_VARIABLE} to a folder of your own."
        ) from error
    return path


def _place(kind: _Place) -> Path:
    home = os.environ.get(HOME_VARIABLE, "").strip()
    if home:
        return Path(os.path.abspath(Path(home).expanduser())) / kind  # noqa: PTH100 -- no resolving of links
    # platformdirs takes about 12 ms to import, which a person with MOCKINT_HOME need not pay.
    import platformdirs  # noqa: PLC0415

    find = {
        "data": platformdirs.user_data_path,
        "cache": platformdirs.user_cache_path,
        "config": platformdirs.user_config_path,
        "log": platformdirs.user_log_path,
    }[kind]
    return find("mockint", appauthor=False)
