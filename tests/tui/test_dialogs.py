"""The entity switcher, the users, the palette, the help."""

import pytest
from entity_connections.domain.errors import Unreachable
from entity_connections.services.workspace import UserSession
from entity_connections.tui.app import ConnectionsApp
from entity_connections.tui.commands import COMMANDS
from entity_connections.tui.dialogs.action_confirmation import ActionConfirmation
from entity_connections.tui.dialogs.help_dialog import HelpDialog, help_text
from entity_connections.tui.dialogs.picker import Picker, pick
from entity_connections.tui.screens.connections import Connections
from entity_connections.tui.widgets.filter_input import FilterInput
from entity_connections.tui.widgets.grid.grid import Grid
from textual.binding import Binding
from textual.widgets import Static

from tests.tui.snapshots import Snapshot
from tests.tui.story import Story, story

pytestmark = pytest.mark.asyncio


def choices(told: Story) -> list[tuple[str, str]]:
    grid = told.app.screen.query_one(Grid)
    return [(one.cells[0].text.strip(), one.cells[1].text) for one in grid.items]


@pytest.mark.parametrize("size", [(80, 24), (120, 36)], ids=str)
async def test_switcher(snap: Snapshot, size: tuple[int, int]) -> None:
    """The hierarchy as a tree; what cannot be entered is grey with its reason."""
    async with story(size=size) as told:
        await told.press("e")
        snap(told.app)


async def test_switcher_filters_as_one_types_and_refuses_with_a_reason(snap: Snapshot) -> None:
    """An entity that is not provisioned is found, and cannot be chosen."""
    async with story(size=(80, 24)) as told:
        await told.press("e")
        await told.type("uk")
        assert choices(told) == [("Acme-UK", "not provisioned yet")]
        await told.press("enter")
        assert isinstance(told.app.screen, Picker)
        snap(told.app)


async def test_leaving_the_switcher_changes_nothing() -> None:
    async with story() as told:
        await told.press("e", "down", "down", "escape")
        assert told.lines("top").startswith("Acme Corporation ▾")


async def test_switching_keeps_the_tab_and_recent_entities_come_first() -> None:
    async with story() as told:
        await told.press("i")
        await told.act_in("Acme-Europe")
        assert "▸Share From (Inbound)" in told.lines("tabs")
        await told.press("e")
        assert choices(told)[0] == ("Acme Corporation", "recent")
        assert ("Acme-Europe", "acting entity · ◐ 1 waiting") in choices(told)


async def test_a_name_typed_in_full_is_chosen_before_one_that_holds_it() -> None:
    async with story() as told:
        chooser = pick("Work as", [("annabel", ""), ("anna", "")], "")
        chosen: list[str | None] = []
        told.app.push_screen(chooser, chosen.append)
        await told.settle()
        await told.type("Anna")
        await told.press("enter")
        assert chosen == ["anna"]


async def test_the_user_can_be_changed(snap: Snapshot) -> None:
    """Who one works as is in the top line, with the role in the acting entity."""
    async with story(size=(80, 24)) as told:
        await told.press("u")
        snap(told.app)
        await told.type("bruno")
        await told.press("enter")
        assert told.lines("top").startswith("Acme-Europe ▾")
        assert "bruno@acme.example · administrator" in told.lines("top")


async def test_a_user_that_cannot_be_entered_is_said_and_can_be_chosen_again() -> None:
    async with story() as told:
        enter, broken = told.screen.target.enter, True

        async def faulty(user: str) -> UserSession:
            if broken:
                raise Unreachable("No connection to Zuora came about.")
            return await enter(user)

        told.screen.work._target = told.screen.target._replace(enter=faulty)
        for expected in ("alice@acme.example", "bruno@acme.example"):
            await told.press("u")
            await told.type("bruno")
            await told.press("enter")
            assert expected in told.lines("top")
            assert ("No connection to Zuora" in told.notice) == broken
            broken = False


async def test_palette(snap: Snapshot) -> None:
    """Every command with its key; an impossible one is grey and says why."""
    async with story(size=(80, 24)) as told:
        await told.press("ctrl+p")
        snap(told.app)


async def test_the_palette_runs_commands_and_finds_entities() -> None:
    async with story() as told:
        await told.press("ctrl+p")
        await told.type("nordics")
        await told.press("enter")
        assert told.lines("top").startswith("Acme-Nordics")
        await told.press("ctrl+p")
        await told.type("inbound")
        await told.press("enter")
        assert "▸Share From (Inbound)" in told.lines("tabs")


async def test_the_palette_says_why_a_command_is_impossible() -> None:
    async with story() as told:
        await told.to("Acme-Americas")
        await told.press("ctrl+p")
        await told.type("request connection")
        await told.press("enter")
        refusal = told.app.screen.query_one("#refusal", Static)
        assert "Acme Corporation is already connected to Acme-Americas." in str(refusal.content)


async def test_help(snap: Snapshot) -> None:
    """The first steps, then every key."""
    async with story(size=(80, 24)) as told:
        await told.press("question_mark")
        snap(told.app)
        await told.press("escape")
        assert told.on_top


async def test_the_help_holds_every_command() -> None:
    text = help_text().plain
    for command in COMMANDS:
        assert command.label in text
        assert f"  {command.key_name} " in text


async def test_every_binding_has_an_id_and_a_tooltip() -> None:
    for owner in (ConnectionsApp, ConnectionsScreen, Grid, FilterInput, ActionConfirmation, Picker, HelpDialog):
        for binding in Binding.make_bindings(owner.BINDINGS):
            assert binding.id
            assert binding.tooltip


async def test_a_theme_can_be_chosen() -> None:
    async with story() as told:
        await told.press("t")
        await told.type("high")
        await told.press("enter")
        assert told.app.theme == "high-contrast"
