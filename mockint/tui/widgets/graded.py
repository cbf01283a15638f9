"""One question with its answer, grade and model answer, for results and transcripts."""

from collections.abc import Iterator
from dataclasses import dataclass

from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Static

from mockint.domain.errors import ContentError
from mockint.domain.grade import Grade
from mockint.domain.language import Language
from mockint.domain.ports import Bank
from mockint.domain.question import Question
from mockint.domain.session import AnswerRecord, Outcome
from mockint.tui import words
from mockint.tui.text import number_mark, visible
from mockint.tui.widgets import verdicts
from mockint.tui.widgets.markdown import Prose


@dataclass(frozen=True, slots=True)
class Shown:
    """What there is to show of one question.

    Attributes:
        record: The question as asked, the answer, the grade.
        title: Where in the session it stands.
        failure: Why it could not be graded, if so.
    """

    record: AnswerRecord
    title: str
    failure: str | None = None


class GradedAnswer(VerticalScroll, can_focus=True):
    """A question in full: prompt, grade, key points, marked answer, model answer."""

    def __init__(self, bank: Bank, shown: Shown, *, id: str = "graded") -> None:  # noqa: A002 - the name Textual gives it
        super().__init__(id=id)
        self._bank = bank
        self._shown = shown

    async def show(self, shown: Shown) -> None:
        """Show another question, or the same one with more known about it."""
        if shown == self._shown:
            return
        moved = shown.record.position != self._shown.record.position
        self._shown = shown
        await self.recompose()
        if moved:
            self.scroll_home(animate=False)

    def compose(self) -> ComposeResult:
        """Every part that there is something to say in."""
        record = self._shown.record
        question = self._question(record.question_id)
        topic = f"{words.topic(question.topic)} · " if question else ""
        yield Static(
            Content.assemble((self._shown.title, "bold $primary"), (f"  {topic}", "$muted"))
            + verdicts.outcome_line(record),
            classes="line",
        )
        yield Prose(record.prompt, classes="prompt")
        yield from self._standing(record)
        if record.grade is not None:
            yield from self._points(record.grade, record.question_id, record.language)
        if record.text.strip():
            yield _title("Your answer")
            yield Static(
                verdicts.marked_answer(record.text, record.grade), markup=False, classes="answer"
            )
        if record.grade is not None and record.grade.misconceptions:
            yield from _misconceptions(record.grade)
        yield from self._model(question, record.language)

    def _standing(self, record: AnswerRecord) -> Iterator[Widget]:
        if record.grade is not None:
            yield Static(verdicts.score_line(record.grade), markup=False, classes="score")
            for flag in record.grade.flags:
                yield Static(
                    Content.assemble(("! ", "bold $amber"), words.FLAGS[flag]), classes="flagline"
                )
        elif record.awaits_grade and self._shown.failure:
            yield Static(
                Content.assemble(
                    ("✗ Not graded: ", "bold $contradicted"),
                    visible(self._shown.failure),
                    ("\nYour answer is safe. Press g to try again.", "$muted"),
                ),
                classes="score",
            )
        elif record.awaits_grade:
            yield Static(
                Content.assemble(
                    ("… Grading. ", "bold $partial"),
                    ("The grade appears here as soon as it is known.", "$muted"),
                ),
                classes="score",
            )
        else:
            yield Static(Content.styled(_why_nothing(record), "$muted"), classes="score")

    def _points(self, grade: Grade, question_id: str, language: Language) -> Iterator[Widget]:
        probes = self._probes(question_id, language)
        numbers = verdicts.numbered(grade)
        if grade.points:
            yield _title("Key points")
        for point in grade.points:
            yield Horizontal(
                Static(verdicts.verdict_word(point), classes="verdict"),
                Static(
                    verdicts.point_text(point, numbers.get(point.id), probes.get(point.id, "")),
                    classes="claim",
                ),
                classes="point",
            )

    def _model(self, question: Question | None, language: Language) -> Iterator[Widget]:
        yield _title("Model answer")
        if question is None:
            yield Static(
                Content.styled("This question is no longer in the bank.", "$muted"), classes="line"
            )
            return
        yield Prose(question.reference[language], classes="model")
        if question.follow_ups:
            yield _title("An interviewer might go on to ask")
            for follow_up in question.follow_ups:
                yield Static(Content(f"→ {visible(follow_up[language])}"), classes="line")
        if question.sources:
            yield _title("Sources")
            for source in question.sources:
                yield Static(
                    Content.styled(f"{visible(source.title)} · {visible(source.where)}", "$muted"),
                    classes="line",
                )

    def _question(self, question_id: str) -> Question | None:
        try:
            return self._bank.question(question_id)
        except ContentError:
            return None

    def _probes(self, question_id: str, language: Language) -> dict[str, str]:
        try:
            rubric = self._bank.rubric(question_id)
        except ContentError:
            return {}
        return {point.id: point.probe[language] for point in rubric.points}


def _title(text: str) -> Static:
    return Static(Content(text), classes="section")


def _why_nothing(record: AnswerRecord) -> str:
    match record.outcome:
        case Outcome.SKIPPED:
            return "You skipped this question; it counts 0."
        case Outcome.NOT_REACHED:
            return "The session ended before this question."
        case Outcome.TIMED_OUT:
            return "Time ran out before anything was typed; it counts 0."
        case Outcome.ANSWERED:
            return "There were no words to grade."


def _misconceptions(grade: Grade) -> Iterator[Widget]:
    yield _title("Misconceptions")
    for met in grade.misconceptions:
        yield Vertical(
            Static(
                Content.assemble(
                    (f"{verdicts.MISCONCEPTION} It is often said: ", "bold $contradicted"),
                    visible(met.statement),
                )
            ),
            Static(Content.assemble(("✓ In fact: ", "bold $covered"), visible(met.correction))),
            classes="misconception",
        )


def evidence_key() -> Content:
    """What the marks in an answer mean."""
    parts = [f"{symbol} {said}" for symbol, said in words.VERDICTS.values()]
    return Content.styled(f"{number_mark(1)} links to a key point · {' · '.join(parts)}", "$muted")
