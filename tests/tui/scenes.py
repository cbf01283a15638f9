"""What the tests of the screens play with: known answers, past sessions, a grader with a gate."""

import asyncio
from collections.abc import Callable

from fakes import FakeClock, FakeGrading

from mockint.app.live import LiveSession
from mockint.app.runtime import Runtime
from mockint.domain.answer import Answer
from mockint.domain.grade import Grade
from mockint.domain.question import Question
from mockint.domain.rubric import Rubric
from mockint.domain.session import Mode, Plan

MakeRuntime = Callable[..., Runtime]


class GatedGrading(FakeGrading):
    """Gives a grade each time that the gate is opened."""

    def __init__(self) -> None:
        super().__init__()
        self._gate = asyncio.Semaphore(0)

    def open(self) -> None:
        """Let one grade through."""
        self._gate.release()

    async def grade(self, question: Question, rubric: Rubric, answer: Answer) -> Grade:
        """The usual grade, once it is let through."""
        await self._gate.acquire()
        return await super().grade(question, rubric, answer)


ANSWERS = {
    "lora-idea": "The pretrained weights stay frozen. The update is sort of low-rank.\n"
    "LoRA makes the model smaller. It slows inference down. Literally [red]x[/] and \x1b[31m.",
    "qlora-idea": "Base weights lie in NF4. Adapters are trained in 16 bit.",
    "gqa-what": "Query heads come in groups that share one KV head.",
    "flash-attention": "It tiles the work in SRAM, so scores never go to HBM.",
    "rag-chunk-granularity": "I don't know",
    "rag-vs-finetune": "RAG when knowledge changes, fine-tuning for style.",
}


def clock_of(runtime: Runtime) -> FakeClock:
    assert isinstance(runtime.clock, FakeClock)
    return runtime.clock


def grading_of(runtime: Runtime) -> FakeGrading:
    assert isinstance(runtime.grading, FakeGrading)
    return runtime.grading


async def past_session(
    runtime: Runtime, mode: Mode = Mode.INTERVIEW, *, count: int = 3, seed: int = 1
) -> str:
    """Holds a session with known answers and grades it; then a day passes."""
    plan = Plan(
        mode,
        language=runtime.settings.language,
        count=count,
        minutes=20.0 if mode is Mode.INTERVIEW else None,
        seed=seed,
    )
    live = LiveSession.begin(plan, runtime)
    while live.question is not None:
        clock_of(runtime).advance(40)
        if live.state.position == 1:
            live.toggle_flag()
        live.submit(ANSWERS[live.question.id])
    await live.grade_outstanding()
    clock_of(runtime).advance(24 * 3600)
    return live.state.id


def left_session(runtime: Runtime, draft: str = "half an answer") -> str:
    """Begins an interview, answers one question, types to the second, and leaves."""
    live = LiveSession.begin(Plan(Mode.INTERVIEW, count=3, minutes=20.0, seed=3), runtime)
    clock_of(runtime).advance(50)
    live.submit("A first answer.")
    live.type(draft)
    live.pause_save()
    return live.state.id
