"""What waits in all entities: two lists, their counts, and the answers that are given there."""

import re
from collections.abc import Callable

from entity_connections.domain.connections import Direction
from entity_connections.domain.risk import Risk
from entity_connections.services.write_lock import WriteLock
from entity_connections.tui.dialogs.action_confirmation import ActionConfirmation
from entity_connections.tui.dialogs.waiting_dialog import WaitingDialog
from entity_connections.tui.rendering.text import MUTED
from entity_connections.tui.widgets.grid.layout import Cell

from tests.acme import CANADA, CORPORATION, EUROPE, JAPAN, client, write_names
from tests.tui.open_screen import (
    FAST,
    HOLD_READS,
    HOLD_WRITES,
    REFRESHING,
    ScreenDriver,
    TenantSetup,
    open_screen,
)
from tests.tui.snapshots import Snapshot, visible_text

ALL = {
    "Acme-Germany → Acme Corporation",
    "Acme-Japan → Acme Corporation",
    "Acme-Japan → Acme-Americas",
    "Acme Corporation → Acme-Canada",
    "Acme-Nordics → Acme-Europe",
}


def get_dialog(ui: ScreenDriver) -> WaitingDialog:
    assert isinstance(ui.app.screen, WaitingDialog)
    return ui.app.screen


def list_pairs(ui: ScreenDriver) -> list[str]:
    return [item.cells["pair"].text for item in get_dialog(ui).grid.items]


def list_marked(ui: ScreenDriver) -> list[str]:
    return [item.cells["pair"].text for item in get_dialog(ui).grid.items if item.sign]


def list_ages(ui: ScreenDriver) -> list[tuple[str, str]]:
    cells = (item.cells for item in get_dialog(ui).grid.items)
    return [(cell["pair"].text, cell["since"].text) for cell in cells if cell["since"].text]


def titles(ui: ScreenDriver) -> str:
    return " ".join(get_dialog(ui).titles.content.plain.split())


def shows_accept_as_impossible(ui: ScreenDriver) -> bool:
    keys = get_dialog(ui).keys.content
    assert keys.plain.startswith("a accept")
    return any(span.style == MUTED for span in keys.spans if span.start == 0)


def message(ui: ScreenDriver) -> str:
    return get_dialog(ui).message.content.plain


def count_in_header(ui: ScreenDriver) -> str:
    found = re.search(r"◐ (\S+) (?:waiting )?for you", ui.text("header"))
    return found[1] if found else ""


async def test_two_lists_show_what_waits_in_all_entities(ui: ScreenDriver, snap: Snapshot) -> None:
    await ui.press("w")
    await ui.snap_sizes(snap)
    assert set(list_pairs(ui)) == ALL
    assert titles(ui) == "1 For you 5 2 For others 0"
    assert count_in_header(ui) == "5"
    await ui.press("tab")
    assert list_pairs(ui) == []


async def test_a_click_on_the_count_opens_them(ui: ScreenDriver) -> None:
    await ui.click_word("header", "for you")
    assert set(list_pairs(ui)) == ALL


async def test_what_waits_for_others_says_why(snap: Snapshot) -> None:
    async with open_screen(user="carol", size=(80, 24)) as ui:
        await ui.press("w")
        assert titles(ui) == "1 For you 0 2 For others 5"
        snap(ui.app)
        whys = {item.cells["why"].text for item in get_dialog(ui).grid.items}
        assert whys == {"standard user", "no access"}
        await ui.press("a")
        assert message(ui) == "You cannot accept it."
        assert visible_text(ui.app).count("An administrator of Acme Corporation must answer") == 1
        assert count_in_header(ui) == "0"
        await ui.press("tab")
        assert shows_accept_as_impossible(ui), "nothing waits for her"
        assert list_pairs(ui) == []


async def test_it_says_since_when_a_request_waits_where_the_journal_knows() -> None:
    pair = "Acme Corporation → Acme-US"

    async with open_screen(size=(80, 24)) as ui:
        await ui.press("w")
        assert "Requested" not in visible_text(ui.app)
        await ui.press("escape")
        await ui.press_on("Acme-US", "r", "y", "w")
        assert list_ages(ui) == [(pair, "just now")]
        assert "Requested" in visible_text(ui.app)
        await ui.press("slash")
        await ui.type("acme-us")
        assert "Requested just now by alice" in get_dialog(ui).details.content.plain


async def test_a_request_that_somebody_else_has_made_again_has_no_age() -> None:
    async with open_screen(size=(80, 24)) as ui:
        await ui.press_on("Acme-US", "r", "y")
        row = ui.state.tab.find(ui.state.tab.cursor)
        assert row is not None
        await client(ui.fake).deny(row.target.id, row.connection_id)
        await client(ui.fake).request_connection(CORPORATION, row.target.id, "another-key")
        await ui.press("w")
        await ui.wait_until(lambda: row.pair in list_pairs(ui))
        assert list_ages(ui) == []


async def test_enter_goes_to_the_pair_without_its_filter(ui: ScreenDriver) -> None:
    await ui.press("w")
    await ui.type_into("slash", "canada")
    assert list_pairs(ui) == ["Acme Corporation → Acme-Canada"]
    await ui.press("enter")
    assert ui.shows_main_screen
    assert (ui.state.acting_id, ui.state.direction) == (CANADA, Direction.INBOUND)
    assert ui.cursor == "Acme Corporation"
    await ui.type_into("slash", "corp")
    await ui.press("w", "slash")
    await ui.type("canada")
    await ui.press("enter", "enter")
    assert ui.state.tab.filter_text == ""


async def test_lists_are_corrected_as_they_arrive_and_escape_closes_at_once(
    ui: ScreenDriver,
) -> None:
    ui.fake.faults.on(HOLD_READS)
    await press_while_reading(ui, "w", lambda: isinstance(ui.app.screen, WaitingDialog))
    assert set(list_pairs(ui)) < ALL
    assert message(ui).startswith("Reading the lists of all entities: 0 of 10.")
    await press_while_reading(ui, "escape", lambda: ui.shows_main_screen)
    assert count_in_header(ui) == "3+"
    ui.fake.faults.off("latency")
    await ui.wait_until(lambda: count_in_header(ui) == "5")


def get_escape_hint(ui: ScreenDriver) -> str:
    """What the keys say of escape, or ""."""
    hint = re.search(r"escape.*", get_dialog(ui).keys.content.plain)
    return hint[0] if hint else ""


async def press_while_reading(ui: ScreenDriver, key: str, condition: Callable[[], bool]) -> None:
    """Press a key while lists are being read, so that the screen does not settle."""
    await ui.pilot.press(key)
    await ui.wait_until(condition)


async def test_lists_that_cannot_be_read_are_told(ui: ScreenDriver) -> None:
    ui.fake.faults.on("refusal=30,calls=connections,after=3")
    await ui.press("w")
    assert "Not known: 7 lists. Zuora refused: " in message(ui)
    assert "More may wait there." in message(ui)
    assert count_in_header(ui) == "4+"
    assert titles(ui) == "1 For you 4+ 2 For others 0+"
    ui.fake.faults.off("refusal")
    await ui.press("ctrl+r")
    assert message(ui) == ""
    assert count_in_header(ui) == "5"


async def test_statuses_that_nobody_knows_may_wait() -> None:
    async with open_screen("hostile") as ui:
        await ui.press("w")
        assert "more may wait: their status" in message(ui)
        assert count_in_header(ui).endswith("+")


async def test_marked_requests_are_answered_by_one_question(ui: ScreenDriver) -> None:
    await ui.press("w", "space", "space", "a")
    assert {"Acme-Germany", "Acme-Japan"} <= set(re.findall(r"Acme-\w+", visible_text(ui.app)))
    await ui.press("y")
    assert write_names(ui.state.session.request_log) == ["accept", "accept"]
    assert titles(ui).startswith("1 For you 3")
    assert count_in_header(ui) == "3"


async def test_only_visible_marks_act_and_escape_clears_the_filter_before_them(
    ui: ScreenDriver,
) -> None:
    await ui.press("w", "asterisk")
    assert set(list_marked(ui)) == ALL
    await ui.type_into("slash", "nordics")
    assert "accept 1 (4 hidden)" in get_dialog(ui).keys.content.plain
    await ui.press("d", "y")
    assert write_names(ui.state.session.request_log) == ["deny"]
    assert get_escape_hint(ui) == "escape clear filter"
    await ui.press("escape")
    assert len(list_marked(ui)) == len(list_pairs(ui)) == 4
    await ui.press("tab")
    assert get_escape_hint(ui) == "escape close"
    assert "tab for you (4 marked)" in get_dialog(ui).keys.content.plain
    await ui.press("a")
    assert message(ui) == "There is no row here."
    await ui.press("tab")
    assert get_escape_hint(ui) == "escape clear marks"
    await ui.press("escape")
    assert list_marked(ui) == []
    assert message(ui) == "4 marks cleared."
    await ui.press("asterisk", "asterisk")
    assert list_marked(ui) == []
    await ui.press("space", "q")
    assert ui.shows_main_screen
    assert ui.notice == "i 1 mark cleared."


async def test_answers_that_are_being_sent_show_how_far_they_are(ui: ScreenDriver) -> None:
    await ui.press("w", "asterisk", "a")
    ui.fake.faults.on(HOLD_WRITES)
    await press_while_reading(ui, "y", lambda: "5 of 5 writes sent" in message(ui))
    assert {item.cells["accept"].text for item in get_dialog(ui).grid.items} == {"… sending"}
    assert not get_escape_hint(ui), "the progress says it"
    await press_while_reading(ui, "a", lambda: "escape stops them" in message(ui))
    assert "5 of 5 writes sent" in message(ui)
    ui.fake.faults.off("latency")
    await ui.wait_until(lambda: not list_pairs(ui))


async def test_escape_stops_the_run_and_then_gives_up_waiting_for_answers() -> None:
    async with open_screen(timing=FAST._replace(slow_after=0.05)) as ui:
        await ui.press("w", "asterisk", "a")
        ui.fake.faults.on(HOLD_WRITES)
        await ui.pilot.press("y")
        await ui.wait_until(lambda: "5 of 5 writes sent" in message(ui))
        await ui.wait_until(lambda: "escape gives up" in ui.banner)
        await ui.pilot.press("escape")
        await ui.wait_until(lambda: "stops after the 5 under way" in message(ui))
        await ui.pilot.press("escape")
        await ui.settle()
        assert not ui.shows_main_screen
        entries = ui.screen.workspace.journal.read_entries()
        assert [entry.outcome for entry in entries] == ["unknown"] * 5


async def test_without_writes_the_answers_look_like_that_and_deny_like_harm_with_them() -> None:
    setup = TenantSetup(Risk.PRODUCTION, "acme", WriteLock(locked=True))
    async with open_screen(setup=setup) as ui:
        await ui.press("w")
        cells = get_dialog(ui).grid.items[0].cells
        assert cells["accept"] == Cell("locked", "mute")
        assert cells["deny"].text == ""
        assert shows_accept_as_impossible(ui)
    async with open_screen() as ui:
        await ui.press("w")
        cells = get_dialog(ui).grid.items[0].cells
        assert (cells["accept"].tone, cells["deny"].tone) == ("link", "harm")


async def test_a_click_on_deny_denies_one(ui: ScreenDriver) -> None:
    await ui.press("w")
    name = "Acme-Nordics → Acme-Europe"
    await ui.click_grid(get_dialog(ui).grid, name, "deny", "pair")
    await ui.press("y")
    assert write_names(ui.state.session.request_log) == ["deny"]
    assert name not in list_pairs(ui)


async def test_what_another_administrator_has_just_answered_is_left_alone(ui: ScreenDriver) -> None:
    await ui.press("w")
    (request,) = [row for row in ui.state.waiting.for_me if row.acting.id == EUROPE]
    await client(ui.fake, "bruno").accept(EUROPE, request.connection_id)
    await ui.press("end", "a", "y")
    assert "Nothing was sent." in message(ui)
    assert request.pair not in list_pairs(ui)
    assert write_names(ui.state.session.request_log) == []


async def test_nothing_is_answered_on_a_row_that_came_under_the_cursor_by_itself(
    ui: ScreenDriver,
) -> None:
    await ui.press("w")
    request = ui.state.waiting.for_me[0]
    await client(ui.fake).accept(CORPORATION, request.connection_id)
    await ui.press("ctrl+r")
    assert request.pair not in list_pairs(ui)
    await ui.press("a")
    assert "The row that was here is gone" in message(ui)
    await ui.press("down", "a")
    assert isinstance(ui.app.screen, ActionConfirmation)


async def test_shift_marks_a_range() -> None:
    async with open_screen("global-500") as ui:
        await ui.press("w", "shift+down", "shift+down")
        assert list_marked(ui) == list_pairs(ui)[:3]
        await ui.press("space", "shift+up")
        assert list_marked(ui) == list_pairs(ui)[:4]


async def test_512_entities() -> None:
    async with open_screen("global-500") as ui:
        await ui.press("w")
        assert len(list_pairs(ui)) == 102
        await ui.press("asterisk")
        assert len(list_marked(ui)) == 102
        assert count_in_header(ui) == "102"


async def test_the_count_is_read_and_kept_up_to_date_unasked() -> None:
    timing = REFRESHING._replace(all_lists_delay=0.001)
    async with open_screen(timing=timing, ready=lambda ui: count_in_header(ui) == "5") as ui:
        await client(ui.fake).request_connection(JAPAN, EUROPE, "the-key")
        await ui.wait_until(lambda: count_in_header(ui) == "6")
