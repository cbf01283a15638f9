"""A question on LoRA with two key points in both languages, for the tests of the grading core."""

from mockint.domain.language import Bilingual
from mockint.domain.question import Kind, Level, Question
from mockint.domain.rubric import KeyPoint, Keyword, Misconception, Rubric

NONE = Bilingual("", "")
QUESTION = Question(
    id="lora-idea",
    topic="lora",
    level=Level.JUNIOR,
    kind=Kind.CONCEPT,
    minutes=3,
    prompt=Bilingual(
        "What is the idea of LoRA and how are its two matrices initialised?",
        "LoRA 的思想是什么？它的两个矩阵怎样初始化？",
    ),
    reference=Bilingual(
        "The pre-trained weights stay frozen and only a low-rank update is trained. "
        "B starts at zero and A is random, so the update is zero at the first step.",
        "预训练权重保持冻结，只训练一个低秩的更新。B 初始化为零，"
        "A 随机初始化，所以第一步的更新为零。",
    ),
)
RUBRIC = Rubric(
    question_id="lora-idea",
    points=(
        KeyPoint(
            id="frozen-base",
            weight=3,
            statement=Bilingual(
                "The pre-trained weights stay frozen and only a low-rank update is trained.",
                "预训练权重保持冻结，只训练低秩更新。",
            ),
            paraphrases=(),
            twin=Bilingual(
                "The pre-trained weights are updated together with a full-rank matrix.",
                "预训练权重和一个满秩矩阵一起更新。",
            ),
            keywords=(Keyword(("frozen", "freeze"), ("冻结",)),),
            probe=NONE,
        ),
        KeyPoint(
            id="zero-start",
            weight=1,
            statement=Bilingual(
                "B starts at zero and A is random, so the update is zero at the first step.",
                "B 初始化为零，A 随机初始化，所以第一步的更新为零。",
            ),
            paraphrases=(),
            twin=NONE,
            keywords=(Keyword(("zero",), ("零",)),),
            probe=NONE,
        ),
    ),
    misconceptions=(
        Misconception(
            id="both-zero",
            statement=Bilingual("Both matrices start at zero.", "两个矩阵都初始化为零。"),
            correction=Bilingual(
                "Only B starts at zero; A is random.", "只有 B 为零，A 是随机的。"
            ),
        ),
    ),
)
