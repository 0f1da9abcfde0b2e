"""The page of a recording: one HTML file that loads nothing, and can be read without script."""

import base64
import hashlib
from collections.abc import Iterable, Iterator
from pathlib import Path

from textual.geometry import Offset

from entity_connections.walkthrough.export.pictures import (
    CELL_WIDTH,
    Picture,
    click_picture,
    screen_picture,
)
from entity_connections.walkthrough.export.svg import escape_xml
from entity_connections.walkthrough.key_events import key_label
from entity_connections.walkthrough.recording import Recording, StepRecording
from entity_connections.walkthrough.screen_text import SEPARATOR
from entity_connections.walkthrough.script import Act, Walkthrough

_STYLE = Path(__file__).with_name("page.css").read_text(encoding="utf-8")
_SCRIPT = Path(__file__).with_name("page.js").read_text(encoding="utf-8")


def page(recording: Recording) -> str:
    """Return the page as HTML.

    Its pictures are data URLs: what they hold cannot act on the page. A content security
    policy forbids everything from outside.
    """
    script, name = recording.script, escape_xml(recording.name)
    script_hash = base64.b64encode(hashlib.sha256(_SCRIPT.encode()).digest()).decode()
    steps = "".join(_step(recording, recorded) for recorded in recording.steps())
    return f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:; \
style-src 'unsafe-inline'; script-src 'sha256-{script_hash}'; base-uri 'none'; form-action 'none'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{escape_xml(script.title)}</title>
<link rel="icon" href="data:,">
<style>
:root {{ --columns: {script.size[0]}; }}
{_STYLE}</style>
</head>
<body>
<header tabindex="-1">
<h1>{escape_xml(script.title)}</h1>
<p class="teaches">{escape_xml(script.teaches)}</p>
<p class="facts">{_facts(script)}</p>
<p class="hint" hidden><kbd>←</kbd> and <kbd>→</kbd> go from step to step.</p>
</header>
<main>
{steps}</main>
<footer><p>Made by entity-connections from the walkthrough {name}.</p></footer>
<script>{_SCRIPT}</script>
</body>
</html>
"""


def _facts(script: Walkthrough) -> str:
    steps = f"{len(script.steps)} step{'s' * (len(script.steps) != 1)}"
    scenario = Path(script.scenario).name  # without the folders of this machine
    user = escape_xml(script.user)
    return f"{steps} on the fake tenant {escape_xml(scenario)}, beginning as {user}."


def _step(recording: Recording, recorded: StepRecording) -> str:
    number, step, count = recorded.number, recorded.step, len(recording.script.steps)
    acts = "".join(_acts(recording, recorded))
    seen = "; ".join(_describe_locator(locator) for locator in step.see)
    alt = f"The screen after step {number}." + (f" It shows {seen}." if seen else "")
    title = f"Step {number} of {count}: {step.caption}"
    picture = screen_picture(recording, recorded.last, title, alt)
    caption = escape_xml(step.caption)
    # tabindex: a section that is scrolled to takes the focus, so that Tab goes on from there.
    return f"""<section class="step" id="step-{number}" tabindex="-1" aria-labelledby="c{number}">
<div class="place">{number}/{count}<nav aria-label="Steps">{_links(number, count)}</nav></div>
<h2 id="c{number}">{caption}</h2>
{f'<ol class="acts">{acts}</ol>' if acts else ""}
<figure>{_image(picture, alt)}</figure>
<details><summary>The screen as text</summary>
<pre>{chr(10).join(map(escape_xml, recorded.last.text.lines))}</pre></details>
</section>
"""


def _links(number: int, count: int) -> str:
    back = f'<a href="#step-{number - 1}" aria-label="Step {number - 1}">←</a>'
    on = f'<a href="#step-{number + 1}" aria-label="Step {number + 1}">→</a>'
    return back * (number > 1) + on * (number < count)


def _acts(recording: Recording, recorded: StepRecording) -> Iterator[str]:
    """Yield list items of the inputs of a step; clicks with their lines of the screen."""
    clicks = iter(recorded.clicks)
    if recorded.step.faults is not None:
        yield f"<li>{_describe_faults(recorded.step.faults)}</li>\n"
    for act in recorded.step.acts:
        yield f"<li>{_describe_act(act)}"
        if act.click is not None and (frame := next(clicks, None)):
            alt = f"The pointer is on {_describe_locator(act.click)}."
            title = f"Step {recorded.number}: a click"
            picture = click_picture(recording, frame, title, alt)
            pointer = frame.pointer or Offset(0, 0)
            x = pointer.x * CELL_WIDTH / picture.width
            yield _image(picture, alt, f' data-pointer-x="{x:.3f}"')
        yield "</li>\n"


def _describe_faults(faults: list[str]) -> str:
    if not faults:
        return "Every fault of the fake tenant is switched off"
    names = ", ".join(f"<kbd>{escape_xml(fault)}</kbd>" for fault in faults)
    if len(faults) == 1:
        return f"The fault {names} of the fake tenant is switched on, and every other one off"
    return f"The faults {names} of the fake tenant are switched on, and all others off"


def _describe_act(act: Act) -> str:
    if act.press is not None:
        return f"Press <kbd>{escape_xml(key_label(act.press))}</kbd>"
    if act.type is not None:
        return f"Type <kbd>{escape_xml(act.type)}</kbd>"
    *before, text = (act.click or "").split(SEPARATOR)
    return f"Click {_mark([text])}" + (f" in the line of {_mark(before)}" if before else "")


def _mark(texts: Iterable[str]) -> str:
    return ", ".join(f'<span class="screen-text">{escape_xml(text)}</span>' for text in texts)


def _describe_locator(locator: str) -> str:
    *before, text = locator.split(SEPARATOR)
    return f"“{text}”" + (f" in the line of “{', '.join(before)}”" if before else "")


def _image(picture: Picture, alt: str, attributes: str = "") -> str:
    """Return a picture in a box that scrolls sideways where there is little room."""
    data = base64.b64encode(picture.svg.encode()).decode()
    return (
        f'<div class="screen"{attributes}><img alt="{escape_xml(alt)}"'
        f' width="{int(picture.width)}" height="{int(picture.height)}"'
        f' src="data:image/svg+xml;base64,{data}"></div>'
    )
