"""Topic mastery as bars with words."""

from collections.abc import Sequence

from rich.cells import cell_len, set_cell_size
from textual.content import Content

from mockint.domain.grade import Band
from mockint.domain.session import TopicMastery
from mockint.tui import words
from mockint.tui.text import bar, shown_score

_ROOM_FOR_BANDS = 48


def mastery_bars(topics: Sequence[TopicMastery], *, width: int, most: int) -> Content:
    """One line per topic, weakest first: name, bar, score and band in ``width`` cells."""
    names = [words.topic(item.topic) for item in topics[:most]]
    with_band = width >= _ROOM_FOR_BANDS
    room = 18 if with_band else 10
    rest = room + (16 if with_band else 6)
    name_width = max(8, min(max(map(cell_len, names), default=0), width - rest))
    lines: list[Content] = []
    for name, item in zip(names, topics, strict=False):
        band = Band.of(item.score)
        filled = bar(item.score / 100, room)
        lines.append(
            Content.assemble(
                set_cell_size(name, name_width)
                if cell_len(name) <= name_width
                else set_cell_size(name, name_width - 1) + "…",
                " ",
                (filled, words.BAND_STYLES[band]),
                ("·" * (room - len(filled)), "$muted"),
                (f" {shown_score(item.score):>3}", "bold"),
                (f" {band.value}" if with_band else "", "$muted"),
            )
        )
    if len(topics) > most:
        lines.append(Content.styled(f"and {len(topics) - most} more", "$muted"))
    return Content("\n").join(lines)
