"""What is printed about an error: where it was, never what the variables held."""

from entity_connections.tui.terminal.crash_report import CRASH_HEADER, make_crash_report


def _fail() -> None:
    token = "Bearer " + "x" * 8
    try:
        int(token[:0])
    except ValueError as error:
        raise RuntimeError("bold \x1b[1m\u202e [red]") from error


def test_places_and_causes_without_values() -> None:
    try:
        _fail()
    except RuntimeError:
        report = str(make_crash_report())
    assert report.startswith(CRASH_HEADER)
    assert "in _fail" in report
    assert "ValueError: invalid literal" in report
    assert "RuntimeError: bold [1m [red]" in report
    assert "Bearer xxxxxxxx" not in report
