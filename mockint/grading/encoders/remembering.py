"""An encoder that computes nothing twice."""

from collections.abc import Sequence

from mockint.grading.encoders.base import EncodedText, Encoder


class RememberingEncoder:
    """Another encoder with all that it ever computed; for a while, then to be thrown away."""

    def __init__(self, encoder: Encoder) -> None:
        """Takes the other encoder's name and identity: the vectors are its own."""
        self.name = encoder.name
        self.fingerprint = encoder.fingerprint
        self._encoder = encoder
        self._known: dict[str, EncodedText] = {}

    def encode(self, texts: Sequence[str]) -> tuple[EncodedText, ...]:
        """One EncodedText per text, in order."""
        missing = [text for text in dict.fromkeys(texts) if text not in self._known]
        self._known.update(zip(missing, self._encoder.encode(missing), strict=True))
        return tuple(self._known[text] for text in texts)

    def forget(self) -> None:
        """Throw everything away."""
        self._known.clear()
