"""The program in a pseudo-terminal: hostile names, repaints, crashes, NO_COLOR."""

import re
import sys
from pathlib import Path

import pytest
from entity_connections.services.storage.journal import Journal

from tests.terminal.pty import Terminal, list_visible

PROGRAM = [sys.executable, "-m", "entity_connections"]


def test_no_escape_of_a_name_reaches_the_terminal() -> None:
    with Terminal([*PROGRAM, "--scenario", "hostile"]) as terminal:
        terminal.wait_for("[@click=app.quit]x[/]")
        terminal.send("2")
        terminal.wait_for("┤ 2 Share From (Inbound)")
        terminal.send("e")
        terminal.wait_for("Entity switcher")
        terminal.send("escape")
        terminal.wait_quiet()
        terminal.send("ctrl+q")
        assert terminal.wait_exit() == 0
        output = terminal.transcript.decode()
        for attack in ("\x1b]0;", "\x1b[31mred", "\x1b[5m", "\x9b", "\x9d", "\x00", "\b"):
            assert attack not in output
        assert not {"\u202e", "\u2066", "\u200b", "\u200d", "\ufeff"} & set(output)


def test_partial_repaints_show_the_same_as_a_full_repaint() -> None:
    with Terminal(PROGRAM) as terminal:
        terminal.wait_for("Acme-Americas")
        terminal.wait_quiet()
        start = len(terminal.transcript)
        for key in ("down", "down", "down", "2", "down", "1", "/", "e", "u", "enter", "a", "down"):
            terminal.send(key)
            terminal.wait_quiet()
        partial = list_visible(terminal.screen)
        terminal.send("?")
        terminal.wait_for("To connect two entities")
        terminal.send("escape")
        terminal.wait_quiet()
        assert "To connect two entities" not in terminal.text()
        full = list_visible(terminal.screen)
        assert partial == full
        frame = rb"\x1b\[\?2026h.*?\x1b\[\?2026l"  # which the terminal shows at once
        assert b"Acme" not in re.sub(frame, b"", terminal.transcript[start:], flags=re.DOTALL)


def test_the_screen_looks_as_it_was_left_unless_the_config_file_says_how(tmp_path: Path) -> None:
    env = {
        "ENTITY_CONNECTIONS_CONFIG_DIR": str(tmp_path / "config"),
        "ENTITY_CONNECTIONS_STATE_DIR": str(tmp_path / "state"),
    }

    def see_panes(*keys: str) -> bool:
        with Terminal(PROGRAM, env=env) as terminal:
            terminal.wait_for("Acme-Americas")
            terminal.send(*keys)
            terminal.wait_quiet()
            terminal.send("ctrl+q")
            assert terminal.wait_exit() == 0
            return b"Entities" in terminal.transcript

    assert see_panes("p")
    assert see_panes()
    (tmp_path / "config").mkdir(mode=0o700)
    (tmp_path / "config" / "config.toml").write_text('[ui]\npanes = "never"')
    with Terminal(PROGRAM, env=env) as terminal:
        terminal.wait_for("Acme-Americas")
        assert "Entities" not in terminal.text()
        terminal.send("p")
        terminal.wait_for("This is not remembered. [ui] in")
        terminal.send("ctrl+q")


def test_a_walkthrough_plays_from_the_screen_and_leaves_it_as_it_was() -> None:
    with Terminal(PROGRAM) as terminal:
        terminal.wait_for("Acme-Americas")
        terminal.send("/", "nordics", "enter", "W")
        terminal.wait_for("Disconnect, and what it costs")
        terminal.send("costs", "enter")
        terminal.wait_for("0/")
        terminal.send("ctrl+c")
        terminal.wait_for("1 of 14")
        assert "nordics" in terminal.text()
        terminal.send("ctrl+q")
        assert terminal.wait_exit() == 0
        assert terminal.leftovers() == []


CRASH = """
import sys
from entity_connections.tui.screens import connections_view

def broken(*_):
    client_secret = "".join(("not/a+", "secret"))
    raise RuntimeError("broken \\x1b]0;x\\x07 [/] on purpose")

connections_view.render_short_detail = broken
sys.argv[1:] = []
from entity_connections.cli import main
main()
"""


def test_a_crash_report_has_no_values_and_the_terminal_is_restored() -> None:
    with Terminal([sys.executable, "-c", CRASH]) as terminal:
        assert terminal.wait_exit() == 70
        assert terminal.leftovers() == []
        output = terminal.transcript.decode()
        assert "RuntimeError: broken ]0;x [/] on purpose" in output
        assert "an error in the program itself" in output
        assert "not/a+secret" not in output
        assert "client_secret =" not in output.replace('client_secret = "".join', "")


def test_no_color_sends_no_colour_at_all() -> None:
    with Terminal(["env", "NO_COLOR=1", *PROGRAM]) as terminal:
        terminal.wait_for("├─ Acme-US")
        terminal.send("r")
        terminal.wait_for("y yes")
        terminal.send("escape", "ctrl+q")
        assert terminal.wait_exit() == 0
        codes = re.findall(r"\x1b\[([\d;]*)m", terminal.transcript.decode())
        assert codes
        assert not [code for code in codes if re.search(r"(^|;)([349][0-8]|10\d)(;|$)", code)]


CRASH_DURING_A_WRITE = """
import sys
from entity_connections.services.operations.runs import Progress
from entity_connections.services.tab_state import TabState

def crash(tab, _columns):
    assert Progress.SENDING in [tab.runs.progress(row) for row in tab.rows()]
    raise RuntimeError("broken on purpose")

TabState.sort_next = crash
sys.argv[1:] = ["--tenant", sys.argv[1], "--fault", "latency=1.5,calls=writes"]
from entity_connections.cli import main
main()
"""


def test_the_outcome_of_a_write_is_recorded_after_a_crash(tmp_path: Path) -> None:
    tenant = str(tmp_path / "acme.db")
    state = {"ENTITY_CONNECTIONS_STATE_DIR": str(tmp_path / "state")}
    with Terminal([sys.executable, "-c", CRASH_DURING_A_WRITE, tenant], env=state) as terminal:
        terminal.wait_for("Acme-Americas", timeout=30)
        terminal.send("/", "acme-us", "enter", "r")
        terminal.wait_for("y yes", timeout=30)
        terminal.answer("Request a connection?")
        terminal.wait_for("sending")
        terminal.send("s")
        assert terminal.wait_exit(30) == 70
        assert "RuntimeError: broken on purpose" in terminal.transcript.decode()
    [path] = tmp_path.rglob("state.sqlite3")
    assert [entry.outcome for entry in Journal(path, "").read_entries()] == ["confirmed"]


def test_a_terminal_without_utf_8_gets_ascii_only_in_its_own_size() -> None:
    """COLUMNS and LINES may be those of another window; an empty NO_COLOR is none; tmux is here."""
    env = {"LC_ALL": "C", "COLUMNS": "30", "LINES": "8", "NO_COLOR": "", "TMUX": "/tmp/t,1,0"}
    with Terminal(PROGRAM, size=(100, 30), env=env) as terminal:
        terminal.wait_for("= Connected")
        terminal.wait_for("|" + "-" * 98 + "|")
        terminal.send("up", "c")
        terminal.wait_for("In tmux it needs: tmux set -g allow-passthrough on")
        terminal.send("e")
        terminal.wait_for("+- Entity switcher ---")
        terminal.send("escape", "ctrl+q")
        assert terminal.wait_exit() == 0
        output = bytes(terminal.transcript)
        assert output.isascii()
        assert b"\x1bPtmux;\x1b\x1b]52;c;OGE4MDgyNTU1NWEz" in output
        assert b"\x1b[38;2;" in output


@pytest.mark.parametrize(
    ("env", "sentence"),
    [
        (
            {"TERM": ""},
            "cannot place the cursor, which the screen needs; without one, use a command",
        ),
        (
            {"TERM": "dumb"},
            "cannot place the cursor, which the screen needs; without one, use a command",
        ),
        ({"TEXTUAL_THEME": "nosuch"}, "TEXTUAL_THEME: there is no theme 'nosuch'"),
    ],
)
def test_a_screen_that_cannot_open_says_why(env: dict[str, str], sentence: str) -> None:
    with Terminal(PROGRAM, size=(300, 24), env=env) as terminal:
        assert terminal.wait_exit() == 2
        assert sentence in terminal.text()
        assert b"\x1b" not in terminal.transcript
