"""Where a claim and an answer use the same words to say opposite things.

Similarity is blind to "not", to "larger" against "smaller", to 4 against 16 and to who does what to
whom. Each rule here looks for one kind of disagreement between a clause and a claim that are already
known to speak of the same thing, and names the words of both sides.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from mockint.grading.antonyms import OPPOSITES
from mockint.grading.lexical import content_words, is_content
from mockint.grading.text import is_chinese, word_spans, words


class Rule(StrEnum):
    """A way in which two claims can disagree."""

    NEGATION = "negation"
    ANTONYM = "antonym"
    NUMBER = "number"
    ROLE = "role"


@dataclass(frozen=True, slots=True)
class Disagreement:
    """One disagreement: what the answer says, and what the claim says."""

    rule: Rule
    said: str
    claimed: str


_NEGATOR_EN = re.compile(
    r"\b(?:not|never|no|none|neither|nor|without|cannot|hardly|n't|isn't|aren't|doesn't|don't|didn't|"
    r"won't|can't|couldn't|wouldn't|shouldn't|wasn't|weren't|hasn't|haven't|lacks?|avoids?|"
    r"instead of|rather than|fails? to|no longer)\b|n't\b",
    re.IGNORECASE,
)
_NEGATOR_ZH = re.compile(
    r"而不是|而非|并不是|并不|并非|并没有|没有|不会|不能|不用|不需要|无需|无须|不必|不再|不是|不可|无法|避免|未|无|没|(?<![差])不(?!同|断|仅|但|过|止|得不)"
)
_DOUBLE = re.compile(r"\bnot only\b|\bno doubt\b|不仅|不但|不只|不断|不过|不同|无论", re.IGNORECASE)
_CONTRAST = re.compile(
    r"\b(?:unlike|in contrast (?:to|with)|contrary to|as opposed to|compared (?:to|with)|whereas|versus|"
    r"(?:some |many |most )?people (?:often )?(?:think|believe|say|assume)(?: that)?|it is (?:often|commonly) "
    r"(?:thought|believed|said)(?: that)?|a common (?:mistake|misconception|myth) is(?: that)?|at first (?:glance|sight)|"
    r"one might think(?: that)?)\b[^.;。；\n]*?(?:,\s*(?:which|who|where)\b[^,.;。；\n]*)?(?:,|(?=\bbut\b)|$)"
    r"|(?:与|和|跟|同)[^,。;\n]{1,40}?(?:不同|相反|相比)[^,。;\n]{0,6}(?:,|$)|不同于[^,。;\n]{1,40}(?:,|$)"
    r"|不像[^,。;\n]{1,40}(?:,|$)|(?:很多人|有人|大家|常有人)[^,。;\n]{0,8}(?:以为|认为|觉得|说)[^。;\n]*?(?:,(?=但|其实|实际)|$)"
    r"|相比(?:于|之下)?[^,。;\n]{0,40}(?:,|$)",
    re.IGNORECASE,
)
_RIVAL = re.compile(
    r"\b(?:unlike|rather than|instead of|as opposed to|contrary to|compared (?:to|with)|whereas|while|but|however|though|although|"
    r"actually|in fact|otherwise|myth|misconception|mistake|people|without|if)\b"
    r"|而不是|而非|并非|不是|而是|不同|不像|以为|误区|误解|其实|实际上|但|不过|却|相比|否则|如果|没有|要是",
    re.IGNORECASE,
)
_NUMBER = re.compile(
    r"(?<![A-Za-z0-9_.])((?:\d{1,3}(?:,\d{3})+(?![\d,])|\d+)(?:\.\d+)?(?:e[+-]?\d{1,3}\b)?)(?:(?:\s*|-)(%|x|×|倍|[kmgt]i?b\b|bits?\b|bytes?\b|位|字节|比特|亿|万|b\b|m\b|k\b|ms\b|s\b|个|层|tokens?\b))?",
    re.IGNORECASE,
)
_REACH_END = re.compile(r"[,.;:!?。，；：\n]|\bbut\b|但")
_REACH_EN = 4
_REACH_ZH = 6


@lru_cache(maxsize=4096)
def without_contrast(text: str) -> str:
    """``text`` with what is said of other things blanked out, every offset kept.

    "Unlike full fine-tuning, which updates everything, …" speaks of something else, and "people
    think X, but Y" does not claim X.
    """
    return _CONTRAST.sub(_blank, text)


@dataclass(frozen=True, slots=True)
class Stance:
    """What a text holds that another text can disagree with.

    Attributes:
        content: Its content words.
        negated: Those in reach of a negation.
        sides: The sides of opposites that it takes, each with the form found.
        numbers: Its numbers with their units.
        bindings: Its things, each with the property said of it.
    """

    content: frozenset[str]
    negated: frozenset[str]
    sides: Mapping[tuple[int, bool], str]
    numbers: tuple[tuple[float, str], ...]
    bindings: frozenset[tuple[str, str]]


@lru_cache(maxsize=4096)
def stance(text: str) -> Stance:
    """What a folded text, without what it says of other things, can be held to."""
    return Stance(
        frozenset(content_words(text)),
        negated_words(text),
        _sides_of(text),
        numbers(text),
        _bindings(text),
    )


def disagreements(clause: str, claim: str) -> tuple[Disagreement, ...]:
    """Every disagreement between a clause of an answer and a claim on the same matter."""
    return tuple(compared(stance(without_contrast(clause)), stance(claim)))


def compared(said: Stance, claimed: Stance) -> Iterator[Disagreement]:
    """Every disagreement between what is said and a claim on the same matter."""
    yield from _negation(said, claimed)
    yield from _antonyms(said, claimed)
    yield from _numbers(said, claimed)
    yield from _roles(said, claimed)


def _negation(said: Stance, claimed: Stance) -> Iterator[Disagreement]:
    if word := min((said.negated - claimed.negated) & claimed.content, default=""):
        yield Disagreement(Rule.NEGATION, f"not {word}", word)
    elif word := min((claimed.negated - said.negated) & said.content, default=""):
        yield Disagreement(Rule.NEGATION, word, f"not {word}")


@lru_cache(maxsize=4096)
def negations(text: str) -> int:
    """How many times a folded text says "not", "without" or the like."""
    return len(_negators(_DOUBLE.sub(_blank, text)))


@lru_cache(maxsize=4096)
def rivals(text: str) -> int:
    """How many words of a folded text set something against something else: unlike, but, 而不是."""
    return sum(1 for _ in _RIVAL.finditer(text))


def negated_words(text: str) -> frozenset[str]:
    """The content words that stand in reach of a negation."""
    blanked = _DOUBLE.sub(_blank, text)
    negators = _negators(blanked)
    if not negators:
        return frozenset()
    spans = [span for span in word_spans(blanked) if is_content(span[0])]
    reached: set[str] = set()
    for match in negators:
        reached.update(_reach(blanked, spans, match.end()))
    return frozenset(reached)


def _negators(text: str) -> tuple[re.Match[str], ...]:
    return (*_NEGATOR_EN.finditer(text), *_NEGATOR_ZH.finditer(text))


def _blank(match: re.Match[str]) -> str:
    return " " * len(match.group())


def _reach(text: str, spans: list[tuple[str, int, int]], start: int) -> Iterator[str]:
    stop = _REACH_END.search(text[start:])
    end = start + stop.start() if stop else len(text)
    following = [span for span in spans if start <= span[1] < end]
    limit = _REACH_ZH if is_chinese(text[start:end]) else _REACH_EN
    for word, _, _ in following[:limit]:
        yield word


def _antonyms(said: Stance, claimed: Stance) -> Iterator[Disagreement]:
    for (pair, side), wanted in claimed.sides.items():
        reverse = (pair, not side)
        if (
            reverse in said.sides
            and (pair, side) not in said.sides
            and reverse not in claimed.sides
        ):
            form = said.sides[reverse]
            if _is_negated(form, said) == _is_negated(wanted, claimed):
                yield Disagreement(Rule.ANTONYM, form, wanted)


def _sides_of(text: str) -> dict[tuple[int, bool], str]:
    """Which sides of which opposites a text holds, each with the form found."""
    lowered = text.casefold()
    found: dict[tuple[int, bool], str] = {}
    # Looking for each form as it stands is much quicker than the patterns, and rarely met.
    for index, side in dict.fromkeys([place for form, place in _FORMS if form in lowered]):
        match = _PATTERNS[index][side].search(lowered)
        if match:
            found[index, side] = match.group()
    return found


def _alternatives(forms: Iterable[str]) -> re.Pattern[str]:
    longest_first = sorted(forms, key=len, reverse=True)
    return re.compile(
        "|".join(rf"\b{re.escape(f)}\b" if f.isascii() else re.escape(f) for f in longest_first)
    )


_PATTERNS = tuple((_alternatives(one), _alternatives(other)) for one, other in OPPOSITES)
_FORMS = tuple(
    (form, (index, side))
    for index, pair in enumerate(OPPOSITES)
    for side, forms in zip((False, True), pair, strict=True)
    for form in forms
)


def _is_negated(form: str, stand: Stance) -> bool:
    return bool(stand.negated) and any(word in stand.negated for word in words(form))


def _numbers(said: Stance, claimed: Stance) -> Iterator[Disagreement]:
    if not said.numbers:
        return
    for value, unit in claimed.numbers:
        rivals = [other for other, its_unit in said.numbers if its_unit == unit]
        if rivals and not any(_close(value, other) for other in rivals):
            yield Disagreement(
                Rule.NUMBER, f"{rivals[0]:g} {unit}".strip(), f"{value:g} {unit}".strip()
            )
            return


def numbers(text: str) -> tuple[tuple[float, str], ...]:
    """The numbers of a text with their units, as written."""
    return tuple(
        (float(m.group(1).replace(",", "")), _unit(m.group(2) or ""))
        for m in _NUMBER.finditer(text)
    )


def _unit(written: str) -> str:
    unit = written.casefold()
    return {
        "×": "x",
        "倍": "x",
        "位": "bit",
        "bits": "bit",
        "比特": "bit",
        "字节": "byte",
        "bytes": "byte",
        "tokens": "token",
    }.get(unit, unit)


def _close(one: float, other: float) -> bool:
    # Numbers of hundreds of digits are all infinite, and equal.
    return one == other or abs(one - other) <= 0.15 * max(abs(one), abs(other))


def _roles(one: Stance, other: Stance) -> Iterator[Disagreement]:
    """The same two things bound to the same two properties, crosswise."""
    said, claimed = one.bindings, other.bindings
    if len(said) < 2 or len(claimed) < 2:
        return
    for thing, property_ in claimed:
        for other_thing, other_property in claimed:
            if thing < other_thing and property_ != other_property:
                crossed = (thing, other_property) in said and (other_thing, property_) in said
                straight = (thing, property_) in said or (other_thing, other_property) in said
                if crossed and not straight:
                    yield Disagreement(
                        Rule.ROLE,
                        f"{thing} {other_property}, {other_thing} {property_}",
                        f"{thing} {property_}, {other_thing} {other_property}",
                    )
                    return


def _bindings(text: str) -> frozenset[tuple[str, str]]:
    """Things named by single letters or short symbols, each with the property said right after it."""
    spans = word_spans(text)
    found: set[tuple[str, str]] = set()
    symbols = [
        (i, w)
        for i, (w, s, e) in enumerate(spans)
        if text[s:e].isascii() and text[s:e].isupper() and e - s <= 2
    ]
    for index, (at, symbol) in enumerate(symbols):
        end = symbols[index + 1][0] if index + 1 < len(symbols) else len(spans)
        for word, start, stop in spans[at + 1 : min(end, at + 9)]:
            side = _SIDES.get(word) or _SIDES.get(text[start : stop + 1])
            if side:
                found.add((symbol, side))
                break
    return frozenset(found)


_SIDES = {
    stem: f"{index}{side}"
    for index, pair in enumerate(OPPOSITES)
    for side, forms in zip("ab", pair, strict=True)
    for form in forms
    for stem in ((words(form)[0],) if form.isascii() and len(words(form)) == 1 else (form,))
}
