"""What shells are offered, asked as a shell asks."""

import shutil
import subprocess
from pathlib import Path

import pytest

from tests.cli.tenant import Served, edit_state, environ, run


def offered(home: Path, *words: str, shell: str = "bash", **more: str) -> list[str]:
    asked = {
        "_ENTITY_CONNECTIONS_COMPLETE": f"{shell}_complete",
        "COMP_WORDS": "\n".join(("entity-connections", *words)),
        "COMP_CWORD": str(len(words)),
    }
    done = run(home, **asked, **more)
    assert done.stderr == ""
    return [line.partition(",")[2] for line in done.stdout.splitlines() if line]


def test_commands_and_options(home: Path) -> None:
    assert offered(home, "con") == ["connections", "config"]
    assert offered(home, "connections", "--dir") == ["--direction"]
    assert offered(home, "--scenario", "ho") == ["hostile"]
    assert offered(home, "completion", "") == ["bash", "zsh", "fish"]


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
