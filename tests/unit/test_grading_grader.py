"""The whole grader, with the encoder that needs no model."""

import time
from dataclasses import replace

import numpy as np
import pytest
from grading_core_samples import QUESTION, RUBRIC
from hypothesis import given, settings
from hypothesis import strategies as st

from mockint.domain.answer import Answer
from mockint.domain.grade import Band, Flag, Grade, Verdict
from mockint.domain.language import Language
from mockint.grading.calibration import load_scorer
from mockint.grading.encoders.hashing import HashingEncoder
from mockint.grading.grader import RubricGrader

GRADER = RubricGrader(HashingEncoder())
_PIECES = st.sampled_from(
    ["W0 stays frozen. ", "B is zero, ", "预训练权重保持冻结。", "but ", "但是", "not ", "不",
     "⻓⻅⻛⻔",
     "ＬｏＲＡ ", "cafe\u0301 ", "\ud800", "\x00", "\u200b", "ﷺ", "👩‍🔬", "\n", "- ", "unlike ",
     "9" * 400, "，",
     "e.g. ", "low-rank update ", "很多人以为", "is trained. ", "[red]", "\x1b[0m"]
)  # fmt: skip
TEXT = st.one_of(st.text(max_size=150), st.lists(_PIECES, max_size=40).map("".join))


def _grade(text: str, language: Language = Language.EN) -> Grade:
    return GRADER.grade(QUESTION, RUBRIC, Answer(text, language))


def _check(grade: Grade, text: str) -> None:
    assert 0.0 <= grade.score <= 100.0
    assert grade.score == round(grade.score, 1)
    assert grade.band is Band.of(grade.score)
    assert [point.id for point in grade.points] == [point.id for point in RUBRIC.points]
    assert sum(point.weight for point in grade.points) == pytest.approx(1.0)
    assert len(set(grade.flags)) == len(grade.flags)
    shown = [point.evidence for point in grade.points] + [m.evidence for m in grade.misconceptions]
    for evidence in shown:
        if evidence is not None:
            assert 0 <= evidence.start < evidence.end <= len(text)
            assert evidence.text == text[evidence.start : evidence.end]
            assert 0.0 <= evidence.similarity <= 1.0
    for point in grade.points:
        assert (point.evidence is None) == (point.verdict is Verdict.MISSED)


@settings(deadline=None)
@given(TEXT, st.sampled_from(Language))
def test_any_text_gets_a_sound_grade(text: str, language: Language) -> None:
    """Whatever is typed, the score, band, verdicts and evidence are sound and repeatable."""
    grade = _grade(text, language)
    _check(grade, text)
    assert RubricGrader(HashingEncoder()).grade(QUESTION, RUBRIC, Answer(text, language)) == grade


@pytest.mark.parametrize(
    "text",
    [
        "a" * 1_000_000,
        "秩" * 1_000_000,
        "\n" * 1_000_000,
        "\x00" * 1_000_000,
        "." * 999_999 + "a",
        "\u0301\u0323" * 500_000,
        "ﷺ" * 100_000,
        "not " * 250_000,
        "unlike " * 140_000,
        "x, " * 330_000,
        "The base weights stay frozen and B is zero. " * 340,
    ],
    ids=[
        "a",
        "han",
        "newlines",
        "nul",
        "stops",
        "marks",
        "ligatures",
        "not",
        "unlike",
        "commas",
        "3000 words",
    ],
)
def test_any_length_is_graded_in_seconds(text: str) -> None:
    """A megabyte of anything is graded without an error and without stalling."""
    started = time.process_time()
    _check(_grade(text), text)
    assert time.process_time() - started < 15


@pytest.mark.parametrize(
    ("text", "flag"),
    [
        ("", Flag.EMPTY),
        (" \n\t", Flag.EMPTY),
        ("I don't know", Flag.DONT_KNOW),
        ("这题不会", Flag.DONT_KNOW),
        (QUESTION.prompt.en, Flag.ECHO),
        (QUESTION.prompt.zh, Flag.ECHO),
        ("rank, gradient, frozen, zero, random, low-rank update", Flag.KEYWORD_LIST),
        ("低秩、冻结、预训练权重、随机、零、更新", Flag.KEYWORD_LIST),
        ("asdfasdf qwerqwer", Flag.NOT_TEXT),
        ("?!?!", Flag.NOT_TEXT),
    ],
)
@pytest.mark.parametrize("language", list(Language))
def test_nothing_to_grade_scores_low_and_says_why(
    text: str, flag: Flag, language: Language
) -> None:
    """Gated answers are poor, carry the one flag that tells why, and miss every point."""
    grade = _grade(text, language)
    assert grade.score < 20
    assert grade.flags == (flag,)
    assert {point.verdict for point in grade.points} == {Verdict.MISSED}
    assert grade.points[0].statement == RUBRIC.points[0].statement[language]


@pytest.mark.parametrize("language", list(Language))
def test_the_reference_is_excellent_and_shows_its_words(language: Language) -> None:
    """The reference answer makes every point, each with the words that make it.

    A point without a twin may be made in part: the weights were fitted with twins.
    """
    text = QUESTION.reference[language]
    grade = _grade(text, language)
    assert grade.band is Band.EXCELLENT
    assert grade.flags == ()
    assert grade.points[0].verdict is Verdict.COVERED
    assert grade.points[1].verdict in {Verdict.COVERED, Verdict.PARTIAL}
    frozen, zero = (point.evidence for point in grade.points)
    assert frozen is not None
    assert zero is not None
    assert ("frozen" if language is Language.EN else "冻结") in frozen.text
    assert ("zero" if language is Language.EN else "零") in zero.text


@pytest.mark.parametrize("language", list(Language))
def test_the_opposite_scores_low(language: Language) -> None:
    """The twin of the heaviest point is worth much less than the point."""
    point = RUBRIC.points[0]
    right = _grade(point.statement[language], language)
    wrong = _grade(point.twin[language], language)
    assert right.score > wrong.score + 30
    assert wrong.points[0].verdict is not Verdict.COVERED


def test_width_does_not_matter() -> None:
    """The same answer in full-width letters gets the same score, and is shown as typed."""
    plain = QUESTION.reference.en
    wide = "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in plain)
    grade = _grade(wide)
    assert grade.score == _grade(plain).score
    evidence = grade.points[0].evidence
    assert evidence is not None
    assert evidence.text in wide


def test_one_sentence_over_and_over_is_told() -> None:
    """Repetition is flagged and earns nothing that saying it once does not."""
    once = "The pre-trained weights stay frozen and only a low-rank update is trained. "
    grade = _grade(once * 8)
    assert Flag.REPETITION in grade.flags
    assert grade.points[1].verdict is not Verdict.COVERED
    assert grade.score <= _grade(once).score + 5


def test_an_answer_on_something_else_scores_low() -> None:
    """What shares nothing with the rubric covers no point and scores under 20."""
    grade = _grade("The tokenizer merges those pairs that are most frequent in its corpus.")
    assert Verdict.COVERED not in {point.verdict for point in grade.points}
    assert grade.score < 20


@pytest.mark.parametrize(
    ("support", "contradiction", "told"),
    [(-9.0, -9.0, True), (-9.0, 9.0, False), (9.0, -9.0, False)],
)
def test_off_topic_is_neither_right_nor_wrong(
    support: float, contradiction: float, *, told: bool
) -> None:
    """An answer is off the topic where it neither makes points nor contradicts them."""
    shipped, _ = load_scorer()
    bias = np.full_like(shipped.output_bias, support)
    bias[:, 1] = contradiction
    scorer = replace(shipped, output=np.zeros_like(shipped.output), output_bias=bias)
    grader = RubricGrader(HashingEncoder(), scorer)
    grade = grader.grade(QUESTION, RUBRIC, Answer("W0 stays frozen all the time."))
    assert (Flag.OFF_TOPIC in grade.flags) is told


@pytest.mark.parametrize(("asked", "told"), [(Language.EN, True), (Language.ZH, False)])
def test_the_other_language_is_graded_and_told(asked: Language, *, told: bool) -> None:
    """An answer in the other language is graded on what it says; the flag is only a remark."""
    grade = _grade(QUESTION.reference.zh, asked)
    assert (Flag.OTHER_LANGUAGE in grade.flags) is told
    assert grade.score == _grade(QUESTION.reference.zh, Language.ZH).score


def test_more_text_behind_the_limit_changes_nothing() -> None:
    """What stands behind the first 24,000 characters is not read."""
    early = "It is cheap to train and to store for every task. " + "\n" * 24_000
    assert _grade(early + QUESTION.reference.en) == _grade(early)
    assert _grade(early.strip() + QUESTION.reference.en).score > _grade(early).score + 30


def test_the_fingerprint_names_encoder_and_weights() -> None:
    """Another encoder or other weights make another fingerprint; the same make the same."""

    class Other(HashingEncoder):
        @property
        def fingerprint(self) -> str:
            return "other"

    assert RubricGrader(HashingEncoder()).fingerprint == GRADER.fingerprint
    assert RubricGrader(Other()).fingerprint != GRADER.fingerprint
    assert RubricGrader(HashingEncoder(), load_scorer()[0]).fingerprint != GRADER.fingerprint
    assert _grade("W0 stays frozen all the time.").fingerprint == GRADER.fingerprint
