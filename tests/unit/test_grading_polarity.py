"""Disagreements between a clause and a claim."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockint.grading.polarity import (
    Rule,
    disagreements,
    negations,
    numbers,
    rivals,
    without_contrast,
)
from mockint.grading.text import fold


def _rules(said: str, claimed: str) -> set[Rule]:
    return {item.rule for item in disagreements(fold(said).text, fold(claimed).text)}


@pytest.mark.parametrize(
    ("said", "claimed", "rule"),
    [
        ("The base weights are not updated.", "The base weights are updated.", Rule.NEGATION),
        ("It adds latency.", "It never adds latency.", Rule.NEGATION),
        ("It doesn’t add latency.", "It adds latency.", Rule.NEGATION),
        ("权重不更新", "权重更新", Rule.NEGATION),
        ("LoRA 会加快推理", "LoRA 无法加快推理", Rule.NEGATION),
        ("The base is updated in training.", "The base is frozen in training.", Rule.ANTONYM),
        ("LoRA 增加显存", "LoRA 降低显存", Rule.ANTONYM),
        ("The matrix is full-rank.", "The matrix is low-rank.", Rule.ANTONYM),
        ("Adam needs 4 bytes a parameter", "Adam needs 16 bytes a parameter", Rule.NUMBER),
        ("占 4 字节", "占 16 字节", Rule.NUMBER),
        ("占１６位", "it takes 8 bits", Rule.NUMBER),
        ("A is zero and B is random", "A is random and B is zero", Rule.ROLE),
        ("A 为零，B 随机", "A 随机，B 为零", Rule.ROLE),
    ],
)
def test_a_disagreement_is_found(said: str, claimed: str, rule: Rule) -> None:
    """Negation, opposites, numbers of one unit and crossed roles are told, in both languages."""
    assert rule in _rules(said, claimed)
    assert rule in _rules(claimed, said)


@pytest.mark.parametrize(
    ("said", "claimed"),
    [
        ("Adam needs 15 bytes", "Adam needs 16 bytes"),
        ("it takes two matrices", "it takes 4 bits"),
        ("there are three layers", "16 bytes a parameter"),
        ("用两个矩阵", "每个参数 16 字节"),
        ("a 7B model", "14 GB of memory"),
        ("3 layers in 50 ms", "16 bytes"),
        ("not only faster but also smaller", "faster and smaller"),
        ("LoRA 不仅更快", "LoRA 更快"),
        ("W0 is not updated", "W0 stays frozen"),
        ("B is zero and A is random", "A is random and B is zero"),
        ("It does not add latency", "No latency is added"),
        ("占 16 字节", "it takes 16 bytes"),
    ],
)
def test_agreement_in_other_words_is_none(said: str, claimed: str) -> None:
    """Near numbers, other units, double negation and the same said another way do not disagree."""
    assert _rules(said, claimed) == set()


@pytest.mark.parametrize(
    ("said", "claimed"),
    [
        (
            "Unlike full tuning, which updates everything, LoRA leaves the base",
            "The base is frozen",
        ),
        ("Contrary to full tuning, where all is trained, it leaves the base", "The base is frozen"),
        ("In contrast to a full-rank update, it learns two thin factors", "It is low-rank"),
        ("People think LoRA updates the base, but that is wrong", "LoRA keeps the base frozen"),
        ("It is often believed that W0 is updated, but it stays", "W0 is frozen"),
        ("与更新全部参数的全量微调不同，LoRA 保留原来的权重", "LoRA 冻结权重"),
        ("不同于更新全部参数的全量微调，LoRA 保留原来的权重", "LoRA 冻结权重"),
        ("不像全量微调那样更新权重，LoRA 保留原来的", "LoRA 冻结权重"),
        ("很多人以为 LoRA 会更新权重，但其实它保留原来的", "LoRA 冻结权重"),
    ],
)
def test_what_is_said_of_others_is_no_error(said: str, claimed: str) -> None:
    """Contrasts and beliefs of others are not taken for what the candidate claims."""
    assert _rules(said, claimed) == set()
    assert without_contrast(fold(said).text) != fold(said).text


def test_a_contrast_hides_only_itself() -> None:
    """What follows a contrast is still read."""
    assert _rules("Unlike adapters, LoRA updates the base", "The base is frozen") == {Rule.ANTONYM}


def test_both_sides_are_named() -> None:
    """A disagreement gives the words of the answer, then those of the claim."""
    (found,) = disagreements("it needs 4 bytes", "it needs 16 bytes")
    assert (found.said, found.claimed) == ("4 byte", "16 byte")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("16 bytes, 0.5%", ((16.0, "byte"), (0.5, "%"))),
        ("2倍 8位", ((2.0, "x"), (8.0, "bit"))),
        ("GPT2 and W0 of model_3", ()),
        ("7B in fp16", ((7.0, "b"),)),
        ("4-bit, 8-位", ((4.0, "bit"), (8.0, "bit"))),
        ("1,000 tokens at 3e-4", ((1000.0, "token"), (0.0003, ""))),
        ("ranks 4,8,16", ((4.0, ""), (8.0, ""), (16.0, ""))),
    ],
)
def test_numbers_with_units(text: str, expected: tuple[tuple[float, str], ...]) -> None:
    """Numbers come with one name for a unit in both languages; digits in names are none."""
    assert numbers(text) == expected


@given(st.text(max_size=200))
def test_contrast_keeps_every_offset(text: str) -> None:
    """Blanking changes no length and only puts spaces."""
    blanked = without_contrast(text)
    assert len(blanked) == len(text)
    assert all(new in {old, " "} for old, new in zip(text, blanked, strict=True))


_PIECES = st.sampled_from(
    ["not ", "never ", "frozen ", "updated ", "A ", "B ", "zero ", "random ", "4 bytes ", "16 ",
     "9" * 400, "\ud800",
     "unlike ", ", ", "but ", "不", "更新", "冻结", "以为", "大家", "与", "不同", "。", "\n"]
)  # fmt: skip


@given(st.lists(_PIECES, max_size=30).map("".join), st.lists(_PIECES, max_size=30).map("".join))
def test_any_two_texts_can_be_compared(said: str, claimed: str) -> None:
    """No text raises, and one that only repeats a claim without numbers never disagrees with it."""
    for item in disagreements(said, claimed):
        assert item.said != item.claimed
    assert not {item.rule for item in disagreements(claimed, claimed)} & {Rule.ROLE, Rule.ANTONYM}


@pytest.mark.parametrize(
    "piece",
    [
        "unlike ",
        "people think ",
        "not ",
        "很多人认为",
        "与甲",
        "不",
        "相比",
        "1",
        "A ",
        "no doubt ",
        "1 ",
    ],
)
def test_a_whole_sentence_of_one_word_is_quick(piece: str) -> None:
    """A sentence of the greatest length made to provoke backtracking is judged at once."""
    text = (piece * 1200)[:1200] + "。."
    started = time.process_time()
    disagreements(text, "A is zero and B is not trained, 4 bytes.")
    assert time.process_time() - started < 2


@pytest.mark.parametrize(
    ("text", "denied", "set_off"),
    [
        ("It is not trained, nor copied", 2, 0),
        ("It trains B rather than W", 1, 1),
        ("Not only B but A", 0, 1),
        ("它不更新 W，而是训练 B", 1, 1),
        ("W0 is frozen", 0, 0),
    ],
)
def test_denials_and_rivals_are_counted(text: str, denied: int, set_off: int) -> None:
    """Denials count where they deny; what is set against another thing shows by its words."""
    assert (negations(text), rivals(text)) == (denied, set_off)
