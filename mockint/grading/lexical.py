"""What the words alone say: keywords with aliases, words and character n-grams in common."""

import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from functools import lru_cache

from rapidfuzz import fuzz

from mockint.domain.rubric import Keyword
from mockint.grading.text import fold, is_chinese, words

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


class Holdings:
    """Several sets of strings, ready to be asked how much of others they hold.

    Sets are kept as bits of a number: one operation counts what two of them share.
    """

    def __init__(self, sets: Sequence[AbstractSet[str]]) -> None:
        everything: frozenset[str] = frozenset().union(*sets)
        self._bits = {item: 1 << place for place, item in enumerate(everything)}
        self._masks = [self._mask(items) for items in sets]

    def shares(self, wanted: Sequence[Collection[str]]) -> list[list[float]]:
        """For each set the share of each of ``wanted`` that is in it; 0 of an empty one.

        What stands several times in one of ``wanted`` counts as often.
        """
        layers = [tuple(self._layers(items)) for items in wanted]
        first = [of_one[0] if of_one else 0 for of_one in layers]
        further = [(at, layer) for at, of_one in enumerate(layers) for layer in of_one[1:]]
        sizes = [max(1, len(items)) for items in wanted]
        rows = []
        for mask in self._masks:
            counts = [(mask & layer).bit_count() for layer in first]
            for at, layer in further:
                counts[at] += (mask & layer).bit_count()
            rows.append([count / size for count, size in zip(counts, sizes, strict=True)])
        return rows

    def _mask(self, items: Iterable[str]) -> int:
        return sum(map(self._bits.__getitem__, items))

    def _layers(self, items: Collection[str]) -> Iterator[int]:
        """The items as a mask; those that stand twice once more, and so on."""
        if isinstance(items, AbstractSet):
            yield self._mask(items & self._bits.keys())
            return
        left = Counter(item for item in items if item in self._bits)
        while left:
            yield self._mask(left)
            left = Counter({item: count - 1 for item, count in left.items() if count > 1})


def keyword_share(keywords: Iterable[Keyword], text: str) -> float:
    """Share of the keywords of which some form stands in a folded text; 0 without keywords."""
    return keyword_shares(keywords, (text,))[0]


def keyword_shares(keywords: Iterable[Keyword], texts: Iterable[str]) -> list[float]:
    """For each folded text the share of the keywords of which some form stands in it."""
    groups = [[_term(form) for form in keyword.forms()] for keyword in keywords]
    return [_share(groups, _read(text)) for text in texts]


def _share(groups: "list[list[_Term]]", page: "_Page") -> float:
    present = sum(_has_any(terms, page) for terms in groups)
    return present / len(groups) if groups else 0.0


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
    return _has_any([_term(form) for form in forms], _read(text))


@dataclass(frozen=True, slots=True)
class _Term:
    """A form of a keyword, ready to be looked for.

    It forgives a typo where it is long enough for one to be told from another word.
    """

    plain: str
    whole: re.Pattern[str]
    wanted: tuple[str, ...]
    chinese: bool
    forgives: bool


@dataclass(frozen=True, slots=True)
class _Page:
    """A text, ready to be searched: its words are stems, the longer ones also by first letter."""

    lowered: str
    stems: tuple[str, ...]
    distinct: frozenset[str]
    longer: Mapping[str, tuple[str, ...]]


@lru_cache(maxsize=16384)
def _term(form: str) -> _Term:
    plain = _folded(form)
    wanted = words(plain)
    forgives = len(wanted) == 1 and len(wanted[0]) >= 6
    return _Term(plain, _whole(plain), wanted, is_chinese(plain), forgives)


@lru_cache(maxsize=2048)
def _read(text: str) -> _Page:
    stems = words(text)
    distinct = frozenset(stems)
    longer: dict[str, list[str]] = {}
    for item in distinct:
        if len(item) >= 5:
            longer.setdefault(item[0], []).append(item)
    by_letter = {letter: tuple(found) for letter, found in longer.items()}
    return _Page(text.casefold(), stems, distinct, by_letter)


def _has_any(terms: Iterable[_Term], page: _Page) -> bool:
    return any(_has(term, page) for term in terms)


def _has(term: _Term, page: _Page) -> bool:
    # Looking for the form as it stands is much quicker than the pattern, and rarely met.
    if term.plain in page.lowered and (term.chinese or term.whole.search(page.lowered)):
        return True
    if not term.wanted or term.chinese:
        return False
    if term.wanted[0] in page.distinct:
        return len(term.wanted) == 1 or _run_in(term.wanted, page.stems)
    return term.forgives and _near(term.wanted[0], page)


def _run_in(wanted: tuple[str, ...], stems: tuple[str, ...]) -> bool:
    n = len(wanted)
    return any(stems[i : i + n] == wanted for i in range(len(stems) - n + 1))


def _near(wanted: str, page: _Page) -> bool:
    return any(
        fuzz.ratio(wanted, other, score_cutoff=86) for other in page.longer.get(wanted[0], ())
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
