"""`request`, `accept`, `deny` and `disconnect`: questions, outcomes, exit codes, the journal."""

import asyncio
import json
import os
import signal
import subprocess
import sys
import threading
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from entity_connections.cli.commands import actions
from entity_connections.cli.exit_codes import ExitCode
from entity_connections.cli.tenant.execute import look_up_interrupted, plan_operations
from entity_connections.cli.tenant.resolve import resolve_tenant
from entity_connections.cli.tenant_options import TenantOptions
from entity_connections.domain.actions import REQUEST
from entity_connections.services.operations.operation import State
from entity_connections.services.storage.journal import Journal
from entity_connections.services.storage.journal_entry import Entry
from entity_connections.services.tenant import Tenant

from tests.acme import CANADA, CORPORATION, EUROPE, US
from tests.cli.moody import Mood, Moody, on
from tests.cli.tenant import PROGRAM, SECRETS, environ, run
from tests.services.factories import accept, intend, request
from tests.terminal.pty import Terminal

NORDICS_TO_EUROPE = "8a8082555b3c70de015b44a960f92b0f"
TO_EUROPE = "8a808255575bdae401576a914a140420"


def journal(home: Path) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(run(home, "journal", "--json").stdout)
    return found


def test_a_request_for_several_targets_is_a_line_each(server: Moody, home: Path) -> None:
    done = on(server, home, "request", "--to", "Acme-US", "--to", "acme-mexico", "--yes")
    assert done.returncode == 0
    first, second = done.stdout.splitlines()
    assert first.startswith("Acme Corporation → Acme-US: confirmed.")
    assert second.startswith("Acme Corporation → Acme-Mexico: confirmed.")
    assert server.writes == ["POST /v1/entity-connections"] * 2
    assert [(one["action"], one["outcome"]) for one in journal(home)] == [
        ("request", "confirmed")
    ] * 2


@pytest.mark.parametrize("options", [["--from", "", "--to", "Acme-US"], ["--from=", "--to=Acme-US"],
                                     ["--to", ""], ["--to", "Acme-US", "--to", " "],
                                     ["--to", "Acme-US", "--entity", ""]])  # fmt: skip
def test_an_empty_end_is_refused_and_nothing_is_sent(
    server: Moody, home: Path, options: list[str]
) -> None:
    done = on(server, home, "request", *options, "--yes")
    assert (done.returncode, done.stdout) == (2, "")
    assert "it is empty" in done.stderr
    assert not server.writes


@pytest.mark.parametrize(
    "which", [[""], ["--from", "", "--to", ""], ["--from", "Acme-US", "--to", ""], ["", "--from="]]
)
def test_an_empty_connection_is_refused_and_nothing_is_sent(
    server: Moody, home: Path, which: list[str]
) -> None:
    done = on(server, home, "disconnect", *which, "--yes")
    assert (done.returncode, done.stdout) == (2, "")
    assert "it is empty" in done.stderr
    assert not server.writes


GONE = "the fake tenant was in memory, and is gone with what was done in it"


@pytest.mark.parametrize("form", [[], ["--json"]])
@pytest.mark.parametrize("scenario", [[], ["--scenario", "denied-removed"]])
def test_what_was_done_in_memory_only_is_said_to_be_gone(
    home: Path, form: list[str], scenario: list[str]
) -> None:
    for command in (
        ["request", "--to", "Acme-US"], ["disconnect", TO_EUROPE],
        ["accept", NORDICS_TO_EUROPE], ["deny", NORDICS_TO_EUROPE],
    ):  # fmt: skip
        done = run(home, *command, "--yes", *form, *scenario)
        assert done.returncode == 0, done.stderr
        (line,) = (line for line in done.stderr.splitlines() if GONE in line)
        assert "--tenant FILE" in line
        assert GONE not in done.stdout


def test_it_is_not_said_where_it_is_kept_or_nothing_was_sent(server: Moody, home: Path) -> None:
    ask = ["request", "--to", "Acme-US"]
    for command in (
        [*ask, "--dry-run"], [*ask, "--dry-run", "--json"], ask, ["connections"],
        ["request", "--to", "Acme-Americas", "--yes"],
        [*ask, "--yes", "--tenant", str(home.with_suffix(".db"))],
    ):  # fmt: skip
        assert GONE not in run(home, *command).stderr
    assert GONE not in on(server, home, *ask, "--yes").stderr


def test_nor_where_the_newest_list_stopped_it(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    async def stop(*_: object, **__: object) -> ExitCode:
        return ExitCode.REFUSED

    monkeypatch.setattr("entity_connections.cli.commands.actions.execute", stop)
    actions.request.main(["--to", "Acme-US", "--yes"], standalone_mode=False)
    assert capsys.readouterr().err == ""


def test_the_result_for_machines_holds_every_id(server: Moody, home: Path) -> None:
    (result,) = json.loads(on(server, home, "request", "--to", US, "--yes", "--json").stdout)
    assert result["action"] == "request"
    assert result["source"]["id"] == CORPORATION
    assert result["target"] == {"id": US, "name": "Acme-US", "displayName": "Acme-US"}
    assert (result["result"], result["codes"]) == ("confirmed", [])
    (entry,) = journal(home)
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
    server: Moody, home: Path, action: str, status: str, named: list[str]
) -> None:
    done = on(server, home, action, *named, "--yes")
    assert done.returncode == 0
    assert status in done.stdout
    assert server.writes == [f"PUT /v1/entity-connections/{NORDICS_TO_EUROPE}/{action}"]
    assert journal(home)[0]["acting"] == {"id": EUROPE, "title": "Acme-Europe"}


def test_a_request_is_answered_where_it_can_be_not_where_it_is_seen_first(
    server: Moody, home: Path
) -> None:
    assert on(server, home, "accept", "8a8082555b3c70de015b44a1c07e2b01", "--yes").returncode == 0
    assert journal(home)[0]["acting"] == {"id": CANADA, "title": "Acme-Canada"}


def test_a_reader_that_has_gone_ends_no_work(server: Moody, home: Path) -> None:
    targets = "--to Acme-US --to Acme-Mexico --yes"
    program = f"{sys.executable} -m entity_connections"
    script = f"{program} request {targets} --base-url {server.tenant.url} | true"
    known = environ(home, **server.tenant.environ())
    done = subprocess.run(
        ["bash", "-o", "pipefail", "-c", script], capture_output=True, text=True, env=known
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert len(server.writes) == 2


def test_a_disconnection_acts_in_an_end_that_may_be_entered(server: Moody, home: Path) -> None:
    bruno = server.tenant.environ("bruno")  # may enter the target only
    where = ("--base-url", server.tenant.url)
    done = run(home, "disconnect", TO_EUROPE, "--yes", *where, **bruno)
    assert done.returncode == 0
    assert journal(home)[0]["acting"]["id"] == EUROPE


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["request", "--to", "Acme-Europe", "--yes"], 1, "already connected to Acme-Europe"),
        (["request", "--to", "Acme Corporation", "--yes"], 1, "cannot be connected to itself"),
        (["request", "--to", "Acme-UK", "--yes"], 1, "not provisioned yet"),
        (["request", "--to", "Acme-US", "--to", "Acme-Europe", "--yes"], 1, "already connected"),
        (["request", "--to", "nobody", "--yes"], 2, 'No entity is called "nobody"'),
        (["accept", TO_EUROPE, "--yes"], 1, "no request that waits"),
        (["accept", "8a8082555b3c70de015b44a2bb042b03", "--yes"], 1, "Disconnected. The living"),
        (["accept", "0" * 32, "--yes"], 2, "no connection of the 11 entities"),
        (["accept", "../../x", "--yes"], 2, "no connection of the 11 entities"),
        (["accept", TO_EUROPE, "--entity", "Acme-US", "--yes"], 2, "is no connection of Acme-US"),
        (["deny", "--from", "Acme-US", "--to", "Acme-Mexico", "--yes"], 1, "not connected"),
        (["deny", "--from", "Acme-US", "--yes"], 2, "both --from and --to"),
        (["deny", TO_EUROPE, "--from", "Acme-US", "--to", "Acme-US", "--yes"], 2, "by its id, or"),
        (["deny", "--yes"], 2, "by its id, or"),
        (["request", "--yes"], 2, "--to"),
        (["request", "--to", "Acme-US"], 2, "--yes"),
    ],
)
def test_what_cannot_be_done_is_said_and_nothing_is_sent(
    server: Moody, home: Path, arguments: list[str], code: int, said: str
) -> None:
    done = on(server, home, *arguments)
    assert (done.returncode, done.stdout) == (code, "")
    assert said in done.stderr
    assert server.writes == []
    assert journal(home) == []


def test_a_refusal_of_zuoras_is_told_with_code_and_request_id(server: Moody, home: Path) -> None:
    where = ("--base-url", server.tenant.url)
    carol = server.tenant.environ("carol")
    done = run(home, "accept", NORDICS_TO_EUROPE, "--yes", *where, **carol)
    assert done.returncode == 1
    assert "refused. Only an administrator" in done.stdout
    (entry,) = journal(home)
    assert entry["outcome"] == "refused"
    assert f"code {entry['codes'][0]}, request id {entry['requestId']}" in done.stderr


@pytest.mark.parametrize("action", ["accept", "deny", "disconnect"])
def test_an_outcome_that_nobody_knows_ends_with_4_and_is_not_sent_again(
    server: Moody, home: Path, action: str
) -> None:
    server.mood = Mood.BROKEN
    id_ = TO_EUROPE if action == "disconnect" else NORDICS_TO_EUROPE
    for _ in range(2):
        done = on(server, home, action, id_, "--yes")
        assert done.returncode == 4
        assert len(server.writes) == 1
    assert "is under way or unknown since" in done.stderr
    assert [one["outcome"] for one in journal(home)] == ["unknown"]


def test_the_first_unknown_outcome_ends_a_row_of_requests(server: Moody, home: Path) -> None:
    server.mood = Mood.ODD
    done = on(server, home, "request", "--to", "Acme-US", "--to", "Acme-Mexico", "--yes")
    assert (done.returncode, len(server.writes)) == (4, 1)
    assert done.stdout.startswith("Acme Corporation → Acme-US: unknown.")
    assert "Not sent: Request Connection, Acme Corporation → Acme-Mexico." in done.stderr


def test_a_server_that_goes_away_ends_a_row_of_requests(server: Moody, home: Path) -> None:
    server.limited_after, server.retry_after = 1, 3600
    targets = ("--to", "Acme-US", "--to", "Acme-Mexico", "--to", "Acme-Japan")
    done = on(server, home, "request", *targets, "--yes")
    assert done.returncode == 3
    assert not server.writes
    assert "Not sent: Request Connection, Acme Corporation → Acme-Japan." in done.stderr


def test_ctrl_c_says_what_is_known_and_what_was_not_sent(server: Moody, home: Path) -> None:
    server.mood = Mood.HANGING
    targets = ("--to", "Acme-US", "--to", "Acme-Mexico", "--to", "Acme-Japan")
    with program(server, home, "request", *targets, "--yes") as process:
        assert server.came.wait(20)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=20)
    assert process.returncode == 130
    assert out == ""
    assert "Interrupted: Request Connection of Acme Corporation → Acme-US had been sent" in err
    assert "Not sent: Request Connection, Acme Corporation → Acme-Mexico." in err
    assert "Not sent: Request Connection, Acme Corporation → Acme-Japan." in err
    assert len(journal(home)) == 1


def test_ctrl_c_tells_machines_the_same(server: Moody, home: Path) -> None:
    server.mood = Mood.HANGING
    targets = ("--to", "Acme-US", "--to", "Acme-Mexico")
    with program(server, home, "request", *targets, "--yes", "--json") as process:
        assert server.came.wait(20)
        process.send_signal(signal.SIGINT)
        out, _ = process.communicate(timeout=20)
    assert process.returncode == 130
    assert [one["result"] for one in json.loads(out)] == ["unknown", "not done"]


def test_ctrl_c_tells_the_outcome_of_the_very_write_when_there_is_one(tmp_path: Path) -> None:
    """Others on the same pair, before it or of other programs, are not it."""
    path = tmp_path / "state.sqlite3"
    kept = Journal(path, "acme")
    kept.record_outcome(intend(kept, accept())._replace(outcome="refused"))
    entry = intend(kept, accept())
    operation = replace(accept(), entry=entry, state=State.SENT)
    sentence = look_up_interrupted(kept, operation).sentence
    assert "what became of it is not known. The next write, or the screen, looks it up" in sentence
    kept.record_outcome(entry._replace(outcome="confirmed", sentence="It is Connected."))
    intend(kept, accept())
    done = look_up_interrupted(kept, operation)
    assert done.sentence.endswith("had been sent: confirmed. It is Connected.")
    assert done.state is State.CONFIRMED
    path.unlink()
    path.mkdir()
    assert "what became of it is not known" in look_up_interrupted(kept, operation).sentence
    in_memory = look_up_interrupted(Journal(None, "acme"), operation).sentence
    assert in_memory.endswith("what became of it is not known.")


def test_journal_and_store_know_the_tenant_by_its_address_and_client(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A profile may be called otherwise tomorrow, or lead elsewhere."""
    for name, value in environ(home, ZUORA_CLIENT_SECRET="x").items():
        monkeypatch.setenv(name, value)
    known = set()
    for url in ("http://localhost:9", "http://localhost:10"):
        for client_id in ("one", "two"):
            monkeypatch.setenv("ZUORA_CLIENT_ID", client_id)
            kept = resolve_tenant(TenantOptions(base_url=url)).workspace.journal
            assert kept.tenant == f"{url} {client_id}"
            known.add(kept.tenant)
    assert len(known) == 4


def test_the_journal_is_read_once_for_all_targets(monkeypatch: pytest.MonkeyPatch) -> None:
    """And away from the event loop."""
    kept, read = Journal(None, "acme"), list[object]()
    looked = kept.read_open

    def open_() -> list[Entry]:
        read.append(threading.current_thread())
        return looked()

    monkeypatch.setattr(kept, "read_open", open_)
    tenant = Tenant(None)  # type: ignore[arg-type]
    session: Any = SimpleNamespace(tenant=tenant, workspace=SimpleNamespace(journal=kept))
    orders = asyncio.run(plan_operations(session, REQUEST, [request().row] * 3))
    assert len(orders) == 3
    assert len(read) == 1
    assert read[0] is not threading.main_thread()


def test_an_answer_that_is_lost_is_told_by_the_list(server: Moody, home: Path) -> None:
    server.mood = Mood.LOST
    done = on(server, home, "accept", NORDICS_TO_EUROPE, "--yes")
    assert (done.returncode, len(server.writes)) == (0, 1)
    assert "confirmed" in done.stdout


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGKILL])
def test_the_next_write_tells_what_became_of_one_that_was_cut_off(
    server: Moody, home: Path, number: signal.Signals
) -> None:
    server.mood = Mood.LOST_AND_HANGING
    with program(server, home, "accept", NORDICS_TO_EUROPE, "--yes") as process:
        assert server.came.wait(20)
        process.send_signal(number)
        _, err = process.communicate(timeout=20)
    assert process.returncode == (130 if number == signal.SIGINT else -number)
    assert ("had been sent" in err) == (number == signal.SIGINT)
    server.mood = Mood.FINE
    done = on(server, home, "request", "--to", "Acme-US", "--yes")
    assert done.returncode == 0
    assert "From an earlier run: Accept of" in done.stderr
    assert "Acme-Nordics → Acme-Europe is Connected." in done.stderr
    assert [one["outcome"] for one in journal(home)] == ["confirmed", "confirmed"]
    assert len(server.writes) == 2


def test_a_request_that_was_cut_off_is_repeated_under_its_own_key(
    server: Moody, home: Path
) -> None:
    server.mood = Mood.HANGING
    with program(server, home, "request", "--to", "Acme-US", "--yes") as process:
        assert server.came.wait(20)
        process.kill()
    server.mood = Mood.FINE
    assert on(server, home, "request", "--to", "Acme-US", "--yes").returncode == 0
    first, second = journal(home)
    assert first["idempotencyKey"] == second["idempotencyKey"]


def test_a_dry_run_shows_the_request_and_sends_nothing(server: Moody, home: Path) -> None:
    done = on(server, home, "request", "--to", "Acme-US", "--dry-run", "--json")
    assert done.returncode == 0
    (shown,) = json.loads(done.stdout)
    assert shown["method"] == "POST"
    assert shown["url"] == f"{server.tenant.url}/v1/entity-connections"
    assert shown["body"] == {"targetEntityId": US}
    assert shown["headers"]["Authorization"] == "Bearer (absent)"
    assert shown["headers"]["Zuora-Entity-Ids"] == "8a808255-557b-aba1-0155-80e12fa5083a"
    assert {"Idempotency-Key", "Zuora-Track-Id", "Content-Type"} <= shown["headers"].keys()
    shown_to_people = on(server, home, "deny", NORDICS_TO_EUROPE, "--dry-run")
    put = f"PUT {server.tenant.url}/v1/entity-connections/{NORDICS_TO_EUROPE}/deny\n"
    assert shown_to_people.stdout.startswith(put)
    assert "\n\n{}\n" in shown_to_people.stdout
    assert server.writes == []
    assert journal(home) == []


def profile(server: Moody, home: Path, *lines: str) -> dict[str, str]:
    """Write a profile `acme` and return the variables that go with it."""
    (home / "config").mkdir(parents=True)
    head = ["[profiles.acme]", f'base_url = "{server.tenant.url}"']
    (home / "config" / "config.toml").write_text("\n".join([*head, *lines, ""]))
    return server.tenant.environ()


def test_production_is_written_to_only_when_unlocked(server: Moody, home: Path) -> None:
    known = profile(server, home, 'risk = "production"')
    command = ("request", "--to", "Acme-US", "--yes", "--profile", "acme")
    done = run(home, *command, **known)
    assert (done.returncode, server.writes) == (2, [])
    assert "production and locked" in done.stderr
    assert "--unlock" in done.stderr
    assert run(home, *command, "--unlock", **known).returncode == 0


def test_a_read_only_profile_is_never_written_to(server: Moody, home: Path) -> None:
    known = profile(server, home, "read_only = true")
    command = ("request", "--to", "Acme-US", "--profile", "acme")
    done = run(home, *command, "--yes", "--unlock", **known)
    assert (done.returncode, server.writes) == (2, [])
    assert "read-only" in done.stderr
    assert run(home, *command, "--dry-run", **known).returncode == 0


def test_a_profile_names_the_entity_to_act_in(server: Moody, home: Path) -> None:
    known = profile(server, home, 'entity = "Acme-Europe"')
    done = run(home, "connections", "--profile", "acme", **known)
    assert done.stderr == "Acting in Acme-Europe.\n"
    # Whatever is done by its id is done where it can be done.
    assert run(home, "disconnect", "8a8082555b3c70de015b44a734c12b0b", "--yes", "--profile", "acme",
               **known).returncode == 0  # fmt: skip


def test_an_unwritable_journal_stops_a_write_before_it_is_sent(server: Moody, home: Path) -> None:
    (home / "state" / "state.sqlite3").mkdir(parents=True)
    done = on(server, home, "request", "--to", "Acme-US", "--yes")
    assert done.returncode in (1, 2)
    assert "Nothing was sent" in done.stderr + done.stdout
    assert server.writes == []


def test_on_a_terminal_it_asks_and_no_is_no() -> None:
    with Terminal([*PROGRAM, "request", "--to", "Acme-US"]) as terminal:
        terminal.wait_for("Do it? [y/N]")
        assert "Request Connection: Acme Corporation → Acme-US" in terminal.text()
        terminal.send("n", "enter")
        terminal.wait_for("Nothing was sent.")
        assert terminal.wait_exit() == 130


def test_on_a_terminal_yes_is_yes() -> None:
    with Terminal([*PROGRAM, "request", "--to", "Acme-US"]) as terminal:
        terminal.wait_for("Do it? [y/N]")
        terminal.send("y", "enter")
        terminal.wait_for("confirmed")
        assert terminal.wait_exit() == 0


@pytest.mark.parametrize(
    ("typed", "code"), [("acme-europe", 130), ("y", 130), ("Acme-Europe", 0), (EUROPE, 0)]
)
def test_a_disconnection_wants_the_name_typed(typed: str, code: int) -> None:
    with Terminal([*PROGRAM, "disconnect", TO_EUROPE]) as terminal:
        terminal.wait_for("Type Acme-Europe to end it")
        assert "cannot be recovered" in terminal.text()
        terminal.send(typed, "enter")
        terminal.wait_for("Disconnected" if code == 0 else "Nothing was sent.")
        assert terminal.wait_exit() == code


def test_ctrl_c_ends_a_question_at_once() -> None:
    with Terminal([*PROGRAM, "deny", "--from", "Acme-Nordics", "--to", "Acme-Europe"]) as terminal:
        terminal.wait_for("Do it? [y/N]")
        terminal.send("ctrl+c")
        assert terminal.wait_exit() == 130


def test_no_secret_is_anywhere_afterwards(server: Moody, home: Path) -> None:
    said = []
    for mood in (Mood.FINE, Mood.BROKEN):
        server.mood = mood
        for command in (
            ("request", "--to", "Acme-Japan", "--yes"),
            ("accept", NORDICS_TO_EUROPE, "--yes", "--json"),
            ("deny", "--from", "Acme Corporation", "--to", CANADA, "--yes"),
            ("request", "--to", "Acme-US", "--dry-run"),
            ("connections",),
        ):
            done = on(server, home, *command)
            said += [done.stdout, done.stderr]
    files = [path for path in home.rglob("*") if path.is_file()]
    assert files
    said += [path.read_text(errors="replace") for path in files]
    assert not [secret for secret in SECRETS for text in said if secret in text]


def program(server: Moody, home: Path, *arguments: str) -> "subprocess.Popen[str]":
    """Start the program as alice, without waiting for it."""
    return subprocess.Popen(
        [*PROGRAM, *arguments, "--base-url", server.tenant.url],
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        env=environ(home, **server.tenant.environ()),
    )  # fmt: skip


def test_the_arguments_of_a_process_hold_no_secret(server: Moody, home: Path) -> None:
    if not sys.platform.startswith("linux"):
        pytest.skip("looks into /proc")
    server.mood = Mood.HANGING
    with program(server, home, "accept", NORDICS_TO_EUROPE, "--yes") as process:
        assert server.came.wait(20)
        arguments = Path(f"/proc/{process.pid}/cmdline").read_text()
        process.send_signal(signal.SIGKILL)
    assert "accept" in arguments
    assert not [secret for secret in SECRETS if secret in arguments]
    assert os.environ.get("ZUORA_CLIENT_SECRET") is None
