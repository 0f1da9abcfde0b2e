"""What the screen shows after a write, and why an action is impossible."""

import re
from datetime import timedelta
from pathlib import Path
from time import monotonic

import pytest
from entity_connections.domain.actions import DISCONNECT
from entity_connections.domain.clock import now
from entity_connections.domain.risk import Risk
from entity_connections.services.operations.operation import Operation
from entity_connections.services.operations.recovery import recover_operations, release_operation
from entity_connections.services.storage.journal import Journal
from textual.widgets import Static

from tests.acme import write_names
from tests.services.factories import intend
from tests.tui.open_screen import HOLD_WRITES, ScreenDriver, TenantSetup, open_screen
from tests.tui.snapshots import Snapshot


def advance_clocks(ui: ScreenDriver, **time: float) -> None:
    """Let time pass on every clock of the tenant."""
    tenant, passed = ui.state.session.tenant, timedelta(**time)
    tenant.clock = lambda: now() + passed
    tenant.steady = lambda: monotonic() + passed.total_seconds()


@pytest.mark.parametrize("scenario", ["acme", "denied-removed"])
async def test_denied(snap: Snapshot, scenario: str) -> None:
    """A denied request is Disconnected, or gone, as the tenant has it; the row stays till left."""
    async with open_screen(scenario, size=(80, 24)) as ui:
        await ui.press("2")
        await ui.press_on("Acme-Japan", "d", "y")
        snap(ui.app)
        kept = scenario == "acme"
        assert ui.cell("Acme-Japan", "status") == ("✕ Disconnected" if kept else "○ Not connected")
        await ui.press("up")
        assert ("Acme-Japan" in ui.row_names()) == kept


async def test_refused(snap: Snapshot) -> None:
    """Zuora tells no role, but refuses: its sentence and code, what to do, and the request id."""
    async with open_screen(
        size=(80, 24), user="carol", setup=TenantSetup(Risk.SANDBOX, "acme")
    ) as ui:
        await ui.press("2", "a", "y")
        snap(ui.app)
        assert ui.cell("Acme-Germany", "status") == "◐ Pending"
        await ui.press("down")
        assert ui.notice
        await ui.press("escape")
        assert not ui.notice


async def test_a_write_before_which_no_list_could_be_read_was_not_sent(ui: ScreenDriver) -> None:
    await ui.move_to("Acme-US")
    for fault, sentences in (
        (
            "gateway-page=502",
            r"A web page answered \(HTTP 502\), not .+ the time or the request id\.$",
        ),
        ("rate-limit", r"Too many calls\. .+ Press r to try again\.$"),
        ("offline", r"No connection to Zuora could be opened\. .+ Check the network"),
    ):
        ui.fake.faults.on(fault)
        await ui.press("r", "y")
        notice = " ".join(ui.notice.split())
        assert "So the list could not be read before the write. Nothing was sent." in notice
        assert re.search(sentences, notice)
        ui.fake.faults.off()
        await ui.press("ctrl+r", "escape")
        assert not ui.notice
    assert write_names(ui.state.session.request_log) == []


async def test_enter_says_who_can_go_on_where_nothing_can_be_done(ui: ScreenDriver) -> None:
    await ui.press("2")
    await ui.press_on("Acme-Brazil", "enter")
    assert ui.notice == "i Nothing can be done here: only Acme-Brazil can request again."


async def test_sending_shows_on_the_row(ui: ScreenDriver) -> None:
    ui.fake.faults.on(HOLD_WRITES)
    await ui.press_on("Acme-US", "r")
    await ui.pilot.press("y")
    await ui.wait_until(lambda: ui.status_and_action("Acme-US") == ("… sending", ""))
    ui.fake.faults.off("latency")
    await ui.settle()
    assert ui.cell("Acme-US", "status") == "◐ Pending"


async def test_an_unknown_outcome_stays_on_the_row_until_a_list_resolves_it(
    snap: Snapshot,
) -> None:
    """The row wears a question mark and a word; the message says what is known."""
    async with open_screen(size=(80, 24)) as ui:
        ui.fake.faults.on("lost")
        await ui.press("2")
        await ui.press_on("Acme-Japan", "a", "y")
        snap(ui.app)
        assert ui.cell("Acme-Japan", "action") == "◇ outcome unknown"
        await ui.press("ctrl+r")
        assert ui.cell("Acme-Japan", "action") == "◇ outcome unknown"
        advance_clocks(ui, seconds=200)
        await ui.press("ctrl+r")
        assert ui.cell("Acme-Japan", "action") == "Accept"
        assert "Accept did not happen" in ui.notice
        assert write_names(ui.state.session.request_log) == ["accept"]
        [entry] = ui.screen.workspace.journal.read_entries()
        assert entry.outcome == "not done"


async def test_an_unknown_outcome_is_resolved_by_the_next_list(ui: ScreenDriver) -> None:
    ui.fake.faults.on("drop")
    ui.fake.faults.on("gateway-page=503,calls=reads,after=1")
    await ui.press_on("Acme-US", "r", "y")
    assert ui.cell("Acme-US", "action") == "◇ outcome unknown"
    ui.fake.faults.off()
    await ui.press("ctrl+r")
    assert ui.cell("Acme-US", "status") == "◐ Pending"
    assert ui.notice.startswith("✓ Requested: Acme Corporation → Acme-US is Pending")
    assert [entry.outcome for entry in ui.screen.workspace.journal.read_entries()] == ["confirmed"]


async def test_while_an_outcome_is_unknown_only_the_same_action_is_sent_again(
    ui: ScreenDriver,
) -> None:
    ui.fake.faults.on("lost")
    await ui.press_on("Acme-US", "r", "y")
    await ui.press("2")
    await ui.press_on("Acme-Japan", "a", "y")
    await ui.press("d", "y")
    assert "and only the same may be sent again" in ui.notice
    ui.fake.faults.off()
    await ui.press("a", "y")
    assert ui.cell("Acme-Japan", "status") == "● Connected"
    await ui.press("1")
    await ui.press_on("Acme-US", "r", "y")
    assert ui.cell("Acme-US", "status") == "◐ Pending"
    writes = write_names(ui.state.session.request_log)
    assert writes == ["request", "accept", "accept", "request"]
    keys = {entry.key for entry in ui.screen.workspace.journal.read_entries() if entry.key}
    assert len(keys) == 1


async def test_every_write_delays_quitting_and_not_only_the_first(ui: ScreenDriver) -> None:
    await ui.press("2")
    for name, key in (("Acme-Japan", "ctrl+q"), ("Acme-Germany", "ctrl+c")):
        ui.fake.faults.on(HOLD_WRITES)
        await ui.press_on(name, "a")
        await ui.pilot.press("y")
        await ui.wait_until(lambda: ui.screen.writer.writing)
        await ui.pilot.press(key)
        await ui.wait_until(lambda: "A write is being sent" in ui.notice)
        ui.fake.faults.off("latency")
        await ui.settle()
    assert ui.app.return_code is None


async def test_an_impossible_key_shows_the_reason_and_a_remedy() -> None:
    impossible = {
        "1": [
            ("Acme-Americas", "r", "is Connected already"),
            ("Acme-Canada", "r", "waits for an answer already"),
            ("Acme-Canada", "a", "Only the target answers a request"),
            ("Acme-Canada", "x", "a request cannot be taken back"),
            ("Acme-UK", "r", "is not provisioned yet"),
            ("Acme-Australia", "r", "You have no access to Acme-Australia"),
            ("Acme-Australia", "g", "You have no access to Acme-Australia"),
            ("Acme-US", "d", "has no request that waits"),
            ("Acme-UK", "enter", "is not provisioned yet"),
        ],
        "2": [
            ("Acme-US", "r", "A connection is requested from its source"),
            ("Acme-Brazil", "x", "is not connected"),
            ("Acme-Brazil", "a", "Only Acme-Brazil can request again"),
        ],
    }
    async with open_screen() as ui:
        for tab, reasons in impossible.items():
            await ui.press(tab)
            for name, key, reason in reasons:
                await ui.press_on(name, key)
                assert reason in ui.notice, (name, key)
                assert ui.notice.replace(". ", ".\n").count("\n") >= 1, "a remedy follows"
                await ui.press("escape")


async def test_a_cursor_key_clears_the_reason(ui: ScreenDriver) -> None:
    await ui.press("a")
    assert ui.notice
    await ui.press("down")
    assert not ui.notice


async def test_what_another_program_has_released_is_not_unknown_any_more(tmp_path: Path) -> None:
    path = tmp_path / "state.sqlite3"
    async with open_screen(setup=TenantSetup(journal=Journal(path, "acme"))) as ui:
        ui.fake.faults.on("lost")
        await ui.press_on("Acme-US", "r", "y")
        assert ui.cell("Acme-US", "action") == "◇ outcome unknown"
        ui.fake.faults.off()
        other = Journal(path, "acme")
        (operation,) = await recover_operations(ui.state.session.tenant, other)
        await release_operation(other, operation)
        await ui.press("ctrl+r")
        assert ui.cell("Acme-US", "action") != "◇ outcome unknown"
        assert "was released by hand" in ui.notice


async def test_the_same_action_from_the_other_side_while_an_outcome_is_unknown(
    ui: ScreenDriver,
) -> None:
    ui.fake.faults.on("lost")
    await ui.move_to("Acme-Europe")
    await ui.type_into("x", "Acme-Europe")
    await ui.press("escape", "g")
    assert ui.cell("Acme Corporation", "action") == "◇ outcome unknown"
    ui.fake.faults.off()
    await ui.press("x")
    question = ui.app.screen.query_one("#consequence", Static)
    assert "earlier operation here is unknown." in str(question.content)
    await ui.type("Acme Corporation")
    await ui.press("enter")
    assert write_names(ui.state.session.request_log) == ["disconnect", "disconnect"]
    assert {entry.outcome for entry in ui.screen.workspace.journal.read_entries()} == {
        "confirmed",
        "overtaken since",
    }


async def test_an_unknown_outcome_in_another_entity_is_resolved(ui: ScreenDriver) -> None:
    ui.fake.faults.on("drop")
    ui.fake.faults.on("gateway-page=503,calls=reads,after=1")
    await ui.press_on("Acme-US", "r", "y")
    await ui.act_in("Acme-Europe")
    ui.fake.faults.off()
    await ui.press("ctrl+r")
    assert [entry.outcome for entry in ui.screen.workspace.journal.read_entries()] == ["confirmed"]
    assert "Acme Corporation → Acme-US is Pending" in ui.notice


async def test_a_refresh_resolves_what_another_program_left_open(tmp_path: Path) -> None:
    path = tmp_path / "state.sqlite3"
    async with open_screen(setup=TenantSetup(journal=Journal(path, "acme"))) as ui:
        row = next(row for row in ui.state.tab.rows() if row.counterpart.title == "Acme-Europe")
        nine_hours_ago = now() - timedelta(hours=9)
        long_ago = Journal(path, "acme", clock=lambda: nine_hours_ago, process_id="elsewhere:1")
        intend(long_ago, Operation.plan(DISCONNECT, row))
        await ui.press("ctrl+r")
        assert "Disconnect did not happen" in ui.notice
        assert long_ago.read_open() == []
