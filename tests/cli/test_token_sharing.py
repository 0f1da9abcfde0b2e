"""Several commands on a real tenant share a token, until it is refused or the user logs out."""

from pathlib import Path

import pytest

from tests.cli.recorded_tenant import RecordedTenant, run_on, start_on
from tests.cli.tenant import edit_state, run


def test_commands_share_a_token(server: RecordedTenant, home: Path) -> None:
    for _ in range(3):
        assert run_on(server, home, "entities").returncode == 0
    assert server.count_calls("POST /oauth/token") == 1
    assert run_on(server, home, "entities", user="bruno").returncode == 0
    assert server.count_calls("POST /oauth/token") == 2


@pytest.mark.parametrize(
    "command", [["entities"], ["request", "--to", "Acme-US", "--yes"]], ids=["read", "write"]
)
def test_a_refused_token_is_replaced(
    server: RecordedTenant, home: Path, command: list[str]
) -> None:
    run_on(server, home, "entities")
    edit_state(home, "UPDATE token SET token = 'not-a-token'")
    done = run_on(server, home, *command)
    assert done.returncode == 0, done.stderr
    run_on(server, home, "entities")
    assert server.count_calls("POST /oauth/token") == 2


def test_commands_at_the_same_time_disturb_each_other_in_nothing(
    server: RecordedTenant, home: Path
) -> None:
    processes = [start_on(server, home, "connections") for _ in range(3)]
    results = [(process.communicate(timeout=30), process.returncode) for process in processes]
    assert [code for _, code in results] == [0] * 3
    assert len({out for (out, _), _ in results}) == 1


def test_logout_removes_token_and_secret(server: RecordedTenant, home: Path) -> None:
    client_id, secret = server.served.users["alice"]
    where = ["--profile", "fake", "--base-url", server.served.url, "--client-id", client_id]
    assert run(home, "login", *where, stdin=secret).returncode == 0
    assert run(home, "entities", "--profile", "fake").returncode == 0
    done = run(home, "logout", "--profile", "fake")
    assert done.returncode == 0
    assert f"No token of {server.served.url} is stored any more." in done.stderr
    assert "No secret of fake is stored any more" in done.stderr
    refused = run(home, "entities", "--profile", "fake")
    assert refused.returncode == 3
    assert "There is no client secret" in refused.stderr
    tokens = server.count_calls("POST /oauth/token")
    assert run(home, "login", "--profile", "fake", stdin=secret).returncode == 0
    assert run(home, "entities", "--profile", "fake").returncode == 0
    assert server.count_calls("POST /oauth/token") == tokens + 2


def test_logout_needs_a_tenant(home: Path) -> None:
    done = run(home, "logout")
    assert (done.returncode, done.stdout) == (2, "")
    assert "--profile or --base-url" in done.stderr
