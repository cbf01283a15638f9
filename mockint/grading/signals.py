"""How every stretch of an answer stands to every key point, as small numbers with names.

Nothing here decides: a signal only measures. ``scoring.py`` turns them into verdicts with weights
that were fitted on labelled answers.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from mockint.grading.claims import Claim, ReadPoint, ReadRubric
from mockint.grading.encoders.base import EncodedText, Encoder, FloatArray, IntArray
from mockint.grading.lexical import Holdings, keyword_shares
from mockint.grading.polarity import (
    Rule,
    Stance,
    compared,
    negations,
    rivals,
    stance,
    without_contrast,
)
from mockint.grading.text import Folded, Unit, clauses, fold, is_chinese, ngrams, sentences

BoolArray = npt.NDArray[np.bool_]

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
    "true_denied",  # of the words that only the claim has, not the twin: the share it negates
    "false_denied",  # of the words that only the twin has
    "negations",  # times the unit says "not", up to 3
    "rivals",  # words that set one thing against another, up to 3: the rival may be denied
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
    "true_denied",
    "false_denied",
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
    encoded = encoder.encode(_compared(parts))
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


def answer_texts(text: str, *, longest: int = 200) -> list[str]:
    """What ``read_answer`` has encoded."""
    return _compared(sentences(fold(text).text)[:longest])


def _compared(parts: Sequence[Unit]) -> list[str]:
    return [without_contrast(part.text) for part in parts]


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
    said = _said(answer)
    wrong = (ReadPoint("", 0.0, false, true, ()) for false, true in rubric.misconceptions)
    points, misconceptions = (
        [_measure_point(answer, said, point) for point in group] for group in (rubric.points, wrong)
    )
    return Measured(_with_stances(points, answer), _with_stances(misconceptions, answer))


@dataclass(frozen=True, slots=True)
class _Said:
    """What the units say, apart from what they say of other things, ready to be compared.

    Attributes:
        texts: What each says; as long as the unit.
        chinese: Whether each is in Chinese, shape (u,).
        grams: Its character n-grams.
        content: Its content words.
        stances: What it can be held to.
        negations: How often each says "not", up to 3, shape (u,).
        rivals: How often each sets something against something else, up to 3, shape (u,).
    """

    texts: tuple[str, ...]
    chinese: BoolArray
    grams: Holdings
    content: Holdings
    stances: tuple[Stance, ...]
    negations: FloatArray
    rivals: FloatArray


def _said(answer: ReadAnswer) -> _Said:
    texts = tuple(without_contrast(unit.text) for unit in answer.units)
    stances = tuple(stance(text) for text in texts)
    return _Said(
        texts=texts,
        chinese=np.array([is_chinese(unit.text) for unit in answer.units], dtype=bool),
        grams=Holdings([ngrams(text) for text in texts]),
        content=Holdings([one.content for one in stances]),
        stances=stances,
        negations=_counted(negations(text) for text in texts),
        rivals=_counted(rivals(unit.text) for unit in answer.units),
    )


def _counted(counts: Iterable[int]) -> FloatArray:
    return np.fromiter((min(count, _MOST_COUNTED) for count in counts), dtype=np.float32)


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


def _measure_point(answer: ReadAnswer, said: _Said, point: ReadPoint) -> FloatArray:
    """The signals of every unit against one point, shape (u, len(SIGNALS))."""
    if not said.texts:
        return np.zeros((0, len(SIGNALS)), dtype=np.float32)
    both = _against(answer, said, (*point.true, *point.false))
    true, false = both[:, : len(point.true)], both[:, len(point.true) :]
    t = true.max(axis=1)
    # Without a twin there is nothing to be nearer to: the margins are 0.
    margins = t - (false.max(axis=1) if point.false else t)
    against_true = _opposition(said, point.true, true)
    against_false = _opposition(said, point.false, false)
    signals = {
        "cosine": t[:, 0],
        "cosine_margin": margins[:, 0],
        "recall": t[:, 1],
        "recall_margin": margins[:, 1],
        "contrast": margins[:, 2],
        "grams": t[:, 3],
        "grams_margin": margins[:, 3],
        "content": t[:, 4],
        "content_margin": margins[:, 4],
        "keywords": keyword_shares(point.keywords, said.texts),
        "direction": _directions(answer, said, point),
        "against_true": np.minimum(1.0, 0.5 * against_true.sum(axis=1)),
        "against_false": np.minimum(1.0, 0.5 * against_false.sum(axis=1)),
        **{
            name: against_false[:, place] - against_true[:, place]
            for place, name in enumerate(("negation", "antonym", "number"))
        },
        **dict(zip(("true_denied", "false_denied"), _denials(said, point).T, strict=True)),
        "negations": said.negations,
        "rivals": said.rivals,
    }
    return np.stack([np.asarray(signals[name], dtype=np.float32) for name in SIGNALS], axis=1)


def _directions(answer: ReadAnswer, said: _Said, point: ReadPoint) -> FloatArray:
    """Where each unit lies on the way from the twin's vector to the claim's, shape (u,).

    Claim and twin differ in a word or two, so their vectors are close and a margin between them is
    small; divided by their distance it says which of the two a unit takes sides with.
    """
    places = np.zeros(len(answer.units), dtype=np.float32)
    for chinese in (False, True):
        true = [c.encoded.vector for c in point.true[:2] if c.chinese == chinese]
        false = [c.encoded.vector for c in point.false if c.chinese == chinese]
        mine = said.chinese == chinese
        if not true or not false or not mine.any():
            continue
        way = true[0] - false[0]
        middle = 0.5 * (true[0] + false[0])
        length = float(way @ way)
        if length > _SAME:
            places[mine] = np.clip((answer.vectors[mine] - middle) @ way / length * 2.0, -2.0, 2.0)
    return places


def _denials(said: _Said, point: ReadPoint) -> FloatArray:
    """Of the words that tell claim from twin, the share that each unit negates, shape (u, 2).

    "It does not update all weights" holds the twin's words, and denies them.
    """
    shares = np.zeros((len(said.texts), 2), dtype=np.float32)
    for chinese in (False, True):
        true = [frozenset(c.content) for c in point.true[:2] if c.chinese == chinese]
        false = [frozenset(c.content) for c in point.false if c.chinese == chinese]
        if not true or not false:
            continue
        for row in np.flatnonzero(said.chinese == chinese).tolist():
            held = said.stances[row]
            if held.negated:
                for side, own in enumerate((true[0] - false[0], false[0] - true[0])):
                    met = own & held.content
                    shares[row, side] = len(met & held.negated) / max(1, len(met))
    return shares


def _against(answer: ReadAnswer, said: _Said, claims: Sequence[Claim]) -> FloatArray:
    """Per unit and claim: cosine, recall, contrast, n-grams, content words; shape (u, c, 5)."""
    out = np.zeros((len(said.texts), len(claims), 5), dtype=np.float32)
    for column, claim in enumerate(claims):
        out[:, column, 0] = answer.vectors @ claim.encoded.vector
    _token_recall(answer, claims, out[:, :, 1:3])
    if claims:
        out[:, :, 3] = said.grams.shares([claim.grams for claim in claims])
        out[:, :, 4] = said.content.shares([claim.content for claim in claims])
    return out


def _token_recall(answer: ReadAnswer, claims: Sequence[Claim], out: FloatArray) -> None:
    """Weighted means over each claim's tokens of their best match in each unit.

    Args:
        answer: The answer.
        claims: The claims.
        out: Where to put the means by weight and by contrast, shape (u, c, 2); stays zero for
            claims that have no tokens.
    """
    if not claims or not len(answer.states):
        return
    ends = np.cumsum([len(claim.encoded.states) for claim in claims]).tolist()
    likeness = np.empty((ends[-1], len(answer.states)), dtype=np.float32)
    places = [slice(start, end) for start, end in zip((0, *ends), ends, strict=False)]
    for claim, place in zip(claims, places, strict=True):
        # One product for all claims would be a little faster, but the last digits of a product
        # depend on its shape, and a claim must give the same in every company.
        np.matmul(claim.encoded.states, answer.states.T, out=likeness[place])
    best = np.stack([likeness[:, first:last].max(axis=1) for first, last in answer.spans])
    for column, (claim, place) in enumerate(zip(claims, places, strict=True)):
        if len(claim.encoded.states):
            here = np.ascontiguousarray(best[:, place])
            out[:, column, 0] = here @ claim.weights / max(float(claim.weights.sum()), 1e-6)
            mass = float(claim.contrast.sum())
            if mass > 0.5:
                out[:, column, 1] = here @ claim.contrast / mass


def _opposition(said: _Said, claims: Sequence[Claim], nearness: FloatArray) -> IntArray:
    """Disagreements of each unit with the nearest wording of a claim in its language.

    Args:
        said: The units.
        claims: The wordings.
        nearness: What ``_against`` measured, shape (u, c, 5).

    Returns:
        Their numbers by rule, shape (u, len(Rule)).
    """
    found = np.zeros((len(said.texts), len(Rule)), dtype=np.int32)
    held = [stance(claim.text) for claim in claims]
    for chinese in (False, True):
        same = [i for i, claim in enumerate(claims) if claim.chinese == chinese]
        order = same or list(range(len(claims)))[:1]
        if not order:
            continue
        nearest = nearness[:, order, 1].argmax(axis=1).tolist()
        for row in np.flatnonzero(said.chinese == chinese).tolist():
            for item in compared(said.stances[row], held[order[nearest[row]]]):
                found[row, _RULE_PLACES[item.rule]] += 1
    return found


_RULE_PLACES = {rule: place for place, rule in enumerate(Rule)}
_SAME = 1e-4
_MOST_COUNTED = 3
_COSINE = SIGNALS.index("cosine")
_RECALL = SIGNALS.index("recall")
_KEYWORDS = SIGNALS.index("keywords")
_STANCES = [SIGNALS.index(name) for name in STANCES]
