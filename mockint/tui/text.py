"""From values to what a person reads: safe characters, clocks, dates, scores. No widgets."""

import math
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

from mockint.domain.grade import Band

_CIRCLED_ONE = 0x2460  # ①
_CIRCLED_COUNT = 20
_KEPT = frozenset("\n\t")
# Characters that reorder or hide their neighbours: an answer must read in the order it is stored.
_REORDERING = frozenset("\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff")


def visible(text: str) -> str:
    """The text with every character that could steer a terminal made visible.

    The length never changes, so offsets into the text stay right. Newline and tab stay.
    """
    if text.isprintable():
        return text
    return "".join(map(_visible_character, text))


def _visible_character(character: str) -> str:
    if character in _KEPT or character.isprintable():
        return character
    code = ord(character)
    if code < 0x20:
        return chr(0x2400 + code)
    if code == 0x7F:
        return "\u2421"
    if character in _REORDERING or unicodedata.category(character) in {"Cc", "Cs"}:
        return "\ufffd"
    return character


def one_line(text: str, limit: int = 200) -> str:
    """The text on one line, without Markdown's marks, cut at ``limit`` characters."""
    flat = " ".join(visible(text[: 4 * limit]).split())
    for mark in ("**", "`"):
        flat = flat.replace(mark, "")
    return flat if len(flat) <= limit else flat[: limit - 1].rstrip() + "…"


def clock(seconds: float) -> str:
    """A countdown, ``04:12``; never negative, rounded up so that 0:00 means over."""
    left = max(0, math.ceil(seconds))
    hours, rest = divmod(left, 3600)
    minutes, second = divmod(rest, 60)
    return f"{hours}:{minutes:02}:{second:02}" if hours else f"{minutes:02}:{second:02}"


def duration(seconds: float) -> str:
    """Time spent, as a person says it: ``45 s``, ``3 min 12 s``, ``1 h 05 min``."""
    whole = max(0, round(seconds))
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        minutes, second = divmod(whole, 60)
        return f"{minutes} min {second:02} s" if second else f"{minutes} min"
    hours, rest = divmod(whole, 3600)
    return f"{hours} h {rest // 60:02} min"


def day(moment: datetime, now: datetime) -> str:
    """When something was, in the person's own time zone: ``Today 14:02``, ``3 Mar 09:15``."""
    local, today = moment.astimezone(), now.astimezone()
    days = (today.date() - local.date()).days
    if days == 0:
        return f"Today {local:%H:%M}"
    if days == 1:
        return f"Yesterday {local:%H:%M}"
    if local.year == today.year:
        return f"{local.day} {local:%b} {local:%H:%M}"
    return f"{local.day} {local:%b} {local.year}"


def shown_score(score: float) -> int:
    """The score as a whole number that never contradicts its band (84.6 is good, so not 85)."""
    rounded = round(score)
    return rounded if Band.of(rounded) is Band.of(score) else math.floor(score)


def number_mark(number: int) -> str:
    """The mark that links evidence to its key point: ①, ②, … and (21) beyond twenty."""
    if 1 <= number <= _CIRCLED_COUNT:
        return chr(_CIRCLED_ONE + number - 1)
    return f"({number})"


def bar(share: float, width: int) -> str:
    """A bar of ``width`` cells for a share of 0 to 1, with eighths of a cell."""
    eighths = round(max(0.0, min(1.0, share)) * width * 8)
    full, part = divmod(eighths, 8)
    return "█" * full + (" ▏▎▍▌▋▊▉"[part] if part else "")


@dataclass(frozen=True, slots=True)
class Mark:
    """A stretch of an answer to point out.

    Attributes:
        start: Offset of its first character.
        end: Offset behind its last character.
        label: What stands before it: number and symbol.
        style: The style of the stretch.
    """

    start: int
    end: int
    label: str
    style: str


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of an answer that carries the same marks.

    Attributes:
        text: The characters, made visible.
        labels: Labels of the marks that begin here.
        style: Style of the first mark that covers it; empty outside all marks.
    """

    text: str
    labels: tuple[str, ...]
    style: str


def pieces(text: str, marks: Sequence[Mark]) -> tuple[Piece, ...]:
    """The answer cut wherever a mark begins or ends; joined again it is the answer."""
    size = len(text)
    inside = [m for m in marks if 0 <= m.start < m.end <= size]
    cuts = sorted({0, size, *(m.start for m in inside), *(m.end for m in inside)})
    safe = visible(text)
    result = []
    for start, end in pairwise(cuts):
        covering = [m for m in inside if m.start <= start and end <= m.end]
        labels = tuple(m.label for m in inside if m.start == start)
        result.append(Piece(safe[start:end], labels, covering[0].style if covering else ""))
    return tuple(result)
