"""The hints shown so far."""

from collections.abc import Sequence

from textual.content import Content
from textual.widgets import Static

from mockint.tui.text import visible


class Hints(Static):
    """Numbered hints; hidden while there is none."""

    def __init__(self) -> None:
        super().__init__(id="hints", markup=False)

    def show(self, hints: Sequence[str], total: int) -> None:
        """Show these hints of ``total``."""
        self.display = bool(hints)
        lines = [
            Content.assemble((f"Hint {n} of {total}  ", "bold $accent"), visible(hint))
            for n, hint in enumerate(hints, 1)
        ]
        self.update(Content("\n").join(lines))
