"""Commands that write on several connections: ids, filters, refusals, ctrl+c, kills, JSON."""

import json
import shlex
import signal
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from entity_connections.domain.connections import PENDING

from tests.acme import CANADA
from tests.cli.recorded_tenant import (
    CARRY_OUT_AND_HANG,
    HANG,
    LIST,
    RecordedTenant,
    run_on,
    start_on,
)
from tests.cli.tenant import PROGRAM, edit_state, environ, run
from tests.terminal.pty import Terminal

ENTITIES = "GET /v1/entities"
NORDICS_TO_EUROPE = "8a8082555b3c70de015b44a960f92b0f"
JAPAN_TO_CORPORATION = "8a8082555b3c70de015b44a61f0a2b09"
TO_CANADA = "8a8082555b3c70de015b44a1c07e2b01"
TO_EUROPE = "8a808255575bdae401576a914a140420"
ENDED = "8a8082555b3c70de015b44a2bb042b03"
"""A connection that was disconnected, and whose pair has a newer one."""
TARGETS = [
    "Acme Corporation", "Acme-Americas", "Acme-US", "Acme-Brazil", "Acme-Mexico", "Acme-Europe",
    "Acme-Germany", "Acme-Nordics", "Acme-Japan", "Acme Ibérica",
]  # fmt: skip
TEN_REQUESTS = ["request", "--from", "Acme-Canada", *map("--to={}".format, TARGETS)]


def find_results(output: str) -> list[tuple[str, str]]:
    """Return the name of the target, or what was given, and the result of each object."""
    objects = json.loads(output)
    return [
        (found["target"]["name"] if found["target"] else found["given"], found["result"])
        for found in objects
    ]


def test_one_refusal_keeps_no_other_from_being_tried(server: RecordedTenant, home: Path) -> None:
    ids = ["no-such-id", ENDED, NORDICS_TO_EUROPE, TO_EUROPE, JAPAN_TO_CORPORATION]
    done = run_on(server, home, "accept", *ids, "--yes", "--json")
    assert done.returncode == 1
    assert find_results(done.stdout) == [
        ("no-such-id", "not found"),
        (ENDED, "overtaken"),
        ("Acme-Europe", "already so"),
        ("Acme-Europe", "confirmed"),
        ("Acme Corporation", "confirmed"),
    ]
    assert len(done.stdout.splitlines()) == 6, "an object on each line, and the end of the list"
    assert "no-such-id is no connection of the 11 entities" in done.stderr


def test_a_refusal_by_zuora_keeps_no_other_from_being_tried(
    server: RecordedTenant, home: Path
) -> None:
    """Carol is an administrator of neither target."""
    done = run_on(
        server, home, "accept", NORDICS_TO_EUROPE, JAPAN_TO_CORPORATION, "--yes", "--json",
        user="carol",
    )  # fmt: skip
    assert done.returncode == 1
    assert {result for _, result in find_results(done.stdout)} == {"refused"}
    assert len(server.writes) == 2


def test_an_id_is_looked_for_in_the_entity_that_is_given(
    server: RecordedTenant, home: Path
) -> None:
    ids = [NORDICS_TO_EUROPE, JAPAN_TO_CORPORATION]
    done = run_on(server, home, "deny", *ids, "--entity", "Acme-Europe", "--yes", "--json")
    assert done.returncode == 1
    assert find_results(done.stdout) == [
        (JAPAN_TO_CORPORATION, "not found"), ("Acme-Europe", "confirmed"),
    ]  # fmt: skip
    assert server.count_calls(LIST) == 2, "one list before and one after"


def test_ids_come_from_stdin_and_each_counts_once(home: Path) -> None:
    stdin = f"{NORDICS_TO_EUROPE}\n{JAPAN_TO_CORPORATION} {NORDICS_TO_EUROPE.upper()}\n\n"
    done = run(home, "accept", TO_CANADA, "-", TO_CANADA, "--yes", stdin=stdin)
    assert done.returncode == 0
    assert sorted(line.partition(" is Connected")[0] for line in done.stdout.splitlines()) == [
        "Acme Corporation → Acme-Canada",
        "Acme-Japan → Acme Corporation",
        "Acme-Nordics → Acme-Europe",
    ]


@pytest.mark.parametrize(
    ("stdin", "code", "message"),
    [
        ("", 0, "Nothing is to be sent."),
        (" \n\n", 0, "Nothing is to be sent."),
        ("a\x1b[31m", 2, "stdin: 'a[31m' holds a character that cannot be seen"),
        ("x" * 5_000, 2, "is longer than"),
        ('[{"id": "a"}]', 2, "stdin holds JSON: give the ids alone, such as by jq -r '.[].id'."),
        ("x " * 600_000, 2, "stdin holds more than 1,000,000 characters."),
    ],
)
def test_what_stdin_holds_is_checked(home: Path, stdin: str, code: int, message: str) -> None:
    done = run(home, "accept", "-", "--yes", stdin=stdin)
    assert (done.returncode, done.stdout) == (code, "")
    assert message in done.stderr
    assert len(done.stderr) < 500


def test_a_pipe_of_ids_takes_no_answer(home: Path) -> None:
    done = run(home, "accept", "-", "--json", stdin=NORDICS_TO_EUROPE)
    assert done.returncode == 2
    assert find_results(done.stdout) == [(NORDICS_TO_EUROPE, "not sent")]
    assert "--yes does it without a question" in done.stderr


def test_ids_are_typed_on_a_terminal_and_the_question_is_asked_there(home: Path) -> None:
    with Terminal([*PROGRAM, "accept", "-"], env=environ(home)) as terminal:
        terminal.wait_for("Type the ids of connections; ctrl+d ends.")
        terminal.send(NORDICS_TO_EUROPE, "enter", "ctrl+d")
        terminal.wait_for("Do it? [y/N]")
        terminal.send("y", "enter")
        terminal.wait_for("is Connected")
        assert terminal.wait_exit() == 0


@pytest.mark.parametrize(
    ("options", "targets"),
    [
        (["--to-all"], ["Acme-US", "Acme-Brazil", "Acme-Mexico", "Acme-Nordics", "Acme-Japan"]),
        (["--under", "Acme-Americas"], ["Acme-US", "Acme-Brazil", "Acme-Mexico"]),
        (["--status", "disconnected"], ["Acme-Nordics"]),
        (["--under", "Acme-Canada"], []),
    ],
)
def test_targets_are_chosen_by_a_filter(
    server: RecordedTenant, home: Path, options: list[str], targets: list[str]
) -> None:
    """What is impossible is told, and no failure: nobody has named it."""
    done = run_on(server, home, "request", *options, "--yes", "--json")
    assert done.returncode == 0, done.stderr
    results = find_results(done.stdout)
    assert [name for name, result in results if result == "confirmed"] == targets
    assert {result for _, result in results} <= {"confirmed", "already so", "disabled"}
    again = run_on(server, home, "request", *options, "--yes", "--json")
    assert again.returncode == 0
    assert {result for _, result in find_results(again.stdout)} <= {"already so", "disabled"}


@pytest.mark.parametrize(
    ("options", "pairs", "lists"),
    [
        (
            [],
            {
                "Acme Corporation → Acme-Canada", "Acme-Germany → Acme Corporation",
                "Acme-Japan → Acme Corporation", "Acme-Japan → Acme-Americas",
                "Acme-Nordics → Acme-Europe",
            },
            None,
        ),
        (["--under", "Acme-Americas"], {"Acme Corporation → Acme-Canada"}, None),
        (["--entity", "Acme-Europe"], {"Acme-Nordics → Acme-Europe"}, 2),
        (
            ["--from", "Acme-Japan"],
            {"Acme-Japan → Acme Corporation", "Acme-Japan → Acme-Americas"},
            2,
        ),
        (["--to", "Acme-Canada"], {"Acme Corporation → Acme-Canada"}, 2),
    ],
)  # fmt: skip
def test_all_requests_are_answered(
    server: RecordedTenant, home: Path, options: list[str], pairs: set[str], lists: int | None
) -> None:
    done = run_on(server, home, "accept", "--all", *options, "--yes")
    assert done.returncode == 0, done.stderr
    assert {line.partition(" is Connected.")[0] for line in done.stdout.splitlines()} == pairs
    assert lists in (None, server.count_calls(LIST))
    again = run_on(server, home, "accept", "--all", *options, "--yes")
    assert (again.returncode, again.stdout) == (0, "")
    assert "Nothing is to be sent." in again.stderr


def test_lists_that_cannot_be_read_are_told_and_the_rest_is_done(home: Path) -> None:
    fault = "gateway-page,calls=connections,times=1,after=2"
    done = run(home, "deny", "--all", "--yes", "--json", "--fault", fault)
    assert done.returncode == 3
    results = [result for _, result in find_results(done.stdout)]
    assert Counter(results)["unreadable"] == 1
    assert "confirmed" in results


def test_an_answer_needs_one_list_before_and_one_after(server: RecordedTenant, home: Path) -> None:
    """Which list shows an id is known of every list that was read; only the newest are kept."""
    run_on(server, home, "waiting")
    edit_state(home, "UPDATE list_cache SET lists = json_set(lists, '$.snapshots', json('[]'))")
    lists, entities = server.count_calls(LIST), server.count_calls(ENTITIES)
    done = run_on(server, home, "accept", NORDICS_TO_EUROPE, "--yes")
    assert done.returncode == 0
    assert server.count_calls(LIST) == lists + 2
    assert server.count_calls(ENTITIES) == entities + 1


def test_an_id_that_is_nowhere_yet_is_looked_for_until_it_is_found(
    server: RecordedTenant, home: Path
) -> None:
    done = run_on(server, home, "accept", TO_CANADA, "--yes")
    assert done.returncode == 0
    assert server.count_calls(ENTITIES) == 1
    searched = server.count_calls(LIST) - 2
    assert searched <= 7, "of eleven lists, the first and those that are read with the second"


def test_a_list_last_read_tells_only_where_an_id_is(server: RecordedTenant, home: Path) -> None:
    run_on(server, home, "connections", "--entity", "Acme-Europe")
    query = "UPDATE connection SET status = 'Disconnected' WHERE id = ?"
    server.fake.state.db.execute(query, (NORDICS_TO_EUROPE,))
    done = run_on(server, home, "accept", NORDICS_TO_EUROPE, "--yes")
    assert (done.returncode, server.writes) == (1, [])
    assert "has no request that waits" in done.stderr


def test_an_entity_that_does_not_exist_stops_all_and_each_object_says_so(
    server: RecordedTenant, home: Path
) -> None:
    done = run_on(server, home, "request", "--to", "Nope", "--to", "Acme-US", "--yes", "--json")
    assert (done.returncode, server.writes) == (2, [])
    sentences = {found["given"]: found["sentence"] for found in json.loads(done.stdout)}
    assert sentences == dict.fromkeys(["Nope", "Acme-US"], 'No entity is called "Nope".')


def test_both_ends_are_connected_in_one_go(server: RecordedTenant, home: Path) -> None:
    """A request that waits is only accepted."""
    command = ["connect", "--to", "Acme-US", "--to", "Acme-Canada", "--to", "Acme-Europe", "--yes"]
    done = run_on(server, home, *command, "--json")
    assert done.returncode == 0
    objects = json.loads(done.stdout)
    assert [(found["action"], found["target"]["name"], found["result"]) for found in objects] == [
        ("connect", "Acme-Europe", "already so"),
        ("request", "Acme-US", "confirmed"),
        ("accept", "Acme-Canada", "confirmed"),
        ("accept", "Acme-US", "confirmed"),
    ]
    entries = json.loads(run(home, "journal", "--json").stdout)
    acting = {(entry["action"], entry["acting"]["title"]) for entry in entries}
    assert acting == {
        ("accept", "Acme-Canada"), ("request", "Acme Corporation"), ("accept", "Acme-US"),
    }  # fmt: skip


def test_many_are_confirmed_by_their_number(home: Path) -> None:
    for typed, code, result in (("y", 130, "not sent"), ("10", 0, "confirmed")):
        done = run(home, *TEN_REQUESTS, "--json", typed=f"{typed}\n")
        assert done.returncode == code, done.stderr
        assert "10 pairs; 12 calls to Zuora" in done.stderr
        assert "Type 10, the number of pairs, to do it" in done.stderr
        assert [found for _, found in find_results(done.stdout)] == [result] * 10
    assert "8 of 10 writes sent; ctrl+c stops" in done.stderr, "a terminal shows the progress"


def test_ctrl_c_at_the_question_tells_that_nothing_was_sent(home: Path, tmp_path: Path) -> None:
    """As stdin is a terminal, what is written to stdout goes to a file here."""
    path = tmp_path / "results.json"
    program = f"{shlex.join(PROGRAM)} request --to Acme-US --to Acme-Japan --json > {path}"
    with Terminal(["bash", "-c", f"{program}; echo code $?"], env=environ(home)) as terminal:
        terminal.wait_for("Do it? [y/N]")
        terminal.send("ctrl+c")
        terminal.wait_for("code 130")
    assert find_results(path.read_text()) == [("Acme-US", "not sent"), ("Acme-Japan", "not sent")]


def test_several_disconnections_are_confirmed_by_their_number(home: Path) -> None:
    command = ["disconnect", "--all", "--from", "Acme Corporation"]
    done = run(home, *command, typed="4\n")
    assert done.returncode == 0, done.stderr
    assert "Type 4, the number of pairs" in done.stderr


def test_production_is_named_before_many(server: RecordedTenant, home: Path) -> None:
    (home / "config").mkdir(parents=True)
    profile = f'[profiles.acme]\nbase_url = "{server.served.url}"\nrisk = "production"\n'
    (home / "config" / "config.toml").write_text(profile)
    command = [*TEN_REQUESTS, "--profile", "acme", "--json"]
    done = run(home, *command, "--unlock", typed="no\n", **server.served.environ())
    assert "In PRODUCTION acme:" in done.stderr
    locked = run(home, *command, "--yes", **server.served.environ())
    assert locked.returncode == 2
    assert find_results(locked.stdout) == [(name, "not sent") for name in TARGETS]
    assert server.writes == []


def test_a_dry_run_shows_the_plan_and_both_halves(server: RecordedTenant, home: Path) -> None:
    command = ["connect", "--to", "Acme-US", "--to", "Acme-UK", "--dry-run"]
    done = run_on(server, home, *command, "--json")
    assert done.returncode == 1, "one of those named is impossible"
    assert find_results(done.stdout) == [
        ("Acme-UK", "disabled"), ("Acme-US", "planned"), ("Acme-US", "planned"),
    ]  # fmt: skip
    _, request, accept = json.loads(done.stdout)
    assert request["method"] == "POST"
    assert accept["url"].endswith("/v1/entity-connections/id-of-the-request/accept")
    shown = run_on(server, home, *command)
    assert "Acme Corporation → Acme-UK: disabled. Acme-UK is not provisioned yet." in shown.stderr
    assert "POST " in shown.stdout
    assert server.writes == []


def test_an_unknown_outcome_ends_a_row_of_requests(server: RecordedTenant, home: Path) -> None:
    """Eight are under way when the first answer fails; the other two are not sent."""
    server.leave_writes_unknown("gateway-page,calls=writes")
    done = run_on(server, home, *TEN_REQUESTS, "--yes", "--json")
    assert done.returncode == 3
    assert 1 <= len(server.writes) <= 8
    results = find_results(done.stdout)
    assert sorted(name for name, _ in results) == sorted(
        "Acme-Iberia" if name == "Acme Ibérica" else name for name in TARGETS
    )
    assert {result for _, result in results} == {"unknown", "not sent"}
    for name in ("Acme-Japan", "Acme Ibérica"):
        assert f"Not sent: Request Connection, Acme-Canada → {name}." in done.stderr


@pytest.mark.parametrize(
    ("command", "given"),
    [
        (["request", "--to", "Acme-US", "--to", "Acme-Mexico"], ["Acme-US", "Acme-Mexico"]),
        (["accept", "--from", "Acme-Japan", "--to", "Acme-Europe"], ["Acme-Japan → Acme-Europe"]),
        (["deny", NORDICS_TO_EUROPE, "x"], [NORDICS_TO_EUROPE, "x"]),
        (["deny", "--all"], []),
    ],
)
@pytest.mark.parametrize("calls", ["connections", "entities"])
def test_machines_get_an_object_for_each_item_where_nothing_can_be_read(
    home: Path, command: list[str], given: list[str], calls: str
) -> None:
    done = run(home, *command, "--yes", "--json", "--fault", f"gateway-page,calls={calls}")
    assert done.returncode == 3
    found: list[dict[str, Any]] = json.loads(done.stdout)
    if given or calls == "entities":
        assert [item["given"] for item in found] == given
    assert {item["result"] for item in found} <= {"not sent", "unreadable"}
    assert all("A web page answered" in item["sentence"] for item in found)


def test_ctrl_c_stops_between_two_writes(server: RecordedTenant, home: Path) -> None:
    """What was sent gets its outcome, and the rest is not sent."""
    server.fake.faults.on("latency=0.5,calls=writes")
    with start_on(server, home, *TEN_REQUESTS, "--yes", "--json") as process:
        assert server.write_arrived.wait(20)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=20)
    assert process.returncode == 130, err
    results = Counter(result for _, result in find_results(out))
    assert results.keys() == {"confirmed", "not sent"}
    assert results["confirmed"] == len(server.writes)
    assert results.total() == 10
    assert "Stopping: what was sent is looked up" in err


@pytest.mark.parametrize("form", [[], ["--json"]])
def test_ctrl_c_twice_reports_what_was_sent_and_what_was_not(
    server: RecordedTenant, home: Path, form: list[str]
) -> None:
    server.fake.faults.on(HANG)
    with start_on(server, home, *TEN_REQUESTS, "--yes", *form) as process:
        assert server.write_arrived.wait(20)
        process.send_signal(signal.SIGINT)
        assert process.stderr is not None
        assert process.stderr.readline().startswith("Stopping: ")
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=20)
    assert process.returncode == 130
    pair = "Acme-Canada → Acme"
    sent = f"Request Connection of {pair} Corporation had been sent"
    assert sent in (err if form else out)
    for name in ("-Japan", " Ibérica"):
        assert f"Not sent: Request Connection, {pair}{name}." in err
    if form:
        results = Counter(result for _, result in find_results(out))
        assert results.keys() == {"unknown", "not sent"}
        assert results.total() == 10
    assert 1 <= len(json.loads(run(home, "journal", "--json").stdout)) <= 8


def test_an_accept_whose_request_was_refused_is_not_sent(home: Path) -> None:
    command = ["connect", "--from", "Acme-Japan", "--to", "Acme-US", "--yes", "--json"]
    done = run(home, *command, "--fault", "refusal=30,times=1,calls=writes")
    assert done.returncode == 1, done.stderr
    results = [(item["action"], item["result"]) for item in json.loads(done.stdout)]
    assert results == [("request", "refused"), ("accept", "not sent")]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_signal_leaves_whole_json_and_the_rest_to_be_resumed(
    server: RecordedTenant, home: Path, number: signal.Signals
) -> None:
    server.fake.faults.on(HANG)
    with start_on(server, home, *TEN_REQUESTS, "--yes", "--json") as process:
        server.wait_for_writes(8)
        process.send_signal(number)
        out, err = process.communicate(timeout=20)
    assert process.returncode == 128 + number, err
    assert Counter(result for _, result in find_results(out)) == {"unknown": 8, "not sent": 2}
    server.fake.faults.off()
    assert "10 pairs are left" in run_on(server, home, "accept", NORDICS_TO_EUROPE, "--yes").stderr


def kill_after_eight(server: RecordedTenant, home: Path) -> None:
    """Kill a program that has sent eight of ten requests."""
    server.fake.faults.on(CARRY_OUT_AND_HANG)
    with start_on(server, home, *TEN_REQUESTS, "--yes") as process:
        server.wait_for_requests(CANADA, 8)
        process.kill()
        process.communicate(timeout=20)
    server.fake.faults.off()


def lose_eight(server: RecordedTenant, home: Path) -> None:
    """Kill a program whose eight requests, of ten, are lost on their way."""
    server.fake.faults.on(HANG)
    with start_on(server, home, *TEN_REQUESTS, "--yes") as process:
        server.wait_for_writes(8)
        process.kill()
        process.communicate(timeout=20)
    server.fake.faults.off()


def test_what_a_killed_program_has_not_sent_is_told_and_resumed(
    server: RecordedTenant, home: Path
) -> None:
    kill_after_eight(server, home)
    told = run_on(server, home, "accept", NORDICS_TO_EUROPE, "--yes")
    assert "ended before everything was done: 2 pairs are left." in told.stderr
    assert f"entity-connections resume --base-url {server.served.url}" in told.stderr
    shown = run_on(server, home, "resume", "--dry-run", "--json")
    assert shown.returncode == 0
    assert [result for _, result in find_results(shown.stdout)] == ["planned"] * 2
    done = run_on(server, home, "resume", "--yes", "--json")
    assert done.returncode == 0, done.stderr
    assert [result for _, result in find_results(done.stdout)] == ["confirmed"] * 2
    assert len(server.writes) == 11, "each of the ten once, and the accept"
    again = run_on(server, home, "resume", "--yes", "--json")
    assert (again.returncode, again.stdout) == (0, "[]\n")
    assert "No interrupted run in" in again.stderr


def test_what_a_later_run_has_done_is_not_left(server: RecordedTenant, home: Path) -> None:
    kill_after_eight(server, home)
    done = run_on(server, home, *TEN_REQUESTS, "--yes")
    assert (done.returncode, "are left" in done.stderr) == (0, False), "it is about to do them"
    assert "are left" not in run_on(server, home, "accept", NORDICS_TO_EUROPE, "--yes").stderr
    assert "No interrupted run in" in run_on(server, home, "resume", "--yes").stderr
    assert len(server.writes) == 11


def test_what_a_killed_program_has_not_sent_can_be_forgotten(
    server: RecordedTenant, home: Path
) -> None:
    kill_after_eight(server, home)
    done = run_on(server, home, "resume", "--forget")
    assert done.returncode == 0
    assert "Not sent: Request Connection, Acme-Canada → Acme" in done.stderr
    assert len(server.writes) == 8
    assert "are left" not in run_on(server, home, "accept", NORDICS_TO_EUROPE, "--yes").stderr


def test_to_forget_what_has_no_outcome_is_told_by_the_exit_code(
    server: RecordedTenant, home: Path
) -> None:
    lose_eight(server, home)
    done = run_on(server, home, "resume", "--forget")
    assert (done.returncode, done.stdout.count(": unknown.")) == (4, 8)


def test_what_was_lost_on_its_way_is_sent_again_when_it_is_resumed(
    server: RecordedTenant, home: Path
) -> None:
    """All ten are there in the end, each once, and nobody has to know which eight were lost."""
    lose_eight(server, home)
    told = run_on(server, home, "accept", NORDICS_TO_EUROPE, "--yes")
    assert "10 pairs are left." in told.stderr
    server.fake.faults.on("partial-content")
    for way in ("--dry-run", "--yes"):
        waiting = run_on(server, home, "resume", way)
        assert waiting.returncode == 4, waiting.stderr
        assert "The run is not done: what has to wait stays in it." in waiting.stderr
    server.fake.faults.off()
    server.leave_writes_unknown()
    unknown = run_on(server, home, "resume", "--yes")
    assert unknown.returncode == 4, unknown.stderr
    server.fake.faults.off()
    done = run_on(server, home, "resume", "--yes", "--json")
    assert done.returncode == 0, done.stderr
    assert [result for _, result in find_results(done.stdout)] == ["confirmed"] * 10
    records = server.fake.state.connections.all()
    requested = [
        record.target_id
        for record in records
        if record.source_id == CANADA and record.status == PENDING
    ]
    assert len(requested) == len(set(requested)) == 10
    assert "No interrupted run in" in run_on(server, home, "resume", "--yes").stderr
