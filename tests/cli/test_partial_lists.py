"""Commands on lists that cannot be read whole: no claim, no write, exit code 3."""

import json
import re
from pathlib import Path

import pytest

from tests.cli.recorded_tenant import LIST, NO_LISTS, RecordedTenant, run_on
from tests.cli.tenant import edit_state, run

UNREADABLE = "unreadable-record=2"


@pytest.mark.parametrize("action", ["request", "connect"])
def test_a_request_is_refused_with_the_reason_or_sent_even_so(
    server: RecordedTenant, home: Path, action: str
) -> None:
    command = action, "--to", "Acme-US"
    server.fake.faults.on(UNREADABLE)
    done = run_on(server, home, *command, "--yes")
    assert done.returncode == 3
    assert "It is not known whether Acme Corporation → Acme-" in done.stderr
    assert "5 connections could not be read. --even-so sends it anyway." in done.stderr
    assert server.writes == []
    server.fault_after_write = NO_LISTS
    run_on(server, home, *command, "--yes", "--even-so")
    assert server.writes == ["POST /v1/entity-connections"]


def test_even_so_sends_nothing_that_is_disabled_for_another_reason(
    server: RecordedTenant, home: Path
) -> None:
    server.fake.faults.on(UNREADABLE)
    done = run_on(server, home, "request", "--to", "Acme-UK", "--yes", "--even-so")
    assert (done.returncode, server.writes) == (1, [])
    assert "not provisioned yet" in done.stderr


@pytest.mark.parametrize(
    "fault", ["status-twice", "record-twice", "invalid-target", "other-entities", "partial-content"]
)
def test_nothing_is_sent_where_a_server_in_between_changes_lists(
    server: RecordedTenant, home: Path, fault: str
) -> None:
    server.fake.faults.on(fault)
    for command in (("request", "--to", "Acme-US", "--yes"), ("connections",)):
        done = run_on(server, home, *command)
        assert (done.returncode, server.writes) == (3, [])


def test_a_list_that_an_earlier_command_read_and_is_empty_once_is_read_again(
    server: RecordedTenant, home: Path
) -> None:
    run_on(server, home, "connections", "--all-entities")
    for command in (("connections",), ("request", "--to", "Acme-Europe", "--yes")):
        server.fake.faults.on("list-empty,times=1")
        done = run_on(server, home, *command)
        assert (done.returncode, server.writes) == (0, [])
        assert "Acme-Europe" in done.stdout + done.stderr
        assert "No connections" not in done.stderr


def test_a_list_that_stays_empty_is_believed_and_no_later_command_doubts_it(
    server: RecordedTenant, home: Path
) -> None:
    run_on(server, home, "connections")
    server.fake.faults.on("list-empty")
    reads = []
    for _ in range(2):
        before = server.count_calls(LIST)
        done = run_on(server, home, "connections")
        assert (done.returncode, done.stdout) == (0, "")
        assert "No connections." in done.stderr
        reads.append(server.count_calls(LIST) - before)
    assert reads == [2, 1]


@pytest.mark.parametrize("command", [("journal", "resolve"), ("resume", "--yes")])
def test_what_a_command_reads_to_find_outcomes_is_compared_with_later_lists(
    server: RecordedTenant, home: Path, command: tuple[str, ...]
) -> None:
    server.leave_writes_unknown()
    run_on(server, home, "request", "--to", "Acme-US", "--yes")
    edit_state(home, "DELETE FROM list_cache")
    server.fake.faults.off()
    run_on(server, home, *command)
    server.fake.faults.on("list-empty,times=1")
    assert "Acme-Europe" in run_on(server, home, "connections").stdout


@pytest.mark.parametrize("action", ["disconnect", "accept", "deny"])
def test_an_absent_pair_is_not_called_unconnected(
    server: RecordedTenant, home: Path, action: str
) -> None:
    server.fake.faults.on(UNREADABLE)
    done = run_on(
        server, home, action, "--from", "Acme Corporation", "--to", "Acme-US", "--yes",
        "--entity", "Acme Corporation",
    )  # fmt: skip
    assert done.returncode == 3
    assert "It is not known whether Acme Corporation → Acme-US" in done.stderr
    assert "is not connected" not in done.stderr
    assert server.writes == []


def test_an_absent_id_is_not_called_unknown(server: RecordedTenant, home: Path) -> None:
    server.fake.faults.on(UNREADABLE)
    done = run_on(server, home, "disconnect", "f" * 32, "--yes")
    assert done.returncode == 3
    assert f"It is not known whether {'f' * 32} is a connection of" in done.stderr
    assert "could not be read" in done.stderr


@pytest.mark.parametrize("form", [[], ["--json"]])
@pytest.mark.parametrize("command", ["connections", "waiting"])
def test_a_partial_result_says_what_was_not_read(home: Path, command: str, form: list[str]) -> None:
    done = run(home, command, *form, "--fault", UNREADABLE)
    assert done.returncode == 3
    assert "5 connections could not be read." in done.stderr
    assert done.stdout


def test_an_empty_result_is_no_claim_where_a_list_is_not_whole(home: Path) -> None:
    where = ("--entity", "Acme-US", "--direction", "inbound", "--fault", "unreadable-record=2")
    done = run(home, "connections", *where)
    assert done.returncode == 3
    assert "No connections.\n" not in done.stderr
    listed = run(home, "connections", "--json", *where)
    assert listed.returncode == 3
    assert "could not be read" in listed.stderr


@pytest.mark.parametrize("form", [[], ["--json"]])
def test_waiting_does_not_say_that_nothing_waits_where_entities_were_not_read(
    home: Path, form: list[str]
) -> None:
    for fault in (
        "gateway-page,calls=connections,after=3",
        "unreadable-record=2,calls=connections",
    ):
        done = run(home, "waiting", "--fault", fault, *form)
        assert done.returncode == 3
        assert "Nothing waits in the" not in done.stderr
        assert "left out" in done.stderr or "could not be read" in done.stderr


@pytest.mark.parametrize("form", [[], ["--json"]])
def test_lists_that_fail_are_told_together_and_so_are_those_that_were_not_read_after_them(
    home: Path, form: list[str]
) -> None:
    done = run(home, "waiting", "--fault", "gateway-page,calls=connections", *form)
    assert (done.returncode, done.stdout) == (3, "")
    reason = "A web page answered (HTTP 403), not Zuora"
    reasons = re.findall(rf"left out:\n[^:]*: [^:]*: (.*{re.escape(reason)})", done.stderr)
    assert reasons == [reason, f"Not read, because of this before: {reason}"]


def test_entities_that_are_left_out_for_one_reason_are_named_together(home: Path) -> None:
    done = run(home, "waiting", "--fault", "gateway-page,calls=connections,after=9")
    assert done.returncode == 3
    assert re.search(r": Acme\S+, Acme\S+ are left out:\n", done.stderr)


@pytest.mark.parametrize(
    "command",
    [
        ("entities",),
        ("entities", "--json"),
        ("connections",),
        ("connections", "--json"),
        ("connections", "--entity", "Acme-Europe"),
        ("waiting",),
        ("waiting", "--json"),
        ("request", "--to", "Acme-US", "--yes"),
        ("disconnect", "f" * 32, "--dry-run"),
    ],
)
def test_an_empty_list_of_entities_is_an_error(home: Path, command: tuple[str, ...]) -> None:
    done = run(home, *command, "--fault", "list-empty,calls=entities,times=99")
    assert (done.returncode, done.stdout) == (3, "")
    assert "Zuora's list of entities is empty." in done.stderr
    assert "Acting in" not in done.stderr


def test_waiting_names_statuses_that_nobody_knows(home: Path) -> None:
    done = run(home, "waiting", "--json", "--fault", "unknown-status=1")
    assert (done.returncode, json.loads(done.stdout)) == (3, [])
    assert "Left out, because the status is not known here: " in done.stderr
    assert '× "On Hold".' in done.stderr
    shown = run(home, "waiting", "--fault", "unknown-status=1")
    assert shown.returncode == 3
    assert shown.stderr.endswith("Nothing waits among the rest.\n")


@pytest.mark.parametrize(
    "command",
    [
        ("connections", "--status", "Pending"),
        ("connections", "--status", "Pending", "--all-entities", "--json"),
        ("accept", "--all", "--yes", "--json"),
        ("disconnect", "--all", "--yes"),
        ("request", "--status", "Disconnected", "--yes"),
    ],
)
def test_a_filter_by_status_names_statuses_that_nobody_knows(
    home: Path, command: tuple[str, ...]
) -> None:
    done = run(home, *command, "--fault", "unknown-status=1")
    assert done.returncode == 3
    assert "Left out, because the status is not known here: " in done.stderr
    assert '× "On Hold".' in done.stderr
    assert "No connections." not in done.stderr


@pytest.mark.parametrize(
    "command",
    [
        ("connections",),
        ("connections", "--all-entities"),
        ("waiting",),
        ("accept", "--all", "--yes"),
        ("accept", "8a8082555b3c70de015b44a61f0a2b09", "--yes"),
        ("request", "--to", "Acme-US", "--yes"),
    ],
)
def test_a_list_that_zuora_refuses_could_not_be_read(home: Path, command: tuple[str, ...]) -> None:
    done = run(home, *command, "--fault", "refusal,calls=connections")
    assert done.returncode == 3
    assert "The fault refusal has refused the call." in done.stderr


def test_a_list_that_zuora_refuses_after_the_question_could_not_be_read(home: Path) -> None:
    fault = ("--fault", "refusal,calls=connections,after=1")
    done = run(home, "request", "--to", "Acme-US", *fault, typed="y\n")
    assert done.returncode == 3
    assert "So the list could not be read before the write. Nothing was sent." in done.stdout


PADDED = """
[[entities]]
name = "Global"
[[entities]]
name = "North"
parent = "Global"
[[users]]
name = "ann"
administrator = ["*"]
[[connections]]
source = "North"
target = "Global"
status = "{status}"
"""


@pytest.mark.parametrize("status", ["Pending ", r"\u00a0Pending", ""])
def test_every_command_takes_a_status_with_blanks_around_it_for_an_unknown_one(
    home: Path, status: str
) -> None:
    scenario = home.parent / "padded.toml"
    scenario.write_text(PADDED.format(status=status), "utf-8")
    for command in (
        ("waiting",),
        ("connections", "--all-entities", "--status", "Pending"),
        ("accept", "--all", "--yes"),
    ):
        done = run(home, *command, "--scenario", str(scenario))
        assert done.returncode == 3, command
        assert "Left out, because the status is not known here: 1 × " in done.stderr


@pytest.mark.parametrize("command", [["entities"], ["connections", "--entity", "Acme-US"]])
def test_entities_that_could_not_be_read_are_told(home: Path, command: list[str]) -> None:
    fault = ("--fault", "unreadable-record=11,calls=entities")
    done = run(home, *command, "--json", *fault)
    assert done.returncode == 3
    assert "1 entity could not be read." in done.stderr
    assert json.loads(done.stdout)
