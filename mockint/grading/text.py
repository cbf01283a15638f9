"""Text as typed to text as compared: folding, units with their place in the original, words.

Everything that is measured runs on folded text; everything that is shown is cut from the original,
so a fold remembers where each of its characters came from.
"""

import re
import unicodedata
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

import snowballstemmer

_RADICALS = str.maketrans(
    # Radicals of the CJK supplement that look like characters, and the characters. NFKC folds the
    # Kangxi block but leaves these; PDF readers and some input methods produce them.
    "⺁⺅⺆⺈⺉⺊⺋⺍⺎⺏⺐⺑⺒⺓⺔⺕⺖⺘⺙⺛⺝⺞⺠⺡⺢⺣⺤⺥⺦⺧⺨⺩⺪⺫⺬⺭⺮⺯⺰⺱⺲⺶⺷⺸⺹⺺⺼⺾⺿⻀⻁⻂⻃⻄⻅⻆⻇⻈⻉⻊⻋⻌⻍⻎⻏⻐⻑⻒⻓⻔⻕⻖⻗⻘⻙⻚⻛⻜⻝⻞⻟⻠⻡⻢⻣⻤⻥⻦⻧⻨⻩⻪⻫⻬⻭⻮⻯⻰⻱⻲",
    "厂亻冂刀刂卜㔾小兀尣尢尣巳幺彑彐忄扌攵旡月歺民氵氺灬爫爫丬牛犭王疋目示礻竹糹纟罓罒羊羊羊耂肀肉艹艹艹虎衤覀西见角角讠贝足车辶辶辶阝钅長長长门阜阝雨青韦页风飞食食飠饣首马骨鬼鱼鸟卤麦黄黾斉齐歯齿竜龙龟亀",
)
_CJK = "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
_WORD = re.compile(rf"[a-z0-9]+(?:[-_./'’][a-z0-9]+)*|[α-ω]+|[{_CJK}]", re.IGNORECASE)
_HAN = re.compile(f"[{_CJK}]")
_LATIN = re.compile(r"[A-Za-z]")
_LATIN_WORD = re.compile(r"[A-Za-z][A-Za-z0-9]*(?:[-_.'/][A-Za-z0-9]+)*")
_BULLET = re.compile(r"^\s*(?:[-*+•·–—]|\(?\d{1,2}[.)、)]|[a-z]\))\s+|^\s*#{1,6}\s+", re.IGNORECASE)
_SENTENCE_END = re.compile(
    r"[。！？!?；;]+[”’」』)）\"']*"  # marks that end a sentence wherever they stand
    r"|(?<!\.)\.++[\"')\]]*+(?=\s+[^a-z\s]|\s*$|\s*[\u4e00-\u9fff])"  # a stop, but not 0.5 or model.py
    # Who types in a hurry goes on in lower case; a lone small letter or figure is no sentence's end.
    r"|(?:(?<=[\w)\]%\"'/^-][a-z0-9A-Z)\]%\"'])|(?<=\s[A-Z]))\.[\"')\]]*+(?=\s+[a-z])"
    r"|\n+",
)
_ABBREVIATION = re.compile(
    r"(?:\b(?:e\.g|i\.e|vs|etc|cf|al|approx|ca|fig|eq|no|nr|resp|w\.r\.t|aka|incl|excl|esp|avg|viz))\.$",
    re.IGNORECASE,
)
_CLAUSE_END = re.compile(
    r"[,，、:：]+(?!\d)|\s[-–—]+\s|——|\s(?=(?:and|but|so|because|which|while|whereas|since|then|therefore)\s)"
    r"|(?=(?:但是|但|而且|而|因此|所以|因为|从而|并且|不过|然而))",
    re.IGNORECASE,
)
_BRITISH_OUR = re.compile(r"(?<=[a-z]{3})our(?=(?:s|ed|ing|able|al|hood)?$)")
_BRITISH = re.compile(r"(?<=[a-z]{3})is(?=(?:e|ed|es|ing|er|ers|ation|ations)$)")
_BRITISH_WORDS = {
    "analyse": "analyze", "analysed": "analyzed", "analysing": "analyzing",
    "centre": "center", "centres": "centers", "centred": "centered", "centring": "centering",
}  # fmt: skip
_LONGEST_CLUSTER = 32
_LONGEST_SENTENCE = 1200
_STEMMER = snowballstemmer.stemmer("english")


@dataclass(frozen=True, slots=True)
class Folded:
    """Text in its compared form, with the way back.

    Attributes:
        text: NFKC, radicals unified, controls and zero-width characters dropped or made spaces.
        origin: For each character of ``text`` and for its end, its offset in the original.
        length: Length of the original.
    """

    text: str
    origin: tuple[int, ...]
    length: int

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Offsets in the original of ``text[start:end]``."""
        if start >= end:
            return (self.origin[start], self.origin[start])
        first = self.origin[start]
        after = self.origin[end]
        return (first, max(after, self.origin[end - 1] + 1))


@dataclass(frozen=True, slots=True)
class Unit:
    """A stretch of an answer that is compared as a whole.

    Attributes:
        text: Its folded text.
        start: Offset of its first character in the folded answer.
        end: Offset behind its last.
        sentence: Number of the sentence it lies in.
    """

    text: str
    start: int
    end: int
    sentence: int


@lru_cache(maxsize=32)  # an answer is folded wherever it is read; of the longest one takes 1 MB
def fold(text: str) -> Folded:
    """The compared form of ``text``.

    Args:
        text: Anything, lone surrogates and control characters included.

    Returns:
        The fold; never longer than 18 characters for one (the longest NFKC expansion).
    """
    out: list[str] = []
    origin: list[int] = []
    for start, end in _clusters(text):
        for character in _fold_cluster(text[start:end]):
            out.append(character)
            origin.append(start)
    return Folded("".join(out), (*origin, len(text)), len(text))


def _clusters(text: str) -> Iterator[tuple[int, int]]:
    """A character with the combining marks behind it: what NFKC may compose.

    Marks beyond what any script piles up are taken apart: sorting them costs the square.
    """
    start = 0
    for position in range(1, len(text) + 1):
        if (
            position == len(text)
            or position - start >= _LONGEST_CLUSTER
            or not unicodedata.combining(text[position])
        ):
            yield start, position
            start = position


@lru_cache(maxsize=8192)
def _fold_cluster(cluster: str) -> str:
    if len(cluster) == 1 and cluster.isascii():
        return cluster if cluster.isprintable() or cluster == "\n" else " "
    folded = unicodedata.normalize("NFKC", cluster).translate(_RADICALS)
    return "".join(_fold_character(character) for character in folded)


def _fold_character(character: str) -> str:
    if character == "\n":
        return character
    category = unicodedata.category(character)
    if category == "Cf":
        return ""
    if category[0] in "CZ":
        return " "
    return {"’": "'", "‘": "'", "“": '"', "”": '"', "−": "-", "‐": "-", "‑": "-"}.get(
        character, character
    )


def sentences(text: str) -> tuple[Unit, ...]:
    """The sentences of a folded text, English and Chinese, list items included.

    What runs on for more than 1,200 characters without an end is cut at a space, or anywhere: no
    encoder reads further, and rules that look at a whole sentence stay quick.
    """
    units: list[Unit] = []
    start = 0
    for end in (*_sentence_ends(text), len(text)):
        while start < end:
            cut = _within_reach(text, start, end)
            unit = _trimmed(text, start, cut, len(units))
            if unit is not None:
                units.append(unit)
            start = cut
    return tuple(units)


def _within_reach(text: str, start: int, end: int) -> int:
    """Where a stretch that may be too long for one sentence is cut."""
    furthest = start + _LONGEST_SENTENCE
    if end <= furthest:
        return end
    space = text.rfind(" ", start + 1, furthest)
    return furthest if space < 0 else space


def _sentence_ends(text: str) -> Iterator[int]:
    for match in _SENTENCE_END.finditer(text):
        stop = match.start() + 1
        if match.group().startswith(".") and _ABBREVIATION.search(text[max(0, stop - 12) : stop]):
            continue
        yield match.end()


def clauses(sentence: Unit, *, shortest: int = 3) -> tuple[Unit, ...]:
    """The clauses of a sentence; those of fewer than ``shortest`` words join the one before."""
    cuts = [match.end() for match in _CLAUSE_END.finditer(sentence.text)]
    starts = [match.start() for match in _WORD.finditer(sentence.text)]

    def count(first: int, last: int) -> int:
        return bisect_left(starts, last) - bisect_left(starts, first)

    pieces: list[tuple[int, int]] = []
    start = 0
    for cut in (*cuts, len(sentence.text)):
        if cut <= start:
            continue
        if count(start, cut) < shortest and cut != len(sentence.text):
            continue
        pieces.append((start, cut))
        start = cut
    if len(pieces) > 1 and count(*pieces[-1]) < shortest:
        last = pieces.pop()
        pieces[-1] = (pieces[-1][0], last[1])
    units = (
        _trimmed(sentence.text, first, last, sentence.sentence, sentence.start)
        for first, last in pieces
    )
    return tuple(unit for unit in units if unit is not None)


def _trimmed(text: str, start: int, end: int, sentence: int, shift: int = 0) -> Unit | None:
    piece = text[start:end]
    bullet = _BULLET.match(piece)
    if bullet:
        start += bullet.end()
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    if not _WORD.search(text, start, end):
        return None
    return Unit(text[start:end], start + shift, end + shift, sentence)


@lru_cache(maxsize=16384)
def words(text: str) -> tuple[str, ...]:
    """The words of a folded text: stems of Latin words, single Chinese characters."""
    return tuple(stem(match.group()) for match in _WORD.finditer(text))


def word_spans(text: str) -> tuple[tuple[str, int, int], ...]:
    """The words with their offsets (start, end) in the folded text."""
    return tuple((stem(m.group()), m.start(), m.end()) for m in _WORD.finditer(text))


@lru_cache(maxsize=65536)
def stem(word: str) -> str:
    """A Latin word without case and inflection, British and American spelling alike."""
    word = word.casefold().replace("’", "'").removesuffix("'s")
    if len(word) <= 3 or not word.isascii() or not word.isalpha():
        return word
    word = _BRITISH_OUR.sub("or", _BRITISH.sub("iz", word))
    return str(_STEMMER.stemWord(_BRITISH_WORDS.get(word, word)))


@lru_cache(maxsize=4096)
def is_chinese(text: str) -> bool:
    """Whether Chinese characters carry the text: one stands for about two Latin letters."""
    return 2 * len(_HAN.findall(text)) > len(_LATIN.findall(text))


def speaks_chinese(text: str) -> bool:
    """Whether somebody wrote a text in Chinese: terms may stay in English, the grammar does not.

    Where ``is_chinese`` asks what a text is made of, this counts Latin words, not their letters.
    """
    han = len(_HAN.findall(text))
    return han > 0 and han >= len(_LATIN_WORD.findall(text))


def has_words(text: str) -> bool:
    """Whether there is anything to read at all."""
    return _WORD.search(text) is not None


@lru_cache(maxsize=4096)
def ngrams(text: str, n: int = 3) -> frozenset[str]:
    """Character n-grams of a folded text without case and spaces; pairs where it is Chinese."""
    squeezed = re.sub(rf"[^\w{_CJK}]+", " ", text.casefold()).strip()
    size = 2 if is_chinese(squeezed) else n
    return frozenset(squeezed[i : i + size] for i in range(max(0, len(squeezed) - size + 1)))
