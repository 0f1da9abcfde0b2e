"""What shells are offered, asked as a shell asks."""

import shutil
import subprocess
from pathlib import Path

import pytest

from tests.cli.tenant import Served, edit_state, environ, run


def offered(home: Path, *words: str, shell: str = "bash", **more: str) -> list[str]:
    asked = {
        "_ENTITY_CONNECTIONS_COMPLETE": f"{shell}_complete",
        "COMP_LINE": " ".join(("entity-connections", *words)),
    }
    done = run(home, **asked, **more)
    assert done.stderr == ""
    return [line.partition(",")[2] for line in done.stdout.splitlines() if line]


def test_commands_and_options(home: Path) -> None:
    assert offered(home, "con") == ["connections", "connect", "config"]
    assert offered(home, "connections", "--dir") == ["--direction"]
    assert offered(home, "--scenario", "ho") == ["hostile"]
    assert offered(home, "completion", "") == ["bash", "zsh", "fish"]
    assert offered(home, "journal", "") == ["resolve", "verify"]


def test_values(home: Path) -> None:
    for typed, words in {
        "--theme high": ["high-contrast"],
        "--fault committed-then-4": ["committed-then-401", "committed-then-429"],
        "serve --fault=list-e": ["list-empty"],
        "serve --policy again": ["again=new-record", "again=same-record"],
        "serve --policy=again=": [
            "new-record",
            "same-record",
        ],  # bash takes the rest for words of their own
        "--scenario=ho": ["hostile"],
        "login --environment eu-c": ["eu-central-sandbox"],
        "--user c": ["carol"],
        "--entity Acmé-Ib": ["Acme-Iberia"],
    }.items():
        assert offered(home, typed) == words, typed


def test_the_help_of_a_value_is_whole(home: Path) -> None:
    (shown,) = offered(home, "--fault gateway", shell="fish")
    assert shown == "gateway-page\tHTTP 403 with a page of a gateway; nothing is carried out."


def test_a_value_is_not_offered_twice(home: Path) -> None:
    typed = ("request", "--to", "Acme-Europe", "--to=Acme-Eu")
    assert offered(home, *typed) == []
    assert offered(home, *typed[:2], "Acme-Eu") == ["Acme-Europe"]


def test_connections_to_which_the_command_can_be_applied(home: Path, tenant: Served) -> None:
    pending, in_canada = "8a8082555b3c70de015b44a5937c2b08", "8a8082555b3c70de015b44a1c07e2b01"
    connected = "8a808255575bdae401576a914a140420"
    real = ("--base-url", tenant.url)
    assert offered(home, *real, "accept", "") == []
    run(home, "connections", *real, **tenant.environ())
    for where in ((), real):
        requests = offered(home, *where, "accept", "")
        assert pending in requests
        assert requests == offered(home, *where, "deny", "")
        assert connected in offered(home, *where, "disconnect", "")
        assert not {*requests} & {*offered(home, *where, "disconnect", "")}
    assert in_canada in offered(home, "accept", "")
    assert in_canada not in offered(home, "--user bruno", "accept", "")
    assert offered(home, "accept --entity Acme-Canada", "") == [in_canada]
    assert offered(home, "--entity nosuch accept", "") == []
    (shown,) = offered(home, "accept", pending, shell="fish")
    assert shown == f"{pending}\tAcme-Germany → Acme Corporation, Pending"


def test_connections_of_a_tenant_in_a_file(home: Path, tmp_path: Path) -> None:
    file = ("--tenant", str(tmp_path / "x.tenant"))
    assert offered(home, *file, "accept", "") == []
    run(home, "accept", "--from", "Acme-Germany", "--to", "Acme Corporation", "--yes", *file)
    offers = offered(home, *file, "accept", "")
    assert offers
    assert "8a8082555b3c70de015b44a5937c2b08" not in offers


def test_entities_of_the_fake_tenant(home: Path) -> None:
    assert offered(home, "connections", "--entity", "acme-e") == ["Acme-Europe"]
    assert offered(home, "request", "--from", "acme-ib") == ["Acme-Iberia"]
    assert offered(home, "connections", "--entity", "Acme\\ C") == ["Acme\\ Corporation"]
    for quote in ("'", '"'):
        assert offered(home, "connections", "--entity", f"{quote}Acme C") == ["Acme Corporation"]
    assert offered(home, "--scenario", "empty", "accept", "--to", "z") == []


def test_entities_of_a_real_tenant_come_from_the_cache(home: Path, tenant: Served) -> None:
    where = ("connections", "--base-url", tenant.url)
    assert offered(home, *where, "--entity", "Acme-E") == []
    run(home, *where, **tenant.environ())
    assert offered(home, *where, "--entity", "Acme-E") == ["Acme-Europe"]
    edit_state(home, "UPDATE list_cache SET lists = '{'")
    assert offered(home, *where, "--entity", "Acme-E") == []


def test_profiles_of_an_invalid_config_file(home: Path) -> None:
    (home / "config").mkdir(parents=True)
    path = home / "config" / "config.toml"
    path.write_text("[profiles.acme]\nnonsense = 1\n[profiles.other]\n")
    assert offered(home, "connections", "--profile", "a") == ["acme"]
    path.write_text("[[[")
    assert offered(home, "connections", "--profile", "a") == []


def test_names_with_special_characters_are_replaced_by_ids(home: Path, tenant: Served) -> None:
    where = ("connections", "--base-url", tenant.url)
    run(home, *where, **tenant.environ())
    edit_state(home, "UPDATE list_cache SET lists = replace(lists, 'Acme-Europe', '$(touch x)')")
    words = offered(home, *where, "--entity", "")
    assert "Acme-Americas" in words
    assert "8a80825556ff28a4015708ba29312ecc" in words
    assert not [word for word in words if "$" in word or "(" in word]


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_the_shell_accepts_the_script(home: Path, shell: str) -> None:
    done = run(home, "completion", shell)
    assert done.returncode == 0
    assert f"_ENTITY_CONNECTIONS_COMPLETE={shell}_complete" in done.stdout
    if path := shutil.which(shell):
        subprocess.run([path, "-n"], input=done.stdout, text=True, check=True, env=environ(home))
