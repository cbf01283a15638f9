"""Everything a key can do, once: bindings, footer, help and command palette are made from this."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from textual.binding import Binding

EVERYWHERE: Final = "app"


@dataclass(frozen=True, slots=True)
class Action:
    """Something a person can do.

    Attributes:
        id: What a keymap in the settings calls it.
        method: The action method, without ``action_``.
        title: One or two words for the footer.
        help: A sentence for the help screen and the palette.
        keys: Default keys, separated by commas; the first is the one shown.
        screen: Where it is offered; ``app`` for everywhere.
        show: Whether the footer has room for it.
        palette: Whether the command palette offers it.
        priority: Whether it works over dialogs too.
    """

    id: str
    method: str
    title: str
    help: str
    keys: str
    screen: str
    show: bool = True
    palette: bool = True
    priority: bool = False


_ALL: Final = (
    Action("help", "help", "Help", "Show every key.", "f1,question_mark", EVERYWHERE),
    Action(
        "palette",
        "command_palette",
        "Commands",
        "Search everything that can be done here.",
        "ctrl+p",
        EVERYWHERE,
        show=False,
        palette=False,
    ),
    Action(
        "theme",
        "next_theme",
        "Theme",
        "Switch between dark, light and high contrast.",
        "f5",
        EVERYWHERE,
        show=False,
    ),
    Action(
        "notices",
        "notices",
        "Notices",
        "Read what was left out or replaced at start.",
        "f4",
        EVERYWHERE,
        show=False,
    ),
    Action(
        "quit",
        "leave_app",
        "Quit",
        "Leave mockint; drafts are kept. Twice leaves at once.",
        "ctrl+q",
        EVERYWHERE,
        show=False,
        priority=True,
    ),
    Action(
        "home.interview",
        "interview",
        "Interview",
        "Sit a timed interview, graded at the end.",
        "i",
        "home",
    ),
    Action(
        "home.drill",
        "drill",
        "Drill",
        "Practise one question at a time, graded at once.",
        "d",
        "home",
    ),
    Action("home.review", "review", "Review", "Read past sessions again.", "v", "home"),
    Action("home.resume", "resume", "Resume", "Go on with the session you left.", "r", "home"),
    Action(
        "home.discard",
        "discard",
        "Discard",
        "Delete the session you left.",
        "x",
        "home",
        show=False,
    ),
    Action("home.quit", "leave_app", "Quit", "Leave mockint.", "q", "home"),
    Action("setup.start", "start", "Start", "Start with what is chosen.", "ctrl+s,f2", "setup"),
    Action(
        "setup.filter",
        "filter",
        "Find topic",
        "Type to find a topic.",
        "slash,ctrl+f",
        "setup",
    ),
    Action("setup.all", "all_topics", "All topics", "Choose all topics.", "ctrl+r", "setup"),
    Action("setup.back", "back", "Back", "Go back.", "escape", "setup"),
    Action(
        "question.submit",
        "submit",
        "Submit",
        "Hand in the answer and go on.",
        "ctrl+s,ctrl+enter,f2",
        "question",
    ),
    Action("question.skip", "skip", "Skip", "Go on without an answer.", "ctrl+n,f8", "question"),
    Action(
        "question.flag",
        "flag",
        "Flag",
        "Mark the question, to find it again in the result.",
        "ctrl+g",
        "question",
    ),
    Action("question.hint", "hint", "Hint", "Show the next hint (counted).", "ctrl+t", "question"),
    Action(
        "question.model",
        "model_answer",
        "Answer",
        "Read the model answer.",
        "ctrl+o,f3",
        "question",
    ),
    Action(
        "question.finish",
        "finish",
        "Finish",
        "End the session now and see the result.",
        "f9",
        "question",
    ),
    Action(
        "question.leave", "leave", "Leave", "Leave; you can resume later.", "escape", "question"
    ),
    Action("feedback.next", "next", "Next question", "Go on.", "enter,n,ctrl+s", "feedback"),
    Action(
        "feedback.retry",
        "retry",
        "Try again",
        "Ask the grader again.",
        "g",
        "feedback",
        show=False,
    ),
    Action(
        "feedback.finish",
        "finish",
        "Finish",
        "End the drill and see the result.",
        "f9",
        "feedback",
    ),
    Action("feedback.leave", "leave", "Leave", "Leave; resume later.", "escape", "feedback"),
    Action("result.next", "next", "Next", "Show the next question.", "n,right", "result"),
    Action(
        "result.previous", "previous", "Previous", "Show the question before.", "p,left", "result"
    ),
    Action("result.retry", "retry", "Try again", "Ask the grader again.", "g", "result"),
    Action("result.back", "back", "Back", "Go back.", "escape,q", "result"),
    Action("review.open", "open", "Open", "Read the session in full.", "enter", "review"),
    Action(
        "review.filter", "filter", "Search", "Search topics, questions, answers.", "slash", "review"
    ),
    Action("review.mode", "mode", "Mode", "Interviews, drills or both.", "m", "review"),
    Action("review.language", "language", "Language", "English, Chinese or both.", "l", "review"),
    Action(
        "review.delete", "delete", "Delete", "Delete the session for ever.", "delete,x", "review"
    ),
    Action("review.back", "back", "Back", "Go back.", "escape,q", "review"),
)

ACTIONS: Final[Mapping[str, Action]] = MappingProxyType({action.id: action for action in _ALL})

SCREENS: Final[Mapping[str, str]] = MappingProxyType(
    {
        EVERYWHERE: "Everywhere",
        "home": "Home",
        "setup": "Setup",
        "question": "Question",
        "feedback": "Grade of a drill answer",
        "result": "Result and transcript",
        "review": "Review",
    }
)
"""Title of each place that offers actions, in the order of the help screen."""


def offered(screen: str) -> tuple[Action, ...]:
    """The actions of one place, in the order of the footer."""
    return tuple(action for action in _ALL if action.screen == screen)


def bindings(screen: str) -> list[Binding]:
    """The key bindings of one place; a keymap in the settings replaces keys by id."""
    return [
        Binding(
            action.keys,
            action.method,
            action.title,
            show=action.show,
            priority=action.priority,
            tooltip=action.help,
            id=action.id,
        )
        for action in offered(screen)
    ]


def keymap(wanted: Mapping[str, str]) -> dict[str, str]:
    """What of a keymap from the settings can be used: known ids with at least one key."""
    return {
        name: ",".join(keys)
        for name, text in wanted.items()
        if name in ACTIONS and (keys := [key.strip() for key in text.split(",") if key.strip()])
    }
