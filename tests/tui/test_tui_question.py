"""The question screen: no character is ever lost."""

import asyncio

import pytest
from scenes import ANSWERS, MakeRuntime, clock_of, left_session
from textual import events
from textual.pilot import Pilot
from textual.widgets import Static

from mockint.app.runtime import Runtime
from mockint.app.settings import Settings
from mockint.domain.errors import StorageError
from mockint.domain.language import Language
from mockint.domain.session import Outcome
from mockint.tui.app import MockintApp
from mockint.tui.modals.ask import Ask
from mockint.tui.modals.note import Note
from mockint.tui.screens.home import HomeScreen
from mockint.tui.screens.question import QuestionScreen
from mockint.tui.screens.result import ResultScreen


def question_of(app: MockintApp) -> QuestionScreen:
    assert isinstance(app.screen, QuestionScreen)
    return app.screen


async def begun(pilot: Pilot[None]) -> QuestionScreen:
    await pilot.press("i", "enter")
    await pilot.pause()
    return question_of(pilot.app)


def let_pass(runtime: Runtime, screen: QuestionScreen, seconds: float) -> None:
    """Time passes while the screen looks at the clock, as it does four times a second."""
    while seconds > 0 and screen.is_attached and screen.live.question is not None:
        clock_of(runtime).advance(min(seconds, 5))
        seconds -= 5
        screen.tick()


async def test_typing_is_saved(runtime: Runtime) -> None:
    """What is typed is in the store at the next tick after half a second."""
    app = MockintApp(runtime)
    async with app.run_test() as pilot:
        screen = await begun(pilot)
        await pilot.press(*"[red] 低秩", "enter", "x")
        clock_of(runtime).advance(0.6)
        screen.tick()

        [saved] = runtime.store.unfinished()
        assert saved.draft.text == "[red] 低秩\nx"
        assert "saved" in str(screen.editor.border_subtitle)


async def test_submit_goes_to_the_next_question(runtime: Runtime) -> None:
    """The editor is empty for the next question, the answer is recorded as typed."""
    app = MockintApp(runtime)
    async with app.run_test() as pilot:
        screen = await begun(pilot)
        first = screen.live.question
        await pilot.press(*"frozen")
        await pilot.press("ctrl+s")
        await pilot.pause()

        [record] = screen.live.state.records
        assert (record.text, record.outcome) == ("frozen", Outcome.ANSWERED)
        assert screen.live.question != first
        assert screen.editor.text == ""
        assert app.focused is screen.editor
        assert "2 of 5" in str(screen.progress.content)


async def test_nothing_typed_is_not_submitted(runtime: Runtime) -> None:
    """Blanks are not an answer; the person is told how to skip."""
    app = MockintApp(runtime)
    async with app.run_test(notifications=True) as pilot:
        screen = await begun(pilot)
        await pilot.press("space", "enter", "ctrl+s")

        assert screen.live.state.records == ()
        assert any("skips" in n.message for n in app._notifications)


async def test_question_time_out_keeps_what_was_typed(runtime: Runtime) -> None:
    """When the question's time is out the text so far is handed in, with a notice."""
    app = MockintApp(runtime)
    async with app.run_test(notifications=True) as pilot:
        screen = await begun(pilot)
        await pilot.press(*"half a thou")
        left = screen.live.clocks().question_left
        assert left is not None
        let_pass(runtime, screen, left + 1)
        await pilot.pause()

        assert screen.live.state.records[0].text == "half a thou"
        assert screen.live.state.records[0].outcome is Outcome.TIMED_OUT
        assert screen.editor.text == ""
        assert any("Time for that question" in n.title for n in app._notifications)


async def test_time_out_closes_a_dialog_about_the_old_question(runtime: Runtime) -> None:
    """A dialog that was open must not act on the next question."""
    app = MockintApp(runtime)
    async with app.run_test() as pilot:
        screen = await begun(pilot)
        await pilot.press(*"text", "ctrl+n")
        assert isinstance(app.screen, Ask)
        let_pass(runtime, screen, (screen.live.clocks().question_left or 0) + 1)
        await pilot.pause()

        assert app.screen is screen
        assert screen.live.state.records[0].text == "text"
        await pilot.press("s")
        assert len(screen.live.state.records) == 1
        assert screen.editor.text == "s"


async def test_session_time_out_keeps_everything(make_runtime: MakeRuntime) -> None:
    """When the session's time is out the result shows, nothing typed is lost."""
    runtime = make_runtime(settings=Settings(count=2, minutes=5.0))
    app = MockintApp(runtime)
    async with app.run_test() as pilot:
        screen = await begun(pilot)
        live = screen.live
        await pilot.press(*"one", "ctrl+s")
        await pilot.press(*"two")
        let_pass(runtime, screen, 400)
        await pilot.pause()

        assert isinstance(app.screen, ResultScreen)
        assert [r.text for r in live.state.records] == ["one", "two"]
        assert live.state.is_over


async def test_countdown_says_how_urgent_it_is(runtime: Runtime) -> None:
    """Calm, amber and red differ by symbol and word, not by colour alone."""
    app = MockintApp(runtime)
    async with app.run_test() as pilot:
        screen = await begun(pilot)
        said = []
        for left in (100, 35, 10):
            now = screen.live.clocks().question_left
            assert now is not None
            let_pass(runtime, screen, now - left)
            await pilot.pause()
            said.append(str(screen.question_clock.content).split(" ", 2)[2].strip())

        assert [text[0] for text in said] == ["◷", "▲", "‼"]
        assert said[1].endswith("soon")
        assert said[2].endswith("hurry")


async def test_skip_asks_only_where_something_would_be_lost(runtime: Runtime) -> None:
    """An empty answer is skipped at once, a draft after a question."""
    app = MockintApp(runtime)
    async with app.run_test() as pilot:
        screen = await begun(pilot)
        await pilot.press("ctrl+n")
        await pilot.pause()
        assert [r.outcome for r in screen.live.state.records] == [Outcome.SKIPPED]
        await pilot.press("x", "ctrl+n", "escape")
        assert screen.editor.text == "x"
        await pilot.press("ctrl+n", "s")
        await pilot.pause()
        assert len(screen.live.state.records) == 2


async def test_flag_is_seen_and_kept(runtime: Runtime) -> None:
    """The mark shows on the editor and in the record."""
    app = MockintApp(runtime)
    async with app.run_test() as pilot:
        screen = await begun(pilot)
        await pilot.press("ctrl+g", "x")
        assert "flagged" in str(screen.editor.border_title)
        await pilot.press("ctrl+s")
        await pilot.pause()

        assert screen.live.state.records[0].flagged
        assert "flagged" not in str(screen.editor.border_title)


async def test_finish_early_asks_and_hands_in(runtime: Runtime) -> None:
    """The answer on the screen counts, the rest is not reached."""
    app = MockintApp(runtime)
    async with app.run_test() as pilot:
        screen = await begun(pilot)
        live = screen.live
        await pilot.press(*"so far", "f9")
        assert "4 questions" in str(app.screen.query_one(".dialog-about", Static).content)
        await pilot.press("f")
        await pilot.pause()

        assert isinstance(app.screen, ResultScreen)
        outcomes = [r.outcome for r in live.state.records]
        assert outcomes == [Outcome.ANSWERED] + [Outcome.NOT_REACHED] * 4


async def test_leaving_keeps_the_draft(runtime: Runtime) -> None:
    """Escape asks; home offers to resume, with the very text."""
    app = MockintApp(runtime)
    async with app.run_test() as pilot:
        await begun(pilot)
        await pilot.press(*"draft", "escape")
        assert "saved" in str(app.screen.query_one(".dialog-about", Static).content)
        await pilot.press("escape")
        question_of(app)
        await pilot.press("escape", "h")
        await pilot.pause()

        assert isinstance(app.screen, HomeScreen)
        assert runtime.store.unfinished()[0].draft.text == "draft"
        await pilot.press("r")
        await pilot.pause()
        assert question_of(app).editor.text == "draft"


async def test_quitting_saves_the_last_key(runtime: Runtime) -> None:
    """However fast one quits, what was typed is in the store."""
    app = MockintApp(runtime)
    async with app.run_test() as pilot:
        await begun(pilot)
        await pilot.press(*"quick", "ctrl+q", "ctrl+q")
        await pilot.pause()

    assert runtime.store.unfinished()[0].draft.text == "quick"


async def test_a_full_disk_is_said_once_and_loses_nothing(
    runtime: Runtime, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The text stays in the window while it cannot be saved, and is saved later."""
    app = MockintApp(runtime)
    async with app.run_test(notifications=True) as pilot:
        screen = await begun(pilot)
        with monkeypatch.context() as patch:

            def full(*_args: object, **_more: object) -> None:
                raise StorageError("the disk is full")

            patch.setattr(type(runtime.store), "save_draft", full)
            await pilot.press(*"precious")
            for _ in range(4):
                clock_of(runtime).advance(1)
                screen.tick()
            assert len(app._notifications) == 1
            assert "NOT saved" in str(screen.editor.border_subtitle)
        clock_of(runtime).advance(1)
        screen.tick()

        assert runtime.store.unfinished()[0].draft.text == "precious"
        assert "NOT" not in str(screen.editor.border_subtitle)


async def test_a_draft_lost_at_the_end_is_said(
    runtime: Runtime, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where the last save fails, whoever ran the app learns why."""
    app = MockintApp(runtime)
    async with app.run_test() as pilot:
        await begun(pilot)

        def full(*_args: object, **_more: object) -> None:
            raise StorageError("the disk is full")

        monkeypatch.setattr(type(runtime.store), "save_draft", full)
        await pilot.press("x", "ctrl+q", "ctrl+q")
        await pilot.pause()

    assert app.last_words == ("the disk is full",)


async def test_size_focus_and_theme_change_no_character(runtime: Runtime) -> None:
    """Resizing (also far too small), leaving the editor and switching themes keep the text."""
    app = MockintApp(runtime)
    async with app.run_test() as pilot:
        screen = await begun(pilot)
        text = "混合 mixed [b]x[/b] " * 30
        screen.editor.insert(text)
        for size in [(200, 60), (50, 12), (61, 17), (80, 24)]:
            await pilot.resize_terminal(*size)
            await pilot.press("f5", "tab", "shift+tab", "y")
            await pilot.pause()

        assert screen.editor.text == text + "yyyy"
        assert app.focused is screen.editor


async def test_a_window_too_small_says_so(runtime: Runtime) -> None:
    """Below 60 × 16 a kind word covers the screen, and goes when there is room."""
    app = MockintApp(runtime)
    async with app.run_test() as pilot:
        await begun(pilot)
        for size, covered in [((59, 24), True), ((80, 15), True), ((60, 16), False)]:
            await pilot.resize_terminal(*size)
            await pilot.pause()
            assert app.screen.query_one("#too-small").display is covered


async def test_paste_of_100_kb(runtime: Runtime) -> None:
    """A large paste arrives in full, on one line or on many."""
    app = MockintApp(runtime)
    async with app.run_test() as pilot:
        screen = await begun(pilot)
        text = "混合 mixed [red]paste[/red]\n" * 4000 + "x" * 20000
        app.post_message(events.Paste(text))
        await pilot.pause()
        await pilot.press("!")

        assert screen.editor.text == text + "!"
        assert screen.live.state.draft.text == text + "!"


async def test_control_characters_show_as_pictures(runtime: Runtime) -> None:
    """An escape sequence in an answer is drawn, never obeyed; the text itself is unchanged."""
    app = MockintApp(runtime)
    async with app.run_test() as pilot:
        screen = await begun(pilot)
        screen.editor.insert("a\x1b[31mb\x00\x07\u202ec")
        await pilot.pause()
        drawn = "".join(segment.text for segment in screen.editor.render_line(0))

        assert screen.editor.text == "a\x1b[31mb\x00\x07\u202ec"
        assert drawn.strip().startswith("a␛[31mb␀␇")
        assert "\x1b" not in drawn


async def test_prompt_is_in_the_session_language(make_runtime: MakeRuntime) -> None:
    """A Chinese session shows the Chinese prompt and counts characters."""
    runtime = make_runtime(settings=Settings(language=Language.ZH))
    app = MockintApp(runtime)
    async with app.run_test() as pilot:
        screen = await begun(pilot)
        screen.editor.insert("低秩 更新")
        await pilot.pause()

        assert screen.live.question is not None
        assert screen.query_one("#prompt").source == screen.live.question.prompt.zh
        assert str(screen.editor.border_subtitle).startswith("4 characters")


async def test_interviews_give_no_hints(runtime: Runtime) -> None:
    """Hint and model answer are for drills: their keys do nothing here."""
    app = MockintApp(runtime)
    async with app.run_test() as pilot:
        screen = await begun(pilot)
        await pilot.press("ctrl+t", "ctrl+o")

        assert screen.live.hints_shown == ()
        assert not isinstance(app.screen, Note)


async def test_a_whole_interview(runtime: Runtime) -> None:
    """Five questions typed, graded and found again in the store with the same score."""
    app = MockintApp(runtime)
    async with app.run_test() as pilot:
        screen = await begun(pilot)
        live = screen.live
        while live.question is not None:
            screen.editor.insert(ANSWERS[live.question.id])
            await pilot.press("ctrl+s")
            await pilot.pause()
        for _ in range(20):
            await pilot.pause()
            if live.state.score is not None:
                break
            await asyncio.sleep(0.01)

        assert isinstance(app.screen, ResultScreen)
        assert live.state.score is not None
        assert runtime.store.session(live.state.id).score == live.state.score


async def test_resumed_clock_goes_on(runtime: Runtime) -> None:
    """Time away does not count."""
    left_session(runtime)
    clock_of(runtime).advance(7200)
    app = MockintApp(runtime)
    async with app.run_test() as pilot:
        await pilot.pause()
        await pilot.press("r")
        await pilot.pause()

        left = question_of(app).live.clocks().session_left
        assert left == pytest.approx(20 * 60 - 50, abs=1)
