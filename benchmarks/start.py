"""How long mockint takes from the command to a home screen that takes keys.

    python benchmarks/start.py [--runs 7] [--sizes 10 260 10000]

Makes packs of several sizes in a temporary folder (copies of one shipped question under new ids,
spread over all topics), opens the app with each in a pseudo-terminal of 100 by 30, and measures the
time until home shows how many questions there are, which is the last thing it draws: by then it
takes keys. ``cold`` is the first start, which compiles the index; ``warm`` is the median of those
that follow. The encoder is the one without a model, and every run has a home of its own per size.
Ratios are to the shipped questions alone.

On two cores shared with other jobs (Python 3.11, Linux, load 3 to 4, 7 warm starts each)::

    pack of          cold     warm    (least, most)    warm, of the shipped
    none            1.23 s  0.670 s   (0.643, 0.708)    1.00
    10              1.29 s  0.669 s   (0.644, 0.696)    1.00
    260             1.62 s  0.693 s   (0.662, 0.701)    1.03
    10000          19.91 s  0.761 s   (0.695, 0.781)    1.13
"""

import argparse
import fcntl
import os
import pty
import re
import select
import signal
import statistics
import struct
import sys
import tempfile
import termios
import time
from pathlib import Path

ROOT = Path(__file__).parents[1]
MODEL = ("lora", "lora-idea")
PATIENCE = 300.0
_ESCAPES = re.compile(
    rb"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|P[^\x1b]*\x1b\\|.)"
)
_COUNTED = re.compile(rb"\d+ questions? in \d+ topics?")


def make_pack(folder: Path, size: int) -> Path:
    """A pack of ``size`` questions that pass the check."""
    topic, name = MODEL
    topics = sorted(entry.name for entry in (ROOT / "questions").iterdir() if entry.is_dir())
    for part in ("questions", "rubrics"):
        text = (ROOT / part / topic / f"{name}.toml").read_text(encoding="utf-8")
        for number in range(size):
            target, made = topics[number % len(topics)], f"made-{number:05}"
            file = folder / part / target / f"{made}.toml"
            file.parent.mkdir(parents=True, exist_ok=True)
            changed = text.replace(f'"{name}"', f'"{made}"').replace(
                f'topic = "{topic}"', f'topic = "{target}"'
            )
            file.write_text(changed, encoding="utf-8")
    return folder


def start(home: Path, arguments: list[str]) -> float:
    """Seconds from the command to home; the app is killed there."""
    began = time.perf_counter()
    pid, end = pty.fork()
    if pid == 0:
        os.chdir(ROOT)
        environment = os.environ | {
            "MOCKINT_HOME": str(home),
            "TERM": "xterm-256color",
            "PYTHONPATH": str(ROOT),
        }
        command = [sys.executable, "-m", "mockint", *arguments]
        os.execve(sys.executable, command, environment)  # noqa: S606 - no shell is wanted
    fcntl.ioctl(end, termios.TIOCSWINSZ, struct.pack("HHHH", 30, 100, 0, 0))
    output = b""
    try:
        while not _COUNTED.search(_ESCAPES.sub(b"", output)):
            left = began + PATIENCE - time.perf_counter()
            if left < 0 or not select.select([end], [], [], left)[0]:
                sys.exit("home did not come up")
            output += os.read(end, 65536)
        return time.perf_counter() - began
    finally:
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
        os.close(end)


def measure(home: Path, arguments: list[str], runs: int) -> tuple[float, list[float]]:
    """The first start, and those that follow."""
    (home / "config").mkdir(parents=True)
    (home / "config" / "config.toml").write_text('encoder = "hashing"\n', encoding="utf-8")
    return start(home, arguments), [start(home, arguments) for _ in range(runs)]


def main() -> None:
    """Measure and print a table."""
    parser = argparse.ArgumentParser(description="Measure the start of the app.")
    parser.add_argument("--runs", type=int, default=7, help="warm starts of each size")
    parser.add_argument("--sizes", type=int, nargs="*", default=[10, 260, 10_000])
    options = parser.parse_args()
    print("pack of          cold     warm    (least, most)    warm, of the shipped")
    with tempfile.TemporaryDirectory(prefix="mockint-start-") as name:
        folder = Path(name)
        base = 0.0
        for size in (0, *options.sizes):
            arguments = []
            if size:
                arguments = ["--pack", str(make_pack(folder / f"pack-{size}", size))]
            cold, warm = measure(folder / f"home-{size}", arguments, options.runs)
            median = statistics.median(warm)
            base = base or median
            print(
                f"{size or 'none':<12} {cold:7.2f} s {median:6.3f} s"
                f"   ({min(warm):.3f}, {max(warm):.3f})  {median / base:6.2f}"
            )


if __name__ == "__main__":
    main()
