"""How every stretch of an answer stands to every key point, as small numbers with names.

Nothing here decides: a signal only measures. ``scoring.py`` turns them into verdicts with weights
that were fitted on labelled answers.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from mockint.grading.claims import Claim, ReadPoint, ReadRubric
from mockint.grading.encoders.base import EncodedText, Encoder, FloatArray, IntArray
from mockint.grading.lexical import content_words, keyword_share, ngram_recall, recall
from mockint.grading.polarity import Rule, disagreements, without_contrast
from mockint.grading.text import Folded, Unit, clauses, fold, is_chinese, ngrams, sentences

SIGNALS = (
    "cosine",  # sentence vector against the nearest true wording
    "cosine_margin",  # the same less that against the nearest false wording
    "recall",  # share of the claim's tokens that the unit has an equal of
    "recall_margin",
    "contrast",  # of the tokens that tell claim from twin, the share met, less the twin's share
    "grams",  # character n-grams of the claim that the unit has
    "grams_margin",
    "content",  # content words of the claim that the unit has
    "content_margin",
    "keywords",  # keyword groups met
    "direction",  # place of the sentence vector between twin (-1) and claim (1)
    "against_true",  # disagreements in polarity with the claim (0, 0.5, 1)
    "against_false",  # disagreements in polarity with the twin
    "negation",  # of those, negations: with the twin less with the claim
    "antonym",
    "number",
)
"""Names of the signals of one unit against one key point."""

STANCES = (
    "cosine_margin",
    "recall_margin",
    "contrast",
    "grams_margin",
    "direction",
    "against_true",
    "against_false",
    "antonym",
)
"""Signals that are also averaged over the answer: one slip may be chance, a pattern is a stance."""

COLUMNS = (*SIGNALS, *(f"answer_{name}" for name in STANCES))
"""Names of everything measured, in the order of the last axis of ``Measured.points``."""


@dataclass(frozen=True, slots=True)
class ReadAnswer:
    """An answer cut into units and encoded.

    Attributes:
        folded: The answer in its compared form.
        sentences: Its sentences.
        units: Sentences, then pairs of neighbours, then clauses.
        vectors: A sentence vector per unit, shape (u, d).
        states: Token states of all sentences, shape (n, d).
        spans: Token range (first, behind last) of each unit.
    """

    folded: Folded
    sentences: tuple[Unit, ...]
    units: tuple[Unit, ...]
    vectors: FloatArray
    states: FloatArray
    spans: tuple[tuple[int, int], ...]

    @property
    def lengths(self) -> IntArray:
        """Characters of each unit, shape (u,)."""
        return np.array([unit.end - unit.start for unit in self.units], dtype=np.int32)


@dataclass(frozen=True, slots=True)
class Measured:
    """All signals of one answer.

    Attributes:
        points: Values, shape (units, points, len(COLUMNS)).
        misconceptions: The same against each misconception (true wording = the misconception,
            false wording = its correction), shape (units, misconceptions, len(COLUMNS)).
    """

    points: FloatArray
    misconceptions: FloatArray


def read_answer(text: str, encoder: Encoder, *, longest: int = 200) -> ReadAnswer:
    """Cut and encode an answer; of very long ones the first ``longest`` sentences are read."""
    folded = fold(text)
    parts = sentences(folded.text)[:longest]
    encoded = encoder.encode([without_contrast(part.text) for part in parts])
    starts = [int(start) for start in np.cumsum([0, *(len(item.states) for item in encoded)])]
    cut = (
        *_whole(parts, encoded, starts),
        *_pairs(folded.text, parts, encoded, starts),
        *_clauses(parts, encoded, starts),
    )
    pieces = [piece for piece in cut if piece.span[0] < piece.span[1]]
    if not pieces:
        nothing = np.zeros((0, 0), dtype=np.float32)
        return ReadAnswer(folded, parts, (), nothing, nothing, ())
    return ReadAnswer(
        folded,
        parts,
        tuple(piece.unit for piece in pieces),
        np.stack([piece.vector for piece in pieces]),
        np.concatenate([item.states for item in encoded]),
        tuple(piece.span for piece in pieces),
    )


class _Piece(NamedTuple):
    """A unit with its sentence vector and its range of tokens."""

    unit: Unit
    vector: FloatArray
    span: tuple[int, int]


def _whole(
    parts: Sequence[Unit], encoded: Sequence[EncodedText], starts: Sequence[int]
) -> Iterator[_Piece]:
    for index, (part, item) in enumerate(zip(parts, encoded, strict=True)):
        yield _Piece(part, item.vector, (starts[index], starts[index + 1]))


def _pairs(
    text: str, parts: Sequence[Unit], encoded: Sequence[EncodedText], starts: Sequence[int]
) -> Iterator[_Piece]:
    """Neighbouring sentences read as one: "It is frozen" needs the sentence before it."""
    for index, (one, two) in enumerate(pairwise(parts)):
        unit = Unit(text[one.start : two.end], one.start, two.end, one.sentence)
        vector = _unit_length(encoded[index].vector + encoded[index + 1].vector)
        yield _Piece(unit, vector, (starts[index], starts[index + 2]))


def _clauses(
    parts: Sequence[Unit], encoded: Sequence[EncodedText], starts: Sequence[int]
) -> Iterator[_Piece]:
    """Clauses of longer sentences; they borrow the sentence's vector and own their tokens."""
    for index, (part, item) in enumerate(zip(parts, encoded, strict=True)):
        pieces = clauses(part)
        for piece in pieces if len(pieces) > 1 else ():
            first, last = _tokens_in(item, piece.start - part.start, piece.end - part.start)
            span = (starts[index] + first, starts[index] + last)
            yield _Piece(piece, item.vector, span)


def _unit_length(vector: FloatArray) -> FloatArray:
    norm = float(np.linalg.norm(vector))
    return vector / norm if norm else vector


def _tokens_in(item: EncodedText, start: int, end: int) -> tuple[int, int]:
    inside = np.flatnonzero((item.offsets[:, 1] > start) & (item.offsets[:, 0] < end))
    return (int(inside[0]), int(inside[-1]) + 1) if len(inside) else (0, 0)


def measure(answer: ReadAnswer, rubric: ReadRubric) -> Measured:
    """Every signal of every unit against every key point and misconception."""
    points = [_measure_point(answer, point, rubric) for point in rubric.points]
    wrong = [
        _measure_point(answer, ReadPoint("", 0.0, false, true, ()), rubric)
        for false, true in rubric.misconceptions
    ]
    return Measured(_with_stances(points, answer), _with_stances(wrong, answer))


def _with_stances(per_point: Sequence[FloatArray], answer: ReadAnswer) -> FloatArray:
    """The points side by side, each unit also carrying how the answer stands as a whole."""
    if not per_point or not answer.units:
        return np.zeros((len(answer.units), len(per_point), len(COLUMNS)), dtype=np.float32)
    signals = np.stack(per_point, axis=1)
    stances = np.broadcast_to(_stances(signals), (*signals.shape[:2], len(STANCES)))
    return np.concatenate([signals, stances], axis=2).astype(np.float32)


def _stances(signals: FloatArray) -> FloatArray:
    """Mean of the telling signals over the points, each at its nearest unit, shape (s,).

    Points that the answer does not come near say nothing about its stance, so each counts by how
    near it comes.
    """
    nearness = signals[..., _COSINE] + signals[..., _RECALL] + 0.15 * signals[..., _KEYWORDS]
    at_best = signals[nearness.argmax(axis=0), np.arange(signals.shape[1])]
    relevance = np.clip((at_best[:, _RECALL] - 0.5) / 0.3, 0.0, 1.0) + 1e-3
    means: FloatArray = relevance @ at_best[:, _STANCES] / relevance.sum()
    return means


def _measure_point(answer: ReadAnswer, point: ReadPoint, rubric: ReadRubric) -> FloatArray:
    true = _against(answer, point.true, rubric)
    false = _against(answer, point.false, rubric)
    directions = _directions(answer, point)
    rows = []
    for index, unit in enumerate(answer.units):
        said = without_contrast(unit.text)
        t = true[index].max(axis=0)
        # Without a twin there is nothing to be nearer to: the margins are 0.
        f = false[index].max(axis=0) if point.false else t
        margins = t - f
        against_true = _opposition(unit, point.true, true[index])
        against_false = _opposition(unit, point.false, false[index])
        row = (
            *(t[0], margins[0]),  # sentence vectors
            *(t[1], margins[1]),  # tokens of the claim
            margins[2],  # tokens that tell claim from twin
            *(t[3], margins[3]),  # character n-grams
            *(t[4], margins[4]),  # content words
            keyword_share(point.keywords, said),
            directions[index],
            min(1.0, 0.5 * sum(against_true.values())),
            min(1.0, 0.5 * sum(against_false.values())),
            *(float(against_false[rule] - against_true[rule]) for rule in _RULES),
        )
        rows.append(row)
    return np.array(rows, dtype=np.float32).reshape(len(answer.units), len(SIGNALS))


def _directions(answer: ReadAnswer, point: ReadPoint) -> FloatArray:
    """Where each unit lies on the way from the twin's vector to the claim's, shape (u,).

    Claim and twin differ in a word or two, so their vectors are close and a margin between them is
    small; divided by their distance it says which of the two a unit takes sides with.
    """
    places = np.zeros(len(answer.units), dtype=np.float32)
    for chinese in (False, True):
        true = [c.encoded.vector for c in point.true[:2] if c.chinese == chinese]
        false = [c.encoded.vector for c in point.false if c.chinese == chinese]
        mine = np.array([is_chinese(unit.text) == chinese for unit in answer.units], dtype=bool)
        if not true or not false or not mine.any():
            continue
        way = true[0] - false[0]
        middle = 0.5 * (true[0] + false[0])
        length = float(way @ way)
        if length > _SAME:
            places[mine] = np.clip((answer.vectors[mine] - middle) @ way / length * 2.0, -2.0, 2.0)
    return places


def _against(answer: ReadAnswer, claims: Sequence[Claim], rubric: ReadRubric) -> FloatArray:
    """Per unit and claim: cosine, recall, contrast, n-grams, content words; shape (u, c, 5)."""
    out = np.zeros((len(answer.units), len(claims), 5), dtype=np.float32)
    if not answer.units:
        return out
    grams = [ngrams(without_contrast(unit.text)) for unit in answer.units]
    contents = [frozenset(content_words(without_contrast(unit.text))) for unit in answer.units]
    for column, claim in enumerate(claims):
        out[:, column, 0] = answer.vectors @ claim.encoded.vector
        out[:, column, 1:3] = _token_recall(answer, claim)
        wanted = tuple(w for w in content_words(claim.text) if w not in rubric.prompt_words)
        for row in range(len(answer.units)):
            out[row, column, 3] = ngram_recall(claim.text, grams[row], rubric.prompt_grams)
            out[row, column, 4] = recall(wanted, contents[row])
    return out


def _token_recall(answer: ReadAnswer, claim: Claim) -> FloatArray:
    """Weighted mean over the claim's tokens of their best match in each unit, shape (u, 2)."""
    out = np.zeros((len(answer.units), 2), dtype=np.float32)
    if not len(claim.encoded.states) or not len(answer.states):
        return out
    likeness = claim.encoded.states @ answer.states.T
    best = np.stack([likeness[:, a:b].max(axis=1) for a, b in answer.spans])
    out[:, 0] = best @ claim.weights / max(float(claim.weights.sum()), 1e-6)
    mass = float(claim.contrast.sum())
    if mass > 0.5:
        out[:, 1] = best @ claim.contrast / mass
    return out


def _opposition(unit: Unit, claims: Sequence[Claim], nearness: FloatArray) -> dict[Rule, int]:
    """Disagreements of a unit, by rule, with the nearest wording of a claim in its language."""
    found = dict.fromkeys(Rule, 0)
    same = [i for i, claim in enumerate(claims) if claim.chinese == is_chinese(unit.text)]
    order = same or list(range(len(claims)))[:1]
    if order:
        nearest = max(order, key=lambda i: float(nearness[i, 1]))
        for one in disagreements(unit.text, claims[nearest].text):
            found[one.rule] += 1
    return found


_RULES = (Rule.NEGATION, Rule.ANTONYM, Rule.NUMBER)
_SAME = 1e-4
_COSINE = SIGNALS.index("cosine")
_RECALL = SIGNALS.index("recall")
_KEYWORDS = SIGNALS.index("keywords")
_STANCES = [SIGNALS.index(name) for name in STANCES]
