"""Finding on the screen what a script speaks of."""

from pathlib import Path

import pytest
from entity_connections.walkthrough.screen_text import Glass, NotThere, Spot, text_of
from textual.geometry import Offset

from tests.walkthrough.performed import performed, steps

ROWS = Glass(
    (
        " Acme-US ▾                              alice",
        "  Target entity   Under       Action",
        "> Acme-US         Acme-Europe Disconnect",
        "  Acme-Europe     Acme        Request",
        "  Acme-名前 ◐     Acme        Request",
        " Acme-US → Acme-Europe · Connected",
    )
)
DIALOG = Glass(("  Acme-US │  Accept?          │ect", "  Acme-Eur│  Acme-US  1 waiting │uest"))


def test_a_text_that_stands_once() -> None:
    spot = ROWS.spot("Disconnect")
    assert spot == Spot(Offset(30, 2), 10)
    assert spot.middle == Offset(35, 2)


def test_wide_characters_count_as_the_cells_they_take() -> None:
    assert ROWS.spot("前").start == Offset(9, 4)
    assert ROWS.spot("前").width == 2
    assert ROWS.spot("名前 … Acme").start == Offset(18, 4)


def test_a_text_with_another_before_it_on_its_line() -> None:
    assert ROWS.spot("Acme-Europe … Request").start == Offset(30, 3)
    assert ROWS.spot("Acme-US … Acme-Europe … Disconnect").start == Offset(30, 2)
    assert not ROWS.has("Request … Acme-Europe")
    assert not ROWS.has("Acme-Europe … Disconnect … Request")


def test_a_line_that_begins_with_it_goes_before_one_that_only_holds_it() -> None:
    assert [spot.start.y for spot in ROWS.spots("Acme-Europe … t")] == [3]
    assert [spot.start.y for spot in ROWS.spots("Under … A")] == [1]


def test_a_line_that_only_holds_it_will_do_where_none_that_begins_with_it_does() -> None:
    assert DIALOG.spot("Acme-US … 1 waiting").start == Offset(22, 1)


def test_what_is_not_there_or_more_than_once() -> None:
    with pytest.raises(NotThere, match=r'"Atlantis" is not on the screen\.'):
        ROWS.spot("Atlantis")
    with pytest.raises(NotThere, match=r'is on the screen 2 times; .*: "this … Request"\.'):
        ROWS.spot("Request")


def test_places_that_cannot_be_clicked_do_not_count() -> None:
    assert ROWS.spot("Request", lambda at: at.y != 3).start.y == 4
    with pytest.raises(NotThere, match=r'"Request" is behind a dialog\.'):
        ROWS.spot("Request", lambda _: False)


def test_the_text_of_a_picture_stands_where_it_stands_on_the_screen() -> None:
    lines = text_of(performed(steps("")).frames[-1].svg)
    assert len(lines) == 26
    assert all(len(line) <= 100 for line in lines)
    seen = Glass(lines)
    assert seen.spot("Acme Ibérica … Disconnect").start.x == seen.spot("Action").start.x


def test_a_picture_of_nothing_has_no_text() -> None:
    assert text_of("<svg></svg>") == ()


def test_a_name_is_drawn_as_it_is(tmp_path: Path) -> None:
    """Even one that looks like what a picture calls its own parts."""
    scenario = tmp_path / "names.toml"
    scenario.write_text(
        'users = [{ username = "alice", administrator = ["terminal-42"] }]\n'
        'entities = [{ name = "terminal-42" }]\n'
    )
    script = steps('see = ["terminal-42 ▾"]').model_copy(update={"scenario": str(scenario)})
    assert Glass(text_of(performed(script).frames[-1].svg)).has("terminal-42 ▾")
