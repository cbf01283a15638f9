"""What a person may set, as a frozen value; read from a TOML file at the edge."""

import json
import os
import tempfile
import tomllib
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field, fields, replace
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

from mockint.domain.errors import StorageError
from mockint.domain.language import Language
from mockint.domain.question import Level

MAX_BYTES = 256 * 1024


@dataclass(frozen=True, slots=True)
class Settings:
    """What a person chose; every value has a default that works.

    Attributes:
        encoder: What compares meanings: ``default``, or any encoder folder or name.
        theme: Name of the colour theme.
        language: The language that sessions start in.
        level: The level that sessions draw from; None means all.
        topics: The topics that sessions draw from; empty means all.
        count: How many questions a session has.
        minutes: How long an interview takes.
        packs: Folders and zip files with further questions and rubrics.
        keymap: Keys by action id, in place of the usual ones; several are joined by commas.
    """

    encoder: str = "default"
    theme: str = "mockint-dark"
    language: Language = Language.EN
    level: Level | None = None
    topics: tuple[str, ...] = ()
    count: int = 5
    minutes: float = 20.0
    packs: tuple[Path, ...] = ()
    keymap: Mapping[str, str] = field(default_factory=dict)


KEYS = tuple(item.name for item in fields(Settings))


def load_settings(path: Path) -> tuple[Settings, tuple[str, ...]]:
    """The settings in ``path``, and one sentence per value that could not be used.

    A value that is wrong keeps its default; a file that is missing, or wrong as a whole, gives the
    defaults throughout. Folders of ``packs`` are relative to the file's own folder.
    """
    try:
        data = _read(path)
    except FileNotFoundError:
        return Settings(), ()
    except (OSError, ValueError, RecursionError) as error:
        why = _one_line(str(getattr(error, "strerror", None) or error))
        return Settings(), (f"Settings not used, defaults instead: {path}: {why}.",)
    # pydantic takes about 50 ms to import: only a person who has settings pays it.
    from mockint.app.settings_schema import checked  # noqa: PLC0415

    values, complaints = checked(data)
    if "packs" in values:
        values["packs"] = tuple(_pack(path.parent, item) for item in values["packs"])
    notices = tuple(f"Setting not used: {path}: {complaint}" for complaint in complaints)
    return replace(Settings(), **values), notices


def save_settings(path: Path, settings: Settings) -> None:
    """Write ``settings`` in one step: a reader sees the old file or the new one.

    Keys that this version does not know are kept, so that an older mockint does not undo a newer
    one; comments are not. A file that does not parse is kept beside the new one as ``.broken``.

    Raises:
        StorageError: The file cannot be written.
    """
    path = path.resolve()  # settings are often a link into a folder of dotfiles: keep the link
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        unknown = _unknown_keys(path)
        _replace_file(path, _toml(_plain(settings) | unknown))
    except (OSError, UnicodeEncodeError) as error:
        why = getattr(error, "strerror", None) or str(error)
        raise StorageError(f"Cannot save settings to {path}: {why}.") from error


def _read(path: Path) -> dict[str, Any]:
    with path.open("rb") as file:
        raw = file.read(MAX_BYTES + 1)
    if len(raw) > MAX_BYTES:
        raise ValueError("the file is larger than 256 KiB")
    try:
        return tomllib.loads(raw.decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise ValueError("the file is not UTF-8 text; save it as UTF-8") from None


def _pack(folder: Path, item: str) -> Path:
    try:
        return folder / Path(item).expanduser()
    except RuntimeError:  # "~somebody" who does not exist: named as written, reported by the bank
        return folder / item


def _one_line(text: str) -> str:
    return " ".join("".join(c if c.isprintable() else " " for c in text).split()).rstrip(".")


def _unknown_keys(path: Path) -> dict[str, Any]:
    try:
        data = _read(path)
    except FileNotFoundError:
        return {}
    except (ValueError, RecursionError):
        path.replace(path.with_name(path.name + ".broken"))
        return {}
    return {key: value for key, value in data.items() if key not in KEYS}


def _plain(settings: Settings) -> dict[str, Any]:
    values: dict[str, Any] = {
        "encoder": settings.encoder,
        "theme": settings.theme,
        "language": settings.language.value,
        "topics": list(settings.topics),
        "count": settings.count,
        "minutes": settings.minutes,
        "packs": [str(pack) for pack in settings.packs],
        "keymap": dict(settings.keymap),
    }
    if settings.level is not None:  # TOML has no null: "all levels" is the key left out
        values["level"] = settings.level.value
    return values


def _toml(values: Mapping[str, Any]) -> str:
    """A TOML document of one line per key."""
    named = ((key if key in KEYS else _string(key), value) for key, value in values.items())
    return "".join(f"{key} = {_value(value)}\n" for key, value in named)


def _value(value: Any) -> str:
    match value:
        case bool():
            return "true" if value else "false"
        case int() | float():
            return repr(value)
        case datetime() | date() | time():
            return value.isoformat()
        case list():
            return f"[{', '.join(map(_value, value))}]"
        case dict():
            return "{" + ", ".join(f"{_string(k)} = {_value(v)}" for k, v in value.items()) + "}"
        case _:
            return _string(str(value))


def _string(text: str) -> str:
    # JSON strings are TOML basic strings, save that TOML wants U+007F escaped. Non-ASCII text stays
    # as it is: JSON would escape characters beyond the BMP as surrogates, which TOML refuses.
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007F")


def _replace_file(path: Path, text: str) -> None:
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")  # owner-only
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(path)
    except BaseException:
        with suppress(OSError):
            Path(name).unlink()
        raise
