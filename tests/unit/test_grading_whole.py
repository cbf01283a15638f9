"""The gates: what an answer is as a whole."""

import pytest
from grading_core_samples import QUESTION

from mockint.domain.grade import Flag
from mockint.domain.language import Language
from mockint.domain.rubric import Keyword
from mockint.grading.text import fold, sentences
from mockint.grading.whole import degenerate, glue, in_other_language, is_echo, recites, repeated

_PROMPT = tuple(fold(text).text for text in QUESTION.prompt.both())
_TERMS_EN = ("rank", "gradient", "optimizer", "adapter", "frozen weights", "memory", "quantization")
_TERMS_ZH = ("低秩", "梯度", "优化器", "适配器", "冻结", "显存", "量化", "秩分解")


def _gate(text: str) -> Flag | None:
    folded = fold(text).text
    return degenerate(folded, sentences(folded), _PROMPT)


@pytest.mark.parametrize("text", ["", " ", "\n\n\n", "\t", "\u200b\ufeff", "\x00", "　", "\ud800"])
def test_nothing_typed(text: str) -> None:
    """Blanks, controls and characters without width are an empty answer."""
    assert _gate(text) is Flag.EMPTY


@pytest.mark.parametrize(
    "text",
    [
        "I don't know", "I don’t know.", "no idea", "Sorry, I have no idea what that is.", "idk",
        "I'm not sure about this one", "I never learned this", "not sure, skip", "dunno", "pass",
        "I can't remember", "Honestly I have never heard of it.", "I haven't a clue", "I forgot",
        "We don't know", "skip this question.", "I do not have any idea",
    ],
)  # fmt: skip
def test_not_knowing_in_english(text: str) -> None:
    """The usual ways to pass are taken at their word."""
    assert _gate(text) is Flag.DONT_KNOW


@pytest.mark.parametrize(
    "text",
    [
        "不知道", "我不知道。", "不太清楚", "这个我不会", "没学过", "抱歉，我忘了", "想不起来了",
        "不了解", "没听说过", "跳过", "不好意思，这题我答不上来", "我不懂这个", "没有思路",
        "不会做", "不太会", "忘了", "跳过这题",
    ],
)  # fmt: skip
def test_not_knowing_in_chinese(text: str) -> None:
    """The usual ways to pass are taken at their word."""
    assert _gate(text) is Flag.DONT_KNOW


@pytest.mark.parametrize(
    "text",
    [
        "We never update W0.",
        "I don't update W0, only A and B.",
        "You can skip the reward model and train on pairs.",
        "A skip connection adds x to the output.",
        "It makes things up because models do not know what they do not know.",
        "The model forgot the old task after training on the new one.",
        "不会改变 W0，B 为零。",
        "模型不会更新 W0，只训练 A 和 B，其中 B 为零。",
        "LoRA 不会让底座变小。",
        "反向传播会跳过冻结的层。",
        "学了新任务就忘了旧的。",
        "忘了 prepare，所有进程读的就是同样的数据。",
        "模型不知道答案时会编造。",
    ],
)
def test_words_of_not_knowing_in_an_answer(text: str) -> None:
    """A claim with "never", "skip", "forgot", 不会 or 忘了 in it is graded."""
    assert _gate(text) is None


@pytest.mark.parametrize(
    "text",
    [
        *QUESTION.prompt.both(),
        f"{QUESTION.prompt.en} {QUESTION.prompt.en}",
        "The idea of LoRA is how its two matrices are initialised.",
        "what is the idea of lora and how are its two matrices initialized",
        "LoRA 的两个矩阵是怎样初始化的",
        "ＬｏＲＡ 的思想",
        "LoRA",
    ],
)
def test_the_question_given_back(text: str) -> None:
    """The words of the question, in any order and spelling, are an echo."""
    assert _gate(text) is Flag.ECHO


@pytest.mark.parametrize(
    "separator",
    [", ", "; ", " / ", " | ", "\n", " ", "\n- ", ". ", " -> ", " - ", "、", "，", " + "],
)
@pytest.mark.parametrize("terms", [_TERMS_EN, _TERMS_ZH])
def test_terms_without_a_claim(terms: tuple[str, ...], separator: str) -> None:
    """Terms in a row assert nothing, whatever stands between them."""
    assert _gate(separator.join(terms)) is Flag.KEYWORD_LIST


@pytest.mark.parametrize(
    "text",
    [
        "B = 0, so BA = 0 at step 0",
        "W0 frozen, train only A and B",
        "W = W0 + BA, B=0, A ~ N(0,s)",
        "B zero, A random -> dW=0 at start",
        "W0 frozen; h = W0 x + (alpha/r) BA x; A gaussian; B zeros",
        "Rank r. W0 frozen. B zero. A gaussian.",
        "FP16: 2 bytes, Adam: 8 bytes, so 16 bytes per param",
        "O(n^2) -> O(n)",
        "h = W0x + BAx",
        "QK^T/sqrt(d), softmax, times V",
        "B 为零，A 高斯，W0 冻结",
        "W0 冻结，只训 A、B；B=0，所以开始时 ΔW=0",
        "参数量 = 2dr，远小于 d²",
    ],
)
def test_notes_and_formulas_are_graded(text: str) -> None:
    """A terse note or a formula claims something."""
    assert _gate(text) is None


@pytest.mark.parametrize(
    "text",
    [
        "asdfasdf", "asdf jkl; asdf jkl;", "sdkjfh skdjfhskdf skjdfhsk", "aaaaaaaaaaaa",
        "qwertyuiop",
        "哈哈哈哈哈哈哈哈", "啊啊啊啊", "的的的的的的", "lkjhgf dsapoi qwerty", "!!!???", "...",
        "😀😀😀",
        "。。。。",
    ],
)  # fmt: skip
def test_noise(text: str) -> None:
    """Keys hit at random, one character over and over and marks alone are not text."""
    assert _gate(text) is Flag.NOT_TEXT


@pytest.mark.parametrize("text", ["It is a property of the rows.", "poverty, liberty and property"])
def test_words_with_keys_in_a_row_are_text(text: str) -> None:
    """Neighbouring keys in an ordinary word are no noise."""
    assert _gate(text) is not Flag.NOT_TEXT


def test_glue_is_a_share() -> None:
    """Glue is 0 for terms, 1 at most, and a chain of arrows adds to it once."""
    assert glue("rank gradient memory") == 0.0
    assert glue("= = = = rank") == 1.0
    assert glue(" -> ".join(["rank"] * 20)) == 1 / 20
    assert glue("") == 0.0


def test_an_echo_leaves_room_for_an_answer() -> None:
    """An answer that takes up the question and then says as much of its own is no echo."""
    own = "It freezes the base weights and trains a small low-rank update beside every layer."
    assert not is_echo(f"The idea of LoRA: {own}", _PROMPT)


def test_repetition_needs_most_of_an_answer() -> None:
    """One sentence in half of four or more is repetition; three sentences never are."""
    assert repeated(sentences("B is zero. B IS  zero. A is random. W is frozen."))
    assert not repeated(sentences("B is zero. B is zero. B is zero."))
    assert not repeated(sentences("B is zero. A is random. W is frozen. It is cheap."))


@pytest.mark.parametrize(
    ("text", "asked", "other"),
    [
        ("B is zero", Language.EN, False),
        ("B is zero", Language.ZH, True),
        ("矩阵 B 初始化为零", Language.ZH, False),
        ("矩阵 B 初始化为零", Language.EN, True),
        ("", Language.ZH, False),
    ],
)
def test_the_other_language(text: str, asked: Language, *, other: bool) -> None:
    """An answer in the other language is told; no words, no language."""
    assert in_other_language(text, asked) is other


_KEYWORDS = tuple(
    Keyword((en,), (zh,))
    for en, zh in (
        ("B = 0", "B 为零"),
        ("low rank", "低秩"),
        ("don't know", "不知道"),
        ("frozen", "冻结"),
        ("alpha/r", "alpha/r"),
    )
)


@pytest.mark.parametrize("separator", [", ", " ", "\n", " and ", " -> "])
@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_recital_of_the_rubrics_keywords(separator: str, language: str) -> None:
    """Keywords in a row assert nothing, though they hold signs and words that tie in a sentence."""
    text = separator.join(getattr(word, language)[0] for word in _KEYWORDS)
    assert recites(fold(text).text, _KEYWORDS)


@pytest.mark.parametrize(
    "text",
    [
        "W is frozen; B = 0 at first, so the low rank update scaled by alpha/r adds nothing",
        "原权重冻结, 只训练低秩的两个矩阵, B 为零所以一开始输出不变, 再按 alpha/r 缩放",
    ],
)
def test_keywords_in_a_sentence_are_no_recital(text: str) -> None:
    """Keywords tied together by what is said of them are an answer."""
    assert not recites(fold(text).text, _KEYWORDS)


@pytest.mark.parametrize("text", ["LoRA 的秩通常取 8 或 16。", "LoRA uses rank 8"])
def test_a_figure_of_ones_own_is_no_echo(text: str) -> None:
    """A number that the question does not hold is something said."""
    assert not is_echo(fold(text).text, (*_PROMPT, "lora 的 秩 通常 取 或 use rank"))


def test_worked_formulas_are_no_list() -> None:
    """Short pieces that equate things assert something each."""
    text = "每卡 2Ψ+2Ψ+12Ψ=16Ψ\nS1=4Ψ+12Ψ/N\nS2=2Ψ+14Ψ/N\nS3=16Ψ/N，前向反向各取一次\nS1=2Ψ"
    assert _gate(text) is None


@pytest.mark.parametrize(
    "text",
    [
        "all-reduce 等于先做一次 reduce-scatter，再做一次 all-gather。",
        "GLM-130B 项目 2021 年底开始，2022 年 7 月完成训练，8 月发布。",
        'The prompt asks for "I don\'t know" where evidence is missing.',
    ],
)
def test_a_plain_sentence_is_an_answer(text: str) -> None:
    """A closed sentence with few function words is no list; who quotes "I don't know" knows."""
    assert _gate(text) is None


def test_a_claim_in_the_words_of_the_question_is_no_echo() -> None:
    """Words of the question put together another way say something; in its order, nothing."""
    prompt = ("Does a ReLU FFN have two weight matrices and a SwiGLU FFN three, or the reverse?",)
    assert is_echo("a relu ffn have two weight matrices and a swiglu ffn three", prompt)
    assert not is_echo("matrices: two for swiglu, three for relu", (*prompt, "x"))
