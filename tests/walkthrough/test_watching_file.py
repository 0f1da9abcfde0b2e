"""The file of a walkthrough that was watched: its text, and how it comes to be there."""

import threading
from collections.abc import Sequence
from pathlib import Path

import click
import pytest
from entity_connections.cli.exit_codes import CliError, ExitCode
from entity_connections.cli.walkthrough import walkthrough_new
from entity_connections.cli.walkthrough.walkthrough import check
from entity_connections.cli.walkthrough.walkthrough_new import new
from entity_connections.domain.text import clean
from entity_connections.tui.widgets import too_small
from entity_connections.walkthrough import script
from entity_connections.walkthrough.making.moments import Moment
from entity_connections.walkthrough.making.writing import as_toml, save, try_out
from entity_connections.walkthrough.screen_text import Glass
from entity_connections.walkthrough.script import Act, Step, Walkthrough, parsed, read
from hypothesis import given
from hypothesis import strategies as st
from textual.geometry import Size

GLASS = Glass((" Acme ▾", "> Acme-US   ● Connected   Disconnect"))
MOMENTS = [
    Moment(0.0, Act(press="g"), "", GLASS, "1", Size(120, 30)),
    Moment(9.0, None, "", Glass((" Acme-US ▾",)), "2", Size(90, 30)),
]

texts = st.text(min_size=1, max_size=60).map(clean).filter(bool)


def test_what_a_screen_needs_is_what_a_script_must_have() -> None:
    assert script.LEAST == too_small.MIN_SIZE


@given(texts, texts, texts, texts)
def test_the_text_of_a_script_says_the_script(
    caption: str, typed: str, clicked: str, seen: str
) -> None:
    acts = [Act(press='"'), Act(type=typed), Act(click=clicked), Act(press="ctrl+r")]
    step = Step(caption=caption, do=acts, see=[seen] * 5, gone=[clicked])
    made = Walkthrough(title="T", teaches=caption, size=[120, 40], steps=[step, step])
    assert parsed(as_toml(made), "x") == made


def test_a_file_is_never_replaced_unasked(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    save(path, "one", replace=False)
    with pytest.raises(FileExistsError):
        save(path, "two", replace=False)
    assert path.read_text() == "one"
    save(path, "three", replace=True)
    assert path.read_text() == "three"
    assert list(tmp_path.iterdir()) == [path]


def test_a_disk_without_hard_links_takes_it_too_and_replaces_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr("os.link", refuse)
    path = tmp_path / "mine.toml"
    save(path, "one", replace=False)
    with pytest.raises(FileExistsError):
        save(path, "two", replace=False)
    assert path.read_text() == "one"
    assert list(tmp_path.iterdir()) == [path]


def test_of_two_that_write_at_once_one_wins_and_the_other_is_told(tmp_path: Path) -> None:
    path, results = tmp_path / "mine.toml", []

    def write(text: str) -> None:
        try:
            save(path, text, replace=False)
            results.append(text)
        except FileExistsError:
            results.append("")

    threads = [threading.Thread(target=write, args=(f"text {n}",)) for n in range(8)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert [path.read_text()] == [one for one in results if one]


def test_with_force_a_link_stays_and_what_it_leads_to_is_replaced(tmp_path: Path) -> None:
    real, link = tmp_path / "real.toml", tmp_path / "link.toml"
    real.write_text("old")
    link.symlink_to(real)
    save(link, "new", replace=True)
    assert link.is_symlink()
    assert real.read_text() == "new"


def test_a_link_to_itself_can_be_replaced(tmp_path: Path) -> None:
    link = tmp_path / "link.toml"
    link.symlink_to(link)
    try_out(link)
    save(link, "new", replace=True)
    assert link.read_text() == "new"


def test_trying_out_leaves_nothing_behind(tmp_path: Path) -> None:
    try_out(tmp_path / "mine.toml")
    assert not list(tmp_path.iterdir())
    with pytest.raises(OSError, match="No such file"):
        try_out(tmp_path / "no" / "mine.toml")


def run(*arguments: str) -> int:
    return int(new.main([*arguments], standalone_mode=False))


@pytest.mark.parametrize(
    ("name", "more", "said"),
    [
        ("mine", [], r"ends in \.toml: mine\.toml"),
        ("there.toml", [], r"is there already; --force replaces it"),
        ("dangling.toml", [], r"is there already"),
        ("folder.toml", ["--force"], r"is no plain file"),
        ("no/mine.toml", [], r"cannot be written: No such file or directory"),
        (f"{'x' * 250}.toml", [], r"cannot be written: File name too long"),
        ("mine.toml", ["--title", " "], r"it is empty"),
        ("mine.toml", ["--title", "a\nb"], r"it holds a character that cannot be seen"),
        ("mine.toml", ["--title", "x" * 61], r"--title takes a line"),
        ("mine.toml", ["--user", "nobody"], r"'nobody' is not one of"),
        ("mine.toml", ["--scenario", "nothing"], r"'nothing' is not one of"),
        ("mine.toml", [], r"needs a terminal"),
    ],
)
def test_what_cannot_be_made_is_refused_before_the_screen_opens(
    name: str, more: Sequence[str], said: str, tmp_path: Path
) -> None:
    (tmp_path / "there.toml").write_text("mine")
    (tmp_path / "folder.toml").mkdir()
    (tmp_path / "dangling.toml").symlink_to(tmp_path / "nowhere")
    with pytest.raises(click.UsageError, match=said):
        run(str(tmp_path / name), *more)
    assert (tmp_path / "there.toml").read_text() == "mine"


@pytest.fixture
def person(monkeypatch: pytest.MonkeyPatch) -> list[Moment]:
    """Return what a person will have done, who needs no terminal for it."""
    moments = list(MOMENTS)
    monkeypatch.setattr(walkthrough_new, "_check_terminal", lambda: None)
    monkeypatch.setattr(walkthrough_new, "_watched", lambda target, theme: (moments, 0))
    return moments


def test_a_script_that_does_not_play_back_stays_and_says_where(
    person: list[Moment], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "my-way.toml"
    assert run(str(path)) == ExitCode.REFUSED
    made = read(path)
    assert (made.title, made.size) == ("My way", [120, 30])
    told = capsys.readouterr().err
    assert "The terminal became another size; the script has the first, 120x30." in told
    assert "does not play back as it was seen. Mend it there" in told
    assert 'Step 1, "The screen opens."' in told


def test_a_screen_that_closes_in_the_middle_is_no_success(
    person: list[Moment], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The person left by the palette, and what they did then was seen by nobody."""
    does = [Act(press="ctrl+p"), Act(type="quit"), Act(press="enter"), Act(press="i"), None]
    person[:] = [Moment(9.0 * n, act, "", Glass(()), f"{n}") for n, act in enumerate(does)]
    path = tmp_path / "mine.toml"
    assert run(str(path)) == ExitCode.REFUSED
    assert "The screen has closed." in capsys.readouterr().err
    assert check.main([str(path)], standalone_mode=False) == ExitCode.REFUSED
    told = capsys.readouterr()
    assert "The screen has closed." in told.err
    assert told.out == ""


def test_nothing_done_writes_nothing(person: list[Moment], tmp_path: Path) -> None:
    del person[0]
    with pytest.raises(CliError, match="nothing was done") as stopped:
        run(str(tmp_path / "mine.toml"))
    assert stopped.value.code == ExitCode.REFUSED
    assert not list(tmp_path.iterdir())


def test_a_file_that_came_meanwhile_costs_nobody_anything(
    person: list[Moment], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "mine.toml"
    monkeypatch.setattr(walkthrough_new, "_plays", lambda file: True)
    monkeypatch.setattr(walkthrough_new, "_check_file", lambda file, force: None)
    path.write_text("theirs")
    assert run(str(path)) == ExitCode.DONE
    assert path.read_text() == "theirs"
    assert read(tmp_path / "mine-2.toml").title == "Mine"


def test_what_cannot_be_written_in_the_end_is_on_stdout(
    person: list[Moment],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def full(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(CliError, match="No space left on device") as stopped:
        run(str(tmp_path / "mine.toml"))
    assert stopped.value.code == ExitCode.NO_OUTPUT
    assert parsed(capsys.readouterr().out, "x").title == "Mine"
    assert not list(tmp_path.iterdir())


def test_a_scenario_file_is_named_as_it_lies_beside_the_script(
    person: list[Moment],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    from entity_connections.fake.scenarios.export import scenario_to_data, to_toml
    from entity_connections.fake.scenarios.loader import load_scenario

    (tmp_path / "ours.toml").write_text(to_toml(scenario_to_data(load_scenario("acme"))))
    (tmp_path / "deep").mkdir()
    monkeypatch.chdir(tmp_path)
    run("deep/mine.toml", "--scenario", "ours.toml")
    assert 'scenario = "../ours.toml"' in (tmp_path / "deep" / "mine.toml").read_text()
    assert "DEMO ours.toml" in capsys.readouterr().err
