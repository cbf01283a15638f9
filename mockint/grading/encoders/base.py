"""What grading asks of an encoder."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float32]
IntArray = npt.NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class EncodedText:
    """One text as vectors.

    Attributes:
        vector: The sentence vector, shape (d,), unit length; zeros for a text without content.
        states: A contextual vector per token, shape (t, d), rows of unit length. Special tokens
            and the encoder's prefix are left out, so t may be 0.
        offsets: Character offsets (start, end) of each token in the text, shape (t, 2).
    """

    vector: FloatArray
    states: FloatArray
    offsets: IntArray


class Encoder(Protocol):
    """Turns texts into vectors; the same text gives the same bytes, alone or in a batch."""

    @property
    def name(self) -> str:
        """What to call it in front of a person."""

    @property
    def fingerprint(self) -> str:
        """Identity of everything that can change a vector: weights, tokenizer, pooling, prefix."""

    def encode(self, texts: Sequence[str]) -> tuple[EncodedText, ...]:
        """One EncodedText per text, in order."""
