from collections import Counter
from dataclasses import replace

import pytest
from fakes import FakeBank
from hypothesis import given
from hypothesis import strategies as st

from mockint.domain.errors import ContentError
from mockint.domain.language import Bilingual
from mockint.domain.question import Kind, Level, QuestionSummary
from mockint.domain.session import Mode, Plan
from mockint.session.selection import draw, matching

PLAN = Plan(Mode.INTERVIEW, count=3, seed=11)


def summary(
    name: str, topic: str, level: Level = Level.MID, covers: tuple[str, ...] = ()
) -> QuestionSummary:
    return QuestionSummary(
        name, topic, level, Kind.CONCEPT, 4.0, Bilingual("Why?", "为什么？"), covers
    )


BANK = tuple(
    summary(f"{topic}-{number}", topic, level)
    for topic in ("agents", "attention", "lora", "rag")
    for number, level in enumerate((Level.JUNIOR, Level.MID, Level.MID, Level.SENIOR))
)
IDS = [question.id for question in BANK]

plans = st.builds(
    Plan,
    mode=st.sampled_from(Mode),
    topics=st.lists(st.sampled_from(["agents", "attention", "lora", "rag"]), unique=True).map(
        tuple
    ),
    level=st.none() | st.sampled_from(Level),
    count=st.integers(1, 20),
    seed=st.integers(),
)


@given(plans, st.permutations(BANK), st.lists(st.sampled_from(IDS)))
def test_draw_ignores_the_order_of_the_bank(
    plan: Plan, shuffled: list[QuestionSummary], seen: list[str]
) -> None:
    """The same seed, bank, plan and history give the same questions in the same order."""
    assert draw(plan, shuffled, seen=seen) == draw(plan, BANK, seen=seen)


@given(plans, st.lists(st.sampled_from(IDS)))
def test_draw_keeps_to_the_plan(plan: Plan, seen: list[str]) -> None:
    """Only matching questions, none twice, as many as asked for or as there are."""
    drawn = draw(plan, BANK, seen=seen)

    assert all(q.topic in plan.topics for q in drawn) or not plan.topics
    assert all(q.level is plan.level for q in drawn) or plan.level is None
    assert len({q.id for q in drawn}) == len(drawn)
    assert len(drawn) == min(plan.count, len(matching(plan, BANK)))


@given(plans, st.lists(st.sampled_from(IDS)))
def test_draw_spreads_over_topics(plan: Plan, seen: list[str]) -> None:
    """No topic gets two questions more than another that still has some."""
    drawn = draw(plan, BANK, seen=seen)

    asked = Counter(q.topic for q in drawn)
    available = Counter(q.topic for q in matching(plan, BANK))
    for topic, number in available.items():
        if asked[topic] < number:
            assert max(asked.values()) <= asked[topic] + 1


def test_different_seeds_give_different_draws() -> None:
    """The seed decides, not the alphabet."""
    draws = {tuple(q.id for q in draw(replace(PLAN, seed=seed), BANK)) for seed in range(20)}

    assert len(draws) > 10


def test_unseen_questions_come_first() -> None:
    """A question that was never asked is drawn before any that was."""
    plan = Plan(Mode.DRILL, topics=("lora",), count=2, seed=3)

    drawn = draw(plan, BANK, seen=["lora-3", "lora-1"])

    assert {q.id for q in drawn} == {"lora-0", "lora-2"}


def test_least_recently_seen_comes_first_when_all_were_seen() -> None:
    """Among seen questions, the one asked longest ago comes first; its latest showing counts."""
    plan = Plan(Mode.DRILL, topics=("lora",), count=4, seed=3)
    seen = ["lora-2", "lora-0", "lora-3", "lora-1", "lora-2"]

    assert [q.id for q in draw(plan, BANK, seen=seen)] == ["lora-0", "lora-3", "lora-1", "lora-2"]


def test_a_question_is_not_asked_beside_one_that_covers_it() -> None:
    """Two questions with the same answer are never drawn into one session."""
    bank = (summary("gqa", "attention", covers=("mqa",)), summary("mqa", "attention"))

    for seed in range(8):
        assert len(draw(Plan(Mode.DRILL, count=2, seed=seed), bank)) == 1


def test_a_covered_question_counts_as_seen() -> None:
    """Having been asked what a question covers makes it seen."""
    bank = (summary("gqa", "attention", covers=("mqa",)), summary("rope", "attention"))

    for seed in range(8):
        drawn = draw(Plan(Mode.DRILL, count=1, seed=seed), bank, seen=["mqa"])
        assert [q.id for q in drawn] == ["rope"]


@pytest.mark.parametrize(
    ("plan", "says"),
    [
        (Plan(Mode.DRILL, topics=("cooking",)), "no questions on cooking: choose other topics"),
        (Plan(Mode.DRILL, topics=("rag",), level=Level.SENIOR), "no senior questions on rag"),
        (Plan(Mode.DRILL, topics=("rag",), level=Level.SENIOR), "(junior, mid), or all levels"),
    ],
)
def test_an_empty_draw_says_which_choice_to_loosen(plan: Plan, says: str) -> None:
    """Where nothing matches, the error names the choice that excludes everything."""
    with pytest.raises(ContentError) as caught:
        draw(plan, FakeBank().summaries())

    assert says in str(caught.value)


def test_an_empty_bank_is_named() -> None:
    """Without any question the error speaks of the bank, not of the plan."""
    with pytest.raises(ContentError, match="bank is empty"):
        draw(PLAN, ())


def test_a_session_of_no_questions_is_refused() -> None:
    """A count below one is a mistake of the caller."""
    with pytest.raises(ValueError, match="at least one"):
        draw(replace(PLAN, count=0), BANK)
