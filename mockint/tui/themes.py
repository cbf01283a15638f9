"""Three themes: dark, light, high contrast. Every text colour reads on every ground (WCAG AA)."""

from collections.abc import Mapping
from types import MappingProxyType

from textual.theme import Theme

DEFAULT = "mockint-dark"

GROUNDS = ("background", "surface", "panel")
"""What text stands on."""

INKS = ("muted", "covered", "partial", "missed", "contradicted", "calm", "amber", "red", "key")
"""Names of the text colours besides foreground, primary and accent."""


def _theme(  # noqa: PLR0913 - one argument per colour is the most legible palette
    name: str,
    *,
    dark: bool,
    grounds: tuple[str, str, str],
    foreground: str,
    muted: str,
    primary: str,
    accent: str,
    green: str,
    amber: str,
    red: str,
    line: str,
    cursor: tuple[str, str],
    marked: str,
) -> Theme:
    background, surface, panel = grounds
    return Theme(
        name=name,
        dark=dark,
        primary=primary,
        secondary=accent,
        accent=accent,
        success=green,
        warning=amber,
        error=red,
        foreground=foreground,
        background=background,
        surface=surface,
        panel=panel,
        variables={
            "muted": muted,
            "line": line,
            "key": primary,
            "covered": green,
            "partial": amber,
            "missed": muted,
            "contradicted": red,
            "calm": foreground,
            "amber": amber,
            "red": red,
            "marked": marked,
            "text-muted": muted,
            "text-disabled": muted,
            "border": primary,
            "border-blurred": line,
            "block-cursor-background": cursor[0],
            "block-cursor-foreground": cursor[1],
            "block-cursor-text-style": "bold",
            "block-cursor-blurred-background": panel,
            "block-cursor-blurred-foreground": foreground,
            "block-cursor-blurred-text-style": "none",
            "block-hover-background": panel,
            "input-cursor-background": cursor[0],
            "input-cursor-foreground": cursor[1],
            "input-selection-background": marked,
            "input-selection-foreground": foreground,
            "screen-selection-background": marked,
            "screen-selection-foreground": foreground,
            "footer-background": panel,
            "footer-foreground": foreground,
            "footer-key-foreground": primary,
            "footer-key-background": panel,
            "footer-description-foreground": muted,
            "footer-description-background": panel,
            "footer-item-background": panel,
            "button-color-foreground": cursor[1],
            "button-foreground": foreground,
            "button-focus-text-style": "bold underline",
            "scrollbar": line,
            "scrollbar-hover": muted,
            "scrollbar-active": primary,
            "scrollbar-background": background,
            "scrollbar-background-hover": background,
            "scrollbar-background-active": background,
            "scrollbar-corner-color": background,
            "markdown-h1-color": foreground,
            "markdown-h1-background": "transparent",
            "markdown-h2-color": foreground,
            "markdown-h2-background": "transparent",
            "markdown-h3-color": foreground,
            "markdown-h3-background": "transparent",
        },
    )


DARK = _theme(
    "mockint-dark",
    dark=True,
    grounds=("#15171c", "#1b1e25", "#23272f"),
    foreground="#e4e1d9",
    muted="#a6acb6",
    primary="#7fc8bb",
    accent="#c3a6e8",
    green="#93cf8e",
    amber="#e8b765",
    red="#f48b85",
    line="#3a404b",
    cursor=("#7fc8bb", "#10211e"),
    marked="#234049",
)

LIGHT = _theme(
    "mockint-light",
    dark=False,
    grounds=("#faf8f3", "#ffffff", "#efebe2"),
    foreground="#24272e",
    muted="#5a5f69",
    primary="#0b655a",
    accent="#6b3fa0",
    green="#1f6b2b",
    amber="#855000",
    red="#b3261e",
    line="#cfc9bb",
    cursor=("#0b655a", "#ffffff"),
    marked="#cfe6e0",
)

CONTRAST = _theme(
    "mockint-contrast",
    dark=True,
    grounds=("#000000", "#000000", "#14181c"),
    foreground="#ffffff",
    muted="#d4d4d4",
    primary="#5ff5ff",
    accent="#ffb3ff",
    green="#7dff7d",
    amber="#ffe14d",
    red="#ff9d9d",
    line="#ffffff",
    cursor=("#ffff5f", "#000000"),
    marked="#00458a",
)

THEMES: tuple[Theme, ...] = (DARK, LIGHT, CONTRAST)

TITLES: Mapping[str, str] = MappingProxyType(
    {DARK.name: "Dark", LIGHT.name: "Light", CONTRAST.name: "High contrast"}
)


def known(name: str) -> str:
    """The theme's name, or the default where there is none of that name."""
    return name if name in TITLES else DEFAULT


def after(name: str) -> str:
    """The theme that the theme key switches to next."""
    names = [theme.name for theme in THEMES]
    return names[(names.index(known(name)) + 1) % len(names)]
