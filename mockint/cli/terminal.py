"""What the command line writes: plain text in which nothing can steer the terminal, and JSON."""

import io
import json
import re
import shutil
import sys
import unicodedata
from typing import Any, TextIO

_ODD = re.compile(r"[^\x20-\x7e\n]")


def make_printable(stream: TextIO) -> None:
    """Let the stream replace what its encoding lacks, rather than fail over it."""
    if isinstance(stream, io.TextIOWrapper):
        stream.reconfigure(errors="backslashreplace")


def visible(text: str) -> str:
    """The text with every character that could steer a terminal made visible; newlines stay."""
    # The screens have the same need; their module imports no widgets, and is imported late all the
    # same so that a command that prints no content does not pay for it.
    from mockint.tui.text import visible as made_visible  # noqa: PLC0415

    return made_visible(text)


def one_line(text: str) -> str:
    """The text on one line, made visible."""
    return " ".join(visible(text).split())


def say(sentence: str) -> None:
    """One line on stderr, in the program's name."""
    sys.stderr.write(f"mockint: {one_line(sentence)}\n")
    sys.stderr.flush()


def show(text: str = "") -> None:
    """Lines of plain text on stdout."""
    sys.stdout.write(f"{visible(text)}\n")


def show_json(value: object) -> None:
    """A value as indented JSON on stdout."""
    sys.stdout.write(f"{json_text(value, indent=2)}\n")


def json_text(value: object, *, indent: int | None = None) -> str:
    """JSON that any reader takes and no terminal minds: text as it is, all else escaped.

    Raises:
        ValueError: A number in it is not finite.
        RecursionError: It is nested too deeply.
    """
    text = json.dumps(value, ensure_ascii=False, allow_nan=False, indent=indent)
    return _ODD.sub(_escaped, text)


def _escaped(match: re.Match[str]) -> str:
    character = match[0]
    return character if character.isprintable() else json.dumps(character)[1:-1]


def width(default: int = 80) -> int:
    """How many cells a line may take; no limit where nobody looks."""
    return shutil.get_terminal_size((default, 24)).columns if sys.stdout.isatty() else 10_000


def shortened(text: str, cells: int) -> str:
    """The text cut to a number of terminal cells; a Chinese character takes two."""
    used = 0
    for index, character in enumerate(text):
        used += _cells(character)
        if used > cells:
            return _without_last(text[:index]) + "…"
    return text


def _without_last(text: str) -> str:
    return text[:-1].rstrip()


def _cells(character: str) -> int:
    if unicodedata.combining(character):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


def heading(text: str) -> str:
    """A title with a line below it, as long as the title is wide."""
    return f"{text}\n{'-' * sum(map(_cells, text))}"


def plain_value(value: Any) -> Any:
    """A domain value as dictionaries, lists and strings."""
    from dataclasses import fields, is_dataclass  # noqa: PLC0415 - 8 ms, for JSON alone
    from enum import Enum  # noqa: PLC0415 - likewise

    if isinstance(value, Enum):
        return value.value
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: plain_value(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, tuple | list):
        return [plain_value(item) for item in value]
    return value
