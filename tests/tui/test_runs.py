"""Many writes at once: the question before, the progress, the end, and what a crash leaves."""

import sqlite3
import threading
from collections import Counter
from contextlib import closing
from datetime import datetime
from pathlib import Path

import pytest
from entity_connections.domain.actions import ACCEPT, REQUEST
from entity_connections.domain.clock import now
from entity_connections.domain.connections import CONNECTED, PENDING, Direction
from entity_connections.domain.risk import Risk
from entity_connections.fake.tenant import Tenant
from entity_connections.services.operations.operation import Operation, State
from entity_connections.services.operations.plan import Plan
from entity_connections.services.operations.runs import Run
from entity_connections.services.request_log import RateLimit
from entity_connections.services.storage.journal import Journal
from entity_connections.services.storage.journal_entry import Entry
from entity_connections.tui.dialogs.confirmation import Confirmation
from entity_connections.tui.dialogs.interrupted_run import InterruptedRunQuestion
from entity_connections.tui.dialogs.plan_preview import PlanPreview
from entity_connections.tui.rendering.run_progress import render_progress
from entity_connections.zuora.http.retry import RetryPolicy
from textual.widgets import Static

from tests.acme import CORPORATION, JAPAN, US, client, find_writes, open_acme, write_names
from tests.domain.small_tenant import NORTH, PLANNED, SOUTH, VILLAGE, row
from tests.services.operations.test_interrupted_runs import ENDED
from tests.tui.open_screen import HOLD_WRITES, SIZES, ScreenDriver, TenantSetup, open_screen
from tests.tui.snapshots import Snapshot, visible_text

MOMENT = datetime(2026, 1, 2, 9, 14).astimezone()
NOT_CONNECTED = ("/", *"not connected", "enter")
"""Shows Acme-US, Acme-Brazil, Acme-Mexico and Acme-Japan among others that allow no request."""


def preview(ui: ScreenDriver) -> PlanPreview:
    """The question in front."""
    assert isinstance(ui.app.screen, PlanPreview)
    return ui.app.screen


def shown(ui: ScreenDriver, id_: str) -> str:
    """A text of the question in front."""
    return str(ui.app.screen.query_one(f"#{id_}", Static).content)


def actions(ui: ScreenDriver) -> dict[str, str]:
    """The Action column by entity."""
    return {item.cells["counterpart"].text: item.cells["action"].text for item in ui.rows.items}


async def start_run(ui: ScreenDriver, fault: str, *keys: str) -> None:
    """Mark all rows, ask and say yes, with a fault; return while it runs."""
    ui.fake.faults.on(fault)
    await ui.press("*", *keys)
    await ui.pilot.press("y")
    await ui.wait_until(lambda: ui.state.runs.is_running)


async def test_thirty_entities_are_connected_with_twenty_keys() -> None:
    async with open_screen("global-500") as ui:
        keys = ["/", *"bright", "enter", "*", "R", *"31", "enter"]
        assert len(keys) <= 20
        await ui.press(*keys)
        assert ui.notice == "✓ Connect: 31 of 31 done, 29 left out."
        log, journal = ui.state.session.request_log, ui.screen.workspace.journal
        writes = Counter(write_names(log))
        assert writes == {"request": 19, "accept": 31}
        lists = [call for call in log.calls if call.path.startswith("/v1/entity-connections?")]
        assert len([call for call in lists if "&page=" not in call.path]) == 1 + 3
        entries = journal.read_entries()
        assert Counter(entry.action for entry in entries) == {REQUEST: 19, ACCEPT: 31}
        assert {entry.outcome for entry in entries} == {"confirmed"}
        assert len({entry.acting.id for entry in entries if entry.action is ACCEPT}) == 31
        states = Counter(row.status for row in ui.state.tab.visible_rows())
        assert states[CONNECTED] >= 31
        assert not ui.state.tab.marks


async def test_what_is_requested_for_many_is_accepted_from_the_list_of_what_waits() -> None:
    async with open_screen("global-500") as ui:
        keys = ["/", *"bright", "enter", "*", "r", *"19", "enter", "w", "*", "a"]
        await ui.press(*keys)
        number = str(len(preview(ui).plan.operations))
        keys += [*number, "enter"]
        assert len(keys) <= 20
        await ui.press(*number, "enter")
        assert ui.notice == f"✓ Accept: {number} of {number} done."
        writes = Counter(write_names(ui.state.session.request_log))
        assert writes["accept"] == int(number)
        await ui.press("escape")
        waiting = {row.key for row in ui.state.tab.visible_rows() if row.status == PENDING}
        assert not waiting & set(ui.state.session.tenant.hierarchy.accessible_ids or ())


class SlowJournal(Journal):
    """A journal whose open entries are read when `go_on` is set."""

    go_on = threading.Event()

    def read_open(self) -> list[Entry]:
        self.go_on.wait(20)
        return super().read_open()


async def test_keys_typed_ahead_are_for_the_question() -> None:
    journal = SlowJournal(None, "acme")
    journal.go_on.set()
    async with open_screen(setup=TenantSetup(journal=journal)) as ui:
        journal.go_on.clear()
        await ui.pilot.press("*", "R", "down", "down")
        await ui.idle()
        assert ui.shows_main_screen
        journal.go_on.set()
        await ui.settle()
        assert preview(ui).grid.cursor_key == "2"
        await ui.press("escape")
        journal.go_on.clear()
        await ui.pilot.press("R", "escape")
        await ui.wait_until(lambda: not ui.screen.writer.planning)
        journal.go_on.set()
        await ui.settle()
        assert ui.shows_main_screen, "escape has ended the planning"


async def test_preview(snap: Snapshot) -> None:
    """Every pair, where each half happens, what is left out and why, and the price."""
    setup = TenantSetup(Risk.PRODUCTION, "acme")
    async with open_screen(size=(80, 24), setup=setup) as ui:
        ui.state.session.request_log.rate_limit = RateLimit(50_000, 49_900, None, now())
        await ui.press("*", "R")
        await ui.snap_sizes(snap, ((160, 48), (60, 20), (80, 24)))
        assert "PRODUCTION acme" in str(ui.app.screen.query_one("#dialog").border_title)
        assert shown(ui, "title") == "Connect 6 pairs?"
        assert shown(ui, "pair") == (
            "Acme Corporation → Acme-US: Request in Acme Corporation, then Accept in Acme-US"
        )
        plan = preview(ui).plan
        price = f"4 left out, listed last · {plan.calls} calls to Zuora\n"
        assert price in shown(ui, "consequence")
        assert "49,900 of 50,000 calls left" in shown(ui, "consequence")
        what = preview(ui).grid.items[-1].cells["what"].text
        assert what == "left out: connected already"
        await ui.press("end")
        assert "left out. It is Connected already." in shown(ui, "pair")


@pytest.mark.parametrize(
    ("scenario", "keys", "what"),
    [
        ("acme", ["*", "r"], ""),
        ("global-500", ["/", *"bright", "enter", "*", "r"], "Type 19 to confirm:"),
        ("acme", ["f", "f", "*", "x"], "Type 4 to confirm:"),
    ],
)
async def test_yes_is_a_key_or_the_number_where_many_or_harm(
    scenario: str, keys: list[str], what: str
) -> None:
    async with open_screen(scenario) as ui:
        await ui.press(*keys)
        found = ui.app.screen.query("#what")
        assert [str(static.content) for static in found.results(Static)] == ([what] if what else [])
        await ui.press("y")
        assert ui.shows_main_screen == (not what)
        if what:
            await ui.press("1", "end", "enter")
            assert preview(ui).grid.cursor_key == preview(ui).grid.items[-1].key
            assert not find_writes(ui.state.session.request_log)


async def test_a_preview_is_as_high_as_its_text_and_pairs(ui: ScreenDriver) -> None:
    ui.state.session.request_log.rate_limit = RateLimit(50_000, 49_900, None, now())
    for keys in (["R"], ["*", "R"]):
        await ui.press_on("Acme-US", *keys)
        for size in SIZES[:3]:
            await ui.resize(size)
            dialog, grid = preview(ui).query_one("#dialog"), preview(ui).grid
            assert dialog.max_scroll_y == grid.max_scroll_y == 0
            assert grid.size.height == len(grid.items) + 1
        await ui.press("escape")


async def test_connect_on_one_row_asks_and_does_what_is_left_of_both_halves(
    ui: ScreenDriver,
) -> None:
    """Where the second half fails, the first is told."""
    await ui.press_on("Acme-Japan", "R")
    assert shown(ui, "title") == "Connect these two?"
    await ui.press("y")
    assert ui.cell("Acme-Japan", "status") == "● Connected"
    assert write_names(ui.state.session.request_log) == ["request", "accept"]

    await ui.press_on("Acme-Canada", "R")
    assert shown(ui, "title") == "Accept this request?"
    await ui.press("y")
    assert ui.status_and_action("Acme-Canada") == ("● Connected", "Disconnect")
    assert "must accept" not in ui.text("detail"), "the list that proves it is the target's"

    ui.fake.faults.on("refusal,calls=writes,after=1")
    await ui.press_on("Acme-US", "R", "y")
    assert ui.status_and_action("Acme-US") == ("◐ Pending", "! refused")
    assert ui.notice.startswith("! The request was made, and is Pending; not accepted. Zuora")
    assert "(Accept, Acme Corporation → Acme-US): " in ui.notice
    outcomes = [entry.outcome for entry in ui.screen.workspace.journal.read_entries()]
    assert outcomes[-2:] == ["confirmed", "refused"]


async def test_a_row_shows_the_list_that_was_read_between_request_and_accept(
    ui: ScreenDriver,
) -> None:
    ui.fake.faults.on(f"{HOLD_WRITES},after=1")
    await ui.press_on("Acme-Japan", "R")
    await ui.pilot.press("y")
    await ui.wait_until(lambda: "2 of 2 writes sent" in ui.text("progress"))
    assert "◐ Pending" in ui.text("detail")
    assert ui.cell("Acme-Japan", "status") == "… sending"


async def test_what_is_requested_but_not_accepted_is_counted_in_pairs(ui: ScreenDriver) -> None:
    ui.fake.faults.on("refusal,calls=writes,after=7")
    await ui.press("*", "R", "y")
    assert "Connect: 2 of 6 done, 4 requested but not accepted, 4 left out." in ui.notice
    assert ui.notice.endswith(" 3 more: J shows them.")


async def test_what_others_have_done_before_is_counted_apart_and_loses_its_mark(
    ui: ScreenDriver,
) -> None:
    await ui.press_on("Acme-Japan", "space")
    await ui.press_on("Acme-US", "space", "r")
    await client(ui.fake).request_connection(CORPORATION, JAPAN, JAPAN)
    await ui.press("y")
    assert "Request Connection: 1 of 2 done, 1 already so." in ui.notice
    assert not ui.state.tab.marks


async def test_what_zuora_refuses_because_another_program_was_faster_is_already_so(
    ui: ScreenDriver,
) -> None:
    ui.fake.faults.on(f"{HOLD_WRITES},times=2")
    await ui.press_on("Acme-Japan", "space")
    await ui.press_on("Acme-US", "space", "r")
    await ui.pilot.press("y")
    await ui.wait_until(lambda: "2 of 2 writes sent" in ui.text("progress"))
    for target in (JAPAN, US):
        await client(ui.fake).request_connection(CORPORATION, target, target)
    ui.fake.faults.off("latency")
    await ui.settle()
    assert "✓ Request Connection: 2 of 2 already so." in ui.notice


async def test_a_row_says_that_the_user_has_given_up() -> None:
    async with open_screen(setup=TenantSetup(retry_policy=RetryPolicy())) as ui:
        await start_run(ui, "rate-limit=60,calls=writes", "r")
        await ui.wait_until(lambda: "Rate limited" in ui.banner)
        await ui.press("escape")
        assert "0 of 5 done, 5 given up" in ui.notice
        assert actions(ui)["Acme-Japan"] == "! given up"
        await ui.press("escape")
        assert "Next: Not done: you gave up waiting. Try again." in ui.text("detail")


async def test_progress(snap: Snapshot) -> None:
    """A bar in the line of the messages, and on each row what is under way or follows."""
    async with open_screen("global-500", size=(80, 24)) as ui:
        ui.fake.faults.on(f"{HOLD_WRITES},after=4")
        await ui.press("/", *"bright", "enter", "*", "r", *"19")
        await ui.pilot.press("enter")
        await ui.wait_until(lambda: "12 of 19 writes sent" in ui.text("progress"))
        words = Counter(actions(ui).values())
        assert words["planned"] == 7
        assert [item.cells["status"].text for item in ui.rows.items].count("… sending") == 12
        await ui.snap_sizes(snap, ((160, 48), (60, 20), (80, 24)))
        await ui.pilot.press("down")
        await ui.wait_until(lambda: "A run on 19 pairs is under way." in ui.text("detail"))
        await ui.pilot.press("up", "r")
        await ui.wait_until(lambda: "A run on 19 pairs is under way." in ui.notice)
        await ui.pilot.press("escape")
        await ui.wait_until(lambda: "stops after the 12 under way" in ui.text("progress"))
        await ui.pilot.press("escape")
        assert len(ui.rows.items) == 74, "escape does not clear the filter before the run has ended"
        ui.fake.faults.off("latency")
        await ui.settle()
        snap(ui.app, "stopped")
        assert ui.notice.startswith("i Request Connection: 12 of 19 done, 7 not sent")
        assert "You stopped it." in ui.notice
        assert not ui.text("progress")
        assert len(ui.state.tab.marks) == 7, "what was not sent can be tried again"
        await ui.press("escape")
        await ui.press("r", "y")
        assert ui.notice == "✓ Request Connection: 7 of 7 done."
        assert Counter(write_names(ui.state.session.request_log)) == {"request": 19}


async def test_an_unknown_outcome_stops_the_run(snap: Snapshot) -> None:
    async with open_screen("global-500", size=(80, 24)) as ui:
        ui.fake.faults.on("lost,after=6,times=1")
        await ui.press("/", *"bright", "enter", "*", "r", *"19", "enter")
        states = Counter(actions(ui).values())
        assert states["◇ outcome unknown"] == 1
        assert states["! not sent"] >= 19 - 6 - 8
        assert "1 unknown" in ui.notice
        assert "It stopped at Globex → " in ui.notice
        snap(ui.app)
        assert len(find_writes(ui.state.session.request_log)) < 19
        await ui.press("escape")
        await ui.move_to(next(name for name, word in actions(ui).items() if word == "! not sent"))
        assert "was not sent: the run had stopped" in ui.text("detail")


async def test_a_result_is_shown_until_the_row_has_changed(ui: ScreenDriver) -> None:
    await ui.press_on("Acme-US", "space")
    await ui.press_on("Acme-Japan", "space")
    ui.fake.faults.on("refusal,calls=writes")
    await ui.press("r", "y")
    assert {name for name, word in actions(ui).items() if word == "! refused"} == {
        "Acme-US",
        "Acme-Japan",
    }
    ui.fake.faults.off()
    await client(ui.fake).request_connection(CORPORATION, US, "the-key")
    await ui.press("ctrl+r")
    assert actions(ui)["Acme-US"] == "waiting for them"
    assert actions(ui)["Acme-Japan"] == "! refused"


async def test_a_run_that_does_what_another_left_is_not_spoken_over(tmp_path: Path) -> None:
    """Nothing is left of the first run, neither in words nor for the next start."""
    journal = Journal(tmp_path / "state.sqlite3", "global-500")
    async with open_screen("global-500", setup=TenantSetup(journal=journal)) as ui:
        ui.fake.faults.on("gateway-page,times=2,calls=writes")
        await ui.press("/", *"aurora", "enter", "*", "R", *"36", "enter")
        assert "2 unknown" in ui.notice
        await ui.press("R", *"34", "enter")
        assert "34 of 34 done" in ui.notice
        await ui.press("ctrl+r")
        assert "sent again" not in ui.notice
        assert journal.read_runs() == []


async def test_a_refusal_stands_on_its_row_with_the_reason_in_the_detail(ui: ScreenDriver) -> None:
    ui.fake.faults.on("refusal,calls=writes,times=1")
    await ui.press(*NOT_CONNECTED, "*", "r", "y")
    await ui.wait_until(lambda: "! refused" in actions(ui).values())
    refused = next(name for name, word in actions(ui).items() if word == "! refused")
    assert ui.notice.startswith("! Request Connection: 3 of 4 done, 1 refused.")
    await ui.press("escape")
    await ui.move_to(refused)
    (entry,) = (e for e in ui.screen.workspace.journal.read_entries() if e.outcome == "refused")
    assert entry.sentence[:30] in ui.text("detail")
    await ui.press("escape", "escape")
    assert "! refused" not in actions(ui).values()


async def test_quitting_while_it_runs_asks(ui: ScreenDriver) -> None:
    await start_run(ui, HOLD_WRITES, "r")
    for key in ("q", "ctrl+c"):
        await ui.pilot.press(key)
        await ui.wait_until(lambda: "A run on 5 pairs is under way." in ui.notice)
        assert "Quit again to stop it: this demo forgets it." in ui.notice
        await ui.pilot.press("down")
        await ui.wait_until(lambda: not ui.notice)
    assert ui.app.return_code is None
    await ui.pilot.press("q", "q")
    await ui.wait_until(lambda: ui.app.return_code == 0)


def test_how_to_stop_it_is_shown_whatever_the_width() -> None:
    rows = [row(Direction.OUTBOUND, target) for target in (NORTH, SOUTH, VILLAGE, PLANNED)]
    run = Run(Plan(REQUEST, tuple(Operation.plan(REQUEST, row) for row in rows)))
    states = (State.CONFIRMED, State.REFUSED, State.IN_PROGRESS)
    for operation, state in zip(run.plan.operations, states, strict=False):
        run.report(operation.with_state(State.SENT, ""))
        run.report(operation.with_state(state, ""))
    for width in (56, 60, 80, 160):
        line = render_progress(run, width)
        assert line.cell_length <= width
        assert line.plain.endswith("escape stops it")
        assert "3 of 4" in line.plain


async def test_nothing_is_said_to_be_stopped_where_everything_was_sent(ui: ScreenDriver) -> None:
    await start_run(ui, HOLD_WRITES, "r")
    await ui.wait_until(lambda: "5 of 5 writes sent" in ui.text("progress"))
    assert "escape" not in ui.text("progress")
    await ui.pilot.press("escape")
    ui.fake.faults.off()
    await ui.settle()
    assert ui.notice == "✓ Request Connection: 5 of 5 done, 5 left out."


async def test_nobody_else_works_while_it_runs(ui: ScreenDriver) -> None:
    await start_run(ui, HOLD_WRITES, "r")
    await ui.pilot.press("u")
    await ui.wait_until(lambda: "A run on 5 pairs is under way." in ui.notice)
    # The notice does not cover the progress.
    await ui.wait_until(lambda: "5 of 5 writes sent" in visible_text(ui.app))
    ui.fake.faults.off("latency")
    await ui.settle()


def copy_database(source: Path, target: Path) -> None:
    """Copy what a program that is killed now would leave."""
    with closing(sqlite3.connect(source)) as before, closing(sqlite3.connect(target)) as after:
        before.backup(after)


async def kill_run(fake: Tenant, fault: str, folder: Path) -> Path:
    """Kill a program that has sent 12 of 19 requests; return the state that it leaves."""
    path, left = folder / "state.sqlite3", folder / "left.sqlite3"
    journal = Journal(path, "global-500", process_id=ENDED, clock=lambda: MOMENT)
    async with open_screen("global-500", setup=TenantSetup(journal=journal), fake=fake) as ui:
        fake.faults.on(f"{fault},after=4")
        await ui.press("/", *"bright", "enter", "*", "r", *"19")
        await ui.pilot.press("enter")
        await ui.wait_until(lambda: "12 of 19 writes sent" in ui.text("progress"))
        copy_database(path, left)
        ui.app.exit()
    fake.faults.off()
    return left


async def test_a_killed_run_is_resumed(snap: Snapshot, tmp_path: Path) -> None:
    fake = open_acme("global-500")
    left = await kill_run(fake, HOLD_WRITES, tmp_path)
    setup = TenantSetup(journal=Journal(left, "global-500"))
    async with open_screen("global-500", size=(80, 24), setup=setup, fake=fake) as ui:
        question = ui.app.screen
        assert isinstance(question, InterruptedRunQuestion)
        assert " 7 pairs left" in shown(ui, "consequence")
        await ui.wait_until(lambda: question.answerable)
        snap(ui.app)
        await ui.press("y")
        assert shown(ui, "title") == "Request 7 pairs?"
        await ui.press("y")
        assert "✓ Request Connection: 7 of 7 done." in ui.notice
        assert len(find_writes(ui.state.session.request_log)) == 7
    entries = Journal(left, "global-500").read_entries()
    assert Counter(Counter(entry.ends for entry in entries).values()) == {1: 19}
    async with open_screen("global-500", setup=setup, fake=fake) as ui:
        assert ui.shows_main_screen, "nothing is left to resume"
    fake.close()


async def test_what_was_sent_again_is_told_once(tmp_path: Path) -> None:
    fake = open_acme("global-500")
    journal = Journal(await kill_run(fake, "time-out=60,calls=writes", tmp_path), "global-500")
    setup = TenantSetup(journal=journal)
    async with open_screen("global-500", size=(160, 48), setup=setup, fake=fake) as ui:
        await ui.press("y", *"15", "enter")
        again = [entry for entry in journal.read_entries() if entry.outcome == "sent again"]
        assert len(again) == 8
        assert "✓ Request Connection: 15 of 15 done." in ui.notice
        await ui.move_to(again[0].target.title)
        assert ui.text("detail").count("requested by") == 1
    fake.close()


async def test_an_interrupted_run_is_asked_about_until_it_is_forgotten(tmp_path: Path) -> None:
    path, left = tmp_path / "state.sqlite3", tmp_path / "left.sqlite3"
    setup = TenantSetup(journal=Journal(path, "acme", process_id=ENDED))
    async with open_screen(setup=setup) as ui:
        await start_run(ui, HOLD_WRITES, "R")
        await ui.wait_until(lambda: "6 of 11 writes sent" in ui.text("progress"))
        copy_database(path, left)
        ui.app.exit()
    copy_database(left, path)
    setup = TenantSetup(journal=Journal(path, "acme"))
    async with open_screen(setup=setup) as ui:
        for keys in (("escape",), ("enter",), ("f", "escape", "n"), ("f", "enter", "n")):
            assert isinstance(ui.app.screen, InterruptedRunQuestion)
            await ui.press(*keys)
            assert ui.shows_main_screen
            await ui.press("I")
        await ui.press("n", "ctrl+p", *"resume", "enter")
        assert isinstance(ui.app.screen, InterruptedRunQuestion)
    for answer in (["f", "y"], ["right", "enter", "y"]):
        copy_database(left, path)
        async with open_screen(setup=setup) as ui:
            assert isinstance(ui.app.screen, InterruptedRunQuestion), "the next start asks again"
            await ui.press(*answer)
            assert ui.shows_main_screen
            await ui.press("I")
            assert ui.notice == "i No interrupted run is left to resume."
    async with open_screen(setup=setup) as ui:
        assert ui.shows_main_screen, "nothing is asked any more"


async def test_another_user_closes_the_question(ui: ScreenDriver) -> None:
    await ui.press("*", "r")
    question = ui.app.screen
    assert isinstance(question, Confirmation)
    ui.screen.reader.enter("carol")
    await ui.settle()
    assert question.invalidated == "You work as another user now."
    await ui.press("y", "escape")
    assert not find_writes(ui.state.session.request_log)
