"""Marks: which rows an action is carried out on, when there are several."""

import pytest
from entity_connections.domain.rows import Row
from entity_connections.tui.dialogs.action_confirmation import ActionConfirmation
from entity_connections.tui.dialogs.plan_preview import PlanPreview

from tests.acme import CORPORATION, US, client
from tests.tui.monkey import list_operations
from tests.tui.open_screen import ScreenDriver, open_screen
from tests.tui.snapshots import Snapshot

AMERICAS_BELOW = ["Acme-US", "Acme-Canada", "Acme-Brazil", "Acme-Mexico"]


def signs(ui: ScreenDriver) -> list[str]:
    """The entities of the rows with a sign at the left."""
    return [item.cells["counterpart"].text for item in ui.rows.items if item.sign]


def targets(rows: list[Row]) -> list[str]:
    return [row.target.title for row in rows]


async def asked_pairs(ui: ScreenDriver, key: str) -> list[str]:
    """Press the key of an action; return the pairs that the question would act on; say no."""
    await ui.press(key)
    operations = list_operations(ui.app.screen)
    await ui.press("escape")
    return list(dict.fromkeys(operation.pair for operation in operations))


async def test_marked_rows(snap: Snapshot) -> None:
    """A sign at the left, their number above the rows, and the keys say how many they act on."""
    async with open_screen(size=(80, 24)) as ui:
        await ui.press_on("Acme-US", "space", "space", "space")
        assert signs(ui) == ["Acme-US", "Acme-Canada", "Acme-Brazil"]
        assert ui.cursor == "Acme-Mexico"
        await ui.snap_sizes(snap, ((160, 48), (80, 24), (60, 20)))
        await ui.press_on("Acme-Canada", "space")
        assert signs(ui) == ["Acme-US", "Acme-Brazil"]


async def test_shift_marks_a_range_which_shrinks_on_the_way_back(ui: ScreenDriver) -> None:
    await ui.press_on("Acme-Japan", "space")
    await ui.press_on("Acme-US", *["shift+down"] * 3)
    assert signs(ui) == [*AMERICAS_BELOW, "Acme-Japan"]
    await ui.press("shift+up", "shift+up")
    assert signs(ui) == [*AMERICAS_BELOW[:2], "Acme-Japan"]
    assert ui.cursor == "Acme-Canada"
    await ui.press("escape", "shift+down")
    assert signs(ui) == ["Acme-Canada", "Acme-Brazil"], "a new range"


async def test_a_click_at_the_left_edge_marks(ui: ScreenDriver) -> None:
    await ui.pilot.click(ui.rows, offset=(0, 3))
    await ui.settle()
    assert signs(ui) == [ui.cursor]


async def test_all_visible_rows_that_allow_an_action_are_marked_or_none(ui: ScreenDriver) -> None:
    await ui.type_into("/", "not connected")
    await ui.press("*")
    assert signs(ui) == ["Acme-US", "Acme-Brazil", "Acme-Mexico", "Acme-Japan"]
    await ui.press("*")
    assert signs(ui) == []


async def test_where_no_row_allows_an_action_mark_all_says_so(ui: ScreenDriver) -> None:
    await ui.type_into("/", "not provisioned")
    await ui.press("*")
    assert signs(ui) == []
    assert ui.notice.startswith("i Mark all: no row here allows an action.")


async def test_marks_stay_on_their_records(ui: ScreenDriver) -> None:
    await ui.press_on("Acme-US", "space", "space")
    for keys in (["ctrl+r"], ["s"], ["s"], ["2", "1"], ["/", "x", "escape"]):
        await ui.press(*keys)
        assert {*signs(ui)} == {"Acme-US", "Acme-Canada"}, keys


async def test_another_entity_ends_the_marks_and_says_how_many(ui: ScreenDriver) -> None:
    await ui.press_on("Acme-US", "space", "space", "2", "space", "1", "e", *"japan", "enter")
    assert ui.notice == "i 3 marks cleared."
    await ui.press("e", *"acme-c", "enter")
    assert not ui.state.count_marks()


async def test_the_way_back_from_the_other_side_leads_to_the_marks(ui: ScreenDriver) -> None:
    await ui.press_on("Acme-US", "space", "space", "g", "space")
    assert ui.state.acting_id != CORPORATION
    await ui.press("up", "g")
    assert ui.state.acting_id == CORPORATION
    assert signs(ui) == ["Acme-US", "Acme-Canada"]
    assert ui.notice == "i 1 mark cleared."


async def test_another_user_has_no_marks(ui: ScreenDriver) -> None:
    await ui.press("space", "u", *"carol", "enter")
    assert "carol" in ui.text("header")
    assert not signs(ui)


async def test_hidden_marks_are_counted_and_not_acted_on(ui: ScreenDriver) -> None:
    await ui.press_on("Acme-US", "space")
    await ui.press_on("Acme-Japan", "space", "/", *"japan", "enter")
    assert "✓ 1 marked, 1 hidden" in ui.text("counts")
    assert "r requests, R connects the marked row." in ui.text("detail").replace("\n", " ")
    assert await asked_pairs(ui, "r") == ["Acme Corporation → Acme-Japan"]


async def test_nothing_is_done_while_the_filter_hides_every_marked_row() -> None:
    async with open_screen(size=(80, 24)) as ui:
        await ui.press_on("Acme-US", "space", "/", *"japan", "enter")
        assert "Next: The filter hides every marked row." in ui.text("detail")
        await ui.press("r")
        assert ui.shows_main_screen
        assert ui.notice.startswith("i Request Connection: The filter hides every marked row.")


async def test_the_detail_says_what_the_keys_do_with_marked_rows() -> None:
    async with open_screen(size=(80, 24)) as ui:
        await ui.press("*")
        expected = "Next: 10 marked: r requests 5, R connects 6, x disconnects 4."
        assert expected in ui.text("detail")


async def test_a_standard_user_can_mark_no_row_for_an_action() -> None:
    async with open_screen(user="carol") as ui:
        await ui.press("*")
        assert not signs(ui)
        assert "you are a standard user" in ui.notice


@pytest.mark.parametrize("filter_keys", [["/", *"americas", "enter"], ["f", "home"]])
async def test_escape_clears_the_filter_and_then_the_marks(
    ui: ScreenDriver, filter_keys: list[str]
) -> None:
    await ui.press(*filter_keys, "space", "escape")
    assert not ui.state.tab.is_flat
    assert len(signs(ui)) == 1
    await ui.press("escape")
    assert not signs(ui)
    assert ui.notice == "i 1 mark cleared."


@pytest.mark.parametrize("key", ["s", "f", "*", "slash"])
async def test_a_message_goes_with_the_next_act_on_the_rows(ui: ScreenDriver, key: str) -> None:
    await ui.press("space", "escape")
    assert ui.notice == "i 1 mark cleared."
    await ui.press(key)
    assert ui.notice == ""


async def test_a_message_goes_with_a_click_on_a_heading_or_on_a_count(ui: ScreenDriver) -> None:
    await ui.press("space", "escape")
    await ui.pilot.click(ui.rows, offset=(5, 0))
    await ui.settle()
    assert ui.notice == ""
    await ui.press("space", "escape")
    await ui.click_word("counts", "Pending")
    assert ui.notice == ""


async def test_a_row_that_has_changed_stays_marked_and_is_left_out_with_the_reason(
    ui: ScreenDriver,
) -> None:
    await ui.press_on("Acme-US", "space")
    await ui.press_on("Acme-Mexico", "space")
    await client(ui.fake).request_connection(CORPORATION, US, "somebody-else")
    await ui.press("ctrl+r", "R")
    preview = ui.app.screen
    assert isinstance(preview, PlanPreview)
    ((row, reason, *_),) = preview.plan.left_out
    assert targets([row]) == ["Acme-US"]
    assert reason.endswith("is Pending now; it was Not connected when you marked it.")
    await ui.press("escape")
    assert signs(ui) == ["Acme-US", "Acme-Mexico"]


async def test_marks_of_both_tabs_are_acted_on(ui: ScreenDriver) -> None:
    await ui.press("2", "*")
    assert await asked_pairs(ui, "a") == [
        "Acme-Germany → Acme Corporation",
        "Acme-Japan → Acme Corporation",
    ]
    await ui.press("1", "*")
    assert len(await asked_pairs(ui, "r")) == 5


async def test_an_action_that_no_marked_row_allows_says_why(ui: ScreenDriver) -> None:
    await ui.press_on("Acme-US", "space", "space", "x")
    assert ui.notice.startswith("i Disconnect: None of the 2 marked rows: ")


async def test_the_action_of_a_row_is_about_that_row_whatever_is_marked(ui: ScreenDriver) -> None:
    await ui.press_on("Acme-US", "space")
    await ui.click_cell("Acme-Japan", "action")
    question = ui.app.screen
    assert isinstance(question, ActionConfirmation)
    assert question.operation.row.target.title == "Acme-Japan"
