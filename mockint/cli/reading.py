"""Reading the questions, with a line on stderr where that takes a while."""

import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from mockint.cli.progress import Progress, left

if TYPE_CHECKING:
    from mockint.app.settings import Settings
    from mockint.domain.ports import Bank

_SILENT = 0.4
_EVERY = 0.2


@contextmanager
def reading(
    stream: TextIO | None = None, now: Callable[[], float] = time.monotonic
) -> Iterator[Callable[[int, int], None]]:
    """What to call with the number of files read and to be read, pack by pack.

    A terminal shows it once it has taken 0.4 s, and nothing is left behind.

    Args:
        stream: Where to write; stderr by default.
        now: Seconds since some fixed moment.
    """
    progress = Progress(stream or sys.stderr, None, now)
    began = told = now()
    shown = False

    def watch(done: int, total: int) -> None:
        nonlocal began, told, shown
        moment = now()
        if done == 0:
            began = moment
        if moment - began < _SILENT or (shown and moment - told < _EVERY):
            return
        rest = round((moment - began) / max(done, 1) * (total - done))
        progress.note(f"reading questions: {done:,} of {total:,} files · {left(rest)} left")
        told, shown = moment, True

    try:
        yield watch
    finally:
        if shown:
            progress.end()


def opened_bank(settings: "Settings", packs: Sequence[Path]) -> "Bank":
    """The bank, opened while a terminal is told how far that has come."""
    from mockint.app.bootstrap import build_bank  # noqa: PLC0415 - the screens' start has its own

    with reading() as watch:
        return build_bank(settings, packs, watch)
