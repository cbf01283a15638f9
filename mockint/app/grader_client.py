"""The app's end of the grading process."""

import asyncio
import contextlib
import os
import re
import signal
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from mockint.domain.answer import Answer
from mockint.domain.errors import GradingError
from mockint.domain.grade import Grade
from mockint.domain.ports import GraderStage, GraderStatus
from mockint.domain.question import Question
from mockint.domain.rubric import Rubric
from mockint.grading import wire

_MAX_LINE = 64 * 1024 * 1024
_TRIES = 2
_SURROGATES = re.compile("[\ud800-\udfff]")


def worker_command(encoder: str, cache: Path, vectors: Path | None = None) -> tuple[str, ...]:
    """How the grading process is started; -P keeps the working directory out of its imports."""
    return (
        *(sys.executable, "-P", "-m", "mockint.grading.worker"),
        *("--encoder", encoder, "--cache", str(cache)),
        *(() if vectors is None else ("--vectors", str(vectors))),
    )


@dataclass(slots=True, eq=False)
class _Waiting:
    """An answer without a grade yet, and how often the process died over it."""

    request: wire.GradeRequest
    done: asyncio.Future[Grade]
    deaths: int = 0


class _Process(asyncio.Protocol):
    """A running worker: cuts what it says into lines, and ends it for good."""

    def __init__(
        self,
        child: "subprocess.Popen[bytes]",
        on_line: Callable[["_Process", bytes], None],
        on_end: Callable[["_Process"], None],
    ) -> None:
        self._child = child
        self._on_line = on_line
        self._on_end = on_end
        self._rest = bytearray()
        self._reader: asyncio.BaseTransport | None = None
        self._writer: asyncio.WriteTransport | None = None
        self._ended = False

    async def connect(self) -> None:
        """Tie the process's pipes to the event loop."""
        loop = asyncio.get_running_loop()
        self._writer, _ = await loop.connect_write_pipe(asyncio.BaseProtocol, self._child.stdin)
        await loop.connect_read_pipe(lambda: self, self._child.stdout)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._reader = transport

    def data_received(self, data: bytes) -> None:
        self._rest += data
        if b"\n" in data:
            *lines, rest = self._rest.split(b"\n")
            self._rest = bytearray(rest)
            for line in lines:
                self._on_line(self, bytes(line))
        if len(self._rest) > _MAX_LINE:
            self.end()

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - the protocol's form
        self.end()
        self.release(loop_closed=False)
        self._on_end(self)

    def write(self, line: bytes) -> None:
        """Send a line; one sent to a dead process is lost."""
        if self._writer is not None and not self._writer.is_closing():
            self._writer.write(line)

    def end(self) -> None:
        """Kill the process with its children; waits for nothing and may be called twice."""
        if self._ended:
            return
        self._ended = True
        # It leads a process group of its own, which may be gone already.
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self._child.pid, signal.SIGKILL)
        # Freeing its memory can take a while: somebody else waits for that, and takes its exit
        # status so that no zombie remains.
        threading.Thread(target=self._child.wait, daemon=True).start()

    def release(self, *, loop_closed: bool) -> None:
        """Close the pipes."""
        if not loop_closed:
            if self._writer is not None and not self._writer.is_closing():
                self._writer.abort()
            if self._reader is not None:
                self._reader.close()
        for pipe, transport in (
            (self._child.stdin, self._writer),
            (self._child.stdout, self._reader),
        ):
            if pipe is not None and (transport is None or loop_closed):
                pipe.close()


class GraderProcess:
    """A GradingService: ``mockint.grading.worker`` in a process group of its own.

    Answers go to the process one at a time, so that when it dies it is known over which. That
    answer is tried once more in a new process; if that dies too, the answer fails and the others
    go on. A process that dies twice before it is ready is not started a third time.
    """

    def __init__(
        self,
        encoder: str,
        cache: Path,
        log: Path,
        *,
        vectors: Path | None = None,
        command: Sequence[str] | None = None,
    ) -> None:
        """Starts nothing yet.

        Args:
            encoder: The encoder setting.
            cache: Folder for unpacked models.
            log: File that takes what the process writes to stderr.
            vectors: Folder for what the encoder made of rubrics; None: that is not kept.
            command: What to start instead of the worker.
        """
        self._command = tuple(
            worker_command(encoder, cache, vectors) if command is None else command
        )
        self._log = log
        self._status = GraderStatus(GraderStage.OFF)
        self._listeners: list[Callable[[GraderStatus], None]] = []
        self._queue: deque[_Waiting] = deque()
        self._current: _Waiting | None = None
        self._process: _Process | None = None
        self._starting: asyncio.Task[None] | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._failed_starts = 0
        self._next_id = 0
        self._stopped = False

    @property
    def status(self) -> GraderStatus:
        """What it is doing now."""
        return self._status

    def watch(self, listener: Callable[[GraderStatus], None]) -> Callable[[], None]:
        """Call ``listener`` at every change; returns what stops that."""
        self._listeners.append(listener)

        def forget() -> None:
            if listener in self._listeners:
                self._listeners.remove(listener)

        return forget

    async def start(self) -> None:
        """Start the process unless it runs; returns at once, the model loads meanwhile."""
        self._stopped = False
        if self._process is None and self._starting is None:
            self._failed_starts = 0
            self._spawn_soon()

    async def grade(self, question: Question, rubric: Rubric, answer: Answer) -> Grade:
        """The grade, once the model is ready; waits for ``start`` if that has not come yet.

        Raises:
            GradingError: There can be no grade; its text says why.
        """
        if self._status.stage is GraderStage.FAILED:
            raise GradingError(self._status.note)
        if self._stopped:
            raise GradingError("grading has been stopped; start the program again")
        self._next_id += 1
        # Lone surrogates cannot travel as UTF-8; what replaces them keeps every offset.
        sendable = replace(answer, text=_SURROGATES.sub("\ufffd", answer.text))
        request = wire.GradeRequest(self._next_id, question, rubric, sendable)
        waiting = _Waiting(request, asyncio.get_running_loop().create_future())
        self._queue.append(waiting)
        self._advance()
        try:
            return await waiting.done
        finally:
            if waiting in self._queue:
                self._queue.remove(waiting)
            self._tell()

    def stop(self) -> None:
        """Kill the process at once; outstanding answers fail with GradingError."""
        self._stopped = True
        process, self._process = self._process, None
        starting, self._starting = self._starting, None
        loop_closed = self._loop is None or self._loop.is_closed()
        if process is not None:
            process.end()
            process.release(loop_closed=loop_closed)
        if not loop_closed:
            if starting is not None:
                starting.cancel()
            self._fail_all("grading was stopped before this answer had its grade")
        self._tell(GraderStage.OFF)

    def _spawn_soon(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._tell(GraderStage.IMPORTING)
        self._starting = self._loop.create_task(self._spawn())

    async def _spawn(self) -> None:
        try:
            self._process = _Process(self._open(), self._on_line, self._on_end)
        except OSError as error:
            self._fail(f"the grading process cannot be started ({error.strerror or error})")
        else:
            # The first message read or written costs 100 ms of imports, for which keys must not
            # wait; the process itself needs seconds before it says anything that matters.
            await asyncio.to_thread(_rehearse)
            await self._process.connect()
        finally:
            if self._starting is asyncio.current_task():
                self._starting = None
        self._advance()

    def _open(self) -> "subprocess.Popen[bytes]":
        self._log.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        log = os.open(self._log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        try:
            return subprocess.Popen(  # noqa: S603 - our own interpreter, or what a test names
                self._command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                start_new_session=True,
                bufsize=0,
            )
        finally:
            os.close(log)

    def _on_line(self, process: _Process, line: bytes) -> None:
        if process is not self._process:
            return
        try:
            reply = wire.decode_reply(line)
        except ValueError:
            # It no longer speaks our language; what follows cannot be trusted either.
            process.end()
            return
        match reply:
            case wire.StageReply(stage=GraderStage.FAILED, note=note):
                self._fail(note)
            case wire.StageReply(stage=stage, encoder=encoder, note=note):
                self._tell(stage, encoder, note)
                self._advance()
            case wire.Graded(id=number, grade=grade):
                if (waiting := self._take(number)) and not waiting.done.done():
                    waiting.done.set_result(grade)
                self._advance()
            case wire.Refused(id=number, why=why):
                # What could not be read can only be the one request that was sent.
                if waiting := self._take(number):
                    _refuse(waiting, why)
                self._advance()

    def _take(self, number: int) -> _Waiting | None:
        current = self._current
        if current is None or number not in (current.request.id, -1):
            return None
        self._current = None
        return current

    def _on_end(self, process: _Process) -> None:
        if process is not self._process:
            return
        self._process = None
        waiting, self._current = self._current, None
        if waiting is not None and not waiting.done.done():
            waiting.deaths += 1
            if waiting.deaths < _TRIES:
                self._queue.appendleft(waiting)
            else:
                _refuse(waiting, "the grading process died twice over this answer; see the log")
        match self._status.stage:
            case GraderStage.FAILED:
                return
            case GraderStage.READY:
                self._failed_starts = 0
            case _:
                self._failed_starts += 1
        if self._failed_starts >= _TRIES:
            self._fail(f"the grading process died while it was loading; see {self._log}")
        else:
            # Without work it stays away until the next answer.
            self._tell(GraderStage.OFF)
            if self._queue or self._failed_starts:
                self._spawn_soon()

    def _advance(self) -> None:
        """Send the next answer if the process is free for it; start it where it has gone."""
        while self._queue and self._queue[0].done.done():
            self._queue.popleft()
        if self._queue and self._process is None and self._starting is None and self._loop:
            self._spawn_soon()
        ready = self._status.stage is GraderStage.READY and self._current is None
        if self._queue and ready and self._process is not None:
            self._current = self._queue.popleft()
            self._process.write(wire.encode(self._current.request))
        self._tell()

    def _fail(self, why: str) -> None:
        self._tell(GraderStage.FAILED, note=why)
        self._fail_all(why)

    def _fail_all(self, why: str) -> None:
        current, self._current = self._current, None
        for waiting in (*((current,) if current else ()), *self._queue):
            _refuse(waiting, why)
        self._queue.clear()
        self._tell()

    def _tell(
        self, stage: GraderStage | None = None, encoder: str | None = None, note: str | None = None
    ) -> None:
        """Bring the status up to date; listeners hear of it if it changed."""
        old = self._status
        self._status = GraderStatus(
            stage=old.stage if stage is None else stage,
            encoder=old.encoder if encoder is None else encoder,
            note=old.note if note is None else note,
            waiting=len(self._queue) + (self._current is not None),
        )
        if self._status != old:
            for listener in tuple(self._listeners):
                listener(self._status)


def _rehearse() -> None:
    wire.decode_reply(wire.encode(wire.Pong()))


def _refuse(waiting: _Waiting, why: str) -> None:
    if not waiting.done.done():
        waiting.done.set_exception(GradingError(why))
        # Whoever waited may be gone; then nobody is to hear of it.
        waiting.done.exception()
