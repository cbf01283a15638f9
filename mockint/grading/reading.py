"""Texts cut into sentences and clauses, with their vectors: what likeness compares.

The default encoder knows many languages, and English less well than an encoder of its size that
knows nothing else. Where there is one of those as well, English texts are read by both.
"""

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

import numpy as np

from mockint.grading.claims import token_weight
from mockint.grading.encoders.base import EncodedText, Encoder, FloatArray, IntArray
from mockint.grading.lexical import content_words
from mockint.grading.text import Unit, clauses, fold, is_chinese, sentences, words

_MOST_SENTENCES = 60


@dataclass(frozen=True, slots=True)
class ReadText:
    """A text with its vectors, ready to be compared.

    Attributes:
        text: Folded text.
        units: Its sentences.
        vectors: A vector per sentence, shape (s, d).
        vector: Their mean by number of tokens, unit length or zeros, shape (d,).
        counts: Tokens per sentence, shape (s,).
        states: Token states, shape (t, d).
        weights: What each token counts for, shape (t,).
        clauses: Token range (first, behind last) of each clause.
        words: Content words, in order.
    """

    text: str
    units: tuple[Unit, ...]
    vectors: FloatArray
    vector: FloatArray
    counts: IntArray
    states: FloatArray
    weights: FloatArray
    clauses: tuple[tuple[int, int], ...]
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Reading:
    """A text as one encoder sees it, or two.

    Attributes:
        plain: With the vectors of the default encoder.
        english: With those of the English one; None where that has no part in the comparison.
    """

    plain: ReadText
    english: ReadText | None = None


@dataclass(frozen=True, slots=True)
class Asked:
    """A question and a right answer to it, ready for answers to be compared with.

    Attributes:
        prompt: The question; may have no words.
        reference: The right answer.
        prompt_words: Stems of the question.
    """

    prompt: Reading
    reference: Reading
    prompt_words: frozenset[str]


class Reader:
    """Reads questions and answers with one encoder or two."""

    def __init__(self, encoder: Encoder, english: Encoder | None = None) -> None:
        """Encodes nothing yet.

        Args:
            encoder: The default one.
            english: One that knows English better, for where the reference is English.
        """
        self._encoder = encoder
        self._english = english

    def asked(self, prompt: str, reference: str) -> Asked:
        """A question with its reference."""
        prompt_words = frozenset(words(fold(prompt).text))
        english = self._english if in_english(reference) else None
        return Asked(
            self._read(prompt, prompt_words, english),
            self._read(reference, prompt_words, english),
            prompt_words,
        )

    def answer(self, text: str, asked: Asked) -> Reading:
        """An answer to a question, read by those who read the question."""
        english = None if asked.reference.english is None else self._english
        return self._read(text, asked.prompt_words, english)

    def _read(self, text: str, prompt_words: AbstractSet[str], english: Encoder | None) -> Reading:
        plain = read_text(text, self._encoder, prompt_words)
        if english is None:
            return Reading(plain)
        return Reading(plain, reread(plain, english, prompt_words))


def in_english(reference: str) -> bool:
    """Whether answers to be compared with a reference are read by an English encoder as well."""
    return not is_chinese(fold(reference).text)


def texts_of(text: str) -> list[str]:
    """What ``read_text`` has encoded."""
    return [unit.text for unit in _units(fold(text).text)]


def _units(folded: str) -> tuple[Unit, ...]:
    return sentences(folded)[:_MOST_SENTENCES]


def read_text(text: str, encoder: Encoder, prompt_words: AbstractSet[str]) -> ReadText:
    """Cut and encode a text; of very long ones the first 60 sentences are read.

    Args:
        text: As typed.
        encoder: What gives the vectors.
        prompt_words: Stems of the question, which count for less.
    """
    folded = fold(text).text
    return _read(folded, _units(folded), content_words(folded), encoder, prompt_words)


def reread(read: ReadText, encoder: Encoder, prompt_words: AbstractSet[str]) -> ReadText:
    """The same text with the vectors of another encoder; the arguments as in ``read_text``."""
    return _read(read.text, read.units, read.words, encoder, prompt_words)


def _read(
    folded: str,
    units: tuple[Unit, ...],
    said: tuple[str, ...],
    encoder: Encoder,
    prompt_words: AbstractSet[str],
) -> ReadText:
    encoded = encoder.encode([unit.text for unit in units])
    kept = [(unit, item) for unit, item in zip(units, encoded, strict=True) if len(item.states)]
    if not kept:
        none = np.zeros((0, 0), dtype=np.float32)
        empty = np.zeros(0, dtype=np.float32)
        return ReadText(folded, (), none, empty, empty.astype(np.int32), none, empty, (), said)
    counts = np.array([len(item.states) for _, item in kept], dtype=np.int32)
    vectors = np.stack([item.vector for _, item in kept])
    return ReadText(
        text=folded,
        units=tuple(unit for unit, _ in kept),
        vectors=vectors,
        vector=unit_length(counts.astype(np.float32) @ vectors),
        counts=counts,
        states=np.concatenate([item.states for _, item in kept]),
        weights=_weights(kept, prompt_words),
        clauses=_clauses(kept),
        words=said,
    )


def _weights(
    kept: Sequence[tuple[Unit, EncodedText]], prompt_words: AbstractSet[str]
) -> FloatArray:
    weights = np.array(
        [
            token_weight(unit.text[start:end], prompt_words)
            for unit, item in kept
            for start, end in item.offsets.tolist()
        ],
        dtype=np.float32,
    )
    return weights if weights.any() else np.ones_like(weights)


def unit_length(vector: FloatArray) -> FloatArray:
    """A vector at length 1, or zeros where it has next to none."""
    norm = float(np.linalg.norm(vector))
    scaled: FloatArray = (vector / norm if norm > 1e-6 else np.zeros_like(vector)).astype(
        np.float32
    )
    return scaled


def _clauses(kept: Sequence[tuple[Unit, EncodedText]]) -> tuple[tuple[int, int], ...]:
    found = []
    start = 0
    for unit, item in kept:
        for piece in clauses(unit):
            first, last = piece.start - unit.start, piece.end - unit.start
            inside = np.flatnonzero((item.offsets[:, 1] > first) & (item.offsets[:, 0] < last))
            if len(inside):
                found.append((start + int(inside[0]), start + int(inside[-1]) + 1))
        start += len(item.states)
    return tuple(found)
