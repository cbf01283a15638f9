"""How far a long command has come, on one line of a terminal."""

import time
from collections.abc import Callable
from typing import TextIO

_EVERY = 0.2


class Progress:
    """Count, rate and time left, written over itself; silent where ``stream`` is no terminal."""

    def __init__(
        self, stream: TextIO, total: int | None, now: Callable[[], float] = time.monotonic
    ) -> None:
        """Begins now.

        Args:
            stream: Where to write, usually stderr.
            total: How many there are; None where nobody knows.
            now: Seconds since some fixed moment.
        """
        self._stream = stream
        self._total = total
        self._now = now
        self._on = stream.isatty()
        self._done = 0
        self._began: float | None = None
        self._written_at = float("-inf")

    def note(self, text: str) -> None:
        """Say what is going on before anything is counted."""
        self._write(text)

    def begin(self) -> None:
        """Let the rate count from here: what came before was loading."""
        if self._began is None:
            self._began = self._now()
            self._total = None if self._total is None else max(self._total - self._done, 0)
            self._done = 0

    def step(self) -> None:
        """One more is done."""
        self._done += 1
        if self._now() - self._written_at >= _EVERY:
            self._write(self._line())

    def end(self) -> None:
        """Leave an empty line behind."""
        self._write("")

    def _line(self) -> str:
        counted = str(self._done) if self._total is None else f"{self._done} of {self._total}"
        if self._began is None:
            return counted
        rate = self._done / max(self._now() - self._began, 1e-6)
        line = f"{counted} · {rate:.1f} a second"
        if self._total is None or self._done > self._total:
            return line
        return f"{line} · {left(round((self._total - self._done) / rate))} left"

    def _write(self, text: str) -> None:
        if self._on:
            self._stream.write(f"\r\x1b[K{text}")
            self._stream.flush()
            self._written_at = self._now()


def left(seconds: int) -> str:
    """A time to wait, as a person says it."""
    if seconds < 60:
        return f"{seconds} s"
    if seconds < 3600:
        return f"{seconds // 60} min {seconds % 60:02} s"
    return f"{seconds // 3600} h {seconds % 3600 // 60:02} min"
