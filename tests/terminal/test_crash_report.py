"""What is printed about an error: where it was, never what the variables held."""

import pytest
from entity_connections.tui.terminal.crash_report import CRASH_HEADER, make_crash_report


def _fail() -> None:
    token = "Bearer " + "x" * 8
    try:
        int(token[:0])
    except ValueError as error:
        raise RuntimeError("bold \x1b[1m\u202e [red]") from error


def test_places_and_causes_without_values() -> None:
    with pytest.raises(RuntimeError) as caught:
        _fail()
    ui = str(make_crash_report(caught.value))
    assert ui.startswith(CRASH_HEADER)
    assert "in _fail" in ui
    assert "ValueError: invalid literal" in ui
    assert "RuntimeError: bold [1m [red]" in ui
    assert "Bearer xxxxxxxx" not in ui


def test_the_error_being_handled_is_the_default() -> None:
    try:
        _fail()
    except RuntimeError:
        assert "in _fail" in str(make_crash_report())
    assert str(make_crash_report()) == CRASH_HEADER
