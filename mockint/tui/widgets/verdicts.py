"""A grade in words: score, verdicts, and the answer with its evidence marked. Pure functions."""

from textual.content import Content

from mockint.domain.grade import Grade, PointVerdict, Verdict
from mockint.domain.session import AnswerRecord, Outcome
from mockint.tui import words
from mockint.tui.text import Mark, duration, number_mark, one_line, pieces, shown_score, visible

STYLES = {
    Verdict.COVERED: "$covered",
    Verdict.PARTIAL: "$partial",
    Verdict.MISSED: "$missed",
    Verdict.CONTRADICTED: "$contradicted",
}
MISCONCEPTION = "⚠"


def outcome_line(record: AnswerRecord) -> Content:
    """How the question ended, how long it took, flag and hints."""
    parts = [words.OUTCOMES[record.outcome]]
    if record.outcome is not Outcome.NOT_REACHED:
        parts.append(duration(record.seconds))
    if record.hints_used:
        parts.append(words.count(record.hints_used, "hint"))
    said = " · ".join(parts)
    if record.flagged:
        return Content.assemble((said, "$muted"), ("  ⚑ flagged", "bold $accent"))
    return Content.styled(said, "$muted")


def score_line(grade: Grade) -> Content:
    """The score, its band in words, and what that means."""
    return Content.assemble(
        (f"{shown_score(grade.score)}", "bold"),
        ("/100  ", "$muted"),
        (f"±{grade.uncertainty:.0f}  " if grade.uncertainty >= 1 else "", "$muted"),
        (grade.band.value, f"bold {words.BAND_STYLES[grade.band]}"),
        (f"\n{words.BANDS[grade.band]}", "$muted"),
    )


def standing(record: AnswerRecord, failure: str | None) -> tuple[str, str]:
    """Symbol and word for one question in a list: its score, or why there is none."""
    if record.grade is not None:
        return (f"{shown_score(record.grade.score):>3}", record.grade.band.value)
    if record.awaits_grade:
        return ("  ✗", "not graded") if failure else ("  …", "grading")
    return ("  –", words.OUTCOMES[record.outcome])


def numbered(grade: Grade) -> dict[str, int]:
    """The number that links each key point to its evidence in the answer; by the point's id."""
    shown = [p for p in grade.points if p.evidence and p.verdict is not Verdict.MISSED]
    return {point.id: number for number, point in enumerate(shown, 1)}


def verdict_word(point: PointVerdict) -> Content:
    """Symbol and word of a verdict."""
    symbol, said = words.VERDICTS[point.verdict]
    return Content.styled(f"{symbol} {said}", f"bold {STYLES[point.verdict]}")


def point_text(point: PointVerdict, number: int | None, probe: str) -> Content:
    """The claim, the words that decided, and what to ask oneself where it is missing."""
    parts: list[tuple[str, str]] = [
        (visible(point.statement), ""),
        (f"  {point.weight:.0%}", "$muted"),
    ]
    if number is not None and point.evidence is not None:
        quote = one_line(point.evidence.text, 160)
        parts += [
            (f"\n{number_mark(number)} ", f"bold {STYLES[point.verdict]}"),
            (f"“{quote}”", "italic $muted"),
        ]
    elif probe:
        parts.append((f"\n→ {one_line(probe)}", "$muted"))
    return Content.assemble(*parts)


def marked_answer(text: str, grade: Grade | None) -> Content:
    """The answer as typed, each piece of evidence underlined behind its number and symbol."""
    if grade is None:
        return Content(visible(text))
    numbers = numbered(grade)
    marks = [
        Mark(
            point.evidence.start,
            point.evidence.end,
            f"{number_mark(numbers[point.id])}{words.VERDICTS[point.verdict][0]} ",
            STYLES[point.verdict],
        )
        for point in grade.points
        if point.evidence is not None and point.id in numbers
    ]
    marks += [
        Mark(met.evidence.start, met.evidence.end, f"{MISCONCEPTION} ", "$contradicted")
        for met in grade.misconceptions
    ]
    parts: list[tuple[str, str]] = []
    for piece in pieces(text, marks):
        style = "underline on $marked" if piece.labels or piece.style else ""
        parts += [(label, f"bold {piece.style}") for label in piece.labels]
        parts.append((piece.text, style))
    return Content.assemble(*parts)
