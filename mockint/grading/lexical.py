"""What the words alone say: keywords with aliases, words and character n-grams in common."""

import re
from collections.abc import Collection, Iterable
from functools import lru_cache

from rapidfuzz import fuzz

from mockint.domain.rubric import Keyword
from mockint.grading.text import fold, is_chinese, ngrams, words

_STOP_EN = frozenset(
    """
    a an the this that these those it its they them their he she we you i me my our your of to
    in on at for with by from as into onto over under and or but so if then than is are was were
    be been being am do does did have has had having will would can could should may might must
    shall just also very much many more most some any each every such only own same both all
    which who whom whose what when where why how there here about up out off again once because
    while during before after between through per via use used using one get got make made like
    e.g i.e etc vs
    """.split()  # noqa: SIM905 - a list of words reads best as words
)
_STOP_ZH = frozenset(
    "的了和是在与及或也就都而把被对从到其该这那些个为以之于上下中里等着过地得会能可要让给用有"
)


@lru_cache(maxsize=65536)
def is_content(word: str) -> bool:
    """Whether a stem carries meaning of its own."""
    return word not in _STOP_STEMS and word not in _STOP_ZH


def content_words(text: str) -> tuple[str, ...]:
    """The words of a folded text that carry meaning, in order."""
    return tuple(word for word in words(text) if is_content(word))


def recall(wanted: Collection[str], found: Collection[str]) -> float:
    """Share of ``wanted`` that is in ``found``; 0 where nothing is wanted."""
    return sum(item in found for item in wanted) / len(wanted) if wanted else 0.0


def ngram_recall(reference: str, answer_grams: frozenset[str], left_out: frozenset[str]) -> float:
    """Share of the reference's character n-grams that the answer has, those left out aside."""
    wanted = _ngrams(reference) - left_out
    return recall(wanted, answer_grams)


@lru_cache(maxsize=16384)
def _ngrams(text: str) -> frozenset[str]:
    return ngrams(text)


def keyword_share(keywords: Iterable[Keyword], text: str) -> float:
    """Share of the keywords of which some form stands in a folded text; 0 without keywords."""
    present = [has_term(keyword.forms(), text) for keyword in keywords]
    return sum(present) / len(present) if present else 0.0


def forms_in(keywords: Iterable[Keyword], text: str) -> list[tuple[int, int]]:
    """Where in a folded text forms of the keywords stand: one stretch for each keyword present."""
    lowered = text.casefold()
    found = []
    for keyword in keywords:
        spans = [
            match.span()
            for form in keyword.forms()
            for match in _whole(_folded(form)).finditer(lowered)
        ]
        found.extend(spans)
    return found


def has_term(forms: Collection[str], text: str) -> bool:
    """Whether one of the forms stands in a folded text, as whole words, a typo forgiven."""
    lowered = text.casefold()
    stems = words(text)
    return any(_has_form(form, lowered, stems) for form in forms)


def _has_form(form: str, lowered: str, stems: tuple[str, ...]) -> bool:
    plain = _folded(form)
    if _whole(plain).search(lowered):
        return True
    wanted = words(plain)
    if not wanted:
        return False
    if is_chinese(plain):
        return plain in lowered
    if _run_in(wanted, stems):
        return True
    return len(wanted) == 1 and len(wanted[0]) >= 6 and _near(wanted[0], stems)


def _run_in(wanted: tuple[str, ...], stems: tuple[str, ...]) -> bool:
    n = len(wanted)
    return any(stems[i : i + n] == wanted for i in range(len(stems) - n + 1))


def _near(wanted: str, stems: tuple[str, ...]) -> bool:
    return any(
        len(s) >= 5 and s[0] == wanted[0] and fuzz.ratio(wanted, s, score_cutoff=86) for s in stems
    )


@lru_cache(maxsize=16384)
def _folded(form: str) -> str:
    return fold(form).text.casefold().strip()


@lru_cache(maxsize=16384)
def _whole(plain: str) -> re.Pattern[str]:
    before = r"(?<![a-z0-9])" if plain[:1].isascii() and plain[:1].isalnum() else ""
    after = r"(?![a-z0-9])" if plain[-1:].isascii() and plain[-1:].isalnum() else ""
    return re.compile(before + re.escape(plain) + after)


_STOP_STEMS = frozenset(stem for word in _STOP_EN for stem in words(word)) | _STOP_EN
