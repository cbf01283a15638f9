"""The two languages of the bank, and text that exists in both."""

from dataclasses import dataclass
from enum import StrEnum


class Language(StrEnum):
    """A language that questions are asked and answers are graded in."""

    EN = "en"
    ZH = "zh"


@dataclass(frozen=True, slots=True)
class Bilingual:
    """The same text in English and in Chinese."""

    en: str
    zh: str

    def __getitem__(self, language: Language) -> str:
        return self.zh if language is Language.ZH else self.en

    def both(self) -> tuple[str, str]:
        """The English text, then the Chinese one."""
        return (self.en, self.zh)
