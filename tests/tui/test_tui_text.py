"""What a person reads: safe characters, clocks, scores, marks."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockint.domain.grade import Band
from mockint.domain.language import Language
from mockint.tui import words
from mockint.tui.text import Mark, bar, clock, day, duration, one_line, pieces, shown_score, visible

ANYTHING = st.text(st.characters(), max_size=200)


@given(ANYTHING)
def test_visible_keeps_length_and_steers_nothing(text: str) -> None:
    """No character that could steer a terminal is left, and offsets stay right."""
    safe = visible(text)

    assert len(safe) == len(text)
    assert not any(ord(c) < 0x20 and c not in "\n\t" for c in safe)
    assert not any(0x7F <= ord(c) < 0xA0 or 0xD800 <= ord(c) < 0xE000 for c in safe)
    assert "\u202e" not in safe
    safe.encode("utf-8")


def test_visible_leaves_ordinary_text_alone() -> None:
    """Markup, Chinese, emoji, newlines and tabs are what they are."""
    text = "[red]低秩[/] \t — “quoted” 👩‍💻\nnext"

    assert visible(text) == text


@given(ANYTHING, st.lists(st.tuples(st.integers(-5, 210), st.integers(-5, 210)), max_size=6))
def test_pieces_join_to_the_answer(text: str, spans: list[tuple[int, int]]) -> None:
    """However marks overlap or lie outside, no character is lost or doubled."""
    marks = [Mark(start, end, str(n), "bold") for n, (start, end) in enumerate(spans)]

    assert "".join(piece.text for piece in pieces(text, marks)) == visible(text)


def test_pieces_put_each_label_where_its_evidence_begins() -> None:
    """Two marks on one sentence both get their number, once."""
    cut = pieces("abcdef", [Mark(1, 4, "①", "x"), Mark(1, 6, "②", "y")])

    assert [(p.text, p.labels) for p in cut] == [
        ("a", ()),
        ("bcd", ("①", "②")),
        ("ef", ()),
    ]


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(0, "00:00"), (-3, "00:00"), (0.2, "00:01"), (59.01, "01:00"), (3725, "1:02:05")],
)
def test_clock_rounds_up(seconds: float, said: str) -> None:
    """00:00 is shown only when time is out."""
    assert clock(seconds) == said


def test_duration_reads_naturally() -> None:
    """Seconds, minutes and hours as a person says them."""
    assert [duration(s) for s in (0.4, 59, 60, 192, 3900)] == [
        "0 s",
        "59 s",
        "1 min",
        "3 min 12 s",
        "1 h 05 min",
    ]


@given(st.floats(0, 100))
def test_shown_score_never_contradicts_its_band(score: float) -> None:
    """84.6 is good, so 84 is shown and not 85."""
    assert Band.of(shown_score(score)) is Band.of(score)
    assert abs(shown_score(score) - score) < 1


def test_day_names_the_near_past() -> None:
    """Today and yesterday by name, a date otherwise."""
    now = datetime(2026, 3, 14, 9, 0, tzinfo=UTC)

    assert day(now, now) == "Today 09:00"
    assert day(now - timedelta(days=1), now) == "Yesterday 09:00"
    assert day(now - timedelta(days=9), now) == "5 Mar 09:00"
    assert day(now - timedelta(days=400), now) == "7 Feb 2025"


def test_bar_fills_by_eighths() -> None:
    """Empty, full and in between; never longer than its width."""
    assert bar(0, 8) == ""
    assert bar(1, 8) == "█" * 8
    assert bar(0.5, 4) == "██"
    assert len(bar(2, 4)) == 4


def test_one_line_is_one_line() -> None:
    """A list shows no newline, no mark of Markdown, and is cut."""
    assert one_line("a **b**\n`c`") == "a b c"
    assert one_line("x" * 300, 10) == "x" * 9 + "…"


def test_chinese_is_counted_in_characters_whatever_the_session_s_language() -> None:
    """A Chinese sentence in an English session is not "1 word"."""
    assert words.size("模型分块存放缓存。", Language.EN) == "9 characters"
    assert words.size("LoRA freezes 权重", Language.EN) == "3 words"
    assert words.size("low rank", Language.EN) == "2 words"
