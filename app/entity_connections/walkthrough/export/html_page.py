"""The page of a recording: one HTML file that loads nothing, and runs no script."""

import base64
from collections.abc import Iterator
from pathlib import Path
from string import Template

from entity_connections.walkthrough.export.pictures import draw_screen, escape_xml
from entity_connections.walkthrough.key_events import key_label
from entity_connections.walkthrough.recording import Recording, StepRecording
from entity_connections.walkthrough.screen_text import SEPARATOR
from entity_connections.walkthrough.script_models import Act, Step


def render_page(recording: Recording) -> str:
    """Return the page as HTML.

    Its pictures are data URLs: what they hold cannot act on the page. A content security
    policy forbids everything else.
    """
    script = recording.script
    scenario = Path(script.scenario).name  # without the folders of this machine
    facts = f"On the fake tenant {scenario}, beginning as {script.user}."
    return Template(_read("page.html")).substitute(
        title=escape_xml(script.title),
        teaches=escape_xml(script.teaches),
        facts=escape_xml(facts),
        name=escape_xml(recording.name),
        columns=script.size[0],
        style=_read("page.css"),
        steps="".join(_step(recording, recorded) for recorded in recording.steps),
    )


def _read(name: str) -> str:
    return Path(__file__).with_name(name).read_text(encoding="utf-8")


def _step(recording: Recording, recorded: StepRecording) -> str:
    number, step, count = recorded.number, recorded.step, len(recording.script.steps)
    acts = "".join(f"<li>{text}</li>\n" for text in _describe_acts(step))
    seen = "; ".join(map(_describe_locator, step.see))
    alt = f"The screen after step {number}." + (f" It shows {seen}." if seen else "")
    picture = base64.b64encode(draw_screen(recording, recorded.last).encode()).decode()
    return f"""<section class="step" id="step-{number}" aria-labelledby="c{number}">
<div class="place">{number}/{count}<nav aria-label="Steps">{_links(number, count)}</nav></div>
<h2 id="c{number}">{escape_xml(step.caption)}</h2>
{f'<ol class="acts">{acts}</ol>' if acts else ""}
<figure><div class="screen"><img alt="{escape_xml(alt)}" src="data:image/svg+xml;base64,{picture}">\
</div></figure>
<details><summary>The screen as text</summary>
<pre>{chr(10).join(map(escape_xml, recorded.last.text.lines))}</pre></details>
</section>
"""


def _links(number: int, count: int) -> str:
    return "".join(
        f'<a href="#step-{other}" aria-label="Step {other}">{arrow}</a>'
        for other, arrow in ((number - 1, "←"), (number + 1, "→"))
        if 1 <= other <= count
    )


def _describe_acts(step: Step) -> Iterator[str]:
    if step.faults is not None:
        yield f"Faults of the fake tenant: {escape_xml(', '.join(step.faults) or 'none')}"
    yield from map(_describe_act, step.acts)


def _describe_act(act: Act) -> str:
    if act.press is not None:
        return f"Press <kbd>{escape_xml(key_label(act.press))}</kbd>"
    if act.type is not None:
        return f"Type <kbd>{escape_xml(act.type)}</kbd>"
    return f"Click {escape_xml(_describe_locator(act.click or ''))}"


def _describe_locator(locator: str) -> str:
    *before, text = locator.split(SEPARATOR)
    return f"“{text}”" + (f" in the line of “{', '.join(before)}”" if before else "")
