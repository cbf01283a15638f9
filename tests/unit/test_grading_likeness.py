"""Likeness to a reference answer, and the score it gives."""

import json
from importlib import resources

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mockint.domain.answer import Answer
from mockint.domain.errors import GradingError
from mockint.domain.language import Language
from mockint.grading.derive import derive
from mockint.grading.encoders.hashing import HashingEncoder
from mockint.grading.head import Head, head_from, to_data, worth
from mockint.grading.likeness import ENGLISH_FEATURES, FEATURES, NEARNESS, compared, likeness
from mockint.grading.reading import Reader, in_english, read_text, reread, texts_of
from mockint.grading.reference import ReferenceScorer, load_heads

PROMPT = "How does LoRA start training?"
REFERENCE = "The pre-trained weights stay frozen. B starts at zero, so the update is zero at first."
NONE: frozenset[str] = frozenset()


def features(reference: str, answer: str, prompt: str = PROMPT) -> dict[str, float]:
    encoder = HashingEncoder()
    values = likeness(*(read_text(text, encoder, NONE) for text in (prompt, reference, answer)))
    return dict(zip(FEATURES, values.tolist(), strict=True))


def test_a_reference_is_most_like_itself() -> None:
    """Given back word for word, everything wanted is there and nothing disagrees."""
    found = features(REFERENCE, REFERENCE)
    for name in ("cosine", "recall", "recall_met", "words", "word_pairs", "word_order", "grams3"):
        assert found[name] == pytest.approx(1.0, abs=1e-5)
    assert found["disagree_share"] == 0.0
    assert found["length_ratio"] == 0.0


def test_more_of_the_reference_is_more_like_it() -> None:
    """Half of a reference has less of it than the whole and more than something else has."""
    half = features(REFERENCE, "The pre-trained weights stay frozen.")
    other = features(REFERENCE, "A tokenizer merges frequent pairs of characters.")
    for name in ("recall", "words", "grams3", "cosine"):
        assert other[name] < half[name] < 1.0


def test_the_questions_words_earn_nothing() -> None:
    """What the question says already is left out of the words and n-grams that are wanted."""
    asked = "What happens to the frozen weights of LoRA?"
    echo = features("The frozen weights of LoRA never change.", "The frozen weights of LoRA", asked)
    assert echo["words"] == 0.0
    assert echo["recall_lift"] == pytest.approx(0.0, abs=1e-5)


def test_denial_shows() -> None:
    """A negated claim is as near as the claim itself, but disagrees."""
    found = features("The weights are updated.", "The weights are not updated.")
    assert found["recall"] > 0.99
    assert (found["disagree_negation"], found["disagree_share"], found["negated"]) == (1, 1, 1)


def test_a_typo_costs_part_of_a_word() -> None:
    """A misspelt word is no word of the reference, but nearly."""
    found = features("Checkpointing.", "Chekpointing.")
    assert found["words"] == 0.0
    assert 0.1 < found["words_typo"] < 1.0


@given(st.text(max_size=80), st.text(max_size=80), st.text(max_size=80))
@settings(deadline=None, max_examples=60)
def test_features_are_finite(prompt: str, reference: str, answer: str) -> None:
    """Whatever the texts, every feature is a finite number."""
    found = features(reference, answer, prompt)
    assert np.isfinite(list(found.values())).all()


def small() -> Head:
    count = len(FEATURES)
    hidden = np.zeros((2, 1, count), dtype=np.float32)
    hidden[:, 0, FEATURES.index("recall")] = 1.0
    return Head(
        mean=np.zeros(count, np.float32),
        spread=np.ones(count, np.float32),
        hidden=hidden,
        hidden_bias=np.zeros((2, 1), np.float32),
        output=np.array([[1.0], [0.5]], np.float32),
        output_bias=np.array([0.0, 0.2], np.float32),
        error_from=np.array([0.0, 100.0], np.float32),
        error_to=np.array([5.0, 15.0], np.float32),
    )


def test_worth_by_hand() -> None:
    """Two networks, tanh of the recall, times 1 and times 0.5 plus 0.2, averaged."""
    row = np.zeros((1, len(FEATURES)), np.float32)
    row[0, FEATURES.index("recall")] = 0.5
    assert worth(row, small())[0] == pytest.approx(0.75 * np.tanh(0.5) + 0.1, abs=1e-6)


def test_worth_stays_between_nothing_and_all() -> None:
    """However far out the features lie."""
    rows = np.array([[1e9] * len(FEATURES), [-1e9] * len(FEATURES)], np.float32)
    assert worth(rows, small()).tolist() == pytest.approx([0.85, 0.0], abs=1e-2)


def test_weights_survive_their_file() -> None:
    """What is written is what is read, to five places."""
    head = small()
    again = head_from(json.loads(json.dumps(to_data(head, FEATURES, figures={}))), FEATURES)
    assert np.array_equal(again.hidden, head.hidden)


def test_weights_for_other_features_are_refused() -> None:
    """Weights fitted for other features would give nonsense, and are refused with what to do."""
    with pytest.raises(GradingError, match="other features"):
        head_from(to_data(small(), FEATURES), ENGLISH_FEATURES)


@pytest.mark.parametrize("name", ["likeness", "likeness_english"])
def test_the_shipped_weights_name_whose_grades_they_learned_from(name: str) -> None:
    """Licences of the sets ask for a notice, which travels in the file."""
    place = resources.files("mockint.grading") / "calibration" / f"{name}.json"
    notice = json.loads(place.read_text(encoding="utf-8"))["notice"]
    assert all(word in notice for word in ("SAF", "MIT", "Beetle", "CC BY-SA", "Apache"))


def test_there_are_weights_for_one_reader_and_for_two() -> None:
    """Each set of weights knows as many features as its readers find."""
    counts = [len(head.mean) for head, _ in load_heads()]
    assert counts == [len(FEATURES), len(ENGLISH_FEATURES)]


class Another(HashingEncoder):
    """An encoder with the same vectors and another identity."""

    @property
    def fingerprint(self) -> str:
        """Another identity."""
        return "another"


def test_english_is_read_by_both_and_chinese_by_one() -> None:
    """The second encoder adds what vectors say, where question, reference and answer are English.

    An answer in Chinese to an English reference is read by both: they must be comparable.
    """
    reader = Reader(HashingEncoder(), Another())
    english = reader.asked(PROMPT, REFERENCE)
    chinese = reader.asked("什么是分词?", "分词器合并最常见的字符对。")
    both = compared(english, reader.answer("B is zero.", english))
    assert both.shape == (len(ENGLISH_FEATURES),)
    assert both[: len(NEARNESS)].tolist() == both[-len(NEARNESS) :].tolist()
    assert compared(english, reader.answer("B 为零。", english)).shape == both.shape
    assert compared(chinese, reader.answer("B is zero.", chinese)).shape == (len(FEATURES),)
    assert in_english(REFERENCE)
    assert not in_english("分词器合并最常见的字符对。")


def test_a_text_read_again_is_the_same_text() -> None:
    """Another encoder changes the vectors of a text and nothing else."""
    read = read_text(REFERENCE, HashingEncoder(), NONE)
    again = reread(read, HashingEncoder(), NONE)
    assert (again.text, again.units, again.words) == (read.text, read.units, read.words)
    assert [unit.text for unit in read.units] == texts_of(REFERENCE)


def test_who_reads_is_part_of_the_identity() -> None:
    """A second reader can change a score, so it changes what the grader is called."""
    assert ReferenceScorer(HashingEncoder()).identity != (
        ReferenceScorer(HashingEncoder(), Another()).identity
    )


def test_the_second_reader_has_a_say() -> None:
    """English answers get their score from the weights for two readers, Chinese ones do not."""
    one, two = ReferenceScorer(HashingEncoder()), ReferenceScorer(HashingEncoder(), Another())
    question, _ = derive(PROMPT, REFERENCE)
    other, _ = derive("什么是分词?", "分词器合并最常见的字符对。")
    said = Answer(REFERENCE, Language.EN)
    in_chinese = Answer("合并常见的字符对。", Language.ZH)
    assert one.score(question, said) != two.score(question, said)
    assert one.score(other, in_chinese) == two.score(other, in_chinese)


def test_the_same_answer_scores_the_same() -> None:
    """Order of questions and answers changes no score."""
    scorer = ReferenceScorer(HashingEncoder())
    question, _ = derive(PROMPT, REFERENCE)
    other, _ = derive("什么是分词?", "分词器合并最常见的字符对。")
    answer = Answer("B is zero at first.", Language.EN)
    first = scorer.score(question, answer)
    scorer.score(other, Answer("合并常见的字符对。", Language.ZH))
    assert scorer.score(question, answer) == first
    assert 0.0 <= first[0] <= 100.0
    assert 0.0 < first[1] < 50.0
