"""What the candidate typed."""

from dataclasses import dataclass

from mockint.domain.language import Language


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer exactly as typed, and the language it was asked for in."""

    text: str
    language: Language = Language.EN
