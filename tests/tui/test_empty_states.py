"""The text in place of rows: nothing there, everything filtered out, or an error."""

from tests.acme import CORPORATION
from tests.tui.open_screen import REFRESHING, open_screen
from tests.tui.snapshots import Snapshot, visible_text


async def test_nothing_there(snap: Snapshot) -> None:
    """It says that nobody shares here, and what has to happen for a row to appear."""
    async with open_screen("empty", size=(80, 24)) as ui:
        await ui.press("2")
        snap(ui.app)


async def test_filtered_to_nothing(snap: Snapshot) -> None:
    """It names the filter, counts what it hides, and says how to clear it."""
    async with open_screen(size=(80, 24)) as ui:
        await ui.press("slash")
        await ui.type("zzz")
        snap(ui.app)
        await ui.press("escape")
        assert len(ui.row_names()) == 14


async def test_what_a_filter_by_status_hides_is_not_said_to_be_nothing() -> None:
    async with open_screen(size=(80, 24)) as ui:
        await ui.press("f", "slash")
        await ui.type("zzz")
        assert "No row that is Pending matches “zzz”." in visible_text(ui.app)


async def test_failed_with_rows_from_before(snap: Snapshot) -> None:
    """The rows stay, greyed, with their age and the sentence of the error."""
    async with open_screen(size=(80, 24)) as ui:
        ui.fake.faults.on("offline")
        await ui.press("ctrl+r")
        snap(ui.app)
        ui.fake.faults.off()
        await ui.press("ctrl+r")
        assert ui.age == "updated just now"


async def test_failed_with_nothing_to_show(snap: Snapshot) -> None:
    """The error stands where the rows would be, with what to do about it."""
    async with open_screen(size=(80, 24), faults=["offline"]) as ui:
        snap(ui.app)
        await ui.press("e")
        assert "Nothing has been read yet." in ui.notice
        ui.fake.faults.off()
        await ui.press("ctrl+r")
        assert ui.state.acting_id == CORPORATION
        assert len(ui.row_names()) == 14


async def test_a_list_that_does_not_end_is_read_once_unless_asked() -> None:
    timing = REFRESHING._replace(all_lists_delay=0.001)
    async with open_screen(faults=["endless-pages,calls=connections"], timing=timing) as ui:
        await ui.wait_until(lambda: ui.state.lists_left == 0)
        await ui.settle()
        paths = [call.path for call in ui.state.session.request_log.calls]
        (first_page,) = {path for path in paths if path.endswith("pageSize=300")}
        assert paths.count(first_page) == 1
