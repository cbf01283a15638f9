"""Stand-ins for the clock, the bank and the grading process; reusable by every test.

``fake_runtime(store=SqliteSessionStore.open(tmp_path / "sessions.db"))`` wires them together.
"""

import asyncio
import random
import re
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from mockint.domain.answer import Answer
from mockint.domain.errors import ContentError, GradingError
from mockint.domain.grade import (
    Band,
    Evidence,
    Flag,
    Grade,
    MisconceptionMet,
    PointVerdict,
    Verdict,
)
from mockint.domain.language import Bilingual
from mockint.domain.ports import GraderStage, GraderStatus, Problem, SessionStore
from mockint.domain.question import Kind, Level, Question, QuestionSummary, Source
from mockint.domain.rubric import KeyPoint, Keyword, Misconception, Rubric, SampleAnswer

if TYPE_CHECKING:
    from mockint.app.runtime import Runtime

START = datetime(2026, 3, 14, 9, 0, tzinfo=UTC)
FINGERPRINT = "fake-grader-1"


class FakeClock:
    """A clock that moves only when told to."""

    def __init__(self, start: datetime = START) -> None:
        self._now = start
        self._monotonic = 1000.0

    def now(self) -> datetime:
        """The time of day, in UTC."""
        return self._now

    def monotonic(self) -> float:
        """Seconds since a fixed moment."""
        return self._monotonic

    def advance(self, seconds: float) -> None:
        """Let time pass on both clocks."""
        self._now += timedelta(seconds=seconds)
        self._monotonic += seconds

    def set_time_of_day(self, moment: datetime) -> None:
        """Jump the time of day while the monotonic clock stands."""
        self._now = moment


class FakeBank:
    """Six questions over three topics (``attention``, ``lora``, ``rag``), or those given."""

    def __init__(
        self,
        questions: Iterable[Question] | None = None,
        rubrics: Iterable[Rubric] | None = None,
        problems: tuple[Problem, ...] = (),
    ) -> None:
        chosen = QUESTIONS if questions is None else tuple(questions)
        self._questions = {q.id: q for q in sorted(chosen, key=lambda q: (q.topic, q.id))}
        self._rubrics = {r.question_id: r for r in (RUBRICS if rubrics is None else rubrics)}
        self._problems = problems

    @property
    def problems(self) -> tuple[Problem, ...]:
        """What was left out."""
        return self._problems

    @property
    def size(self) -> int:
        """How many questions there are."""
        return len(self._questions)

    def topics(self) -> tuple[str, ...]:
        """Topics in alphabetical order."""
        return tuple(sorted({q.topic for q in self._questions.values()}))

    def summaries(self) -> tuple[QuestionSummary, ...]:
        """Every question, ordered by topic, then id."""
        return tuple(q.summary for q in self._questions.values())

    def question(self, question_id: str) -> Question:
        """The question of that id, or one that covers it."""
        if question_id in self._questions:
            return self._questions[question_id]
        for question in self._questions.values():
            if question_id in question.covers:
                return question
        raise ContentError(f"there is no question {question_id!r} in the bank")

    def rubric(self, question_id: str) -> Rubric:
        """The rubric of that question."""
        found = self._rubrics.get(self.question(question_id).id)
        if found is None:
            raise ContentError(f"there is no rubric for question {question_id!r}")
        return found


class FakeGrading:
    """Grades by looking for keywords, deterministically.

    A key point is covered where a sentence of the answer holds one of its keywords, partial where
    the sentence also says "sort of" or 大概, contradicted where the answer holds the point's twin.

    Attributes:
        delay: Seconds of the event loop that one grade takes.
        failures: Question id -> the text of the GradingError to raise instead of grading.
        graded: Question ids, in the order asked for.
        peak: The most grades ever under way at the same time.
    """

    def __init__(self, delay: float = 0.0, *, ready: bool = True) -> None:
        self.delay = delay
        self.failures: dict[str, str] = {}
        self.graded: list[str] = []
        self.peak = 0
        self.stopped = False
        self._status = GraderStatus(GraderStage.READY if ready else GraderStage.OFF, "fake-encoder")
        self._listeners: list[Callable[[GraderStatus], None]] = []
        self._waiting = 0

    @property
    def status(self) -> GraderStatus:
        """What it is doing now."""
        return self._status

    def watch(self, listener: Callable[[GraderStatus], None]) -> Callable[[], None]:
        """Call ``listener`` at every change."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    def become(self, stage: GraderStage, *, note: str = "") -> None:
        """Move to a stage and tell the listeners."""
        self._tell(replace(self._status, stage=stage, note=note))

    async def start(self) -> None:
        """Be ready, unless a test already moved it elsewhere."""
        if self._status.stage is GraderStage.OFF:
            self.become(GraderStage.READY)

    async def grade(self, question: Question, rubric: Rubric, answer: Answer) -> Grade:
        """The grade by keywords, after ``delay``."""
        self.graded.append(question.id)
        self._waiting += 1
        self.peak = max(self.peak, self._waiting)
        self._tell(replace(self._status, waiting=self._waiting))
        try:
            await asyncio.sleep(self.delay)
        finally:
            self._waiting -= 1
            self._tell(replace(self._status, waiting=self._waiting))
        if question.id in self.failures:
            raise GradingError(self.failures[question.id])
        return keyword_grade(rubric, answer)

    def stop(self) -> None:
        """Stop at once."""
        self.stopped = True
        self.become(GraderStage.OFF)

    def _tell(self, status: GraderStatus) -> None:
        self._status = status
        for listener in tuple(self._listeners):
            listener(status)


def keyword_grade(rubric: Rubric, answer: Answer) -> Grade:
    """The deterministic grade that FakeGrading gives."""
    text = answer.text
    total = sum(point.weight for point in rubric.points)
    flags = _flags(text)
    points = tuple(_verdict(point, answer, total, ignore=bool(flags)) for point in rubric.points)
    worth = {Verdict.COVERED: 1.0, Verdict.PARTIAL: 0.5}
    score = round(100 * sum(p.weight * worth.get(p.verdict, 0.0) for p in points), 1)
    met = tuple(
        MisconceptionMet(m.id, m.statement[answer.language], m.correction[answer.language], found)
        for m in rubric.misconceptions
        if (found := _find(text, m.statement.both())) is not None
    )
    return Grade(score, Band.of(score), points, met, flags, FINGERPRINT, uncertainty=9.0)


def _flags(text: str) -> tuple[Flag, ...]:
    if not text.strip():
        return (Flag.EMPTY,)
    bare = text.strip(" .!。！").casefold()
    return (Flag.DONT_KNOW,) if bare in {"i don't know", "我不知道", "不知道"} else ()


def _verdict(point: KeyPoint, answer: Answer, total: float, *, ignore: bool) -> PointVerdict:
    verdict, evidence = Verdict.MISSED, None
    if not ignore:
        evidence = _find(answer.text, point.twin.both())
        if evidence is not None:
            verdict = Verdict.CONTRADICTED
        else:
            evidence = _find(answer.text, [form for k in point.keywords for form in k.forms()])
            if evidence is not None:
                vague = any(word in evidence.text for word in ("sort of", "大概"))
                verdict = Verdict.PARTIAL if vague else Verdict.COVERED
    return PointVerdict(
        point.id, verdict, point.weight / total, point.statement[answer.language], evidence
    )


def _find(text: str, needles: Iterable[str]) -> Evidence | None:
    for match in re.finditer(r"[^.!?。！？\n]+[.!?。！？]?", text):
        sentence = match.group().strip()
        for needle in needles:
            if needle.rstrip(".。").casefold() in sentence.casefold():
                start = text.index(sentence, match.start())
                return Evidence(sentence, start, start + len(sentence), 0.9, 0.1, "keyword")
    return None


def fake_runtime(
    *,
    store: SessionStore,
    bank: FakeBank | None = None,
    grading: FakeGrading | None = None,
    clock: FakeClock | None = None,
    settings: Any = None,
    seed: int = 7,
    notices: tuple[str, ...] = (),
) -> "Runtime":
    """A Runtime of fakes around a store; settings default to ``Settings()``."""
    from mockint.app.runtime import Runtime
    from mockint.app.settings import Settings

    return Runtime(
        settings=Settings() if settings is None else settings,
        bank=bank or FakeBank(),
        store=store,
        grading=grading or FakeGrading(),
        clock=clock or FakeClock(),
        random=random.Random(seed),  # noqa: S311 - chance that a test can repeat
        notices=notices,
    )


def _point(
    name: str,
    weight: float,
    statement: tuple[str, str],
    twin: tuple[str, str],
    keywords: tuple[tuple[str, ...], tuple[str, ...]],
    probe: tuple[str, str],
) -> KeyPoint:
    return KeyPoint(
        id=name,
        weight=weight,
        statement=Bilingual(*statement),
        paraphrases=(Bilingual(*statement),),
        twin=Bilingual(*twin),
        keywords=(Keyword(en=keywords[0], zh=keywords[1]),),
        probe=Bilingual(*probe),
    )


QUESTIONS: tuple[Question, ...] = (
    Question(
        id="flash-attention",
        topic="attention",
        level=Level.SENIOR,
        kind=Kind.CONCEPT,
        minutes=6.0,
        prompt=Bilingual(
            "What does **FlashAttention** change about *exact* attention, and why is it faster?\n\n"
            "Start from this line and say what is never written to GPU memory:\n\n"
            "```python\nout = softmax(q @ k.T / d**0.5) @ v\n```",
            "**FlashAttention** 对*精确*注意力的计算做了什么改动？为什么更快？\n\n"
            "请从下面这行代码出发，说明哪个矩阵从不写回显存：\n\n"
            "```python\nout = softmax(q @ k.T / d**0.5) @ v\n```",
        ),
        reference=Bilingual(
            "FlashAttention computes exact attention in tiles that fit in on-chip SRAM. An online "
            "softmax rescales partial sums, so the score matrix is never written to HBM. It is "
            "faster because attention is bound by memory traffic, not by arithmetic.",
            "FlashAttention 把精确注意力切成能放进片上 SRAM 的分块来计算。在线 softmax 会对部分和"
            "重新缩放，因此分数矩阵从不写回 HBM。它更快，是因为注意力受限于显存读写，而不是算力。",
        ),
        hints=(
            Bilingual("Think about where the time goes.", "想一想时间花在哪里。"),
            Bilingual("Compare SRAM with HBM.", "比较一下 SRAM 和 HBM。"),
        ),
        follow_ups=(Bilingual("What does the backward pass recompute?", "反向传播时要重算什么？"),),
        sources=(Source("FlashAttention", "arXiv:2205.14135"),),
    ),
    Question(
        id="gqa-what",
        topic="attention",
        level=Level.MID,
        kind=Kind.COMPARISON,
        minutes=4.0,
        prompt=Bilingual(
            "What is grouped-query attention, and what does it trade between MHA and MQA?\n\n"
            "| variant | K/V heads |\n|---|---|\n| MHA | *h* |\n| MQA | 1 |\n| GQA | ? |",
            "什么是分组查询注意力（GQA）？它在 MHA 与 MQA 之间做了怎样的取舍？\n\n"
            "| 变体 | K/V 头数 |\n|---|---|\n| MHA | *h* |\n| MQA | 1 |\n| GQA | ？ |",
        ),
        reference=Bilingual(
            "Query heads are split into groups and each group shares one key and value head. The "
            "KV cache shrinks by the group size while quality stays close to multi-head attention.",
            "查询头被分成若干组，每组共享一个键头和值头。"
            "KV 缓存按组的大小缩小，质量仍接近多头注意力。",
        ),
        hints=(Bilingual("What does decoding read at every step?", "解码每一步要读什么？"),),
        sources=(Source("GQA", "arXiv:2305.13245"),),
        covers=("mqa-intro",),
    ),
    Question(
        id="lora-idea",
        topic="lora",
        level=Level.JUNIOR,
        kind=Kind.CONCEPT,
        minutes=4.0,
        prompt=Bilingual(
            "Explain the idea of LoRA.\n\n1. What is trained?\n2. What stays frozen?\n"
            "3. What does it cost at inference?",
            "请讲讲 LoRA 的思想。\n\n1. 训练的是什么？\n2. 冻结的是什么？\n"
            "3. 推理时要付出什么代价？",
        ),
        reference=Bilingual(
            "LoRA freezes the pretrained weights and learns a low-rank update as the product of "
            "two small matrices. The update can be merged into the weights, so inference costs "
            "nothing extra.",
            "LoRA 冻结预训练权重，用两个小矩阵的乘积学习一个低秩更新。更新可以合并进原权重，"
            "因此推理没有额外开销。",
        ),
        hints=(
            Bilingual("How large is the change of a weight?", "权重的变化有多“大”？"),
            Bilingual("Write W + BA.", "写出 W + BA。"),
        ),
        sources=(Source("LoRA", "arXiv:2106.09685"),),
    ),
    Question(
        id="qlora-idea",
        topic="lora",
        level=Level.MID,
        kind=Kind.CONCEPT,
        minutes=5.0,
        prompt=Bilingual(
            "How does QLoRA fit a 65B model on one 48 GB card? A log line prints "
            "`[red]out of memory[/]` for plain LoRA; explain why [red]this[/] stays literal and "
            "what QLoRA changes.",
            "QLoRA 如何把 65B 模型放进一张 48 GB 的卡？普通 LoRA 的日志里有一行 "
            "`[red]显存不足[/]`；请说明为什么 [red]这里[/] 原样显示，以及 QLoRA 改了什么。",
        ),
        reference=Bilingual(
            "QLoRA stores the frozen base weights in 4-bit NF4 and trains LoRA adapters in 16 bit. "
            "Double quantization and paged optimizers save the rest.",
            "QLoRA 用 4 比特 NF4 存放冻结的基座权重，以 16 比特训练 LoRA 适配器。"
            "双重量化和分页优化器再省下其余的显存。",
        ),
        hints=(Bilingual("How many bits per frozen weight?", "每个冻结权重用几个比特？"),),
        sources=(Source("QLoRA", "arXiv:2305.14314"),),
    ),
    Question(
        id="rag-chunk-granularity",
        topic="rag",
        level=Level.MID,
        kind=Kind.DESIGN,
        minutes=5.0,
        prompt=Bilingual(
            "How do you choose the **chunk size** in a retrieval-augmented system?",
            "在检索增强生成（RAG）系统里，如何选择**分块大小**？",
        ),
        reference=Bilingual(
            "Small chunks make retrieval precise but lose context; large chunks keep context but "
            "dilute the embedding. Retrieve small and hand the parent passage to the model.",
            "小块让检索更精确，但丢失上下文；大块保留上下文，却稀释了向量。"
            "可以检索小块，再把父级段落交给模型。",
        ),
        hints=(Bilingual("What does one vector have to stand for?", "一个向量要代表多少内容？"),),
        sources=(Source("Retrieval-Augmented Generation", "arXiv:2005.11401"),),
    ),
    Question(
        id="rag-vs-finetune",
        topic="rag",
        level=Level.JUNIOR,
        kind=Kind.COMPARISON,
        minutes=3.0,
        prompt=Bilingual(
            "When is RAG the better choice than fine-tuning?", "什么时候 RAG 比微调更合适？"
        ),
        reference=Bilingual(
            "RAG fits knowledge that changes often and must be cited. Fine-tuning fits behaviour, "
            "style and format.",
            "知识经常变化、且需要给出出处时，RAG 更合适。微调适合改变行为、风格和格式。",
        ),
        sources=(Source("Retrieval-Augmented Generation", "arXiv:2005.11401"),),
    ),
)

RUBRICS: tuple[Rubric, ...] = (
    Rubric(
        "flash-attention",
        (
            _point(
                "tiles",
                2.0,
                ("Attention is computed in tiles in SRAM.", "注意力在 SRAM 中分块计算。"),
                ("Attention is computed in one pass in HBM.", "注意力在 HBM 中一次算完。"),
                (("tile", "SRAM"), ("分块", "片上")),
                ("Where do the blocks live?", "这些分块放在哪里？"),
            ),
            _point(
                "online-softmax",
                2.0,
                ("An online softmax rescales partial sums.", "在线 softmax 对部分和重新缩放。"),
                ("Softmax needs the whole row at once.", "softmax 必须一次看到整行。"),
                (("online softmax", "rescale"), ("在线", "重新缩放")),
                ("How is the softmax kept exact?", "如何保证 softmax 精确？"),
            ),
            _point(
                "exact",
                1.0,
                ("The result is exact.", "结果是精确的。"),
                ("The result is an approximation.", "结果是近似的。"),
                (("exact",), ("精确",)),
                ("Is anything approximated?", "有没有近似？"),
            ),
        ),
        (
            Misconception(
                "fewer-flops",
                Bilingual("it does fewer FLOPs", "它减少了浮点运算量"),
                Bilingual(
                    "It does slightly more arithmetic; it saves memory traffic.",
                    "它的运算量略有增加，省下的是显存读写。",
                ),
            ),
        ),
    ),
    Rubric(
        "gqa-what",
        (
            _point(
                "groups",
                1.0,
                ("Each group of query heads shares one K/V head.", "每组查询头共享一个 K/V 头。"),
                ("Each query head has its own K/V head.", "每个查询头都有自己的 K/V 头。"),
                (("group", "share"), ("组", "共享")),
                ("Who shares what?", "谁和谁共享？"),
            ),
            _point(
                "cache",
                1.0,
                ("The KV cache shrinks.", "KV 缓存变小。"),
                ("The KV cache grows.", "KV 缓存变大。"),
                (("KV cache",), ("KV 缓存",)),
                ("What does it save?", "它省下了什么？"),
            ),
        ),
    ),
    Rubric(
        "lora-idea",
        (
            _point(
                "frozen",
                1.0,
                ("The pretrained weights stay frozen.", "预训练权重保持冻结。"),
                ("All pretrained weights are updated.", "所有预训练权重都会更新。"),
                (("frozen", "freezes"), ("冻结",)),
                ("What happens to the original weights?", "原来的权重怎么办？"),
            ),
            _point(
                "low-rank",
                2.0,
                ("The update is a low-rank product.", "更新量是一个低秩乘积。"),
                ("The update is a full-rank matrix.", "更新量是一个满秩矩阵。"),
                (("low-rank", "low rank"), ("低秩",)),
                ("What shape has the update?", "更新量是什么形状？"),
            ),
            _point(
                "merge",
                1.0,
                ("It can be merged, so inference is free.", "可以合并，因此推理没有额外开销。"),
                ("It slows inference down.", "它会拖慢推理。"),
                (("merge",), ("合并",)),
                ("And at inference?", "推理时呢？"),
            ),
        ),
        (
            Misconception(
                "smaller-model",
                Bilingual("LoRA makes the model smaller", "LoRA 会让模型变小"),
                Bilingual(
                    "The base model keeps its size; only what is trained is small.",
                    "基座模型大小不变，变小的只是要训练的部分。",
                ),
            ),
        ),
        (
            SampleAnswer(
                Band.POOR,
                Bilingual("It is a kind of optimizer.", "它是一种优化器。"),
            ),
        ),
    ),
    Rubric(
        "qlora-idea",
        (
            _point(
                "nf4",
                2.0,
                ("Base weights are stored in 4-bit NF4.", "基座权重以 4 比特 NF4 存放。"),
                ("Adapters are stored in 4-bit NF4.", "适配器以 4 比特 NF4 存放。"),
                (("4-bit", "4 bit", "NF4"), ("4 比特", "NF4")),
                ("In what format lie the base weights?", "基座权重用什么格式存放？"),
            ),
            _point(
                "adapters",
                1.0,
                ("Adapters are trained in 16 bit.", "适配器以 16 比特训练。"),
                ("The base weights are trained too.", "基座权重也参与训练。"),
                (("16 bit", "16-bit", "bf16"), ("16 比特",)),
                ("What is trained, and how precisely?", "训练的是什么，精度如何？"),
            ),
        ),
    ),
    Rubric(
        "rag-chunk-granularity",
        (
            _point(
                "small",
                1.0,
                ("Small chunks are precise but lose context.", "小块精确，但丢失上下文。"),
                ("Small chunks keep more context.", "小块保留更多上下文。"),
                (("small chunk",), ("小块",)),
                ("What is lost with small chunks?", "块太小会丢掉什么？"),
            ),
            _point(
                "large",
                1.0,
                ("Large chunks dilute the embedding.", "大块会稀释向量。"),
                ("Large chunks sharpen the embedding.", "大块让向量更鲜明。"),
                (("large chunk", "dilute"), ("大块", "稀释")),
                ("What happens to the vector?", "向量会怎样？"),
            ),
        ),
    ),
    Rubric(
        "rag-vs-finetune",
        (
            _point(
                "fresh",
                1.0,
                ("RAG fits knowledge that changes.", "RAG 适合经常变化的知识。"),
                ("RAG fits knowledge that never changes.", "RAG 适合从不变化的知识。"),
                (("changes", "fresh"), ("变化",)),
                ("How fresh must it be?", "知识要多新？"),
            ),
            _point(
                "behaviour",
                1.0,
                ("Fine-tuning fits behaviour and format.", "微调适合行为和格式。"),
                ("Fine-tuning fits facts best.", "微调最适合灌输事实。"),
                (("style", "behaviour", "format"), ("风格", "行为", "格式")),
                ("What is fine-tuning good at?", "微调擅长什么？"),
            ),
        ),
    ),
)
