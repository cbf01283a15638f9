"""What an answer is as a whole, before any claim is looked at: the gates that similarity has not got."""

import re
from collections import Counter
from collections.abc import Sequence
from itertools import pairwise

from mockint.domain.grade import Flag
from mockint.domain.language import Language
from mockint.domain.rubric import Keyword
from mockint.grading.lexical import content_words, forms_in
from mockint.grading.text import Unit, has_words, is_chinese, speaks_chinese, word_spans, words

_DONT_KNOW = re.compile(
    r"\b(?:i|we)(?:'m| am| have| had| really| honestly| just)* (?:do not|don't|dont|didn't|did not|never|cannot|can't|haven't|have not|not)"
    r"(?: really| ever| even| actually)? (?:know|remember|recall|learn(?:ed|t)?|stud(?:y|ied)|underst(?:an|oo)d|heard?|answer|say|tell|sure"
    r"|have (?:an? |any |the )?(?:idea|clue|answer))\b"
    r"|\b(?:i'm|i am|we're|we are) (?:unsure|clueless)\b|\b(?:no|not) (?:idea|clue|sure|answer)\b(?! is\b)|\bhaven't (?:a clue|learned|studied|heard)\b"
    r"|(?:^|[,.;!?]\s*|\b(?:i|we|really|honestly|sorry) )(?:do not|don'?t) know\b|\bdunno\b|\bidk\b|\bn/a\b|^\s*na\s*[.!]*$|\bsorry\b"
    r"|^\s*pass\s*[.!]*$|\bskip(?: (?:this|it|that|the)(?: one| question)?)?\s*(?:[,.;!]|$)|\b(?:i|i've|i have) (?:forgot|forgotten)\b|^\s*forgot\b"
    r"|(?<!模型)(?<!它)(?<!底座)(?<!说)(?<!承认)(?:不|没|没有|不太|不大)(?:知道|清楚|了解|懂|记得|明白|学过|听过|听说过|接触过|看过|印象|思路|想法)(?!的)"
    r"|(?:不|不太|不大|真不|都不)会(?=\s*(?:[,.;!?。]|$|这|做|答|回答|的|了|啊|呢|吧))"  # "will not" goes on with a verb
    r"|不好意思|抱歉|忘记?了(?=\s*(?:[,.;!?。]|$|这|怎|具体|答案))|答不上来|想不起来|(?:跳过|略过)(?=\s*(?:[,.;!?。]|$|这题|这道|这个问题|本题|此题|吧))",
    re.IGNORECASE,
)
_QUOTED = re.compile(r'"[^"]*"|「[^」]*」|《[^》]*》')
_EQUATION = re.compile(r"[=≈<>≤≥∝~]")
_ARROW = re.compile(r"->|=>")
_SIGN = re.compile(r"->|=>|[→←⇒+×*^√∑Σ]")
_SEPARATOR = re.compile(r"[,、;:/|+\n•·→]+|->|\s[-–—]\s")
# Four keys side by side, as hardly a word has them ("property" has "erty", which is left out).
_ROW = re.compile(
    "qwer|rtyu|tyui|yuio|uiop|poiu|oiuy|iuyt|uytr|rewq|asdf|sdfg|dfgh|fghj|ghjk|hjkl|lkjh|kjhg|jhgf|hgfd|gfds|fdsa|zxcv|xcvb|cvbn|vbnm|mnbv|nbvc|bvcx|vcxz"
)
_FUNCTION_EN = frozenset(
    """
    a an the this that these those it its they them their he she we you i my our your of to in
    on at for with by from as into onto over under than is are was were be been being am do does
    did have has had will would can could should may might must not no don't doesn't isn't
    aren't can't won't so because if then when while which who what where how there but although
    though since unless until whether just only also both each every all any some instead still
    already stays stay keeps keep gets get makes make means mean uses use goes go per without
    """.split()  # noqa: SIM905 - a list of words reads best as words
)
_SPACED_TERMS = re.compile(r"[\u4e00-\u9fff]\s+[\u4e00-\u9fff]")
_JOINING = frozenset(("and", "or", "vs", "plus", "also", "和", "与", "及", "或", "以"))
_FUNCTION_ZH = re.compile(
    r"[的了是在把被将会能可就都也而但因所以让使用对从到向由与跟比更最很太只仅还再又其这那它们我你他她之于并且则若如当时候后前里中没不有要需得过着给为什么]"
)


def degenerate(
    text: str,
    units: tuple[Unit, ...],
    prompts: Sequence[str],
    keywords: Sequence[Keyword] = (),
) -> Flag | None:
    """The gate that stops an answer, if one does.

    Args:
        text: The folded answer.
        units: Its sentences.
        prompts: The folded question, in both languages.
        keywords: All keywords of the rubric.

    Returns:
        None where there is something to grade.
    """
    if not text.strip():
        return Flag.EMPTY
    if not has_words(text) or _is_noise(text):
        return Flag.NOT_TEXT
    asked = _words_of(prompts)
    own = frozenset(word for word in content_words(text) if word not in asked)
    chinese = is_chinese(text)
    if _DONT_KNOW.search(_unquoted(text)) and len(own) <= (12 if chinese else 7):
        return Flag.DONT_KNOW
    if is_echo(text, prompts):
        return Flag.ECHO
    if is_keyword_list(text, units) or recites(text, keywords):
        return Flag.KEYWORD_LIST
    return None


def _unquoted(text: str) -> str:
    """A text without what it quotes, unless it is a quotation."""
    left = _QUOTED.sub(" ", text)
    return left if has_words(left) else text


def is_echo(text: str, prompts: Sequence[str], *, share: float = 0.8) -> bool:
    """Whether a folded text says little but the question, in its order, and no figure of its own.

    A statement may well consist of the question's words ("causal decoder: loss on every token");
    an echo also has half of them side by side as they stand there.
    """
    said, asked = content_words(text), _words_of(prompts)
    own = {word for word in said if word not in asked}
    if len(said) < 3 or any(word[0].isdigit() for word in own):
        return bool(said) and not own
    pairs = list(pairwise(said))
    asked_pairs = {pair for prompt in prompts for pair in pairwise(content_words(prompt))}
    side_by_side = sum(pair in asked_pairs for pair in pairs) >= 0.5 * len(pairs)
    few = len(own) <= 3 and sum(word in asked for word in said) >= share * len(said)
    return few and side_by_side


def _words_of(prompts: Sequence[str]) -> frozenset[str]:
    return frozenset(word for prompt in prompts for word in words(prompt))


def is_keyword_list(text: str, units: tuple[Unit, ...]) -> bool:
    """Whether a folded text names things and asserts nothing.

    A sentence, however terse, ties its terms together with function words or equations; a list of
    terms does not. Formulas and notes ("B = 0, so BA = 0 at step 0") keep enough of them.
    """
    spans = word_spans(text)
    tied, chinese = glue(text), is_chinese(text)
    if len(spans) < 4:
        return tied == 0.0 and len(units) <= 1
    pieces = [len(word_spans(piece)) for piece in _SEPARATOR.split(text) if piece.strip()]
    typical = sum(pieces) / max(1, len(pieces))
    limit = 0.10 if chinese and not _SPACED_TERMS.search(text) else 0.12
    # A short plain sentence may hold one such word only, as may a stretch that nothing separates,
    # closed by a stop; a list holds none, or has no such stretch.
    if len(spans) < 16:
        limit = min(limit, 0.9 / len(spans))
    if text.rstrip().endswith((".", "。", "!")) and _longest(text) >= (8 if chinese else 6):
        limit = min(limit, 0.035)
    if tied < limit:
        return not _asserts(text, len(pieces), typical)
    # Worked formulas come in short pieces too, but each equation asserts something.
    derived = len(_EQUATION.findall(_ARROW.sub(" ", text))) >= 4
    return (
        len(pieces) >= 4 and typical <= (3.3 if chinese else 2.5) and tied < 0.155 and not derived
    )


def _asserts(text: str, pieces: int, typical: float) -> bool:
    """Whether a folded text reads as a plain Chinese sentence or two, whatever it is tied by.

    Chinese needs few function words, but a list seldom ends in a full stop, has more and shorter
    pieces, or spaces between Chinese terms.
    """
    closed = text.rstrip().endswith("。") and speaks_chinese(text)
    return closed and pieces <= 4 and typical >= 5 and not _SPACED_TERMS.search(text)


def _longest(text: str) -> int:
    """Words of the longest stretch of a folded text that no separator and no stop cuts."""
    cut = _SEPARATOR.sub("\n", text.replace(". ", "\n"))
    return max((len(word_spans(piece)) for piece in cut.split("\n")), default=0)


def recites(text: str, keywords: Sequence[Keyword], *, share: float = 0.8) -> bool:
    """Whether a folded text is the rubric's own keywords and next to nothing else.

    Keywords may hold function words and signs ("B = 0", "don't know"), which count as ties when
    they stand in a sentence; what is left of a recital without them ties nothing.
    """
    by_keyword = [spans for keyword in keywords if (spans := forms_in((keyword,), text))]
    if len(by_keyword) < min(4, len(keywords)) or not by_keyword:
        return False
    found = [span for spans in by_keyword for span in spans]
    said = [(start, end) for _, start, end in word_spans(text)]
    left = [
        text[start:end].casefold()
        for start, end in said
        if not any(first <= start and end <= last for first, last in found)
    ]
    return sum(word not in _JOINING for word in left) <= (1 - share) * len(said)


def glue(text: str) -> float:
    """Share of the words of a folded text that tie others together, 0 to 1.

    Signs of equation count like words, and so do a few arrows; a chain of arrows and other signs,
    which also separate the items of a list, count once each, however often they stand.
    """
    spans = word_spans(text)
    if not spans:
        return 0.0
    latin = [text[start:end].casefold() for _, start, end in spans if text[start:end].isascii()]
    function = sum(word in _FUNCTION_EN for word in latin) + len(_FUNCTION_ZH.findall(text))
    arrows = len(_ARROW.findall(text))
    equations = len(_EQUATION.findall(text)) - (arrows if arrows > 3 else 0)
    signs = equations + len(set(_SIGN.findall(text)))
    return min(1.0, (function + signs) / len(spans))


def _is_noise(text: str) -> bool:
    """Keyboard mashing: one character over and over, neighbouring keys, words without vowels."""
    letters = [c for c in text.casefold() if c.isalpha()]
    if len(letters) >= 4 and len(set(letters)) == 1:
        return True
    if len(letters) >= 8 and Counter(letters).most_common(1)[0][1] > 0.6 * len(letters):
        return True
    typed = re.findall(r"[a-z]{3,}", text.casefold())
    if sum(_ROW.search(word) is not None for word in typed) >= 0.5 * max(1, len(typed)):
        return True
    latin = re.findall(r"[a-z]{5,}", text.casefold())
    if len(latin) < 2 or is_chinese(text):
        return len(latin) == 1 and len(text.split()) == 1 and not re.search(r"[aeiouy]", latin[0])
    unreadable = [w for w in latin if re.search(r"[bcdfghjklmnpqrstvwxz]{5,}", w)]
    return len(unreadable) >= 0.6 * len(latin)


def repeated(units: tuple[Unit, ...]) -> bool:
    """Whether most of a longer answer is one sentence over and over."""
    if len(units) < 4:
        return False
    seen = Counter(" ".join(unit.text.casefold().split()) for unit in units)
    return seen.most_common(1)[0][1] >= 0.5 * len(units)


def in_other_language(text: str, asked: Language) -> bool:
    """Whether a folded text is mostly in another language than asked for."""
    return has_words(text) and speaks_chinese(text) != (asked is Language.ZH)
