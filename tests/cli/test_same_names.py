"""Commands in a tenant where display names do not tell entities apart."""

import json
from pathlib import Path

import pytest

from tests.cli.tenant import run

TENANT = ("--scenario", str(Path(__file__).parents[1] / "same_names.toml"))
MISSING = ("--fault", "unreadable-record=4,calls=entities")
CORPORATION = "Acme Corporation"
SOUTH = "ACME-Europe (Acme-EU-Production-South)"
CORPORATION_EUROPE = "Acme-Europe (in Acme Corporation)"


@pytest.mark.parametrize("command", ["entities", "connections", "waiting"])
def test_tables_hold_each_title_once_for_each_entity(home: Path, command: str) -> None:
    listed = run(home, command, *TENANT).stdout.splitlines()[1:]
    if command == "entities":
        names = [line[:48].strip() for line in listed]
        assert len(set(names)) == 10
        assert any(name.startswith(CORPORATION_EUROPE) for name in names)
        assert sum("Holding" in name and "…" in name for name in names) == 2
    else:
        assert any(SOUTH in line for line in listed)
        ends = [line.split("  ")[0] + line.split("→")[1] for line in listed]
        assert len(set(ends)) == len(ends)


def test_json_has_the_display_names_of_zuora(home: Path) -> None:
    entities = json.loads(run(home, "entities", "--json", *TENANT).stdout)
    names = [entity["displayName"].casefold() for entity in entities]
    assert names.count("acme-europe") + names.count("acme-europe ") == 3


def test_a_title_names_the_entity_that_has_it(home: Path) -> None:
    done = run(home, "request", "--to", SOUTH, "--dry-run", *TENANT)
    assert f"→ {SOUTH}: already so. It is Connected already." in done.stderr


def test_a_display_name_of_several_names_none(home: Path) -> None:
    done = run(home, "request", "--to", "acme EUROPE", "--yes", *TENANT)
    assert done.returncode == 2
    assert done.stdout == ""


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("Acme-Europe", 130),
        (SOUTH, 130),
        (CORPORATION_EUROPE, 0),
        ("8a80825500000000000000000000000a", 0),
    ],
)
def test_a_disconnection_wants_the_title_typed(home: Path, typed: str, code: int) -> None:
    command = ("disconnect", "8a808256000000000000000000000002", *TENANT)
    done = run(home, *command, typed=f"{typed}\n")
    assert f"Type {CORPORATION_EUROPE} to end it" in done.stderr
    assert ("Disconnected" if code == 0 else "Nothing was sent.") in done.stdout + done.stderr
    assert done.returncode == code


@pytest.mark.parametrize("way", ["--yes", "--dry-run"])
@pytest.mark.parametrize(
    "command",
    [
        ("request", "--entity", CORPORATION, "--to", "ACME-Europe"),
        ("request", "--entity", "ACME-Europe", "--to", CORPORATION),
        ("request", "--from", "ACME-Europe", "--to", CORPORATION),
        ("disconnect", "--from", CORPORATION, "--to", "ACME-Europe"),
        ("accept", "--from", "ACME-Europe", "--to", CORPORATION),
        ("disconnect", "8a808256000000000000000000000001", "--entity", "ACME-Europe"),
    ],
)
def test_a_display_name_names_none_where_entities_are_missing(
    home: Path, command: tuple[str, ...], way: str
) -> None:
    done = run(home, *command, way, *TENANT, *MISSING)
    assert (done.returncode, done.stdout) == (3, "")
    assert "2 entities could not be read. Another entity may be called" in done.stderr
    assert f"to mean {SOUTH}, give its technical name, Acme-EU-Production-South," in done.stderr


@pytest.mark.parametrize("target", ["Acme-EU-Production-South", "8a80825500000000000000000000000c"])
@pytest.mark.parametrize("way", ["--yes", "--dry-run"])
def test_a_name_or_an_id_is_enough_and_missing_entities_are_told(
    home: Path, target: str, way: str
) -> None:
    command = ("disconnect", "--from", CORPORATION, "--to", target, way)
    done = run(home, *command, *TENANT, *MISSING)
    assert done.returncode == 0
    assert done.stderr.count("2 entities could not be read.") == 1
    assert f"{CORPORATION} → {SOUTH}" in done.stdout + done.stderr


def test_the_entity_to_act_in_is_named_where_entities_are_missing(home: Path) -> None:
    """The first of the entities may be missing."""
    target = ("--to", "8a80825500000000000000000000000d", "--yes")
    done = run(home, "request", *target, *TENANT, *MISSING)
    assert (done.returncode, done.stdout) == (3, "")
    assert "So the entity to act in must be named: add --entity" in done.stderr
    assert run(home, "request", "--entity", CORPORATION, *target, *TENANT, *MISSING).returncode == 0


def test_titles_hold_names_or_ids_where_entities_are_missing(home: Path) -> None:
    """Here, whoever has the same display name is missing."""
    listed = run(home, "connections", *TENANT, *MISSING)
    assert SOUTH in listed.stdout
    assert "Entity 0000000b" in listed.stdout
