"""A session that runs: the rules of the engine, saved at every step, graded in the background."""

import asyncio
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from enum import StrEnum
from random import Random
from types import MappingProxyType

from mockint.app.runtime import Runtime
from mockint.domain.answer import Answer
from mockint.domain.errors import ContentError, EncoderError, GradingError, StorageError
from mockint.domain.grade import Grade
from mockint.domain.language import Bilingual
from mockint.domain.question import Question
from mockint.domain.session import AnswerRecord, Draft, Plan, SessionState
from mockint.session import engine, selection, timing
from mockint.session.timing import Clocks, Urgency

__all__ = ["Clocks", "LiveSession", "Tick", "Urgency", "grade_leftovers"]

DRAFT_EVERY = 0.5
"""Seconds after which a changed draft is written."""

CLOCK_EVERY = 5.0
"""Seconds after which the session clock is written although nothing was typed."""


class Tick(StrEnum):
    """What ran out since the front end last looked."""

    NOTHING = "nothing"
    QUESTION_OVER = "question-over"
    SESSION_OVER = "session-over"


class LiveSession:
    """A running session; every method belongs to the event loop's thread.

    Steps never fail for want of storage: what cannot be written stays in memory and is written as
    soon as the store takes it again. Only ``begin``, ``resume``, ``tick`` and ``pause_save`` raise
    StorageError; ``tick`` does so once for each time that writing begins to fail.

    Attributes:
        failures: Position of an answer -> why it could not be graded. A later success removes it.
    """

    def __init__(self, state: SessionState, runtime: Runtime) -> None:
        """Use ``begin`` or ``resume``."""
        self._runtime = runtime
        self._state = state
        self._looked_at = runtime.clock.monotonic()
        self._draft_saved_at = self._looked_at - DRAFT_EVERY
        self._draft_changed = False
        self._outbox: deque[Callable[[], None]] = deque()
        self._storage_error: StorageError | None = None
        self._told_of_error = False
        self._failures: dict[int, str] = {}
        self._listeners: list[Callable[[AnswerRecord], None]] = []
        self._grading = asyncio.Lock()
        self._asked = tuple(_find_question(runtime, name) for name in state.question_ids)
        minutes = [0.0 if question is None else question.minutes for question in self._asked]
        self._budgets = timing.budgets(state.plan, minutes)

    @classmethod
    def begin(cls, plan: Plan, runtime: Runtime) -> "LiveSession":
        """Draw the questions, save the session and start the clocks.

        Fewer questions than ``plan.count`` are drawn where fewer match: compare with
        ``state.question_ids``.

        Raises:
            ContentError: No question matches the plan.
            StorageError: The session cannot be saved.
        """
        now = runtime.clock.now()
        drawn = selection.draw(plan, runtime.bank.summaries(), seen=runtime.store.seen())
        session_id = _session_id(now, runtime.random)
        state = engine.begin(plan, drawn, session_id=session_id, now=now)
        runtime.store.begin(state)
        return cls(state, runtime)

    @classmethod
    def resume(cls, session_id: str, runtime: Runtime) -> "LiveSession":
        """Go on with a saved session; the time away does not count.

        A question that has left the bank meanwhile is recorded as not reached, so the session may
        turn out to be over.

        Raises:
            StorageError: The session cannot be read, or is over already.
        """
        state = runtime.store.session(session_id)
        if state.is_over:
            raise StorageError("that session is over already: find it in the review")
        live = cls(state, runtime)
        live._pass_missing_questions()
        return live

    @property
    def state(self) -> SessionState:
        """The session now, with draft and clock as of the last look at the time."""
        return self._state

    @property
    def question(self) -> Question | None:
        """The question now asked; None when the session is over."""
        return None if self._state.current_question_id is None else self._current_question()

    @property
    def hints_shown(self) -> tuple[str, ...]:
        """The hints given so far, in the session's language."""
        return tuple(self._in_language(h) for h in self._hints()[: self._state.draft.hints_used])

    @property
    def failures(self) -> Mapping[int, str]:
        """Position of an answer -> why it could not be graded."""
        return MappingProxyType(self._failures)

    @property
    def unsaved(self) -> StorageError | None:
        """Why the last write failed; None when everything handed to the store is in it."""
        return self._storage_error

    def clocks(self) -> Clocks:
        """The countdowns now."""
        self._look_at_clock()
        state = self._state
        over = state.current_question_id is None
        budget = None if over else self._budgets[state.position]
        return timing.clocks(state.plan, budget, spent=state.draft.seconds, elapsed=state.elapsed)

    def type(self, text: str) -> None:
        """Take over the text of the editor; it is in the store within half a second."""
        if self._state.current_question_id is None or text == self._state.draft.text:
            return
        self._change_draft(text=text)
        if self._runtime.clock.monotonic() - self._draft_saved_at >= DRAFT_EVERY:
            self._look_at_clock()
            self._save_draft()

    def tick(self) -> Tick:
        """Save what is due and say what ran out; to be called about four times a second.

        Raises:
            StorageError: Writing has begun to fail. Nothing is lost: the next ticks try again,
                without raising until it has worked once.
        """
        self._look_at_clock()
        waited = self._runtime.clock.monotonic() - self._draft_saved_at
        if waited >= (DRAFT_EVERY if self._draft_changed else CLOCK_EVERY) or self._outbox:
            self._save_draft()
        if self._storage_error is not None and not self._told_of_error:
            self._told_of_error = True
            raise self._storage_error
        return self._what_ran_out()

    def submit(self, text: str, *, timed_out: bool = False) -> AnswerRecord:
        """End the question with this answer; ``grade_outstanding`` will grade it.

        Raises:
            ValueError: ``text`` has no words and ``timed_out`` is false, or the session is over.
        """
        self._look_at_clock()
        step = engine.time_out if timed_out else engine.submit
        now = self._runtime.clock.now()
        return self._advance(*step(self._state, text, prompt=self._prompt(), now=now))

    def skip(self) -> AnswerRecord:
        """End the question without an answer and drop its draft; ValueError if over."""
        self._look_at_clock()
        now = self._runtime.clock.now()
        return self._advance(*engine.skip(self._state, prompt=self._prompt(), now=now))

    def toggle_flag(self) -> bool:
        """Mark the question for review, or no longer; returns whether it is marked now."""
        self._change_draft(flagged=not self._state.draft.flagged)
        return self._state.draft.flagged

    def hint(self) -> str | None:
        """The next hint, which is counted; None when there is none left."""
        used = self._state.draft.hints_used
        hints = self._hints()
        if used >= len(hints):
            return None
        self._change_draft(hints_used=used + 1)
        return self._in_language(hints[used])

    def finish(self, text: str, *, timed_out: bool = False) -> None:
        """End the session: ``text``, if any, is handed in, the rest is not reached."""
        if self._state.is_over:
            return
        self._look_at_clock()
        prompts = [self._prompt_of(position) for position in range(len(self._asked))]
        now = self._runtime.clock.now()
        after, records = engine.finish(
            self._state, text, prompts=prompts, now=now, timed_out=timed_out
        )
        self._adopt(after, records)

    def pause_save(self) -> None:
        """Save draft and clocks now: the person leaves.

        Raises:
            StorageError: They cannot be saved.
        """
        self._look_at_clock()
        self._save_draft()
        if self._storage_error is not None:
            self._told_of_error = True
            raise self._storage_error

    async def grade_outstanding(self) -> None:
        """Grade every answer that awaits a grade, one by one, saving each.

        May be called again at any time, also while it runs: no answer is graded twice. An answer
        that cannot be graded is named in ``failures`` and tried again by the next call.
        """
        async with self._grading:
            tried: set[int] = set()
            while (record := self._next_ungraded(tried)) is not None:
                tried.add(record.position)
                await self._grade(record)

    def watch(self, listener: Callable[[AnswerRecord], None]) -> Callable[[], None]:
        """Call ``listener`` with every record that gets its grade; returns what stops that."""
        self._listeners.append(listener)

        def stop() -> None:
            if listener in self._listeners:
                self._listeners.remove(listener)

        return stop

    def _next_ungraded(self, tried: set[int]) -> AnswerRecord | None:
        waiting = (r for r in self._state.records if r.awaits_grade and r.position not in tried)
        return next(waiting, None)

    async def _grade(self, record: AnswerRecord) -> None:
        try:
            grade = await _grade_record(self._runtime, record)
        except (GradingError, ContentError, EncoderError) as error:
            self._failures[record.position] = str(error)
            return
        self._failures.pop(record.position, None)
        self._state = engine.with_grade(self._state, record.position, grade)
        session_id, store = self._state.id, self._runtime.store
        self._write(lambda: store.save_grade(session_id, record.position, grade))
        for listener in tuple(self._listeners):
            listener(self._state.records[record.position])

    def _look_at_clock(self) -> None:
        """Add the time since the last look to the question and the session."""
        now = self._runtime.clock.monotonic()
        gap = timing.passed(self._looked_at, now)
        self._looked_at = now
        if self._state.current_question_id is None:
            return
        draft = replace(self._state.draft, seconds=self._state.draft.seconds + gap)
        self._state = replace(self._state, draft=draft, elapsed=self._state.elapsed + gap)

    def _what_ran_out(self) -> Tick:
        left = self.clocks()
        if self._state.current_question_id is None:
            return Tick.NOTHING
        if left.session_left is not None and left.session_left <= 0:
            return Tick.SESSION_OVER
        if left.question_left is not None and left.question_left <= 0:
            return Tick.QUESTION_OVER
        return Tick.NOTHING

    def _change_draft(
        self,
        *,
        text: str | None = None,
        flagged: bool | None = None,
        hints_used: int | None = None,
    ) -> None:
        old = self._state.draft
        draft = Draft(
            text=old.text if text is None else text,
            flagged=old.flagged if flagged is None else flagged,
            hints_used=old.hints_used if hints_used is None else hints_used,
            seconds=old.seconds,
        )
        self._state = replace(self._state, draft=draft)
        self._draft_changed = True

    def _save_draft(self) -> None:
        """Write what waits, then the draft; a failure is kept for ``tick``."""
        if not self._flush() or self._state.current_question_id is None:
            return
        state = self._state
        self._draft_saved_at = self._runtime.clock.monotonic()
        try:
            self._runtime.store.save_draft(state.id, state.draft, elapsed=state.elapsed)
        except StorageError as error:
            self._storage_error = error
        else:
            self._draft_changed = False
            self._storage_works()

    def _write(self, write: Callable[[], None]) -> None:
        self._outbox.append(write)
        self._flush()

    def _flush(self) -> bool:
        """Write what waits, in order; whether nothing is left."""
        while self._outbox:
            try:
                self._outbox[0]()
            except StorageError as error:
                self._storage_error = error
                return False
            self._outbox.popleft()
            self._storage_works()
        return True

    def _storage_works(self) -> None:
        self._storage_error = None
        self._told_of_error = False

    def _advance(self, after: SessionState, record: AnswerRecord) -> AnswerRecord:
        self._adopt(after, (record,))
        self._pass_missing_questions()
        return record

    def _adopt(self, after: SessionState, records: tuple[AnswerRecord, ...]) -> None:
        self._state = after
        self._draft_changed = False
        store, elapsed = self._runtime.store, after.elapsed
        for record in records:
            self._write(_saving(store.save_record, after.id, record, elapsed))
        if after.finished_at is not None:
            at = after.finished_at
            self._write(lambda: store.finish(after.id, at=at, elapsed=elapsed))

    def _pass_missing_questions(self) -> None:
        now = self._runtime.clock.now()
        state = self._state
        while state.position < len(self._asked) and self._asked[state.position] is None:
            state, record = engine.pass_over(state, prompt=self._prompt_of(state.position), now=now)
            self._adopt(state, (record,))
        # A program killed between its last two writes leaves a session complete but open.
        if not state.is_over and state.current_question_id is None:
            self._adopt(engine.close(state, now=now), ())

    def _current_question(self) -> Question | None:
        position = self._state.position
        return self._asked[position] if position < len(self._asked) else None

    def _hints(self) -> tuple[Bilingual, ...]:
        question = self.question
        return () if question is None else question.hints

    def _prompt(self) -> str:
        """The prompt of the current question; empty without one, which the engine refuses."""
        over = self._state.current_question_id is None
        return "" if over else self._prompt_of(self._state.position)

    def _prompt_of(self, position: int) -> str:
        question = self._asked[position]
        if question is None:
            return f"{self._state.question_ids[position]} (no longer in the question bank)"
        return self._in_language(question.prompt)

    def _in_language(self, text: Bilingual) -> str:
        return text[self._state.plan.language]


async def grade_leftovers(runtime: Runtime) -> int:
    """Grade what earlier runs left ungraded, over all sessions, oldest first.

    An answer that cannot be graded now is left for the next time.

    Returns:
        How many answers got a grade.

    Raises:
        StorageError: The data file cannot be read or written.
    """
    graded = 0
    for session_id, record in runtime.store.ungraded():
        # A running session may have graded it, or the person deleted it, while we waited.
        if (session_id, record) not in runtime.store.ungraded():
            continue
        try:
            grade = await _grade_record(runtime, record)
        except (GradingError, ContentError, EncoderError):
            continue
        runtime.store.save_grade(session_id, record.position, grade)
        graded += 1
    return graded


async def _grade_record(runtime: Runtime, record: AnswerRecord) -> Grade:
    question = runtime.bank.question(record.question_id)
    rubric = runtime.bank.rubric(record.question_id)
    return await runtime.grading.grade(question, rubric, Answer(record.text, record.language))


def _saving(
    save: Callable[..., None], session_id: str, record: AnswerRecord, elapsed: float
) -> Callable[[], None]:
    """The write of one record, to be done now or later."""
    return lambda: save(session_id, record, elapsed=elapsed)


def _find_question(runtime: Runtime, question_id: str) -> Question | None:
    try:
        return runtime.bank.question(question_id)
    except ContentError:
        return None


def _session_id(now: datetime, chance: Random) -> str:
    """Sortable by start; the tail keeps two programs apart that start in the same moment."""
    return f"{now.astimezone(UTC):%Y%m%dT%H%M%S%f}-{chance.getrandbits(32):08x}"
