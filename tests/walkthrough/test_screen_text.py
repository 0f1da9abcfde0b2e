"""Finding texts on the screen."""

from pathlib import Path

import pytest
from entity_connections.walkthrough.screen_text import (
    ScreenText,
    TerminalCells,
    TextNotFound,
    click_cell,
)
from textual.geometry import Offset, Region, Size

from tests.walkthrough.recordings import make_script, record_script

LIST = ScreenText(
    (
        " Acme-US ▾                              alice",
        "  Target entity   Under       Action",
        "> Acme-US         Acme-Europe Disconnect",
        "  Acme-Europe     Acme        Request",
        "  Acme-名前 ◐     Acme        Request",
        " Acme-US → Acme-Europe · Connected",
    )
)
DIALOG = ScreenText(("  Acme-US │  Accept?          │ect", "  Acme-Eur│  Acme-US  1 waiting │uest"))


def test_a_text_that_is_there_once() -> None:
    region = LIST.find("Disconnect")
    assert region == Region(30, 2, 10, 1)
    assert click_cell(region) == Offset(35, 2)


def test_wide_characters_count_as_two_cells() -> None:
    assert LIST.find("前") == Region(9, 4, 2, 1)
    assert LIST.find("名前 … Acme").offset == Offset(18, 4)


def test_a_text_after_others_on_its_line() -> None:
    assert LIST.find("Acme-Europe … Request").offset == Offset(30, 3)
    assert LIST.find("Acme-US … Acme-Europe … Disconnect").offset == Offset(30, 2)
    assert not LIST.find_all("Request … Acme-Europe")
    assert not LIST.find_all("Acme-Europe … Disconnect … Request")


def test_the_line_that_begins_with_the_first_text_goes_first() -> None:
    assert LIST.find("Acme-Europe").offset == Offset(2, 3)
    assert ScreenText(("> Acme-US   Acme-US",)).find("Acme-US").x == 2
    assert LIST.find("Acme-Europe … t").y == 3
    assert LIST.find("Under … A").y == 1
    assert DIALOG.find("Acme-US … 1 waiting").offset == Offset(22, 1)


def test_a_text_that_is_missing_or_there_more_than_once() -> None:
    with pytest.raises(TextNotFound, match=r'"Atlantis" is not on the screen\.'):
        LIST.find("Atlantis")
    with pytest.raises(TextNotFound, match=r'is on the screen 2 times; .*: "this … Request"\.'):
        LIST.find("Request")


def test_texts_that_cannot_be_clicked_are_ignored() -> None:
    assert LIST.find("Request", lambda cell: cell.y != 3).y == 4
    with pytest.raises(TextNotFound, match=r'"Request" is behind a dialog\.'):
        LIST.find("Request", lambda _: False)


@pytest.mark.parametrize(
    ("cell", "locator"),
    [
        (Offset(31, 2), "Acme-Europe Disconnect"),
        (Offset(0, 2), "Acme-US"),
        (Offset(32, 3), "Acme-Europe … Request"),
        (Offset(9, 4), "Acme-名前 ◐"),
        (Offset(2, 1), "Target entity"),
        (Offset(19, 4), "Acme-名前 ◐ … Acme"),
        (Offset(25, 4), None),
        (Offset(79, 3), None),
        (Offset(0, 40), None),
    ],
)
def test_a_locator_of_a_clicked_cell(cell: Offset, locator: str | None) -> None:
    assert LIST.locator_at(cell) == locator
    assert locator is None or LIST.find(locator).y == cell.y


def test_cells_match_what_a_terminal_shows() -> None:
    cells = TerminalCells()
    cells.resize(Size(12, 3))
    cells.write("\x1b[31mabcdef\x1b[0m\x1b[2;5H名前\x1b[1;2HX\x1b[3;1Hcaption")
    assert cells.read(2).lines == ("aXcdef", "    名前")


def test_the_text_of_a_screen() -> None:
    text = record_script(make_script("")).steps[-1].last.text
    assert len(text.lines) == 26
    assert text.find("Acme Ibérica … Disconnect").offset.x == text.find("Action").offset.x


def test_a_name_that_looks_like_an_id_of_the_picture_is_left_alone(tmp_path: Path) -> None:
    scenario = tmp_path / "names.toml"
    scenario.write_text(
        'users = [{ name = "alice", administrator = ["terminal-42"] }]\n'
        'entities = [{ name = "terminal-42" }]\n'
    )
    script = make_script('see = ["terminal-42 ▾"]').model_copy(update={"scenario": str(scenario)})
    assert "terminal-42" in record_script(script).steps[-1].last.svg
