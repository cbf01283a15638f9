"""How every stretch of an answer stands to every key point, as small numbers with names.

Nothing here decides: a signal only measures. ``scoring.py`` turns them into verdicts with weights
that were fitted on labelled answers.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from mockint.grading.claims import Claim, ReadPoint, ReadRubric
from mockint.grading.encoders.base import EncodedText, Encoder, FloatArray
from mockint.grading.lexical import content_words, has_term, ngram_recall, recall
from mockint.grading.polarity import disagreements, without_contrast
from mockint.grading.text import Folded, Unit, clauses, fold, ngrams, sentences

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
    "against_true",  # disagreements in polarity with the claim (0, 0.5, 1)
    "against_false",  # disagreements in polarity with the twin
)
"""Names of the signals of one unit against one key point, in the order of the last axis."""


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


@dataclass(frozen=True, slots=True)
class Measured:
    """All signals of one answer.

    Attributes:
        points: Signal values, shape (units, points, len(SIGNALS)).
        misconceptions: The same against each misconception (true wording = the misconception,
            false wording = its correction), shape (units, misconceptions, len(SIGNALS)).
    """

    points: FloatArray
    misconceptions: FloatArray


def read_answer(text: str, encoder: Encoder, *, longest: int = 200) -> ReadAnswer:
    """Cut and encode an answer; of very long ones the first ``longest`` sentences are read."""
    folded = fold(text)
    parts = sentences(folded.text)[:longest]
    said = [without_contrast(part.text) for part in parts]
    encoded = encoder.encode(said)
    starts = np.cumsum([0, *(len(item.states) for item in encoded)])
    width = len(encoded[0].vector) if encoded else 0
    units: list[Unit] = []
    vectors: list[FloatArray] = []
    spans: list[tuple[int, int]] = []
    for index, (part, item) in enumerate(zip(parts, encoded, strict=True)):
        units.append(part)
        vectors.append(item.vector)
        spans.append((int(starts[index]), int(starts[index + 1])))
    for index in range(len(parts) - 1):
        first, second = parts[index], parts[index + 1]
        joined = folded.text[first.start : second.end]
        units.append(Unit(joined, first.start, second.end, first.sentence))
        vectors.append(_unit_length(encoded[index].vector + encoded[index + 1].vector))
        spans.append((int(starts[index]), int(starts[index + 2])))
    for index, (part, item) in enumerate(zip(parts, encoded, strict=True)):
        pieces = clauses(part)
        if len(pieces) < 2:
            continue
        for piece in pieces:
            first, last = _tokens_in(item, piece.start - part.start, piece.end - part.start)
            if last <= first:
                continue
            units.append(piece)
            vectors.append(item.vector)
            spans.append((int(starts[index]) + first, int(starts[index]) + last))
    states = (
        np.concatenate([item.states for item in encoded])
        if encoded
        else np.zeros((0, width), dtype=np.float32)
    )
    return ReadAnswer(
        folded,
        parts,
        tuple(units),
        np.stack(vectors) if vectors else np.zeros((0, width), dtype=np.float32),
        states,
        tuple(spans),
    )


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
    return Measured(_stacked(points, answer), _stacked(wrong, answer))


def _stacked(columns: Sequence[FloatArray], answer: ReadAnswer) -> FloatArray:
    if not columns:
        return np.zeros((len(answer.units), 0, len(SIGNALS)), dtype=np.float32)
    return np.stack(columns, axis=1).astype(np.float32)


def _measure_point(answer: ReadAnswer, point: ReadPoint, rubric: ReadRubric) -> FloatArray:
    true = _against(answer, point.true, rubric)
    false = _against(answer, point.false, rubric)
    rows = []
    for index, unit in enumerate(answer.units):
        said = without_contrast(unit.text)
        t, f = true[index].max(axis=0), false[index].max(axis=0)
        keywords = point.keywords
        met = sum(has_term(k.forms(), said) for k in keywords) / len(keywords) if keywords else 0.0
        rows.append(
            [
                t[0], t[0] - f[0],
                t[1], t[1] - f[1],
                t[2] - f[2],
                t[3], t[3] - f[3],
                t[4], t[4] - f[4],
                met,
                _opposition(said, point.true, unit),
                _opposition(said, point.false, unit),
            ]  # fmt: skip
        )
    return np.array(rows, dtype=np.float32).reshape(len(answer.units), len(SIGNALS))


def _against(answer: ReadAnswer, claims: Sequence[Claim], rubric: ReadRubric) -> FloatArray:
    """Per unit and claim: cosine, recall, contrast, n-grams, content words; shape (u, c, 5)."""
    out = np.zeros((len(answer.units), len(claims), 5), dtype=np.float32)
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


def _opposition(said: str, claims: Sequence[Claim], unit: Unit) -> float:
    same = [claim for claim in claims[:2] if claim.chinese == _chinese(unit)] or list(claims[:1])
    return min(1.0, 0.5 * min((len(disagreements(said, claim.text)) for claim in same), default=0))


def _chinese(unit: Unit) -> bool:
    from mockint.grading.text import is_chinese

    return is_chinese(unit.text)
