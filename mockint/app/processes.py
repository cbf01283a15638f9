"""Several processes of this program that compute, and end when this one does."""

import os
import signal
import threading
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager, suppress
from multiprocessing import active_children, get_context, parent_process
from pathlib import Path

MOST_PROCESSES = 16
_MEMORY_EACH = 1_300_000_000
_MEMORY = Path("/proc/meminfo")


@contextmanager
def processes(count: int) -> Iterator[ProcessPoolExecutor]:
    """A pool of processes; where the block fails or is left early, they are ended at once."""
    # What a fork would take along, locks and threads of libraries, can hang the child.
    spawn = get_context("spawn")
    pool = ProcessPoolExecutor(count, mp_context=spawn, initializer=_follow_parent)
    try:
        yield pool
    except BaseException:
        # Nobody waits for answers that are no longer wanted.
        for process in active_children():
            process.terminate()
        raise
    finally:
        pool.shutdown(cancel_futures=True)


@contextmanager
def deaf() -> Iterator[None]:
    """Processes started meanwhile never hear Ctrl-C: they leave it to this one, and say nothing."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def affordable() -> int:
    """How many grading processes this machine has cores and free memory for; at least 1."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return max(1, min(cores or 1, _free_memory() // _MEMORY_EACH, MOST_PROCESSES))


def _free_memory() -> int:
    """Bytes that can be had without swapping; where nobody says, enough for any number."""
    with suppress(OSError, ValueError, IndexError):
        for line in _MEMORY.read_text(encoding="ascii").splitlines():
            if line.startswith("MemAvailable:"):
                return int(line.split()[1]) * 1024
    return MOST_PROCESSES * _MEMORY_EACH


def _follow_parent() -> None:
    """End this process when the one that started it does, however that ended."""
    parent = parent_process()
    if parent is not None:

        def follow() -> None:
            parent.join()
            os._exit(1)

        threading.Thread(target=follow, daemon=True).start()
