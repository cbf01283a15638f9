"""The encoder without a model."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from mockint.grading.encoders.hashing import HashingEncoder

ENCODER = HashingEncoder()


@given(st.lists(st.text(max_size=40), max_size=5))
def test_alone_or_together(texts: list[str]) -> None:
    """A text gives the same bytes alone and in a batch, and unit rows."""
    for text, encoded in zip(texts, ENCODER.encode(texts), strict=True):
        alone = ENCODER.encode([text])[0]
        assert alone.vector.tobytes() == encoded.vector.tobytes()
        assert alone.states.tobytes() == encoded.states.tobytes()
        assert np.allclose(np.linalg.norm(encoded.states, axis=1), 1, atol=1e-5)
        assert len(encoded.states) == len(encoded.offsets)


def test_offsets_name_the_words() -> None:
    """Offsets point at words and at single Chinese characters in the text as typed."""
    text = "学习率 ＬｏＲＡ is low-rank。"
    encoded = ENCODER.encode([text])[0]
    words = [text[start:end] for start, end in encoded.offsets]
    assert words == ["学", "习", "率", "ＬｏＲＡ", "is", "low", "rank"]


def test_width_and_case_do_not_matter() -> None:
    """Full-width letters and capitals count as the plain ones."""
    wide, plain = ENCODER.encode(["ＬｏＲＡ", "lora"])
    assert wide.vector.tobytes() == plain.vector.tobytes()


def test_nearer_words_are_nearer() -> None:
    """A text that shares words is nearer than one that shares none."""
    base, near, far = ENCODER.encode(
        ["the learning rate is high", "a high learning rate", "猫坐在垫子上"]
    )
    assert base.vector @ near.vector > 0.6 > base.vector @ far.vector


def test_no_words_no_direction() -> None:
    """A text without words has a zero vector and no states."""
    encoded = ENCODER.encode(["  ?! "])[0]
    assert not encoded.vector.any()
    assert encoded.states.shape == (0, encoded.vector.shape[0])
