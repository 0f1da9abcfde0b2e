"""`doctor`: each step, and what to do where one fails."""

import json
from pathlib import Path

import pytest
from entity_connections.services.storage.journal import Journal

from tests.acme import EUROPE
from tests.cli.tenant import Served, edit_state, run
from tests.services.journals import intend, request


def verdicts(
    home: Path, *arguments: str, tenant: Served | None = None, code: int = 0
) -> dict[str, str]:
    known = tenant.environ() if tenant else {}
    done = run(home, "doctor", "--json", *arguments, **known)
    assert (done.returncode, done.stderr) == (code, "")
    found = json.loads(done.stdout)
    assert all(one["remedy"] for one in found if one["verdict"] in ("failed", "warning"))
    return {one["name"]: one["verdict"] for one in found}


@pytest.mark.parametrize("entity", [[], ["--entity", EUROPE]])
def test_everything_that_works_is_ok(home: Path, tenant: Served, entity: list[str]) -> None:
    found = verdicts(home, "--base-url", tenant.url, *entity, tenant=tenant)
    assert set(found.values()) <= {"ok", "skipped"}
    assert {found[one] for one in ("credentials", "journal", "DNS", "token", "permissions")} == {
        "ok"
    }


def test_people_see_a_line_each_and_a_remedy_below(home: Path, tenant: Served) -> None:
    known = tenant.environ() | {"ZUORA_CLIENT_SECRET": "hush-hush"}
    done = run(home, "doctor", "--base-url", tenant.url, **known)
    assert done.returncode == 3
    assert "\nfailed   token        Zuora does not accept the credentials" in done.stdout
    assert "they belong together." in done.stdout
    assert "hush" not in done.stdout + done.stderr


def test_missing_credentials_do_not_stop_what_needs_none(home: Path, tenant: Served) -> None:
    found = verdicts(home, "--base-url", tenant.url, code=3)
    assert (found["credentials"], found["connection"], found["token"]) == (
        "failed",
        "ok",
        "skipped",
    )


def test_a_server_that_is_down_is_found(home: Path, tenant: Served) -> None:
    found = verdicts(home, "--base-url", "http://127.0.0.1:1", code=3, tenant=tenant)
    assert (found["DNS"], found["connection"]) == ("ok", "failed")


def test_an_entity_that_is_not_known_is_told(home: Path, tenant: Served) -> None:
    where = ("--base-url", tenant.url, "--entity", "Acme-Europe")
    assert verdicts(home, *where, tenant=tenant)["entity"] == "warning"
    run(home, "entities", *where, **tenant.environ())
    assert "entity" not in verdicts(home, *where, tenant=tenant)


def test_a_journal_that_was_changed_or_cannot_be_used_is_told(home: Path, tenant: Served) -> None:
    path = home / "state" / "state.sqlite3"
    journal = Journal(path, "acme")
    intend(journal, request())
    edit_state(home, "UPDATE journal SET user = 'bob'")
    where = ("--base-url", tenant.url)
    assert verdicts(home, *where, tenant=tenant)["journal"] == "warning"
    path.unlink()
    path.mkdir()
    assert verdicts(home, *where, code=3, tenant=tenant)["journal"] == "failed"


def test_it_needs_to_know_the_way(home: Path) -> None:
    done = run(home, "doctor")
    assert (done.returncode, done.stdout) == (2, "")
    assert "--profile NAME or --base-url URL" in done.stderr
