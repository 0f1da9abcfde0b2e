"""Our own themes: a dark, a light, one of high contrast, and one safe for colour-blind eyes.

Whatever the colours, each status also has a sign and a word. The colours are chosen so that they
are still told apart where the terminal has sixteen: the nearest of those differ, too.
"""

from typing import Any

from textual.theme import Theme


def _make_theme(
    name: str, *, dark: bool = True, cursor: str, muted: str, rule: str, link: str, **colors: Any
) -> Theme:
    """Return a theme that uses the colours as they are, and not Textual's tints of them.

    Args:
        name: of the theme.
        dark: whether the background is dark.
        cursor: behind the row with the cursor.
        muted: of text that matters less.
        rule: of the lines between panes.
        link: of what can be clicked; nothing else has it.
        colors: those of a `Theme`: background, surface (behind a dialog), panel (behind the top
            line, the keys and fields), foreground, primary (of the frame of a dialog, and of what
            is chosen), success (of Connected, and of what has been done), warning (of Pending,
            and of what asks for attention), error (of Disconnected, Disconnect and failures).
    """
    variables = {
        "cursor": cursor,
        "rule": rule,
        "link": link,
        "foreground-muted": muted,
        "foreground-disabled": muted,
        "text-muted": muted,
        "text-disabled": muted,
        "text-primary": colors["primary"],
        "text-accent": colors["primary"],
        "text-success": colors["success"],
        "text-warning": colors["warning"],
        "text-error": colors["error"],
        "scrollbar": rule,
        "scrollbar-hover": muted,
        "scrollbar-active": muted,
        "scrollbar-background": colors["background"],
    }
    return Theme(name, dark=dark, variables=variables, **colors)


DARK = _make_theme(
    "dark",
    background="#12161c",
    surface="#181e27",
    panel="#202733",
    cursor="#143a8a",
    foreground="#e6ebf2",
    muted="#a9b3c0",
    rule="#6b7685",
    primary="#b4a7f5",
    link="#66b3ff",
    success="#4fe08a",
    warning="#f2c14e",
    error="#ff8a80",
)
LIGHT = _make_theme(
    "light",
    dark=False,
    background="#fbfbf9",
    surface="#ffffff",
    panel="#e9ecef",
    cursor="#b4d9f3",
    foreground="#16202b",
    muted="#4c5866",
    rule="#6b747f",
    primary="#6a1fb0",
    link="#0b3fc4",
    success="#006a20",
    warning="#7a4a00",
    error="#a8141a",
)
HIGH_CONTRAST = _make_theme(
    "high-contrast",
    background="#000000",
    surface="#000000",
    panel="#1a1a1a",
    cursor="#003a99",
    foreground="#ffffff",
    muted="#d0d0d0",
    rule="#ffffff",
    primary="#ff9cff",
    link="#7adfff",
    success="#5cff5c",
    warning="#ffff33",
    error="#ff8f8f",
)
COLOUR_BLIND = _make_theme(
    "colour-blind-safe",
    # Blue, yellow, orange and green stay apart where one kind of cones is missing, too.
    background="#101418",
    surface="#181d23",
    panel="#222930",
    cursor="#12398f",
    foreground="#f4f4f4",
    muted="#b3b9c0",
    rule="#737b84",
    primary="#ffffff",
    link="#66ffa3",
    success="#66c2ff",
    warning="#ffd633",
    error="#ffa366",
)
THEMES = (DARK, LIGHT, HIGH_CONTRAST, COLOUR_BLIND)
