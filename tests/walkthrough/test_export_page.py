"""The page of a recording: it loads nothing, can be read without a mouse, and escapes all texts."""

import base64
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree as Xml

import pytest
from entity_connections.walkthrough.export.exporter import export
from entity_connections.walkthrough.export.html_page import render_page
from entity_connections.walkthrough.screen_text import ScreenText
from entity_connections.walkthrough.script_models import Step

from tests.walkthrough.recordings import MARKUP, make_script, tour

pytestmark = pytest.mark.xdist_group("tour")  # one worker records it


class Page(HTMLParser):
    """What a browser makes of a page: tags with attributes, and text."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str]]] = []
        self.text = ""
        self._in = ""
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, {name: value or "" for name, value in attrs}))
        self._in = tag

    def handle_endtag(self, tag: str) -> None:
        self._in = ""

    def handle_data(self, data: str) -> None:
        if self._in != "style":
            self.text += data

    def of(self, tag: str) -> list[dict[str, str]]:
        """Return the attributes of every tag of a kind."""
        return [attributes for name, attributes in self.tags if name == tag]


@pytest.fixture(scope="module")
def tour_page() -> Page:
    return Page(render_page(tour()))


def test_it_needs_nothing_but_itself(tour_page: Page) -> None:
    for tag, attributes in tour_page.tags:
        assert attributes.get("src", "data:").startswith("data:"), tag
        assert attributes.get("href", "#").startswith(("#", "data:")), tag
        assert attributes.keys().isdisjoint({"srcset", "action", "poster", "style"}), tag
    html = render_page(tour())
    assert "@import" not in html
    assert "url(" not in html


def test_no_script_may_run(tour_page: Page) -> None:
    (policy,) = [meta["content"] for meta in tour_page.of("meta") if "http-equiv" in meta]
    assert "default-src 'none'" in policy
    assert "script-src" not in policy


def test_captions_are_only_text(tour_page: Page) -> None:
    assert tour_page.text.count(MARKUP) == 2, "the caption, and what it teaches"
    assert "A <b>tour</b>" in tour_page.text
    allowed = (
        "html head meta title link style body header h1 p kbd main section div nav a h2 ol li"
        " img figure details summary pre footer"
    )
    assert {tag for tag, _ in tour_page.tags} == set(allowed.split())


def test_what_is_typed_clicked_and_seen_is_only_text() -> None:
    hostile = '<b onclick="x">'
    step = Step.model_validate({
        "caption": hostile, "see": [hostile], "user": hostile,
        "do": [{"click": f"{hostile} … {hostile}"}, {"type": hostile}, {"press": "<"}],
    })  # fmt: skip
    recorded = tour().steps[0]
    last = recorded.last._replace(text=ScreenText((hostile,)))
    script = tour().script.model_copy(update={"scenario": hostile, "user": hostile})
    steps = (recorded._replace(step=step, last=last),)
    hostile_page = Page(render_page(tour()._replace(script=script, name=hostile, steps=steps)))
    assert "b" not in [tag for tag, _ in hostile_page.tags]
    assert hostile_page.text.count(hostile) == 9


def test_every_picture_is_whole_and_has_words(tour_page: Page) -> None:
    assert [image["alt"] for image in tour_page.of("img")] == [
        "The screen after step 1. It shows “Request a connection?”.",
        "The screen after step 2. It shows “Acme-Americas”.",
        "The screen after step 3. It shows “Acme-Americas ▾”.",
    ]
    for image in tour_page.of("img"):
        kind, data = image["src"].split(",")
        assert kind == "data:image/svg+xml;base64"
        Xml.fromstring(base64.b64decode(data))


def test_steps_are_linked_to_their_neighbours(tour_page: Page) -> None:
    links = [link["href"] for link in tour_page.of("a")]
    assert links == ["#step-2", "#step-1", "#step-3", "#step-2"]


def test_each_step_can_be_gone_to(tour_page: Page) -> None:
    assert [section["id"] for section in tour_page.of("section")] == ["step-1", "step-2", "step-3"]


def test_inputs_and_the_screen_are_there_as_text(tour_page: Page) -> None:
    for text in ("Click “Connected” in the line of “Acme-Europe”", "Press esc", "Type americas"):
        assert text in tour_page.text
    assert "\n".join(tour().steps[-1].last.text.lines) in tour_page.text


def test_faults_are_described() -> None:
    script = make_script('faults = ["drop", "latency=2"]', "faults = []")
    first, second, _ = tour().steps
    steps = (first._replace(step=script.steps[0]), second._replace(step=script.steps[1]))
    text = Page(render_page(tour()._replace(script=script, steps=steps))).text
    assert "Faults of the fake tenant: drop, latency=2" in text
    assert "Faults of the fake tenant: none" in text


def test_no_folder_of_this_machine_is_named(tmp_path: Path) -> None:
    script = tour().script.model_copy(update={"scenario": str(tmp_path / "mine.toml")})
    for file in export(tour()._replace(script=script), tmp_path):
        assert str(tmp_path) not in file.read_text()
