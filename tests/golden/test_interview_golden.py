"""A recorded interview: a seed, the bank of the fakes and a list of answers give these results.

``PYTHONPATH=.:tests python tests/golden/test_interview_golden.py`` writes the
recording anew; read the difference.
"""

import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from fakes import START, FakeBank, keyword_grade

from mockint.domain.answer import Answer
from mockint.domain.language import Language
from mockint.domain.session import Draft, Mode, Plan
from mockint.session import engine, selection, timing

RECORDING = Path(__file__).with_name("interview.json")


def replay(script: dict[str, Any]) -> dict[str, Any]:
    """What the rules make of a plan, a history and one step per question."""
    bank = FakeBank()
    plan = Plan(
        Mode(script["mode"]),
        Language(script["language"]),
        count=script["count"],
        minutes=script["minutes"],
        seed=script["seed"],
    )
    drawn = selection.draw(plan, bank.summaries(), seen=script["seen"])
    budgets = timing.budgets(plan, [question.minutes for question in drawn])
    prompts = [question.prompt[plan.language] for question in drawn]
    state = engine.begin(plan, drawn, session_id="golden", now=START)
    for step in script["steps"]:
        state = replace(state, draft=Draft(seconds=step["seconds"]))
        now = START + timedelta(seconds=state.elapsed + step["seconds"])
        state = replace(state, elapsed=state.elapsed + step["seconds"])
        prompt = prompts[state.position]
        match step["do"]:
            case "submit":
                state, _ = engine.submit(state, step["text"], prompt=prompt, now=now)
            case "time out":
                state, _ = engine.time_out(state, step["text"], prompt=prompt, now=now)
            case "skip":
                state, _ = engine.skip(state, prompt=prompt, now=now)
            case "finish":
                state, _ = engine.finish(state, step["text"], prompts=prompts, now=now)
    for record in state.records:
        if record.awaits_grade:
            answer = Answer(record.text, record.language)
            grade = keyword_grade(bank.rubric(record.question_id), answer)
            state = engine.with_grade(state, record.position, grade)
    return {
        "budgets": [round(budget or 0.0, 3) for budget in budgets],
        "records": [
            {
                "question": record.question_id,
                "outcome": record.outcome.value,
                "seconds": record.seconds,
                "ended": record.submitted_at.isoformat(),
                "score": None if record.grade is None else record.grade.score,
                "points": {p.id: p.verdict.value for p in record.grade.points}
                if record.grade
                else None,
            }
            for record in state.records
        ],
        "finished": None if state.finished_at is None else state.finished_at.isoformat(),
        "score": None if state.score is None else round(state.score, 3),
    }


def test_the_recorded_interview_replays() -> None:
    """Seed, bank, history and answers decide everything: ids, outcomes, times, verdicts, scores."""
    recording = json.loads(RECORDING.read_text(encoding="utf-8"))

    assert replay(recording["script"]) == recording["result"]


if __name__ == "__main__":
    SCRIPT = json.loads(RECORDING.read_text(encoding="utf-8"))["script"]
    RECORDING.write_text(
        json.dumps({"script": SCRIPT, "result": replay(SCRIPT)}, ensure_ascii=False, indent=2)
        + "\n",
        encoding="utf-8",
    )
