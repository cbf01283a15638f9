"""mockint: a mock interview in your terminal."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mockint.domain.grade import Grade
    from mockint.domain.question import Question
    from mockint.domain.rubric import Rubric
    from mockint.grading.grader import RubricGrader as Grader

__version__ = "0.1.0"

__all__ = ["Grade", "Grader", "Question", "Rubric", "__version__"]

_WHERE = {
    "Grade": ("mockint.domain.grade", "Grade"),
    "Grader": ("mockint.grading.grader", "RubricGrader"),
    "Question": ("mockint.domain.question", "Question"),
    "Rubric": ("mockint.domain.rubric", "Rubric"),
}


def __getattr__(name: str) -> Any:
    # Each name is looked up when it is asked for: the grader imports numpy, which takes longer
    # than a whole `mockint bank list`.
    if name not in _WHERE:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    module, attribute = _WHERE[name]
    value = getattr(import_module(module), attribute)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return __all__
