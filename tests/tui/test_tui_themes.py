"""Themes: everything that is read can be read."""

import pytest
from textual.color import Color
from textual.theme import Theme

from mockint.tui import themes


def _contrast(one: str, other: str) -> float:
    """WCAG 2 contrast ratio."""

    def luminance(text: str) -> float:
        def linear(channel: int) -> float:
            share = channel / 255
            return share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4

        red, green, blue = Color.parse(text).rgb
        return 0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue)

    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("theme", themes.THEMES, ids=lambda theme: theme.name)
def test_every_ink_reads_on_every_ground(theme: Theme) -> None:
    """Text has a contrast of at least 4.5 (WCAG AA), 7 in the high-contrast theme."""
    grounds = [str(getattr(theme, name)) for name in themes.GROUNDS]
    inks = {name: theme.variables[name] for name in themes.INKS}
    inks |= {"foreground": str(theme.foreground), "primary": theme.primary}
    inks |= {"accent": str(theme.accent)}
    least = 7.0 if theme is themes.CONTRAST else 4.5

    poor = {
        (name, ground): round(_contrast(ink, ground), 2)
        for name, ink in inks.items()
        for ground in grounds
        if _contrast(ink, ground) < least
    }

    assert poor == {}


@pytest.mark.parametrize("theme", themes.THEMES, ids=lambda theme: theme.name)
def test_evidence_cursor_and_keys_read(theme: Theme) -> None:
    """What stands on a coloured ground reads as well."""
    variables = theme.variables
    pairs = [
        (str(theme.foreground), variables["marked"]),
        (variables["muted"], variables["marked"]),
        (variables["block-cursor-foreground"], variables["block-cursor-background"]),
        (str(theme.background), theme.primary),
        (str(theme.background), variables["red"]),
    ]

    assert min(_contrast(ink, ground) for ink, ground in pairs) >= 4.5


def test_unknown_theme_gives_the_default() -> None:
    """A name from the settings that nobody knows does not stop the app."""
    assert themes.known("solarized") == themes.DEFAULT


def test_theme_key_goes_round() -> None:
    """Three presses lead back to where one was."""
    name = themes.DEFAULT
    seen = []
    for _ in themes.THEMES:
        name = themes.after(name)
        seen.append(name)

    assert name == themes.DEFAULT
    assert len(set(seen)) == 3
