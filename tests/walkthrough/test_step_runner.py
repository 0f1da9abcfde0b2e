"""Running steps: what they wait for, and how they fail."""

import random
from itertools import chain

import pytest
from entity_connections.walkthrough.script_models import Walkthrough
from entity_connections.walkthrough.step_runner import StepFailed

from tests.walkthrough.recordings import make_script, record_script


def failure_of(script: Walkthrough) -> StepFailed:
    with pytest.raises(StepFailed) as caught:
        record_script(script)
    return caught.value


def last_screen(script: Walkthrough) -> str:
    return "\n".join(record_script(script).steps[-1].last.text.lines)


def test_a_text_that_does_not_come_fails_with_step_caption_and_both_screens() -> None:
    error = failure_of(
        make_script('see = ["Acme"]', 'do = [{ press = "2" }]\nsee = ["Acme-Atlantis"]')
    )
    assert error.number == 2
    message = str(error)
    assert message.startswith('Step 2, "Step 2.": "Acme-Atlantis" must be seen, and is not.')
    before, after = message.split("The screen now:")
    assert "┤ 1 Share To (Outbound)" in before
    assert "┤ 2 Share From (Inbound)" in after


@pytest.mark.parametrize(
    ("step", "reason"),
    [
        ('gone = ["Acme-Europe"]', '"Acme-Europe" must be gone, and is not.'),
        ('do = [{ click = "Teleport" }]', '"Teleport" is not on the screen.'),
        (
            'do = [{ click = "Request Connection" }]',
            (
                '"Request Connection" is on the screen 5 times; say which one by what stands'
                ' before it on its line: "this … Request Connection".'
            ),
        ),
        (
            'do = [{ press = "e" }, { click = "Request … Entity" }]',
            '"Request … Entity" is behind a dialog.',
        ),
    ],
)
def test_the_reason_of_a_failure(step: str, reason: str) -> None:
    assert failure_of(make_script(step)).reason == reason


def test_a_click_prefers_the_dialog_to_what_is_behind_it() -> None:
    step = 'do = [{ press = "e" }, { click = "Acme-Americas" }]\nsee = ["Acme-Americas ▾"]'
    assert " Acme-Americas ▾" in last_screen(make_script(step))


def test_the_first_step_waits_until_the_tenant_is_open() -> None:
    assert "Share To (Outbound) 14" in last_screen(make_script('do = [{ press = "/" }]'))


def test_faults_are_those_of_the_step_and_no_others() -> None:
    refresh = 'do = [{ press = "ctrl+r" }]'
    first = (
        f'faults = ["latency=0", "jitter=0"]\n{refresh}\nsee = ["FAULTS ON: latency=0 · jitter=0"]'
    )
    second = f'faults = ["jitter=0"]\n{refresh}\nsee = ["FAULTS ON: jitter=0"]\ngone = ["latency"]'
    assert "FAULTS ON: jitter=0" in last_screen(make_script(first, second, refresh))
    assert "FAULTS" not in last_screen(make_script(first, f"faults = []\n{refresh}"))


def test_a_step_may_change_the_user() -> None:
    step = 'user = "bruno"\nsee = ["Acme-Europe ▾"]'
    assert "bruno@acme.example" in last_screen(make_script(step))


def test_a_key_does_what_it_does_for_a_person() -> None:
    keys = ("e", "?", "ctrl+l")
    presses = chain.from_iterable((key, "escape") for key in keys)
    script = make_script("", *(f'do = [{{ press = "{key}" }}]' for key in presses))
    before, *after = ("".join(step.last.text.lines) for step in record_script(script).steps)
    assert after[1::2] == [before] * len(keys), "escape closes what a key has opened"
    assert len({before, *after}) == 1 + len(keys)


def test_an_app_that_closes_is_a_failure() -> None:
    keys = ", ".join(f'{{ press = "{key}" }}' for key in ("ctrl+p", "q", "u", "i", "t", "enter"))
    error = failure_of(make_script(f'do = [{keys}]\nsee = ["Acme"]', 'see = ["Acme"]'))
    assert (error.number, error.reason) == (1, "The screen has closed.")


def test_random_pauses_are_the_same_at_every_run() -> None:
    read_again = (
        'faults = ["gateway-page=503,times=2"]\ndo = [{ press = "ctrl+r" }, { press = "r" }]'
    )
    script = make_script(f'{read_again}\nsee = ["Request a connection?"]')
    first = record_script(script)
    random.random()
    assert record_script(script).output == first.output
