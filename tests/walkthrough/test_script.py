"""What a script may say, and the sentence for each thing it may not: file, step, remedy."""

import os
from pathlib import Path

import pytest
from entity_connections.domain.text import clean
from entity_connections.walkthrough.keys import event
from entity_connections.walkthrough.script import ScriptError, found, parsed, read, shipped
from hypothesis import given
from hypothesis import strategies as st

from tests.walkthrough.performed import HEAD

EITHER = "acme, denied-removed, empty, global-500 or hostile"
STEP = '[[steps]]\ncaption = "One."\n'


def complaints(text: str, name: str = "tour.toml") -> list[str]:
    """Return what is said about a script, line by line, without the file's name."""
    with pytest.raises(ScriptError) as caught:
        parsed(text, name)
    lines = str(caught.value).split("\n")
    assert all(line.startswith(f"{name}: ") for line in lines)
    return [line.removeprefix(f"{name}: ") for line in lines]


def test_everything_a_script_can_say() -> None:
    script = parsed(
        f"""{HEAD}
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
    assert (script.scenario, script.user, script.size) == ("empty", "carol", [80, 24])
    assert [act.press or act.type or act.click for act in step.acts] == [
        *("u", "bruno", "enter"),
        *("ctrl+r", "añ 名", "Acme-US … Accept"),
    ]


def test_what_a_script_need_not_say() -> None:
    script = parsed(HEAD + STEP, "tour.toml")
    assert (script.scenario, script.user, script.size) == ("acme", "alice", [100, 26])
    assert script.steps[0].acts == ()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "title: is missing; write it."),
        ("", "steps: is missing; write it."),
        ('title = ""', "title: is empty; write something."),
        ("title = 3", "title: must be a text in quotes, not 3."),
        (f'title = "{"t" * 61}"', "title: has 61 characters, and may have 60; shorten it."),
        (f"{HEAD}steps = []", "steps: has 0, and needs 1 at least; add to it."),
        (f'{HEAD}steps = "one"', 'steps: must be a list in [ ], not "one".'),
        (f'{HEAD}steps = ["one"]', 'step 1: must be a table, not "one".'),
        (f'{HEAD}[[step]]\ncaption = "One."', "step: there is no such key; did you mean steps?"),
        (f"{HEAD}{STEP * 201}", "steps: has 201, and may have 200; take some out."),
        (f"{HEAD}size = [80]\n{STEP}", "size: has 1, and needs 2 at least; add to it."),
        (
            f"{HEAD}size = [10, 10]\n{STEP}",
            "size: takes columns from 60 to 300 and rows from 20 to 100.",
        ),
        (f"{HEAD}size = [80.5, 24]\n{STEP}", "size 1: must be a whole number, not 80.5."),
        (
            f'{HEAD}scenario = "acm"\n{STEP}',
            f"scenario: There is no scenario 'acm'. Choose {EITHER}.",
        ),
        (
            f'{HEAD}user = "dora"\n{STEP}',
            "user: there is no 'dora'; there are alice, bruno, carol.",
        ),
    ],
)
def test_a_script_that_is_wrong(text: str, said: str) -> None:
    assert said in complaints(text)


@pytest.mark.parametrize(
    ("step", "said"),
    [
        ("", "step 2, caption: is missing; write it."),
        (f'caption = "{"c" * 241}"', "step 2, caption: has 241 characters, and may have 240;"),
        ('caption = "a\\nb"', "step 2, caption: holds a line break, or characters that cannot be"),
        ('capton = "x"', "step 2, capton: there is no such key; did you mean caption?"),
        ("zzz = 1", "step 2, zzz: there is no such key; there are caption, user, faults, do, see,"),
        ('do = "r"', 'step 2, do: must be a list in [ ], not "r".'),
        ('do = ["r"]', 'step 2, do 1: must be a table, not "r".'),
        ("do = [{}]", "step 2, do 1: takes exactly one of press, type and click; make one { }"),
        ('do = [{ press = "r", type = "x" }]', "step 2, do 1: takes exactly one of press, type"),
        ('do = [{ pres = "r" }]', "step 2, do 1, pres: there is no such key; did you mean press?"),
        ("do = [{ press = 1 }]", "step 2, do 1, press: must be a text in quotes, not 1."),
        (
            'do = [{ press = "r" }, { press = "hello" }]',
            "step 2, do 2, press: 'hello' is no key; it takes one character, or enter, escape,",
        ),
        ('do = [{ press = "ctrl+q" }]', "step 2, do 1, press: ctrl+q leaves the program; end the"),
        ('do = [{ press = "ctrl+g" }]', "step 2, do 1, press: ctrl+g is the presenter's own key;"),
        (
            'faults = ["latency=1", "latency=2"]',
            "step 2, faults: latency stands there twice; say it once.",
        ),
        ('do = [{ type = "" }]', "step 2, do 1, type: is empty; write something."),
        ('see = [""]', "step 2, see 1: is empty; write something."),
        ('faults = ["rain"]', "step 2, faults 1: There is no fault 'rain'. Choose latency,"),
        ('faults = ["latency=x"]', "step 2, faults 1: The value of latency must be a number, not"),
        ('user = "dora"', "step 2, user: there is no 'dora'; there are alice, bruno, carol."),
        ('picture = "A picture"', 'step 2, picture: "A picture" may hold small letters, digits'),
        ('picture = "../x"', 'step 2, picture: "../x" may hold small letters, digits and hyphens'),
        ('picture = "one"', "step 2, picture: step 1 has one that is called one, too; name it"),
    ],
)
def test_a_step_that_is_wrong(step: str, said: str) -> None:
    caption = "" if "caption" in said.split(":")[0] else 'caption = "Two."\n'
    text = f'{HEAD}{STEP}picture = "one"\n[[steps]]\n{caption}{step}\n'
    assert any(line.startswith(said) for line in complaints(text)), complaints(text)


def test_many_faults_are_told_and_more_are_counted() -> None:
    lines = complaints(HEAD + f"{STEP}x = 1\n" * 15)
    assert len(lines) == 11
    assert lines[9].startswith("step 10, x: ")
    assert lines[10] == "and 5 more."


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "title",
            "is not TOML: Expected '=' after a key in a key/value pair (at end of document).",
        ),
        ("a = 1\na = 2", "is not TOML: Cannot overwrite a value"),
        (f"a = {'[' * 20_000}", "is nested deeper than any script; write it flat."),
        (f"a = {'9' * 5000}", "holds a number of far too many digits; shorten it."),
        ("a = 2026-99-99", "is not TOML: "),
    ],
)
def test_what_is_no_toml(text: str, said: str) -> None:
    (line,) = complaints(text)
    assert line.startswith(said)


@pytest.mark.parametrize(
    "text",
    [
        'title = "\\u001b]0;x\\u0007"\n',
        f'{HEAD}"\\u001b[31mred" = 1\n{STEP}',
        f'{HEAD}scenario = "\\u001b[31m"\n{STEP}',
        f'{HEAD}user = "\\u202eecila"\n{STEP}',
        f'{HEAD}{STEP}see = ["\\u001b[31m"]',
        f'{HEAD}{STEP}gone = ["a\\u2028b"]',
        f'{HEAD}{STEP}do = [{{ click = "\\u009b31m" }}]',
        f'{HEAD}{STEP}do = [{{ press = "\\u001b" }}]',
        f'{HEAD}{STEP}faults = ["\\u001b[2J=x"]',
        f'{HEAD}{STEP}picture = "\\u001b"',
        "\x1b[31m = 1",
    ],
)
def test_what_is_meant_to_harm_a_terminal_is_refused_and_not_repeated(text: str) -> None:
    lines = complaints(text, "tour.toml")
    assert all(clean(line, 1000) == line for line in lines)


def test_a_name_that_is_meant_to_harm_a_terminal() -> None:
    with pytest.raises(ScriptError) as caught:
        parsed("", "\x1b[31mtour.toml")
    assert "\x1b" not in str(caught.value)


def said_of(text: str) -> str:
    """Return what is said about a script; "" where it can be played."""
    try:
        parsed(text, "tour.toml")
    except ScriptError as error:
        return str(error)
    return ""


@given(st.text(max_size=60))
def test_whatever_is_typed_into_a_script_is_a_script_or_a_sentence(text: str) -> None:
    for script in (text, HEAD + text, f"{HEAD}{STEP}{text}"):
        assert said_of(script) == "" or said_of(script).endswith((".", "?"))


@given(st.characters())
def test_each_key_a_script_may_press_is_one_that_textual_knows(letter: str) -> None:
    try:
        script = parsed(f"{HEAD}{STEP}do = [{{ press = '{letter}' }}]", "tour.toml")
    except ScriptError:
        return
    key = event(script.steps[0].acts[0].press or "")
    assert key.character == letter
    assert key.is_printable


# Files


def test_a_script_is_read_from_any_file_that_ends_like_one(tmp_path: Path) -> None:
    file = tmp_path / "tour.toml"
    file.write_bytes(b"\xef\xbb\xbf" + (HEAD + STEP).replace("\n", "\r\n").encode())
    assert read(found(str(file))).title == "Of a test"


def test_a_scenario_file_is_looked_for_beside_the_script(tmp_path: Path) -> None:
    file = tmp_path / "tour.toml"
    file.write_text(f'{HEAD}scenario = "mine.toml"\nuser = "dora"\n{STEP}')
    assert read(file).scenario == str(tmp_path / "mine.toml")


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"\xff\xfe", "tour.toml: is not text in UTF-8; save it as such."),
        (b"#" * 1_000_001, "tour.toml: is larger than a script can be (1 MB)."),
    ],
)
def test_a_file_that_holds_no_script(data: bytes, said: str, tmp_path: Path) -> None:
    file = tmp_path / "tour.toml"
    file.write_bytes(data)
    with pytest.raises(ScriptError) as caught:
        read(file)
    assert str(caught.value) == said


def test_a_file_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(ScriptError, match=r"/none\.toml cannot be read: No such file or directory"):
        read(tmp_path / "none.toml")
    with pytest.raises(ScriptError, match="is not a file"):
        read(tmp_path)


def test_a_name_is_one_of_ours_or_a_file() -> None:
    assert found("disconnect") == shipped()["disconnect"]
    assert found("./disconnect") == Path("disconnect")
    assert found("disconnect.toml") == Path("disconnect.toml")


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("deny-request", "There is no walkthrough 'deny-request'; did you mean deny-a-request?"),
        ("zzz", "there are a-day-with-faults, connect-a-hierarchy, deny-a-request, disconnect,"),
        ("\x1b[31m", "There is no walkthrough '\\x1b[31m'; there are "),
    ],
)
def test_a_name_that_means_nothing(name: str, said: str) -> None:
    with pytest.raises(ScriptError) as caught:
        found(name)
    assert said in str(caught.value)
    assert str(caught.value).endswith(" A file ends in .toml.")


def test_a_pipe_is_no_script(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.toml")
    with pytest.raises(ScriptError, match=r"pipe\.toml is not a file"):
        read(tmp_path / "pipe.toml")
