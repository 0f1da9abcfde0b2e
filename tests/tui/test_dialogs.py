"""The entity switcher, the users, the palette, the help."""

import asyncio

import pytest
from entity_connections.domain.errors import Unreachable
from entity_connections.domain.risk import Risk
from entity_connections.services.workspace import Walkthroughs
from entity_connections.tui.app import ConnectionsApp
from entity_connections.tui.commands import COMMANDS
from entity_connections.tui.dialogs.action_confirmation import ActionConfirmation
from entity_connections.tui.dialogs.help_dialog import HelpDialog
from entity_connections.tui.dialogs.picker import Choice, Picker
from entity_connections.tui.screens.connections import ConnectionsScreen
from entity_connections.tui.widgets.filter_input import FilterInput
from entity_connections.tui.widgets.grid.grid import Grid
from textual.binding import Binding

from tests.tui.open_screen import SIZES, ScreenDriver, TenantSetup, key_event, open_screen
from tests.tui.snapshots import Snapshot, visible_text

HINT = "escape close"


def choices(ui: ScreenDriver) -> list[tuple[str, str]]:
    grid = ui.app.screen.query_one(Grid)
    return [(item.cells["text"].text.strip(), item.cells["note"].text) for item in grid.items]


async def test_switcher(ui: ScreenDriver, snap: Snapshot) -> None:
    """The hierarchy as a tree; what cannot be entered is grey with its reason."""
    await ui.press("e")
    await ui.snap_sizes(snap, SIZES[1:3])


async def test_switcher_filters_as_one_types_and_refuses_with_a_reason(snap: Snapshot) -> None:
    """An entity that is not provisioned is found, and cannot be chosen."""
    async with open_screen(size=(80, 24)) as ui:
        await ui.press("e")
        await ui.type("uk")
        assert choices(ui) == [
            ("Acme Corporation", "◐ 2 waiting · acting entity"),
            ("Acme-Europe", ""),
            ("Acme-UK", "not provisioned"),
        ]
        await ui.press("enter")
        assert isinstance(ui.app.screen, Picker)
        snap(ui.app)


async def test_leaving_the_switcher_changes_nothing(ui: ScreenDriver) -> None:
    await ui.press("e", "down", "down", "escape")
    assert "Acme Corporation ▾" in ui.text("header")


async def test_switching_keeps_the_tab_and_recent_entities_come_first(ui: ScreenDriver) -> None:
    await ui.press("2")
    await ui.act_in("Acme-Europe")
    assert "┤ 2 Share From (Inbound)" in ui.text("tabs")
    await ui.press("e")
    assert choices(ui)[0] == ("Acme Corporation", "◐ 2 waiting · recent")
    assert ("Acme-Europe", "◐ 1 waiting · acting entity") in choices(ui)


async def test_a_name_that_holds_the_words_is_chosen_before_a_note_that_does(
    ui: ScreenDriver,
) -> None:
    await ui.press("ctrl+p")
    await ui.type("act")
    assert choices(ui)[0][0] == "Mark"
    await ui.press("enter")
    assert "Acme-Americas ▾" in ui.text("header")


async def test_a_name_typed_in_full_is_chosen_before_one_that_holds_it(ui: ScreenDriver) -> None:
    picker = Picker("Work as", [Choice("annabel", "annabel"), Choice("anna", "anna")])
    chosen: list[str | None] = []
    ui.app.push_screen(picker, chosen.append)
    await ui.settle()
    await ui.type("Anna")
    await ui.press("enter")
    assert chosen == ["anna"]


PLACES = [("e", (80, 24)), ("e", (160, 48)), ("ctrl+p", (80, 24))]
"""Keys that open the switcher, the tree and the palette, and the sizes where they do."""


@pytest.mark.parametrize(("key", "size"), PLACES)
async def test_switcher_tree_and_palette_show_the_technical_name_that_was_found(
    key: str, size: tuple[int, int]
) -> None:
    async with open_screen(size=size) as ui:
        await ui.press(key)
        await ui.type("iberia")
        assert "Acme Ibérica  Acme-Iber" in visible_text(ui.app)


@pytest.mark.parametrize(("key", "size"), PLACES)
async def test_switcher_tree_and_palette_find_a_name_without_its_accents(
    key: str, size: tuple[int, int]
) -> None:
    async with open_screen(size=size) as ui:
        await ui.type_into(key, "iberica")
        assert "Acme Ibérica ▾" in ui.text("header")


async def test_the_user_can_be_changed(snap: Snapshot) -> None:
    """Who one works as is in the top line, with the role in the acting entity."""
    async with open_screen(size=(80, 24)) as ui:
        await ui.press("u")
        snap(ui.app)
        await ui.type("bruno")
        await ui.press("enter")
        assert "Acme-Europe ▾" in ui.text("header")
        assert "bruno@acme.example · administrator" in ui.text("header")


async def test_a_user_that_cannot_be_entered_can_be_chosen_again() -> None:
    error: list[Unreachable] = []

    async def fail(_username: str) -> None:
        if error:
            raise error.pop()

    async with open_screen(before_enter=fail) as ui:
        error.append(Unreachable("No connection to Zuora could be opened."))
        for login, fails in (("alice@acme.example", True), ("bruno@acme.example", False)):
            await ui.type_into("u", "bruno")
            assert login in ui.text("header")
            assert ("No connection to Zuora" in ui.notice) == fails


async def test_palette(snap: Snapshot) -> None:
    """Every command with its key; an impossible one is grey and says why."""
    async with open_screen(size=(80, 24)) as ui:
        await ui.press("ctrl+p")
        snap(ui.app)


async def test_the_palette_runs_commands_and_finds_entities(ui: ScreenDriver) -> None:
    await ui.type_into("ctrl+p", "nordics")
    assert "Acme-Nordics ▾" in ui.text("header")
    await ui.type_into("ctrl+p", "inbound")
    assert "┤ 2 Share From (Inbound)" in ui.text("tabs")


async def test_the_palette_shows_why_a_command_is_impossible(ui: ScreenDriver) -> None:
    await ui.move_to("Acme-Americas")
    await ui.type_into("ctrl+p", "request connection")
    assert "Acme Corporation → Acme-Americas is Connected already." in visible_text(ui.app)


async def test_the_palette_finds_a_command_by_what_people_call_it() -> None:
    async with open_screen(size=(80, 24)) as ui:
        for word, labels in {
            "exit": {"Quit"},
            "tab": {"Next tab"},
            "waiting": {"Share From (Inbound)", "What waits"},
            "bulk": {"What waits", "Connect"},
            "many": {"Mark"},
            "log": {"Calls"},
        }.items():
            await ui.press("ctrl+p")
            await ui.type(word)
            assert labels <= {text for text, _ in choices(ui)}, word
            await ui.press("escape")


async def test_the_palette_begins_with_what_is_possible_and_ends_with_harm(
    ui: ScreenDriver,
) -> None:
    await ui.press_on("Acme-Americas", "ctrl+p")
    labels = [text for text, _ in choices(ui)]
    assert labels[0] == "Mark"
    assert labels.index("Quit") < labels.index("Disconnect") < labels.index("Accept")
    assert "Commands" not in labels


@pytest.mark.parametrize("typed", ["accept", "deny"])
async def test_enter_runs_nothing_in_place_of_an_impossible_command_that_was_named(
    ui: ScreenDriver, typed: str
) -> None:
    await ui.move_to("Acme-Japan")
    await ui.type_into("ctrl+p", typed)
    assert isinstance(ui.app.screen, Picker)
    assert "no request" in visible_text(ui.app)


async def test_the_palette_follows_the_screen_behind_it() -> None:
    entered = asyncio.Event()

    async def wait(_username: str) -> None:
        await entered.wait()

    async with open_screen(before_enter=wait, ready=lambda ui: ui.screen.is_started) as ui:
        ui.app.post_message(key_event("ctrl+p"))
        await ui.wait_until(lambda: not ui.shows_main_screen)
        for key in "next tab":
            ui.app.post_message(key_event(key))
        await ui.wait_until(lambda: len(choices(ui)) == 1)
        assert choices(ui) == [("Next tab", "Nothing has been read yet.")]
        entered.set()
        await ui.settle()
        assert choices(ui) == [("Next tab", "From Share To to Share From, and back")]
        await ui.press("enter")
        assert "┤ 2 Share From (Inbound)" in ui.text("tabs")


async def test_help(snap: Snapshot) -> None:
    """The first steps, then every key."""
    async with open_screen(size=(80, 24)) as ui:
        await ui.press("question_mark")
        snap(ui.app)
        await ui.press("escape")
        assert ui.shows_main_screen


@pytest.mark.parametrize("key", ["question_mark", "e", "ctrl+p", "J", "ctrl+l", "t", "F", "w"])
async def test_a_click_on_escape_close_closes_every_dialog(key: str) -> None:
    async with open_screen(size=(80, 24)) as ui:
        await ui.press(key)
        lines = visible_text(ui.app).split("\n")
        x, y = next((line.find(HINT), y) for y, line in enumerate(lines) if HINT in line)
        assert not ui.shows_main_screen
        await ui.pilot.click(offset=(x + 2, y))
        await ui.settle()
        assert ui.shows_main_screen


async def test_f1_is_help_and_f5_reads_again(ui: ScreenDriver) -> None:
    await ui.press("f1")
    assert isinstance(ui.app.screen, HelpDialog)
    await ui.press("f1")
    before = ui.count_lists()
    await ui.press("f5")
    assert ui.shows_main_screen
    assert ui.count_lists() == before + 1


async def test_help_and_palette_lead_to_the_walkthroughs(ui: ScreenDriver) -> None:
    await ui.press("question_mark", "W")
    assert "No walkthrough can be played from here." in ui.notice
    await ui.press("escape", "ctrl+p")
    await ui.type("tour")
    assert choices(ui)[0][0] == "Walkthroughs"
    await ui.press("escape")
    listed = [("deny", "Deny a request", (60, 24)), ("long", "A long tour", (60, 50))]
    walkthroughs = Walkthroughs(lambda _width: listed, lambda _name, _theme: 0)
    ui.screen.workspace = ui.screen.workspace._replace(walkthroughs=walkthroughs)
    ui.screen.view.workspace = ui.screen.workspace
    await ui.press("question_mark", "W")
    assert choices(ui) == [("Deny a request", "deny"), ("A long tour", "takes 60x50")]
    await ui.press("enter")
    assert ui.notice.endswith("A walkthrough plays only in a terminal.")


async def test_the_help_holds_every_command_that_applies_to_the_tenant() -> None:
    async with open_screen(setup=TenantSetup(Risk.SANDBOX), size=(100, 100)) as ui:
        await ui.press("question_mark")
        text = visible_text(ui.app)
    absent = {"Unlock writes", "Change user", "Faults", "Walkthroughs"}
    for command in COMMANDS:
        assert (f"  {command.key_name} " in text) == (command.label not in absent), command.label
        assert (command.label in text) == (command.label not in absent)


async def test_every_binding_has_an_id_and_a_tooltip() -> None:
    for owner in (
        ConnectionsApp,
        ConnectionsScreen,
        Grid,
        FilterInput,
        ActionConfirmation,
        Picker,
        HelpDialog,
    ):
        for binding in Binding.make_bindings(owner.BINDINGS):
            assert binding.id
            assert binding.tooltip


async def test_a_theme_can_be_chosen(ui: ScreenDriver) -> None:
    await ui.type_into("t", "high")
    assert ui.app.theme == "high-contrast"
