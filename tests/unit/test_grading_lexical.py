"""Keywords, content words and character n-grams in common."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockint.domain.rubric import Keyword
from mockint.grading.lexical import (
    Holdings,
    content_words,
    has_term,
    is_content,
    keyword_share,
)
from mockint.grading.text import fold


@pytest.mark.parametrize(
    ("form", "text"),
    [
        ("gradient", "The Gradients vanish"),
        ("gradient", "the gradeint vanishes"),
        ("initialise", "A is initialized at random"),
        ("singular value", "it zeroes singular values"),
        ("low rank", "a low rank update"),
        ("KV cache", "the kv cache grows"),
        ("冻结", "底座冻结"),
        ("固定的 r", "每层用固定的 r"),
        ("角色", "⻆色"),
        ("ＲＯＰＥ", "it uses rope"),
        ("O(n^2)", "cost is O(n^2) in length"),
        ("λ", "zero the λ"),
    ],
)
def test_a_term_is_found_in_its_forms(form: str, text: str) -> None:
    """Case, inflection, spelling, width and one typo in a long word do not hide a term."""
    assert has_term((form,), fold(text).text)


@pytest.mark.parametrize(
    ("form", "text"),
    [
        ("rank", "a cranky prank"),
        ("zero", "the hero"),
        ("singular value", "value of a singular matrix"),
        ("RoPE", "a property of Europe"),
        ("冻结", "冻 结"),
        ("gradient", "an ingredient"),
        ("", ""),
    ],
)
def test_what_only_looks_like_a_term_is_not_one(form: str, text: str) -> None:
    """Parts of other words, other orders and other words of like letters are not the term."""
    assert not has_term((form,) if form else (), text)


def test_keyword_share_counts_groups() -> None:
    """One form of a keyword is enough; a rubric without keywords shares nothing."""
    groups = (Keyword(("frozen", "freeze"), ("冻结",)), Keyword(("zero",), ("零",)))
    assert keyword_share(groups, "we freeze it") == 0.5
    assert keyword_share(groups, "底座冻结, B 为零") == 1.0
    assert keyword_share(groups, "nothing here") == 0.0
    assert keyword_share((), "frozen zero") == 0.0


def test_words_without_meaning_do_not_count() -> None:
    """Stop words of both languages are left out, whatever their case and ending."""
    assert content_words("The weights that are used by THE adapters") == ("weight", "adapt")
    assert content_words("权重的秩") == ("权", "重", "秩")
    assert not is_content("的")


@given(
    st.lists(st.lists(st.text("abc", max_size=2), max_size=5), max_size=4),
    st.lists(st.frozensets(st.text("abc", max_size=2)), max_size=4),
)
def test_shares_count_what_is_held(wanted: list[list[str]], sets: list[frozenset[str]]) -> None:
    """A share is what of the wanted is in a set, as often as it is wanted; of nothing it is 0."""
    expected = [
        [sum(item in held for item in items) / len(items) if items else 0.0 for items in wanted]
        for held in sets
    ]
    assert Holdings(sets).shares(wanted) == expected
    distinct = [frozenset(items) for items in wanted]
    as_lists = [list(items) for items in distinct]
    assert Holdings(sets).shares(distinct) == Holdings(sets).shares(as_lists)
