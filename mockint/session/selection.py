"""Which questions a session asks."""

import random
from collections.abc import Iterable, Sequence

from mockint.domain.errors import ContentError
from mockint.domain.question import QuestionSummary
from mockint.domain.session import Plan


def matching(plan: Plan, questions: Iterable[QuestionSummary]) -> tuple[QuestionSummary, ...]:
    """The questions a plan may draw from, ordered by topic, then id, each id once."""
    by_id = {
        question.id: question
        for question in questions
        if (not plan.topics or question.topic in plan.topics)
        and (plan.level is None or question.level is plan.level)
    }
    return tuple(sorted(by_id.values(), key=lambda question: (question.topic, question.id)))


def draw(
    plan: Plan, questions: Iterable[QuestionSummary], *, seen: Sequence[str] = ()
) -> tuple[QuestionSummary, ...]:
    """The questions of a session, in the order to ask them.

    They are spread over the topics as evenly as the bank allows; within that, questions never seen
    come before seen ones, and those seen long ago before recent ones. The same seed, bank, plan and
    history give the same draw, whatever the order of ``questions``.

    Args:
        plan: What is asked for.
        questions: The bank.
        seen: Question ids asked before, most recent last.

    Returns:
        ``plan.count`` questions, or all that match where fewer do: compare the lengths.

    Raises:
        ContentError: Nothing matches; its text says which choice to loosen.
        ValueError: ``plan.count`` is below 1.
    """
    if plan.count < 1:
        raise ValueError(f"a session needs at least one question, not {plan.count}")
    bank = tuple(questions)
    candidates = list(matching(plan, bank))
    if not candidates:
        raise ContentError(_why_nothing_matches(plan, bank))
    # Seeded on purpose: a session can be replayed.
    random.Random(plan.seed).shuffle(candidates)  # noqa: S311 - not a secret
    last_seen = {question_id: order for order, question_id in enumerate(seen)}

    def freshness(question: QuestionSummary) -> int:
        return max(last_seen.get(name, -1) for name in (question.id, *question.covers))

    rounds: dict[str, int] = {}
    ranked: list[tuple[int, int, QuestionSummary]] = []
    for question in sorted(candidates, key=freshness):
        turn = rounds.get(question.topic, 0)
        rounds[question.topic] = turn + 1
        ranked.append((turn, freshness(question), question))
    ranked.sort(key=lambda entry: entry[:2])
    return _without_overlap((question for _, _, question in ranked), plan.count)


def _without_overlap(ranked: Iterable[QuestionSummary], count: int) -> tuple[QuestionSummary, ...]:
    """The first ``count`` questions of which none covers what another asks."""
    drawn: list[QuestionSummary] = []
    asked: set[str] = set()
    for question in ranked:
        names = {question.id, *question.covers}
        if len(drawn) < count and asked.isdisjoint(names):
            drawn.append(question)
            asked |= names
    return tuple(drawn)


def _why_nothing_matches(plan: Plan, bank: Sequence[QuestionSummary]) -> str:
    if not bank:
        return "the question bank is empty: see `mockint bank check` for what was left out"
    in_topics = [q for q in bank if not plan.topics or q.topic in plan.topics]
    if not in_topics:
        return (
            f"the bank has no questions on {', '.join(plan.topics)}: choose other topics,"
            " or none at all to draw from every topic"
        )
    levels = ", ".join(sorted({q.level.value for q in in_topics}))
    where = f" on {', '.join(plan.topics)}" if plan.topics else ""
    wanted = plan.level.value if plan.level else "any"
    return (
        f"the bank has no {wanted} questions{where}: choose another level ({levels}), or all levels"
    )
