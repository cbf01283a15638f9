"""The answer editor: plain text, soft wrap, nothing interpreted."""

from rich.text import Text
from textual.widgets import TextArea

from mockint.tui.text import visible


class AnswerEditor(TextArea):
    """Many lines of plain text; Tab leaves it, control characters show as pictures."""

    def __init__(self) -> None:
        super().__init__(
            soft_wrap=True,
            tab_behavior="focus",
            show_line_numbers=False,
            highlight_cursor_line=False,
            id="editor",
        )
        self.match_cursor_bracket = False

    def get_line(self, line_index: int) -> Text:
        """The line as drawn; the document keeps the characters as typed."""
        return Text(visible(self.document.get_line(line_index)), end="", no_wrap=True)
