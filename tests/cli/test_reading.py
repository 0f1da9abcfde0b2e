"""`entities`, `connections` and `waiting`, on the fake tenant inside and on a socket."""

import json
from pathlib import Path

import pytest
from entity_connections.domain.ids import hyphenate_id

from tests.acme import CORPORATION, EUROPE, JAPAN
from tests.cli.tenant import Served, run


def test_entities_are_a_tree_with_access(home: Path) -> None:
    done = run(home, "entities")
    assert done.returncode == 0
    lines = [line.split() for line in done.stdout.splitlines()]
    assert lines[0] == ["ENTITY", "NAME", "STATUS", "ENTER", "ID"]
    assert ["Acme-Australia", "Provisioned", "no"] in [line[:3] for line in lines]
    assert "  Acme-Europe " in done.stdout
    assert "    Acme-UK " in done.stdout
    assert "Acme Ibérica  Acme-Iberia" in done.stdout


def test_entities_for_machines(home: Path) -> None:
    found = json.loads(run(home, "entities", "--json", "--user", "bruno").stdout)
    assert found[0] == {
        "id": CORPORATION,
        "name": "Acme Corporation",
        "displayName": "Acme Corporation",
        "parentId": None,
        "status": "Provisioned",
        "enterable": False,
    }
    assert [entity["id"] for entity in found if entity["enterable"]] == [EUROPE]


@pytest.mark.parametrize("on_socket", [False, True])
def test_connections_are_the_same_inside_and_on_a_socket(
    home: Path, tenant: Served, on_socket: bool
) -> None:
    where = ["--base-url", tenant.url] if on_socket else []
    more = tenant.environ() if on_socket else {}
    done = run(home, "connections", "--json", *where, **more)
    assert (done.returncode, done.stderr) == (0, "")
    found = json.loads(done.stdout)
    assert len(found) == 11
    assert found[0] == {
        "id": "8a80825555a3c7a10155b54a63821c0d",
        "source": {
            "id": "8a80825555a3c7a10155b46120d058e7",
            "name": "Acme-US",
            "displayName": "Acme-US",
        },
        "target": {
            "id": CORPORATION,
            "name": "Acme Corporation",
            "displayName": "Acme Corporation",
        },
        "status": "Connected",
        "direction": "inbound",
    }


@pytest.mark.parametrize(("direction", "count"), [("inbound", 4), ("outbound", 7)])
def test_connections_are_filtered_by_direction(home: Path, direction: str, count: int) -> None:
    found = json.loads(run(home, "connections", "--json", "--direction", direction).stdout)
    assert [connection["direction"] for connection in found] == [direction] * count


@pytest.mark.parametrize("typed", [EUROPE, hyphenate_id(EUROPE).upper(), "acme-europe"])
def test_the_acting_entity_is_an_id_or_a_name(home: Path, typed: str) -> None:
    for done in (
        run(home, "connections", "--entity", typed), run(home, "connections", ZUORA_ENTITY_ID=typed)
    ):  # fmt: skip
        assert done.stderr == "Acting in Acme-Europe.\n"
        assert "Acme-Nordics" in done.stdout


def test_options_of_the_command_win_over_those_before_it(home: Path) -> None:
    done = run(home, "--user", "bruno", "--entity", "nonsense", "connections", "--entity", EUROPE)
    assert done.stderr == "Acting in Acme-Europe.\n"
    assert "Acme-Japan" not in done.stdout  # alice's own entity has it


@pytest.mark.parametrize(
    ("entity", "code", "message"),
    [
        ("Acme-Euorpe", 2, 'No entity is called "Acme-Euorpe". Did you mean Acme-Europe'),
        ("Acme-UK", 2, "Acme-UK is not provisioned yet."),
        ("Acme-Australia", 3, "You have no access to Acme-Australia"),
    ],
)
def test_an_unusable_acting_entity_is_reported(
    home: Path, entity: str, code: int, message: str
) -> None:
    done = run(home, "connections", "--entity", entity)
    assert (done.returncode, done.stdout) == (code, "")
    assert message in done.stderr


def test_waiting_reads_every_accessible_entity(home: Path, tenant: Served) -> None:
    where = ["--base-url", tenant.url]
    done = run(home, "waiting", "--json", *where, **tenant.environ())
    assert (done.returncode, done.stderr) == (0, "")
    found = json.loads(done.stdout)
    ends = {(row["source"]["name"], row["target"]["name"]) for row in found}
    assert ends == {
        ("Acme-Germany", "Acme Corporation"),
        ("Acme-Japan", "Acme Corporation"),
        ("Acme-Japan", "Acme-Americas"),
        ("Acme Corporation", "Acme-Canada"),
        ("Acme-Nordics", "Acme-Europe"),
    }
    assert {(row["status"], row["direction"]) for row in found} == {("Pending", "inbound")}
    bruno = run(home, "waiting", *where, **tenant.environ("bruno"))
    assert [line.split()[0] for line in bruno.stdout.splitlines()] == ["SOURCE", "Acme-Nordics"]


def test_nothing_waiting_is_reported_on_stderr(home: Path) -> None:
    done = run(home, "waiting", "--scenario", "empty")
    assert (done.returncode, done.stdout) == (0, "")
    assert "Nothing waits in the" in done.stderr


def test_hostile_names_are_cleaned(home: Path) -> None:
    for command in ("entities", "connections", "waiting"):
        done = run(home, command, "--scenario", "hostile")
        assert done.returncode == (3 if command == "waiting" else 0)  # unknown statuses
        assert not {"\x1b", "\x07", "\x9b", "\u202e", "\u200b", "\x08"} & set(done.stdout)
        assert max(map(len, done.stdout.splitlines())) < 250


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (["--profile", "a", "--base-url", "https://b.example"], ["--profile", "--base-url"]),
        (["--profile", "a", "--user", "bruno"], ["--user", "--profile"]),
        (["--base-url", "https://b.example", "--scenario", "acme"], ["--scenario", "--base-url"]),
        (["--base-url", "http://zuora.example"], ["--base-url", "https://"]),
        (["--profile", "nobody"], ["nobody", "config.toml", "login"]),
        (["--direction", "sideways"], ["sideways", "inbound", "outbound"]),
    ],
)
def test_unusable_options_are_named(home: Path, arguments: list[str], named: list[str]) -> None:
    done = run(home, "connections", *arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert all(word in done.stderr for word in named)
    assert "Traceback" not in done.stderr


def test_missing_or_refused_credentials_are_reported(home: Path, tenant: Served) -> None:
    where = ("connections", "--base-url", tenant.url)
    for known, message in (
        ({}, "ZUORA_CLIENT_ID"), ({"ZUORA_CLIENT_ID": "x"}, "ZUORA_CLIENT_SECRET"),
        (tenant.environ() | {"ZUORA_CLIENT_SECRET": "hush-hush"}, "does not accept"),
    ):  # fmt: skip
        done = run(home, *where, **known)
        assert (done.returncode, done.stdout) == (3, "")
        assert message in done.stderr
        assert "hush" not in done.stderr


def test_lists_are_cached_for_completion_without_secrets(home: Path, tenant: Served) -> None:
    run(home, "entities", "--base-url", tenant.url, **tenant.environ())
    (path,) = (home / "state").iterdir()
    assert b"Acme-Europe" in path.read_bytes()
    assert b"secret" not in path.read_bytes()
    assert JAPAN.encode() in path.read_bytes()
    assert path.stat().st_mode & 0o077 == 0
    assert not (home / "config").exists()


def test_connections_of_all_entities_are_listed_once(home: Path) -> None:
    listed = json.loads(run(home, "connections", "--all-entities", "--json").stdout)
    ids = [record["id"] for record in listed]
    assert len(ids) == len(set(ids)) > 11
    assert {record["direction"] for record in listed} == {None}
    pending = run(home, "connections", "--all-entities", "--status", "pending", "--output", "json")
    assert json.loads(pending.stdout) == [
        record for record in listed if record["status"] == "Pending"
    ]
    table = run(home, "connections", "--all-entities", "--status", "Pending")
    assert len(table.stdout.splitlines()) == 1 + len(json.loads(pending.stdout))


def test_csv_has_a_line_for_each_connection(home: Path) -> None:
    csv = run(home, "connections", "--direction", "inbound", "--output", "csv")
    assert csv.returncode == 0
    head, first, *rest = csv.stdout.splitlines()
    assert head == "id,source id,source name,target id,target name,status"
    assert first == (
        "8a80825555a3c7a10155b54a63821c0d,8a80825555a3c7a10155b46120d058e7,Acme-US,"
        f"{CORPORATION},Acme Corporation,Connected"
    )
    assert len(rest) == 3
    nothing = run(home, "connections", "--scenario", "empty", "--all-entities", "--output", "csv")
    assert (nothing.returncode, nothing.stdout) == (0, f"{head}\n")


def test_no_name_is_a_formula_of_a_spreadsheet(home: Path, tmp_path: Path) -> None:
    scenario = run(home, "scenario", "show", "acme").stdout
    path = tmp_path / "formula.toml"
    name = 'name = "Acme-Europe"'
    path.write_text(scenario.replace(name, name + '\ndisplay_name = "=1+2, \\"x\\""'))
    done = run(home, "connections", "--scenario", str(path), "--output", "csv")
    assert done.returncode == 0, done.stderr
    assert ',"\'=1+2, ""x""",' in done.stdout


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--json", "--output", "csv"], "--json and --output"),
        (["--all-entities", "--direction", "inbound"], "neither --entity nor --direction"),
        (["--all-entities", "--entity", "Acme-US"], "neither --entity nor --direction"),
        (["--status", "Conected"], "is not one of 'connected', 'pending', 'disconnected'"),
    ],
)
def test_options_that_do_not_fit_together_are_named(
    home: Path, arguments: list[str], message: str
) -> None:
    done = run(home, "connections", *arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert message in done.stderr


@pytest.mark.parametrize("fault", ["gateway-page,calls=connections,after=3", "unreadable-record=2"])
def test_connections_of_all_entities_say_what_was_not_read(home: Path, fault: str) -> None:
    done = run(home, "connections", "--all-entities", "--output", "csv", "--fault", fault)
    assert done.returncode == 3
    assert "left out" in done.stderr or "could not be read" in done.stderr
    assert done.stdout
