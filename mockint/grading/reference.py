"""The score of an answer where nothing but a reference answer is known."""

from functools import lru_cache

import numpy as np

from mockint.domain.answer import Answer
from mockint.domain.language import Language
from mockint.domain.question import Question
from mockint.grading.encoders.base import Encoder
from mockint.grading.head import load_head, worth
from mockint.grading.likeness import ReadText, likeness, read_text
from mockint.grading.scoring import uncertainty
from mockint.grading.text import fold, words


class ReferenceScorer:
    """Scores answers by their likeness to a reference, as people's grades taught it."""

    def __init__(self, encoder: Encoder) -> None:
        self._encoder = encoder
        self._head, self.digest = load_head()
        self._read = lru_cache(maxsize=256)(self._read_both)

    def score(self, question: Question, answer: Answer) -> tuple[float, float]:
        """A score of 0 to 100, and how far off two of three such scores stay within.

        Args:
            question: What was asked, with the reference in the answer's language.
            answer: What was typed; a gate has let it pass.
        """
        prompt, reference, asked = self._read(question, answer.language)
        features = likeness(prompt, reference, read_text(answer.text, self._encoder, asked))
        score = 100.0 * float(worth(features[np.newaxis], self._head)[0])
        return score, uncertainty(score, self._head)

    def _read_both(
        self, question: Question, language: Language
    ) -> tuple[ReadText, ReadText, frozenset[str]]:
        prompt = question.prompt[language]
        asked = frozenset(words(fold(prompt).text))
        return (
            read_text(prompt, self._encoder, asked),
            read_text(question.reference[language], self._encoder, asked),
            asked,
        )
