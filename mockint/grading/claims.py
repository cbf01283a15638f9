"""A rubric as the grader reads it: every claim encoded once, true forms beside false ones."""

from collections.abc import Iterable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np

from mockint.domain.question import Question
from mockint.domain.rubric import KeyPoint, Keyword, Rubric
from mockint.grading.encoders.base import EncodedText, Encoder, FloatArray
from mockint.grading.lexical import content_words, is_content, keyword_share
from mockint.grading.text import Unit, clauses, fold, is_chinese, ngrams, sentences, words


@dataclass(frozen=True, slots=True)
class Claim:
    """One wording of a claim, encoded.

    Attributes:
        text: Folded text.
        chinese: Whether it is in Chinese.
        encoded: Its vectors.
        weights: What each token counts for in recall, shape (t,); 0 for words of the question and
            for words without meaning of their own.
        contrast: The same, but counting only what tells the claim from its twin (or the twin from
            the claim); all zeros where there is no counterpart.
        grams: Its character n-grams, those of the question left out.
        content: Its content words in order, those of the question left out.
    """

    text: str
    chinese: bool
    encoded: EncodedText
    weights: FloatArray
    contrast: FloatArray
    grams: frozenset[str]
    content: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ReadPoint:
    """One key point, ready to be compared.

    Attributes:
        id: The key point's id.
        weight: Its share of the rubric, 0 to 1.
        true: Statement (English, Chinese), then paraphrases, then the reference's own words.
        false: Twin (English, Chinese).
        keywords: Its keywords.
    """

    id: str
    weight: float
    true: tuple[Claim, ...]
    false: tuple[Claim, ...]
    keywords: tuple[Keyword, ...]


@dataclass(frozen=True, slots=True)
class ReadRubric:
    """A question and its rubric, ready to be compared with answers.

    Attributes:
        prompt: Folded prompts, English and Chinese.
        prompt_encoded: Their vectors.
        prompt_words: Stems of both.
        prompt_grams: Character n-grams of both.
        points: The key points.
        misconceptions: For each, its two wordings and those of its correction.
    """

    prompt: tuple[str, ...]
    prompt_encoded: tuple[EncodedText, ...]
    prompt_words: frozenset[str]
    prompt_grams: frozenset[str]
    points: tuple[ReadPoint, ...]
    misconceptions: tuple[tuple[tuple[Claim, ...], tuple[Claim, ...]], ...]


def read_rubric(question: Question, rubric: Rubric, encoder: Encoder) -> ReadRubric:
    """Encode a question and its rubric in one pass.

    The reference answer makes every point, so for each point the sentence that makes it there
    serves as one more wording of the claim.
    """
    said = _in_reference(question)
    folded = rubric_texts(question, rubric)
    encoded = dict(zip(folded, encoder.encode(folded), strict=True))
    prompts = tuple(fold(text).text for text in dict.fromkeys(question.prompt.both()))
    asked = _Asked(
        frozenset(word for prompt in prompts for word in words(prompt)),
        frozenset(gram for prompt in prompts for gram in ngrams(prompt)),
    )
    total = sum(point.weight for point in rubric.points)
    return ReadRubric(
        prompt=prompts,
        prompt_encoded=tuple(encoded[prompt] for prompt in prompts),
        prompt_words=asked.words,
        prompt_grams=asked.grams,
        points=tuple(
            _read_point(p, _made_in(p, said, encoded), encoded, asked, total) for p in rubric.points
        ),
        misconceptions=tuple(
            (
                _claims(item.statement.both(), encoded, asked),
                _claims(item.correction.both(), encoded, asked),
            )
            for item in rubric.misconceptions
        ),
    )


def rubric_texts(question: Question, rubric: Rubric) -> list[str]:
    """What ``read_rubric`` has encoded."""
    folded = (fold(text).text for text in _texts(question, rubric))
    return list(dict.fromkeys((*folded, *_in_reference(question))))


def _in_reference(question: Question) -> tuple[str, ...]:
    both = dict.fromkeys(question.reference.both())
    return tuple(dict.fromkeys(unit.text for text in both for unit in _stretches(text)))


def _texts(question: Question, rubric: Rubric) -> list[str]:
    texts = [*question.prompt.both()]
    for point in rubric.points:
        for text in (point.statement, *point.paraphrases, point.twin):
            texts.extend(text.both())
    for item in rubric.misconceptions:
        texts.extend((*item.statement.both(), *item.correction.both()))
    return list(dict.fromkeys(texts))


def _stretches(text: str) -> tuple[Unit, ...]:
    """The sentences of a reference answer, and the clauses of those that say several things."""
    whole = sentences(fold(text).text)
    return (*whole, *(piece for unit in whole for piece in clauses(unit, shortest=5)))


def _made_in(
    point: KeyPoint, said: Sequence[str], encoded: dict[str, EncodedText]
) -> tuple[str, ...]:
    """Per language, the stretch of the reference that makes a point, where one clearly does."""
    found = []
    for statement in point.statement.both():
        claim = fold(statement).text
        same = [text for text in said if is_chinese(text) == is_chinese(claim)]
        ranked = [
            (keyword_share(point.keywords, text), _likeness(encoded[claim], encoded[text]), text)
            for text in same
        ]
        if ranked and max(ranked)[0] >= 0.5:
            found.append(max(ranked, key=lambda item: item[0] + 4.0 * item[1])[2])
    return tuple(found)


def _likeness(claim: EncodedText, text: EncodedText) -> float:
    return float(claim.vector @ text.vector)


def _read_point(
    point: KeyPoint,
    in_reference: tuple[str, ...],
    encoded: dict[str, EncodedText],
    asked: "_Asked",
    total: float,
) -> ReadPoint:
    true = [text for form in (point.statement, *point.paraphrases) for text in form.both()]
    true.extend(in_reference)
    true_claims = _claims(true, encoded, asked)
    false_claims = _claims(point.twin.both(), encoded, asked)
    return ReadPoint(
        id=point.id,
        weight=point.weight / total,
        true=tuple(
            _contrasted(claim, _same_language(claim, false_claims)) for claim in true_claims
        ),
        false=tuple(
            _contrasted(claim, _same_language(claim, true_claims[:2])) for claim in false_claims
        ),
        keywords=point.keywords,
    )


def _same_language(claim: Claim, others: Sequence[Claim]) -> Claim | None:
    return next((other for other in others if other.chinese == claim.chinese), None)


def _claims(
    texts: Iterable[str], encoded: dict[str, EncodedText], asked: "_Asked"
) -> tuple[Claim, ...]:
    folded = dict.fromkeys(fold(text).text for text in texts if text)
    return tuple(_claim(text, encoded[text], asked) for text in folded)


class _Asked(NamedTuple):
    """What the question says: words and character n-grams that are nobody's merit."""

    words: frozenset[str]
    grams: frozenset[str]


def _claim(text: str, encoded: EncodedText, asked: _Asked) -> Claim:
    weights = np.array(
        [token_weight(text[start:end], asked.words) for start, end in encoded.offsets.tolist()],
        dtype=np.float32,
    )
    if not weights.any():
        weights = np.ones(len(weights), dtype=np.float32)
    return Claim(
        text=text,
        chinese=is_chinese(text),
        encoded=encoded,
        weights=weights,
        contrast=np.zeros_like(weights),
        grams=ngrams(text) - asked.grams,
        content=tuple(word for word in content_words(text) if word not in asked.words),
    )


def token_weight(token: str, prompt_words: AbstractSet[str]) -> float:
    """What a token counts for in recall: words of the question and of no meaning count less."""
    found = words(token)
    if not found:
        return 0.0
    if not any(is_content(word) for word in found):
        return 0.15
    return 0.4 if all(word in prompt_words for word in found) else 1.0


def _contrasted(claim: Claim, counterpart: Claim | None) -> Claim:
    """``claim`` with weight on the tokens that its counterpart has no like of."""
    if counterpart is None or not len(claim.encoded.states) or not len(counterpart.encoded.states):
        return claim
    nearest = (claim.encoded.states @ counterpart.encoded.states.T).max(axis=1)
    contrast = claim.weights * np.clip((1.0 - nearest) / 0.3, 0.0, 1.0)
    return replace(claim, contrast=contrast.astype(np.float32))
