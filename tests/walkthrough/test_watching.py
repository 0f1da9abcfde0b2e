"""What becomes of a person's keys and clicks: steps that can be played, read and mended."""

import pytest
from entity_connections.cli.tenant.fake_workspace import make_fake_workspace
from entity_connections.cli.tenant_options import TenantOptions
from entity_connections.walkthrough.making.composing import composed
from entity_connections.walkthrough.making.watching import DRAGGED, NAMELESS, WHEEL
from entity_connections.walkthrough.recording import record
from entity_connections.walkthrough.script import RETURN, Act, Walkthrough, found, read
from entity_connections.walkthrough.take import Take
from textual import events
from textual.geometry import Offset

from tests.walkthrough.watched import Click, script_of, steps, watched

PRESS_E = [Act(press="e"), Act(type="americas"), Act(press="enter")]


def played(script: Walkthrough) -> Take:
    """Play a script; every step comes about, or this raises."""
    take = record(
        "watched",
        script,
        lambda: make_fake_workspace(TenantOptions(scenario=script.scenario, user=script.user)),
    )
    assert sum(frame.last for frame in take.frames) == len(script.steps) + 1
    return take


def test_a_question_and_its_answer_are_two_steps_that_prove_themselves() -> None:
    moments = watched("down", "up", "r", "y")
    ask, answer = steps(moments)
    assert ask.do == [Act(press="down"), Act(press="up"), Act(press="r")]
    assert ask.see == ["Request a connection?"]
    assert ask.caption == "Press ↓, press ↑ and press r (Request Connection)."
    assert answer.do == [Act(press="y")]
    assert answer.see == ["Acme-US … ◐ Pending"]
    played(script_of(moments))


def test_the_first_step_shows_what_the_journey_begins_with() -> None:
    first, *_ = composed(watched("down")).steps
    assert first.do == []
    assert first.see == ["Acme Corporation ▾", "Acme-US … ○ Not connected"]


def test_letters_belong_to_the_key_before_and_the_enter_after_them() -> None:
    (step,) = steps(watched("e", *"americas", "enter"))
    assert step.do == PRESS_E
    assert step.see == ["Acme-Americas ▾", "> Acme Corporation"]
    assert step.caption == "Press e (Entity switcher), type “americas” and press enter."


def test_what_was_rubbed_out_was_never_typed() -> None:
    (step,) = steps(watched("e", *"amxy", "backspace", "backspace", *"ericas", "enter"))
    assert step.do == PRESS_E
    assert steps(watched("/", 3.0, "x", "backspace"))[1:] == []


def test_letters_beside_the_field_of_a_list_are_typed_into_it_too() -> None:
    (step,) = steps(watched("e", "tab", *"americas", "enter"))
    assert step.do == [Act(press="e"), Act(press="tab"), *PRESS_E[1:]]


def test_letters_of_any_script_are_typed_as_they_look() -> None:
    (step,) = steps(watched("e", *"e\u0301 株", "escape"))
    assert step.do == [Act(press="e"), Act(type="é 株"), Act(press="escape")]


def test_what_is_pasted_into_a_field_is_typed_and_beside_it_nothing() -> None:
    (step,) = steps(watched(events.Paste("gone"), "e", events.Paste("americas\nr"), "enter"))
    assert step.do == PRESS_E


def test_arrows_belong_to_what_they_lead_to_unless_one_looks_at_it() -> None:
    (together,) = steps(watched("down", "down", "down", "i"))
    assert together.do == [*[Act(press="down")] * 3, Act(press="i")]
    assert together.caption == "Press ↓ 3 times and press i (Share From (Inbound))."
    moved, asked = steps(watched("down", 3.0, "r"))
    assert moved.see == ["Acme Corporation → Acme-Canada · ◐ Pending", "> Acme-Canada"]
    assert asked.do == [Act(press="r")]


def test_a_key_that_did_nothing_is_left_out() -> None:
    """A question knows no z."""
    moments = watched("r", 0.5, "z", 0.5, "y")
    assert [one.do for one in steps(moments)] == [[Act(press="r")], [Act(press="y")]]
    played(script_of(moments))


def test_keys_in_quick_succession_are_one_step() -> None:
    (step,) = steps(watched("i", 0.05, "down", 0.05, "g"))
    assert step.do == [Act(press="i"), Act(press="down"), Act(press="g")]


def test_closing_a_dialog_that_changed_nothing_is_seen_by_its_being_gone() -> None:
    ask, escape = steps(watched("r", "escape"))
    assert ask.see == ["Request a connection?"]
    assert (escape.see, escape.gone) == ([], ["Request a connection?"])


def test_no_time_age_or_id_is_expected() -> None:
    moments = watched("down", "J", "escape", "ctrl+l", "escape", "c", "ctrl+r")
    assert [one.see for one in steps(moments)] == [
        ["Journal"],
        [],
        ["Requests"],
        [],
        ["Sent to the terminal's clipboard:"],
        [],
    ]
    played(script_of(moments))


@pytest.mark.parametrize("beside", [Offset(), Offset(9, 0)], ids=["on it", "right of it"])
def test_a_click_in_a_table_is_named_by_its_row(beside: Offset) -> None:
    (step,) = steps(watched(Click("Acme-Mexico … Not connected", beside)))
    assert step.do == [Act(click="Acme-Mexico … Not connected")]
    assert step.caption == "Click Not connected in the row of Acme-Mexico."
    assert step.see == ["Acme Corporation → Acme-Mexico · ○ Not connected", "> Acme-Mexico"]


@pytest.mark.parametrize("row", ["Acme-Canada", "Acme-Europe"])
def test_the_name_of_a_row_is_that_row_wherever_else_it_stands(row: str) -> None:
    moments = watched(Click(row))
    assert steps(moments)[0].do == [Act(click=row)]
    played(script_of(moments))


@pytest.mark.parametrize("beside", [Offset(), Offset(0, -1), Offset(15, 1)])
def test_a_button_is_clicked_by_its_label_wherever_it_is_hit(beside: Offset) -> None:
    _, answer = steps(watched("r", Click("Request Connection to", beside)))
    assert answer.do == [Act(click="Request Connection to Acme-US")]
    assert answer.see == ["Acme-US … ◐ Pending"]


def test_a_tab_is_clicked_by_its_name_without_its_count() -> None:
    (step,) = steps(watched(Click("Share From (Inbound)")))
    assert step.do == [Act(click="Share From (Inbound)")]
    assert step.see == ["▸Share From (Inbound)", "> Acme-Germany"]


def test_what_no_script_can_say_is_told_once_and_left_out() -> None:
    wheel = events.MouseScrollDown(None, 5, 20, 0, 1, 0, False, False, False, 5, 20)
    moments = watched("?", wheel, wheel, wheel, "escape")
    assert [one.lost for one in moments].count(WHEEL) == 1  # a turn is dozens of events
    found = composed(moments)
    assert found.lost == [WHEEL]
    assert [one.do for one in found.steps[1:]] == [[Act(press="?")], [Act(press="escape")]]
    dragged = composed(watched("down", Click("Acme-Mexico", dragged=9)))
    assert [one.do for one in dragged.steps[1:]] == [[Act(press="down")]]
    assert set(dragged.lost) <= {DRAGGED}


def test_a_click_on_nothing_with_a_name_is_told_when_it_did_something() -> None:
    blank, scroll_bar = Click(Offset(50, 17)), Click(Offset(88, 18))
    assert composed(watched("i", blank)).lost == []
    assert composed(watched("e", scroll_bar)).lost == [NAMELESS.format(19, 89)]


def test_keys_without_a_name_are_told_only_when_they_did_something() -> None:
    assert composed(watched(events.Key("super+f9", None), "down")).lost == []


def test_the_presenters_own_key_is_in_no_script() -> None:
    assert [one.do for one in steps(watched("i", RETURN))] == [[Act(press="i")]]


def test_leaving_is_no_step_by_whatever_way() -> None:
    by_palette = watched("down", 3.0, "ctrl+p", *"quit", "enter")
    assert [one.do for one in steps(by_palette)] == [[Act(press="down")]]
    assert all(one.act is None or one.act.press != "ctrl+q" for one in by_palette)


def test_a_quit_that_waited_for_a_write_leaves_the_journey_whole() -> None:
    moments = watched("r", "y", 0.001, "ctrl+q", 3.0, "down")
    assert [one.do for one in steps(moments)][:2] == [[Act(press="r")], [Act(press="y")]]


def test_nothing_that_was_done_makes_no_step() -> None:
    assert steps(watched()) == []


def test_a_journey_beyond_what_a_script_holds_is_cut_and_told() -> None:
    down, end = watched("down")
    many = [down._replace(at=3.0 * n, picture=str(n)) for n in range(201)]
    found = composed([*many, end._replace(at=1000.0)])
    assert len(found.steps) == 200
    assert "200 steps at most" in found.lost[-1]


@pytest.mark.parametrize("name", ["set-up-a-connection", "disconnect"])
def test_who_is_watched_at_a_shipped_walkthrough_gets_one_that_plays(name: str) -> None:
    script = read(found(name))
    does: list[str | Click | float] = []
    for step in script.steps:
        for act in step.acts:
            if act.click is not None:
                does.append(Click(act.click))
            elif act.press is not None:
                does.append(act.press)
            else:
                does += [one for letter in act.type or "" for one in (letter, 0.1)]
        does.append(1.0)
    moments = watched(*does, scenario=script.scenario, user=script.user)
    again = script_of(moments, script.scenario)
    assert composed(moments).lost == []
    played(again)
    typed = [act for step in script.steps for act in step.acts]
    assert [act for step in again.steps for act in step.do if act.click is None] == [
        act for act in typed if act.click is None
    ]
