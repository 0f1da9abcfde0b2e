"""Questions before harm: what they say, what answers them, and when they withdraw."""

import pytest
from textual.widgets import Button

from app.tui.screens import question
from app.tui.screens.question import Question
from tests.acme import CORPORATION, client
from tests.tui.snapshots import Snapshot
from tests.tui.story import Story, story

pytestmark = pytest.mark.asyncio
JAPAN_TO_CORPORATION = "8a8082555b3c70de015b44a61f0a2b09"


def asked(told: Story) -> Question:
    assert isinstance(told.app.screen, Question)
    return told.app.screen


def refuses(told: Story) -> bool:
    return asked(told).query_one("#yes", Button).disabled


@pytest.mark.parametrize("theme", ["dark", "light"])
async def test_request(snap: Snapshot, theme: str) -> None:
    """Source, target and direction; the yes names verb and object; the focus is on No."""
    async with story(size=(80, 24), theme=theme) as told:
        await told.to("Acme-US")
        await told.press("r")
        snap(told.app)
        assert told.app.focused is asked(told).query_one("#no")


async def test_deny(snap: Snapshot) -> None:
    """What follows from it stands in a sentence."""
    async with story(size=(80, 24)) as told:
        await told.press("i", "d")
        snap(told.app)


async def test_disconnect(snap: Snapshot) -> None:
    """It cannot be undone, says so, and wants the counterpart's name typed."""
    async with story(size=(80, 24)) as told:
        await told.to("Acme-Europe")
        await told.press("x")
        snap(told.app)
        await told.type("y")
        assert refuses(told)
        await told.press("backspace", "enter")
        assert refuses(told)
        await told.type("Acme-Europe")
        assert not refuses(told)
        await told.press("enter")
        assert told.row("Acme-Europe")[2] == "✕ Disconnected"


async def test_the_opening_key_never_answers() -> None:
    async with story() as told:
        await told.to("Acme-US")
        await told.press("r", "r", "r")
        assert asked(told)
        await told.press("n")
        assert told.row("Acme-US")[2] == "○ Not connected"


async def test_enter_answers_no() -> None:
    async with story() as told:
        await told.to("Acme-US")
        await told.press("enter", "enter")
        assert told.on_top
        assert told.row("Acme-US")[2] == "○ Not connected"


async def test_a_key_that_comes_too_early_answers_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(question, "GUARD", 0.3)
    now = 100.0
    monkeypatch.setattr(question, "monotonic", lambda: now)
    async with story() as told:
        await told.to("Acme-US")
        await told.press("r", "y")
        assert asked(told)
        await told.press("enter")
        assert asked(told)
        now += 0.31
        await told.press("y")
        assert told.row("Acme-US")[2] == "◐ Pending"


async def test_a_question_overtaken_by_another_administrator_withdraws(snap: Snapshot) -> None:
    """It says what the connection has become, and its yes is gone."""
    async with story(size=(80, 24)) as told:
        await told.press("i")
        await told.to("Acme-Japan")
        await told.press("a")
        await client(told.fake).deny(CORPORATION, JAPAN_TO_CORPORATION)
        told.screen.work.read(told.desk)
        await told.settle()
        snap(told.app)
        await told.press("y")
        assert asked(told).withdrawn
        await told.press("escape")
        assert told.row("Acme-Japan")[2] == "✕ Disconnected"


async def test_a_change_between_answer_and_sending_is_told_and_nothing_is_sent() -> None:
    async with story() as told:
        await told.press("i")
        await told.to("Acme-Japan")
        await told.press("a")
        await client(told.fake).deny(CORPORATION, JAPAN_TO_CORPORATION)
        await told.press("y")
        assert (
            "is Disconnected now; it was Pending when you asked. Nothing was sent." in told.notice
        )


async def test_a_refresh_that_changes_nothing_leaves_the_question_alone() -> None:
    async with story() as told:
        await told.to("Acme-US")
        await told.press("r")
        told.screen.work.read(told.desk)
        await told.settle()
        assert not asked(told).withdrawn
        await told.press("y")
        assert told.row("Acme-US")[2] == "◐ Pending"


async def test_the_palette_stays_away_from_a_question() -> None:
    async with story() as told:
        await told.to("Acme-US")
        await told.press("r", "ctrl+p")
        assert asked(told)
