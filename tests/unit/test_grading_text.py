"""Folding, sentences and clauses, words."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockint.grading.text import (
    Unit,
    clauses,
    fold,
    has_words,
    is_chinese,
    ngrams,
    sentences,
    stem,
    word_spans,
    words,
)

_ODD = (
    "\ud800\udfff\u0301\u0323\u200b\u200d\ufeff\x00\x1b\x85\u2028"
    "ﬁﷺ①Ａｂ，。；！？⻓⻅⻛⻔⻚⻆⺠😀👩‍🔬한각ｶﾞ²İ"
)
TEXT = st.one_of(
    st.text(max_size=200),
    st.text(alphabet=st.sampled_from(_ODD + "ab .,;:!?\n-但而且 and 因为1"), max_size=200),
    st.lists(
        st.sampled_from(
            ["B is zero, ", "矩阵为零，", "but ", "但是", "e.g. ", "0.5 ", "。", ".\n", "- ", "1) "]
        ),
        max_size=40,
    ).map("".join),
    st.text(alphabet=st.characters(categories=["Cs", "Mn", "Lo", "Ll"]), max_size=60),
)


@given(TEXT)
def test_every_folded_stretch_has_a_place_in_the_original(text: str) -> None:
    """A fold's offsets lie in the original, never go back, and end at its end."""
    folded = fold(text)
    assert len(folded.origin) == len(folded.text) + 1
    assert folded.length == folded.origin[-1] == len(text)
    assert list(folded.origin) == sorted(folded.origin)
    for start in range(len(folded.text)):
        first, last = folded.span(start, start + 1)
        assert 0 <= first < last <= len(text)
        assert fold(text[first:last]).text


@given(st.text(alphabet=st.characters(min_codepoint=32, max_codepoint=126)))
def test_plain_text_folds_to_itself(text: str) -> None:
    """Printable ASCII is its own compared form, each character in its own place."""
    folded = fold(text)
    assert folded.text == text
    assert folded.origin == tuple(range(len(text) + 1))


@pytest.mark.parametrize(
    ("typed", "compared"),
    [
        ("ＬｏＲＡ１６", "LoRA16"),
        ("⻓⻅⻛⻔⻚⻆⺠", "长见风门页角民"),
        ("⽂⽣", "文生"),
        ("，；：！？", ",;:!?"),
        ("ﬁne", "fine"),
        ("it’s “so”", 'it\'s "so"'),
        ("a\u200bb\ufeffc", "abc"),
        ("a\x00b\tc\u00a0d", "a b c d"),
        ("cafe\u0301", "caf\u00e9"),
        ("1−2", "1-2"),
    ],
)
def test_one_form_for_what_looks_alike(typed: str, compared: str) -> None:
    """Width, look-alike radicals, quotes, controls and composition do not tell texts apart."""
    assert fold(typed).text == compared


def test_the_shown_words_keep_their_width_and_marks() -> None:
    """A stretch of the fold is cut from the original with all its marks."""
    text = "甲 ＬｏＲＡ cafe\u0301 乙"
    folded = fold(text)
    for piece, shown in (("LoRA", "ＬｏＲＡ"), ("caf\u00e9", "cafe\u0301")):
        start = folded.text.index(piece)
        first, last = folded.span(start, start + len(piece))
        assert text[first:last] == shown


def test_marks_without_end_do_not_stall() -> None:
    """Marks piled up in the thousands fold in their own time, and none is lost."""
    started = time.process_time()
    folded = fold("a" + "\u0301\u0323" * 50_000)
    assert time.process_time() - started < 5
    assert folded.length == folded.origin[-1] == 100_001


@given(TEXT)
def test_sentences_and_clauses_lie_in_the_text(text: str) -> None:
    """Units stand in the text, in order, apart, with words in them, numbered from 0."""
    folded = fold(text).text
    behind = 0
    for number, sentence in enumerate(sentences(folded)):
        assert sentence.sentence == number
        assert behind <= sentence.start < sentence.end <= len(folded)
        assert folded[sentence.start : sentence.end] == sentence.text
        assert has_words(sentence.text)
        behind = sentence.end
        within = sentence.start
        for clause in clauses(sentence):
            assert within <= clause.start < clause.end <= sentence.end
            assert folded[clause.start : clause.end] == clause.text
            assert has_words(clause.text)
            assert clause.sentence == number
            within = clause.end


@given(TEXT)
def test_no_word_falls_between_sentences(text: str) -> None:
    """Sentences hold every word of the text but the numbers and letters of list items."""
    folded = fold(text).text
    kept = {i for unit in sentences(folded) for i in range(unit.start, unit.end)}
    lost = [folded[start:end] for _, start, end in word_spans(folded) if start not in kept]
    assert all(len(word) <= 2 for word in lost)


@given(TEXT)
def test_no_word_falls_between_clauses(text: str) -> None:
    """Clauses hold every word of their sentence but the marks of list items."""
    for sentence in sentences(fold(text).text):
        kept = {i - sentence.start for c in clauses(sentence) for i in range(c.start, c.end)}
        spans = word_spans(sentence.text)
        lost = [sentence.text[start:end] for _, start, end in spans if start not in kept]
        assert all(len(word) <= 2 for word in lost)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("B is zero. A is random.", ["B is zero.", "A is random."]),
        ("The rate is 0.5 here. See model.py for it.", 2),
        ("Use a small rank, e.g. Four or eight. Done here.", 2),
        ("B 为零。A 随机！对吗？是的；好", ["B 为零。", "A 随机!", "对吗?", "是的;", "好"]),
        ("- B is zero\n* A is random\n3) W is frozen", ["B is zero", "A is random", "W is frozen"]),
        ("Wait... What is it", ["Wait...", "What is it"]),
        ("It ends.下一句", ["It ends.", "下一句"]),
        ('He said "stop." Then he left.', 2),
        ("freezes W. trains A and B. memory is small", 3),
        ("zero shards grads (stage 2). the lr is 3e-4. then stop", 3),
        ("use model.py, i.e. the file, e.g. v. small ones, etc. for tests", 1),
        ("...\n\n!!!\n", []),
        ("", []),
    ],
)
def test_where_sentences_end(text: str, expected: list[str] | int) -> None:
    """Stops, Chinese marks, lines and list items end a sentence; decimals, files, e.g. do not."""
    found = [unit.text for unit in sentences(fold(text).text)]
    assert (len(found) if isinstance(expected, int) else found) == expected


@pytest.mark.parametrize(
    "text",
    ["word " * 3000, "秩" * 5000, "a" * 5000, "x, " * 5000],
    ids=["words", "han", "one word", "clauses"],
)
def test_a_sentence_without_end_is_cut(text: str) -> None:
    """No sentence is longer than 1,200 characters, and words are cut only where no space is."""
    units = sentences(text)
    assert max(len(unit.text) for unit in units) <= 1200
    assert "".join(unit.text for unit in units).replace(" ", "") == text.replace(" ", "")
    if "word" in text:
        assert set(" ".join(unit.text for unit in units).split()) == {"word"}


def test_clauses_need_some_words() -> None:
    """Clauses end at commas and conjunctions; one of fewer than three words joins another."""
    (one,) = sentences("W0 stays frozen, while only A changes in training, so yes")
    assert [clause.text for clause in clauses(one)] == [
        "W0 stays frozen,",
        "while only A changes in training, so yes",
    ]
    (zh,) = sentences("权重保持冻结,但是矩阵要训练")
    assert [clause.text for clause in clauses(zh)] == ["权重保持冻结,", "但是矩阵要训练"]
    assert len(clauses(one, shortest=50)) == 1


def test_clauses_keep_decimals_together() -> None:
    """A comma or a colon in front of a digit does not end a clause."""
    assert len(clauses(Unit("the ratio of both is 1:16 or 1,000 here", 0, 39, 0))) == 1


@pytest.mark.parametrize(
    "pair",
    [
        "initialise initialize", "normalisation normalization", "optimiser optimizer",
        "quantised quantized", "regularising regularizing", "generalises generalizes",
        "behaviour behavior", "colours colors", "neighbouring neighboring", "favoured favored",
        "labelled labeled", "modelling modeling", "centre center", "centred centered",
        "analyse analyze", "analysing analyzing",
    ],
)  # fmt: skip
def test_british_and_american_spelling_are_equal(pair: str) -> None:
    """Both spellings of a word have one stem."""
    british, american = pair.split()
    assert stem(british) == stem(american)
    assert stem(british.upper()) == stem(american)


@pytest.mark.parametrize("word", ["hour", "four", "your", "source", "resource", "wise", "noise"])
def test_look_alikes_of_british_spelling_stay(word: str) -> None:
    """Words that only look British keep their own letters."""
    assert stem(word).startswith(word[:-1])


def test_words_of_both_languages() -> None:
    """Words are stems of Latin words, Greek names and single Chinese characters, in order."""
    assert words("LoRA's trained 权重 low-rank σ 0.5") == (
        "lora", "train", "权", "重", "low-rank", "σ", "0.5",
    )  # fmt: skip
    assert [(w, "Train 权"[a:b]) for w, a, b in word_spans("Train 权")] == [
        ("train", "Train"),
        ("权", "权"),
    ]


@pytest.mark.parametrize(
    ("text", "chinese"), [("LoRA 冻结权重", True), ("the rank 秩 is low", False), ("", False)]
)
def test_which_language_carries_a_text(text: str, *, chinese: bool) -> None:
    """A Chinese character weighs about two Latin letters."""
    assert is_chinese(text) is chinese


def test_ngrams_by_language() -> None:
    """Threes of Latin characters without regard to case and marks, twos of Chinese ones."""
    assert ngrams("Ab, c") == {"ab ", "b c"}
    assert ngrams("低秩矩") == {"低秩", "秩矩"}
    assert ngrams("a") == frozenset()


@pytest.mark.parametrize(
    "text",
    [
        "." * 200_000 + "a",
        "A. " * 60_000,
        "x, " * 60_000,
        " - " * 60_000,
        "但" * 100_000,
        "e.g. A" * 20_000,
    ],
    ids=["stops", "sentences", "commas", "dashes", "conjunctions", "abbreviations"],
)
def test_cutting_takes_linear_time(text: str) -> None:
    """Text made to provoke backtracking is cut in seconds."""
    started = time.process_time()
    for unit in sentences(text):
        clauses(unit)
    assert time.process_time() - started < 8
