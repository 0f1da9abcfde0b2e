"""`--tenant FILE`, and the commands about tenants and scenarios."""

import json
import shutil
import sqlite3
from pathlib import Path

import pytest

from tests.cli.tenant import edit_state, run, served


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "shared.tenant"


def test_two_people_in_one_tenant(home: Path, path: Path) -> None:
    tenant = ("--tenant", str(path))
    pair = ("--from", "Acme-Americas", "--to", "Acme-Europe")
    asked = run(home, "request", *tenant, *pair, "--yes", "--json")
    assert asked.returncode == 0, asked.stderr
    waiting = run(home, *tenant, "--user", "bruno", "waiting", "--json")
    assert json.loads(asked.stdout)[0]["connectionId"] in waiting.stdout
    done = run(home, "accept", *tenant, "--user", "bruno", *pair, "--yes")
    assert "is Connected" in done.stdout
    seen = run(home, "connections", *tenant, "--entity", "Acme-Americas", "--json")
    assert "Connected" in [row["status"] for row in json.loads(seen.stdout)]


def test_its_journal_is_on_disk_under_its_path(home: Path, path: Path) -> None:
    pair = ("--from", "Acme-Americas", "--to", "Acme-Europe")
    run(home, "request", "--tenant", str(path), *pair, "--yes")
    listed = json.loads(run(home, "--tenant", str(path), "journal", "--json").stdout)
    assert [(entry["profile"], entry["outcome"]) for entry in listed] == [(path.name, "confirmed")]
    other = run(home, "--tenant", str(path.parent / "other" / path.name), "journal", "--json")
    assert json.loads(other.stdout) == []
    run(home, "request", *pair, "--yes")
    assert len(json.loads(run(home, "journal", "--json").stdout)) == 1


def lose_outcome(home: Path) -> None:
    """Leave the journal as a program does that is killed when it has sent its last write."""
    edit_state(home, "DELETE FROM journal WHERE seq = (SELECT max(seq) FROM journal)")
    edit_state(home, "UPDATE journal SET entry = json_set(entry, '$.process', 'elsewhere:1')")
    edit_state(
        home,
        "INSERT INTO open_entry SELECT id, entry ->> 'source' ->> 0, entry ->> 'target' ->> 0,"
        " entry ->> 'connection_id' FROM journal LIMIT 1",
    )


@pytest.mark.parametrize("which", ["another", "copy", "reset", "made anew"])
def test_what_has_no_outcome_in_one_tenant_is_not_in_progress_in_another(
    home: Path, path: Path, which: str
) -> None:
    """Tenants of one scenario hold connections with the same ids."""
    other = path.with_name("other.tenant") if which in ("another", "copy") else path
    run(home, "entities", "--tenant", str(path))
    if which == "copy":
        shutil.copy(path, other)
    command = ("accept", "--from", "Acme-Japan", "--to", "Acme-Americas", "--yes", "--tenant")
    assert run(home, *command, str(path)).returncode == 0
    lose_outcome(home)
    if which == "reset":
        run(home, "tenant", "reset", str(path), "--yes")
    if which == "made anew":
        path.unlink()
    done = run(home, *command, str(other))
    assert (done.returncode, done.stderr) == (0, "")
    (entry, *_) = json.loads(run(home, "--tenant", str(path), "journal", "--json").stdout)
    assert entry["outcome"] in (None, "unknown")


def test_a_link_to_a_file_leads_to_the_same_tenant(home: Path, path: Path) -> None:
    link = path.with_name("link.tenant")
    command = ("accept", "--from", "Acme-Japan", "--to", "Acme-Americas", "--yes", "--tenant")
    assert run(home, *command, str(path)).returncode == 0
    lose_outcome(home)
    link.symlink_to(path)
    assert "From an earlier run: Accept of" in run(home, *command, str(link)).stderr
    (entry,) = json.loads(run(home, "journal", "--json").stdout)
    assert entry["outcome"] == "confirmed"


def test_a_server_and_a_command_share_it(home: Path, path: Path) -> None:
    with served("--tenant", str(path), "--policy", "denied=removed") as server:
        pair = ("--from", "Acme-Americas", "--to", "Acme-Europe", "--yes")
        run(home, "request", "--tenant", str(path), *pair)
        there = run(
            home, "deny", "--base-url", server.url, *pair, "--entity", "Acme-Europe",
            **server.environ("bruno"),
        )  # fmt: skip
        assert there.returncode == 0, there.stderr
        shown = run(home, "tenant", "show", str(path)).stdout
    assert "policy: denied=removed\n" in shown
    assert "5 Pending" in shown


def test_export_makes_the_same_tenant_again(home: Path, path: Path, tmp_path: Path) -> None:
    pair = ("--from", "Acme-Americas", "--to", "Acme-Europe")
    run(home, "request", "--tenant", str(path), *pair, "--yes")
    first = {}
    for form in ("toml", "json"):
        first[form] = run(home, "tenant", "export", str(path), "--format", form).stdout
        file = tmp_path / f"again.{form}"
        file.write_text(first[form], encoding="utf-8")
        copy = tmp_path / f"{form}.tenant"
        run(home, "connections", "--tenant", str(copy), "--scenario", str(file))
        assert run(home, "tenant", "export", str(copy), "--format", form).stdout == first[form]
        assert "17 connections" in run(home, "scenario", "check", str(file)).stdout


def test_reset(home: Path, path: Path) -> None:
    pair = ("--from", "Acme-Americas", "--to", "Acme-Europe")
    run(home, "request", "--tenant", str(path), *pair, "--yes")
    asked = run(home, "tenant", "reset", str(path))
    assert (asked.returncode, "--yes" in asked.stderr) == (2, True)
    assert run(home, "tenant", "reset", str(path), "--yes").returncode == 0
    shown = run(home, "tenant", "show", str(path))
    assert "5 Pending" in shown.stdout
    assert "made from acme" in shown.stdout
    other = run(home, "entities", "--tenant", str(path), "--scenario", "empty")
    assert (other.returncode, "was made from acme" in other.stderr) == (2, True)


SMALL = """
[[entities]]
name = "Global"
[[users]]
name = "ann"
administrator = ["*"]
"""


def test_a_scenario_file_with_an_undocumented_value_gets_a_warning(
    home: Path, tmp_path: Path
) -> None:
    file, unlisted = tmp_path / "mine.toml", "a" * 32
    file.write_text(
        f'{SMALL}[[entities]]\nname = "North"\nparent = "Global"\n'
        '[[connections]]\nsource = "Global"\ntarget = "North"\nstatus = "conected"\n'
        f'[[connections]]\nsource = "Global"\ntarget = "{unlisted}"\nstatus = "On\\u001b[5m"\n'
    )
    tenant_file = str(tmp_path / "mine.tenant")
    for command in (
        ["scenario", "check", str(file)],
        ["connections", "--scenario", str(file)],
        ["connections", "--scenario", str(file), "--tenant", tenant_file],
    ):
        done = run(home, *command)
        assert done.returncode == 0
        lines = [line for line in done.stderr.splitlines() if line.startswith("Warning: ")]
        assert [line.removeprefix(f"Warning: {file}: connections ") for line in lines] == [
            '1, status: Zuora has no status "conected"; did you mean Connected or Disconnected?',
            '2, status: Zuora has no status "On[5m"; it has Pending, Connected or Disconnected.',
            f"2, target: no entity of this file has the id {unlisted}.",
        ]


def test_a_scenario_file_brings_its_own_users(home: Path, tmp_path: Path) -> None:
    file = tmp_path / "mine.toml"
    file.write_text(SMALL)
    assert "Global" in run(home, "entities", "--scenario", str(file)).stdout
    done = run(home, "entities", "--scenario", str(file), "--user", "alice")
    assert (done.returncode, done.stdout) == (2, "")
    assert "there are ann." in done.stderr


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            ["entities", "--scenario", "{}/bad.toml"],
            "bad.toml: entities 1, nam: there is no such key; did you mean name",
        ),
        (["scenario", "check", "{}/bad.toml"], "entities 1, name: it is missing."),
        (["serve", "--scenario", "{}/none.json"], "none.json cannot be read: No such file"),
        (["serve", "--policy", "denied=x"], "'--policy': denied has no value 'x'."),
        (["serve", "--tenant", "{}/foreign"], "another program"),
        (["entities", "--tenant", "{}/bad.toml"], "is no tenant"),
        (["entities", "--tenant", "{}/none/x"], "no folder"),
        (["tenant", "show", "{}/none"], "There is no tenant"),
        (["tenant", "export", "{}/foreign"], "another program"),
        (["entities", "--tenant", "{}/x", "--profile", "acme"], "--tenant belongs to the fake"),
        (["scenario", "show", "hostile"], "--format json"),
        (["entities", "--tenant", "{}/x", "--user", "zed"], "no user zed"),
    ],
)
def test_unusable_files_and_options_are_reported(
    home: Path, tmp_path: Path, arguments: list[str], message: str
) -> None:
    (tmp_path / "bad.toml").write_text(SMALL.replace("name", "nam", 1))
    db = sqlite3.connect(tmp_path / "foreign")
    db.execute("CREATE TABLE a (b)")
    db.close()
    done = run(home, *(argument.format(tmp_path) for argument in arguments))
    assert (done.returncode, done.stdout) == (2, "")
    assert message in done.stderr
    assert "Traceback" not in done.stderr


def test_the_policy_is_printed_with_what_switches_it(home: Path) -> None:
    text = run(home, "policy").stdout
    assert "a denied request: becomes Disconnected" in text
    assert "or: is removed   --policy denied=removed" in text


def test_scenarios_are_listed_shown_and_described(home: Path, tmp_path: Path) -> None:
    assert "global-500" in run(home, "scenario").stdout
    file = tmp_path / "acme.toml"
    file.write_text(run(home, "scenario", "show", "acme").stdout, encoding="utf-8")
    checked = run(home, "scenario", "check", str(file))
    assert "15 entities, 16 connections, 3 users" in checked.stdout, checked.stderr
    assert "ScenarioFile" in json.loads(run(home, "scenario", "schema").stdout)["title"]
