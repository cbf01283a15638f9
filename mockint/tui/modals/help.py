"""Every key, by place, from the action registry."""

from collections.abc import Iterator

from textual.containers import Horizontal
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Static

from mockint.tui.actions import EVERYWHERE, SCREENS, Action, offered
from mockint.tui.modals.note import Note

_NAMES = {
    "escape": "Esc",
    "enter": "Enter",
    "slash": "/",
    "question_mark": "?",
    "left": "←",
    "right": "→",
    "delete": "Del",
    "space": "Space",
}

_MORE = (
    ("Tab, Shift+Tab", "Move between the parts of a screen; also out of the editor."),
    ("Arrows, Enter", "Move in lists and rows of choices; take one."),
    ("Mouse", "Everything can be clicked and scrolled as well."),
)

_GRADES = (
    "An answer is cut into sentences. Each key point of the question is compared with them by "
    "meaning, on this machine: ✓ covered, ◐ partial, ○ missed, ✗ contradicted (the answer says the "
    "opposite). The weights of the points add up to the score. The words that decided are "
    "underlined in your answer and numbered like the point."
)


def key_name(key: str) -> str:
    """A key as a person calls it: ``Ctrl+S``, ``Esc``, ``F1``."""
    *modifiers, last = key.strip().split("+")
    name = _NAMES.get(last, last.upper() if modifiers or len(last) > 1 else last)
    return "+".join([*(m.capitalize() for m in modifiers), name])


def help_note(here: str, keymap: dict[str, str]) -> Note:
    """The help screen, beginning with the place the person is in."""
    order = [here, *(s for s in SCREENS if s not in {here, EVERYWHERE}), EVERYWHERE]
    widgets = [w for screen in order if screen in SCREENS for w in _area(screen, keymap)]
    moving = [_row(key, said) for key, said in _MORE]
    grades = [
        Static(Content("How a grade comes about"), classes="section"),
        Static(Content(_GRADES), classes="line"),
    ]
    return Note("Keys and help", *widgets, *moving, *grades)


def _area(screen: str, keymap: dict[str, str]) -> Iterator[Widget]:
    yield Static(Content(SCREENS[screen]), classes="section")
    for action in offered(screen):
        yield _row(_keys(action, keymap), action.help)


def _keys(action: Action, keymap: dict[str, str]) -> str:
    return ", ".join(key_name(key) for key in keymap.get(action.id, action.keys).split(","))


def _row(keys: str, said: str) -> Horizontal:
    return Horizontal(
        Static(Content.styled(keys, "bold $primary"), classes="help-keys"),
        Static(Content(said), classes="claim"),
        classes="line",
    )
