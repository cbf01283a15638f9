"""How an answer as a whole stands to a reference answer, as small numbers with names.

Where nothing but a reference is known there are no twins to take sides with, and what people's
grades follow is mostly how much of the reference an answer gives back: in its own words, less what
the question said already. Nothing here decides; ``head.py`` turns the numbers into a score with
weights that were fitted on people's grades.
"""

import re
from collections.abc import Set as AbstractSet
from itertools import pairwise

import numpy as np
from rapidfuzz import fuzz
from rapidfuzz.distance import LCSseq
from rapidfuzz.process import cdist

from mockint.domain.grade import Flag
from mockint.grading.encoders.base import FloatArray
from mockint.grading.polarity import Rule, disagreements, negated_words, numbers
from mockint.grading.reading import Asked, Reading, ReadText, unit_length
from mockint.grading.text import is_chinese, words
from mockint.grading.whole import glue, is_keyword_list

FEATURES = (
    "cosine",  # of the two sentence vectors, each the mean of its sentences
    "cosine_own",  # the same without the part that either shares with the question
    "cosine_best",  # of the nearest two sentences
    "cosine_covered",  # mean over the reference's sentences of their nearest in the answer
    "recall",  # mean over the reference's tokens of their nearest in the answer
    "recall_new",  # the same, tokens counting by how far the question is from them
    "recall_lift",  # how much nearer the answer comes to those tokens than the question
    "recall_met",  # share of the reference's tokens met, partly or in full
    "recall_strict",  # the recall raised to the eighth power: near is not enough
    "recall_best",  # over the better half of the reference's tokens: alternatives need one
    "recall_worst",  # over the worst quarter
    "recall_clause",  # mean over the reference's clauses, each in one clause of the answer
    "precision",  # mean over the answer's tokens of their nearest in the reference
    "precision_met",
    "unsupported",  # distance of the answer's tokens from both reference and question
    "novelty",  # distance of the answer's tokens from the question alone
    "words",  # share of the reference's content words, those of the question left out
    "words_typo",  # the same, a word misspelt counting in part
    "words_own",  # share of the answer's own content words that the reference has
    "word_pairs",  # share of the reference's neighbouring content words
    "word_order",  # longest common run of content words, gaps allowed, by the reference
    "grams3",  # character n-grams of the reference, those of the question left out
    "grams5",
    "grams3_own",
    "code",  # the same of four characters with every sign, white space aside
    "ratio",  # edit similarity of the texts
    "partial_ratio",  # of the shorter text to its nearest stretch of the longer
    "disagree_negation",  # disagreements in polarity of sentences with their nearest, up to 3
    "disagree_antonym",
    "disagree_number",
    "disagree_share",  # share of the answer's sentences that disagree in any way
    "negated",  # whether the answer negates anything
    "negated_reference",
    "numbers",  # share of the reference's numbers
    "numbers_wanted",  # whether it has any
    "numbers_other",  # numbers that only the answer has, up to 3
    "length",  # logarithm of the number of content words
    "length_reference",
    "length_ratio",  # the first less the second
    "length_own",  # of content words that are not the question's
    "characters",
    "sentences",
    "variety",  # distinct content words by all of them
    "signs",  # share of characters that are neither letters nor figures
    "signs_reference",
    "tied",  # share of words that tie others together: a list has few
    "tied_reference",
    "listed",  # whether the answer names things and asserts nothing
    "listed_reference",
    "chinese",  # whether the reference is
)
"""Names of the features, in the order of ``likeness``."""

NEARNESS = FEATURES[: FEATURES.index("words")]
"""Those of them that come from vectors alone."""

ENGLISH_FEATURES = (*FEATURES, *(f"english_{name}" for name in NEARNESS))
"""Names of the features where an English encoder has read the texts as well."""

STOPPING = frozenset((Flag.EMPTY, Flag.NOT_TEXT, Flag.DONT_KNOW))
"""Gates that also hold where only a reference is known: a list, or an answer in the question's own
words, may be just what a short reference asks for."""

_NEAR_FROM, _NEAR_OVER = 0.6, 0.35
"""Token similarities of an inner layer: unrelated tokens come to 0.6, the same word to 0.95."""


def compared(asked: Asked, answer: Reading) -> FloatArray:
    """The features of one answer: all ``FEATURES``, or all ``ENGLISH_FEATURES``.

    Args:
        asked: The question and its reference.
        answer: What was typed, read by those who read the question.
    """
    found = likeness(asked.prompt.plain, asked.reference.plain, answer.plain)
    prompt, reference, said = asked.prompt.english, asked.reference.english, answer.english
    if prompt is None or reference is None or said is None:
        return found
    return np.concatenate((found, np.array(_nearness(prompt, reference, said), dtype=np.float32)))


def likeness(prompt: ReadText, reference: ReadText, answer: ReadText) -> FloatArray:
    """All features of one answer, shape (len(FEATURES),); finite whatever the texts.

    Args:
        prompt: The question; may have no words.
        reference: A right answer.
        answer: What was typed.
    """
    prompt_words = frozenset(words(prompt.text))
    values = (
        *_nearness(prompt, reference, answer),
        *_of_words(prompt, reference, answer, prompt_words),
        *_of_characters(prompt.text, reference.text, answer.text),
        *_of_polarity(reference, answer),
        *_of_numbers(reference.text, answer.text),
        *_of_length(reference, answer, prompt_words),
        *(_signs(text.text) for text in (answer, reference)),
        *(glue(text.text) for text in (answer, reference)),
        *(float(is_keyword_list(text.text, text.units)) for text in (answer, reference)),
        float(is_chinese(reference.text)),
    )
    return np.array(values, dtype=np.float32)


def _nearness(prompt: ReadText, reference: ReadText, answer: ReadText) -> tuple[float, ...]:
    return (*_of_sentences(prompt, reference, answer), *_of_tokens(prompt, reference, answer))


def _of_sentences(prompt: ReadText, reference: ReadText, answer: ReadText) -> tuple[float, ...]:
    if not len(reference.units) or not len(answer.units):
        return (0.0,) * 4
    pairs = reference.vectors @ answer.vectors.T
    own = _without(reference.vector, prompt.vector) @ _without(answer.vector, prompt.vector)
    covered = pairs.max(axis=1) @ reference.counts / reference.counts.sum()
    return (
        float(reference.vector @ answer.vector),
        float(own),
        float(pairs.max()),
        float(covered),
    )


def _without(vector: FloatArray, other: FloatArray) -> FloatArray:
    """The part of a vector at right angles to another, unit length."""
    return unit_length(vector - (vector @ other) * other) if len(other) else vector


def _of_tokens(prompt: ReadText, reference: ReadText, answer: ReadText) -> tuple[float, ...]:
    if not len(reference.states) or not len(answer.states):
        return (0.0,) * 12
    pairs = reference.states @ answer.states.T
    near, back = pairs.max(axis=1), pairs.max(axis=0)
    in_prompt = _nearest(reference.states, prompt.states)
    back_prompt = _nearest(answer.states, prompt.states)
    wanted, said = reference.weights, answer.weights
    new = wanted * (1.0 - np.clip((in_prompt - 0.5) / 0.45, 0.0, 1.0)) + 1e-6
    telling = np.sort(near[wanted >= 0.9] if (wanted >= 0.9).any() else near)
    return (
        _mean(near, wanted),
        _mean(near, new),
        _mean(np.maximum(near - in_prompt, 0.0), wanted),
        _mean(_met(near), wanted),
        _mean(near**8, wanted),
        float(telling[-max(1, len(telling) // 2) :].mean()),
        float(telling[: max(1, len(telling) // 4)].mean()),
        _by_clause(pairs, reference, answer),
        _mean(back, said),
        _mean(_met(back), said),
        _mean(1.0 - np.maximum(back, back_prompt), said),
        _mean(1.0 - back_prompt, said),
    )


def _nearest(states: FloatArray, others: FloatArray) -> FloatArray:
    nearest: FloatArray = (
        (states @ others.T).max(axis=1) if len(others) else np.zeros(len(states), dtype=np.float32)
    )
    return nearest


def _mean(values: FloatArray, weights: FloatArray) -> float:
    return float(values @ weights / weights.sum())


def _met(similarity: FloatArray) -> FloatArray:
    met: FloatArray = np.clip((similarity - _NEAR_FROM) / _NEAR_OVER, 0.0, 1.0)
    return met


def _by_clause(pairs: FloatArray, reference: ReadText, answer: ReadText) -> float:
    wanted = [(a, b) for a, b in reference.clauses if reference.weights[a:b].sum() > 0.5]
    if not wanted or not answer.clauses:
        return _mean(pairs.max(axis=1), reference.weights)
    by_piece = np.stack([pairs[:, c:d].max(axis=1) for c, d in answer.clauses])
    best = [
        (by_piece[:, a:b] @ reference.weights[a:b] / reference.weights[a:b].sum()).max()
        for a, b in wanted
    ]
    return float(np.mean(best))


def _of_words(
    prompt: ReadText, reference: ReadText, answer: ReadText, prompt_words: AbstractSet[str]
) -> tuple[float, ...]:
    given, said = frozenset(reference.words), frozenset(answer.words)
    wanted = given - prompt_words or given
    pairs = frozenset(pairwise(reference.words)) - frozenset(pairwise(prompt.words))
    common = LCSseq.similarity(reference.words, answer.words)
    return (
        _share(wanted, said),
        _forgiving(wanted, said),
        _share(said - prompt_words, wanted),
        _share(pairs, frozenset(pairwise(answer.words))),
        common / max(1, len(reference.words)),
    )


def _share(wanted: AbstractSet[object], found: AbstractSet[object]) -> float:
    return len(wanted & found) / len(wanted) if wanted else 0.0


def _forgiving(wanted: AbstractSet[str], said: AbstractSet[str]) -> float:
    if not wanted or not said:
        return 0.0
    best = cdist(sorted(wanted), sorted(said), scorer=fuzz.ratio, workers=1).max(axis=1) / 100.0
    return float(_met(best).mean())


def _of_characters(prompt: str, reference: str, answer: str) -> tuple[float, ...]:
    three, said_three = _grams(reference, 3), _grams(answer, 3)
    five, tight = _grams(reference, 5), _tight(reference)
    prompt_three = _grams(prompt, 3)
    return (
        _share(three - prompt_three or three, said_three),
        _share(five - _grams(prompt, 5) or five, _grams(answer, 5)),
        _share(said_three - prompt_three, three),
        _share(tight - _tight(prompt) or tight, _tight(answer)),
        fuzz.ratio(reference, answer) / 100.0,
        fuzz.partial_ratio(reference, answer) / 100.0,
    )


def _grams(text: str, size: int) -> frozenset[str]:
    return _cut(re.sub(r"[^\w\u3400-\u9fff]+", " ", text.casefold()).strip(), size)


def _tight(text: str) -> frozenset[str]:
    return _cut(re.sub(r"\s+", "", text.casefold()), 4)


def _cut(text: str, size: int) -> frozenset[str]:
    """The n-grams of a text; a Chinese character says more than a letter, so fewer make one."""
    if is_chinese(text):
        size = max(1, size - 1 if size != 4 else 2)
    return frozenset(text[i : i + size] for i in range(max(0, len(text) - size + 1)))


def _of_polarity(reference: ReadText, answer: ReadText) -> tuple[float, ...]:
    counts = dict.fromkeys(Rule, 0)
    against = 0
    if len(reference.units) and len(answer.units):
        nearest = (reference.vectors @ answer.vectors.T).argmax(axis=0)
        for unit, index in zip(answer.units, nearest.tolist(), strict=True):
            found = disagreements(unit.text, reference.units[index].text)
            against += bool(found)
            for item in found:
                counts[item.rule] += 1
    return (
        *(float(min(3, counts[rule])) for rule in (Rule.NEGATION, Rule.ANTONYM, Rule.NUMBER)),
        against / max(1, len(answer.units)),
        float(bool(negated_words(answer.text))),
        float(bool(negated_words(reference.text))),
    )


def _of_numbers(reference: str, answer: str) -> tuple[float, ...]:
    wanted, said = frozenset(numbers(reference)), frozenset(numbers(answer))
    return (_share(wanted, said), float(bool(wanted)), float(min(3, len(said - wanted))))


def _of_length(
    reference: ReadText, answer: ReadText, prompt_words: AbstractSet[str]
) -> tuple[float, ...]:
    own = frozenset(answer.words) - prompt_words
    length, other = float(np.log1p(len(answer.words))), float(np.log1p(len(reference.words)))
    return (
        length,
        other,
        length - other,
        float(np.log1p(len(own))),
        float(np.log1p(len(answer.text))),
        float(np.log1p(len(answer.units))),
        len(frozenset(answer.words)) / max(1, len(answer.words)),
    )


def _signs(text: str) -> float:
    return sum(not c.isalnum() and not c.isspace() for c in text) / max(1, len(text))
