"""How an answer stands to key points, as numbers."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
from grading_core_samples import QUESTION, RUBRIC
from hypothesis import given
from hypothesis import strategies as st

from mockint.grading.claims import ReadRubric, read_rubric, rubric_texts
from mockint.grading.encoders.base import EncodedText, FloatArray
from mockint.grading.encoders.hashing import HashingEncoder
from mockint.grading.signals import (
    COLUMNS,
    SIGNALS,
    STANCES,
    answer_texts,
    measure,
    read_answer,
)

ENCODER = HashingEncoder()


@pytest.fixture(scope="module")
def rubric() -> ReadRubric:
    return read_rubric(QUESTION, RUBRIC, ENCODER)


def _best(text: str, rubric: ReadRubric, name: str, point: int = 0) -> float:
    points = measure(read_answer(text, ENCODER), rubric).points
    return float(points[:, point, COLUMNS.index(name)].max())


def _signals(text: str, rubric: ReadRubric) -> FloatArray:
    return measure(read_answer(text, ENCODER), rubric).points


def test_names_of_signals() -> None:
    """Every name is used once, and every stance is one of the signals."""
    assert len(set(COLUMNS)) == len(COLUMNS)
    assert set(STANCES) <= set(SIGNALS)


def test_units_are_sentences_pairs_and_clauses() -> None:
    """An answer is read whole, in pairs of neighbours and in clauses, each with its tokens."""
    text = "W0 stays frozen. A is random at first, while B always starts at zero."
    answer = read_answer(text, ENCODER)
    assert [unit.text for unit in answer.units] == [
        "W0 stays frozen.",
        "A is random at first, while B always starts at zero.",
        text,
        "A is random at first,",
        "while B always starts at zero.",
    ]
    assert answer.vectors.shape == (5, answer.states.shape[1])
    assert answer.spans == ((0, 3), (3, 14), (0, 14), (3, 8), (8, 14))
    assert answer.lengths.tolist() == [len(unit.text) for unit in answer.units]


@given(st.text(max_size=120))
def test_every_unit_has_tokens_in_range(text: str) -> None:
    """Unit vectors have length 1 and unit ranges are not empty and lie in the states."""
    answer = read_answer(text, ENCODER)
    assert len(answer.units) == len(answer.vectors) == len(answer.spans)
    for first, last in answer.spans:
        assert 0 <= first < last <= len(answer.states)
    norms = np.linalg.norm(answer.vectors, axis=-1)
    assert (np.isclose(norms, 1, atol=1e-4) | (norms == 0)).all()


def test_only_the_first_sentences_are_read() -> None:
    """Sentences beyond the limit are left out; the fold still holds the whole text."""
    answer = read_answer("B is zero. " * 9, ENCODER, longest=3)
    assert len(answer.sentences) == 3
    assert answer.folded.length == 99


@given(st.text(max_size=120))
def test_signals_are_finite_and_bounded(text: str) -> None:
    """Whatever is typed: shares lie in 0 to 1, margins in -2 to 2, counts in 0 to 3."""
    read = read_rubric(QUESTION, RUBRIC, ENCODER)
    answer = read_answer(text, ENCODER)
    counts = [COLUMNS.index(name) for name in ("negations", "rivals")]
    measured = measure(answer, read)
    assert measured.points.shape == (len(answer.units), 2, len(COLUMNS))
    assert measured.misconceptions.shape == (len(answer.units), 1, len(COLUMNS))
    for values in (measured.points, measured.misconceptions):
        assert np.isfinite(values).all()
        assert (np.abs(np.delete(values, counts, axis=2)) <= 2.001).all()
        assert ((values[..., counts] >= 0) & (values[..., counts] <= 3)).all()
        shares = ("grams", "content", "keywords", "against_true", "against_false", "true_denied")
        for name in shares:
            column = values[..., COLUMNS.index(name)]
            assert ((column >= 0) & (column <= 1)).all()


def test_the_claim_itself_is_nearest(rubric: ReadRubric) -> None:
    """A claim said word for word has full shares; one on something else has next to none."""
    claim = RUBRIC.points[0].statement
    for text in claim.both():
        for name in ("cosine", "recall", "grams", "content", "keywords"):
            assert _best(text, rubric, name) == pytest.approx(1.0, abs=1e-3)
        assert _best(text, rubric, "against_true") == 0.0
    for name in ("grams", "content", "keywords"):
        assert _best("Tokens are merged by how often they occur.", rubric, name) < 0.2


@pytest.mark.parametrize(
    "name", ["cosine_margin", "recall_margin", "grams_margin", "content_margin"]
)
def test_margins_tell_a_claim_from_its_twin(rubric: ReadRubric, name: str) -> None:
    """Margins are above 0 for the claim and below 0 for its twin, in both languages."""
    point = RUBRIC.points[0]
    for true, false in zip(point.statement.both(), point.twin.both(), strict=True):
        assert _signals(true, rubric)[0, 0, COLUMNS.index(name)] > 0
        assert _signals(false, rubric)[0, 0, COLUMNS.index(name)] < 0


def test_without_a_twin_there_is_no_margin(rubric: ReadRubric) -> None:
    """A point without a false wording has margins of 0 and nothing to disagree with."""
    values = _signals("B starts at zero and A is random. W0 is updated, not frozen.", rubric)
    for name in ("cosine_margin", "recall_margin", "contrast", "grams_margin", "against_false"):
        assert (values[:, 1, COLUMNS.index(name)] == 0).all()


def test_opposition_is_measured_against_both_sides(rubric: ReadRubric) -> None:
    """Denying the claim disagrees with the claim; agreeing with it disagrees with the twin."""
    denied = "The pre-trained weights are not frozen and a full-rank update is trained."
    assert _best(denied, rubric, "against_true") > 0
    assert _best(RUBRIC.points[0].statement.en, rubric, "against_false") > 0


@pytest.mark.parametrize(
    ("text", "true_denied", "false_denied"),
    [
        ("The weights are not frozen.", True, False),
        ("The update is not full-rank.", False, True),
        ("权重不冻结。", True, False),
        ("The weights stay frozen.", False, False),
    ],
)
def test_whose_words_are_denied(
    text: str, rubric: ReadRubric, *, true_denied: bool, false_denied: bool
) -> None:
    """A denial of the twin's own words is no denial of the claim's."""
    assert (_best(text, rubric, "true_denied") > 0) == true_denied
    assert (_best(text, rubric, "false_denied") > 0) == false_denied


def test_words_said_of_others_earn_nothing(rubric: ReadRubric) -> None:
    """A keyword within a contrast is not met."""
    assert _best("Unlike the frozen base of adapters, it moves.", rubric, "keywords") == 0.0
    assert _best("The base is frozen, unlike elsewhere.", rubric, "keywords") == 1.0


def test_a_stance_is_one_for_the_whole_answer(rubric: ReadRubric) -> None:
    """The averaged signals are the same for every unit and point of an answer."""
    values = _signals("W0 stays frozen. B starts at zero, while A is random at first.", rubric)
    stances = values[..., len(SIGNALS) :]
    assert (stances == stances[0, 0]).all()


def test_misconceptions_are_measured_like_points(rubric: ReadRubric) -> None:
    """The misconception is the true wording and its correction the false one."""
    item = RUBRIC.misconceptions[0]
    margin = COLUMNS.index("recall_margin")
    for held, right in zip(item.statement.both(), item.correction.both(), strict=True):
        assert measure(read_answer(held, ENCODER), rubric).misconceptions[0, 0, margin] > 0
        assert measure(read_answer(right, ENCODER), rubric).misconceptions[0, 0, margin] < 0


def test_no_units_no_rows(rubric: ReadRubric) -> None:
    """An answer without words measures as nothing, without an error."""
    measured = measure(read_answer("...", ENCODER), rubric)
    assert measured.points.shape == (0, 2, len(COLUMNS))
    assert measured.misconceptions.shape == (0, 1, len(COLUMNS))


def test_words_of_the_question_do_not_count(rubric: ReadRubric) -> None:
    """What a claim shares with the question earns an answer nothing."""
    for point in rubric.points:
        for claim in (*point.true, *point.false):
            assert not claim.grams & rubric.prompt_grams
            assert not rubric.prompt_words & set(claim.content)
    claim = rubric.points[0].true[0]
    assert "fro" in claim.grams
    assert "frozen" in claim.content


def test_company_changes_no_signal(rubric: ReadRubric) -> None:
    """A point is measured the same whatever other points there are."""
    answer = read_answer("W0 is frozen. B is zero and A random, not 4 but 16.", ENCODER)
    every = measure(answer, rubric).points[:, :, : len(SIGNALS)]
    for place, point in enumerate(rubric.points):
        alone = measure(answer, replace(rubric, points=(point,))).points[:, :, : len(SIGNALS)]
        assert alone[:, 0].tobytes() == every[:, place].tobytes()


def test_texts_ahead_are_those_encoded() -> None:
    """What is announced of an answer and of a rubric is what they have encoded."""
    asked: list[str] = []

    class Noting(HashingEncoder):
        def encode(self, texts: Sequence[str]) -> tuple[EncodedText, ...]:
            asked.extend(texts)
            return super().encode(texts)

    text = "Unlike full fine-tuning, W0 is frozen. B is zero."
    read_answer(text, Noting())
    assert asked == answer_texts(text)
    asked.clear()
    read_rubric(QUESTION, RUBRIC, Noting())
    assert asked == rubric_texts(QUESTION, RUBRIC)
