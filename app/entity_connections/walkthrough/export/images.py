"""Pictures made of pixels, with the extra `[record]`: PNG, and a moving GIF."""

import io
import re
from collections.abc import Sequence
from typing import NamedTuple

from PIL import Image
from resvg_py import svg_to_bytes

from entity_connections.walkthrough.export import drawing
from entity_connections.walkthrough.export.fonts import Font

_SHORTEST = 0.08
"""Seconds: what is shorter no player shows as it should."""
_CLIPPED = re.compile(r' clip-path="[^"]*"')
"""What costs half the time, and cuts nothing off: each letter stays within its cell."""
_COLOURS = 256
_SAMPLES = 12
"""Pictures whose colours make the palette."""


class Still(NamedTuple):
    """A picture and how long it is shown.

    Attributes:
        png: the picture.
        seconds: it stays.
    """

    png: bytes
    seconds: float


def png(svg: str, font: Font) -> bytes:
    """Return a picture as PNG; what is outside its corners is transparent."""
    return svg_to_bytes(
        svg_string=_CLIPPED.sub("", svg),
        font_dirs=[str(font.folder)],
        font_family=font.family,
        monospace_family=font.family,
        sans_serif_family=font.family,
    )


def gif(stills: Sequence[Still]) -> bytes:
    """Return pictures of one size as a GIF that runs for ever."""
    shown = _shown(stills)
    palette = _palette([one.png for one in shown])
    # One at a time: a picture takes megabytes once it is unpacked.
    frames = (_opaque(one.png).quantize(palette=palette, dither=Image.Dither.NONE) for one in shown)
    file = io.BytesIO()
    next(frames).save(
        file,
        format="GIF",
        save_all=True,
        append_images=frames,
        duration=[round(one.seconds * 100) * 10 for one in shown],
        loop=0,
        optimize=False,  # it would give frames palettes of their own
    )
    return file.getvalue()


def _opaque(data: bytes) -> Image.Image:
    """Return a PNG on the ground of its panel: a GIF has no half transparent corners."""
    with Image.open(io.BytesIO(data)) as image:
        ground = Image.new("RGBA", image.size, drawing.GROUND)
        return Image.alpha_composite(ground, image.convert("RGBA")).convert("RGB")


def _shown(stills: Sequence[Still]) -> list[Still]:
    """Return what to show: equal pictures once, and of a quick series the last one."""
    shown: list[Still] = []
    passed = 0.0
    for one in stills:
        seconds = one.seconds + passed
        if shown and shown[-1].png == one.png:
            shown[-1] = Still(one.png, shown[-1].seconds + seconds)
        elif seconds < _SHORTEST:
            passed = seconds
            continue
        else:
            shown.append(Still(one.png, seconds))
        passed = 0.0
    return shown


def _palette(pictures: Sequence[bytes]) -> Image.Image:
    """Return the colours for all: with one palette, a frame holds only what has changed."""
    chosen = [_opaque(one) for one in pictures[:: max(1, -(-len(pictures) // _SAMPLES))]]
    width, height = chosen[0].size
    sheet = Image.new("RGB", (width, height * len(chosen)))
    for place, one in enumerate(chosen):
        sheet.paste(one, (0, place * height))
    return sheet.quantize(_COLOURS, method=Image.Quantize.FASTOCTREE)
