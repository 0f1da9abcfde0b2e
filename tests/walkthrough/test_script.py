"""Scripts: what they may hold, and the messages about what they may not."""

import os
from contextlib import suppress
from pathlib import Path

import pytest
from entity_connections.domain.text import clean
from entity_connections.walkthrough.key_events import key_event
from entity_connections.walkthrough.script_file import (
    ScriptError,
    find_script,
    list_shipped_scripts,
    parse_script,
    read_script,
)
from hypothesis import given
from hypothesis import strategies as st

from tests.walkthrough.recordings import HEADER

SCENARIOS = "acme, denied-removed, empty, global-500, hostile or a .toml or .json file"
STEP = '[[steps]]\ncaption = "One."\n'


def problems(text: str) -> list[str]:
    """Return the lines of the error message about a script, without the name of the file."""
    with pytest.raises(ScriptError) as caught:
        parse_script(text, "tour.toml")
    lines = str(caught.value).split("\n")
    assert all(line.startswith("tour.toml: ") for line in lines)
    return [line.removeprefix("tour.toml: ") for line in lines]


def test_everything_that_a_script_can_hold() -> None:
    script = parse_script(
        f"""{HEADER}
scenario = "empty"
user = "carol"
size = [80, 24]
{STEP}
user = "bruno"
faults = ["rate-limit=5,times=1", "drop"]
do = [{{ press = "ctrl+r" }}, {{ type = "añ 名" }}, {{ click = "Acme-US … Accept" }}]
see = ["◐ Pending"]
gone = ["FAULTS ON"]
picture = "a-picture-1"
""",
        "tour.toml",
    )
    (step,) = script.steps
    assert (script.scenario, script.user, script.size) == ("empty", "carol", (80, 24))
    assert [act.press or act.type or act.click for act in step.acts] == [
        *("u", "bruno", "enter"),
        *("ctrl+r", "añ 名", "Acme-US … Accept"),
    ]


def test_defaults() -> None:
    script = parse_script(HEADER + STEP, "tour.toml")
    assert (script.scenario, script.user, script.size) == ("acme", "alice", (100, 26))
    assert script.steps[0].acts == ()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "title: it is missing."),
        ("", "steps: it is missing."),
        ('title = ""', "title: it must not be empty."),
        ("title = 3", "title: it must be a text in quotes."),
        (f'title = "{"t" * 61}"', "title: it must have at most 60 characters."),
        (f'{HEADER}steps = "one"', "steps: it must be a list: [ … ]."),
        (f'{HEADER}[[step]]\ncaption = "One."', "step: there is no such key; did you mean steps?"),
        (f"{HEADER}size = [10, 26]\n{STEP}", "size 1: it must be at least 60."),
        (f"{HEADER}size = [80, 101]\n{STEP}", "size 2: it must be at most 100."),
        (f"{HEADER}size = [80.5, 24]\n{STEP}", "size 1: it must be a whole number."),
        (
            f'{HEADER}scenario = "acm"\n{STEP}',
            f"scenario: There is no scenario 'acm'. Choose {SCENARIOS}.",
        ),
        ("title", "not TOML: Expected '=' after a key in a key/value pair (at end of document)."),
        ("a = 1\na = 2", "not TOML: Cannot overwrite a value"),
        (f"a = {'[' * 20_000}", "not TOML: "),
        (f"a = {'9' * 5000}", "not TOML: Exceeds the limit"),
    ],
)
def test_an_invalid_script(text: str, message: str) -> None:
    assert any(line.startswith(message) for line in problems(text)), problems(text)


@pytest.mark.parametrize(
    ("step", "message"),
    [
        ("", "steps 2, caption: it is missing."),
        (f'caption = "{"c" * 241}"', "steps 2, caption: it must have at most 240 characters."),
        ('caption = "a\\nb"', "steps 2, caption: A text may hold neither line breaks nor"),
        ('capton = "x"', "steps 2, capton: there is no such key; did you mean caption?"),
        (
            "zzz = 1",
            "steps 2, zzz: there is no such key; there are: caption, user, faults, do, see,",
        ),
        ('do = ["r"]', "steps 2, do 1: it must be a table of keys and values."),
        ("do = [{}]", "steps 2, do 1: Exactly one of press, type and click is needed;"),
        ('do = [{ press = "r", type = "x" }]', "steps 2, do 1: Exactly one of press, type and"),
        ('do = [{ pres = "r" }]', "steps 2, do 1, pres: there is no such key; did you mean press?"),
        (
            'do = [{ press = "r" }, { press = "hello" }]',
            "steps 2, do 2, press: 'hello' is no key. A key is one character, or enter, escape,",
        ),
        ('do = [{ press = "ctrl+q" }]', "steps 2, do 1, press: ctrl+q leaves the program;"),
        ('do = [{ press = "ctrl+g" }]', "steps 2, do 1, press: ctrl+g is a key of the presenter."),
        ('faults = ["latency=1", "latency=2"]', "steps 2, faults: A fault is listed twice."),
        ('faults = ["rain"]', "steps 2, faults: There is no fault 'rain'. Choose latency,"),
        ('faults = ["latency=x"]', "steps 2, faults: The value of latency must be a number"),
        ('picture = "../x"', "steps 2, picture: it must match the pattern ^[a-z0-9]"),
    ],
)
def test_an_invalid_step(step: str, message: str) -> None:
    caption = "" if "caption" in message.split(":")[0] else 'caption = "Two."\n'
    text = f"{HEADER}{STEP}[[steps]]\n{caption}{step}\n"
    assert any(line.startswith(message) for line in problems(text)), problems(text)


def test_the_first_ten_problems_are_listed() -> None:
    lines = problems(HEADER + f"{STEP}x = 1\n" * 15)
    assert len(lines) == 10
    assert lines[9].startswith("steps 10, x: ")


@pytest.mark.parametrize(
    "text",
    [
        'title = "\\u001b]0;x\\u0007"\n',
        f'{HEADER}"\\u001b[31mred" = 1\n{STEP}',
        f'{HEADER}scenario = "\\u001b[31m"\n{STEP}',
        f'{HEADER}user = "\\u202eecila"\n{STEP}',
        f'{HEADER}{STEP}see = ["\\u001b[31m"]',
        f'{HEADER}{STEP}gone = ["a\\u2028b"]',
        f'{HEADER}{STEP}do = [{{ click = "\\u009b31m" }}]',
        f'{HEADER}{STEP}do = [{{ press = "\\u001b" }}]',
        f'{HEADER}{STEP}faults = ["\\u001b[2J=x"]',
        f'{HEADER}{STEP}picture = "\\u001b"',
        "\x1b[31m = 1",
    ],
)
def test_escape_sequences_are_refused_and_not_repeated(text: str) -> None:
    assert all(clean(line, 1000) == line for line in problems(text))


def test_escape_sequences_in_a_file_name_are_not_repeated() -> None:
    with pytest.raises(ScriptError) as caught:
        parse_script("", "\x1b[31mtour.toml")
    assert "\x1b" not in str(caught.value)


@given(st.text(max_size=60))
def test_any_text_is_a_script_or_raises_the_one_error(text: str) -> None:
    for script in (text, HEADER + text, f"{HEADER}{STEP}{text}"):
        with suppress(ScriptError):
            parse_script(script, "tour.toml")


@given(st.characters())
def test_each_character_that_a_script_may_press_is_a_key_of_textual(letter: str) -> None:
    try:
        script = parse_script(f"{HEADER}{STEP}do = [{{ press = '{letter}' }}]", "tour.toml")
    except ScriptError:
        return
    key = key_event(script.steps[0].acts[0].press or "")
    assert key.character == letter
    assert key.is_printable


# Files


def test_a_script_is_read_from_any_file_that_ends_like_one(tmp_path: Path) -> None:
    file = tmp_path / "tour.toml"
    text = f'{HEADER}scenario = "mine.toml"\n{STEP}'
    file.write_bytes(b"\xef\xbb\xbf" + text.replace("\n", "\r\n").encode())
    script = read_script(find_script(str(file)))
    assert script.title == "Of a test"
    assert script.scenario == str(tmp_path / "mine.toml"), "beside the script"


def test_a_file_that_is_no_script(tmp_path: Path) -> None:
    (tmp_path / "latin.toml").write_bytes(b"\xff\xfe")
    (tmp_path / "large.toml").write_bytes(b"#" * 1_000_001)
    os.mkfifo(tmp_path / "pipe.toml")
    for name, message in {
        "latin.toml": "is not a text in UTF-8",
        "large.toml": "is larger than 1,000,000 bytes",
        "pipe.toml": "is not a file",
        ".": "cannot be read: Is a directory",
        "none.toml": "cannot be read: No such file or directory",
    }.items():
        with pytest.raises(ScriptError, match=message):
            read_script(tmp_path / name)


def test_a_name_is_one_of_ours_or_a_file() -> None:
    assert find_script("disconnect") == list_shipped_scripts()["disconnect"]
    assert find_script("./disconnect") == Path("disconnect")
    assert find_script("disconnect.toml") == Path("disconnect.toml")


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("deny-request", "There is no walkthrough 'deny-request'; did you mean deny-a-request?"),
        ("zzz", "there are a-day-with-faults, connect-a-hierarchy, deny-a-request, disconnect,"),
        ("\x1b[31m", "There is no walkthrough '\\x1b[31m'; there are "),
    ],
)
def test_a_name_that_means_nothing(name: str, message: str) -> None:
    with pytest.raises(ScriptError) as caught:
        find_script(name)
    assert message in str(caught.value)
    assert str(caught.value).endswith(" A file ends in .toml.")
