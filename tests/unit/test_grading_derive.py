"""Key points for a question without a rubric."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from mockint.domain.answer import Answer
from mockint.domain.errors import GradingError
from mockint.domain.grade import Band
from mockint.domain.language import Bilingual, Language
from mockint.grading.derive import derive
from mockint.grading.encoders.hashing import HashingEncoder
from mockint.grading.grader import RubricGrader
from mockint.grading.text import has_words


def test_one_point_a_sentence() -> None:
    """Each sentence of the reference is a claim, in its order, with an id of its own."""
    question, rubric = derive("What is LoRA?", "W0 stays frozen. B starts at zero! 更新是低秩的。")
    assert [point.statement.en for point in rubric.points] == [
        "W0 stays frozen.",
        "B starts at zero!",
        "更新是低秩的。",
    ]
    assert [point.id for point in rubric.points] == ["claim-1", "claim-2", "claim-3"]
    assert question.prompt == Bilingual("What is LoRA?", "What is LoRA?")


def test_a_sentence_that_says_too_little_joins_the_one_before() -> None:
    """Fewer than two words of meaning are no claim of their own, but are not lost either."""
    _, rubric = derive("", "The base weights stay frozen. Always. It is so.")
    (point,) = rubric.points
    assert point.statement.zh == "The base weights stay frozen. Always. It is so."


def test_a_long_reference_has_at_most_twelve_points() -> None:
    """What follows the twelfth claim belongs to it."""
    said = [f"Fact number {n}x concerns matrix m{n}x." for n in range(30)]
    _, rubric = derive("", " ".join(said))
    assert [point.statement.en for point in rubric.points[:11]] == said[:11]
    assert rubric.points[11].statement.en == " ".join(said[11:])
    assert len(rubric.points) == 12


def test_length_counts_by_its_root() -> None:
    """Four times the words of meaning are twice the weight."""
    _, rubric = derive("", "Alpha beta. Alpha beta gamma delta epsilon zeta eta theta.")
    short, long = (point.weight for point in rubric.points)
    assert long == pytest.approx(2 * short)


@pytest.mark.parametrize("reference", ["", " \n", "...", "。！？", "\ud800", "😀", "\x00"])
def test_no_words_no_points(reference: str) -> None:
    """A reference without words is refused, saying what to give."""
    with pytest.raises(GradingError, match="give a right answer"):
        derive("What is LoRA?", reference)


@given(st.text(max_size=200))
@example("0) ")
def test_any_reference_is_refused_or_read(reference: str) -> None:
    """Whatever the reference, there is a clear error or there are points with words in them."""
    try:
        _, rubric = derive("", reference)
    except GradingError:
        return
    assert 1 <= len(rubric.points) <= 12
    assert all(has_words(point.statement.en) and point.weight >= 1 for point in rubric.points)


@pytest.mark.parametrize("language", list(Language))
def test_the_reference_itself_is_a_good_answer(language: Language) -> None:
    """A derived rubric gives its own reference much more than an answer on something else."""
    reference = {
        Language.EN: "The pre-trained weights stay frozen. B starts at zero, so nothing changes.",
        Language.ZH: "预训练权重保持冻结。矩阵 B 初始化为零，所以开始时没有变化。",
    }[language]
    other = {
        Language.EN: "The tokenizer merges the pairs that are most frequent in the corpus.",
        Language.ZH: "分词器把语料里最常见的字符对合并起来。",
    }[language]
    question, rubric = derive("LoRA?", reference)
    grader = RubricGrader(HashingEncoder())
    right = grader.grade(question, rubric, Answer(reference, language))
    wrong = grader.grade(question, rubric, Answer(other, language))
    assert right.score > wrong.score + 40
    assert right.band in {Band.GOOD, Band.EXCELLENT}
    assert wrong.band in {Band.POOR, Band.WEAK}
