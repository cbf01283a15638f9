"""The score of an answer where nothing but a reference answer is known."""

from functools import lru_cache

import numpy as np

from mockint.domain.answer import Answer
from mockint.domain.language import Language
from mockint.domain.question import Question
from mockint.grading.encoders.base import Encoder
from mockint.grading.head import Head, load_head, worth
from mockint.grading.likeness import ENGLISH_FEATURES, FEATURES, compared
from mockint.grading.reading import Asked, Reader
from mockint.grading.scoring import uncertainty


class ReferenceScorer:
    """Scores answers by their likeness to a reference, as people's grades taught it."""

    def __init__(self, encoder: Encoder, english: Encoder | None = None) -> None:
        """Loads the fitted weights.

        Args:
            encoder: What encodes every text.
            english: What encodes English ones as well.

        Raises:
            GradingError: The shipped weights cannot be used.
        """
        self._reader = Reader(encoder, english)
        (self._head, digest), (self._english_head, english_digest) = load_heads()
        self.identity = digest
        if english is not None:
            self.identity += f" {english_digest} {english.fingerprint}"
        self._asked = lru_cache(maxsize=64)(self._read)

    def score(self, question: Question, answer: Answer) -> tuple[float, float]:
        """A score of 0 to 100, and how far off two of three such scores stay within.

        Args:
            question: What was asked, with the reference in the answer's language.
            answer: What was typed; a gate has let it pass.
        """
        asked = self._asked(question, answer.language)
        said = self._reader.answer(answer.text, asked)
        head = self._head if said.english is None else self._english_head
        score = 100.0 * float(worth(compared(asked, said)[np.newaxis], head)[0])
        return score, uncertainty(score, head)

    def _read(self, question: Question, language: Language) -> Asked:
        return self._reader.asked(question.prompt[language], question.reference[language])


def load_heads() -> tuple[tuple[Head, str], tuple[Head, str]]:
    """The weights for one encoder and those for two, each with the digest of its file.

    Raises:
        GradingError: The shipped weights cannot be used.
    """
    return load_head("likeness", FEATURES), load_head("likeness_english", ENGLISH_FEATURES)
