"""A walkthrough as one page, which needs nothing but itself: no network, no script, no mouse."""

import base64
import hashlib
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from entity_connections.walkthrough import keys
from entity_connections.walkthrough.export.drawing import xml
from entity_connections.walkthrough.export.pictures import LEFT, Screen, band, whole
from entity_connections.walkthrough.export.scenes import Scene, scenes
from entity_connections.walkthrough.screen_text import BETWEEN, CELL, text_of
from entity_connections.walkthrough.script import Act, Walkthrough
from entity_connections.walkthrough.take import Frame, Take

_STYLE = Path(__file__).with_name("page.css").read_text(encoding="utf-8")
_SCRIPT = Path(__file__).with_name("page.js").read_text(encoding="utf-8")


def page(take: Take) -> str:
    """Return the page of a walkthrough, as HTML.

    Its pictures are inside it as images: what they hold cannot act on the page, and
    two of them cannot disturb each other. A policy forbids everything from outside.
    """
    script = take.script
    trusted = base64.b64encode(hashlib.sha256(_SCRIPT.encode()).digest()).decode()
    steps = "".join(_step(scene, len(script.steps)) for scene in scenes(take))
    return f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:; \
style-src 'unsafe-inline'; script-src 'sha256-{trusted}'; base-uri 'none'; form-action 'none'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{xml(script.title)}</title>
<link rel="icon" href="data:,">
<style>
:root {{ --columns: {script.size[0]}; }}
{_STYLE}</style>
</head>
<body>
<header tabindex="-1">
<h1>{xml(script.title)}</h1>
<p class="teaches">{xml(script.teaches)}</p>
<p class="facts">{_facts(script)}</p>
<p class="hint" hidden><kbd>←</kbd> and <kbd>→</kbd> go from step to step.</p>
</header>
<main>
{steps}</main>
<footer><p>Made by entity-connections from the walkthrough {xml(take.name)}.</p></footer>
<script>{_SCRIPT}</script>
</body>
</html>
"""


def _facts(script: Walkthrough) -> str:
    steps = f"{len(script.steps)} step{'s' * (len(script.steps) != 1)}"
    scenario = Path(script.scenario).name  # of a file, where it lies is nobody's business
    return f"{steps} on the fake tenant {xml(scenario)}, beginning as {xml(script.user)}."


def _step(scene: Scene, of: int) -> str:
    number, step = scene.number, scene.step
    acts = "".join(_acts(scene))
    title = f"Step {number} of {of}: {step.caption}"
    seen = "; ".join(_plainly(sight) for sight in step.see)
    alt = f"The screen after step {number}." + (f" It shows {seen}." if seen else "")
    # What a script scrolls to must be able to take the focus, or the next Tab starts elsewhere.
    return f"""<section class="step" id="step-{number}" tabindex="-1" aria-labelledby="c{number}">
<div class="place">{number}/{of}<nav aria-label="Steps">{_links(number, of)}</nav></div>
<h2 id="c{number}">{xml(step.caption)}</h2>
{f'<ol class="acts">{acts}</ol>' if acts else ""}
<figure>{_image(whole(scene.last, title, alt), alt)}</figure>
<details><summary>The screen as text</summary>
<pre>{chr(10).join(xml(line) for line in text_of(scene.last.svg))}</pre></details>
</section>
"""


def _links(number: int, of: int) -> str:
    before = f'<a href="#step-{number - 1}" aria-label="Step {number - 1}">←</a>'
    after = f'<a href="#step-{number + 1}" aria-label="Step {number + 1}">→</a>'
    return before * (number > 1) + after * (number < of)


def _acts(scene: Scene) -> Iterator[str]:
    """Yield what is done in a step; a click with the lines of the screen around it."""
    frames = iter(scene.clicks)
    if scene.step.faults is not None:
        yield f"<li>{_faults(scene.step.faults)}</li>\n"
    for act in scene.step.acts:
        yield f"<li>{_said(act)}"
        if act.click is not None and (frame := next(frames, None)):
            alt = f"The pointer is on {_plainly(act.click)}."
            svg = band(frame, f"Step {scene.number}: a click", alt)
            yield _image(svg, alt, f' data-at="{_from_left(frame):.3f}"')
        yield "</li>\n"


def _faults(on: list[str]) -> str:
    """Return what is done to the tenant's faults, as HTML."""
    if not on:
        return "Every fault of the fake tenant is switched off"
    named = ", ".join(f"<kbd>{xml(one)}</kbd>" for one in on)
    if len(on) == 1:
        return f"The fault {named} of the fake tenant is switched on, and every other one off"
    return f"The faults {named} of the fake tenant are switched on, and all others off"


def _said(act: Act) -> str:
    """Return what an act does, as a sentence's beginning in HTML."""
    if act.press is not None:
        return f"Press <kbd>{xml(keys.shown(act.press))}</kbd>"
    if act.type is not None:
        return f"Type <kbd>{xml(act.type)}</kbd>"
    *lines, what = (act.click or "").split(BETWEEN)
    return "Click " + _marked([what]) + (f" in the line of {_marked(lines)}" if lines else "")


def _marked(words: Iterable[str]) -> str:
    return ", ".join(f'<span class="sight">{xml(one)}</span>' for one in words)


def _plainly(sight: str) -> str:
    """Return a sight in words: "A … B" is B in the line of A."""
    *lines, what = sight.split(BETWEEN)
    return f"“{what}”" + (f" in the line of “{', '.join(lines)}”" if lines else "")


def _from_left(frame: Frame) -> float:
    """Return where the pointer is, as a share of the screen's width."""
    screen = Screen.of(frame)
    return 0.0 if frame.pointer is None else frame.pointer.x * CELL / (screen.width - 2 * LEFT)


def _image(svg: str, alt: str, attributes: str = "") -> str:
    """Return a picture inside a box that scrolls sideways where there is little room."""
    data = base64.b64encode(svg.encode()).decode()
    size = re.search(r' width="(\d+)[^"]*" height="(\d+)', svg)
    room = f' width="{size[1]}" height="{size[2]}"' if size else ""
    return (
        f'<div class="screen"{attributes}>'
        f'<img alt="{xml(alt)}"{room} src="data:image/svg+xml;base64,{data}"></div>'
    )
