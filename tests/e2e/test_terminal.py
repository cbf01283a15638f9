"""The real app in a real terminal, from the first key to a clean end."""

import fcntl
import os
import pty
import re
import select
import signal
import struct
import sys
import termios
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from mockint.storage.sessions import SqliteSessionStore

ROOT = Path(__file__).parents[2]
PATIENCE = 15.0
_ESCAPES = re.compile(
    rb"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|P[^\x1b]*\x1b\\|.)"
)
ANSWER = "The low-rank update answer 低秩更新 [red] is safe."


class Terminal:
    """One run of mockint in a pseudo-terminal of 100 by 30."""

    def __init__(self, home: Path) -> None:
        self.output = b""
        self.pid, self.end = pty.fork()
        if self.pid == 0:  # pragma: no cover - this is the child
            os.chdir(ROOT)
            environment = os.environ | {
                "MOCKINT_HOME": str(home),
                "TERM": "xterm-256color",
                "TEXTUAL_ANIMATIONS": "none",
                "PYTHONPATH": str(ROOT),
            }
            environment.pop("NO_COLOR", None)
            os.execve(sys.executable, [sys.executable, "-m", "mockint"], environment)  # noqa: S606
        fcntl.ioctl(self.end, termios.TIOCSWINSZ, struct.pack("HHHH", 30, 100, 0, 0))
        self.status: int | None = None

    def type(self, text: str) -> None:
        """Press keys."""
        os.write(self.end, text.encode())

    def read(self, seconds: float) -> None:
        """Take what the app writes within a time, or until it has ended."""
        stop = time.monotonic() + seconds
        while (left := stop - time.monotonic()) > 0:
            if not select.select([self.end], [], [], left)[0]:
                return
            try:
                part = os.read(self.end, 65536)
            except OSError:  # the other end is closed
                return
            if not part:
                return
            self.output += part

    def wait_for(self, words: str) -> None:
        """Until the words have been on screen since the last ``forget``."""
        stop = time.monotonic() + PATIENCE
        while words not in self.text:
            if time.monotonic() > stop:
                pytest.fail(f"{words!r} did not show up in:\n{self.text[-3000:]}")
            self.read(0.05)

    @property
    def text(self) -> str:
        """What was written, without the terminal's commands."""
        return _ESCAPES.sub(b"", self.output).decode("utf-8", "replace")

    def forget(self) -> None:
        """Look only at what comes from here on."""
        self.output = b""

    def wait_end(self) -> float:
        """Seconds until the app has ended."""
        began = time.monotonic()
        while self.status is None and time.monotonic() - began < PATIENCE:
            self.read(0.02)
            self._reap()
        if self.status is None:
            pytest.fail("the app did not end")
        took = time.monotonic() - began
        self.read(0.1)
        return took

    def kill(self) -> None:
        """As `kill -9` does it."""
        os.kill(self.pid, signal.SIGKILL)
        self.wait_end()

    def close(self) -> None:
        """Leave nothing behind."""
        if self.status is None:
            self.kill()
        os.close(self.end)

    def _reap(self) -> None:
        pid, status = os.waitpid(self.pid, os.WNOHANG)
        if pid:
            self.status = os.waitstatus_to_exitcode(status)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A home whose settings ask for the encoder without a model."""
    folder = tmp_path / "home"
    (folder / "config").mkdir(parents=True)
    (folder / "config" / "config.toml").write_text('encoder = "hashing"\n', encoding="utf-8")
    return folder


@pytest.fixture
def started(home: Path) -> Iterator[list[Terminal]]:
    """Every terminal of a test, closed at its end."""
    terminals: list[Terminal] = []
    yield terminals
    for terminal in terminals:
        terminal.close()


def start(home: Path, started: list[Terminal]) -> Terminal:
    terminal = Terminal(home)
    started.append(terminal)
    terminal.wait_for("Interview")
    return terminal


def drafts(home: Path) -> list[str]:
    store = SqliteSessionStore.open(home / "data" / "mockint.db")
    try:
        return [state.draft.text for state in store.unfinished()]
    finally:
        store.close()


def test_answer_survives_kill_9(home: Path, started: list[Terminal]) -> None:
    """What was typed a second before the app is killed is there at the next start."""
    first = start(home, started)
    first.read(0.5)
    first.type("i")
    first.read(0.5)
    first.type("\r")
    first.wait_for("1 of 5")
    first.read(0.5)
    first.type(ANSWER)
    first.read(1.0)
    first.kill()

    assert drafts(home) == [ANSWER]

    second = start(home, started)
    second.wait_for("Resume")
    second.type("r")
    second.wait_for("low-rank update answer 低秩更新 [red] is safe.")


def test_quitting_is_quick_and_clean(home: Path, started: list[Terminal]) -> None:
    """Quitting takes under half a second, shows the cursor and gives the screen back."""
    terminal = start(home, started)
    terminal.forget()
    terminal.type("q")
    took = terminal.wait_end()

    assert terminal.status == 0
    assert took < 0.5
    assert b"\x1b[?1049l" in terminal.output
    assert b"\x1b[?25h" in terminal.output
    assert _ESCAPES.sub(b"", terminal.output.rpartition(b"\x1b[?1049l")[2]).strip() == b""


def test_grader_ends_with_the_app(home: Path, started: list[Terminal]) -> None:
    """No process of ours outlives an app that was killed."""
    terminal = start(home, started)
    stop = time.monotonic() + PATIENCE
    while not (workers := children_of(terminal.pid)) and time.monotonic() < stop:
        terminal.read(0.05)
    assert workers
    terminal.kill()
    while any(Path(f"/proc/{pid}").exists() for pid in workers) and time.monotonic() < stop:
        time.sleep(0.05)

    assert not any(Path(f"/proc/{pid}").exists() for pid in workers)


def children_of(pid: int) -> list[int]:
    path = Path(f"/proc/{pid}/task/{pid}/children")
    if not path.exists():
        pytest.skip("needs a kernel that lists a process's children")
    return [int(child) for child in path.read_text().split()]
