"""What is expected after a step: the change that tells most, and only what comes again."""

import pytest
from entity_connections.walkthrough.making.noticing import news, opened, opening
from entity_connections.walkthrough.making.phrases import steady
from entity_connections.walkthrough.making.wording import caption
from entity_connections.walkthrough.screen_text import Glass
from entity_connections.walkthrough.script import Act

BEFORE = (
    "  Acme ▾                        DEMO",
    "  Name      Status      Action",
    "> Acme-US   ○ None      Request",
    "  Acme-UK   ○ None      Request",
    "  Acme-JP   ○ None      Request",
    "  Acme → Acme-US · ○ None",
)


def after(*changes: tuple[int, str]) -> Glass:
    lines = dict(enumerate(BEFORE)) | dict(changes)
    return Glass(tuple(lines[y] for y in sorted(lines)))


PENDING = "  Acme-UK   ◐ Pending   waits"
MESSAGE = (6, "  ✓ Requested, and Pending.")


def test_a_row_that_changed_is_the_news_before_all_that_is_said_of_it() -> None:
    assert news(Glass(BEFORE), after((3, PENDING), MESSAGE)) == ["Acme-UK … ◐ Pending"]


def test_the_row_under_the_cursor_comes_before_another_that_changed() -> None:
    moved = after(
        (2, BEFORE[2].replace(">", " ").replace("None   ", "Failed ")), (3, f">{PENDING[1:]}")
    )
    assert news(Glass(BEFORE), moved) == ["Acme-UK … ◐ Pending"]


def test_a_cursor_that_moved_is_told_beside_what_changed_elsewhere() -> None:
    down = after(
        (2, f" {BEFORE[2][1:]}"), (3, f">{BEFORE[3][1:]}"), (4, PENDING.replace("UK", "JP"))
    )
    assert news(Glass(BEFORE), down) == ["Acme-JP … ◐ Pending", "> Acme-UK"]


def test_where_the_whole_list_changed_no_row_is_the_news() -> None:
    changed = ((y, BEFORE[y].replace("○ None   ", "◐ Pending")) for y in (2, 3, 4))
    assert news(Glass(BEFORE), after((0, "  Other ▾"), *changed)) == ["Other ▾"]


def test_another_list_is_told_by_what_is_at_the_top() -> None:
    other = ((y, BEFORE[y].replace("Acme", "Corp")) for y in range(6))
    assert news(Glass(BEFORE), after(*other)) == ["Corp ▾", "> Corp-US"]


def test_nothing_new_is_no_news() -> None:
    assert news(Glass(BEFORE), Glass(BEFORE)) == []
    assert news(Glass(BEFORE), after((5, "  updated 3 min ago, at 12:30"))) == []


def test_of_a_dialog_its_title_is_told_whatever_else_came() -> None:
    box = (
        (1, "  Name  ╭─ Switcher ─────────╮"),
        (2, "> Acme- │  Type to filter    │quest"),
    )
    assert opened(Glass(BEFORE), after((0, "  FAULTS ON"), *box)) == ["Switcher"]


def test_a_screen_that_is_not_filled_yet_is_not_expected() -> None:
    assert opening(Glass(("  Opening acme",))) == []
    assert opening(Glass(BEFORE)) == ["Acme ▾", "Acme-US … ○ None"]


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("Acme → Acme-US · ● Connected", "Acme → Acme-US · ● Connected"),
        ("Rate limited, trying again in 12 s; escape gives up", "Rate limited, trying again in"),
        ("updated 3 min ago", ""),
        ("updated just now", ""),
        ("09:00:03 GET /v1/entities", ""),
        ("01-01 09:00 Request", ""),
        ("process vm:1017", ""),
        ("Sent to the clipboard: 8a80825555a3c7a10155b466736c5c3f", "Sent to the clipboard:"),
        ("request id 06501d7a-135a-5471-9ef3-84dd9a6e7785", ""),
        ("Entity 4b7e0f13", ""),
        ("● 15 /", ""),
        ("a facade decade", "a facade decade"),
        ("Acme-Americas → Acme Corporation is Pending until Acme Corporation accepts.",
         "Acme-Americas → Acme Corporation is Pending"),
        ("x" * 60, "x" * 48),
    ],
)  # fmt: skip
def test_what_is_never_the_same_again_is_not_expected(text: str, kept: str) -> None:
    assert steady(text) == kept


def test_a_caption_names_the_command_once_and_says_how_often() -> None:
    acts = [Act(press="s")] * 2 + [Act(press="i"), Act(click="A … B … C"), Act(type="ok")]
    said = "Press s twice (Sort), press i, click C in the row of A and type “ok”."
    assert caption(acts, commands=True) == said
    assert caption([Act(press="y")], commands=False) == "Press y."
    assert len(caption([Act(type="x" * 200), Act(type="y" * 200)], commands=True)) == 240
