"""A question, a rubric and a grade with every field in use."""

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
from mockint.domain.question import Kind, Level, Question, Source
from mockint.domain.rubric import KeyPoint, Keyword, Misconception, Rubric, SampleAnswer

BOTH = Bilingual("low rank", "低秩 [red]\u2028")
QUESTION = Question(
    id="lora-idea",
    topic="lora",
    level=Level.JUNIOR,
    kind=Kind.CONCEPT,
    minutes=3,
    prompt=BOTH,
    reference=BOTH,
    hints=(BOTH,),
    follow_ups=(BOTH,),
    sources=(Source("LoRA", "arXiv 2106.09685"),),
    covers=("lora-what",),
)
RUBRIC = Rubric(
    question_id="lora-idea",
    points=(KeyPoint("a", 1.5, BOTH, (BOTH,), BOTH, (Keyword(("rank",), ("秩",)),), BOTH),),
    misconceptions=(Misconception("m", BOTH, BOTH, "a paper"),),
    samples=(SampleAnswer(Band.GOOD, BOTH),),
)
_EVIDENCE = Evidence("秩", 1, 2, 0.75, -0.25, "sentence")
GRADE = Grade(
    score=42.5,
    band=Band.FAIR,
    points=(PointVerdict("a", Verdict.PARTIAL, 1.0, "low rank", _EVIDENCE),),
    misconceptions=(MisconceptionMet("m", "s", "c", _EVIDENCE),),
    flags=(Flag.ECHO,),
    fingerprint="f",
)
