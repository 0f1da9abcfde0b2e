"""`doctor`: the verdict of each step, and a remedy for each that fails."""

import json
from pathlib import Path

import pytest
from entity_connections.services.storage.journal import Journal

from tests.acme import EUROPE
from tests.cli.tenant import Served, edit_state, run
from tests.services.factories import intend, request


def verdicts(
    home: Path, *arguments: str, tenant: Served | None = None, code: int = 0
) -> dict[str, str]:
    known = tenant.environ() if tenant else {}
    done = run(home, "doctor", "--json", *arguments, **known)
    assert (done.returncode, done.stderr) == (code, "")
    checks = json.loads(done.stdout)
    assert all(check["remedy"] for check in checks if check["verdict"] in ("failed", "warning"))
    return {check["name"]: check["verdict"] for check in checks}


@pytest.mark.parametrize("entity", [[], ["--entity", EUROPE], ["--entity", "Acme-Europe"]])
def test_a_working_tenant(home: Path, tenant: Served, entity: list[str]) -> None:
    checks = verdicts(home, "--base-url", tenant.url, *entity, tenant=tenant)
    assert set(checks.values()) <= {"ok", "skipped"}
    names = ("credentials", "journal", "DNS", "token", "permissions")
    assert {checks[name] for name in names} == {"ok"}


def test_output_for_people_has_remedies_and_no_secrets(home: Path, tenant: Served) -> None:
    known = tenant.environ() | {"ZUORA_CLIENT_SECRET": "hush-hush"}
    done = run(home, "doctor", "--base-url", tenant.url, **known)
    assert done.returncode == 3
    assert "\nfailed   token        Zuora does not accept the credentials" in done.stdout
    assert "they belong together." in done.stdout
    assert "hush" not in done.stdout + done.stderr


def test_missing_credentials_skip_only_what_needs_a_token(home: Path, tenant: Served) -> None:
    checks = verdicts(home, "--base-url", tenant.url, code=3)
    assert (checks["credentials"], checks["connection"], checks["token"]) == (
        "failed",
        "ok",
        "skipped",
    )


def test_a_server_that_is_down(home: Path, tenant: Served) -> None:
    checks = verdicts(home, "--base-url", "http://127.0.0.1:1", code=3, tenant=tenant)
    assert (checks["DNS"], checks["connection"]) == ("ok", "failed")


def test_an_unknown_entity_fails_and_is_not_replaced_by_another(home: Path, tenant: Served) -> None:
    where = ("--base-url", tenant.url, "--entity", "nosuch")
    checks = verdicts(home, *where, tenant=tenant, code=3)
    assert (checks["entities"], checks["permissions"]) == ("failed", "skipped")


def test_an_entity_that_the_token_does_not_hold(home: Path, tenant: Served) -> None:
    where = ("--base-url", tenant.url, "--entity", "Acme-Australia")
    checks = verdicts(home, *where, tenant=tenant, code=3)
    assert (checks["entities"], checks["scope"]) == ("ok", "failed")


def test_a_journal_that_was_changed_or_cannot_be_used(home: Path, tenant: Served) -> None:
    path = home / "state" / "state.sqlite3"
    journal = Journal(path, "acme")
    intend(journal, request())
    edit_state(home, "UPDATE journal SET entry = '{}'")
    where = ("--base-url", tenant.url)
    assert verdicts(home, *where, tenant=tenant)["journal"] == "warning"
    path.unlink()
    path.mkdir()
    assert verdicts(home, *where, code=3, tenant=tenant)["journal"] == "failed"


def test_a_tenant_must_be_named(home: Path) -> None:
    done = run(home, "doctor")
    assert (done.returncode, done.stdout) == (2, "")
    assert "--profile NAME or --base-url URL" in done.stderr
