"""Our own themes: a dark, a light, one of high contrast, and one safe for colour-blind eyes.

Whatever the colours, each status also has a sign and a word.
"""

from textual.theme import Theme

DARK = Theme(
    "dark",
    primary="#5aa9e6",
    secondary="#7f9cb5",
    accent="#f2b950",
    foreground="#d8dee6",
    background="#12161c",
    surface="#171c24",
    panel="#202733",
    success="#67c587",
    warning="#e8b04b",
    error="#ef6f6c",
    variables={"link": "#8ab4ff"},
    dark=True,
)
LIGHT = Theme(
    "light",
    primary="#0b5cad",
    secondary="#44566b",
    accent="#8a4b00",
    foreground="#1c2530",
    background="#fbfbf9",
    surface="#f3f4f2",
    panel="#e6e9ec",
    success="#1b6e3c",
    warning="#8a5a00",
    error="#b3261e",
    variables={"link": "#0b5cad"},
    dark=False,
)
HIGH_CONTRAST = Theme(
    "high-contrast",
    primary="#ffff00",
    secondary="#ffffff",
    accent="#00ffff",
    foreground="#ffffff",
    background="#000000",
    surface="#000000",
    panel="#1a1a1a",
    success="#00ff00",
    warning="#ffff00",
    error="#ff8080",
    variables={"link": "#80d0ff"},
    dark=True,
)
COLOUR_BLIND = Theme(
    "colour-blind-safe",
    # Blue, orange and vermilion of Okabe and Ito stay apart for every kind of colour vision.
    primary="#56b4e9",
    secondary="#999999",
    accent="#f0e442",
    foreground="#e6e6e6",
    background="#101418",
    surface="#161b20",
    panel="#222930",
    success="#56b4e9",
    warning="#e69f00",
    error="#ff8c5a",
    variables={"link": "#c9a8ff"},
    dark=True,
)
THEMES = (DARK, LIGHT, HIGH_CONTRAST, COLOUR_BLIND)
