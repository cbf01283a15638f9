"""The app's end of the grading process, against a stand-in for the process."""

import asyncio
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest
from grading_samples import GRADE, QUESTION, RUBRIC

from mockint.app.grader_client import GraderProcess, worker_command
from mockint.domain.answer import Answer
from mockint.domain.errors import GradingError
from mockint.domain.grade import Grade
from mockint.domain.ports import GraderStage, GraderStatus
from mockint.grading import wire

ROOT = Path(__file__).resolve().parents[2]

# Does what the answer says; counts its own starts in a file.
FAKE = """
import json, os, sys, time
folder, loading = sys.argv[1:3]
def say(**reply): print(json.dumps(reply), flush=True)
with open(folder + "/starts", "a") as file: file.write(f"{os.getpid()}\\n")
say(kind="stage", stage="importing")
if loading == "die": os._exit(9)
if loading == "fail": say(kind="stage", stage="failed", note="no model"); sys.exit()
if loading == "hang": time.sleep(60)
say(kind="stage", stage="ready", encoder="fake", note="a note")
for line in sys.stdin:
    request = json.loads(line)
    text = request["answer"]["text"]
    once = folder + "/once"
    if text == "die" or (text == "die once" and not os.path.exists(once)):
        open(once, "w").close()
        os._exit(9)
    if text == "hang": time.sleep(60)
    if text == "babble": print("not json", flush=True); time.sleep(60)
    if text == "refuse": say(kind="refused", id=request["id"], why="no words"); continue
    say(kind="graded", id=request["id"], grade=json.loads(open(folder + "/grade").read()))
"""

Make = Callable[[str], Awaitable[GraderProcess]]


@pytest.fixture
async def make(tmp_path: Path) -> AsyncIterator[Make]:
    """Starts a GraderProcess whose stand-in loads in the given way."""
    (tmp_path / "fake.py").write_text(FAKE)
    line = wire.encode(wire.Graded(0, GRADE)).decode()
    (tmp_path / "grade").write_text(line[line.index('"grade":') + 8 : line.rindex(',"kind"')])
    made: list[GraderProcess] = []

    async def start(loading: str) -> GraderProcess:
        command = (sys.executable, str(tmp_path / "fake.py"), str(tmp_path), loading)
        client = GraderProcess("fake", tmp_path, tmp_path / "log" / "grader.log", command=command)
        made.append(client)
        await client.start()
        return client

    yield start
    for client in made:
        client.stop()


async def grade(client: GraderProcess, text: str) -> Grade:
    return await asyncio.wait_for(client.grade(QUESTION, RUBRIC, Answer(text)), 20)


def starts(folder: Path) -> list[int]:
    return [int(line) for line in (folder / "starts").read_text().split()]


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(20):
        while not condition():  # noqa: ASYNC110 - another process decides it
            await asyncio.sleep(0.01)


def gone(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    return False


async def test_a_grade_comes_back(make: Make) -> None:
    """An answer handed in before the model is ready gets its grade; stages are told in order."""
    client = await make("well")
    heard: list[GraderStatus] = []
    client.watch(heard.append)
    assert await grade(client, "x" * 1_000_000) == GRADE
    assert [status.stage for status in heard][-1] is GraderStage.READY
    assert client.status == GraderStatus(GraderStage.READY, "fake", "a note", 0)
    assert max(status.waiting for status in heard) == 1


async def test_no_news_after_forgetting(make: Make) -> None:
    """A listener that was taken back hears nothing more."""
    client = await make("well")
    heard: list[GraderStatus] = []
    client.watch(heard.append)()
    await grade(client, "good")
    assert heard == []


async def test_death_is_survived_once(make: Make, tmp_path: Path) -> None:
    """When the process dies over an answer, a new one grades it."""
    client = await make("well")
    assert await grade(client, "die once") == GRADE
    assert len(starts(tmp_path)) == 2


async def test_the_deadly_answer_fails_alone(make: Make) -> None:
    """An answer over which the process dies twice fails; those behind it get their grades."""
    client = await make("well")
    results = await asyncio.gather(
        *(grade(client, text) for text in ("die", "good", "refuse", "lone \ud800", "good")),
        return_exceptions=True,
    )
    assert [isinstance(result, GradingError) for result in results] == [
        True,
        False,
        True,
        False,
        False,
    ]
    assert "twice" in str(results[0])
    assert str(results[2]) == "no words"


async def test_a_babbling_process_is_replaced(make: Make, tmp_path: Path) -> None:
    """A process that no longer speaks the protocol is killed and the answer tried once more."""
    client = await make("well")
    with pytest.raises(GradingError, match="twice"):
        await grade(client, "babble")
    assert len(starts(tmp_path)) == 2


async def test_a_failed_load_is_told(make: Make) -> None:
    """Where the model cannot be loaded, waiting and later answers fail with the reason."""
    client = await make("fail")
    with pytest.raises(GradingError, match="no model"):
        await grade(client, "good")
    assert client.status.stage is GraderStage.FAILED
    with pytest.raises(GradingError, match="no model"):
        await grade(client, "good")


async def test_dying_while_loading_ends(make: Make, tmp_path: Path) -> None:
    """A process that dies twice while loading is not started a third time."""
    client = await make("die")
    with pytest.raises(GradingError, match="loading"):
        await grade(client, "good")
    assert len(starts(tmp_path)) == 2


async def test_an_idle_death_is_made_good(make: Make, tmp_path: Path) -> None:
    """A process killed while idle is started again for the next answer."""
    client = await make("well")
    await until(lambda: client.status.stage is GraderStage.READY)
    os.kill(starts(tmp_path)[0], signal.SIGKILL)
    await until(lambda: client.status.stage is GraderStage.OFF)
    assert await grade(client, "good") == GRADE


async def test_a_command_that_is_not_there(tmp_path: Path) -> None:
    """A process that cannot be started is a failure with a reason, not a crash."""
    client = GraderProcess("fake", tmp_path, tmp_path / "log", command=(str(tmp_path / "none"),))
    await client.start()
    with pytest.raises(GradingError, match="cannot be started"):
        await grade(client, "good")


@pytest.mark.parametrize("loading", ["hang", "well"])
async def test_stop_is_at_once(loading: str, make: Make, tmp_path: Path) -> None:
    """Stopping takes no time, fails what waits, leaves no process, and may happen twice."""
    client = await make(loading)
    waiting = asyncio.create_task(grade(client, "hang"))
    await until(lambda: (tmp_path / "starts").exists() and bool(starts(tmp_path)))
    before = time.monotonic()
    client.stop()
    client.stop()
    assert time.monotonic() - before < 0.1
    with pytest.raises(GradingError, match="stopped"):
        await waiting
    await until(lambda: gone(starts(tmp_path)[0]))
    with pytest.raises(GradingError, match="stopped"):
        await grade(client, "good")


async def test_stop_before_start(tmp_path: Path) -> None:
    """Stopping what never ran does nothing, and stopping while it starts leaves nothing."""
    client = GraderProcess("fake", tmp_path, tmp_path / "log", command=("sleep", "60"))
    client.stop()
    await client.start()
    client.stop()
    assert client.status.stage is GraderStage.OFF


async def test_reading_messages_is_rehearsed_outside_the_event_loop(
    make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the first message costs in imports is not paid where keys are waiting."""
    read_in: list[str] = []
    decode = wire.decode_reply

    def noted(line: bytes) -> wire.Reply:
        read_in.append(threading.current_thread().name)
        return decode(line)

    monkeypatch.setattr(wire, "decode_reply", noted)
    client = await make("well")
    assert await grade(client, "good") == GRADE
    assert read_in[0] != threading.main_thread().name


async def test_a_cancelled_answer_is_forgotten(make: Make) -> None:
    """An answer nobody waits for any longer does not hold up the next."""
    client = await make("well")
    first = asyncio.create_task(client.grade(QUESTION, RUBRIC, Answer("good")))
    await asyncio.sleep(0)
    first.cancel()
    assert await grade(client, "good") == GRADE
    assert client.status.waiting == 0


def test_the_process_ends_with_the_app(tmp_path: Path) -> None:
    """The worker exits by itself when its stdin closes, as when the app is killed."""
    done = subprocess.run(
        worker_command("/nowhere", tmp_path),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
        timeout=60,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    assert done.returncode == 0
    assert b'"failed"' in done.stdout
