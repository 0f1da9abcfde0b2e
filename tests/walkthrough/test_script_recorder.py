"""`walkthrough new` in a real terminal: what a person does becomes a script."""

import signal
import sys
from pathlib import Path

import pytest
from entity_connections.walkthrough.script_file import read_script
from entity_connections.walkthrough.script_models import Act
from entity_connections.walkthrough.script_recorder import format_script

from tests.cli.tenant import run
from tests.terminal.pty import Terminal
from tests.walkthrough.recordings import record_script

NEW = [sys.executable, "-m", "entity_connections", "walkthrough", "new"]
# As terminals with the keyboard protocol of kitty send them.
ESCAPE, CTRL_Q = "\x1b[27u", "\x1b[113;5u"


def click(terminal: Terminal, text: str, row: str = "") -> None:
    lines = terminal.text().splitlines()
    y, line = next((y, line) for y, line in enumerate(lines) if text in line and row in line)
    cell = f"{(line.index(text) + len(text) // 2) * 10 + 1};{y * 20 + 1}"  # in pixels
    terminal.send(f"\x1b[<0;{cell}M", f"\x1b[<0;{cell}m")


def test_keys_texts_and_clicks_become_a_script_that_runs(tmp_path: Path) -> None:
    path = tmp_path / "by-hand.toml"
    with Terminal([*NEW, str(path)], (100, 30)) as terminal:
        terminal.wait_for("├─ Acme-US")
        terminal.wait_quiet()
        terminal.send("e")
        terminal.wait_for("Entity switcher")
        terminal.send("amer", "\x1b[200~icas\x1b[201~")  # typed and pasted
        terminal.wait_for("Acme-Americas")
        terminal.send("enter")
        terminal.wait_for("Acme-Americas ▾")
        terminal.wait_quiet()
        click(terminal, "Request Connection", row="Acme-Europe")
        terminal.wait_for("y yes")
        terminal.wait_quiet(1.5)  # a question takes no answer in its first moment
        terminal.send("y")
        terminal.wait_for("Pending until Acme-Europe")
        click(terminal, "───")
        terminal.send(CTRL_Q)
        assert terminal.wait_exit() == 0, terminal.text()
        assert terminal.leftovers() == []
        assert "by-hand.toml: 5 steps." in terminal.text()
        assert "is left out: no text there" in terminal.text()
    script = read_script(path)
    assert (script.scenario, script.size, script.user) == ("acme", (100, 30), "alice")
    assert [step.do for step in script.steps] == [
        [Act(press="e")],
        [Act(type="americas")],
        [Act(press="enter")],
        [Act(click="Acme-Europe … r Request Connection")],
        [Act(press="y")],
    ]
    record_script(script)


def test_a_signal_ends_the_recording_and_writes_the_script(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    with Terminal([*NEW, str(path)], (100, 30)) as terminal:
        terminal.wait_for("├─ Acme-US")
        terminal.send("2")
        terminal.wait_for("┤ 2 Share From (Inbound)")
        terminal.child.kill(signal.SIGTERM)
        assert terminal.wait_exit() == 128 + signal.SIGTERM
    assert [step.do for step in read_script(path).steps] == [[Act(press="2")]]


def test_without_any_act_no_file_is_written(tmp_path: Path) -> None:
    with Terminal([*NEW, str(tmp_path / "mine.toml")], (100, 30)) as terminal:
        terminal.wait_for("├─ Acme-US")
        terminal.send(CTRL_Q)
        assert terminal.wait_exit() == 1
        assert "no file is written" in terminal.text()
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["mine"], "a walkthrough's file ends in .toml: mine.toml"),
        (["there.toml"], "there.toml is there already; --force replaces it."),
        (["none/mine.toml"], "cannot be written"),
        (["mine.toml"], "the screen needs a terminal as its input"),
    ],
)
def test_what_is_refused(
    arguments: list[str], message: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("there.toml").touch()
    ended = run(tmp_path, "walkthrough", "new", *arguments)
    assert ended.returncode == 2
    assert message in ended.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["there.toml"]


def test_any_text_is_written_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "quotes.toml"
    acts = [("type", 'a "quoted" \\ text 名'), ("press", '"'), ("click", "▸Tab … [x]")]
    path.write_text(format_script(acts, "acme", "alice", (80, 24)))
    script = read_script(path)
    assert [step.do[0].model_dump(exclude_none=True) for step in script.steps] == [
        {kind: value} for kind, value in acts
    ]
