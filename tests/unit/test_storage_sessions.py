import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from fakes import START, FakeBank, keyword_grade
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mockint.domain.answer import Answer
from mockint.domain.errors import StorageError
from mockint.domain.grade import Grade
from mockint.domain.language import Language
from mockint.domain.ports import SessionStore
from mockint.domain.question import Level
from mockint.domain.session import Draft, Mode, Outcome, Plan, SessionState, TopicMastery
from mockint.session import engine
from mockint.storage.sessions import SqliteSessionStore

BANK = FakeBank()
any_text = st.text(st.characters(), max_size=60)
"""Any code points, lone surrogates and NUL included."""


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqliteSessionStore]:
    with closing(SqliteSessionStore.open(tmp_path / "mockint.db")) as opened:
        yield opened


def drawn(
    *names: str, day: int = 0, mode: Mode = Mode.INTERVIEW, language: Language = Language.EN
) -> SessionState:
    at = START + timedelta(days=day)
    questions = [BANK.question(name).summary for name in names]
    return engine.begin(
        Plan(mode, language, count=len(names)), questions, session_id=f"s{day:03}", now=at
    )


def grade_of(question_id: str, text: str, language: Language = Language.EN) -> Grade:
    return keyword_grade(BANK.rubric(question_id), Answer(text, language))


def play(
    store: SessionStore, state: SessionState, *answers: str, graded: bool = True
) -> SessionState:
    """Begin a session and answer it; an empty text skips."""
    store.begin(state)
    for text in answers:
        question_id = state.current_question_id or ""
        prompt = BANK.question(question_id).prompt[state.plan.language]
        now = state.started_at + timedelta(minutes=1 + state.position)
        if text:
            state, record = engine.submit(state, text, prompt=prompt, now=now)
        else:
            state, record = engine.skip(state, prompt=prompt, now=now)
        store.save_record(state.id, record, elapsed=60.0 * state.position)
        if text and graded:
            grade = grade_of(question_id, text, state.plan.language)
            state = engine.with_grade(state, record.position, grade)
            store.save_grade(state.id, record.position, grade)
    state = replace(state, elapsed=60.0 * len(answers))
    if state.finished_at is not None:
        store.finish(state.id, at=state.finished_at, elapsed=state.elapsed)
    return state


def test_store_is_a_session_store(store: SqliteSessionStore) -> None:
    """It offers what the port asks for; the type checker compares the signatures."""
    port: SessionStore = store

    assert port.summaries() == ()
    assert (port.unfinished(), port.ungraded(), port.mastery(), tuple(port.seen())) == (
        (),
        (),
        (),
        (),
    )


def test_a_session_comes_back_as_it_was(store: SqliteSessionStore) -> None:
    """Plan, questions, answers, grades with evidence and times survive the file unchanged."""
    plan = Plan(Mode.DRILL, Language.ZH, ("lora", "rag"), Level.MID, 3, 12.5, seed=-(2**80))
    state = replace(drawn("lora-idea", "qlora-idea", "rag-vs-finetune", day=1), plan=plan)

    state = play(store, state, "更新是低秩的，可以合并。", "", "知识变化时用 RAG。")

    assert store.session(state.id) == state
    assert state.records[0].grade is not None
    assert state.records[0].grade.points[1].evidence is not None


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(text=any_text, draft=any_text)
def test_text_survives_exactly(store: SqliteSessionStore, text: str, draft: str) -> None:
    """Answers, drafts, prompts and evidence keep every code point: NUL, surrogates, line ends."""
    state = drawn("lora-idea", "gqa-what")
    answer = f"frozen {text}"
    store.begin(state)
    state, record = engine.submit(state, answer, prompt=text, now=START)
    store.save_record(state.id, record, elapsed=1.0)
    state = engine.with_grade(state, 0, grade_of("lora-idea", answer))
    store.save_grade(state.id, 0, state.records[0].grade or pytest.fail("no grade"))
    store.save_draft(state.id, Draft(draft), elapsed=1.0)

    loaded = store.session(state.id)
    store.discard(state.id)

    assert loaded == replace(state, draft=Draft(draft), elapsed=1.0)


def test_a_long_paste_survives(store: SqliteSessionStore) -> None:
    """A draft of a megabyte is kept whole."""
    state = drawn("lora-idea")
    text = "低秩 update\n" * 80_000
    store.begin(state)
    store.save_draft(state.id, Draft(text), elapsed=1.0)

    assert store.session(state.id).draft.text == text


def test_a_record_clears_the_draft(store: SqliteSessionStore) -> None:
    """Once a question ended, the next one begins with an empty draft."""
    state = drawn("lora-idea", "gqa-what")
    store.begin(state)
    store.save_draft(state.id, Draft("old", flagged=True, hints_used=1), elapsed=3.0)
    state, record = engine.submit(state, "new", prompt="p", now=START)
    store.save_record(state.id, record, elapsed=4.0)

    loaded = store.session(state.id)
    assert (loaded.draft, loaded.elapsed, loaded.position) == (Draft(), 4.0, 1)


def test_a_record_can_be_saved_again(store: SqliteSessionStore) -> None:
    """Saving the same position twice keeps the later answer and no grade of the earlier one."""
    state = play(store, drawn("lora-idea", "gqa-what"), "frozen")
    later = replace(state.records[0], text="changed", grade=None)

    store.save_record(state.id, later, elapsed=5.0)

    assert store.session(state.id).records == (later,)
    assert store.summaries()[0].score is None


def test_unfinished_sessions_newest_first(store: SqliteSessionStore) -> None:
    """Sessions without an end can be resumed; the others cannot."""
    old = play(store, drawn("lora-idea", "gqa-what", day=1), "frozen")
    play(store, drawn("lora-idea", day=2), "frozen")
    new = play(store, drawn("gqa-what", day=3))

    assert store.unfinished() == (new, old)


def test_ungraded_answers_oldest_first(store: SqliteSessionStore) -> None:
    """Every answer with words and no grade waits, over all sessions; skipped ones do not."""
    new = play(store, drawn("lora-idea", "gqa-what", day=2), "b", "c", graded=False)
    old = play(store, drawn("lora-idea", "gqa-what", day=1), "", "a", graded=False)

    assert [(name, r.text) for name, r in store.ungraded()] == [
        (old.id, "a"),
        (new.id, "b"),
        (new.id, "c"),
    ]
    store.save_grade(old.id, 1, grade_of("gqa-what", "a"))
    assert [r for _, r in store.ungraded()] == list(new.records)


def test_a_grade_for_a_deleted_session_is_dropped(store: SqliteSessionStore) -> None:
    """A grade that arrives after its session was deleted does no harm."""
    state = play(store, drawn("lora-idea"), "frozen", graded=False)
    store.discard(state.id)

    store.save_grade(state.id, 0, grade_of("lora-idea", "frozen"))

    assert store.summaries() == ()


def test_discard_leaves_no_trace(store: SqliteSessionStore, tmp_path: Path) -> None:
    """A deleted session is gone from lists, and its words from the files."""
    kept = play(store, drawn("gqa-what", day=1), "groups")
    gone = play(store, drawn("lora-idea", "rag-vs-finetune", day=2), "zanzibar-frozen")
    store.save_draft(gone.id, Draft("timbuktu"), elapsed=1.0)
    store.discard(gone.id)

    assert [s.id for s in store.summaries()] == [kept.id]
    with pytest.raises(StorageError, match="no session 's002'"):
        store.session(gone.id)
    for name in ("answers", "asked", "drafts"):
        with store._database.snapshot() as db:
            left = db.execute(f"SELECT count(*) FROM {name} WHERE session_id = 's002'").fetchone()  # noqa: S608 - a constant
        assert left[0] == 0
    stored = b"".join(file.read_bytes() for file in tmp_path.glob("mockint.db*"))
    assert b"zanzibar" not in stored
    assert b"timbuktu" not in stored
    assert b"groups" in stored


def test_writing_to_a_deleted_session_is_refused(store: SqliteSessionStore) -> None:
    """An answer whose session was deleted by another program is reported, not lost in silence."""
    state, record = engine.submit(drawn("lora-idea"), "frozen", prompt="p", now=START)

    with pytest.raises(StorageError, match="deleted meanwhile"):
        store.save_draft(state.id, Draft("x"), elapsed=1.0)
    with pytest.raises(StorageError, match="deleted meanwhile"):
        store.save_record(state.id, record, elapsed=1.0)


@pytest.mark.parametrize("session_id", ["", "nope", "\ud800", "x\0y", "' OR 1=1 --"])
def test_an_unknown_session_is_named(store: SqliteSessionStore, session_id: str) -> None:
    """Whatever is asked for, an id that is not there is a StorageError."""
    play(store, drawn("lora-idea"), "frozen")

    with pytest.raises(StorageError):
        store.session(session_id)


outcomes = st.lists(
    st.sampled_from(["frozen", "tiles in 4-bit, groups", "", "nothing"]), max_size=3
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(answers=outcomes, graded=st.booleans(), mode=st.sampled_from(Mode), ends=st.booleans())
def test_a_summary_says_what_the_session_says(
    store: SqliteSessionStore,
    answers: list[str],
    graded: bool,  # noqa: FBT001 - hypothesis gives it by name
    mode: Mode,
    ends: bool,  # noqa: FBT001 - likewise
) -> None:
    """The list's score and counts, made from columns, equal those of the session in full."""
    state = drawn("lora-idea", "gqa-what", "qlora-idea", mode=mode)
    state = play(store, state, *answers, graded=graded)
    if ends and not state.is_over:
        state, records = engine.finish(state, "", prompts=("a", "b", "c"), now=START)
        for record in records:
            store.save_record(state.id, record, elapsed=state.elapsed)
        store.finish(state.id, at=START, elapsed=state.elapsed)

    [summary] = store.summaries()
    full = store.session(state.id)
    store.discard(state.id)

    assert full == state
    assert summary.score == (None if full.score is None else pytest.approx(full.score))
    assert summary.answered == sum(bool(r.text.strip()) for r in full.records)
    assert summary.ungraded == sum(r.awaits_grade for r in full.records)
    assert (summary.asked, summary.topics) == (3, ("lora", "attention"))
    assert (summary.started_at, summary.finished_at) == (full.started_at, full.finished_at)
    assert (summary.mode, summary.language, summary.elapsed) == (
        mode,
        Language.EN,
        full.elapsed,
    )


def test_summaries_newest_first_with_a_limit(store: SqliteSessionStore) -> None:
    """The list starts with the last session, whatever the order they were saved in."""
    for day in (2, 1, 3):
        play(store, drawn("lora-idea", day=day), "frozen")

    assert [s.id for s in store.summaries()] == ["s003", "s002", "s001"]
    assert [s.id for s in store.summaries(limit=2)] == ["s003", "s002"]
    assert store.summaries(limit=0) == ()


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", {"s001", "s002", "s003"}),
        ("100%", {"s001"}),
        ("a_b", {"s001"}),
        ("%", {"s001"}),
        ("_", {"s001"}),
        ("axb", set()),
        ("LOW-RANK", {"s001"}),
        ("gqa-WHAT", {"s002"}),
        ("attention", {"s002", "s003"}),
        ("低秩", {"s003"}),
        ("ｌｏｒａ", {"s001", "s003"}),
        ("straße", {"s002"}),
        ("STRASSE", {"s002"}),
        ("grouped-query attention", {"s002"}),
        ("哪个矩阵", {"s003"}),
        ("'; DROP TABLE sessions; --", set()),
        ("[red]", {"s003"}),
        ("\ud800", {"s003"}),
        ("*", {"s002", "s003"}),
    ],
)
def test_the_filter_is_literal(store: SqliteSessionStore, text: str, found: set[str]) -> None:
    """Topic, id, prompt and answer are searched for the very text, in any case and any script."""
    play(store, drawn("lora-idea", day=1), "100% low-rank, a_b", graded=False)
    play(store, drawn("gqa-what", day=2), "Die Straße", graded=False)
    play(
        store,
        drawn("flash-attention", "lora-idea", day=3, language=Language.ZH),
        "更新是低秩的 \ud800 *",
        "[red]",
        graded=False,
    )

    assert {s.id for s in store.summaries(text=text)} == found


def test_filters_combine(store: SqliteSessionStore) -> None:
    """Mode, language and text must all hold; a limit counts what is left."""
    play(store, drawn("lora-idea", day=1), "frozen")
    play(store, drawn("lora-idea", day=2, mode=Mode.DRILL), "frozen")
    play(store, drawn("lora-idea", day=3, language=Language.ZH), "冻结")

    def found(mode: Mode | None = None, language: Language | None = None, text: str = "") -> str:
        chosen = store.summaries(mode=mode, language=language, text=text)
        return " ".join(s.id for s in chosen)

    assert found(mode=Mode.DRILL) == "s002"
    assert found(language=Language.ZH) == "s003"
    assert found(mode=Mode.INTERVIEW, text="frozen") == "s001"
    assert found(mode=Mode.DRILL, language=Language.ZH) == ""


def test_mastery_is_the_latest_grade_of_each_question(store: SqliteSessionStore) -> None:
    """Old grades are replaced by newer ones of the same question; the weakest topic is first."""
    play(store, drawn("lora-idea", "gqa-what", day=1), "frozen low-rank merge", "groups")
    play(store, drawn("lora-idea", "qlora-idea", day=2), "frozen", "4-bit adapters in 16 bit")
    play(store, drawn("rag-vs-finetune", day=3), "", graded=False)

    assert store.mastery() == (
        TopicMastery("attention", 1, 50.0),
        TopicMastery("lora", 2, 62.5),
    )


def test_seen_is_in_the_order_of_asking(store: SqliteSessionStore) -> None:
    """Each question counts where it was last on screen; those never shown do not count."""
    play(store, drawn("lora-idea", "gqa-what", day=1), "a", "")
    play(store, drawn("qlora-idea", "lora-idea", "rag-vs-finetune", day=2), "a")
    early = drawn("flash-attention", "rag-chunk-granularity", day=3)
    store.begin(early)
    early, records = engine.finish(early, "words", prompts=("p", "q"), now=START)
    for record in records:
        store.save_record(early.id, record, elapsed=1.0)
    store.finish(early.id, at=START, elapsed=1.0)

    assert [r.outcome for r in early.records] == [Outcome.ANSWERED, Outcome.NOT_REACHED]
    assert store.seen() == ("gqa-what", "qlora-idea", "lora-idea", "flash-attention")


def test_close_twice(store: SqliteSessionStore) -> None:
    """Closing is safe to repeat, and a closed store says so."""
    store.close()
    store.close()

    with pytest.raises(StorageError, match="closed"):
        store.summaries()


_LIST_SESSIONS = """
import sys
from pathlib import Path
from mockint.storage.sessions import SqliteSessionStore
store = SqliteSessionStore.open(Path(sys.argv[1]))
print(len(store.summaries()), len(store.mastery()), len(store.seen()))
store.close()
print("pydantic" in sys.modules)
"""


def test_lists_need_no_pydantic(store: SqliteSessionStore, tmp_path: Path) -> None:
    """What the first screen lists comes from columns: no grade is parsed for it."""
    play(store, drawn("lora-idea"), "frozen")
    command = [sys.executable, "-c", _LIST_SESSIONS, str(tmp_path / "mockint.db")]

    done = subprocess.run(command, capture_output=True, text=True, check=True)

    assert done.stdout.split() == ["1", "1", "1", "False"]


_BUSY_PROGRAM = """
import sys
from dataclasses import replace
from pathlib import Path
sys.path.insert(0, sys.argv[3])
from fakes import START, FakeBank
from mockint.domain.session import Draft, Mode, Plan
from mockint.session import engine
from mockint.storage.sessions import SqliteSessionStore

store = SqliteSessionStore.open(Path(sys.argv[1]))
drawn = [question for question in FakeBank().summaries()] * 5
state = engine.begin(Plan(Mode.DRILL), drawn, session_id=sys.argv[2], now=START)
store.begin(state)
while not state.is_over:
    store.save_draft(state.id, Draft("draft"), elapsed=1.0)
    state, record = engine.submit(state, sys.argv[2] * 50, prompt="p", now=START)
    store.save_record(state.id, record, elapsed=2.0)
store.finish(state.id, at=START, elapsed=3.0)
store.close()
"""


def test_two_programs_at_once(tmp_path: Path) -> None:
    """Several programs that open a new file and write together lose nothing and harm nothing."""
    path = tmp_path / "mockint.db"
    tests = str(Path(__file__).parents[1])
    programs = [
        subprocess.Popen(
            [sys.executable, "-c", _BUSY_PROGRAM, str(path), name, tests],
            stderr=subprocess.PIPE,
            text=True,
        )
        for name in ("one", "two", "three")
    ]
    errors = [program.communicate(timeout=60)[1] for program in programs]

    assert errors == ["", "", ""]
    with closing(SqliteSessionStore.open(path)) as store:
        for name in ("one", "two", "three"):
            assert [r.text for r in store.session(name).records] == [name * 50] * 30
        with store._database.snapshot() as db:
            assert db.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
