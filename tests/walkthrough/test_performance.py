"""Scripts that were broken on purpose: which step, its caption, what was missed, both screens."""

import pytest
from entity_connections.walkthrough import step_runner as performance
from entity_connections.walkthrough.screen_text import text_of
from entity_connections.walkthrough.script import Walkthrough
from entity_connections.walkthrough.step_runner import Missed

from tests.walkthrough.performed import performed, steps


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(performance, "PATIENCE", 3.0)


def missed(script: Walkthrough) -> Missed:
    """Perform a script that cannot be performed, and return why."""
    with pytest.raises(Missed) as caught:
        performed(script)
    return caught.value


def last_screen(script: Walkthrough) -> str:
    """Perform a script and return the text on the screen at its end."""
    return "\n".join(text_of(performed(script).frames[-1].svg))


def test_a_text_that_does_not_come_fails_with_the_step_its_caption_and_both_screens() -> None:
    error = missed(steps('see = ["Acme"]', 'do = [{ press = "i" }]\nsee = ["Acme-Atlantis"]'))
    assert error.number == 2
    said = str(error)
    assert said.startswith('Step 2, "Step 2.": "Acme-Atlantis" must be seen, and is not.')
    before, now = said.split("The screen now:")
    assert "▸Share To (Outbound)" in before
    assert "▸Share From (Inbound)" in now


def test_a_text_that_does_not_go() -> None:
    assert (
        missed(steps('gone = ["Acme-Europe"]')).reason == '"Acme-Europe" must be gone, and is not.'
    )


def test_a_click_on_nothing() -> None:
    assert (
        missed(steps('do = [{ click = "Teleport" }]')).reason == '"Teleport" is not on the screen.'
    )


def test_a_click_on_what_is_there_more_than_once() -> None:
    error = missed(steps('do = [{ click = "Request Connection" }]'))
    assert error.reason.startswith('"Request Connection" is on the screen 4 times; say which one')
    assert '"this … Request Connection"' in error.reason


def test_a_click_on_what_a_dialog_leaves_in_sight() -> None:
    error = missed(steps('do = [{ press = "e" }, { click = "Disconnect … Entity" }]'))
    assert error.reason == '"Disconnect … Entity" is behind a dialog.'


def test_what_stands_in_a_dialog_is_clicked_although_it_stands_behind_it_too() -> None:
    click = 'do = [{ press = "e" }, { click = "Acme-Americas" }]\nsee = ["Acme-Americas ▾"]'
    assert last_screen(steps(click)).startswith(" Acme-Americas ▾")


def test_the_first_step_waits_until_the_tenant_is_open() -> None:
    assert "Share To (Outbound) 15" in last_screen(steps('do = [{ press = "/" }]'))
    faulty = steps('faults = ["latency=3", "drop,times=2"]\ndo = [{ press = "ctrl+r" }]')
    assert " FAULTS ON: latency=3 · drop,times=2 " in last_screen(faulty)


def test_faults_are_those_of_the_step_and_no_others() -> None:
    refresh = 'do = [{ press = "ctrl+r" }]'
    first = (
        f'faults = ["latency=0", "jitter=0"]\n{refresh}\nsee = ["FAULTS ON: latency=0 · jitter=0"]'
    )
    second = f'faults = ["jitter=0"]\n{refresh}\nsee = ["FAULTS ON: jitter=0"]\ngone = ["latency"]'
    assert "FAULTS ON: jitter=0" in last_screen(steps(first, second, refresh))
    assert "FAULTS" not in last_screen(steps(first, f"faults = []\n{refresh}"))


def test_another_user_goes_on() -> None:
    assert "bruno@acme.example" in last_screen(steps('user = "bruno"\nsee = ["Acme-Europe ▾"]'))


@pytest.mark.parametrize("keys", ['{ press = "e" }', '{ press = "?" }', '{ press = "ctrl+l" }'])
def test_a_key_does_what_it_does_for_a_person(keys: str) -> None:
    plain, pressed = last_screen(steps("")), last_screen(steps(f"do = [{keys}]"))
    assert pressed != plain
    assert last_screen(steps(f'do = [{keys}, {{ press = "escape" }}]')) == plain


def test_a_screen_that_closes_is_missed() -> None:
    keys = ", ".join(f'{{ press = "{one}" }}' for one in ("ctrl+p", "q", "u", "i", "t", "enter"))
    error = missed(steps(f'do = [{keys}]\nsee = ["Acme"]', 'see = ["Acme"]'))
    assert error.number == 1
    assert "The screen has closed." in str(error)
