import asyncio
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from fakes import FakeBank, FakeClock, FakeGrading, fake_runtime

from mockint.app.live import Clocks, LiveSession, Tick, Urgency, grade_leftovers
from mockint.app.runtime import Runtime
from mockint.domain.errors import ContentError, StorageError
from mockint.domain.language import Language
from mockint.domain.session import AnswerRecord, Draft, Mode, Outcome, Plan
from mockint.storage.sessions import SqliteSessionStore

INTERVIEW = Plan(Mode.INTERVIEW, count=3, minutes=10, seed=5)
DRILL = Plan(Mode.DRILL, count=2, seed=5)


class FailingStore:
    """A store whose writing can be made to fail, as on a full disk."""

    def __init__(self, store: SqliteSessionStore) -> None:
        self.works = True
        self.writes = 0
        self._store = store

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._store, name)
        if not name.startswith(("save", "finish")):
            return method

        def write(*args: Any, **keywords: Any) -> None:
            self.writes += 1
            if not self.works:
                raise StorageError("the disk is full")
            method(*args, **keywords)

        return write


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqliteSessionStore]:
    with closing(SqliteSessionStore.open(tmp_path / "mockint.db")) as opened:
        yield opened


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def grading() -> FakeGrading:
    return FakeGrading()


@pytest.fixture
def runtime(store: SqliteSessionStore, clock: FakeClock, grading: FakeGrading) -> Runtime:
    return fake_runtime(store=store, clock=clock, grading=grading)


def question_id(live: LiveSession) -> str:
    question = live.question
    if question is None:
        pytest.fail("the session is over")
    return question.id


def test_begin_saves_at_once(runtime: Runtime) -> None:
    """A session that has begun can be resumed before anything was typed."""
    live = LiveSession.begin(INTERVIEW, runtime)

    assert runtime.store.unfinished() == (live.state,)
    assert live.question == runtime.bank.question(live.state.question_ids[0])
    assert live.state.started_at == runtime.clock.now()


def test_begin_draws_what_there_is(runtime: Runtime) -> None:
    """When fewer questions match than were asked for, the session has those."""
    live = LiveSession.begin(replace(INTERVIEW, topics=("lora",), count=9), runtime)

    assert sorted(live.state.question_ids) == ["lora-idea", "qlora-idea"]


def test_begin_with_nothing_to_ask(runtime: Runtime) -> None:
    """When nothing matches, nothing is saved."""
    with pytest.raises(ContentError, match="cooking"):
        LiveSession.begin(replace(INTERVIEW, topics=("cooking",)), runtime)

    assert runtime.store.summaries() == ()


def test_the_next_session_asks_other_questions(runtime: Runtime) -> None:
    """With the same seed, a second session avoids what the first one asked."""
    first = LiveSession.begin(INTERVIEW, runtime)
    for _ in range(3):
        first.submit("words")
    second = LiveSession.begin(INTERVIEW, runtime)

    assert set(first.state.question_ids).isdisjoint(second.state.question_ids)
    assert first.state.id != second.state.id


def test_session_ids_sort_by_start(runtime: Runtime, clock: FakeClock) -> None:
    """Ids are in the order of beginning."""
    ids = []
    for gap in (0.001, 1, 3600, 86_400 * 300):
        ids.append(LiveSession.begin(DRILL, runtime).state.id)
        clock.advance(gap)

    assert all(earlier < later for earlier, later in pairwise(ids))


def test_clocks_of_an_interview(runtime: Runtime, clock: FakeClock) -> None:
    """Both clocks count down; the next question begins with its own budget."""
    live = LiveSession.begin(INTERVIEW, runtime)
    clock.advance(30)
    before = live.clocks()
    live.submit("words")
    after = live.clocks()

    assert before.question_total is not None
    assert after.question_total is not None
    assert before.question_left == before.question_total - 30
    assert after.question_left == after.question_total
    assert (before.session_left, before.session_total) == (570.0, 600.0)
    assert after.session_left == 570.0
    assert live.state.records[0].seconds == 30.0


def test_a_drill_has_no_clocks(runtime: Runtime, clock: FakeClock) -> None:
    """Nothing runs out in a drill, but the time is recorded."""
    live = LiveSession.begin(DRILL, runtime)
    for _ in range(100):
        clock.advance(60)
        assert live.tick() is Tick.NOTHING

    assert live.clocks() == Clocks(None, None, None, None)
    assert live.clocks().question_urgency is Urgency.CALM
    assert live.submit("words").seconds == 6000.0


def test_a_sleeping_machine_costs_a_minute(runtime: Runtime, clock: FakeClock) -> None:
    """A gap of hours between two looks at the clock counts as one minute."""
    live = LiveSession.begin(INTERVIEW, runtime)
    clock.advance(8 * 3600)

    assert live.tick() is Tick.NOTHING
    assert live.clocks().session_left == 540.0


def test_the_time_of_day_does_not_matter(runtime: Runtime, clock: FakeClock) -> None:
    """Setting the computer's clock neither gives nor takes time."""
    live = LiveSession.begin(INTERVIEW, runtime)
    clock.advance(10)
    clock.set_time_of_day(clock.now().replace(year=2031))

    assert live.clocks().session_left == 590.0


def run_until(live: LiveSession, clock: FakeClock, wanted: Tick) -> None:
    for _ in range(10_000):
        if live.tick() is wanted:
            return
        clock.advance(0.25)
    pytest.fail(f"never {wanted}")


def test_question_time_out_keeps_the_text(runtime: Runtime, clock: FakeClock) -> None:
    """When a question's time is up, the words typed so far are its answer, and the next follows."""
    live = LiveSession.begin(INTERVIEW, runtime)
    live.type("half a sent")
    run_until(live, clock, Tick.QUESTION_OVER)

    record = live.submit(live.state.draft.text, timed_out=True)

    assert live.clocks().question_urgency is Urgency.CALM
    assert (record.text, record.outcome, record.awaits_grade) == (
        "half a sent",
        Outcome.TIMED_OUT,
        True,
    )
    assert runtime.store.session(live.state.id).records == (record,)
    assert live.tick() is Tick.NOTHING


def test_session_time_out_keeps_everything(runtime: Runtime, clock: FakeClock) -> None:
    """When the session's time is up, the current words are kept and the rest is not reached."""
    live = LiveSession.begin(replace(INTERVIEW, minutes=1), runtime)
    live.submit("first")
    live.type("second, half")
    clock.advance(59)
    clock.advance(2)

    assert live.tick() is Tick.SESSION_OVER
    live.finish("second, half", timed_out=True)

    assert [(r.text, r.outcome) for r in live.state.records] == [
        ("first", Outcome.ANSWERED),
        ("second, half", Outcome.TIMED_OUT),
        ("", Outcome.NOT_REACHED),
    ]
    assert all(r.prompt for r in live.state.records)
    assert runtime.store.session(live.state.id) == live.state
    assert (live.question, live.tick()) == (None, Tick.NOTHING)


def test_typing_is_saved_within_half_a_second(runtime: Runtime, clock: FakeClock) -> None:
    """Whatever was typed is in the store at the latest half a second and one tick later."""
    live = LiveSession.begin(INTERVIEW, runtime)
    text = ""
    history = ["", ""]
    for _ in range(40):
        for letter in "字ab":
            text += letter
            live.type(text)
        live.tick()
        saved = runtime.store.session(live.state.id).draft.text
        assert text.startswith(saved)
        assert len(saved) >= len(history[-2])
        history.append(text)
        clock.advance(0.25)

    clock.advance(0.5)
    live.tick()
    assert runtime.store.session(live.state.id).draft.text == text


def test_typing_fast_writes_seldom(store: SqliteSessionStore, clock: FakeClock) -> None:
    """A hundred keys in a second cost two or three writes, not a hundred."""
    counting: Any = FailingStore(store)
    live = LiveSession.begin(INTERVIEW, fake_runtime(store=counting, clock=clock))
    for number in range(100):
        live.type("x" * (number + 1))
        clock.advance(0.01)

    assert 2 <= counting.writes <= 3


def test_the_clock_is_saved_without_typing(runtime: Runtime, clock: FakeClock) -> None:
    """Thinking takes time too: the saved clock is never more than some seconds behind."""
    live = LiveSession.begin(INTERVIEW, runtime)
    for _ in range(80):
        clock.advance(0.25)
        live.tick()

    assert runtime.store.session(live.state.id).elapsed == pytest.approx(20.0, abs=5.0)


def test_resume_goes_on_where_it_was(runtime: Runtime, clock: FakeClock) -> None:
    """Text, flag, hints and clocks are as at the last save; the time away does not count."""
    live = LiveSession.begin(replace(INTERVIEW, topics=("lora",)), runtime)
    live.submit("first")
    clock.advance(12)
    live.type("half a sentence [red] 半句\ud83d\x00")
    live.toggle_flag()
    shown = live.hint()
    live.pause_save()
    clock.advance(86_400)

    again = LiveSession.resume(live.state.id, runtime)

    assert again.state == live.state
    assert again.state.draft == Draft(
        "half a sentence [red] 半句\ud83d\x00", flagged=True, hints_used=1, seconds=12.0
    )
    assert again.hints_shown == (shown,)
    left = again.clocks()
    assert left.session_left == 588.0
    assert left.question_total is not None
    assert left.question_left == left.question_total - 12.0
    assert question_id(again) == live.state.question_ids[1]


def test_resume_of_a_finished_session_is_refused(runtime: Runtime) -> None:
    """A session that another window finished cannot go on."""
    live = LiveSession.begin(DRILL, runtime)
    live.finish("")

    with pytest.raises(StorageError, match="over already"):
        LiveSession.resume(live.state.id, runtime)


def test_resume_of_a_complete_session_ends_it(runtime: Runtime) -> None:
    """A program killed between its last two writes leaves nothing to ask: the session ends."""
    live = LiveSession.begin(replace(DRILL, count=1), runtime)
    record = replace(live.skip(), position=0)
    other = replace(live.state, id="cut", records=(), finished_at=None)
    runtime.store.begin(other)
    runtime.store.save_record("cut", record, elapsed=1.0)

    again = LiveSession.resume("cut", runtime)

    assert (again.state.is_over, again.question) == (True, None)
    assert runtime.store.unfinished() == ()


def test_resume_without_some_of_the_questions(runtime: Runtime) -> None:
    """Questions that left the bank meanwhile are passed over; the rest is asked."""
    live = LiveSession.begin(replace(INTERVIEW, count=6), runtime)
    live.submit("first")
    left = {live.state.question_ids[1], live.state.question_ids[3]}
    kept = [runtime.bank.question(s.id) for s in runtime.bank.summaries() if s.id not in left]
    smaller = replace(runtime, bank=FakeBank(kept))

    again = LiveSession.resume(live.state.id, smaller)
    assert question_id(again) == live.state.question_ids[2]
    again.submit("third")
    assert question_id(again) == live.state.question_ids[4]
    again.finish("fifth")

    assert [r.outcome for r in again.state.records] == [
        Outcome.ANSWERED,
        Outcome.NOT_REACHED,
        Outcome.ANSWERED,
        Outcome.NOT_REACHED,
        Outcome.ANSWERED,
        Outcome.NOT_REACHED,
    ]
    assert "no longer in the question bank" in again.state.records[1].prompt
    assert runtime.store.session(live.state.id) == again.state


def test_two_windows_on_one_session(runtime: Runtime, tmp_path: Path) -> None:
    """A session resumed twice at once harms nothing: of each question the later answer stays."""
    with closing(SqliteSessionStore.open(tmp_path / "mockint.db")) as other_store:
        one = LiveSession.begin(INTERVIEW, runtime)
        other = LiveSession.resume(one.state.id, replace(runtime, store=other_store))
        one.submit("from one")
        other.type("being typed")
        other.submit("from the other")
        one.finish("the end")
        other.submit("after the end")
        other.pause_save()

        saved = other_store.session(one.state.id)
    assert [r.text for r in saved.records] == ["from the other", "after the end", ""]
    assert saved.is_over


def test_submit_without_words_is_refused(runtime: Runtime) -> None:
    """White space cannot be handed in, and nothing changes by trying."""
    live = LiveSession.begin(INTERVIEW, runtime)
    live.type("  ")

    with pytest.raises(ValueError, match="skip"):
        live.submit(" \n")
    assert (live.state.position, live.state.draft.text) == (0, "  ")


def test_steps_after_the_end(runtime: Runtime) -> None:
    """A session that is over refuses answers and ignores typing and finishing."""
    live = LiveSession.begin(replace(DRILL, count=1), runtime)
    live.submit("words")
    over = live.state

    live.type("late")
    live.finish("late")
    assert live.hint() is None
    with pytest.raises(ValueError, match="over"):
        live.submit("late")
    with pytest.raises(ValueError, match="over"):
        live.skip()
    assert live.state == over


def test_hints_come_in_order_and_are_counted(runtime: Runtime) -> None:
    """Hints go from vague to telling in the session's language and end with None."""
    plan = Plan(Mode.DRILL, Language.ZH, topics=("lora",), count=2, seed=1)
    live = LiveSession.begin(plan, runtime)
    question = runtime.bank.question(question_id(live))
    expected = tuple(hint.zh for hint in question.hints)

    shown = [live.hint() for _ in range(len(expected) + 2)]

    assert shown == [*expected, None, None]
    assert live.hints_shown == expected
    assert live.submit("words").hints_used == len(expected)
    assert live.hints_shown == ()


def test_flag_goes_with_the_question(runtime: Runtime) -> None:
    """A flag can be set and taken back, is recorded, and is not carried to the next question."""
    live = LiveSession.begin(INTERVIEW, runtime)

    assert [live.toggle_flag() for _ in range(3)] == [True, False, True]
    assert live.skip().flagged
    assert not live.state.draft.flagged


def test_a_full_disk_loses_nothing(store: SqliteSessionStore, clock: FakeClock) -> None:
    """While writing fails, the session goes on and says so once; then everything is written."""
    failing: Any = FailingStore(store)
    live = LiveSession.begin(INTERVIEW, fake_runtime(store=failing, clock=clock))
    failing.works = False
    live.type("first")
    clock.advance(1)

    with pytest.raises(StorageError, match="disk is full"):
        live.tick()
    for text in ("first a", "first ab"):
        live.type(text)
        clock.advance(1)
        assert live.tick() is Tick.NOTHING
    live.submit("first ab")
    live.skip()
    live.type("third")
    assert live.state.draft.text == "third"
    assert str(live.unsaved) == "the disk is full"
    with pytest.raises(StorageError):
        live.pause_save()
    assert store.session(live.state.id).records == ()

    failing.works = True
    clock.advance(1)
    assert live.tick() is Tick.NOTHING

    assert live.unsaved is None
    assert store.session(live.state.id) == live.state
    failing.works = False
    live.type("third!")
    clock.advance(1)
    with pytest.raises(StorageError):
        live.tick()


async def test_an_end_that_cannot_be_saved_is_saved_later(
    store: SqliteSessionStore, clock: FakeClock
) -> None:
    """The end of a session and its grades wait in memory for the store to work again."""
    failing: Any = FailingStore(store)
    live = LiveSession.begin(INTERVIEW, fake_runtime(store=failing, clock=clock))
    failing.works = False
    live.finish("exact tiles, frozen, 4-bit")
    await live.grade_outstanding()

    assert live.state.records[0].grade is not None
    assert len(store.unfinished()) == 1
    failing.works = True
    live.pause_save()

    assert store.session(live.state.id) == live.state


async def test_grades_are_saved_and_told(runtime: Runtime) -> None:
    """Each answer with words gets a grade, is saved, and is told to who watches."""
    live = LiveSession.begin(INTERVIEW, runtime)
    told: list[AnswerRecord] = []
    stop = live.watch(told.append)
    live.submit("tiles, frozen, small chunks, 4-bit")
    live.skip()
    await live.grade_outstanding()
    stop()
    stop()
    live.submit("groups share")
    await live.grade_outstanding()

    assert [r.position for r in told] == [0]
    assert told[0] == live.state.records[0]
    assert [r.grade is not None for r in live.state.records] == [True, False, True]
    assert runtime.store.session(live.state.id) == live.state
    assert live.state.score is not None


async def test_no_answer_is_graded_twice(runtime: Runtime, grading: FakeGrading) -> None:
    """Calls that overlap share the work: one grade per answer, one at a time."""
    grading.delay = 0.001
    live = LiveSession.begin(INTERVIEW, runtime)
    live.submit("one")
    first = asyncio.create_task(live.grade_outstanding())
    await asyncio.sleep(0)
    live.submit("two")
    live.submit("three")
    await asyncio.gather(first, live.grade_outstanding(), live.grade_outstanding())

    assert grading.graded == list(live.state.question_ids)
    assert grading.peak == 1
    assert all(r.grade is not None for r in live.state.records)


async def test_a_grade_after_the_end_is_saved(runtime: Runtime, grading: FakeGrading) -> None:
    """A grade that is under way when the session ends still finds its answer."""
    grading.delay = 0.001
    live = LiveSession.begin(INTERVIEW, runtime)
    live.submit("frozen")
    task = asyncio.create_task(live.grade_outstanding())
    await asyncio.sleep(0)
    live.finish("")
    await task

    assert runtime.store.session(live.state.id) == live.state
    assert runtime.store.ungraded() == ()


async def test_a_grade_while_typing_leaves_the_draft(
    runtime: Runtime, grading: FakeGrading
) -> None:
    """A grade of an earlier answer does not touch the one being typed."""
    grading.delay = 0.001
    live = LiveSession.begin(INTERVIEW, runtime)
    live.submit("frozen")
    task = asyncio.create_task(live.grade_outstanding())
    await asyncio.sleep(0)
    live.type("being typed")
    await task

    assert live.state.draft.text == "being typed"
    assert live.state.records[0].grade is not None


async def test_failures_are_kept_and_tried_again(runtime: Runtime, grading: FakeGrading) -> None:
    """An answer that cannot be graded says why, holds up no other, and can be tried again."""
    live = LiveSession.begin(INTERVIEW, runtime)
    bad = live.submit("one").question_id
    live.submit("two")
    grading.failures[bad] = "the model ran out of memory"
    await live.grade_outstanding()

    assert live.failures == {0: "the model ran out of memory"}
    assert live.state.records[1].grade is not None
    assert live.state.score is None
    grading.failures.clear()
    await live.grade_outstanding()

    assert live.failures == {}
    assert live.state.records[0].grade is not None


async def test_a_missing_rubric_is_a_failure(runtime: Runtime, store: SqliteSessionStore) -> None:
    """An answer whose rubric left the bank cannot be graded, and says so."""
    live = LiveSession.begin(INTERVIEW, fake_runtime(store=store, bank=FakeBank(rubrics=())))
    live.submit("words")
    await live.grade_outstanding()

    assert "no rubric" in live.failures[0]


async def test_cancelled_grading_can_go_on(runtime: Runtime, grading: FakeGrading) -> None:
    """Leaving a screen may cancel the grading; the next call does what was left."""
    grading.delay = 30
    live = LiveSession.begin(INTERVIEW, runtime)
    live.submit("one")
    task = asyncio.create_task(live.grade_outstanding())
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    grading.delay = 0.0
    await live.grade_outstanding()

    assert live.state.records[0].grade is not None
    assert live.failures == {}


async def test_a_drill_is_graded_answer_by_answer(runtime: Runtime) -> None:
    """In a drill the record just submitted can be graded before the next question."""
    live = LiveSession.begin(DRILL, runtime)
    record = live.submit("tiles, frozen, small chunks, groups")
    await live.grade_outstanding()

    assert live.state.records[record.position].grade is not None
    assert not live.state.is_over


async def test_leftovers_of_all_sessions(runtime: Runtime, grading: FakeGrading) -> None:
    """What earlier runs left ungraded is graded, oldest first; failures stay for next time."""
    finished = LiveSession.begin(INTERVIEW, runtime)
    finished.submit("one")
    finished.finish("two")
    running = LiveSession.begin(INTERVIEW, runtime)
    running.submit("three")
    grading.failures[finished.state.question_ids[0]] = "no"

    assert await grade_leftovers(runtime) == 2
    assert [r.text for _, r in runtime.store.ungraded()] == ["one"]
    assert LiveSession.resume(running.state.id, runtime).state.records[0].grade is not None
    grading.failures.clear()
    assert await grade_leftovers(runtime) == 1
    assert await grade_leftovers(runtime) == 0


async def test_leftovers_deleted_meanwhile(runtime: Runtime, grading: FakeGrading) -> None:
    """An answer deleted while it waited is not graded."""
    grading.delay = 0.001
    first = LiveSession.begin(INTERVIEW, runtime)
    first.finish("one")
    second = LiveSession.begin(INTERVIEW, runtime)
    second.finish("two")
    task = asyncio.create_task(grade_leftovers(runtime))
    await asyncio.sleep(0)
    runtime.store.discard(second.state.id)

    assert await task == 1
    assert grading.graded == [first.state.question_ids[0]]


_TYPING_PROGRAM = """
import sys, time
from pathlib import Path
sys.path.insert(0, sys.argv[2])
from fakes import FakeClock, fake_runtime
from mockint.app.live import LiveSession
from mockint.domain.session import Mode, Plan
from mockint.storage.sessions import SqliteSessionStore

class RealClock(FakeClock):
    def monotonic(self):
        return time.monotonic()

store = SqliteSessionStore.open(Path(sys.argv[1]))
runtime = fake_runtime(store=store, clock=RealClock())
live = LiveSession.begin(Plan(Mode.INTERVIEW, minutes=30), runtime)
text = ""
while True:
    text += "字"
    live.type(text)
    if len(text) % 12 == 0:
        live.tick()
    print(time.monotonic(), len(text), flush=True)
    time.sleep(0.02)
"""


def test_kill_loses_at_most_the_last_second(tmp_path: Path) -> None:
    """A program killed in the middle of typing has saved all but the last second."""
    path = tmp_path / "mockint.db"
    tests = str(Path(__file__).parents[1])
    with subprocess.Popen(
        [sys.executable, "-c", _TYPING_PROGRAM, str(path), tests],
        stdout=subprocess.PIPE,
        text=True,
    ) as program:
        typed: list[tuple[float, int]] = []
        for line in program.stdout or ():
            moment, length = line.split()
            typed.append((float(moment), int(length)))
            if typed[-1][0] - typed[0][0] > 1.8 and program.poll() is None:
                program.send_signal(signal.SIGKILL)
    last = typed[-1][0]
    due = max(length for moment, length in typed if moment <= last - 1.0)

    with closing(SqliteSessionStore.open(path)) as store:
        runtime = fake_runtime(store=store)
        [left] = store.unfinished()
        again = LiveSession.resume(left.id, runtime)

    assert program.returncode == -signal.SIGKILL
    assert due > 1
    assert due <= len(again.state.draft.text) <= typed[-1][1] + 1
    assert set(again.state.draft.text) == {"字"}
    assert again.state.elapsed > 0.5
