"""An encoder without a model: it compares characters, and knows nothing of meaning."""

import re
import unicodedata
import zlib
from collections.abc import Sequence

import numpy as np

from mockint.grading.encoders.base import EncodedText, FloatArray

_DIMENSIONS = 512
_SHORTEST, _LONGEST = 2, 4
# Chinese is written without spaces, so each of its characters stands for a word.
_MAX_CHARACTERS = 20_000
_TOKEN = re.compile(r"[\u2e80-\u2fdf\u3400-\u9fff\uf900-\ufaff]|[^\W_\u2e80-\u9fff\uf900-\ufaff]+")


class HashingEncoder:
    """Vectors of hashed character n-grams: for tests, and where no model can be had.

    Tokens are words and single Chinese characters; equal ones have equal states wherever they
    stand. Full-width and half-width forms count as the same. What follows the first
    20,000 characters is left out.
    """

    @property
    def name(self) -> str:
        """What to call it in front of a person."""
        return "word comparison"

    @property
    def fingerprint(self) -> str:
        """Identity of the algorithm."""
        return f"hashing-{_DIMENSIONS}-{_SHORTEST}-{_LONGEST}-v1"

    def encode(self, texts: Sequence[str]) -> tuple[EncodedText, ...]:
        """One EncodedText per text, in order."""
        return tuple(_encode(text) for text in texts)


def _encode(text: str) -> EncodedText:
    spans = [match.span() for match in _TOKEN.finditer(text[:_MAX_CHARACTERS])]
    rows = [_vector(text[start:end]) for start, end in spans]
    states = np.stack(rows) if rows else np.zeros((0, _DIMENSIONS), np.float32)
    total = states.sum(axis=0, dtype=np.float32)
    length = float(np.linalg.norm(total))
    vector = total / np.float32(length) if length > 0 else np.zeros(_DIMENSIONS, np.float32)
    return EncodedText(vector, states, np.array(spans, np.int32).reshape(-1, 2))


def _vector(word: str) -> FloatArray:
    """The n-grams of a word, each in a place and with a sign that its checksum decides."""
    folded = f"<{unicodedata.normalize('NFKC', word).casefold()}>"
    vector = np.zeros(_DIMENSIONS, np.float32)
    for size in range(_SHORTEST, _LONGEST + 1):
        for start in range(max(1, len(folded) - size + 1)):
            code = zlib.crc32(folded[start : start + size].encode("utf-8", "surrogatepass"))
            vector[code % _DIMENSIONS] += 1.0 if code & 0x8000_0000 else -1.0
    length = float(np.linalg.norm(vector))
    if length == 0:
        # Signs may cancel out; every word still needs a direction.
        vector[zlib.crc32(folded.encode("utf-8", "surrogatepass")) % _DIMENSIONS] = length = 1.0
    return vector / np.float32(length)
