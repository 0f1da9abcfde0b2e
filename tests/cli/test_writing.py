"""`request`, `accept`, `deny` and `disconnect`: questions, outcomes, exit codes, the journal."""

import json
import re
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from entity_connections.cli.exit_codes import ExitCode
from entity_connections.cli.tenant.results import Results
from entity_connections.cli.tenant.workspace import make_workspace
from entity_connections.cli.tenant_options import TenantOptions
from entity_connections.domain import clock
from entity_connections.domain.actions import ACCEPT
from entity_connections.domain.errors import NotFound
from entity_connections.services.operations.operation import State
from entity_connections.services.storage.journal import Journal

from tests.acme import CANADA, CORPORATION, EUROPE, US
from tests.cli.recorded_tenant import (
    CARRY_OUT_AND_HANG,
    HANG,
    LOSE_WRITES,
    NO_LISTS,
    RecordedTenant,
    run_on,
    start_on,
)
from tests.cli.tenant import PROGRAM, SECRETS, environ, run
from tests.services.factories import accept, intend
from tests.terminal.pty import Terminal

NORDICS_TO_EUROPE = "8a8082555b3c70de015b44a960f92b0f"
TO_EUROPE = "8a808255575bdae401576a914a140420"


def read_journal(home: Path) -> list[dict[str, Any]]:
    entries: list[dict[str, Any]] = json.loads(run(home, "journal", "--json").stdout)
    return entries


def test_several_requests_have_a_line_each(server: RecordedTenant, home: Path) -> None:
    done = run_on(server, home, "request", "--to", "Acme-US", "--to", "acme-mexico", "--yes")
    assert done.returncode == 0
    first, second = done.stdout.splitlines()
    assert first.startswith("Requested: Acme Corporation → Acme-US is Pending")
    assert second.startswith("Requested: Acme Corporation → Acme-Mexico is Pending")
    assert server.writes == ["POST /v1/entity-connections"] * 2
    assert [entry["outcome"] for entry in read_journal(home)] == ["confirmed"] * 2


GONE = "the fake tenant was in memory, and is gone with what was done in it"


@pytest.mark.parametrize("form", [[], ["--json"]])
@pytest.mark.parametrize(
    "command",
    [["request", "--to", "Acme-US"], ["disconnect", TO_EUROPE], ["deny", NORDICS_TO_EUROPE]],
)
def test_the_loss_of_a_tenant_in_memory_is_reported(
    home: Path, form: list[str], command: list[str]
) -> None:
    done = run(home, *command, "--yes", *form)
    assert done.returncode == 0, done.stderr
    (line,) = (line for line in done.stderr.splitlines() if GONE in line)
    assert "--tenant FILE" in line


def test_nothing_is_lost_in_a_file_or_without_a_write(server: RecordedTenant, home: Path) -> None:
    ask = ["request", "--to", "Acme-US"]
    for command in (
        [*ask, "--dry-run"], ask, ["connections"], ["request", "--to", "Acme-Americas", "--yes"],
        [*ask, "--yes", "--tenant", str(home.with_suffix(".db"))],
    ):  # fmt: skip
        assert GONE not in run(home, *command).stderr
    assert GONE not in run_on(server, home, *ask, "--yes").stderr


def test_the_json_result_holds_every_id(server: RecordedTenant, home: Path) -> None:
    (result,) = json.loads(run_on(server, home, "request", "--to", US, "--yes", "--json").stdout)
    assert result["action"] == "request"
    assert result["source"]["id"] == CORPORATION
    assert result["target"] == {"id": US, "name": "Acme-US", "displayName": "Acme-US"}
    assert (result["result"], result["codes"]) == ("confirmed", [])
    (entry,) = read_journal(home)
    assert result["requestId"] == entry["requestId"] != ""
    assert result["connectionId"] == entry["connectionId"] != ""
    assert entry["idempotencyKey"]


@pytest.mark.parametrize(
    "named",
    [
        [NORDICS_TO_EUROPE],
        [NORDICS_TO_EUROPE.upper(), "--entity", "Acme-Europe"],
        ["--from", "Acme-Nordics", "--to", "Acme-Europe"],
    ],
)
@pytest.mark.parametrize(("action", "status"), [("accept", "Connected"), ("deny", "Disconnected")])
def test_a_request_is_answered_in_its_target(
    server: RecordedTenant, home: Path, action: str, status: str, named: list[str]
) -> None:
    done = run_on(server, home, action, *named, "--yes")
    assert done.returncode == 0
    assert status in done.stdout
    assert server.writes == [f"PUT /v1/entity-connections/{NORDICS_TO_EUROPE}/{action}"]
    assert read_journal(home)[0]["acting"] == {"id": EUROPE, "title": "Acme-Europe"}


@pytest.mark.parametrize(
    ("action", "connection_id", "user", "acting_id"),
    [
        ("accept", "8a8082555b3c70de015b44a1c07e2b01", "alice", CANADA),  # seen in both ends
        ("disconnect", TO_EUROPE, "alice", CORPORATION),
        ("disconnect", TO_EUROPE, "bruno", EUROPE),  # who may enter the target only
    ],
)
def test_the_acting_entity_is_an_end_where_the_action_is_possible(
    server: RecordedTenant, home: Path, action: str, connection_id: str, user: str, acting_id: str
) -> None:
    assert run_on(server, home, action, connection_id, "--yes", user=user).returncode == 0
    assert read_journal(home)[0]["acting"]["id"] == acting_id


def test_a_closed_pipe_does_not_end_a_row_of_writes(server: RecordedTenant, home: Path) -> None:
    targets = "--to Acme-US --to Acme-Mexico --yes"
    program = f"{sys.executable} -m entity_connections"
    script = f"{program} request {targets} --base-url {server.served.url} | true"
    known = environ(home, **server.served.environ())
    done = subprocess.run(
        ["bash", "-o", "pipefail", "-c", script], capture_output=True, text=True, env=known
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert len(server.writes) == 2


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["request", "--to", "Acme-Europe", "--yes"], 0, "already so. It is Connected already."),
        (["request", "--to", "Acme Corporation", "--yes"], 1, "cannot be connected to itself"),
        (["request", "--to", "Acme-UK", "--yes"], 1, "not provisioned yet"),
        (["request", "--to", "nobody", "--yes"], 2, 'No entity is called "nobody"'),
        (
            ["accept", TO_EUROPE, "--yes"],
            0,
            "Corporation → Acme-Europe: already so. It is Connected: it has no request",
        ),
        (["deny", TO_EUROPE, "--yes"], 1, "no request that waits"),
        (["disconnect", NORDICS_TO_EUROPE, "--yes"], 1, "not connected yet"),
        (["connect", "--to", "Acme-Europe", "--yes"], 0, "Connected already"),
        (["connect", "--to", "Acme-Australia", "--yes"], 1, "You have no access to Acme-Australia"),
        (["accept", "8a8082555b3c70de015b44a2bb042b03", "--yes"], 1, "Disconnected. The living"),
        (["accept", "../../x", "--yes"], 1, "no connection of the 11 entities"),
        (["accept", TO_EUROPE, "--entity", "Acme-US", "--yes"], 1, "no connection of Acme-US"),
        (["deny", "--from", "Acme-US", "--to", "Acme-Mexico", "--yes"], 1, "no request that waits"),
        (["deny", "--from", "Acme-US", "--yes"], 2, "both --from and --to"),
        (["deny", TO_EUROPE, "--from", "Acme-US", "--to", "Acme-US", "--yes"], 2, "by their ids"),
        (["deny", TO_EUROPE, "--all", "--yes"], 2, "by their ids"),
        (["deny", "--yes"], 2, "by their ids"),
        (["request", "--to", "Acme-US", "--to-all", "--yes"], 2, "--to-all, --under and --status"),
        (["request", "--status", "Conected", "--yes"], 2, "'Conected' is not one of"),
        (["request", "--under", "nobody", "--yes"], 2, 'No entity is called "nobody"'),
        (["request", "--yes"], 2, "--to"),
        (["request", "--to", "Acme-US"], 2, "--yes"),
    ],
)
def test_an_impossible_action_is_reported_and_not_sent(
    server: RecordedTenant, home: Path, arguments: list[str], code: int, message: str
) -> None:
    done = run_on(server, home, *arguments)
    assert (done.returncode, done.stdout) == (code, "")
    assert message in done.stderr
    assert server.writes == []
    assert read_journal(home) == []


def test_a_refusal_is_reported_with_code_and_request_id(server: RecordedTenant, home: Path) -> None:
    done = run_on(server, home, "accept", NORDICS_TO_EUROPE, "--yes", user="carol")
    assert done.returncode == 1
    assert "refused. Only an administrator" in done.stdout
    (entry,) = read_journal(home)
    assert entry["outcome"] == "refused"
    assert f"code {entry['codes'][0]}, request id {entry['requestId']}" in done.stderr


@pytest.mark.parametrize(
    ("fault", "code", "result", "sentence"),
    [
        ("gateway-page=403", 3, "unknown", "A web page answered (HTTP 403), not Zuora."),
        ("gateway-page=503", 3, "unknown", "A web page answered (HTTP 503), not Zuora."),
        ("gateway-page=504", 4, "unknown", "A web page answered (HTTP 504), not Zuora."),
        ("committed-then-page=403", 0, "confirmed", "Acme-Nordics → Acme-Europe is Connected."),
    ],
)
def test_a_web_page_that_answers_a_write_is_no_answer_of_zuora(
    server: RecordedTenant, home: Path, fault: str, code: int, result: str, sentence: str
) -> None:
    """The list tells what became of the write, if it can be read."""
    if result == "unknown":
        server.fault_after_write = NO_LISTS
    server.fake.faults.on(f"{fault},calls=writes")
    done = run_on(server, home, "accept", NORDICS_TO_EUROPE, "--yes", "--json")
    (item,) = json.loads(done.stdout)
    assert (done.returncode, item["result"]) == (code, result)
    assert item["sentence"].startswith(sentence)
    assert len(server.writes) == 1
    assert "role" not in done.stderr


def test_a_write_of_which_nobody_can_tell_whether_it_happened_is_unknown(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """As where Zuora has refused to end a connection that is gone all the same."""
    entry = intend(Journal(None, "acme"), accept())
    refused = replace(accept(), error=NotFound("There is none."), entry=entry)
    results = Results(ACCEPT, as_json=False)
    results.add_operation(refused.with_state(State.SUPERSEDED, "Nobody can tell."))
    assert results.code is ExitCode.UNKNOWN
    assert "overtaken since. Nobody can tell." in capsys.readouterr().out


def test_after_an_unknown_outcome_only_the_same_is_sent_again_and_only_when_asked(
    server: RecordedTenant, home: Path
) -> None:
    server.leave_writes_unknown()
    done = run_on(server, home, "accept", NORDICS_TO_EUROPE, "--yes")
    assert (done.returncode, len(server.writes)) == (4, 1)
    assert "the next command, or the screen, looks it up" in done.stderr
    server.fake.faults.off()
    done = run_on(server, home, "deny", NORDICS_TO_EUROPE, "--yes")
    assert (done.returncode, len(server.writes)) == (4, 1)
    assert "s more, and only the same may be sent again" in done.stderr
    done = run_on(server, home, "accept", NORDICS_TO_EUROPE, "--yes")
    assert (done.returncode, len(server.writes)) == (0, 2)
    assert run_on(server, home, "accept", NORDICS_TO_EUROPE, "--yes").returncode == 0
    assert len(server.writes) == 2
    assert [entry["outcome"] for entry in read_journal(home)] == ["overtaken since", "confirmed"]


@pytest.mark.parametrize(
    "command",
    [
        ("connections", "--json"),
        ("connections", "--all-entities"),
        ("waiting",),
        ("entities",),
        ("request", "--to", "Acme-US", "--dry-run"),
        ("resume", "--dry-run"),
    ],
)
def test_a_command_that_only_reads_looks_up_an_unknown_outcome(
    server: RecordedTenant, home: Path, command: tuple[str, ...]
) -> None:
    assert "From an earlier run" not in run_on(server, home, *command).stderr
    server.leave_writes_unknown("committed-then-504=0,calls=writes")
    assert run_on(server, home, "accept", NORDICS_TO_EUROPE, "--yes").returncode == 4
    server.fake.faults.off()
    done = run_on(server, home, *command)
    assert done.returncode == 0
    assert "From an earlier run: Accept of" in done.stderr
    assert [entry["outcome"] for entry in read_journal(home)] == ["confirmed"]
    assert len(server.writes) == 1


def test_a_journal_that_cannot_be_read_is_told_and_the_lists_are_read(
    server: RecordedTenant, home: Path
) -> None:
    (home / "state" / "state.sqlite3").mkdir(parents=True)
    done = run_on(server, home, "entities")
    assert (done.returncode, done.stderr.count("The journal ")) == (0, 1)
    assert done.stdout


def test_the_journal_knows_the_tenant_by_its_address_and_client(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A profile may be called otherwise tomorrow, or lead elsewhere."""
    for name, value in environ(home, ZUORA_CLIENT_ID="one", ZUORA_CLIENT_SECRET="x").items():
        monkeypatch.setenv(name, value)
    workspace = make_workspace(TenantOptions(base_url="http://localhost:9"))
    assert workspace.journal.tenant == "http://localhost:9 one"


def test_a_lost_response_is_replaced_by_the_list(server: RecordedTenant, home: Path) -> None:
    server.fake.faults.on("committed-then-504,calls=writes")
    done = run_on(server, home, "accept", NORDICS_TO_EUROPE, "--yes")
    assert (done.returncode, len(server.writes)) == (0, 1)
    assert "is Connected." in done.stdout


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGKILL])
def test_the_next_write_reports_the_outcome_of_an_interrupted_one(
    server: RecordedTenant, home: Path, number: signal.Signals
) -> None:
    server.fake.faults.on(CARRY_OUT_AND_HANG)
    with start_on(server, home, "accept", NORDICS_TO_EUROPE, "--yes") as process:
        server.wait_for_status(NORDICS_TO_EUROPE, "Connected")
        process.send_signal(number)
        process.communicate(timeout=20)
    assert process.returncode == (130 if number == signal.SIGINT else -number)
    server.fake.faults.off()
    done = run_on(server, home, "request", "--to", "Acme-US", "--yes")
    assert done.returncode == 0
    assert "From an earlier run: Accept of" in done.stderr
    assert "Acme-Nordics → Acme-Europe is Connected." in done.stderr
    assert [entry["outcome"] for entry in read_journal(home)] == ["confirmed", "confirmed"]
    assert len(server.writes) == 2


WRONG_CLOCK = """
import sys, time
from entity_connections.cli import main
from entity_connections.domain import clock
wrong = float(sys.argv.pop(1))
class WrongClock:
    monotonic = staticmethod(time.monotonic)
    time = staticmethod(lambda: time.time() + wrong)
clock.current = WrongClock()
main()
"""


@pytest.mark.parametrize("wrong", [365 * 86_400, -3_600], ids=["year", "hour"])
def test_a_program_that_was_killed_under_a_wrong_clock_blocks_nothing(
    server: RecordedTenant, home: Path, wrong: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same may be sent at once, and another action after 130 s by the monotonic clock."""
    server.fake.faults.on(HANG)
    arguments = ["accept", NORDICS_TO_EUROPE, "--yes", "--base-url", server.served.url]
    with subprocess.Popen(
        [sys.executable, "-c", WRONG_CLOCK, str(wrong), *arguments],
        env=environ(home, **server.served.environ()),
    ) as process:
        assert server.write_arrived.wait(20)
        process.kill()
    server.fake.faults.off()
    for days_ahead in (0, 90):
        server.seconds_ahead = 86_400 * days_ahead
        done = run_on(server, home, "deny", NORDICS_TO_EUROPE, "--yes")
        assert done.returncode == 4
        match = re.search(r"may be under way for (\d+) s more", done.stderr)
        assert match
        assert 100 < int(match[1]) <= 130
        assert "From an earlier run: Accept of" in done.stderr, "it is looked up at once"
    later = SimpleNamespace(time=time.time, monotonic=lambda: time.monotonic() + 131)
    monkeypatch.setattr(clock, "current", later)
    assert run_on(server, home, "deny", NORDICS_TO_EUROPE, "--yes").returncode == 0
    assert [entry["outcome"] for entry in read_journal(home)] == ["not done", "confirmed"]


def test_an_interrupted_request_is_repeated_with_the_same_key(
    server: RecordedTenant, home: Path
) -> None:
    server.fake.faults.on(HANG)
    with start_on(server, home, "request", "--to", "Acme-US", "--yes") as process:
        assert server.write_arrived.wait(20)
        process.kill()
    server.fake.faults.off()
    assert run_on(server, home, "request", "--to", "Acme-US", "--yes").returncode == 0
    first, second = read_journal(home)
    assert first["idempotencyKey"] == second["idempotencyKey"]


def test_a_dry_run_shows_the_request_and_sends_nothing(server: RecordedTenant, home: Path) -> None:
    done = run_on(server, home, "request", "--to", "Acme-US", "--dry-run", "--json")
    assert done.returncode == 0
    (shown,) = json.loads(done.stdout)
    assert shown["method"] == "POST"
    assert shown["url"] == f"{server.served.url}/v1/entity-connections"
    assert shown["body"] == {"targetEntityId": US}
    assert shown["headers"]["Authorization"] == "Bearer (absent)"
    assert shown["headers"]["Zuora-Entity-Ids"] == "8a808255-557b-aba1-0155-80e12fa5083a"
    assert {"Idempotency-Key", "Zuora-Track-Id", "Content-Type"} <= shown["headers"].keys()
    shown_to_people = run_on(server, home, "deny", NORDICS_TO_EUROPE, "--dry-run")
    put = f"PUT {server.served.url}/v1/entity-connections/{NORDICS_TO_EUROPE}/deny\n"
    assert shown_to_people.stdout.startswith(put)
    assert "\n\n{}\n" in shown_to_people.stdout
    assert server.writes == []
    assert read_journal(home) == []


def write_profile(server: RecordedTenant, home: Path, line: str) -> dict[str, str]:
    """Write a profile `acme` and return the variables that go with it."""
    (home / "config").mkdir(parents=True)
    profile = f'[profiles.acme]\nbase_url = "{server.served.url}"\n{line}\n'
    (home / "config" / "config.toml").write_text(profile)
    return server.served.environ()


def test_production_is_written_to_only_when_unlocked(server: RecordedTenant, home: Path) -> None:
    known = write_profile(server, home, 'risk = "production"')
    command = ("request", "--to", "Acme-US", "--yes", "--profile", "acme")
    done = run(home, *command, **known)
    assert (done.returncode, server.writes) == (2, [])
    assert "production and locked" in done.stderr
    assert "--unlock" in done.stderr
    assert run(home, *command, "--unlock", **known).returncode == 0


def test_a_read_only_profile_is_never_written_to(server: RecordedTenant, home: Path) -> None:
    known = write_profile(server, home, "read_only = true")
    command = ("request", "--to", "Acme-US", "--profile", "acme")
    done = run(home, *command, "--yes", "--unlock", **known)
    assert (done.returncode, server.writes) == (2, [])
    assert "read-only" in done.stderr
    assert run(home, *command, "--dry-run", **known).returncode == 0


def test_a_profile_names_the_entity_to_act_in(server: RecordedTenant, home: Path) -> None:
    known = write_profile(server, home, 'entity = "Acme-Europe"')
    profile = ("--profile", "acme")
    assert run(home, "connections", *profile, **known).stderr == "Acting in Acme-Europe.\n"
    # Whatever is done by its id is done where it can be done.
    to_canada = "8a8082555b3c70de015b44a734c12b0b"
    assert run(home, "disconnect", to_canada, "--yes", *profile, **known).returncode == 0


def test_an_unwritable_journal_stops_a_write_before_it_is_sent(
    server: RecordedTenant, home: Path
) -> None:
    (home / "state" / "state.sqlite3").mkdir(parents=True)
    done = run_on(server, home, "request", "--to", "Acme-US", "--yes")
    assert (done.returncode, done.stdout) == (2, "")
    assert "Nothing was sent" in done.stderr
    assert server.writes == []


@pytest.mark.parametrize(
    ("typed", "last", "code"),
    [("n", "Nothing was sent.", 130), ("", "Nothing was sent.", 130), ("y", "Requested: ", 0)],
)
def test_a_write_is_confirmed(home: Path, typed: str, last: str, code: int) -> None:
    done = run(home, "request", "--to", "Acme-US", typed=f"{typed}\n")
    assert "Request Connection: Acme Corporation → Acme-US" in done.stderr
    assert "Do it? [y/N]" in done.stderr
    assert last in done.stdout + done.stderr
    assert done.returncode == code


@pytest.mark.parametrize(("typed", "code"), [("y", 130), ("Acme-Europe", 0), (EUROPE, 0)])
def test_a_disconnection_is_confirmed_by_typing_the_name(home: Path, typed: str, code: int) -> None:
    done = run(home, "disconnect", TO_EUROPE, typed=f"{typed}\n")
    assert "Type Acme-Europe to end it" in done.stderr
    assert "cannot be recovered" in done.stderr
    assert ("Disconnected" if code == 0 else "Nothing was sent.") in done.stdout + done.stderr
    assert done.returncode == code


def test_a_disconnection_on_a_terminal() -> None:
    with Terminal([*PROGRAM, "disconnect", TO_EUROPE]) as terminal:
        terminal.wait_for("Type Acme-Europe to end it")
        terminal.send("Acme-Europe", "enter")
        terminal.wait_for("Disconnected")
        assert terminal.wait_exit() == 0


def test_ctrl_c_ends_a_question() -> None:
    with Terminal([*PROGRAM, "deny", "--from", "Acme-Nordics", "--to", "Acme-Europe"]) as terminal:
        terminal.wait_for("Do it? [y/N]")
        terminal.send("ctrl+c")
        assert terminal.wait_exit() == 130


def test_no_secret_is_printed_or_stored(server: RecordedTenant, home: Path) -> None:
    texts = []
    for writes_fail in (False, True):
        if writes_fail:
            server.fake.faults.on(LOSE_WRITES)
        for command in (
            ("request", "--to", "Acme-Japan", "--yes"),
            ("accept", NORDICS_TO_EUROPE, "--yes", "--json"),
            ("request", "--to", "Acme-US", "--dry-run"),
            ("connections",),
        ):
            done = run_on(server, home, *command)
            texts += [done.stdout, done.stderr]
    files = [path for path in home.rglob("*") if path.is_file()]
    assert files
    texts += [path.read_text(errors="replace") for path in files]
    assert not [secret for secret in SECRETS for text in texts if secret in text]
