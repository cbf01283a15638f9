"""An encoder that is loaded when it is first needed."""

from collections.abc import Callable, Sequence
from functools import cached_property

from mockint.grading.encoders.base import EncodedText, Encoder


class LateEncoder:
    """Another encoder, for which nobody waits before there is something to encode."""

    def __init__(self, name: str, fingerprint: str, load: Callable[[], Encoder]) -> None:
        """Loads nothing.

        Args:
            name: What to call it in front of a person.
            fingerprint: Identity of everything that can change a vector.
            load: The other encoder; seconds. Raises EncoderError.
        """
        self.name = name
        self.fingerprint = fingerprint
        self._load = load

    def encode(self, texts: Sequence[str]) -> tuple[EncodedText, ...]:
        """One EncodedText per text, in order; raises EncoderError where it cannot be loaded."""
        return self._loaded.encode(texts)

    @cached_property
    def _loaded(self) -> Encoder:
        return self._load()
